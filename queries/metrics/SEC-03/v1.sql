SELECT
    org_code,
    month,
    SUM(within_entitlement) AS numerator,
    SUM(entitlement_known) AS denominator
FROM account_standing
GROUP BY org_code, month
ORDER BY org_code, month
