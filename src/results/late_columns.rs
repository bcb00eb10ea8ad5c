//! What each column of the tables about late data reads off a row. Columns are fixed by `schemas/results.schema.json`.

use std::borrow::Cow;

use super::{Column, Read};
use crate::lateness::{Completeness, Revision, RevisionSummary};
use crate::stats::revision::{Scale, Tendency};
use crate::vocabulary::quantity::millionths as scaled;

pub(super) fn revision_columns() -> Vec<Column<Revision>> {
    vec![
        ("metric_id", Read::Text(|r| Cow::Borrowed(&r.metric_id))),
        ("kind", Read::Text(|r| Cow::Borrowed(r.kind.as_str()))),
        ("earlier_release", Read::Text(|r| Cow::Borrowed(&r.earlier_release))),
        ("org_code", Read::Text(|r| Cow::Borrowed(&r.org_code))),
        ("period_type", Read::Text(|r| Cow::Borrowed(r.period.kind.as_str()))),
        ("period", Read::Text(|r| Cow::Owned(r.period.to_string()))),
        ("period_start", Read::Date(|r| Some(r.period.start()))),
        ("period_end", Read::Date(|r| Some(r.period.end()))),
        ("earlier_as_of", Read::Date(|r| Some(r.earlier.as_of))),
        ("earlier_lag", Read::Whole(|r| r.earlier.lag.map(i64::from))),
        ("earlier_numerator", Read::Whole(|r| r.earlier.numerator)),
        ("earlier_denominator", Read::Whole(|r| r.earlier.denominator)),
        ("earlier_value", Read::Decimal(|r| r.earlier.value.map(scaled))),
        ("earlier_status", Read::Text(|r| Cow::Borrowed(&r.earlier.status))),
        ("later_as_of", Read::Date(|r| Some(r.later.as_of))),
        ("later_lag", Read::Whole(|r| r.later.lag.map(i64::from))),
        ("later_numerator", Read::Whole(|r| r.later.numerator)),
        ("later_denominator", Read::Whole(|r| r.later.denominator)),
        ("later_value", Read::Decimal(|r| r.later.value.map(scaled))),
        ("later_status", Read::Text(|r| Cow::Borrowed(&r.later.status))),
        ("change", Read::Decimal(change)),
        ("reason", Read::Text(|r| Cow::Borrowed(r.reason.as_str()))),
    ]
}

fn change(revision: &Revision) -> Option<i128> {
    let exact = revision.difference().map(|difference| difference.millionths(revision.unit));
    exact.or_else(|| revision.change().map(scaled))
}

pub(super) fn completeness_columns() -> Vec<Column<Completeness>> {
    vec![
        ("metric_id", Read::Text(|c| Cow::Borrowed(&c.metric_id))),
        ("org_code", Read::Text(|c| Cow::Borrowed(&c.org_code))),
        ("period_type", Read::Text(|c| Cow::Borrowed(c.period.kind.as_str()))),
        ("period", Read::Text(|c| Cow::Owned(c.period.to_string()))),
        ("period_start", Read::Date(|c| Some(c.period.start()))),
        ("period_end", Read::Date(|c| Some(c.period.end()))),
        ("lag", Read::Whole(|c| c.lag.map(i64::from))),
        ("earlier_months", Read::Whole(|c| i64::try_from(c.earlier_months).ok())),
        ("numerator", Read::Whole(|c| Some(c.numerator.latest))),
        ("numerator_expected", Read::Decimal(|c| c.numerator.ultimate.map(scaled))),
        ("numerator_expected_lower_95", Read::Decimal(|c| c.numerator.limits.map(|limits| scaled(limits.0)))),
        ("numerator_expected_upper_95", Read::Decimal(|c| c.numerator.limits.map(|limits| scaled(limits.1)))),
        ("denominator", Read::Whole(|c| Some(c.denominator?.latest))),
        ("denominator_expected", Read::Decimal(|c| c.denominator?.ultimate.map(scaled))),
        ("denominator_expected_lower_95", Read::Decimal(|c| c.denominator?.limits.map(|limits| scaled(limits.0)))),
        ("denominator_expected_upper_95", Read::Decimal(|c| c.denominator?.limits.map(|limits| scaled(limits.1)))),
        ("completeness", Read::Decimal(|c| c.completeness.map(per_cent))),
        ("completeness_lower_95", Read::Decimal(|c| c.limits.map(|limits| per_cent(limits.0)))),
        ("completeness_upper_95", Read::Decimal(|c| c.limits.map(|limits| per_cent(limits.1)))),
        ("one_earlier_month", Read::Text(|c| Cow::Borrowed(yes_no(c.rests_on_one_month)))),
        ("value_all_failing", Read::Decimal(|c| c.range.map(|range| scaled(range.0)))),
        ("value_all_passing", Read::Decimal(|c| c.range.map(|range| scaled(range.1)))),
        ("provisional", Read::Text(|c| Cow::Borrowed(yes_no(c.provisional)))),
    ]
}

pub(super) fn summary_columns() -> Vec<Column<RevisionSummary>> {
    vec![
        ("metric_id", Read::Text(|s| Cow::Borrowed(&s.metric_id))),
        ("lag", Read::Whole(|s| Some(s.lag.into()))),
        ("scale", Read::Text(|s| Cow::Borrowed(scale(s.scale)))),
        ("number", Read::Whole(|s| i64::try_from(s.statistics.number).ok())),
        ("left_out", Read::Whole(|s| i64::try_from(s.statistics.left_out).ok())),
        ("mean", Read::Decimal(|s| Some(scaled(s.statistics.mean)))),
        ("mean_absolute", Read::Decimal(|s| Some(scaled(s.statistics.mean_absolute)))),
        ("median", Read::Decimal(|s| Some(scaled(s.statistics.median)))),
        ("standard_deviation", Read::Decimal(|s| s.statistics.standard_deviation.map(scaled))),
        ("t", Read::Decimal(|s| s.statistics.t().map(scaled))),
        ("least", Read::Decimal(|s| Some(scaled(s.statistics.least)))),
        ("greatest", Read::Decimal(|s| Some(scaled(s.statistics.greatest)))),
        ("share_upward", Read::Decimal(|s| Some(per_cent(s.statistics.share_upward)))),
        ("tendency", Read::Text(|s| Cow::Borrowed(s.statistics.tendency().map_or("", Tendency::as_str)))),
    ]
}

fn per_cent(share: f64) -> i128 {
    scaled(100.0 * share)
}

fn scale(scale: Scale) -> &'static str {
    match scale {
        Scale::Units => "units",
        Scale::PerCent => "per_cent",
    }
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
