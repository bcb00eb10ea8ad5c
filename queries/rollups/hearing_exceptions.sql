-- Messages by the first exception that each raised, whatever became of it since.
SELECT
    org AS org_code,
    period AS month,
    recordable,
    CASE
        WHEN exception_code IN ('HO100301', 'HO100304', 'HO100310', 'HO100320', 'HO100332') THEN exception_code
        WHEN exception_code IS NOT NULL THEN 'other'
    END AS exception,
    COUNT(*) AS messages
FROM hearing_messages
GROUP BY 1, 2, 3, 4
ORDER BY org_code, month, recordable, exception
