-- The last inspection up to the end of each month of the run; the lower grade where one day has two.
WITH inspections AS (
    SELECT
        org_code,
        month,
        held_on,
        CASE grade WHEN 'excellent' THEN 4 WHEN 'good' THEN 3 WHEN 'fair' THEN 2 WHEN 'poor' THEN 1 END AS grade
    FROM governance_entries
    WHERE kind = 'inspection'
),

ranked AS (
    SELECT
        inspections.org_code,
        months.month,
        inspections.grade,
        ROW_NUMBER() OVER (
            PARTITION BY inspections.org_code, months.month
            ORDER BY inspections.held_on DESC, inspections.grade ASC
        ) AS place
    FROM inspections
    INNER JOIN months
        ON inspections.month <= months.month
)

SELECT
    org_code,
    month,
    grade
FROM ranked
WHERE place = 1
ORDER BY org_code, month
