-- Only cases that are overdue at the end of some month: created in a later month than the three days ran out, or not yet.
-- Three days are 259,200,000,000 microseconds. Months are London months; arrow_cast reads microseconds, where a plain
-- AT TIME ZONE would fail on a date such as 9999-12-31.
WITH limited AS (
    SELECT
        org,
        period,
        created_at,
        CAST(event_at AS BIGINT) + 259200000000 AS limit_us
    FROM arrest_summons
    WHERE recordable
),

dated AS (
    SELECT
        org,
        period,
        CAST(arrow_cast(limit_us, 'Timestamp(Microsecond, Some("Europe/London"))') AS DATE) AS overdue_on,
        CAST(arrow_cast(created_at, 'Timestamp(Microsecond, Some("Europe/London"))') AS DATE) AS created_on
    FROM limited
    WHERE created_at IS NULL OR CAST(created_at AS BIGINT) > limit_us
),

by_month AS (
    SELECT
        org AS org_code,
        period AS month,
        make_date(EXTRACT(year FROM overdue_on), EXTRACT(month FROM overdue_on), 1) AS overdue_from,
        make_date(EXTRACT(year FROM created_on), EXTRACT(month FROM created_on), 1) AS created_month
    FROM dated
)

SELECT
    org_code,
    month,
    overdue_from,
    created_month,
    COUNT(*) AS reports
FROM by_month
WHERE created_month IS NULL OR created_month > overdue_from
GROUP BY org_code, month, overdue_from, created_month
ORDER BY org_code, month, overdue_from, created_month
