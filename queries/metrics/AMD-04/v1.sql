-- Every result, closed or open, on the clock that starts with receipt; results dated before it (-1) are left out.
SELECT
    org_code,
    month,
    delay_days AS value,
    observed,
    SUM(results) AS count
FROM court_result_receipt_delay
WHERE delay_days >= 0
GROUP BY org_code, month, delay_days, observed
ORDER BY org_code, month, value, observed
