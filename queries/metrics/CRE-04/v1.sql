-- The state at the end of each month of the run, whatever month the event was in.
SELECT
    backlog.org_code,
    months.month,
    SUM(backlog.reports) AS numerator
FROM months
INNER JOIN arrest_summons_backlog AS backlog
    ON
        backlog.overdue_from <= months.month
        AND (backlog.created_month IS NULL OR backlog.created_month > months.month)
GROUP BY backlog.org_code, months.month
ORDER BY org_code, month
