-- A user whose reference is in no listed account of the organisation is not shown to be in date.
WITH in_date AS (
    SELECT DISTINCT
        org_code,
        month,
        user_ref
    FROM user_refresher_state
    WHERE refresher = 'in_date' OR (refresher = 'not_set' AND months_since_training <= $refresher_months)
)

SELECT
    users.org_code,
    users.month,
    SUM(CASE WHEN in_date.user_ref IS NULL THEN users.transactions ELSE 0 END) AS numerator,
    SUM(users.transactions) AS denominator
FROM active_users AS users
LEFT JOIN in_date
    ON
        users.org_code = in_date.org_code
        AND users.month = in_date.month
        AND users.user_ref = in_date.user_ref
GROUP BY users.org_code, users.month
ORDER BY org_code, month
