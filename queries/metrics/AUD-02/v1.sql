-- Audits whose outcome is unknown stand on neither side.
SELECT
    org_code,
    month,
    selection,
    SUM(CASE WHEN outcome = 'justified' THEN audits ELSE 0 END) AS numerator,
    SUM(audits) AS denominator
FROM transaction_audit_outcomes
WHERE outcome <> 'unknown'
GROUP BY org_code, month, selection
ORDER BY org_code, month, selection
