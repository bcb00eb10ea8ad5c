-- Every code of every month that had messages, so that a code which did not occur stands at zero.
WITH codes AS (
    SELECT code
    FROM (
        VALUES ('any'), ('HO100301'), ('HO100304'), ('HO100310'), ('HO100320'), ('HO100332'), ('other')
    ) AS listed (code)
)

SELECT
    org_code,
    month,
    code,
    SUM(
        CASE
            WHEN code = exception THEN messages
            WHEN code = 'any' AND exception IS NOT NULL THEN messages
            ELSE 0
        END
    ) AS numerator,
    SUM(messages) AS denominator
FROM hearing_exceptions
CROSS JOIN codes
GROUP BY org_code, month, code
ORDER BY org_code, month, code
