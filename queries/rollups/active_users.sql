-- The users of each month: a set of keys, because distinct users cannot be added from one month to the next.
SELECT
    org AS org_code,
    period AS month,
    user_ref,
    COUNT(*) AS transactions
FROM transactions
GROUP BY org, period, user_ref
ORDER BY org_code, month, user_ref
