-- The state at the end of the month's last day, which is midnight in London. Three days are 259,200,000,000 microseconds. A
-- request is older than a month from the day after its limit, hence the comparison with the last day itself. A case that
-- began after the month's end was not open then.
WITH dated AS (
    SELECT
        org,
        period,
        kind,
        received_on,
        period + INTERVAL '1 month' - INTERVAL '1 day' AS last_day,
        CAST(arrow_cast(event_at, 'Timestamp(Microsecond, Some("Europe/London"))') AS DATE) AS event_on,
        CAST(
            arrow_cast(CAST(event_at AS BIGINT) + 259200000000, 'Timestamp(Microsecond, Some("Europe/London"))') AS DATE
        ) AS overdue_on
    FROM open_cases
),

states AS (
    SELECT
        org,
        period,
        kind,
        COALESCE(event_on, received_on) <= last_day AS begun,
        COALESCE(overdue_on <= last_day, FALSE) AS over_three_days,
        COALESCE(received_on + INTERVAL '1 month' < last_day, FALSE) AS over_one_month,
        COALESCE(received_on + INTERVAL '4 months' < last_day, FALSE) AS over_four_months
    FROM dated
)

SELECT
    org AS org_code,
    period AS month,
    kind,
    COUNT(*) AS open_cases,
    COUNT(*) FILTER (WHERE over_three_days) AS over_three_days,
    COUNT(*) FILTER (WHERE over_one_month) AS over_one_month,
    COUNT(*) FILTER (WHERE over_four_months) AS over_four_months
FROM states
WHERE begun
GROUP BY org, period, kind
ORDER BY org_code, month, kind
