-- The state of training of every listed user: a set of keys, to be joined with the users of the month. It is that of
-- the month's last day; for an account closed within the month, that of the day of closing. The months since the
-- training are counted as in account_standing.
WITH dated AS (
    SELECT
        org,
        period,
        user_ref,
        trained_on,
        refresher_due_on,
        GREATEST(
            LEAST(
                COALESCE(closed_on, CAST(period + INTERVAL '1 month' - INTERVAL '1 day' AS DATE)),
                CAST(period + INTERVAL '1 month' - INTERVAL '1 day' AS DATE)
            ),
            period
        ) AS judged_on
    FROM user_accounts
),

standing AS (
    SELECT
        org,
        period,
        user_ref,
        CASE
            WHEN trained_on IS NULL OR trained_on > judged_on THEN 'untrained'
            WHEN refresher_due_on IS NULL THEN 'not_set'
            WHEN refresher_due_on >= judged_on THEN 'in_date'
            ELSE 'overdue'
        END AS refresher,
        CAST(
            LEAST(
                (EXTRACT(year FROM judged_on) - EXTRACT(year FROM trained_on)) * 12
                + EXTRACT(month FROM judged_on) - EXTRACT(month FROM trained_on)
                + CASE WHEN EXTRACT(day FROM trained_on) < EXTRACT(day FROM judged_on) THEN 1 ELSE 0 END,
                600
            ) AS BIGINT
        ) AS months_since_training
    FROM dated
)

SELECT
    org AS org_code,
    period AS month,
    user_ref,
    refresher,
    CASE WHEN refresher = 'not_set' THEN months_since_training END AS months_since_training,
    COUNT(*) AS accounts
FROM standing
GROUP BY 1, 2, 3, 4, 5
ORDER BY org_code, month, user_ref, refresher, months_since_training
