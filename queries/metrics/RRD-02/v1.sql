SELECT
    org_code,
    month,
    SUM(reviews_on_time) AS numerator,
    SUM(reviews_due) AS denominator
FROM retention_state
GROUP BY org_code, month
ORDER BY org_code, month
