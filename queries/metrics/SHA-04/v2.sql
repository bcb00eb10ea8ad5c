-- What was listed as open at the month's end, by age.
WITH ages AS (
    SELECT
        org_code,
        month,
        'over_one_month' AS age,
        over_one_month AS numerator,
        open_cases AS denominator
    FROM open_cases_state
    WHERE kind = 'subject_access'
    UNION ALL
    SELECT
        org_code,
        month,
        'over_four_months' AS age,
        over_four_months AS numerator,
        open_cases AS denominator
    FROM open_cases_state
    WHERE kind = 'subject_access'
)

SELECT
    org_code,
    month,
    age,
    SUM(numerator) AS numerator,
    SUM(denominator) AS denominator
FROM ages
GROUP BY org_code, month, age
ORDER BY org_code, month, age
