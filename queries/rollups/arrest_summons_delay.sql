-- Hours from event to PNC, in microseconds so that 24 hours and one microsecond is not 24 hours.
-- Closed cases round up, open ones round down to the start (in London) of the day on which they were submitted.
SELECT
    org AS org_code,
    period AS month,
    created_at IS NOT NULL AS observed,
    CASE
        WHEN created_at < event_at THEN -1
        WHEN created_at IS NOT NULL THEN
            LEAST((CAST(created_at AS BIGINT) - CAST(event_at AS BIGINT) + 3599999999) / 3600000000, 2160)
        WHEN CAST(submitted AS TIMESTAMP) AT TIME ZONE 'Europe/London' < event_at THEN -1
        ELSE
            LEAST(
                (
                    CAST(CAST(submitted AS TIMESTAMP) AT TIME ZONE 'Europe/London' AS BIGINT) / 1000
                    - CAST(event_at AS BIGINT)
                ) / 3600000000,
                2160
            )
    END AS delay_hours,
    COUNT(*) AS reports
FROM arrest_summons
WHERE recordable
GROUP BY 1, 2, 3, 4
ORDER BY org_code, month, observed, delay_hours
