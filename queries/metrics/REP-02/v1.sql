-- Two views of the same returns: the cells of mandatory fields, and the grid of what was due.
WITH measures AS (
    SELECT
        org_code,
        month,
        'mandatory_values' AS measure,
        SUM(required_filled) AS numerator,
        SUM(required_values) AS denominator
    FROM returns
    WHERE received_on IS NOT NULL
    GROUP BY org_code, month
    UNION ALL
    SELECT
        org_code,
        month,
        'usable_returns' AS measure,
        COUNT(*) FILTER (WHERE accepted) AS numerator,
        COUNT(*) AS denominator
    FROM returns
    WHERE expected AND due
    GROUP BY org_code, month
)

SELECT
    org_code,
    month,
    measure,
    numerator,
    denominator
FROM measures
ORDER BY org_code, month, measure
