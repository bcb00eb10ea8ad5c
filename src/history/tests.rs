//! Laws of completeness and revisions, tried on generated triangles. Numbers worked by hand are in `tests/it/late.rs`.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::completeness::{Completeness, CompletenessInput, measure};
use super::known::{KnownCounts, KnownMonth};
use super::lateness::Provisional;
use super::revisions::{Changes, Reason, reason_of, summarise};
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::metrics::ReturnChanges;
use crate::stats::late::is_provisional;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::{Month, Period, PeriodType};

/// Read once: the definitions take longer than a triangle.
static METRIC: LazyLock<Metric> = LazyLock::new(|| {
    Definitions::built_in().unwrap().metrics.into_iter().find(|metric| metric.id == "CRE-01").unwrap()
});

fn cre_01() -> MetricId {
    "CRE-01".parse().unwrap()
}

fn first() -> Month {
    "2024-04".parse().unwrap()
}

/// Cases at one lag, and how many in a hundred of them are in the numerator.
fn counts() -> impl Strategy<Value = KnownCounts> {
    (0..60_i64, 0..=100_i64).prop_map(|(cases, share)| KnownCounts {
        returns: u32::from(cases > 0),
        numerator: cases * share / 100,
        denominator: cases,
    })
}

/// The longest lag, and months up to the data date, oldest first.
fn triangles() -> impl Strategy<Value = (u32, Vec<KnownMonth>)> {
    let rows = prop::collection::vec(prop::collection::vec(counts(), 8), 1..14);
    (1..6_u32, rows).prop_map(|(lags, rows)| {
        let newest = rows.len() - 1;
        let month = |(at, row): (usize, Vec<KnownCounts>)| {
            let lag = u32::try_from(newest - at).unwrap();
            let columns = usize::try_from(lag.min(lags)).unwrap() + 1;
            let now = row[if lag > lags { columns } else { columns - 1 }];
            KnownMonth { month: first().plus(i32::try_from(at).unwrap()), lag, counts: row[..columns].to_vec(), now }
        };
        (lags, rows.into_iter().enumerate().map(month).collect())
    })
}

fn month(month: Month) -> Period {
    Period { kind: PeriodType::Month, first: month }
}

/// Each month, and the first quarter of the year.
fn periods(months: &[KnownMonth]) -> Vec<Period> {
    let quarter = Period { kind: PeriodType::FyQuarter, first: first() };
    months.iter().map(|known| month(known.month)).chain([quarter]).collect()
}

fn measured(months: &[KnownMonth], lags: u32, settled: bool) -> Vec<Completeness> {
    let (metric, periods) = (&*METRIC, periods(months));
    let (org_code, least) = (BodyId::nation(), 0.98);
    measure(&CompletenessInput { metric, org_code, months, periods: &periods, lags, least, settled })
}

/// Nothing of any month ever moved.
fn still(months: &[KnownMonth]) -> Vec<KnownMonth> {
    let hold = |known: &KnownMonth| KnownMonth { counts: vec![known.now; known.counts.len()], ..known.clone() };
    months.iter().map(hold).collect()
}

proptest! {
    #[test]
    fn completeness_lies_within_its_limits_and_the_figure_within_its_range((lags, months) in triangles()) {
        for one in measured(&months, lags, false) {
            if let Some((lower, upper)) = one.limits {
                let share = one.completeness.unwrap();
                prop_assert!(0.0 <= lower && lower <= share && share <= upper, "{one:?}");
            }
            let all = one.denominator.unwrap();
            if let Some((failing, passing)) = one.range.filter(|_| all.latest > 0) {
                let value = 100.0 * f64::from(i32::try_from(one.numerator.latest).unwrap())
                    / f64::from(i32::try_from(all.latest).unwrap());
                prop_assert!(failing <= value + 1e-9 && value <= passing + 1e-9 && passing <= 100.0 + 1e-9, "{one:?}");
            }
        }
    }

    #[test]
    fn a_period_counts_what_its_months_hold((lags, months) in triangles()) {
        for one in measured(&months, lags, false) {
            let own = months.iter().filter(|known| one.period.covers(known.month, known.month));
            let sum = own.map(|known| known.now).fold((0, 0), |sum, now| (sum.0 + now.numerator, sum.1 + now.denominator));
            prop_assert_eq!((one.numerator.latest, one.denominator.unwrap().latest), sum);
        }
    }

    #[test]
    fn only_periods_with_a_young_month_are_measured((lags, months) in triangles()) {
        let found = measured(&months, lags, false);
        for period in periods(&months) {
            let own: Vec<&KnownMonth> = months.iter().filter(|known| period.covers(known.month, known.month)).collect();
            let ended = own.len() == period.months().count();
            let young = !ended || own.iter().any(|known| known.lag < lags);
            let one = found.iter().find(|one| one.period == period);
            prop_assert_eq!(one.is_some(), young);
            if let Some(one) = one {
                let by_measure = is_provisional(one.completeness, one.earlier_months, 0.98);
                prop_assert_eq!(one.provisional, !ended || by_measure);
            }
        }
    }

    #[test]
    fn months_that_never_moved_need_no_triangle((lags, months) in triangles()) {
        let months = still(&months);
        let (short, whole) = (measured(&months, lags, true), measured(&months, lags, false));
        prop_assert_eq!(short.len(), whole.len());
        for (short, whole) in short.iter().zip(&whole) {
            prop_assert_eq!(short.completeness, whole.completeness);
            prop_assert_eq!(short.provisional, whole.provisional);
            prop_assert_eq!(short.earlier_months, whole.earlier_months);
            prop_assert_eq!(short.numerator.ultimate, whole.numerator.ultimate);
            prop_assert_eq!(short.range, whole.range);
        }
    }

    #[test]
    fn where_nothing_moved_nothing_is_summed_up((_, months) in triangles()) {
        prop_assert_eq!(summarise(&cre_01(), &months, &[]), []);
    }
}

/// Four months of 8, 4, 4 and 4 cases that are all there at once, and in the numerator twice as many a month later:
/// the newest has 1 of 2, so half of it is there, although all its cases are.
#[test]
fn the_less_complete_count_is_measured_with_its_own_limits() {
    let counts = |numerator, denominator| KnownCounts { returns: 1, numerator, denominator };
    let old = |at: i32, lag: u32, cases: i64| KnownMonth {
        month: first().plus(at),
        lag,
        counts: vec![counts(cases / 4, cases), counts(cases / 2, cases)],
        now: counts(cases / 2, cases),
    };
    let newest = KnownMonth { month: first().plus(4), lag: 0, counts: vec![counts(1, 4)], now: counts(1, 4) };
    let months = [old(0, 4, 8), old(1, 3, 4), old(2, 2, 4), old(3, 1, 4), newest];
    let found = measured(&months, 1, false);
    let one = found.iter().find(|one| one.period == month(first().plus(4))).unwrap();
    assert!(one.by_numerator && one.provisional);
    assert_eq!((one.completeness, one.limits, one.earlier_months), (Some(0.5), Some((0.5, 0.5)), 4));
    assert_eq!((one.numerator.ultimate, one.denominator.unwrap().ultimate), (Some(2.0), Some(4.0)));
}

#[test]
fn a_reason_is_given_for_every_change() {
    let of = |definition, arrived, corrected, refused| {
        reason_of(Changes { definition, returns: ReturnChanges { arrived, corrected, refused } })
    };
    assert_eq!(of(false, false, false, true), Reason::RefusedReturn);
    assert_eq!(of(false, true, false, true), Reason::RefusedReturnAndOthers);
    assert_eq!(of(true, false, false, true), Reason::Definition);
    let reason = |definition, arrived, corrected| of(definition, arrived, corrected, false);
    assert_eq!(reason(true, true, true), Reason::Definition);
    assert_eq!(reason(false, true, true), Reason::LateDataAndCorrection);
    assert_eq!(reason(false, true, false), Reason::LateData);
    assert_eq!(reason(false, false, true), Reason::Correction);
    assert_eq!(reason(false, false, false), Reason::Settings);
}

#[test]
fn a_provisional_figure_is_one_of_its_metric_code_and_period() {
    let mut provisional = Provisional::default();
    let (nation, peers) = (BodyId::nation(), &BodyId::from("PEERS:E1"));
    provisional.insert(&cre_01(), nation, month(first()));
    provisional.insert(&cre_01(), peers, month(first()));
    assert!(provisional.contains("CRE-01", nation, month(first())));
    assert!(!provisional.contains("CRE-01", nation, month(first().plus(1))));
    assert!(!provisional.contains("CRE-02", nation, month(first())));
    let without = provisional.only(BodyId::is_nation);
    assert!(without.contains("CRE-01", nation, month(first())) && !without.contains("CRE-01", peers, month(first())));
}
