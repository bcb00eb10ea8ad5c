-- Three counts, each a part of the next.
WITH counts AS (
    SELECT
        org_code,
        month,
        'over_12_months_not_investigated' AS cases,
        not_investigated AS numerator
    FROM impending_prosecutions_state
    UNION ALL
    SELECT
        org_code,
        month,
        'over_12_months' AS cases,
        over_12_months AS numerator
    FROM impending_prosecutions_state
    UNION ALL
    SELECT
        org_code,
        month,
        'open' AS cases,
        open_cases AS numerator
    FROM impending_prosecutions_state
)

SELECT
    org_code,
    month,
    cases,
    SUM(numerator) AS numerator
FROM counts
GROUP BY org_code, month, cases
ORDER BY org_code, month, cases
