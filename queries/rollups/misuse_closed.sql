-- Misuse cases closed in the submission's own month, whenever they became known. The extract may be taken later, so
-- that a case closed after the month stands here too; it counts in the next month, whose submission holds it again.
SELECT
    org AS org_code,
    period AS month,
    outcome,
    COUNT(*) AS cases
FROM incidents
WHERE
    category IN ('unauthorised_access', 'unauthorised_disclosure', 'other_misuse')
    AND closed_on >= period
    AND closed_on < period + INTERVAL '1 month'
GROUP BY org, period, outcome
ORDER BY org_code, month, outcome
