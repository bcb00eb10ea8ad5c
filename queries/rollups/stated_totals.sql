SELECT
    org AS org_code,
    period AS month,
    dataset AS stated_for,
    SUM(records) AS records
FROM stated_totals
GROUP BY org, period, dataset
ORDER BY org_code, month, stated_for
