-- Cases and users are added side by side: a month without a case is a rate of nought, not a gap.
WITH counted AS (
    SELECT
        org_code,
        month,
        cases,
        0 AS users
    FROM incidents_known
    WHERE category IN ('unauthorised_access', 'unauthorised_disclosure', 'other_misuse')
    UNION ALL
    SELECT
        org_code,
        month,
        0 AS cases,
        accounts AS users
    FROM open_accounts
)

SELECT
    org_code,
    month,
    SUM(cases) AS numerator,
    SUM(users) AS denominator
FROM counted
GROUP BY org_code, month
ORDER BY org_code, month
