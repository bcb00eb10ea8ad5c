-- Resubmitted messages are among the exceptions too, and so stand twice below the line; that is the documented formula.
SELECT
    org_code,
    month,
    SUM(automated) AS numerator,
    SUM(automated + resubmitted_resolved + exceptions - manually_resolved) AS denominator
FROM hearing_outcomes
GROUP BY org_code, month
ORDER BY org_code, month
