-- Calendar days from the court's day to the London day of the PNC entry; open results run to the day of submission.
-- arrow_cast keeps microseconds: a plain AT TIME ZONE would fail on a date such as 9999-12-31.
WITH dated AS (
    SELECT
        org,
        period,
        court_date,
        court_type,
        updated_at IS NOT NULL AS observed,
        COALESCE(
            CAST(arrow_cast(updated_at, 'Timestamp(Microsecond, Some("Europe/London"))') AS DATE),
            submitted
        ) - court_date AS days
    FROM court_results
)

SELECT
    org AS org_code,
    make_date(EXTRACT(year FROM court_date), EXTRACT(month FROM court_date), 1) AS month,
    period,
    court_type,
    observed,
    CASE WHEN days < 0 THEN -1 ELSE LEAST(days, 730) END AS delay_days,
    COUNT(*) AS results
FROM dated
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY org_code, month, period, court_type, observed, delay_days
