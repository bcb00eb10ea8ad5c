SELECT
    org_code,
    month,
    system,
    SUM(complete) AS numerator,
    SUM(transactions) AS denominator
FROM transaction_reasons
GROUP BY org_code, month, system
ORDER BY org_code, month, system
