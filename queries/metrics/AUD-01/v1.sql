-- Both selections for every month with transactions or audits: a month without audits is a coverage of nought, and audits
-- in a month without transactions, which are of earlier ones, count in the period.
WITH made AS (
    SELECT
        org_code,
        month,
        SUM(transactions) AS transactions
    FROM transaction_volumes
    GROUP BY org_code, month
),

audited AS (
    SELECT
        org_code,
        month,
        selection,
        SUM(audits) AS audits
    FROM transaction_audit_outcomes
    GROUP BY org_code, month, selection
),

months AS (
    SELECT
        org_code,
        month
    FROM made
    UNION
    SELECT
        org_code,
        month
    FROM audited
),

selections AS (
    SELECT 'random' AS selection
    UNION ALL
    SELECT 'targeted' AS selection
)

SELECT
    months.org_code,
    months.month,
    selections.selection,
    COALESCE(audited.audits, 0) AS numerator,
    COALESCE(made.transactions, 0) AS denominator
FROM months
CROSS JOIN selections
LEFT JOIN made
    ON
        months.org_code = made.org_code
        AND months.month = made.month
LEFT JOIN audited
    ON
        months.org_code = audited.org_code
        AND months.month = audited.month
        AND selections.selection = audited.selection
ORDER BY org_code, month, selection
