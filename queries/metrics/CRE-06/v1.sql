-- The number itself, and the number against the officers the organisation had on the month's last day. A month in which
-- no record was created counts its officers too; those that returned nothing are left out afterwards.
WITH created AS (
    SELECT
        org_code,
        month,
        SUM(reports) AS reports
    FROM arrest_summons_created
    GROUP BY org_code, month
),

strength AS (
    SELECT
        organisations.org_code,
        months.month,
        organisations.officers
    FROM months
    INNER JOIN organisations
        ON
            organisations.officers > 0
            AND organisations.valid_from <= months.month + INTERVAL '1 month' - INTERVAL '1 day'
            AND (
                organisations.valid_to IS NULL
                OR organisations.valid_to >= months.month + INTERVAL '1 month' - INTERVAL '1 day'
            )
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
        strength.org_code,
        strength.month,
        'per_1000_officers' AS measure,
        COALESCE(created.reports, 0) AS numerator,
        strength.officers AS denominator
    FROM strength
    LEFT JOIN created
        ON
            strength.org_code = created.org_code
            AND strength.month = created.month
)

SELECT
    org_code,
    month,
    measure,
    numerator,
    denominator
FROM measures
ORDER BY org_code, month, measure
