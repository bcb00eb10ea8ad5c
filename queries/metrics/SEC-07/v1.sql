-- Every body and month, because a return without rows means that nothing failed; those that returned nothing are left
-- out afterwards. The minutes of a month lie between two midnights in London, so that a change of the clocks is
-- counted.
WITH systems AS (
    SELECT 'PNC' AS system
    UNION ALL
    SELECT 'LEDS' AS system
),

months_of_bodies AS (
    SELECT DISTINCT
        organisations.org_code,
        months.month,
        (
            CAST(CAST(months.month + INTERVAL '1 month' AS TIMESTAMP) AT TIME ZONE 'Europe/London' AS BIGINT)
            - CAST(CAST(months.month AS TIMESTAMP) AT TIME ZONE 'Europe/London' AS BIGINT)
        ) / 60000000000 AS minutes
    FROM months
    INNER JOIN organisations
        ON
            organisations.valid_from <= months.month + INTERVAL '1 month' - INTERVAL '1 day'
            AND (
                organisations.valid_to IS NULL
                OR organisations.valid_to >= months.month + INTERVAL '1 month' - INTERVAL '1 day'
            )
)

SELECT
    bodies.org_code,
    bodies.month,
    systems.system,
    bodies.minutes - COALESCE(outage_minutes.minutes, 0) AS numerator,
    bodies.minutes AS denominator
FROM months_of_bodies AS bodies
INNER JOIN systems
    ON systems.system = 'PNC' OR bodies.month >= DATE '2022-03-01'
LEFT JOIN outage_minutes
    ON
        bodies.org_code = outage_minutes.org_code
        AND bodies.month = outage_minutes.month
        AND systems.system = outage_minutes.system
ORDER BY org_code, month, system
