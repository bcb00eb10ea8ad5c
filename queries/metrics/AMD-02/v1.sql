-- A result that is still open counts once its 7 days have run; before that nobody can tell.
-- Results dated before their receipt (-1) are an error of the data and stand on neither side.
SELECT
    org_code,
    month,
    court_type,
    SUM(CASE WHEN observed AND delay_days <= 7 THEN results ELSE 0 END) AS numerator,
    SUM(results) AS denominator
FROM court_result_receipt_delay
WHERE delay_days >= 0 AND (observed OR delay_days >= 7)
GROUP BY org_code, month, court_type
ORDER BY org_code, month, court_type
