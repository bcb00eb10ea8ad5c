-- The state at the end of the month's last day, and what came and went within the month. A case is over 12 months old
-- from the day after its twelfth month ends; 29 February is followed by 28 February. A date after the month's end (the
-- extract is taken later) did not happen yet; an investigation dated before the case was opened is none.
WITH dated AS (
    SELECT
        org,
        period,
        opened_on,
        closed_on,
        last_investigated_on,
        period + INTERVAL '1 month' - INTERVAL '1 day' AS month_end
    FROM impending_prosecutions
),

states AS (
    SELECT
        org,
        period,
        opened_on BETWEEN period AND month_end AS opened_in_month,
        closed_on BETWEEN period AND month_end AS closed_in_month,
        opened_on <= month_end AND (closed_on IS NULL OR closed_on > month_end) AS open_at_end,
        opened_on + INTERVAL '12 months' < month_end AS over_12_months,
        COALESCE(last_investigated_on BETWEEN opened_on AND month_end, FALSE) AS investigated
    FROM dated
)

SELECT
    org AS org_code,
    period AS month,
    COUNT(*) FILTER (WHERE opened_in_month) AS opened,
    COUNT(*) FILTER (WHERE closed_in_month) AS closed,
    COUNT(*) FILTER (WHERE open_at_end) AS open_cases,
    COUNT(*) FILTER (WHERE open_at_end AND over_12_months) AS over_12_months,
    COUNT(*) FILTER (WHERE open_at_end AND over_12_months AND NOT investigated) AS not_investigated
FROM states
GROUP BY org, period
ORDER BY org_code, month
