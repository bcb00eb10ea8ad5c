-- The number itself, and the number against the officers the organisation had on the month's last day.
WITH created AS (
    SELECT
        org_code,
        month,
        SUM(reports) AS reports,
        month + INTERVAL '1 month' - INTERVAL '1 day' AS month_end
    FROM arrest_summons_created
    GROUP BY org_code, month
),

measures AS (
    SELECT
        org_code,
        month,
        'records' AS measure,
        reports AS numerator,
        CAST(NULL AS BIGINT) AS denominator
    FROM created
    UNION ALL
    SELECT
        created.org_code,
        created.month,
        'per_1000_officers' AS measure,
        created.reports AS numerator,
        organisations.officers AS denominator
    FROM created
    INNER JOIN organisations
        ON
            created.org_code = organisations.org_code
            AND organisations.officers > 0
            AND organisations.valid_from <= created.month_end
            AND (organisations.valid_to IS NULL OR organisations.valid_to >= created.month_end)
)

SELECT
    org_code,
    month,
    measure,
    numerator,
    denominator
FROM measures
ORDER BY org_code, month, measure
