SELECT
    org_code,
    month,
    SUM(
        CASE
            WHEN refresher = 'in_date' THEN accounts
            WHEN refresher = 'not_set' AND months_since_training <= $refresher_months THEN accounts
            ELSE 0
        END
    ) AS numerator,
    SUM(accounts) AS denominator
FROM account_standing
GROUP BY org_code, month
ORDER BY org_code, month
