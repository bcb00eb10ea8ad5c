-- Every code of every month that had messages, so that a code which did not occur stands at zero.
WITH codes AS (
    SELECT code
    FROM (VALUES ('any'), ('HO100304'), ('HO100310'), ('HO100320'), ('HO100332')) AS listed (code)
)

SELECT
    org_code,
    month,
    code,
    SUM(
        CASE
            WHEN code = exception THEN messages
            WHEN code = 'any' AND exception IN ('HO100304', 'HO100310', 'HO100320', 'HO100332') THEN messages
            ELSE 0
        END
    ) AS numerator,
    SUM(messages) AS denominator
FROM hearing_exceptions
CROSS JOIN codes
WHERE recordable
GROUP BY org_code, month, code
ORDER BY org_code, month, code
