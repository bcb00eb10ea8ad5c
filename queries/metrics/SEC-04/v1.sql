SELECT
    org_code,
    month,
    control_area,
    SUM(controls_met) AS numerator,
    SUM(controls_tested) AS denominator
FROM governance_entries
WHERE kind = 'control_test'
GROUP BY org_code, month, control_area
ORDER BY org_code, month, control_area
