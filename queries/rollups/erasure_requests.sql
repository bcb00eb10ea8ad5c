-- Record deletion requests, with all that tells when each was decided. The clock starts on receipt or, if information
-- was missing, on the day when all of it had come. It has not started while information is missing, unless the request
-- was decided without it. Whether an incomplete request was closed is judged by the 28th day after information was asked
-- for. LEAST passes over nulls, so a day that is not there must be kept out of it.
WITH dated AS (
    SELECT
        org,
        period,
        submitted,
        closed_on,
        outcome,
        information_received_on,
        CAST(information_asked_on + INTERVAL '28 days' AS DATE) AS closing_on,
        CASE
            WHEN information_asked_on IS NULL THEN received_on
            WHEN information_received_on <= COALESCE(closed_on, information_received_on) THEN information_received_on
            WHEN outcome IN ('answered', 'granted', 'refused') THEN received_on
        END AS started_on
    FROM rights_requests
    WHERE kind = 'erasure'
),

judged AS (
    SELECT
        org,
        period,
        make_date(EXTRACT(year FROM closed_on), EXTRACT(month FROM closed_on), 1) AS closed_month,
        outcome,
        CASE
            WHEN closed_on IS NOT NULL AND started_on IS NOT NULL THEN LEAST(closed_on - started_on, 730)
        END AS days_to_close,
        CASE WHEN started_on IS NOT NULL THEN LEAST(submitted - started_on, 730) END AS days_to_submission,
        closing_on < submitted
        AND (information_received_on IS NULL OR information_received_on > LEAST(closing_on, closed_on))
        AND (closed_on IS NULL OR closed_on > closing_on OR outcome = 'incomplete') AS incomplete,
        outcome = 'incomplete' AND closed_on <= closing_on AS closed_in_time
    FROM dated
)

SELECT
    org AS org_code,
    period AS month,
    closed_month,
    outcome,
    days_to_close,
    days_to_submission,
    COUNT(*) AS requests,
    COUNT(*) FILTER (WHERE incomplete) AS incomplete,
    COUNT(*) FILTER (WHERE incomplete AND closed_in_time) AS incomplete_closed
FROM judged
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY org_code, month, closed_month, outcome, days_to_close, days_to_submission
