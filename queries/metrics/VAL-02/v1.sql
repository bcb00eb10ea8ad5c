-- A result that agrees has no error, whatever else is recorded. One that does not agree counts only if it is known
-- whether the error matters.
SELECT
    org_code,
    month,
    SUM(significant_errors) AS numerator,
    SUM(cases - significance_unknown) AS denominator
FROM quality_check_outcomes
WHERE kind = 'court_record' AND outcome IS NOT NULL
GROUP BY org_code, month
ORDER BY org_code, month
