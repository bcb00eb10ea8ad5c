SELECT
    org_code,
    month,
    SUM(CASE WHEN outcome = 'pass' THEN cases ELSE 0 END) AS numerator,
    SUM(cases) AS denominator
FROM quality_check_outcomes
WHERE kind = 'court_record' AND outcome IS NOT NULL
GROUP BY org_code, month
ORDER BY org_code, month
