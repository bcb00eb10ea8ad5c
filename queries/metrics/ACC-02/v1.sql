-- Two exposures of the same transactions: the users active in the month, and the officers on its last day.
WITH used AS (
    SELECT
        org_code,
        month,
        SUM(transactions) AS transactions,
        COUNT(*) AS users,
        month + INTERVAL '1 month' - INTERVAL '1 day' AS month_end
    FROM active_users
    GROUP BY org_code, month
),

exposures AS (
    SELECT
        org_code,
        month,
        'user_month' AS per,
        transactions AS numerator,
        users AS denominator
    FROM used
    UNION ALL
    SELECT
        used.org_code,
        used.month,
        'officer_month' AS per,
        used.transactions AS numerator,
        organisations.officers AS denominator
    FROM used
    INNER JOIN organisations
        ON
            used.org_code = organisations.org_code
            AND organisations.officers > 0
            AND organisations.valid_from <= used.month_end
            AND (organisations.valid_to IS NULL OR organisations.valid_to >= used.month_end)
)

SELECT
    org_code,
    month,
    per,
    numerator,
    denominator
FROM exposures
ORDER BY org_code, month, per
