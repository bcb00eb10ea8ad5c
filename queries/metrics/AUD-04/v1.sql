-- Every outcome for every month with a closed case: an outcome that did not occur is a share of nought, not a gap.
WITH outcomes AS (
    SELECT 'any_action' AS outcome
    UNION ALL
    SELECT 'no_action' AS outcome
    UNION ALL
    SELECT 'warning' AS outcome
    UNION ALL
    SELECT 'resigned_or_dismissed' AS outcome
    UNION ALL
    SELECT 'criminal' AS outcome
)

SELECT
    misuse_closed.org_code,
    misuse_closed.month,
    outcomes.outcome,
    SUM(
        CASE
            WHEN misuse_closed.outcome = outcomes.outcome THEN misuse_closed.cases
            WHEN outcomes.outcome = 'any_action' AND misuse_closed.outcome <> 'no_action' THEN misuse_closed.cases
            ELSE 0
        END
    ) AS numerator,
    SUM(misuse_closed.cases) AS denominator
FROM misuse_closed
CROSS JOIN outcomes
WHERE misuse_closed.outcome IS NOT NULL
GROUP BY misuse_closed.org_code, misuse_closed.month, outcomes.outcome
ORDER BY org_code, month, outcome
