//! Columns of the figures themselves: headline figures, their parts and variants, and who answers for them.

use std::borrow::Cow;

use super::verdicts::COMPARED;
use super::{Identified, MET, PERIOD, STANDARD_KINDS, STATUSES, UNITS, body_and_period, columns, metric_id};
use crate::assessment::Labels;

use crate::release::tables::catalogue::{ANY, at_least, between, except, one_of};
use crate::release::tables::column::RowColumn;
use crate::verdict::AspectLabel;
use crate::verdict::responsibilities::Responsibility;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Status, millionths as scaled};

const ANY_BODY: &str = "Organisation of the organisations dataset, UNATTRIBUTED (rows that no organisation can be named \
                        for), NATIONAL (every row), REGION:name, or PEERS:code (the peers of that organisation, without \
                        it).";

/// Columns that a part or variant leaves empty: it has no standard and is not judged.
const OF_HEADLINES_ALONE: [&str; 7] =
    ["standard_level", "standard_kind", "standard_met", "comparison", "variation", "assurance", "trend"];

/// A figure and what it is labelled.
pub(in crate::release::tables) struct JudgedFigure<'a> {
    pub(in crate::release::tables) figure: &'a Observation,
    pub(in crate::release::tables) labels: Option<&'a Labels>,
}

impl Identified for JudgedFigure<'_> {
    fn metric_id(&self) -> &str {
        &self.figure.metric_id
    }

    fn org_code(&self) -> &BodyId {
        &self.figure.org_code
    }

    fn period(&self) -> Period {
        self.figure.period
    }
}

pub(in crate::release::tables) fn figures<'a>() -> Vec<RowColumn<JudgedFigure<'a>>> {
    let mut columns = vec![metric_id(JudgedFigure::metric_id)];
    columns.extend(columns! { JudgedFigure<'a>:
        /// Version of the metric's definition that made the figure.
        Version "metric_version" at_least(1) => |o| o.figure.metric_version;
    });
    columns.extend(body_and_period(ANY_BODY, PERIOD));
    columns.extend(columns! { JudgedFigure<'a>:
        /// Sum over the months and organisations of the figure. For a distribution: closed cases.
        Whole "numerator" ANY.or_empty() => |o| o.figure.numerator.filter(|_| is_open(o));
        /// Sum over the months and organisations of the figure. For a distribution: all cases, open ones included.
        /// Null for a count.
        Whole "denominator" ANY.or_empty() => |o| o.figure.denominator.filter(|_| is_open(o));
        /// The figure on the scale of its unit, worked out from the sums and rounded to six decimals. Null unless the
        /// status is value.
        Decimal "value" at_least(0).or_empty() => |o| o.figure.value.map(scaled);
        /// Unit of value, limits and standard.
        Text "unit" one_of(UNITS) => |o| Cow::Borrowed(o.figure.unit.as_str());
        /// Whether there is a value or why not: not_returned (nothing was sent and the due date has passed), missing
        /// (should exist but does not, such as a quarter with two of its three months), not_applicable (cannot exist,
        /// such as a share of nothing), suppressed (the public edition withholds it), cannot_tell (the data are there
        /// but the statistic cannot be given).
        Text "status" one_of(STATUSES) => |o| Cow::Borrowed(o.figure.status.as_str());
        /// Lower limit of the 95% confidence interval. Null when there is no value or no limit on this side.
        Decimal "lower_95" ANY.or_empty() => |o| o.figure.interval_95?.lower.map(scaled);
        /// Upper limit of the 95% confidence interval.
        Decimal "upper_95" ANY.or_empty() => |o| o.figure.interval_95?.upper.map(scaled);
        /// Lower limit of the 99.8% confidence interval.
        Decimal "lower_998" ANY.or_empty() => |o| o.figure.interval_998?.lower.map(scaled);
        /// Upper limit of the 99.8% confidence interval.
        Decimal "upper_998" ANY.or_empty() => |o| o.figure.interval_998?.upper.map(scaled);
        /// How the limits were made; no_limits for counts, which are known in full, and for grades. Null when there is
        /// no value.
        Text "method" one_of(&[
            "wilson", "exact_poisson", "exact_count_ratio", "kaplan_meier_log_log", "order_statistics", "no_limits"
        ]).or_empty() => |o| Cow::Borrowed(if o.figure.value.is_some() { o.figure.method } else { "" });
        /// low for a value that rests on few cases: a share of fewer than ten, a rate with fewer than five events, or
        /// a ratio of two counts with fewer than five on either side. Null otherwise.
        Text "reliability" one_of(&["low"]).or_empty() => |o| Cow::Borrowed(o.figure.reliability());
        /// Organisation-months that the figure rests on, divided by those it should rest on. Null when nothing was
        /// expected.
        Decimal "coverage" between(0, 1).or_empty() => coverage;
        /// Level of the standard that held throughout the period, on the scale of the unit. Null when none held.
        Decimal "standard_level" at_least(0).or_empty() => |o| o.figure.standard.as_ref().map(|s| scaled(s.level));
        /// What the standard is.
        Text "standard_kind" one_of(STANDARD_KINDS).or_empty()
            => |o| Cow::Borrowed(o.figure.standard.as_ref().map_or("", |s| s.kind));
        /// Whether the unrounded value meets the standard. Null when there is no standard or no value, and where
        /// returns that are missing could turn the verdict.
        Text "standard_met" one_of(MET).or_empty()
            => |o| Cow::Borrowed(o.figure.standard.as_ref().and_then(|s| s.met).map_or("", met_words));
        /// The figure against the pooled figure of the organisation's peers, itself not among them
        /// (weighted_excluding_self): proportions by the difference (Newcombe), rates by the exact ratio, delays by
        /// the limits of both. 99_8 and 95 are the levels; higher and lower stand for metrics without a better side.
        /// cannot_tell: no figure, fewer than four peers with one, less than half of their usual denominator, or a
        /// limit that is not reached. Null for counts, grades, aggregates and organisations without peers.
        Text "comparison" one_of(&[
            "better_95", "better_99_8", "worse_95", "worse_99_8", "higher_95", "higher_99_8", "lower_95",
            "lower_99_8", "similar", "no_clear_difference", "cannot_tell"
        ]).or_empty() => |o| label(o, |labels| Some(labels.comparison?.as_str()));
        /// The period within its series, by the rules of Making Data Count on the control chart that suits the metric
        /// (p', u' or XmR). shift, no_shift: the series has no such chart, and the run chart of results/run_charts
        /// speaks of it up to this period. cannot_tell: too few points, a provisional figure, or not the last one of a
        /// run chart. Null without a value, for grades, for rolling years, and for peers.
        Text "variation" one_of(&[
            "common_cause", "special_cause_improvement", "special_cause_concern", "special_cause_neutral_high",
            "special_cause_neutral_low", "no_variation", "shift", "no_shift", "cannot_tell"
        ]).or_empty() => |o| label(o, |labels| Some(labels.variation?.as_str()));
        /// On the last judged figure of a series alone: whether its limits lie wholly on one side of the standard that
        /// holds there. Null elsewhere, without a standard, and where no limits can be given.
        Text "assurance" one_of(&["consistently_meets", "consistently_fails", "hit_and_miss"]).or_empty()
            => |o| label(o, |labels| Some(labels.assurance?.as_str()));
        /// On the last final figure of a series alone: whether the series rises or falls, in terms of the better side
        /// (up and down for metrics without one). It needs 24 months, 8 quarters or 5 years. Null elsewhere, for
        /// grades and for rolling years.
        Text "trend" one_of(&["better", "worse", "up", "down", "no_evidence", "cannot_tell"]).or_empty()
            => |o| label(o, |labels| Some(labels.trend?.as_str()));
        /// Of a proportion of several organisations of which some returned nothing: how many cases the missing ones
        /// usually have. Null where nothing is missing or that is not known.
        Whole "missing_cases" at_least(1).or_empty() => |o| Some(o.labels?.undecided?.cases);
        /// The value if none of the missing cases had the property that is counted.
        Decimal "lowest" ANY.or_empty() => |o| Some(scaled(o.labels?.undecided?.lowest));
        /// The value if all of the missing cases had it. Where a standard would be met at one of these ends and not at
        /// the other, standard_met is null.
        Decimal "highest" ANY.or_empty() => |o| Some(scaled(o.labels?.undecided?.highest));
    });
    columns
}

/// Columns of labels: a long series is not judged.
const LABELS: [&str; 4] = ["comparison", "variation", "assurance", "trend"];

/// Columns of a headline figure, without those of its labels.
pub(in crate::release::tables) fn long_series<'a>() -> Vec<RowColumn<JudgedFigure<'a>>> {
    let mut columns = figures();
    columns.retain(|column| !LABELS.contains(&column.spec.name));
    for column in columns.iter_mut().filter(|column| column.spec.name == "org_code") {
        column.spec.about = "NATIONAL or REGION:name. Of a metric that can only rise or only fall, in months, also an \
                             organisation of the organisations dataset.";
    }
    columns
}

pub(in crate::release::tables) fn responsibilities() -> Vec<RowColumn<Responsibility>> {
    let mut columns = columns! { Responsibility:
        /// Principle of the Code, 1 to 10.
        Version "principle" between(1, 10) => |r| u32::from(r.principle);
    };
    columns.extend(vec![metric_id(|row: &Responsibility| &row.metric_id)]);
    columns.extend(columns! { Responsibility:
        /// Role that answers for the metric.
        Text "role" one_of(&["chief_officer", "manager", "user", "supplier", "auditor", "trainer"])
            => |r| Cow::Borrowed(r.role.as_str());
    });
    columns.extend(body_and_period("Organisation of the organisations dataset, or NATIONAL.", PERIOD));
    columns.extend(columns! { Responsibility:
        /// Whether the responsibility is met: met or not_met where a standard held throughout the period, no_standard
        /// where none did, not_evidenced where there is no figure.
        Text "outcome" one_of(&["met", "not_met", "no_standard", "few_cases", "not_evidenced"])
            => |r| Cow::Borrowed(r.outcome.as_str());
        /// Level of the standard that held throughout the period, on the scale of the unit. Null when none held.
        Decimal "standard_level" at_least(0).or_empty() => |r| r.standard.map(|(level, _)| scaled(level));
        /// What the standard is.
        Text "standard_kind" one_of(STANDARD_KINDS).or_empty()
            => |r| Cow::Borrowed(r.standard.map_or("", |(_, kind)| kind));
        /// The label of the verdict against the same period a year before: year_before of results/verdicts.
        Text "against_year_before" one_of(COMPARED).or_empty() => |r| label_words(r.against_year_before);
        /// The label of the verdict against the peers: peers of results/verdicts.
        Text "against_peers" one_of(COMPARED).or_empty() => |r| label_words(r.against_peers);
        /// Why nothing is evidenced, or how many the few cases are. Null otherwise.
        Text "reason" ANY.or_empty() => |r| Cow::Borrowed(&r.reason);
    });
    columns
}

/// Those of a headline figure, and which part or variant the row is of.
pub(in crate::release::tables) fn breakdowns<'a>() -> Vec<RowColumn<JudgedFigure<'a>>> {
    let mut columns = figures();
    for column in columns.iter_mut().filter(|column| OF_HEADLINES_ALONE.contains(&column.spec.name)) {
        column.spec.holds = column.spec.holds.nothing();
        column.spec.about = "Empty: a part or variant has no standard and is not judged.";
    }
    columns.extend(columns! { JudgedFigure<'a>:
        /// Name of the breakdown, such as application; statistic for the further percentiles of a distribution.
        Text "breakdown" ANY => |o| Cow::Borrowed(o.figure.category.as_ref().map_or("", |c| &c.breakdown));
        /// Key of the part or variant, such as vehicles.
        Text "category" except("headline") => |o| Cow::Borrowed(o.figure.category.as_ref().map_or("", |c| &c.key));
    });
    columns
}

/// What pages say of a figure beside its columns in the published tables.
pub(in crate::release::tables) fn for_readers<'a>() -> Vec<RowColumn<JudgedFigure<'a>>> {
    columns! { JudgedFigure<'a>:
        /// Why there is no value, in words. Null for a value.
        Text "reason" ANY.or_empty() => |o| Cow::Borrowed(o.figure.status.reason());
        /// Organisation-months that the figure rests on.
        Whole "returned_months" at_least(0).or_empty() => |o| Some(o.figure.coverage?.returned.into());
        /// Organisation-months that it should rest on.
        Whole "expected_months" at_least(0).or_empty() => |o| Some(o.figure.coverage?.expected.into());
    }
}

/// Whether the counts behind a figure may be shown. They have no place in a row whose value is withheld.
fn is_open(row: &JudgedFigure<'_>) -> bool {
    row.figure.status != Status::Suppressed
}

fn label<'r>(row: &'r JudgedFigure<'_>, read: fn(&Labels) -> Option<&'static str>) -> Cow<'r, str> {
    Cow::Borrowed(row.labels.and_then(read).unwrap_or_default())
}

fn label_words(label: Option<AspectLabel>) -> Cow<'static, str> {
    Cow::Borrowed(label.map_or("", AspectLabel::as_str))
}

fn met_words(met: bool) -> &'static str {
    if met { "met" } else { "not_met" }
}

/// Share of the expected organisation-months that were returned.
fn coverage(row: &JudgedFigure<'_>) -> Option<i128> {
    let coverage = row.figure.coverage.filter(|coverage| coverage.expected > 0)?;
    Some(scaled(f64::from(coverage.returned) / f64::from(coverage.expected)))
}
