-- Days of 24 hours from receipt by the police to PNC, worked in microseconds. Closed results round up, open ones round
-- down to the start (in London) of the day on which they were submitted.
SELECT
    org AS org_code,
    period AS month,
    court_type,
    updated_at IS NOT NULL AS observed,
    CASE
        WHEN updated_at < received_at THEN -1
        WHEN updated_at IS NOT NULL THEN
            LEAST((CAST(updated_at AS BIGINT) - CAST(received_at AS BIGINT) + 86399999999) / 86400000000, 730)
        WHEN CAST(submitted AS TIMESTAMP) AT TIME ZONE 'Europe/London' < received_at THEN -1
        ELSE
            LEAST(
                (
                    CAST(CAST(submitted AS TIMESTAMP) AT TIME ZONE 'Europe/London' AS BIGINT) / 1000
                    - CAST(received_at AS BIGINT)
                ) / 86400000000,
                730
            )
    END AS delay_days,
    COUNT(*) AS results
FROM court_results
GROUP BY 1, 2, 3, 4, 5
ORDER BY org_code, month, court_type, observed, delay_days
