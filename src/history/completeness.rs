//! How complete the figures of recent event months are, by chain ladder with Mack's error: numerators and denominators
//! each by a triangle of their own. A new version of a metric starts a new triangle.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::known::{KnownCounts, KnownMonth};
use crate::definitions::model::Metric;
use crate::metrics::months_used;
use crate::stats::Level;
use crate::stats::late::{ChainLadder, Projection, Tail, Triangle, is_provisional};
use crate::stats::real;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::{Month, Period, PeriodType};
use crate::vocabulary::quantity::Shape;

/// What is measured: one metric of one organisation or aggregate.
#[derive(Debug, Clone, Copy)]
pub struct CompletenessInput<'a> {
    pub metric: &'a Metric,
    pub org_code: &'a BodyId,
    /// Oldest first.
    pub months: &'a [KnownMonth],
    pub periods: &'a [Period],
    /// A month whose end lies so many whole months back is taken as complete.
    pub lags: u32,
    /// A figure that is less complete is provisional, as a share from 0 to 1.
    pub least: f64,
    /// Whether every month has had its counts from lag 0 on.
    pub settled: bool,
}

/// A count so far and what it is expected to come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projected {
    pub latest: i64,
    /// `None` where it cannot be estimated.
    pub ultimate: Option<f64>,
    /// 95 % limits of the ultimate count.
    pub limits: Option<(f64, f64)>,
}

/// How complete one figure is.
#[derive(Debug, Clone, PartialEq)]
pub struct Completeness {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    /// Whole months from the end of the period's last month to the data date; `None` while it has not ended.
    pub lag: Option<u32>,
    /// Earlier event months that a growth still to come was measured on: the fewest of any of them.
    pub earlier_months: usize,
    pub numerator: Projected,
    /// `None` for a count.
    pub denominator: Option<Projected>,
    /// Latest / ultimate of the less complete of the two; of the returns where both counts are zero.
    pub completeness: Option<f64>,
    /// Whether the numerator is less complete than the denominator, and so the one that is measured.
    pub by_numerator: bool,
    /// Completeness at the limits of the count that is measured.
    pub limits: Option<(f64, f64)>,
    /// Whether a growth that was used of it was measured on one event month only.
    pub rests_on_one_month: bool,
    /// Of a proportion, in per cent: what it comes to if all cases still expected fail, and if all of them pass.
    pub range: Option<(f64, f64)>,
    pub provisional: bool,
}

impl Completeness {
    /// What the rows of the result file are sorted by.
    pub(super) fn key(&self) -> (&str, &BodyId, Month, PeriodType) {
        (&self.metric_id, &self.org_code, self.period.first, self.period.kind)
    }
}

/// What is counted in a triangle.
#[derive(Debug, Clone, Copy)]
enum TriangleCount {
    Numerator,
    Denominator,
    Returns,
}

impl TriangleCount {
    fn of(self, counts: &KnownCounts) -> i64 {
        match self {
            Self::Numerator => counts.numerator,
            Self::Denominator => counts.denominator,
            Self::Returns => counts.returns.into(),
        }
    }
}

/// Months of one version of the metric with their triangles, those that have come farthest first.
struct VersionMonths<'a> {
    months: Vec<&'a KnownMonth>,
    numerator: Option<Ladder>,
    denominator: Option<Ladder>,
    returns: Option<Ladder>,
}

/// A triangle's growth, and on how many event months each of it was measured.
struct Ladder {
    chain: ChainLadder,
    /// By lag. An event month whose organisations have come to different lags counts once.
    months: Vec<usize>,
}

impl Ladder {
    /// The fewest months that any growth still to come of a row was measured on; `None` where none is to come.
    fn fewest_months(&self, row: &Projection) -> Option<usize> {
        self.months.iter().skip(self.chain.next_lag(row)).min().copied()
    }
}

impl VersionMonths<'_> {
    fn ladder(&self, counted: TriangleCount) -> Option<&Ladder> {
        match counted {
            TriangleCount::Numerator => self.numerator.as_ref(),
            TriangleCount::Denominator => self.denominator.as_ref(),
            TriangleCount::Returns => self.returns.as_ref(),
        }
    }
}

/// The completeness of each period that holds a month not yet taken as complete, and of each such month.
pub fn measure(input: &CompletenessInput<'_>) -> Vec<Completeness> {
    let is_young = |month: &&KnownMonth| month.lag < input.lags;
    let wanted = |period: &Period| {
        let used = months_used(input.metric, *period);
        let lags: Vec<Option<u32>> = used.iter().map(|month| lag_of(input.months, *month)).collect();
        lags.iter().any(|lag| lag.is_none_or(|lag| lag < input.lags))
    };
    let mut periods: Vec<Period> = input.periods.iter().copied().filter(wanted).collect();
    let mut young: Vec<Month> = input.months.iter().filter(is_young).map(|month| month.month).collect();
    young.dedup();
    let months = young.into_iter().map(|first| Period { kind: PeriodType::Month, first });
    let used = |month: &Period| periods.iter().any(|period| period != month && period.covers(month.first, month.first));
    let months: Vec<Period> = months.filter(used).collect();
    periods.extend(months);
    if periods.is_empty() {
        return Vec::new();
    }
    let runs = runs(input);
    periods.into_iter().map(|period| measure_period(input, &runs, period)).collect()
}

/// The same where cases of a month come in with later returns. `by_returns` are the months by the later returns that are
/// there, those of `input` by the months that have passed. A month may lack later returns of who is there, which is seen by
/// the first, and returns of who is late, which is seen by the second: what is less complete counts.
pub fn measure_growing(input: &CompletenessInput<'_>, by_returns: &[KnownMonth]) -> Vec<Completeness> {
    let by_returns = measure(&CompletenessInput { months: by_returns, ..*input });
    let less_complete = |passed: Completeness| {
        let returned = by_returns.iter().find(|one| one.period == passed.period);
        match returned.filter(|returned| returned.doubt() > passed.doubt()) {
            Some(returned) => Completeness { lag: passed.lag, ..returned.clone() },
            None => passed,
        }
    };
    measure(input).into_iter().map(less_complete).collect()
}

impl Completeness {
    /// Orders measures from the surest to the most doubtful: provisional ones after final ones, then by what is missing.
    fn doubt(&self) -> (bool, i64) {
        #[expect(clippy::cast_possible_truncation, reason = "a share of a billion; a larger one would saturate")]
        let missing = ((1.0 - self.completeness.unwrap_or(0.0)) * 1e9).round() as i64;
        (self.provisional, missing)
    }
}

/// The least lag that a month has come to; `None` where it has not ended.
fn lag_of(months: &[KnownMonth], month: Month) -> Option<u32> {
    let start = months.partition_point(|known| known.month < month);
    let of_month = months.iter().skip(start).take_while(|known| known.month == month);
    of_month.map(|known| known.lag).min()
}

fn runs<'a>(input: &CompletenessInput<'a>) -> Vec<VersionMonths<'a>> {
    let version = |month: &KnownMonth| input.metric.version_at(month.month).map(|version| version.version);
    let runs = input.months.chunk_by(|a, b| version(a) == version(b));
    runs.map(|months| {
        let mut months: Vec<&KnownMonth> = months.iter().collect();
        months.sort_by_key(|month| Reverse(month.counts.len()));
        VersionMonths {
            numerator: ladder(input, &months, TriangleCount::Numerator),
            denominator: ladder(input, &months, TriangleCount::Denominator),
            returns: ladder(input, &months, TriangleCount::Returns),
            months,
        }
    })
    .collect()
}

/// `None` without a month at the last lag: nobody knows then what growth is still to come.
fn ladder(input: &CompletenessInput<'_>, months: &[&KnownMonth], counted: TriangleCount) -> Option<Ladder> {
    let longest = months.first()?.counts.len();
    if !u32::try_from(longest).is_ok_and(|longest| longest > input.lags) {
        return None;
    }
    let chain = if input.settled {
        let row = |month: &&KnownMonth| Some((counted.of(&month.now), month.counts.len().checked_sub(1)?));
        ChainLadder::settled(&months.iter().filter_map(row).collect::<Vec<_>>())
    } else {
        let row = |month: &&KnownMonth| month.counts.iter().map(|counts| counted.of(counts)).collect();
        Triangle::new(months.iter().map(row).collect()).ok()?.chain_ladder(Tail::LogLinear)
    };
    let measured_on = |lag: usize| {
        let measures = |month: &&&KnownMonth| {
            let at = if input.settled { Some(&month.now) } else { month.counts.get(lag) };
            month.counts.len() > lag + 1 && at.is_some_and(|counts| counted.of(counts) > 0)
        };
        months.iter().filter(measures).map(|month| month.month).collect::<BTreeSet<Month>>().len()
    };
    Some(Ladder { chain, months: (0..longest - 1).map(measured_on).collect() })
}

fn has_denominator(input: &CompletenessInput<'_>) -> bool {
    !matches!(input.metric.shape, Shape::Count | Shape::Status)
}

fn measure_period(input: &CompletenessInput<'_>, runs: &[VersionMonths<'_>], period: Period) -> Completeness {
    let used = match period.kind {
        PeriodType::Month => vec![period.first],
        _ => months_used(input.metric, period),
    };
    let ended = used.iter().all(|month| lag_of(input.months, *month).is_some());
    let lag = lag_of(input.months, period.last());
    let of = |counted| MonthsSum::of(runs, (&used, ended), counted);
    let numerator = of(TriangleCount::Numerator);
    let denominator = has_denominator(input).then(|| of(TriangleCount::Denominator));
    let returns = of(TriangleCount::Returns);
    let share = |sum: &MonthsSum| sum.completeness().unwrap_or(f64::INFINITY);
    let by_numerator = denominator.as_ref().is_some_and(|all| share(&numerator) < share(all));
    let main = denominator.as_ref().filter(|_| !by_numerator).unwrap_or(&numerator);
    let measured = main.completeness();
    let basis = if measured.is_some() { main } else { &returns };
    let completeness = measured.or_else(|| returns.completeness());
    Completeness {
        metric_id: input.metric.id.clone(),
        org_code: input.org_code.to_owned(),
        period,
        lag,
        earlier_months: basis.earlier,
        completeness,
        by_numerator,
        limits: main.limits.zip(measured).map(|((lower, upper), share)| {
            // More than all can only be there where records are expected to be withdrawn.
            ((main.real() / upper).min(share), (main.real() / lower).min(share.max(1.0)).max(share))
        }),
        rests_on_one_month: main.rests_on_one_row,
        range: range(input, &numerator, denominator.as_ref()),
        provisional: !ended || is_provisional(completeness, basis.earlier, input.least),
        numerator: numerator.projected(),
        denominator: denominator.as_ref().map(MonthsSum::projected),
    }
}

/// x / (n + m) and (x + m) / (n + m) in per cent, m being the cases still expected.
fn range(input: &CompletenessInput<'_>, numerator: &MonthsSum, denominator: Option<&MonthsSum>) -> Option<(f64, f64)> {
    let all = denominator.filter(|_| input.metric.shape == Shape::Proportion)?;
    let ultimate = all.ultimate.filter(|&ultimate| ultimate > 0.0)?.max(all.real());
    let late = ultimate - all.real();
    Some((100.0 * numerator.real() / ultimate, 100.0 * (numerator.real() + late) / ultimate))
}

/// The counts of some months added up.
struct MonthsSum {
    latest: i64,
    ultimate: Option<f64>,
    limits: Option<(f64, f64)>,
    /// Event months that a growth still to come rests on, the fewest of any.
    earlier: usize,
    rests_on_one_row: bool,
}

impl MonthsSum {
    fn of(runs: &[VersionMonths<'_>], (used, ended): (&[Month], bool), counted: TriangleCount) -> Self {
        let mut sum =
            Self { latest: 0, ultimate: Some(0.0), limits: None, earlier: usize::MAX, rests_on_one_row: false };
        let mut square = Some(0.0);
        for run in runs {
            let at: Vec<usize> = (0..run.months.len())
                .filter(|at| run.months.get(*at).is_some_and(|known| used.contains(&known.month)))
                .collect();
            let now: i64 = at.iter().filter_map(|at| run.months.get(*at)).map(|known| counted.of(&known.now)).sum();
            sum.latest += now;
            let Some(ladder) = run.ladder(counted) else {
                if !at.is_empty() {
                    (sum.ultimate, sum.earlier) = (None, 0);
                }
                continue;
            };
            let rows: Vec<Projection> = at.iter().filter_map(|at| ladder.chain.rows.get(*at)).copied().collect();
            let part = ladder.chain.sum_of(&rows);
            // What came in after the longest lag that is looked at is no part of the triangle.
            let later = real(i128::from(now) - part.latest);
            sum.ultimate = sum.ultimate.zip(part.ultimate).map(|(sum, part)| sum + part + later);
            square = square.zip(part.standard_error).map(|(sum, error): (f64, f64)| sum + error * error);
            sum.rests_on_one_row |= part.rests_on_one_row;
            sum.earlier = rows.iter().filter_map(|row| ladder.fewest_months(row)).fold(sum.earlier, usize::min);
        }
        if !ended {
            (sum.ultimate, sum.earlier) = (None, 0);
        }
        let error = square.map(f64::sqrt).filter(|_| sum.ultimate.is_some());
        sum.limits = Projection::interval_of(sum.ultimate, error, Level::LOOK);
        sum
    }

    fn real(&self) -> f64 {
        real(i128::from(self.latest))
    }

    fn completeness(&self) -> Option<f64> {
        self.ultimate.filter(|&ultimate| ultimate > 0.0).map(|ultimate| self.real() / ultimate)
    }

    fn projected(&self) -> Projected {
        Projected { latest: self.latest, ultimate: self.ultimate, limits: self.limits }
    }
}
