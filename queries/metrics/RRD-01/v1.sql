SELECT
    org_code,
    month,
    SUM(disposals_overdue) AS numerator,
    SUM(disposals_due) AS denominator
FROM retention_state
GROUP BY org_code, month
ORDER BY org_code, month
