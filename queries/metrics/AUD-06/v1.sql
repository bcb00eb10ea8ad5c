-- Every force at the end of every quarter, because a quarter without a meeting counts; those that returned nothing are
-- left out afterwards.
WITH quarters AS (
    SELECT DISTINCT
        organisations.org_code,
        months.month
    FROM months
    INNER JOIN organisations
        ON
            organisations.valid_from <= months.month + INTERVAL '1 month' - INTERVAL '1 day'
            AND (
                organisations.valid_to IS NULL
                OR organisations.valid_to >= months.month + INTERVAL '1 month' - INTERVAL '1 day'
            )
    WHERE
        EXTRACT(month FROM months.month) IN (3, 6, 9, 12)
        AND organisations.kind IN ('territorial_force', 'territorial_force_other', 'special_force')
),

meetings AS (
    SELECT
        org_code,
        month,
        SUM(entries) AS meetings
    FROM governance_entries
    WHERE kind = 'steering_group_meeting'
    GROUP BY org_code, month
)

SELECT
    quarters.org_code,
    quarters.month,
    MAX(CASE WHEN meetings.meetings > 0 THEN 1 ELSE 0 END) AS numerator,
    MAX(1) AS denominator
FROM quarters
LEFT JOIN meetings
    ON
        quarters.org_code = meetings.org_code
        AND meetings.month <= quarters.month
        AND meetings.month >= quarters.month - INTERVAL '2 months'
GROUP BY quarters.org_code, quarters.month
ORDER BY org_code, month
