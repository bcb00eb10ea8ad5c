-- Accounts whose user left or moved in the 395 days up to the month's last day, and that were still open on the day
-- before. A closure after the month's end is not yet known here, whenever the extract was taken. A user who did both
-- counts in both.
WITH changes AS (
    SELECT 'left' AS change
    UNION ALL
    SELECT 'moved' AS change
),

dated AS (
    SELECT
        accounts.org,
        accounts.period,
        changes.change,
        CASE WHEN changes.change = 'left' THEN accounts.left_on ELSE accounts.moved_on END AS changed_on,
        accounts.closed_on,
        accounts.access_level,
        accounts.entitled_level,
        CAST(accounts.period + INTERVAL '1 month' - INTERVAL '1 day' AS DATE) AS month_end
    FROM user_accounts AS accounts
    CROSS JOIN changes
)

SELECT
    org AS org_code,
    period AS month,
    change,
    month_end - changed_on AS days_since,
    CASE WHEN closed_on <= month_end THEN closed_on - changed_on END AS days_to_closure,
    CASE
        WHEN entitled_level IS NULL THEN 'unknown'
        WHEN access_level = entitled_level OR access_level = 'view' OR entitled_level = 'full' THEN 'within'
        ELSE 'above'
    END AS entitlement,
    COUNT(*) AS accounts
FROM dated
WHERE
    changed_on <= month_end
    AND changed_on >= month_end - INTERVAL '395 days'
    AND (closed_on IS NULL OR closed_on >= changed_on)
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY org_code, month, change, days_since, days_to_closure, entitlement
