SELECT
    org_code,
    month,
    SUM(national_course) AS numerator,
    SUM(accounts) AS denominator
FROM account_standing
WHERE refresher <> 'untrained'
GROUP BY org_code, month
ORDER BY org_code, month
