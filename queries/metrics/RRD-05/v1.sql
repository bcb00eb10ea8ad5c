-- A month without wrong deletions is a rate of nought, not a gap.
WITH held AS (
    SELECT
        org_code,
        month,
        SUM(records) AS records
    FROM records_held
    GROUP BY org_code, month
),

deleted AS (
    SELECT
        org_code,
        month,
        SUM(wrongly_deleted) AS wrongly_deleted
    FROM retention_state
    GROUP BY org_code, month
)

SELECT
    held.org_code,
    held.month,
    COALESCE(deleted.wrongly_deleted, 0) AS numerator,
    held.records AS denominator
FROM held
LEFT JOIN deleted
    ON
        held.org_code = deleted.org_code
        AND held.month = deleted.month
ORDER BY org_code, month
