-- Accounts open on the month's last day: their training and entitlement as of that day. Training after it (the extract
-- is taken later) had not taken place. Only where no refresher date is set do the months since the training decide:
-- they are the calendar months from one date to the other, and one more when the later day of the month is the higher.
WITH dated AS (
    SELECT
        org,
        period,
        trained_on,
        refresher_due_on,
        national_course,
        access_level,
        entitled_level,
        closed_on,
        CAST(period + INTERVAL '1 month' - INTERVAL '1 day' AS DATE) AS month_end
    FROM user_accounts
),

standing AS (
    SELECT
        org,
        period,
        CASE
            WHEN trained_on IS NULL OR trained_on > month_end THEN 'untrained'
            WHEN refresher_due_on IS NULL THEN 'not_set'
            WHEN refresher_due_on >= month_end THEN 'in_date'
            ELSE 'overdue'
        END AS refresher,
        CAST(
            LEAST(
                (EXTRACT(year FROM month_end) - EXTRACT(year FROM trained_on)) * 12
                + EXTRACT(month FROM month_end) - EXTRACT(month FROM trained_on)
                + CASE WHEN EXTRACT(day FROM trained_on) < EXTRACT(day FROM month_end) THEN 1 ELSE 0 END,
                600
            ) AS BIGINT
        ) AS months_since_training,
        national_course,
        access_level,
        entitled_level
    FROM dated
    WHERE closed_on IS NULL OR closed_on > month_end
)

SELECT
    org AS org_code,
    period AS month,
    refresher,
    CASE WHEN refresher = 'not_set' THEN months_since_training END AS months_since_training,
    COUNT(*) AS accounts,
    COUNT(*) FILTER (WHERE refresher <> 'untrained' AND national_course) AS national_course,
    COUNT(*) FILTER (WHERE entitled_level IS NOT NULL) AS entitlement_known,
    COUNT(*) FILTER (
        WHERE
            access_level = entitled_level
            OR entitled_level = 'full'
            OR (access_level = 'view' AND entitled_level IS NOT NULL)
    ) AS within_entitlement
FROM standing
GROUP BY 1, 2, 3, 4
ORDER BY org_code, month, refresher, months_since_training
