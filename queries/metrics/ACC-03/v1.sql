SELECT
    org_code,
    month,
    SUM(CASE WHEN application = 'vehicles' THEN transactions ELSE 0 END) AS numerator,
    SUM(transactions) AS denominator
FROM transaction_volumes
GROUP BY org_code, month
ORDER BY org_code, month
