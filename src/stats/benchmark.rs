//! Whether a force differs from its peers, the force itself not among them, and where it stands against a target.
//! Another question than the funnel's, which asks whether a force is unusual among forces.

use super::count_ratio::{self, ratio_of_count_ratios};
use super::counts::Counts;
use super::difference::{DifferenceSign, Estimate, difference_interval, direction};
use super::proportion_difference::{self, widened_difference};
use super::rate_ratio::{self, RateRatio, widened_ratio};
use super::widening::Widening;
use super::{Level, real};
use crate::vocabulary::quantity::{Better, Interval, Status};

/// How clearly a figure differs: 99.8 % is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// At 95 % only: worth a look.
    Look,
    /// At 99.8 %: worth acting on.
    Act,
}

/// What the comparison says. Where nothing can be said there is a status with its reason instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComparisonOutcome {
    Higher(Strength),
    Lower(Strength),
    /// The 95 % interval lies wholly inside the stated margin and holds no difference at all.
    Similar,
    NoClearDifference,
    /// Both are full counts: their difference is given, and chance is not tested.
    NotTested,
}

/// An outcome turned by the better direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BetterOrWorse {
    Better,
    Worse,
}

impl ComparisonOutcome {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Higher(Strength::Act) => "higher_99_8",
            Self::Higher(Strength::Look) => "higher_95",
            Self::Lower(Strength::Look) => "lower_95",
            Self::Lower(Strength::Act) => "lower_99_8",
            Self::Similar => "similar",
            Self::NoClearDifference => "no_clear_difference",
            Self::NotTested => "not_tested",
        }
    }

    /// Better or worse; `None` without a clear difference and for a metric without a better side.
    pub fn verdict(self, better: Better) -> Option<BetterOrWorse> {
        match (self, better) {
            (Self::Higher(_), Better::Higher) | (Self::Lower(_), Better::Lower) => Some(BetterOrWorse::Better),
            (Self::Higher(_), Better::Lower) | (Self::Lower(_), Better::Higher) => Some(BetterOrWorse::Worse),
            _ => None,
        }
    }
}

/// A force against its peers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Benchmark {
    pub outcome: ComparisonOutcome,
    /// The difference, or for rates the ratio; `None` for a ratio to peers without an event.
    pub value: Option<f64>,
    /// Its 95 % interval.
    pub look: Interval,
    /// Its 99.8 % interval.
    pub act: Interval,
    /// The p-value that these intervals imply; `None` for delays.
    pub p_value: Option<f64>,
    /// The 95 % interval lies wholly inside the margin: a difference, if there is one, is smaller than that.
    pub inside_margin: bool,
}

/// The difference of a proportion to that of the peers pooled, by the hybrid score interval. The margin is a share, such
/// as 0.02 for two percentage points; without one above 0 nothing is called similar.
///
/// # Errors
/// [`Status::NotApplicable`] without cases on either side, [`Status::Missing`] for a faulty row.
pub fn benchmark_proportion(
    force: Counts,
    peers: Counts,
    margin: Option<f64>,
    widening: Widening,
) -> Result<Benchmark, Status> {
    let look = widened_difference(force, peers, Level::LOOK, widening)?;
    let act = widened_difference(force, peers, Level::ACT, widening)?;
    let (look, act) = (Signed::of_difference(look, margin), Signed::of_difference(act, margin));
    let p_value = proportion_difference::widened_p_value(force, peers, widening)?;
    label(&look, &act, Some(p_value)).ok_or_else(undecided)
}

/// The ratio of a rate to that of the peers pooled, exact. The margin is a factor above 1,
/// such as 1.1: inside it lies every ratio from 1/1.1 to 1.1.
///
/// # Errors
/// [`Status::NotApplicable`] without exposure on either side, [`Status::CannotTell`] without any event,
/// [`Status::Missing`] for a negative count.
pub fn benchmark_rate(
    force: Counts,
    peers: Counts,
    margin: Option<f64>,
    widening: Widening,
) -> Result<Benchmark, Status> {
    let signed = |level| Ok(Signed::of_ratio(widened_ratio(force, peers, level, widening)?, margin));
    let p_value = rate_ratio::widened_p_value(force, peers, widening)?;
    label(&signed(Level::LOOK)?, &signed(Level::ACT)?, Some(p_value)).ok_or_else(undecided)
}

/// The ratio of a ratio of two counts to that of the peers pooled, exact, both counts of each varying by chance. The margin
/// is that of [`benchmark_rate`].
///
/// # Errors
/// As [`benchmark_rate`].
pub fn benchmark_count_ratio(force: Counts, peers: Counts, margin: Option<f64>) -> Result<Benchmark, Status> {
    let signed = |level| Ok(Signed::of_ratio(ratio_of_count_ratios(force, peers, level)?, margin));
    let p_value = count_ratio::central_p_value(force, peers)?;
    label(&signed(Level::LOOK)?, &signed(Level::ACT)?, Some(p_value)).ok_or_else(undecided)
}

/// The difference of two full counts. Nothing of them is unknown, so chance is not tested and there are no limits.
pub fn benchmark_full_count(count: i64, other: i64) -> Benchmark {
    let open = Interval { lower: None, upper: None };
    let value = Some(real(i128::from(count) - i128::from(other)));
    Benchmark {
        outcome: ComparisonOutcome::NotTested,
        value,
        look: open,
        act: open,
        p_value: None,
        inside_margin: false,
    }
}

/// A figure with its limits at both levels, such as a median delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitedFigure {
    pub value: f64,
    /// At 95 %.
    pub look: Interval,
    /// At 99.8 %.
    pub act: Interval,
}

/// The difference of a delay, or another figure with limits, to that of the peers, by square and add. The margin is in
/// the unit of the figures.
///
/// # Errors
/// [`Status::CannotTell`] when a limit that was not reached leaves the question open.
pub fn benchmark_delay(force: LimitedFigure, peers: LimitedFigure, margin: Option<f64>) -> Result<Benchmark, Status> {
    let signed = |pick: fn(&LimitedFigure) -> Interval| {
        let estimate = |limits: &LimitedFigure| Estimate { value: limits.value, interval: pick(limits) };
        let interval = difference_interval(estimate(&force), estimate(&peers));
        Signed::of_difference(Estimate { value: force.value - peers.value, interval }, margin)
    };
    label(&signed(|limits| limits.look), &signed(|limits| limits.act), None).ok_or_else(undecided)
}

fn undecided() -> Status {
    Status::CannotTell("a limit is not reached".to_owned())
}

/// A comparison at one level.
struct Signed {
    value: Option<f64>,
    interval: Interval,
    direction: Option<DifferenceSign>,
    inside_margin: bool,
}

impl Signed {
    fn of_ratio(ratio: RateRatio, margin: Option<f64>) -> Self {
        let inside = || {
            let factor = margin.filter(|factor| factor.is_finite() && *factor > 1.0)?;
            Some(ratio.interval.lower? >= 1.0 / factor && ratio.interval.upper? <= factor)
        };
        // Without an upper limit the ratio may be any number above the lower one: that side is known, and never below 1.
        let upper = ratio.interval.upper.unwrap_or(f64::INFINITY);
        let to_one = Interval { lower: ratio.interval.lower.map(|lower| lower - 1.0), upper: Some(upper - 1.0) };
        let inside_margin = inside().unwrap_or(false);
        Self { value: ratio.value, interval: ratio.interval, direction: direction(to_one), inside_margin }
    }

    fn of_difference(difference: Estimate, margin: Option<f64>) -> Self {
        let Estimate { value, interval } = difference;
        let inside = || {
            let margin = margin.filter(|margin| margin.is_finite() && *margin > 0.0)?;
            Some(interval.lower? >= -margin && interval.upper? <= margin)
        };
        Self { value: Some(value), interval, direction: direction(interval), inside_margin: inside().unwrap_or(false) }
    }
}

fn label(look: &Signed, act: &Signed, p_value: Option<f64>) -> Option<Benchmark> {
    let outcome = match (act.direction, look.direction) {
        (Some(DifferenceSign::Above), _) => ComparisonOutcome::Higher(Strength::Act),
        (Some(DifferenceSign::Below), _) => ComparisonOutcome::Lower(Strength::Act),
        (_, Some(DifferenceSign::Above)) => ComparisonOutcome::Higher(Strength::Look),
        (_, Some(DifferenceSign::Below)) => ComparisonOutcome::Lower(Strength::Look),
        (_, Some(DifferenceSign::Unclear)) if look.inside_margin => ComparisonOutcome::Similar,
        (_, Some(DifferenceSign::Unclear)) => ComparisonOutcome::NoClearDifference,
        (_, None) => return None,
    };
    let Signed { value, interval, inside_margin, .. } = *look;
    Some(Benchmark { outcome, value, look: interval, act: act.interval, p_value, inside_margin })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    const NONE: Widening = Widening::NONE;

    fn both(interval: Interval) -> (f64, f64) {
        (interval.lower.unwrap(), interval.upper.unwrap())
    }

    #[test]
    fn a_proportion_against_its_peers() {
        let found = benchmark_proportion(Counts::new(720, 900), Counts::new(5_100, 6_000), None, NONE).unwrap();
        assert_eq!(found.outcome, ComparisonOutcome::Lower(Strength::Act));
        assert!((found.value.unwrap() + 0.05).abs() < 1e-12);
        let ((lower, upper), (wide_lower, wide_upper)) = (both(found.look), both(found.act));
        for (found, wanted) in [(lower, -0.079), (upper, -0.023), (wide_lower, -0.096), (wide_upper, -0.009)] {
            assert!((found - wanted).abs() < 5e-4, "{found}, not {wanted}");
        }
        assert!((found.p_value.unwrap() - 0.000_11).abs() < 5e-6);
        assert_eq!(found.outcome.verdict(Better::Higher), Some(BetterOrWorse::Worse));
        assert_eq!(found.outcome.verdict(Better::Lower), Some(BetterOrWorse::Better));
        assert_eq!(found.outcome.verdict(Better::Neutral), None);
    }

    #[test]
    fn a_rate_against_its_peers() {
        let found = benchmark_rate(Counts::new(36, 1_200), Counts::new(150, 8_000), None, NONE).unwrap();
        assert_eq!(found.outcome, ComparisonOutcome::Higher(Strength::Look));
        assert!((found.value.unwrap() - 1.6).abs() < 1e-12);
        let ((lower, upper), (wide_lower, wide_upper)) = (both(found.look), both(found.act));
        for (found, wanted) in [(lower, 1.08), (upper, 2.31), (wide_lower, 0.85), (wide_upper, 2.80)] {
            assert!((found - wanted).abs() < 5e-3, "{found}, not {wanted}");
        }
        assert!((found.p_value.unwrap() - 0.019).abs() < 5e-4);
    }

    #[test]
    fn similar_needs_a_margin() {
        let (force, peers) = (Counts::new(8_000, 10_000), Counts::new(80_500, 100_000));
        let outcome = |margin| benchmark_proportion(force, peers, margin, NONE).unwrap().outcome;
        assert_eq!(outcome(None), ComparisonOutcome::NoClearDifference);
        assert_eq!(outcome(Some(0.02)), ComparisonOutcome::Similar);
        assert_eq!(outcome(Some(0.001)), ComparisonOutcome::NoClearDifference);
        assert_eq!(outcome(Some(f64::NAN)), ComparisonOutcome::NoClearDifference);
        // Clearly lower and still by less than the margin: both are said.
        let large = benchmark_proportion(Counts::new(798_000, 1_000_000), peers, Some(0.02), NONE).unwrap();
        assert_eq!((large.outcome, large.inside_margin), (ComparisonOutcome::Lower(Strength::Act), true));
        let rate =
            |margin| benchmark_rate(Counts::new(5_000, 100), Counts::new(49_800, 1_000), margin, NONE).unwrap().outcome;
        assert_eq!(
            (rate(Some(1.1)), rate(Some(1.01)), rate(None)),
            (ComparisonOutcome::Similar, ComparisonOutcome::NoClearDifference, ComparisonOutcome::NoClearDifference)
        );
    }

    #[test]
    fn delays_with_limits_that_were_not_reached() {
        let interval = |lower, upper| Interval { lower, upper };
        let limits =
            |value, lower, upper| LimitedFigure { value, look: interval(lower, upper), act: interval(lower, upper) };
        let peers = limits(10.0, Some(9.0), Some(11.0));
        let found = benchmark_delay(limits(20.0, Some(17.0), Some(23.0)), peers, None).unwrap();
        assert_eq!(
            (found.outcome, found.value, found.p_value),
            (ComparisonOutcome::Higher(Strength::Act), Some(10.0), None)
        );
        let open = benchmark_delay(limits(12.0, Some(8.0), None), peers, Some(50.0));
        assert!(matches!(open, Err(Status::CannotTell(_))));
        // The lower limit alone already shows it.
        let above = benchmark_delay(limits(30.0, Some(25.0), None), peers, None).unwrap();
        assert_eq!(above.outcome, ComparisonOutcome::Higher(Strength::Act));
        let same = benchmark_delay(limits(10.0, Some(9.0), Some(11.0)), peers, Some(2.0)).unwrap();
        assert_eq!(same.outcome, ComparisonOutcome::Similar);
    }

    /// Minutes of outages: 99.1 % against 99.3 % of 89,000 is clear if minutes are independent, and not where σz is 9.5.
    #[test]
    fn what_hangs_together_differs_less_clearly() {
        let (now, then) = (Counts::new(88_353, 89_160), Counts::new(88_500, 89_160));
        assert_eq!(
            benchmark_proportion(now, then, None, NONE).unwrap().outcome,
            ComparisonOutcome::Lower(Strength::Act)
        );
        let found = benchmark_proportion(now, then, None, Widening::of_sigma_z(9.5, 36)).unwrap();
        assert_eq!(found.outcome, ComparisonOutcome::NoClearDifference);
        assert!(found.p_value.unwrap() > 0.05 && (found.value.unwrap() + 147.0 / 89_160.0).abs() < 1e-12);
        // The interval is more than 9.5 times as wide, because σz is an estimate.
        let width = |found: Benchmark| found.look.upper.unwrap() - found.look.lower.unwrap();
        let times = width(found) / width(benchmark_proportion(now, then, None, NONE).unwrap());
        assert!((9.5..12.5).contains(&times), "{times}");
        let rate = |widening| benchmark_rate(Counts::new(400, 10), Counts::new(300, 10), None, widening).unwrap();
        assert_eq!(rate(NONE).outcome, ComparisonOutcome::Higher(Strength::Act));
        assert_eq!(rate(Widening::of_sigma_z(3.0, 36)).outcome, ComparisonOutcome::NoClearDifference);
    }

    #[test]
    fn nothing_to_compare_has_a_reason() {
        let zero = Counts::new(0, 0);
        assert!(matches!(benchmark_proportion(zero, Counts::new(1, 2), None, NONE), Err(Status::NotApplicable(_))));
        assert!(matches!(benchmark_rate(zero, Counts::new(1, 2), None, NONE), Err(Status::NotApplicable(_))));
        assert!(matches!(benchmark_rate(Counts::new(0, 1), Counts::new(0, 2), None, NONE), Err(Status::CannotTell(_))));
        // Peers without an event: no ratio and no upper limit, yet clearly higher.
        let found = benchmark_rate(Counts::new(50, 100), Counts::new(0, 1_000), Some(2.0), NONE).unwrap();
        assert_eq!((found.outcome, found.value), (ComparisonOutcome::Higher(Strength::Act), None));
        let found = benchmark_rate(Counts::new(1, 100), Counts::new(0, 100), None, NONE).unwrap();
        assert_eq!(found.outcome, ComparisonOutcome::NoClearDifference);
    }

    fn turned(outcome: ComparisonOutcome) -> ComparisonOutcome {
        match outcome {
            ComparisonOutcome::Higher(strength) => ComparisonOutcome::Lower(strength),
            ComparisonOutcome::Lower(strength) => ComparisonOutcome::Higher(strength),
            other => other,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn label_and_p_value_agree_and_exchange_turns_the_label(
            (n, m) in (1..5_000_i64, 1..5_000_i64), shares in (0..=100_i64, 0..=100_i64), margin in 0.01..0.3_f64
        ) {
            let (a, b) = (Counts::new(n * shares.0 / 100, n), Counts::new(m * shares.1 / 100, m));
            for rates in [false, true] {
                let (of, margin): (fn(_, _, _, _) -> _, f64) =
                    if rates { (benchmark_rate, 1.0 + margin) } else { (benchmark_proportion, margin) };
                let (forth, back): (Result<Benchmark, Status>, Result<Benchmark, Status>) = (of(a, b, Some(margin), NONE), of(b, a, Some(margin), NONE));
                let (Ok(forth), Ok(back)) = (forth, back) else {
                    prop_assert!(a.numerator + b.numerator == 0);
                    continue;
                };
                prop_assert_eq!(forth.outcome, turned(back.outcome));
                let p = forth.p_value.unwrap();
                match forth.outcome {
                    ComparisonOutcome::Higher(Strength::Act) | ComparisonOutcome::Lower(Strength::Act) => prop_assert!(p < 0.002),
                    ComparisonOutcome::Higher(Strength::Look) | ComparisonOutcome::Lower(Strength::Look) => prop_assert!((0.002..0.05).contains(&p)),
                    ComparisonOutcome::Similar => prop_assert!(p >= 0.05 && forth.inside_margin),
                    ComparisonOutcome::NoClearDifference => prop_assert!(p >= 0.05),
                    ComparisonOutcome::NotTested => prop_assert!(false, "chance is tested"),
                }
            }
        }
    }
}
