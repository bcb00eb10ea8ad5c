-- Records held at each month's end, by kind.
SELECT
    org AS org_code,
    period AS month,
    kind,
    SUM(records) AS records
FROM holdings
GROUP BY org, period, kind
ORDER BY org_code, month, kind
