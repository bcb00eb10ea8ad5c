//! Columns about delays: how long cases took, how complete figures are, and how they were revised.

use std::borrow::Cow;

use super::{PERIOD, STATUSES, YES_NO, body_and_period, columns, identity, metric_id};
use crate::history::{Completeness, KnownCount, Revision, RevisionSummary};
use crate::release::tables::catalogue::{ANY, at_least, between, one_of};
use crate::release::tables::column::RowColumn;
use crate::stats::revision::{RevisionScale, Tendency};
use crate::vocabulary::delay::{DelayBand, DelayRange};
use crate::vocabulary::quantity::millionths as scaled;

const REVISED_BODY: &str = "Organisation of the organisations dataset or NATIONAL; for since_last_release also \
                            UNATTRIBUTED, REGION:name and PEERS:code.";

pub(in crate::release::tables) fn completeness() -> Vec<RowColumn<Completeness>> {
    let mut columns = identity("NATIONAL; REGION:name or PEERS:code where anything of it came in late.", PERIOD);
    columns.extend(columns! { Completeness:
        /// Whole months from the end of the period to the data date; null where it has not ended.
        Whole "lag" at_least(0).or_empty() => |c| c.lag.map(i64::from);
        /// Earlier event months on which the first growth still to come was measured.
        Whole "earlier_months" at_least(0) => |c| i64::try_from(c.earlier_months).ok();
        /// The numerator so far; for a distribution closed cases.
        Whole "numerator" ANY => |c| Some(c.numerator.latest);
        /// What the numerator is expected to come to, by chain ladder; an estimate. Null where it cannot be told.
        Decimal "numerator_expected" at_least(0).or_empty() => |c| c.numerator.ultimate.map(scaled);
        /// Lower 95% limit of it, from Mack's error and log-normal. Null without an error.
        Decimal "numerator_expected_lower_95" at_least(0).or_empty()
            => |c| c.numerator.limits.map(|limits| scaled(limits.0));
        /// Upper 95% limit of it.
        Decimal "numerator_expected_upper_95" at_least(0).or_empty()
            => |c| c.numerator.limits.map(|limits| scaled(limits.1));
        /// The denominator so far; for a distribution all cases. Null for a count.
        Whole "denominator" ANY.or_empty() => |c| Some(c.denominator?.latest);
        /// What the denominator is expected to come to, by chain ladder; an estimate. Null where it cannot be told.
        Decimal "denominator_expected" at_least(0).or_empty() => |c| c.denominator?.ultimate.map(scaled);
        /// Lower 95% limit of it, from Mack's error and log-normal. Null without an error.
        Decimal "denominator_expected_lower_95" at_least(0).or_empty()
            => |c| c.denominator?.limits.map(|limits| scaled(limits.0));
        /// Upper 95% limit of it.
        Decimal "denominator_expected_upper_95" at_least(0).or_empty()
            => |c| c.denominator?.limits.map(|limits| scaled(limits.1));
        /// The count so far in per cent of what is expected, of numerator or denominator, whichever is less complete;
        /// of the returns where both are 0. Above 100 where records are expected to be withdrawn.
        Decimal "completeness" at_least(0).or_empty() => |c| c.completeness.map(per_cent);
        /// The count that completeness is measured on so far in per cent of its upper limit. Empty where completeness
        /// is that of the returns.
        Decimal "completeness_lower_95" at_least(0).or_empty() => |c| c.limits.map(|limits| per_cent(limits.0));
        /// The same in per cent of its lower limit.
        Decimal "completeness_upper_95" at_least(0).or_empty() => |c| c.limits.map(|limits| per_cent(limits.1));
        /// Whether a growth of that count that was used was measured on one event month only.
        Text "one_earlier_month" one_of(YES_NO) => |c| Cow::Borrowed(yes_no(c.rests_on_one_month));
        /// Of a proportion: what it comes to if every case still expected fails, in per cent.
        Decimal "value_all_failing" between(0, 100).or_empty() => |c| c.range.map(|range| scaled(range.0));
        /// Of a proportion: what it comes to if every case still expected passes, in per cent.
        Decimal "value_all_passing" between(0, 100).or_empty() => |c| c.range.map(|range| scaled(range.1));
        /// yes where less complete than the metric asks for (98% unless it says otherwise), or measured on fewer than
        /// four earlier months.
        Text "provisional" one_of(YES_NO) => |c| Cow::Borrowed(yes_no(c.provisional));
    });
    columns
}

pub(in crate::release::tables) fn known_counts() -> Vec<RowColumn<KnownCount>> {
    let mut columns = identity("NATIONAL.", "The event month.");
    columns.extend(columns! { KnownCount:
        /// Whole months from the end of the event month: 0 until one has passed. The last one of a month is that of the
        /// data date.
        Whole "lag" at_least(0) => |c| Some(c.lag.into());
        /// Organisations whose month was there by then.
        Whole "returns" at_least(0) => |c| Some(c.returns.into());
        /// The numerator by then; for a distribution closed cases.
        Whole "numerator" ANY => |c| Some(c.numerator);
        /// The denominator by then; for a distribution all cases. Null for a count.
        Whole "denominator" ANY.or_empty() => |c| c.denominator;
    });
    columns
}

pub(in crate::release::tables) fn delays() -> Vec<RowColumn<DelayBand>> {
    let mut columns = identity("Organisation of the organisations dataset.", PERIOD);
    columns.extend(columns! { DelayBand:
        /// Place of the band among those of the metric. The last holds the cases that had not ended.
        Whole "band" at_least(1) => |one| Some(i64::from(one.band));
        /// Longer than this, in the unit of the metric's delays; null for the first band and for cases that had not ended.
        Whole "longer_than" ANY.or_empty() => |one| match one.range {
            DelayRange::UpTo { after, .. } => after,
            DelayRange::LongerThan(last) => Some(last),
            DelayRange::NotEnded => None,
        };
        /// Not longer than this; null for the longest delays and for cases that had not ended.
        Whole "up_to" ANY.or_empty() => |one| match one.range {
            DelayRange::UpTo { up_to, .. } => Some(up_to),
            DelayRange::LongerThan(_) | DelayRange::NotEnded => None,
        };
        /// no for the cases that had not ended when they were submitted.
        Text "ended" one_of(YES_NO) => |one| Cow::Borrowed(yes_no(one.range != DelayRange::NotEnded));
        /// Number of cases.
        Whole "cases" at_least(0) => |one| Some(one.cases);
    });
    columns
}

pub(in crate::release::tables) fn revisions() -> Vec<RowColumn<Revision>> {
    let mut columns = vec![metric_id(|row: &Revision| &row.metric_id)];
    columns.extend(columns! { Revision:
        /// as_known: an event month at two data dates one whole month apart or more, by today's definitions and
        /// settings. since_last_release: a figure as an earlier release published it and as this one does.
        Text "kind" one_of(&["as_known", "since_last_release"]) => |r| Cow::Borrowed(r.kind.as_str());
        /// Period and revision of the earlier release, such as 2025-26Q1 r1; null for as_known.
        Text "earlier_release" ANY.or_empty() => |r| Cow::Borrowed(&r.earlier_release);
    });
    columns.extend(body_and_period(REVISED_BODY, PERIOD));
    columns.extend(columns! { Revision:
        /// The data date of the earlier figure.
        Date "earlier_as_of" ANY => |r| Some(r.earlier.as_of);
        /// Whole months from the end of the period to earlier_as_of; null where the period had not ended.
        Whole "earlier_lag" at_least(0).or_empty() => |r| r.earlier.lag.map(i64::from);
        /// Numerator of the earlier figure; for a distribution closed cases.
        Whole "earlier_numerator" ANY.or_empty() => |r| r.earlier.numerator;
        /// Denominator of the earlier figure; for a distribution all cases. Null for a count.
        Whole "earlier_denominator" ANY.or_empty() => |r| r.earlier.denominator;
        /// Value of the earlier figure, in the metric's unit. Null unless its status is value.
        Decimal "earlier_value" ANY.or_empty() => |r| r.earlier.value.map(scaled);
        /// Status of the earlier figure, as in the observations.
        Text "earlier_status" one_of(STATUSES) => |r| Cow::Borrowed(&r.earlier.status);
        /// The data date of the later figure.
        Date "later_as_of" ANY => |r| Some(r.later.as_of);
        /// Whole months from the end of the period to later_as_of; null where the period had not ended.
        Whole "later_lag" at_least(0).or_empty() => |r| r.later.lag.map(i64::from);
        /// Numerator of the later figure; for a distribution closed cases.
        Whole "later_numerator" ANY.or_empty() => |r| r.later.numerator;
        /// Denominator of the later figure; for a distribution all cases. Null for a count.
        Whole "later_denominator" ANY.or_empty() => |r| r.later.denominator;
        /// Value of the later figure, in the metric's unit. Null unless its status is value.
        Decimal "later_value" ANY.or_empty() => |r| r.later.value.map(scaled);
        /// Status of the later figure, as in the observations.
        Text "later_status" one_of(STATUSES) => |r| Cow::Borrowed(&r.later.status);
        /// Later value less earlier value, worked out before rounding; null unless both are there.
        Decimal "change" ANY.or_empty() => change;
        /// Why it changed: late_data (a return came in that was not there), correction (a return was replaced), both,
        /// refused_return (a return that had been used was replaced by one that a check refused),
        /// refused_return_and_others (the same, and others came in or were replaced), definition (another version of
        /// the metric), settings (no return that it rests on changed: settings, reference data, the program or, of
        /// figures about returns, the data date did).
        Text "reason" one_of(&[
            "late_data", "correction", "late_data_and_correction", "refused_return", "refused_return_and_others",
            "definition", "settings"
        ]) => |r| Cow::Borrowed(r.reason.as_str());
    });
    columns
}

pub(in crate::release::tables) fn revision_statistics() -> Vec<RowColumn<RevisionSummary>> {
    let mut columns = vec![metric_id(|row: &RevisionSummary| &row.metric_id)];
    columns.extend(columns! { RevisionSummary:
        /// Whole months from the end of an event month; the national figure at this lag is held against the one that
        /// was known first.
        Whole "lag" at_least(1) => |s| Some(s.lag.into());
        /// units: the metric's unit. per_cent: of the size of the first figure.
        Text "scale" one_of(&["units", "per_cent"]) => |s| Cow::Borrowed(scale(s.scale));
        /// Event months counted, those that did not move included.
        Whole "number" at_least(1) => |s| i64::try_from(s.statistics.number).ok();
        /// Event months without a size on this scale: no per cent of 0.
        Whole "left_out" at_least(0) => |s| i64::try_from(s.statistics.left_out).ok();
        /// Mean revision, revised less first.
        Decimal "mean" ANY => |s| Some(scaled(s.statistics.mean));
        /// Mean size of the revisions.
        Decimal "mean_absolute" at_least(0) => |s| Some(scaled(s.statistics.mean_absolute));
        /// Median revision.
        Decimal "median" ANY => |s| Some(scaled(s.statistics.median));
        /// Standard deviation with divisor N - 1; null for one revision.
        Decimal "standard_deviation" at_least(0).or_empty() => |s| s.statistics.standard_deviation.map(scaled);
        /// Mean / (standard deviation / root of N); null where all revisions are equal or there is one.
        Decimal "t" ANY.or_empty() => |s| s.statistics.t().map(scaled);
        /// Least revision.
        Decimal "least" ANY => |s| Some(scaled(s.statistics.least));
        /// Greatest revision.
        Decimal "greatest" ANY => |s| Some(scaled(s.statistics.greatest));
        /// Revisions above 0, in per cent.
        Decimal "share_upward" between(0, 100) => |s| Some(per_cent(s.statistics.share_upward));
        /// Which way revisions have tended to go: where t is beyond 2 over at least 8 revisions. Null where none is
        /// claimed.
        Text "tendency" one_of(&["upward", "downward"]).or_empty()
            => |s| Cow::Borrowed(s.statistics.tendency().map_or("", Tendency::as_str));
    });
    columns
}

fn change(revision: &Revision) -> Option<i128> {
    let exact = revision.difference().map(|difference| difference.millionths(revision.unit));
    exact.or_else(|| revision.change().map(scaled))
}

fn per_cent(share: f64) -> i128 {
    scaled(100.0 * share)
}

fn scale(scale: RevisionScale) -> &'static str {
    match scale {
        RevisionScale::Units => "units",
        RevisionScale::PerCent => "per_cent",
    }
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
