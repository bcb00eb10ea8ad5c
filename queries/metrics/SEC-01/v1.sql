SELECT
    org_code,
    month,
    SUM(CASE WHEN days_since_login > $dormant_days THEN accounts ELSE 0 END) AS numerator,
    SUM(accounts) AS denominator
FROM open_accounts
GROUP BY org_code, month
ORDER BY org_code, month
