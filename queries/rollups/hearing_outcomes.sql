-- The four counts of the automation formula. An exception counts whatever became of it, so a message that was sent again
-- with success stands among both the exceptions and the resubmitted.
SELECT
    org AS org_code,
    period AS month,
    COUNT(*) FILTER (WHERE resolution = 'automated') AS automated,
    COUNT(*) FILTER (WHERE resolution = 'resubmitted') AS resubmitted_resolved,
    COUNT(*) FILTER (WHERE exception_code IS NOT NULL) AS exceptions,
    COUNT(*) FILTER (WHERE resolution = 'manual') AS manually_resolved,
    COUNT(*) AS messages
FROM hearing_messages
GROUP BY org, period
ORDER BY org_code, month
