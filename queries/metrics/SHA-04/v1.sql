-- The state at the end of each month of the run, whatever month the request came in.
WITH open_requests AS (
    SELECT
        requests.org_code,
        months.month,
        requests.over_one_month_from <= months.month AS over_one_month,
        requests.over_four_months_from <= months.month AS over_four_months,
        requests.requests
    FROM months
    INNER JOIN subject_access_open AS requests
        ON
            requests.month <= months.month
            AND (requests.closed_month IS NULL OR requests.closed_month > months.month)
),

ages AS (
    SELECT
        org_code,
        month,
        'over_one_month' AS age,
        SUM(CASE WHEN over_one_month THEN requests ELSE 0 END) AS numerator,
        SUM(requests) AS denominator
    FROM open_requests
    GROUP BY org_code, month
    UNION ALL
    SELECT
        org_code,
        month,
        'over_four_months' AS age,
        SUM(CASE WHEN over_four_months THEN requests ELSE 0 END) AS numerator,
        SUM(requests) AS denominator
    FROM open_requests
    GROUP BY org_code, month
)

SELECT
    org_code,
    month,
    age,
    numerator,
    denominator
FROM ages
ORDER BY org_code, month, age
