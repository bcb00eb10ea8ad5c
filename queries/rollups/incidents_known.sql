-- Only the cases that became known in the submission's own month: those carried over were counted before. Months are
-- London months; arrow_cast reads microseconds, where a plain AT TIME ZONE would fail on a date such as 9999-12-31. 72
-- hours are 259,200,000,000 microseconds. A case that nobody told the ICO of counts as due once they have run before
-- the start (in London) of the day on which it was submitted.
WITH dated AS (
    SELECT
        org,
        period,
        category,
        notifiable AND category <> 'other_misuse' AS notifiable_breach,
        CAST(ico_notified_at AS BIGINT) - CAST(aware_at AS BIGINT) AS told_after_us,
        CAST(CAST(submitted AS TIMESTAMP) AT TIME ZONE 'Europe/London' AS BIGINT) / 1000
        - CAST(aware_at AS BIGINT) AS waited_us,
        CAST(arrow_cast(aware_at, 'Timestamp(Microsecond, Some("Europe/London"))') AS DATE) AS aware_on
    FROM incidents
)

SELECT
    org AS org_code,
    period AS month,
    category,
    COUNT(*) AS cases,
    COUNT(*) FILTER (WHERE notifiable_breach AND told_after_us <= 259200000000) AS told_in_time,
    COUNT(*) FILTER (
        WHERE notifiable_breach AND (told_after_us IS NOT NULL OR waited_us >= 259200000000)
    ) AS notifiable_due
FROM dated
WHERE aware_on >= period AND aware_on < period + INTERVAL '1 month'
GROUP BY org, period, category
ORDER BY org_code, month, category
