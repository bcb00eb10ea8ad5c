-- How completely reasons are given, and for whom checks are made. A reason code is valid from 0 to 9, a justification
-- from 3 to 250 characters; one that is missing or empty is not.
SELECT
    org AS org_code,
    period AS month,
    system,
    COUNT(*) AS transactions,
    COUNT(*) FILTER (WHERE reason_code BETWEEN 0 AND 9 AND justification_length BETWEEN 3 AND 250) AS complete,
    COUNT(*) FILTER (WHERE on_behalf_of) AS on_behalf_of
FROM transactions
GROUP BY org, period, system
ORDER BY org_code, month, system
