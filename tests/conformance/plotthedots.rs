//! Comparison with `NHSRplotthedots` 0.2.2: its published test cases and its output on accident and emergency data.

use std::cmp::Ordering;
use std::path::Path;

use chrono::{Months, NaiveDate};

use super::{Check, Compared, NotCompared, Row, Table, same, same_or_none, together};
use leds_metrics::stats::control::rules::{RulePoint, Zone, signals};
use leds_metrics::stats::control::{
    Assurance, ChartPoint, ChartSettings, ControlAnalysis, ControlRule, Mode, Note, PointType, PointUse,
    SignalDirection, ValuePoint, Variation, xmr,
};
use leds_metrics::stats::timeline::DaySpan;
use leds_metrics::vocabulary::quantity::Better;

/// The runs, with the better direction, the length of a fixed baseline and whether ranges were screened.
const RUNS: [(&str, Better, Option<usize>, bool); 11] = [
    ("attendances_neutral_target", Better::Neutral, None, true),
    ("breaches_decrease", Better::Lower, None, true),
    ("breaches_decrease_fix12", Better::Lower, Some(12), true),
    ("breaches_decrease_noscreen", Better::Lower, None, false),
    ("breaches_decrease_rebase201807_RRK", Better::Lower, None, true),
    ("breaches_decrease_rebase_fix12", Better::Lower, Some(12), true),
    ("breaches_decrease_rebase_two", Better::Lower, None, true),
    ("within4h_increase_target80", Better::Higher, None, true),
    ("within4h_increase_target95", Better::Higher, None, true),
    ("within4h_increase_targets_per_org", Better::Higher, None, true),
    ("all_type1_orgs_within4h_target95", Better::Higher, None, true),
];

/// Compares limits to 1e-9 and labels exactly.
pub fn check_plotthedots(folder: &Path) -> Vec<Compared> {
    let mut checks = vec![rule_cases(folder), assurance_cases(folder), limits_cases(folder)];
    for (name, better, baseline, screen) in RUNS {
        let settings = ChartSettings { mode: Mode::MakingDataCount, baseline, screen, ..ChartSettings::new(better) };
        checks.extend(together(run(folder, name, &settings).map(Vec::from)));
    }
    checks
}

/// The numbers of a list in one field.
fn list(text: &str) -> Vec<f64> {
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

fn rule_cases(folder: &Path) -> Result<Check, NotCompared> {
    let table = Table::read(folder, "plotthedots/package_tests/rule_function_cases.csv")?;
    let mut check = Check { file: table.file().to_owned(), compared: 0, mismatches: Vec::new() };
    for row in table.rows() {
        let (input, sides) = (list(row.optional_text("input")), list(row.optional_text("relative_to_mean")));
        let wanted = list(row.optional_text("expected"));
        let rule = row.optional_text("rule");
        let found = if rule.starts_with("seven_points_one_side") {
            completing(&places(&input, &input, &[]), ControlRule::RunOfSeven)
        } else if rule.starts_with("seven_point_trend") {
            completing(&places(&input, &[], &[]), ControlRule::TrendOfSeven)
        } else if rule.starts_with("back-fill") {
            back_filled(&input)
        } else if rule.starts_with("two_in_three") {
            in_a_pair(&input, &sides)
        } else {
            let marked = signals(&places(&[], &sides, &input));
            marked
                .iter()
                .map(|of| if of.iter().any(|s| s.rule == ControlRule::TwoInThree) { 1.0 } else { 0.0 })
                .collect()
        };
        check.compared += 1;
        if found.len() != wanted.len() || found.iter().zip(&wanted).any(|(a, b)| a.total_cmp(b).is_ne()) {
            check.mismatches.push(format!("{rule} {input:?}: {found:?}, not {wanted:?}"));
        }
    }
    Ok(check)
}

/// Places from values for the steps, signs for the sides and 1 for near points, whichever are given.
fn places(values: &[f64], sides: &[f64], near: &[f64]) -> Vec<RulePoint> {
    let length = values.len().max(sides.len()).max(near.len());
    let order = |a: f64, b: f64| a.total_cmp(&b);
    let of = |index: usize| {
        let value = values.get(index).copied();
        let before = index.checked_sub(1).and_then(|before| values.get(before).copied());
        RulePoint {
            step: value.zip(before).map_or(Ordering::Equal, |(value, before)| order(value, before)),
            side: sides.get(index).map_or(Ordering::Equal, |&side| order(side, 0.0)),
            zone: if near.get(index).is_some_and(|&near| near > 0.5) { Zone::Near } else { Zone::Middle },
        }
    };
    (0..length).map(of).collect()
}

/// For each point 1 or −1 if the seven points up to it fulfil the rule: their window alone, with all points marked.
fn completing(places: &[RulePoint], rule: ControlRule) -> Vec<f64> {
    let of = |end: usize| {
        let window = end.checked_sub(7).and_then(|start| places.get(start..end));
        let first = window.and_then(|window| signals(window).into_iter().last());
        let found = first.and_then(|of| of.into_iter().find(|signal| signal.rule == rule));
        match found.map(|signal| signal.direction) {
            // A run is reported as 1 on either side.
            Some(SignalDirection::Low) if rule == ControlRule::TrendOfSeven => -1.0,
            Some(_) => 1.0,
            None => 0.0,
        }
    };
    (1..=places.len()).map(of).collect()
}

/// A run whose seventh points are those marked, seen from all its points.
fn back_filled(sevenths: &[f64]) -> Vec<f64> {
    let within = |index: usize| sevenths.iter().skip(index).take(7).find(|&&mark| mark.abs() > 0.5);
    let sides: Vec<f64> = (0..sevenths.len()).map(|index| within(index).copied().unwrap_or(0.0)).collect();
    let found = signals(&places(&[], &sides, &[]));
    found.iter().map(|of| if of.is_empty() { 0.0 } else { 1.0 }).collect()
}

/// All three points of the windows whose near points are marked.
fn in_a_pair(near: &[f64], sides: &[f64]) -> Vec<f64> {
    let all = places(&[], sides, near);
    let pair = |start: usize| all.get(start..start + 3).is_some_and(|w| signals(w).iter().any(|of| !of.is_empty()));
    let within = |index: usize| (index.saturating_sub(2)..=index).any(pair);
    (0..all.len()).map(|index| if within(index) { 1.0 } else { 0.0 }).collect()
}

fn assurance_cases(folder: &Path) -> Result<Check, NotCompared> {
    let table = Table::read(folder, "plotthedots/package_tests/assurance_cases.csv")?;
    let mut check = Check { file: table.file().to_owned(), compared: 0, mismatches: Vec::new() };
    for row in table.rows() {
        let (lower, upper) = (row.required("lpl")?, row.required("upl")?);
        let better = match row.optional_text("improvement_direction") {
            "increase" => Better::Higher,
            "decrease" => Better::Lower,
            _ => Better::Neutral,
        };
        // Two values in turn, whose limits are the wanted ones: their distance is the half width over 2.66.
        let (middle, half) = (f64::midpoint(lower, upper), (upper - lower) / 2.0 / 2.66 / 2.0);
        let values: Vec<f64> = (0..16).map(|i| if i % 2 == 0 { middle - half } else { middle + half }).collect();
        let target = row.optional_number("target");
        let settings =
            ChartSettings { mode: Mode::MakingDataCount, target, screen: false, ..ChartSettings::new(better) };
        let chart = chart(&table, &monthly(&values), &settings)?;
        let found = assurance_name(&chart).unwrap_or("none");
        check.compared += 1;
        if found != row.optional_text("expected_assurance") {
            check.mismatches.push(format!("{lower} to {upper}, {target:?}, {better:?}: {found}"));
        }
    }
    Ok(check)
}

fn limits_cases(folder: &Path) -> Result<Check, NotCompared> {
    let table = Table::read(folder, "plotthedots/package_tests/nhspy_limits_cases.csv")?;
    let mut check = Check { file: table.file().to_owned(), compared: 0, mismatches: Vec::new() };
    for row in table.rows() {
        let settings =
            ChartSettings { mode: Mode::MakingDataCount, screen: false, ..ChartSettings::new(Better::Neutral) };
        let chart = chart(&table, &monthly(&list(row.optional_text("values"))), &settings)?;
        let lines = chart.points.first().and_then(|point| point.lines);
        let wanted = ["mean", "lower_process_limit", "upper_process_limit", "near_lower", "near_upper"];
        let found = lines.map(|l| [l.centre, l.lower, l.upper, l.near_lower, l.near_upper]);
        check.compared += 1;
        for (index, column) in wanted.into_iter().enumerate() {
            let found = found.and_then(|lines| lines.get(index).copied());
            let wanted = row.required(column)?;
            // A limit next to 0 is the difference of two numbers of the size of the mean.
            let scale = lines.map_or(0.0, |lines| lines.centre.abs());
            if !found.is_some_and(|found| same(found, wanted) || (found - wanted).abs() <= 1e-15 * scale) {
                check.mismatches.push(format!("{}: {column} {found:?}, not {wanted}", row.optional_text("values")));
            }
        }
    }
    Ok(check)
}

fn monthly(values: &[f64]) -> Vec<ValuePoint> {
    let mut first = NaiveDate::default();
    let mut series = Vec::new();
    for &value in values {
        series.extend(month(first).map(|span| ValuePoint { span, value: Some(value), standing: PointUse::Final }));
        first = first + Months::new(1);
    }
    series
}

/// The month that begins on a date.
fn month(first: NaiveDate) -> Option<DaySpan> {
    DaySpan::new(first, first.checked_add_months(Months::new(1))?.pred_opt()?).ok()
}

fn chart(table: &Table, series: &[ValuePoint], settings: &ChartSettings) -> Result<ControlAnalysis, NotCompared> {
    xmr(series, settings).map_err(|error| table.fault(error.to_string()))
}

fn assurance_name(chart: &ControlAnalysis) -> Option<&'static str> {
    chart.assurance.ok().map(|assurance| match assurance {
        Assurance::ConsistentlyMeets => "consistent_pass",
        Assurance::ConsistentlyFails => "consistent_fail",
        Assurance::HitAndMiss => "inconsistent",
    })
}

/// One run: its points and its summary.
fn run(folder: &Path, name: &str, settings: &ChartSettings) -> Result<[Check; 2], NotCompared> {
    let points = Table::read(folder, &format!("plotthedots/run/{name}__points.csv"))?;
    let summary = Table::read(folder, &format!("plotthedots/run/{name}__summary.csv"))?;
    let mut of_points = Check { file: points.file().to_owned(), compared: 0, mismatches: Vec::new() };
    let mut of_summary = Check { file: summary.file().to_owned(), compared: 0, mismatches: Vec::new() };
    let rows: Vec<Row> = points.rows().collect();
    // With targets for some organisations the tool says "inconsistent" of those without one. Ours have no assurance.
    let without_target =
        if settings.better != Better::Neutral && rows.iter().any(|row| row.optional_number("target").is_some()) {
            "inconsistent"
        } else {
            ""
        };
    let mut summaries = summary.rows();
    for rows in rows.chunk_by(|a, b| a.optional_text("f") == b.optional_text("f")) {
        let mut settings = settings.clone();
        settings.target = rows.first().and_then(|row| row.optional_number("target"));
        let mut series = Vec::with_capacity(rows.len());
        let mut group = rows.first().map_or("", |row| row.optional_text("rebase_group"));
        for row in rows {
            let first = row.optional_text("x").parse().map_err(|_| points.fault("a date cannot be read"))?;
            let span = month(first).ok_or_else(|| points.fault("a month cannot be made"))?;
            series.push(ValuePoint { span, value: row.optional_number("y"), standing: PointUse::Final });
            if row.optional_text("rebase_group") != group {
                settings.rebase.push(first);
                group = row.optional_text("rebase_group");
            }
        }
        let chart = chart(&points, &series, &settings)?;
        for (index, (row, point)) in rows.iter().zip(&chart.points).enumerate() {
            of_points.compared += 1;
            let segment = chart.segments.iter().find(|segment| segment.points.contains(&index));
            let short = segment.is_some_and(|s| s.notes.iter().any(|note| matches!(note, Note::TrialLimits(_))));
            if !point_matches(row, point) || short != (row.optional_text("short_group_warning") == "TRUE") {
                let name = format!("{} {}", row.optional_text("f"), row.optional_text("x"));
                of_points
                    .mismatches
                    .push(format!("{name}: {point:?}, not {}", row.optional_text("special_cause_type")));
            }
        }
        for segment in &chart.segments {
            let Some(row) = summaries.next() else { return Err(summary.fault("a row is missing")) };
            let of_segment = chart.points.get(segment.points.clone()).unwrap_or_default();
            of_summary.compared += 1;
            let assurance = assurance_name(&chart).unwrap_or(without_target);
            if !summary_matches(&row, of_segment, &chart) || assurance != row.optional_text("assurance_type") {
                of_summary.mismatches.push(format!("{} {:?}", row.optional_text("f"), segment.points));
            }
        }
    }
    of_summary.mismatches.extend(summaries.map(|row| format!("{}: not made", row.optional_text("f"))));
    Ok([of_points, of_summary])
}

fn point_matches(row: &Row, point: &ChartPoint) -> bool {
    let (Some(lines), Some(value), Ok(judgement)) = (point.lines, point.value, &point.judgement) else {
        return false;
    };
    let limits = [("mean_col", lines.centre), ("lpl", lines.lower), ("upl", lines.upper)];
    let first = judgement.signals.first();
    let special = match first.map(|signal| (signal.rule, signal.direction)) {
        None => "Common Cause",
        Some((ControlRule::OutsideLimits, SignalDirection::High)) => "Above UCL",
        Some((ControlRule::OutsideLimits, SignalDirection::Low)) => "Below LCL",
        Some((ControlRule::TrendOfSeven, SignalDirection::High)) => "7 Point Trend (Increasing)",
        Some((ControlRule::TrendOfSeven, SignalDirection::Low)) => "7 Point Trend (Decreasing)",
        Some((ControlRule::TwoInThree, SignalDirection::High)) => "2 in 3 Above CL",
        Some((ControlRule::TwoInThree, SignalDirection::Low)) => "2 in 3 Below CL",
        Some((ControlRule::RunOfSeven, SignalDirection::High)) => "7 Points Above CL",
        Some((ControlRule::RunOfSeven, SignalDirection::Low)) => "7 Points Below CL",
    };
    let flag = |column: &str| row.optional_text(column) == "TRUE";
    let outside = judgement.signals.iter().any(|signal| signal.rule == ControlRule::OutsideLimits);
    let near = !outside && (value > lines.near_upper || value < lines.near_lower);
    let side = match value.total_cmp(&lines.centre) {
        Ordering::Less => "-1",
        Ordering::Equal => "0",
        Ordering::Greater => "1",
    };
    limits.into_iter().all(|(column, found)| same_or_none(Some(found), row.optional_number(column)))
        && special == row.optional_text("special_cause_type")
        && judgement.point_type.as_str() == row.optional_text("point_type")
        && flag("special_cause_flag") == first.is_some()
        && flag("outside_limits") == outside
        && flag("close_to_limits") == near
        && row.optional_text("relative_to_mean") == side
}

/// A summary row against the points of its segment.
fn summary_matches(row: &Row, points: &[ChartPoint], chart: &ControlAnalysis) -> bool {
    let types = || points.iter().filter_map(|point| point.judgement.as_ref().ok()).map(|found| found.point_type);
    let count = |of: PointType| types().filter(|&found| found == of).count().to_string();
    let Some(lines) = points.last().and_then(|point| point.lines) else { return false };
    let icons = types().next_back().map(PointType::as_str) == Some(row.optional_text("variation_type"));
    let last_segment = chart.points.last() == points.last();
    let variation = chart.variation.map(Variation::as_str);
    icons
        && (!last_segment || variation == Ok(row.optional_text("variation_type")))
        && same(lines.centre, row.optional_number("mean_col").unwrap_or(0.0))
        && same_or_none(Some(lines.lower), row.optional_number("lpl"))
        && same_or_none(Some(lines.upper), row.optional_number("upl"))
        && points.len().to_string() == row.optional_text("n")
        && count(PointType::CommonCause) == row.optional_text("common_cause")
        && count(PointType::SpecialCauseImprovement) == row.optional_text("special_cause_improvement")
        && count(PointType::SpecialCauseConcern) == row.optional_text("special_cause_concern")
}
