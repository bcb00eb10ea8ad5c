-- Both selections for every month with transactions: a month without audits is a coverage of nought, not a gap.
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

selections AS (
    SELECT 'random' AS selection
    UNION ALL
    SELECT 'targeted' AS selection
)

SELECT
    made.org_code,
    made.month,
    selections.selection,
    COALESCE(audited.audits, 0) AS numerator,
    made.transactions AS denominator
FROM made
CROSS JOIN selections
LEFT JOIN audited
    ON
        made.org_code = audited.org_code
        AND made.month = audited.month
        AND selections.selection = audited.selection
ORDER BY org_code, month, selection
