SELECT
    org_code,
    closed_month AS month,
    SUM(CASE WHEN outcome = 'granted' THEN requests ELSE 0 END) AS numerator,
    SUM(requests) AS denominator
FROM erasure_requests
WHERE closed_month IS NOT NULL AND outcome IN ('granted', 'refused')
GROUP BY org_code, closed_month
ORDER BY org_code, month
