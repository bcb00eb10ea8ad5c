-- A case that is still open counts once its 24 hours have run; before that nobody can tell.
-- Records dated before their event (-1) are an error of the data and stand on neither side.
SELECT
    org_code,
    month,
    SUM(CASE WHEN observed AND delay_hours <= 24 THEN reports ELSE 0 END) AS numerator,
    SUM(reports) AS denominator
FROM arrest_summons_delay
WHERE delay_hours >= 0 AND (observed OR delay_hours >= 24)
GROUP BY org_code, month
ORDER BY org_code, month
