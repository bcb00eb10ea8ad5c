SELECT
    org_code,
    month,
    SUM(valid) AS numerator,
    SUM(tested) AS denominator
FROM arrest_summons_identifiers
GROUP BY org_code, month
ORDER BY org_code, month
