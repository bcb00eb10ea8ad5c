SELECT
    org_code,
    month,
    SUM(closed) AS numerator,
    SUM(opened) AS denominator
FROM impending_prosecutions_state
GROUP BY org_code, month
ORDER BY org_code, month
