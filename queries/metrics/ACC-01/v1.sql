SELECT
    org_code,
    month,
    application,
    SUM(transactions) AS numerator
FROM transaction_volumes
GROUP BY org_code, month, application
ORDER BY org_code, month, application
