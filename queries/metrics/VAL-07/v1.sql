SELECT
    org_code,
    month,
    SUM(on_time) AS numerator,
    SUM(due) AS denominator
FROM rectification_due
GROUP BY org_code, month
ORDER BY org_code, month
