SELECT
    org_code,
    month,
    SUM(CASE WHEN exception = 'HO100301' THEN messages ELSE 0 END) AS numerator,
    SUM(messages) AS denominator
FROM hearing_exceptions
WHERE recordable
GROUP BY org_code, month
ORDER BY org_code, month
