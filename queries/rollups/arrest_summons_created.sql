-- Records by the London month of their creation, whether recordable or not.
-- arrow_cast keeps microseconds: a plain AT TIME ZONE would fail on a date such as 9999-12-31.
WITH created AS (
    SELECT
        org,
        period,
        CAST(arrow_cast(created_at, 'Timestamp(Microsecond, Some("Europe/London"))') AS DATE) AS created_on
    FROM arrest_summons
    WHERE created_at IS NOT NULL
)

SELECT
    org AS org_code,
    make_date(EXTRACT(year FROM created_on), EXTRACT(month FROM created_on), 1) AS month,
    period,
    COUNT(*) AS reports
FROM created
GROUP BY 1, 2, 3
ORDER BY org_code, month, period
