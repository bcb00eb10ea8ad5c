-- Accounts open on the month's last day, by the days since they were last used. An account that was never used counts
-- from its creation; a use after the month's end (the extract is taken later) is no unused day.
WITH dated AS (
    SELECT
        org,
        period,
        closed_on,
        period + INTERVAL '1 month' - INTERVAL '1 day' AS month_end,
        COALESCE(last_login_on, created_on) AS used_on
    FROM user_accounts
)

SELECT
    org AS org_code,
    period AS month,
    GREATEST(LEAST(CAST(month_end AS DATE) - used_on, 730), 0) AS days_since_login,
    COUNT(*) AS accounts
FROM dated
WHERE closed_on IS NULL OR closed_on > month_end
GROUP BY 1, 2, 3
ORDER BY org_code, month, days_since_login
