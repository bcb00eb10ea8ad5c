-- A court date has no time of day. The half-life runs from the end of that day in London, the latest moment at which
-- the court can have given the result, and is counted in microseconds of UTC; so 24 hours end one hour of the clock
-- earlier or later where the clocks change within them. A result that is still open counts once its half-life had run
-- out by the start (in London) of the day on which it was submitted. One that is on PNC before its court date is an
-- error of the data. arrow_cast reads microseconds, where a plain AT TIME ZONE would fail on a date such as
-- 9999-12-31.
WITH instants AS (
    SELECT
        org,
        period,
        court_date,
        half_life_hours,
        CAST(arrow_cast(updated_at, 'Timestamp(Microsecond, Some("Europe/London"))') AS DATE) AS updated_on,
        CAST(updated_at AS BIGINT) AS updated_us,
        CAST(
            arrow_cast(
                arrow_cast(CAST(court_date + INTERVAL '1 day' AS DATE), 'Timestamp(Microsecond, None)'),
                'Timestamp(Microsecond, Some("Europe/London"))'
            ) AS BIGINT
        ) + half_life_hours * 3600000000 AS limit_us,
        CAST(
            arrow_cast(
                arrow_cast(submitted, 'Timestamp(Microsecond, None)'),
                'Timestamp(Microsecond, Some("Europe/London"))'
            ) AS BIGINT
        ) AS submitted_us
    FROM court_results
    WHERE half_life_hours IS NOT NULL
)

SELECT
    org AS org_code,
    make_date(EXTRACT(year FROM court_date), EXTRACT(month FROM court_date), 1) AS month,
    period,
    half_life_hours,
    COUNT(*) AS due,
    COUNT(*) FILTER (WHERE updated_us <= limit_us) AS on_time
FROM instants
WHERE (updated_on IS NULL AND limit_us <= submitted_us) OR updated_on >= court_date
GROUP BY 1, 2, 3, 4
ORDER BY org_code, month, period, half_life_hours
