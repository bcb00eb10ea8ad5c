-- Accounts open on the month's last day that have been used at all, and those of them trained by the day of first use.
SELECT
    org AS org_code,
    period AS month,
    COUNT(*) AS users_with_access,
    COUNT(*) FILTER (WHERE trained_on <= first_access_on) AS trained_before_access
FROM user_accounts
WHERE
    first_access_on IS NOT NULL
    AND (closed_on IS NULL OR closed_on > period + INTERVAL '1 month' - INTERVAL '1 day')
GROUP BY org, period
ORDER BY org_code, month
