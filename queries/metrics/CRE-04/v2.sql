-- What was listed as open at the month's end.
SELECT
    org_code,
    month,
    SUM(over_three_days) AS numerator
FROM open_cases_state
WHERE kind = 'arrest_summons'
GROUP BY org_code, month
ORDER BY org_code, month
