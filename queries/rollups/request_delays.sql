-- The requests of subject_access_due, rectification_due and foi_due, by how long they took: the same cases, so that the
-- sums over the days are the requests due. LEAST passes over nulls, so that an open request must be kept out of it.
WITH due AS (
    SELECT
        org,
        period,
        kind,
        received_on,
        closed_on,
        submitted,
        CASE
            WHEN kind = 'foi' THEN due_on
            ELSE CAST(received_on + INTERVAL '1 month' AS DATE)
        END AS limit_on
    FROM rights_requests
    WHERE kind IN ('subject_access', 'rectification', 'foi')
),

timed AS (
    SELECT
        org,
        make_date(EXTRACT(year FROM limit_on), EXTRACT(month FROM limit_on), 1) AS limit_month,
        period,
        kind,
        CASE WHEN closed_on IS NOT NULL THEN LEAST(closed_on - received_on, 730) END AS days
    FROM due
    WHERE limit_on < submitted
)

SELECT
    org AS org_code,
    limit_month AS month,
    period,
    kind,
    days,
    COUNT(*) AS requests
FROM timed
GROUP BY 1, 2, 3, 4, 5
ORDER BY org_code, month, period, kind, days
