-- Resolved cases and results drawn for comparison, by what the check found. A case may be checked up to the 35th day
-- after it was resolved; counting those checked early before the others' 35 days are over would flatter.
WITH checks AS (
    SELECT
        org,
        period,
        kind,
        outcome,
        checked_on,
        significant_error,
        submitted,
        resolved_on + INTERVAL '35 days' AS limit_on
    FROM quality_checks
)

SELECT
    org AS org_code,
    period AS month,
    kind,
    outcome,
    COUNT(*) AS cases,
    COUNT(*) FILTER (WHERE significant_error) AS significant_errors,
    COUNT(*) FILTER (WHERE outcome = 'fail' AND significant_error IS NULL) AS significance_unknown,
    COUNT(*) FILTER (WHERE limit_on < submitted) AS due,
    COUNT(*) FILTER (WHERE limit_on < submitted AND checked_on <= limit_on) AS checked_on_time
FROM checks
GROUP BY org, period, kind, outcome
ORDER BY org_code, month, kind, outcome
