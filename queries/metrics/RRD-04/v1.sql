-- Complete requests count once their days had passed at the submission; before that nobody can tell. A request that was
-- withdrawn in time could no longer be decided and stands on neither side.
WITH figures AS (
    SELECT
        org_code,
        month,
        'decided' AS measure,
        SUM(
            CASE
                WHEN outcome IN ('answered', 'granted', 'refused') AND days_to_close <= $decision_days THEN requests
                ELSE 0
            END
        ) AS numerator,
        SUM(requests) AS denominator
    FROM erasure_requests
    WHERE
        days_to_submission > $decision_days
        AND NOT COALESCE(outcome = 'withdrawn' AND days_to_close <= $decision_days, FALSE)
    GROUP BY org_code, month
    UNION ALL
    SELECT
        org_code,
        month,
        'incomplete_closed' AS measure,
        SUM(incomplete_closed) AS numerator,
        SUM(incomplete) AS denominator
    FROM erasure_requests
    GROUP BY org_code, month
)

SELECT
    org_code,
    month,
    measure,
    numerator,
    denominator
FROM figures
ORDER BY org_code, month, measure
