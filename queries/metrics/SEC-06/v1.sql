-- Months whose breaches are none of them notifiable have a denominator of nought and so no figure.
SELECT
    org_code,
    month,
    SUM(told_in_time) AS numerator,
    SUM(notifiable_due) AS denominator
FROM incidents_known
GROUP BY org_code, month
ORDER BY org_code, month
