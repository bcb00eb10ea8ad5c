SELECT
    org_code,
    month,
    locked AS numerator,
    checks AS denominator
FROM terminals_locked
ORDER BY org_code, month
