SELECT
    org_code,
    month,
    kind,
    SUM(CASE WHEN outcome = 'pass' THEN cases ELSE 0 END) AS numerator,
    SUM(cases) AS denominator
FROM quality_check_outcomes
WHERE kind IN ('disposal', 'remand', 'trigger') AND outcome IS NOT NULL
GROUP BY org_code, month, kind
ORDER BY org_code, month, kind
