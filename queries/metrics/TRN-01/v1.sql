SELECT
    org_code,
    month,
    SUM(trained_before_access) AS numerator,
    SUM(users_with_access) AS denominator
FROM user_training
GROUP BY org_code, month
ORDER BY org_code, month
