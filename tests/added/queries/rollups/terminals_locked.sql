SELECT
    org AS org_code,
    period AS month,
    COUNT(*) AS checks,
    COUNT(*) FILTER (WHERE locked) AS locked
FROM terminal_checks
GROUP BY org, period
ORDER BY org_code, month
