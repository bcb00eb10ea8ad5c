-- A total without a return behind it is a total that does not reconcile.
SELECT
    stated.org_code,
    stated.month,
    COUNT(*) FILTER (WHERE received.records = stated.records) AS numerator,
    COUNT(*) AS denominator
FROM stated_totals AS stated
LEFT JOIN returns AS received
    ON
        stated.org_code = received.org_code
        AND stated.month = received.month
        AND stated.stated_for = received.dataset
GROUP BY stated.org_code, stated.month
ORDER BY org_code, month
