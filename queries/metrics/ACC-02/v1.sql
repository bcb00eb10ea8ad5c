-- Two exposures of the same transactions: the users active in the month, and the officers on its last day. A month without
-- a transaction counts its officers too; those that returned nothing are left out afterwards.
WITH used AS (
    SELECT
        org_code,
        month,
        SUM(transactions) AS transactions,
        COUNT(*) AS users
    FROM active_users
    GROUP BY org_code, month
),

strength AS (
    SELECT
        organisations.org_code,
        months.month,
        organisations.officers
    FROM months
    INNER JOIN organisations
        ON
            organisations.officers > 0
            AND organisations.valid_from <= months.month + INTERVAL '1 month' - INTERVAL '1 day'
            AND (
                organisations.valid_to IS NULL
                OR organisations.valid_to >= months.month + INTERVAL '1 month' - INTERVAL '1 day'
            )
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
        strength.org_code,
        strength.month,
        'officer_month' AS per,
        COALESCE(used.transactions, 0) AS numerator,
        strength.officers AS denominator
    FROM strength
    LEFT JOIN used
        ON
            strength.org_code = used.org_code
            AND strength.month = used.month
)

SELECT
    org_code,
    month,
    per,
    numerator,
    denominator
FROM exposures
ORDER BY org_code, month, per
