SELECT
    org_code,
    month,
    access_level,
    SUM(in_force) AS numerator,
    SUM(bodies) AS denominator
FROM access_agreements_state
GROUP BY org_code, month, access_level
ORDER BY org_code, month, access_level
