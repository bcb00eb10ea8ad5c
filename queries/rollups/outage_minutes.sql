-- Minutes of each London month in which a system could not be used. An outage is cut at the month's start and end, and
-- one without an end lasts to the month's end. Overlapping outages of one system count once: in the order of their
-- starts, each adds only what lies after the latest end before it. Microseconds are added first; then a part of a
-- minute is a whole one.
WITH instants AS (
    SELECT
        org,
        period,
        system,
        CAST(started_at AS BIGINT) AS started_us,
        CAST(ended_at AS BIGINT) AS ended_us,
        CAST(CAST(period AS TIMESTAMP) AT TIME ZONE 'Europe/London' AS BIGINT) / 1000 AS month_from_us,
        CAST(CAST(period + INTERVAL '1 month' AS TIMESTAMP) AT TIME ZONE 'Europe/London' AS BIGINT) / 1000
            AS month_to_us
    FROM outages
),

clipped AS (
    SELECT
        org,
        period,
        system,
        GREATEST(started_us, month_from_us) AS from_us,
        LEAST(COALESCE(ended_us, month_to_us), month_to_us) AS to_us
    FROM instants
),

ordered AS (
    SELECT
        org,
        period,
        system,
        from_us,
        to_us,
        MAX(to_us) OVER (
            PARTITION BY org, period, system
            ORDER BY from_us, to_us
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_end_us
    FROM clipped
    WHERE to_us > from_us
)

SELECT
    org AS org_code,
    period AS month,
    system,
    (SUM(GREATEST(to_us - GREATEST(from_us, COALESCE(latest_end_us, from_us)), 0)) + 59999999) / 60000000 AS minutes
FROM ordered
GROUP BY org, period, system
ORDER BY org_code, month, system
