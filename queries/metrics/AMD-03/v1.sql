-- A result that is still open counts once the tenth day is over; before that nobody can tell.
-- Results dated before their court date (-1) are an error of the data and stand on neither side.
SELECT
    org_code,
    month,
    court_type,
    SUM(CASE WHEN observed AND delay_days <= 10 THEN results ELSE 0 END) AS numerator,
    SUM(results) AS denominator
FROM court_result_court_delay
WHERE delay_days >= 0 AND (observed OR delay_days > 10)
GROUP BY org_code, month, court_type
ORDER BY org_code, month, court_type
