//! What each column of the result files reads off a row. Columns are fixed by `schemas/results.schema.json`.

use std::borrow::Cow;

use super::{Column, Read};
use crate::assessment::responsibilities::Responsibility;
use crate::assessment::{
    ControlPoint, FigureComparison, FunnelForce, Labels, NationalContribution, OrganisationRank, ParityFigure,
    ProposedStep, SeriesRunChart, SeriesTrend, Signal, TrendWindow,
};
use crate::stats::peers::AverageKind;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Status, millionths as scaled};

pub(super) fn columns() -> [Column<Observation>; 29] {
    [
        ("metric_id", Read::Text(|o| Cow::Borrowed(&o.metric_id))),
        ("metric_version", Read::Version(|o| o.metric_version)),
        ("org_code", Read::Text(|o| Cow::Borrowed(&o.org_code))),
        ("period_type", Read::Text(|o| Cow::Borrowed(o.period.kind.as_str()))),
        ("period", Read::Text(|o| Cow::Owned(o.period.to_string()))),
        ("period_start", Read::Date(|o| Some(o.period.start()))),
        ("period_end", Read::Date(|o| Some(o.period.end()))),
        ("numerator", Read::Whole(|o| o.numerator)),
        ("denominator", Read::Whole(|o| o.denominator)),
        ("value", Read::Decimal(|o| o.value.map(scaled))),
        ("unit", Read::Text(|o| Cow::Borrowed(o.unit.as_str()))),
        ("status", Read::Text(|o| Cow::Borrowed(o.status.as_str()))),
        ("lower_95", Read::Decimal(|o| o.interval_95?.lower.map(scaled))),
        ("upper_95", Read::Decimal(|o| o.interval_95?.upper.map(scaled))),
        ("lower_998", Read::Decimal(|o| o.interval_998?.lower.map(scaled))),
        ("upper_998", Read::Decimal(|o| o.interval_998?.upper.map(scaled))),
        ("method", Read::Text(|o| Cow::Borrowed(if o.value.is_some() { o.method } else { "" }))),
        ("reliability", Read::Text(|o| Cow::Borrowed(o.reliability()))),
        ("coverage", Read::Decimal(coverage)),
        ("standard_level", Read::Decimal(|o| o.standard.as_ref().map(|s| scaled(s.level)))),
        ("standard_kind", Read::Text(|o| Cow::Borrowed(o.standard.as_ref().map_or("", |s| s.kind)))),
        ("standard_met", Read::Text(|o| Cow::Borrowed(o.standard.as_ref().and_then(|s| s.met).map_or("", met_words)))),
        ("comparison", Read::Text(|o| label(o, |labels| Some(labels.comparison?.as_str())))),
        ("variation", Read::Text(|o| label(o, |labels| Some(labels.variation?.as_str())))),
        ("assurance", Read::Text(|o| label(o, |labels| Some(labels.assurance?.as_str())))),
        ("trend", Read::Text(|o| label(o, |labels| Some(labels.trend?.as_str())))),
        ("missing_cases", Read::Whole(|o| Some(o.labels.as_deref()?.undecided?.cases))),
        ("lowest", Read::Decimal(|o| Some(scaled(o.labels.as_deref()?.undecided?.lowest)))),
        ("highest", Read::Decimal(|o| Some(scaled(o.labels.as_deref()?.undecided?.highest)))),
    ]
}

pub(super) fn breakdown_columns() -> Vec<Column<Observation>> {
    let own: [Column<Observation>; 2] = [
        ("breakdown", Read::Text(|o| Cow::Borrowed(o.category.as_ref().map_or("", |c| &c.breakdown)))),
        ("category", Read::Text(|o| Cow::Borrowed(o.category.as_ref().map_or("", |c| &c.key)))),
    ];
    columns().into_iter().chain(own).collect()
}

pub(super) fn responsibility_columns() -> Vec<Column<Responsibility>> {
    vec![
        ("principle", Read::Version(|r| u32::from(r.principle))),
        ("metric_id", Read::Text(|r| Cow::Borrowed(&r.metric_id))),
        ("role", Read::Text(|r| Cow::Borrowed(r.role.as_str()))),
        ("org_code", Read::Text(|r| Cow::Borrowed(&r.org_code))),
        ("period_type", Read::Text(|r| Cow::Borrowed(r.period.kind.as_str()))),
        ("period", Read::Text(|r| Cow::Owned(r.period.to_string()))),
        ("period_start", Read::Date(|r| Some(r.period.start()))),
        ("period_end", Read::Date(|r| Some(r.period.end()))),
        ("outcome", Read::Text(|r| Cow::Borrowed(r.outcome.as_str()))),
        ("standard_level", Read::Decimal(|r| r.standard.map(|(level, _)| scaled(level)))),
        ("standard_kind", Read::Text(|r| Cow::Borrowed(r.standard.map_or("", |(_, kind)| kind)))),
        ("against_year_before", Read::Text(|r| Cow::Borrowed(r.against_year_before.map_or("", |c| c.as_str())))),
        ("against_peers", Read::Text(|r| Cow::Borrowed(r.against_peers.map_or("", |c| c.as_str())))),
        ("reason", Read::Text(|r| Cow::Borrowed(&r.reason))),
    ]
}

pub(super) fn signal_columns() -> Vec<Column<Signal>> {
    vec![
        ("metric_id", Read::Text(|s| Cow::Borrowed(&s.metric_id))),
        ("org_code", Read::Text(|s| Cow::Borrowed(&s.org_code))),
        ("period_type", Read::Text(|s| Cow::Borrowed(s.period.kind.as_str()))),
        ("period", Read::Text(|s| Cow::Owned(s.period.to_string()))),
        ("period_start", Read::Date(|s| Some(s.period.start()))),
        ("period_end", Read::Date(|s| Some(s.period.end()))),
        ("kind", Read::Text(|s| Cow::Borrowed(s.kind.as_str()))),
        ("rule", Read::Text(|s| Cow::Borrowed(&s.rule))),
        ("points", Read::Whole(|s| i64::try_from(s.points).ok())),
        ("severity", Read::Text(|s| Cow::Borrowed(s.severity_str()))),
        ("p_value", Read::Decimal(|s| s.p_value.map(scaled))),
        ("false_discovery_list", Read::Text(|s| Cow::Borrowed(s.discovery.map_or("", listed_words)))),
        ("event_on", Read::Date(|s| s.event.as_ref().map(|event| event.happened_on))),
        ("event_kind", Read::Text(|s| Cow::Borrowed(s.event.as_ref().map_or("", |event| &event.kind)))),
    ]
}

pub(super) fn contribution_columns() -> Vec<Column<NationalContribution>> {
    vec![
        ("metric_id", Read::Text(|c| Cow::Borrowed(&c.metric_id))),
        ("org_code", Read::Text(|c| Cow::Borrowed(&c.org_code))),
        ("period_type", Read::Text(|c| Cow::Borrowed(c.period.kind.as_str()))),
        ("period", Read::Text(|c| Cow::Owned(c.period.to_string()))),
        ("period_start", Read::Date(|c| Some(c.period.start()))),
        ("period_end", Read::Date(|c| Some(c.period.end()))),
        ("baseline", Read::Text(|c| Cow::Borrowed(c.baseline.as_str()))),
        ("base_period", Read::Text(|c| Cow::Owned(c.base_period.to_string()))),
        ("numerator_before", Read::Whole(|c| Some(c.before?.0))),
        ("denominator_before", Read::Whole(|c| Some(c.before?.1))),
        ("numerator_after", Read::Whole(|c| Some(c.after?.0))),
        ("denominator_after", Read::Whole(|c| Some(c.after?.1))),
        ("rate_effect", Read::Decimal(|c| Some(scaled(c.rate_effect)))),
        ("mix_effect", Read::Decimal(|c| Some(scaled(c.mix_effect)))),
        ("change_without", Read::Decimal(|c| Some(c.change_without?.millionths(c.unit)))),
    ]
}

pub(super) fn comparison_columns() -> Vec<Column<FigureComparison>> {
    vec![
        ("metric_id", Read::Text(|c| Cow::Borrowed(&c.metric_id))),
        ("org_code", Read::Text(|c| Cow::Borrowed(&c.org_code))),
        ("period_type", Read::Text(|c| Cow::Borrowed(c.period.kind.as_str()))),
        ("period", Read::Text(|c| Cow::Owned(c.period.to_string()))),
        ("period_start", Read::Date(|c| Some(c.period.start()))),
        ("period_end", Read::Date(|c| Some(c.period.end()))),
        ("against", Read::Text(|c| Cow::Borrowed(c.against.as_str()))),
        ("basis", Read::Text(|c| Cow::Borrowed(&c.basis))),
        ("other_numerator", Read::Whole(|c| Some(c.counts?.0))),
        ("other_denominator", Read::Whole(|c| Some(c.counts?.1))),
        ("other_value", Read::Decimal(|c| c.value.map(scaled))),
        ("measure", Read::Text(|c| Cow::Borrowed(if c.is_ratio() { "ratio" } else { "difference" }))),
        ("estimate", Read::Decimal(estimate)),
        ("lower_95", Read::Decimal(|c| c.look().lower.map(scaled))),
        ("upper_95", Read::Decimal(|c| c.look().upper.map(scaled))),
        ("lower_998", Read::Decimal(|c| c.act().lower.map(scaled))),
        ("upper_998", Read::Decimal(|c| c.act().upper.map(scaled))),
        ("p_value", Read::Decimal(|c| c.found.as_ref().ok()?.p_value.map(scaled))),
        ("widened_by", Read::Decimal(|c| c.widened_by.map(scaled))),
        ("label", Read::Text(|c| Cow::Borrowed(c.label.as_str()))),
        ("reason", Read::Text(|c| Cow::Borrowed(c.found.as_ref().err().map_or("", Status::reason)))),
        ("organisations_used", Read::Whole(|c| i64::try_from(c.resting?.used).ok())),
        ("organisations", Read::Whole(|c| i64::try_from(c.resting?.of).ok())),
        (AverageKind::SimpleIncludingSelf.as_str(), Read::Decimal(|c| average(c, 0))),
        (AverageKind::SimpleExcludingSelf.as_str(), Read::Decimal(|c| average(c, 1))),
        (AverageKind::WeightedIncludingSelf.as_str(), Read::Decimal(|c| average(c, 2))),
        (AverageKind::WeightedExcludingSelf.as_str(), Read::Decimal(|c| average(c, 3))),
    ]
}

fn estimate(comparison: &FigureComparison) -> Option<i128> {
    let exact = comparison.exact_difference().map(|difference| difference.millionths(comparison.unit));
    exact.or_else(|| comparison.estimate().map(scaled))
}

fn step_estimate(step: &ProposedStep) -> Option<i128> {
    let size = step.size?;
    let exact = size.difference.map(|difference| difference.millionths(step.unit));
    exact.or_else(|| size.estimate.map(scaled))
}

fn average(comparison: &FigureComparison, kind: usize) -> Option<i128> {
    comparison.averages.get(kind).copied().flatten().map(scaled)
}

pub(super) fn rank_columns() -> Vec<Column<OrganisationRank>> {
    vec![
        ("metric_id", Read::Text(|r| Cow::Borrowed(&r.metric_id))),
        ("org_code", Read::Text(|r| Cow::Borrowed(&r.org_code))),
        ("period_type", Read::Text(|r| Cow::Borrowed(r.period.kind.as_str()))),
        ("period", Read::Text(|r| Cow::Owned(r.period.to_string()))),
        ("period_start", Read::Date(|r| Some(r.period.start()))),
        ("period_end", Read::Date(|r| Some(r.period.end()))),
        ("rank", Read::Whole(|r| i64::try_from(r.rank.rank).ok())),
        ("rank_at_least", Read::Whole(|r| i64::try_from(r.rank.at_least).ok())),
        ("rank_at_most", Read::Whole(|r| i64::try_from(r.rank.at_most).ok())),
        ("organisations", Read::Whole(|r| i64::try_from(r.rank.of).ok())),
    ]
}

pub(super) fn funnel_columns() -> Vec<Column<FunnelForce>> {
    vec![
        ("metric_id", Read::Text(|f| Cow::Borrowed(&f.metric_id))),
        ("org_code", Read::Text(|f| Cow::Borrowed(&f.org_code))),
        ("period_type", Read::Text(|f| Cow::Borrowed(f.period.kind.as_str()))),
        ("period", Read::Text(|f| Cow::Owned(f.period.to_string()))),
        ("period_start", Read::Date(|f| Some(f.period.start()))),
        ("period_end", Read::Date(|f| Some(f.period.end()))),
        ("numerator", Read::Whole(|f| Some(f.counts.numerator))),
        ("denominator", Read::Whole(|f| Some(f.counts.denominator))),
        ("size", Read::Decimal(|f| Some(scaled(f.size)))),
        ("value", Read::Decimal(|f| Some(scaled(f.value)))),
        ("centre", Read::Decimal(|f| Some(scaled(f.centre)))),
        ("lower_95", Read::Decimal(|f| f.plain.look.lower.map(scaled))),
        ("upper_95", Read::Decimal(|f| f.plain.look.upper.map(scaled))),
        ("lower_998", Read::Decimal(|f| f.plain.act.lower.map(scaled))),
        ("upper_998", Read::Decimal(|f| f.plain.act.upper.map(scaled))),
        ("label", Read::Text(|f| Cow::Borrowed(f.plain_label.as_str()))),
        ("adjusted_lower_95", Read::Decimal(|f| f.adjusted?.0.look.lower.map(scaled))),
        ("adjusted_upper_95", Read::Decimal(|f| f.adjusted?.0.look.upper.map(scaled))),
        ("adjusted_lower_998", Read::Decimal(|f| f.adjusted?.0.act.lower.map(scaled))),
        ("adjusted_upper_998", Read::Decimal(|f| f.adjusted?.0.act.upper.map(scaled))),
        ("adjusted_label", Read::Text(|f| Cow::Borrowed(f.adjusted.map_or("", |(_, label)| label.as_str())))),
        ("phi", Read::Decimal(|f| Some(scaled(f.spread?.phi)))),
        ("phi_by_chance", Read::Decimal(|f| f.spread?.phi_by_chance.map(scaled))),
        ("tau2", Read::Decimal(|f| Some(scaled(f.spread?.tau2)))),
        ("forces", Read::Whole(|f| i64::try_from(f.forces).ok())),
    ]
}

pub(super) fn parity_columns() -> Vec<Column<ParityFigure>> {
    vec![
        ("metric_id", Read::Text(|p| Cow::Borrowed(&p.metric_id))),
        ("org_code", Read::Text(|p| Cow::Borrowed(&p.org_code))),
        ("period_type", Read::Text(|p| Cow::Borrowed(p.period.kind.as_str()))),
        ("period", Read::Text(|p| Cow::Owned(p.period.to_string()))),
        ("period_start", Read::Date(|p| Some(p.period.start()))),
        ("period_end", Read::Date(|p| Some(p.period.end()))),
        ("mode", Read::Text(|p| Cow::Borrowed(p.mode.as_str()))),
        ("value", Read::Decimal(|p| Some(scaled(p.value)))),
        ("centre", Read::Decimal(|p| p.centre.map(scaled))),
        ("lower", Read::Decimal(|p| p.limits.lower.map(scaled))),
        ("upper", Read::Decimal(|p| p.limits.upper.map(scaled))),
        ("label", Read::Text(|p| Cow::Borrowed(p.label))),
        ("variation", Read::Text(|p| Cow::Borrowed(p.variation.unwrap_or_default()))),
        ("assurance", Read::Text(|p| Cow::Borrowed(p.assurance.unwrap_or_default()))),
    ]
}

pub(super) fn control_columns() -> Vec<Column<ControlPoint>> {
    vec![
        ("metric_id", Read::Text(|p| Cow::Borrowed(&p.metric_id))),
        ("org_code", Read::Text(|p| Cow::Borrowed(&p.org_code))),
        ("period_type", Read::Text(|p| Cow::Borrowed(p.period.kind.as_str()))),
        ("period", Read::Text(|p| Cow::Owned(p.period.to_string()))),
        ("period_start", Read::Date(|p| Some(p.period.start()))),
        ("period_end", Read::Date(|p| Some(p.period.end()))),
        ("chart", Read::Text(|p| Cow::Borrowed(p.kind.as_str()))),
        ("segment", Read::Whole(|p| i64::try_from(p.segment).ok())),
        ("segment_start", Read::Text(|p| Cow::Borrowed(p.start))),
        ("mean", Read::Decimal(|p| Some(scaled(p.mean)))),
        ("lower_limit", Read::Decimal(|p| Some(scaled(p.lower)))),
        ("upper_limit", Read::Decimal(|p| Some(scaled(p.upper)))),
        ("sigma_z", Read::Decimal(|p| p.sigma_z.map(scaled))),
        ("point_type", Read::Text(|p| Cow::Borrowed(p.label.as_str()))),
        ("limits", Read::Text(|p| Cow::Borrowed(if p.trial { "trial" } else { "full" }))),
    ]
}

pub(super) fn trend_columns() -> Vec<Column<SeriesTrend>> {
    vec![
        ("metric_id", Read::Text(|t| Cow::Borrowed(&t.metric_id))),
        ("org_code", Read::Text(|t| Cow::Borrowed(&t.org_code))),
        ("period_type", Read::Text(|t| Cow::Borrowed(t.period.kind.as_str()))),
        ("period", Read::Text(|t| Cow::Owned(t.period.to_string()))),
        ("period_start", Read::Date(|t| Some(t.period.start()))),
        ("period_end", Read::Date(|t| Some(t.period.end()))),
        ("first_period", Read::Text(|t| window(t).map_or(Cow::Borrowed(""), |w| Cow::Owned(w.first.to_string())))),
        ("periods", Read::Whole(|t| i64::try_from(t.periods()?).ok())),
        ("outcome", Read::Text(|t| Cow::Borrowed(t.outcome_str()))),
        ("reason", Read::Text(|t| Cow::Borrowed(t.reason_str()))),
        ("change", Read::Decimal(|t| Some(scaled(window(t)?.change.value)))),
        ("change_lower_95", Read::Decimal(|t| window(t)?.change.look.lower.map(scaled))),
        ("change_upper_95", Read::Decimal(|t| window(t)?.change.look.upper.map(scaled))),
        ("change_lower_998", Read::Decimal(|t| window(t)?.change.act.lower.map(scaled))),
        ("change_upper_998", Read::Decimal(|t| window(t)?.change.act.upper.map(scaled))),
        ("p_value", Read::Decimal(|t| Some(scaled(window(t)?.p_value)))),
        ("dispersion", Read::Decimal(|t| Some(scaled(window(t)?.dispersion)))),
        ("seasons", Read::Text(|t| Cow::Borrowed(window(t).map_or("", |w| w.seasons.as_str())))),
        ("step_search", Read::Text(|t| Cow::Borrowed(t.steps.as_str()))),
    ]
}

pub(super) fn step_columns() -> Vec<Column<ProposedStep>> {
    vec![
        ("metric_id", Read::Text(|s| Cow::Borrowed(&s.metric_id))),
        ("org_code", Read::Text(|s| Cow::Borrowed(&s.org_code))),
        ("period_type", Read::Text(|s| Cow::Borrowed(s.period.kind.as_str()))),
        ("period", Read::Text(|s| Cow::Owned(s.period.to_string()))),
        ("period_start", Read::Date(|s| Some(s.period.start()))),
        ("period_end", Read::Date(|s| Some(s.period.end()))),
        ("earliest_period", Read::Text(|s| period_text(s.earliest))),
        ("latest_period", Read::Text(|s| period_text(s.latest))),
        ("date_interval", Read::Text(|s| Cow::Borrowed(date_interval(s)))),
        ("periods_before", Read::Whole(|s| i64::try_from(s.periods.0).ok())),
        ("periods_after", Read::Whole(|s| i64::try_from(s.periods.1).ok())),
        ("mean_before", Read::Decimal(|s| Some(scaled(s.means.0)))),
        ("mean_after", Read::Decimal(|s| Some(scaled(s.means.1)))),
        ("seasonally_adjusted", Read::Text(|s| Cow::Borrowed(if s.adjusted { "yes" } else { "no" }))),
        (
            "measure",
            Read::Text(|s| Cow::Borrowed(s.size.map_or("", |size| if size.is_ratio { "ratio" } else { "difference" }))),
        ),
        ("estimate", Read::Decimal(step_estimate)),
        ("lower_95", Read::Decimal(|s| s.size?.limits.lower.map(scaled))),
        ("upper_95", Read::Decimal(|s| s.size?.limits.upper.map(scaled))),
        ("shared_by", Read::Whole(|s| i64::try_from(s.shared_by).ok())),
        ("event_on", Read::Date(|s| s.event.as_ref().map(|event| event.happened_on))),
        ("event_kind", Read::Text(|s| Cow::Borrowed(s.event.as_ref().map_or("", |event| &event.kind)))),
        ("decision", Read::Text(|s| Cow::Borrowed(s.decision.as_str()))),
    ]
}

pub(super) fn run_columns() -> Vec<Column<SeriesRunChart>> {
    vec![
        ("metric_id", Read::Text(|c| Cow::Borrowed(&c.metric_id))),
        ("org_code", Read::Text(|c| Cow::Borrowed(&c.org_code))),
        ("period_type", Read::Text(|c| Cow::Borrowed(c.period.kind.as_str()))),
        ("period", Read::Text(|c| Cow::Owned(c.period.to_string()))),
        ("period_start", Read::Date(|c| Some(c.period.start()))),
        ("period_end", Read::Date(|c| Some(c.period.end()))),
        ("first_period", Read::Text(|c| Cow::Owned(c.first.to_string()))),
        ("points", Read::Whole(|c| i64::try_from(c.points).ok())),
        ("median", Read::Decimal(|c| Some(scaled(c.centre)))),
        ("points_on_median", Read::Whole(|c| i64::try_from(c.on_median()).ok())),
        ("useful_points", Read::Whole(|c| i64::try_from(c.runs.useful).ok())),
        ("longest_run", Read::Whole(|c| i64::try_from(c.runs.longest).ok())),
        ("longest_run_limit", Read::Whole(|c| i64::try_from(c.runs.longest_limit?).ok())),
        ("crossings", Read::Whole(|c| i64::try_from(c.runs.crossings).ok())),
        ("crossings_limit", Read::Whole(|c| i64::try_from(c.runs.crossings_limit?).ok())),
        ("signal", Read::Text(|c| Cow::Borrowed(c.signal.as_str()))),
    ]
}

fn period_text(period: Option<Period>) -> Cow<'static, str> {
    period.map_or(Cow::Borrowed(""), |period| Cow::Owned(period.to_string()))
}

fn date_interval(step: &ProposedStep) -> &'static str {
    match (step.has_interval, step.earliest, step.latest) {
        (false, ..) => "none",
        (true, Some(_), Some(_)) => "closed",
        (true, ..) => "open",
    }
}

fn window(trend: &SeriesTrend) -> Option<&TrendWindow> {
    trend.found.as_ref().ok()
}

fn listed_words(listed: bool) -> &'static str {
    if listed { "listed" } else { "not_listed" }
}

fn label(observation: &Observation, read: fn(&Labels) -> Option<&'static str>) -> Cow<'_, str> {
    Cow::Borrowed(observation.labels.as_deref().and_then(read).unwrap_or_default())
}

fn met_words(met: bool) -> &'static str {
    if met { "met" } else { "not_met" }
}

/// Share of the expected organisation-months that were returned.
fn coverage(observation: &Observation) -> Option<i128> {
    let coverage = observation.coverage.filter(|coverage| coverage.expected > 0)?;
    Some(scaled(f64::from(coverage.returned) / f64::from(coverage.expected)))
}
