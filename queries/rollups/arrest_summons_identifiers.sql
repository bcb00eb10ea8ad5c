-- The verdicts of the test that the organisation made before it removed the numbers, recordable or not.
SELECT
    org AS org_code,
    period AS month,
    COUNT(identifier_valid) AS tested,
    COUNT(*) FILTER (WHERE identifier_valid) AS valid
FROM arrest_summons
GROUP BY org, period
ORDER BY org_code, month
