-- Transactions by month, system and application. The month comes from the path, so no instant is read.
SELECT
    org AS org_code,
    period AS month,
    system,
    application,
    COUNT(*) AS transactions
FROM transactions
GROUP BY org, period, system, application
ORDER BY org_code, month, system, application
