-- One row for each month: what was due, what was still held at the month's end, and what was wrongly deleted.
-- A review counts in the month of its day alone, though it is listed again until it is done. A disposal counts in every
-- month at whose end it is due, because its figure is a state, but not once it was gone when the month began: a review
-- may be done, and the record disposed of, before the month in which the review is due. What was done after the month's
-- last day (the extract is taken later) was not done at the month's end.
WITH dated AS (
    SELECT
        org,
        period,
        CAST(period + INTERVAL '1 month' - INTERVAL '1 day' AS DATE) AS month_end,
        kind,
        due_on,
        reviewed_on,
        decision,
        rationale_recorded,
        disposed_on,
        wrongly_deleted,
        CASE
            WHEN kind = 'disposal' THEN due_on
            WHEN decision = 'dispose' THEN reviewed_on
        END AS disposal_due_on
    FROM retention_reviews
),

judged AS (
    SELECT
        org,
        period,
        kind = 'review' AND due_on BETWEEN period AND month_end AS review_due,
        reviewed_on <= due_on AND (decision = 'dispose' OR (decision = 'retain' AND rationale_recorded)) AS on_time,
        disposal_due_on <= month_end
        AND (disposal_due_on >= period OR disposed_on IS NULL OR disposed_on >= period)
        AND NOT wrongly_deleted
        AND NOT COALESCE(decision = 'retain' AND reviewed_on <= month_end, FALSE) AS disposal_due,
        disposed_on IS NULL OR disposed_on > month_end AS held,
        wrongly_deleted AND disposed_on BETWEEN period AND month_end AS deleted_wrongly
    FROM dated
)

SELECT
    org AS org_code,
    period AS month,
    COUNT(*) FILTER (WHERE disposal_due) AS disposals_due,
    COUNT(*) FILTER (WHERE disposal_due AND held) AS disposals_overdue,
    COUNT(*) FILTER (WHERE review_due) AS reviews_due,
    COUNT(*) FILTER (WHERE review_due AND on_time) AS reviews_on_time,
    COUNT(*) FILTER (WHERE deleted_wrongly) AS wrongly_deleted
FROM judged
GROUP BY org, period
ORDER BY org_code, month
