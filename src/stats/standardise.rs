//! Standardisation: what a force's figure would be if its mix of cases were that of a reference.
//! A standardised figure stands beside the crude one; the reference is the caller's to name.

use super::counts::Counts;
use super::{Level, as_phe, rate, real};
use crate::vocabulary::quantity::{Interval, Status};

/// Fewer events than this give no directly standardised rate.
const LEAST_EVENTS: i64 = 10;

/// Which limits the observed count has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CountLimits {
    /// Exact at every count.
    #[default]
    Exact,
    /// Exact below 10 and Byar's from 10, for parity with `PHEindicatormethods`.
    AsPhe,
}

impl CountLimits {
    fn of(self, events: i64, level: Level) -> Result<Interval, Status> {
        let exact = rate::count_interval(events, level)?;
        let limits = match self {
            Self::Exact => Some(exact),
            Self::AsPhe => as_phe::count_interval(real(events), level),
        };
        limits.ok_or_else(|| Status::Missing("the count is below zero".to_owned()))
    }
}

/// A stratum of a force beside the same stratum of the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReferenceStratum<'a> {
    pub name: &'a str,
    /// The force's denominator nᵢ.
    pub size: i64,
    /// The reference's events Xᵢ and denominator Nᵢ.
    pub reference: Counts,
}

/// The events expected of a force with the reference's rates: E = Σ nᵢ·Xᵢ/Nᵢ.
///
/// # Errors
/// [`Status::Missing`], with the stratum named, where the reference has no denominator or a number is negative.
pub fn expected_events(strata: &[ReferenceStratum]) -> Result<f64, Status> {
    let mut sum = 0.0;
    for stratum in strata {
        let Counts { numerator, denominator } = stratum.reference;
        if denominator <= 0 {
            return Err(Status::Missing(format!("the reference has no denominator in {}", stratum.name)));
        }
        if stratum.size < 0 || numerator < 0 {
            return Err(Status::Missing(format!("a number is below zero in {}", stratum.name)));
        }
        sum += real(stratum.size) * (real(numerator) / real(denominator));
    }
    Ok(sum)
}

/// The reference's crude rate ΣX/ΣN, or `None` without a denominator.
pub fn reference_rate(strata: &[ReferenceStratum]) -> Option<f64> {
    let sum = |of: fn(Counts) -> i64| strata.iter().map(|stratum| i128::from(of(stratum.reference))).sum::<i128>();
    let (events, size) = (sum(|counts| counts.numerator), sum(|counts| counts.denominator));
    (size > 0).then(|| real(events) / real(size))
}

/// A value with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standardised {
    pub value: f64,
    pub interval: Interval,
}

impl Standardised {
    /// On another scale; a ratio times the reference rate is the indirectly standardised rate.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let scaled = |limit: f64| limit * factor;
        Self {
            value: self.value * factor,
            interval: Interval { lower: self.interval.lower.map(scaled), upper: self.interval.upper.map(scaled) },
        }
    }
}

/// The indirectly standardised ratio O/E with the limits of O divided by E.
///
/// # Errors
/// [`Status::NotApplicable`] when nothing is expected, [`Status::Missing`] for a negative count.
pub fn indirect_ratio(observed: i64, expected: f64, limits: CountLimits, level: Level) -> Result<Standardised, Status> {
    if !(expected.is_finite() && expected > 0.0) {
        return Err(Status::NotApplicable("no cases are expected".to_owned()));
    }
    let interval = limits.of(observed, level)?;
    Ok(Standardised { value: real(observed), interval }.times(1.0 / expected))
}

/// A stratum of a force with the weight that the standard gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedStratum<'a> {
    pub name: &'a str,
    /// The force's events xᵢ and denominator nᵢ.
    pub counts: Counts,
    /// The standard's weight wᵢ, not negative.
    pub weight: f64,
}

/// The directly standardised rate D = Σwᵢxᵢ/nᵢ / Σwᵢ with Dobson's limits D + √(V/O)·(L − O) to D + √(V/O)·(U − O),
/// where V = Σwᵢ²xᵢ/nᵢ² / (Σwᵢ)², O = Σxᵢ and L to U are the limits of O (Dobson and others, Statistics in Medicine 10, 457–462, 1991).
///
/// # Errors
/// [`Status::CannotTell`] under 10 events; [`Status::Missing`], with the stratum named, without a denominator or with a
/// negative number; [`Status::NotApplicable`] when the weights sum to 0.
pub fn direct_rate(strata: &[WeightedStratum], limits: CountLimits, level: Level) -> Result<Standardised, Status> {
    let (mut observed, mut weights, mut value, mut variance) = (0_i64, 0.0, 0.0, 0.0);
    for stratum in strata {
        let Counts { numerator, denominator } = stratum.counts;
        if denominator <= 0 {
            return Err(Status::Missing(format!("no denominator in {}", stratum.name)));
        }
        if numerator < 0 || !(stratum.weight.is_finite() && stratum.weight >= 0.0) {
            return Err(Status::Missing(format!("a number is below zero in {}", stratum.name)));
        }
        observed = observed.saturating_add(numerator);
        weights += stratum.weight;
        let share = stratum.weight / real(denominator);
        value += share * real(numerator);
        variance += share * share * real(numerator);
    }
    if weights <= 0.0 {
        return Err(Status::NotApplicable("the weights sum to 0".to_owned()));
    }
    if observed < LEAST_EVENTS {
        return Err(Status::CannotTell(format!("fewer than {LEAST_EVENTS} events")));
    }
    let (value, spread) = (value / weights, (variance / real(observed)).sqrt() / weights);
    let count = limits.of(observed, level)?;
    let shifted = |limit: f64| value + spread * (limit - real(observed));
    Ok(Standardised { value, interval: Interval { lower: count.lower.map(shifted), upper: count.upper.map(shifted) } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, wanted: f64, within: f64) {
        assert!((found - wanted).abs() <= within, "{found}, not {wanted}");
    }

    /// Test data of `PHEindicatormethods` 2.1.0: indirectly standardised rates per 100,000.
    #[test]
    fn published_indirect_rates() {
        let rate = |observed| {
            let ratio = indirect_ratio(observed, 835.883_561_231_174, CountLimits::AsPhe, Level::LOOK).unwrap();
            ratio.times(9_349.883_092_211)
        };
        let found = rate(895);
        near(found.value, 10_011.137_622, 1e-5);
        near(found.interval.lower.unwrap(), 9_365.916_003, 1e-5);
        near(found.interval.upper.unwrap(), 10_689.097_583, 1e-5);
        let found = rate(9);
        near(found.value, 100.670_658, 1e-6);
        near(found.interval.lower.unwrap(), 46.033_035, 1e-6);
        near(found.interval.upper.unwrap(), 191.104_267, 1e-6);
    }

    #[test]
    fn expected_events_follow_the_reference() {
        let stratum = |name, size, x, n| ReferenceStratum { name, size, reference: Counts::new(x, n) };
        let strata = [stratum("young", 100, 1, 10), stratum("old", 50, 3, 10)];
        near(expected_events(&strata).unwrap(), 25.0, 1e-12);
        near(reference_rate(&strata).unwrap(), 0.2, 1e-12);
        assert_eq!(reference_rate(&[]), None);
        let empty = expected_events(&[stratum("young", 100, 1, 0)]);
        assert_eq!(empty, Err(Status::Missing("the reference has no denominator in young".to_owned())));
        assert!(expected_events(&[stratum("young", -1, 1, 9)]).is_err());
        for expected in [0.0, f64::NAN] {
            let found = indirect_ratio(3, expected, CountLimits::Exact, Level::LOOK);
            assert!(matches!(found, Err(Status::NotApplicable(_))));
        }
        assert!(indirect_ratio(-3, 1.0, CountLimits::AsPhe, Level::LOOK).is_err());
    }

    #[test]
    fn one_stratum_gives_the_crude_rate() {
        let strata = [WeightedStratum { name: "all", counts: Counts::new(20, 100), weight: 7.0 }];
        let found = direct_rate(&strata, CountLimits::Exact, Level::LOOK).unwrap();
        let crude = rate::rate_interval(20, 100, 1, Level::LOOK).unwrap();
        near(found.value, 0.2, 1e-12);
        near(found.interval.lower.unwrap(), crude.lower.unwrap(), 1e-12);
        near(found.interval.upper.unwrap(), crude.upper.unwrap(), 1e-12);
    }

    #[test]
    fn direct_rates_are_withheld_or_refused_with_a_reason() {
        let of = |x, n, weight| {
            let strata = [WeightedStratum { name: "all", counts: Counts::new(x, n), weight }];
            direct_rate(&strata, CountLimits::Exact, Level::LOOK)
        };
        assert!(matches!(of(9, 100, 1.0), Err(Status::CannotTell(_))));
        assert!(matches!(of(90, 0, 1.0), Err(Status::Missing(_))));
        assert!(matches!(of(90, 100, -1.0), Err(Status::Missing(_))));
        assert!(matches!(of(90, 100, f64::NAN), Err(Status::Missing(_))));
        assert!(matches!(of(90, 100, 0.0), Err(Status::NotApplicable(_))));
        assert!(matches!(direct_rate(&[], CountLimits::Exact, Level::LOOK), Err(Status::NotApplicable(_))));
    }
}
