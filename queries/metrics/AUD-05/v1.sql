SELECT
    org_code,
    month,
    SUM(CASE WHEN category = 'unauthorised_access' THEN cases ELSE 0 END) AS numerator,
    SUM(cases) AS denominator
FROM incidents_known
WHERE category <> 'other_misuse'
GROUP BY org_code, month
ORDER BY org_code, month
