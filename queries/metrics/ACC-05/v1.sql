SELECT
    org_code,
    month,
    SUM(on_behalf_of) AS numerator,
    SUM(transactions) AS denominator
FROM transaction_reasons
GROUP BY org_code, month
ORDER BY org_code, month
