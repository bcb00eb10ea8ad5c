-- Rectification requests by the month in which their limit falls. The limit is one calendar month after receipt; a
-- shorter month gives its last day (31 January: 28 or 29 February). A request counts once its limit has passed, closed
-- or not: counting those closed early before the others are ripe would flatter.
WITH due AS (
    SELECT
        org,
        period,
        closed_on,
        submitted,
        CAST(received_on + INTERVAL '1 month' AS DATE) AS limit_on
    FROM rights_requests
    WHERE kind = 'rectification'
)

SELECT
    org AS org_code,
    make_date(EXTRACT(year FROM limit_on), EXTRACT(month FROM limit_on), 1) AS month,
    period,
    COUNT(*) AS due,
    COUNT(*) FILTER (WHERE closed_on <= limit_on) AS on_time
FROM due
WHERE limit_on < submitted
GROUP BY 1, 2, 3
ORDER BY org_code, month, period
