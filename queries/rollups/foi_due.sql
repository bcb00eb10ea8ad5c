-- Freedom of information requests by the month in which their limit falls. The limit is the day that the organisation
-- recorded, because working days depend on bank holidays. A request counts once its limit has passed, closed or not:
-- counting those closed early before the others are ripe would flatter.
SELECT
    org AS org_code,
    make_date(EXTRACT(year FROM due_on), EXTRACT(month FROM due_on), 1) AS month,
    period,
    COUNT(*) AS due,
    COUNT(*) FILTER (WHERE closed_on <= due_on) AS on_time
FROM rights_requests
WHERE kind = 'foi' AND due_on < submitted
GROUP BY 1, 2, 3
ORDER BY org_code, month, period
