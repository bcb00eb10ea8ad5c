SELECT
    org_code,
    month,
    COUNT(*) FILTER (WHERE received_on <= due_on) AS numerator,
    COUNT(*) AS denominator
FROM returns
WHERE expected AND due
GROUP BY org_code, month
ORDER BY org_code, month
