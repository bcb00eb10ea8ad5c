//! The table of steps that series seem to have taken: for whoever decides whether limits begin anew there.

use crate::assessment::{LEAST_SEARCHED, ProposedStep, StepDecision, StepSearch, StepSize};
use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::words::{self, Change};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::{Unit, value_text};
use crate::vocabulary::shorthand::Shorthand;

/// One row for each step; `None` where no series seems to have taken one. `code` limits it to the series of one
/// organisation, and then says nothing of others but how many they are.
pub fn step_table(facts: &Facts<'_>, metric: &Metric, code: Option<&BodyId>) -> Option<Table> {
    let concerns =
        |step: &&ProposedStep| *step.metric_id == *metric.id && code.is_none_or(|code| step.org_code == *code);
    let row = |step: &ProposedStep| {
        let (before, after) = step.means;
        let event = step.event.as_ref().map_or_else(
            || "No recorded cause".to_owned(),
            |event| {
                let kind = words::sentence_case(&words::event_kind(&event.kind));
                format!("{kind}, {}", words::date_words(event.happened_on))
            },
        );
        let cells = vec![
            Cell::new(step.period.words()).with_detail(Some(date_words(step))),
            Cell::number(before, metric.unit),
            Cell::number(after, metric.unit),
            step.size.map_or_else(|| Cell::absent(Shorthand::NotApplicable), |size| size_cell(size, metric.unit)),
            Cell::count(step.shared_by),
            Cell::new(event),
            Cell::new(decision_words(step.decision)),
        ];
        let name = if step.org_code.is_nation() { facts.everyone(metric) } else { facts.name(&step.org_code) };
        Row::new(name, cells)
    };
    let mut steps: Vec<&ProposedStep> = facts.release.assessment.steps.iter().filter(concerns).collect();
    steps.sort_by_key(|step| (!step.org_code.is_nation(), facts.name(&step.org_code), step.period));
    let rows: Vec<Row> = steps.into_iter().map(row).collect();
    let columns = vec![
        Column::words("Series"),
        Column::words("New level from"),
        Column::in_unit("Mean before", metric.unit),
        Column::in_unit("Mean after", metric.unit),
        Column::words("Difference"),
        Column::numbers("Other organisations with a step then"),
        Column::words("Recorded event"),
        Column::words("Decision"),
    ];
    let caption = format!("Steps that the series of {} seem to have taken", metric.id);
    let table = Table::new(format!("tab-{}-steps", metric.id), caption, columns, rows);
    // The page of an organisation has many such tables, and explains them once.
    let table = if code.is_some() { table } else { table.explained(STEPS_EXPLAINED) };
    (!table.rows.is_empty()).then_some(table)
}

/// How to read a table of steps.
pub const STEPS_EXPLAINED: &str = "A step is a proposal. Limits begin anew there when a named person has decided so, or with a \
                                   recorded event that makes the work another. Means leave out the seasons where these \
                                   explain much. The difference is between all cases after the step and all before it, so \
                                   it need not be that of the means. The place of a step was chosen so that the step is as \
                                   large as possible: the true difference is likely to be smaller.";

/// In how many of the series steps were looked for, and why not in the others; `None` where there are no series, or where
/// a table of steps says that they were looked for in all.
pub fn search_sentence(facts: &Facts<'_>, metric: Option<&Metric>, code: Option<&BodyId>) -> Option<String> {
    let concerns = |metric_id: &str, org_code: &BodyId| {
        metric.is_none_or(|metric| metric_id == metric.id) && code.is_none_or(|code| org_code == code)
    };
    let assessment = &facts.release.assessment;
    let trends = assessment.trends.iter().filter(|trend| concerns(&trend.metric_id, &trend.org_code));
    let series: Vec<StepSearch> = trends.map(|trend| trend.steps).collect();
    let count = |search: StepSearch| series.iter().filter(|found| **found == search).count();
    let (searched, few, gaps) = (count(StepSearch::Searched), count(StepSearch::TooFew), count(StepSearch::Gaps));
    let needs = format!("{LEAST_SEARCHED} final figures under one definition");
    match searched {
        _ if series.is_empty() => None,
        0 => Some(format!(
            "We did not look for lasting changes of level: that takes {needs}, with few gaps between them."
        )),
        _ if few + gaps > 0 => {
            let have = |series: usize, what: &str| {
                (series > 0).then(|| format!("{series} {} {what}", if series == 1 { "has" } else { "have" }))
            };
            let few = have(few, &format!("fewer than {needs}"));
            let gaps = have(gaps, "too many periods without a figure");
            let why: Vec<String> = few.into_iter().chain(gaps).collect();
            let all = series.len();
            Some(format!(
                "We looked for lasting changes of level in {searched} of {all} series; {}.",
                words::list_words(&why)
            ))
        }
        _ if assessment.steps.iter().any(|step| concerns(&step.metric_id, &step.org_code)) => None,
        1 => Some("The series does not seem to have taken a step.".to_owned()),
        all => Some(format!("None of the {all} series seems to have taken a step.")),
    }
}

/// "between October and December 2024 (95% interval)".
fn date_words(step: &ProposedStep) -> String {
    let name = |period: Period| match period.kind {
        PeriodType::Month => words::month_words(period.first),
        _ => period.words(),
    };
    match (step.has_interval, step.earliest, step.latest) {
        (false, ..) => "no interval: a level does not vary".to_owned(),
        (true, Some(from), Some(to)) if from == to => "95% interval: that period alone".to_owned(),
        (true, Some(from), Some(to)) => format!("95% interval: {} to {}", name(from), name(to)),
        (true, Some(from), None) => format!("95% interval: from {} on", name(from)),
        (true, None, Some(to)) => format!("95% interval: up to {}", name(to)),
        (true, None, None) => "95% interval: any period".to_owned(),
    }
}

fn size_cell(size: StepSize, unit: Unit) -> Cell {
    let interval = |lower: String, upper: String| Some(format!("95% interval {lower} to {upper}"));
    if size.is_ratio {
        let text = |ratio: f64| value_text(ratio, Unit::Ratio);
        let upper = size.limits.upper.map_or_else(|| words::NO_LIMIT.to_owned(), text);
        let lower = size.limits.lower.map_or_else(|| words::NO_LIMIT.to_owned(), text);
        let times = |ratio| Cell::shown(format!("{} times as much", text(ratio)), ratio, Unit::Ratio);
        let estimate = size.estimate.map_or_else(|| Cell::absent(Shorthand::NotApplicable), times);
        return estimate.with_detail(interval(lower, upper));
    }
    let text = |amount: Option<f64>| {
        amount.map_or_else(|| words::NO_LIMIT.to_owned(), |amount| Change::of(amount, unit).signed_text())
    };
    let exact = size.difference.map(|difference| Change::of_ratios(difference, unit).signed_text());
    let points = format!("{} {}", exact.unwrap_or_else(|| text(size.estimate)), words::change_unit(unit));
    Cell::new(points).with_detail(interval(text(size.limits.lower), text(size.limits.upper)))
}

fn decision_words(decision: StepDecision) -> &'static str {
    match decision {
        StepDecision::Open => "Not decided",
        StepDecision::Accepted => "Limits begin anew",
        StepDecision::Recorded => "Limits begin anew with a recorded event",
        StepDecision::Refused => "Limits go on",
    }
}
