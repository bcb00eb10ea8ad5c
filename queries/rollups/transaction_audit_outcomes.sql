-- Audited transactions by the month of the audit, how they were selected and what was found.
SELECT
    org AS org_code,
    period AS month,
    selection,
    outcome,
    COUNT(*) AS audits
FROM transaction_audits
GROUP BY org, period, selection, outcome
ORDER BY org_code, month, selection, outcome
