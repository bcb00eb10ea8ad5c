-- Everything needed to tell, for the end of any month, which subject access requests were open and how old they were.
-- A request is older than a month from the day after its limit, hence the extra day.
WITH dated AS (
    SELECT
        org,
        period,
        closed_on,
        received_on + INTERVAL '1 month' + INTERVAL '1 day' AS over_one_on,
        received_on + INTERVAL '4 months' + INTERVAL '1 day' AS over_four_on
    FROM rights_requests
    WHERE kind = 'subject_access'
)

SELECT
    org AS org_code,
    period AS month,
    make_date(EXTRACT(year FROM closed_on), EXTRACT(month FROM closed_on), 1) AS closed_month,
    make_date(EXTRACT(year FROM over_one_on), EXTRACT(month FROM over_one_on), 1) AS over_one_month_from,
    make_date(EXTRACT(year FROM over_four_on), EXTRACT(month FROM over_four_on), 1) AS over_four_months_from,
    COUNT(*) AS requests
FROM dated
GROUP BY 1, 2, 3, 4, 5
ORDER BY org_code, month, closed_month, over_one_month_from, over_four_months_from
