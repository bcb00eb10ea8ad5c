-- Meetings, inspections and control tests of the month. Grade and area are empty for the kinds that have none.
SELECT
    org AS org_code,
    period AS month,
    held_on,
    kind,
    grade,
    control_area,
    COUNT(*) AS entries,
    COALESCE(SUM(controls_met), 0) AS controls_met,
    COALESCE(SUM(controls_tested), 0) AS controls_tested
FROM governance
GROUP BY org, period, held_on, kind, grade, control_area
ORDER BY org_code, month, held_on, kind, grade, control_area
