-- A body may have several levels of access, and several agreements for one. A level is covered when any of its agreements
-- is in force on the month's last day; the body as a whole ('any') when every level that it has is covered.
WITH levels AS (
    SELECT
        org,
        period,
        access_level,
        MAX(
            CASE
                WHEN
                    signed_on <= period + INTERVAL '1 month' - INTERVAL '1 day'
                    AND (expires_on IS NULL OR expires_on >= period + INTERVAL '1 month' - INTERVAL '1 day')
                    THEN 1
                ELSE 0
            END
        ) AS in_force
    FROM access_agreements
    GROUP BY org, period, access_level
),

bodies AS (
    SELECT
        org,
        period,
        access_level,
        in_force
    FROM levels
    UNION ALL
    SELECT
        org,
        period,
        'any' AS access_level,
        MIN(in_force) AS in_force
    FROM levels
    GROUP BY org, period
)

SELECT
    org AS org_code,
    period AS month,
    access_level,
    COUNT(*) AS bodies,
    SUM(in_force) AS in_force
FROM bodies
GROUP BY org, period, access_level
ORDER BY org_code, month, access_level
