SELECT
    org_code,
    month,
    access_level,
    SUM(bodies) AS numerator
FROM access_agreements_state
GROUP BY org_code, month, access_level
ORDER BY org_code, month, access_level
