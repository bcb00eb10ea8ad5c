-- The notifiable breaches of incidents_known, by how long it took to tell the ICO of them: the same cases, so that the
-- breaches of up to 72 hours are those told in time. An hour is 3,600,000,000 microseconds; one that has begun counts,
-- so that 72 hours and a second are 73. A year is 8,760 hours.
WITH dated AS (
    SELECT
        org,
        period,
        CAST(ico_notified_at AS BIGINT) - CAST(aware_at AS BIGINT) AS told_after_us,
        CAST(CAST(submitted AS TIMESTAMP) AT TIME ZONE 'Europe/London' AS BIGINT) / 1000
        - CAST(aware_at AS BIGINT) AS waited_us,
        CAST(arrow_cast(aware_at, 'Timestamp(Microsecond, Some("Europe/London"))') AS DATE) AS aware_on
    FROM incidents
    WHERE notifiable AND category <> 'other_misuse'
),

timed AS (
    SELECT
        org,
        period,
        CASE
            WHEN told_after_us IS NOT NULL THEN LEAST(GREATEST((told_after_us + 3599999999) / 3600000000, 0), 8760)
        END AS hours
    FROM dated
    WHERE
        aware_on >= period
        AND aware_on < period + INTERVAL '1 month'
        AND (told_after_us IS NOT NULL OR waited_us >= 259200000000)
)

SELECT
    org AS org_code,
    period AS month,
    hours,
    COUNT(*) AS breaches
FROM timed
GROUP BY org, period, hours
ORDER BY org_code, month, hours
