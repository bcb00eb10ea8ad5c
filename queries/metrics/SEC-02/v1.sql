-- The days ran out in the month when that day lies between its first and its last, both included.
-- A mover whose account is open and whose entitlement is not recorded stands on neither side.
WITH due AS (
    SELECT
        org_code,
        month,
        change,
        days_to_closure,
        entitlement,
        accounts,
        days_to_closure <= $leaver_days AS closed_in_time
    FROM leavers_and_movers
    WHERE
        days_since >= $leaver_days
        AND days_since < $leaver_days + EXTRACT(day FROM month + INTERVAL '1 month' - INTERVAL '1 day')
)

SELECT
    org_code,
    month,
    change,
    SUM(
        CASE WHEN closed_in_time OR (change = 'moved' AND entitlement = 'within') THEN accounts ELSE 0 END
    ) AS numerator,
    SUM(accounts) AS denominator
FROM due
WHERE change = 'left' OR days_to_closure IS NOT NULL OR entitlement <> 'unknown'
GROUP BY org_code, month, change
ORDER BY org_code, month, change
