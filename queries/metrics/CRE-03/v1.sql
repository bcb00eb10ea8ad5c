-- Every case, closed or open; records dated before their event (-1) are left out.
SELECT
    org_code,
    month,
    delay_hours AS value,
    observed,
    SUM(reports) AS count
FROM arrest_summons_delay
WHERE delay_hours >= 0
GROUP BY org_code, month, delay_hours, observed
ORDER BY org_code, month, value, observed
