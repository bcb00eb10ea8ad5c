SELECT
    org_code,
    month,
    CASE half_life_hours WHEN 24 THEN 'hours_24' WHEN 72 THEN 'hours_72' END AS half_life,
    SUM(on_time) AS numerator,
    SUM(due) AS denominator
FROM court_result_half_life
GROUP BY org_code, month, half_life_hours
ORDER BY org_code, month, half_life
