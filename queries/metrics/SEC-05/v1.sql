-- Breaches and what they are divided by are added side by side, so that a month without a breach is a rate of nought,
-- and breaches of a month without users or transactions still count in the sums over organisations.
WITH counted AS (
    SELECT
        incidents_known.org_code,
        incidents_known.month,
        exposures.per,
        incidents_known.cases AS breaches,
        0 AS exposure
    FROM incidents_known
    CROSS JOIN (
        SELECT 'user_month' AS per
        UNION ALL
        SELECT 'transaction' AS per
    ) AS exposures
    WHERE incidents_known.category <> 'other_misuse'
    UNION ALL
    SELECT
        org_code,
        month,
        'user_month' AS per,
        0 AS breaches,
        accounts AS exposure
    FROM open_accounts
    UNION ALL
    SELECT
        org_code,
        month,
        'transaction' AS per,
        0 AS breaches,
        transactions AS exposure
    FROM transaction_volumes
)

SELECT
    org_code,
    month,
    per,
    SUM(breaches) AS numerator,
    SUM(exposure) AS denominator
FROM counted
GROUP BY org_code, month, per
ORDER BY org_code, month, per
