SELECT
    org_code,
    month,
    kind,
    SUM(checked_on_time) AS numerator,
    SUM(due) AS denominator
FROM quality_check_outcomes
WHERE kind IN ('disposal', 'remand', 'trigger')
GROUP BY org_code, month, kind
ORDER BY org_code, month, kind
