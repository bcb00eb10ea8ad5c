//! The methods of `PHEindicatormethods` 2.1.0, for reconciliation with figures made by it. No native figure uses them.
//!
//! It differs from the native methods: Byar's approximation from 10 events on, numerators that need not be whole, limits
//! and labels of rates from different formulas, and proportion limits in the normal form.

use super::Level;
use super::tails::{crossing_from, ln_poisson_at_least, ln_poisson_at_most};
use crate::vocabulary::quantity::Interval;

/// From this many events on the limits are Byar's.
const BYAR_FROM: f64 = 10.0;

/// A label of a funnel in the words of that package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PheLabel {
    High001,
    High025,
    Low001,
    Low025,
    NotSignificant,
    /// A directly standardised rate under 10 events.
    NotApplicable,
}

impl PheLabel {
    /// The package's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High001 => "High (0.001)",
            Self::High025 => "High (0.025)",
            Self::Low001 => "Low (0.001)",
            Self::Low025 => "Low (0.025)",
            Self::NotSignificant => "Not significant",
            Self::NotApplicable => "Not applicable for events less than 10 for dsrs",
        }
    }
}

/// Byar's approximation of the Poisson limits (Breslow and Day, Statistical Methods in Cancer Research, volume II, 1987):
/// x(1 − 1/(9x) − z/(3√x))³ to (x + 1)(1 − 1/(9(x + 1)) + z/(3√(x + 1)))³. A negative lower limit is left out. `None`
/// without events.
pub fn byar_interval(events: f64, level: Level) -> Option<Interval> {
    if !(events.is_finite() && events > 0.0) {
        return None;
    }
    let cube = |x: f64, z: f64| x * (1.0 - 1.0 / (9.0 * x) + z / (3.0 * x.sqrt())).powi(3);
    let (lower, upper) = (cube(events, -level.z()), cube(events + 1.0, level.z()));
    Some(Interval { lower: (lower >= 0.0).then_some(lower), upper: Some(upper) })
}

/// The limits of a count: exact below 10 events, Byar's from 10. `None` for a negative count.
pub fn count_interval(events: f64, level: Level) -> Option<Interval> {
    if events >= BYAR_FROM { byar_interval(events, level) } else { exact_interval(events, level) }
}

/// The exact Poisson limits of a count that need not be whole: the means at which P(x, mean), and Q(x + 1, mean), are the
/// probability left out on one side. `None` for a negative count.
pub fn exact_interval(events: f64, level: Level) -> Option<Interval> {
    if !(events.is_finite() && events >= 0.0) {
        return None;
    }
    let ln_tail = level.tail().ln();
    let guess = (events + 0.5).ln();
    let at_least = |ln_mean: f64| ln_poisson_at_least(events, ln_mean.exp()) - ln_tail;
    let at_most = |ln_mean: f64| ln_tail - ln_poisson_at_most(events, ln_mean.exp());
    let lower = if events > 0.0 { crossing_from(at_least, guess).map(f64::exp) } else { Some(0.0) };
    Some(Interval { lower, upper: crossing_from(at_most, guess).map(f64::exp) })
}

/// The Wilson score interval of a numerator that need not be whole; `None` unless it lies from 0 to a denominator above 0.
pub fn wilson_interval(numerator: f64, denominator: f64, level: Level) -> Option<Interval> {
    if !(denominator > 0.0 && (0.0..=denominator).contains(&numerator)) {
        return None;
    }
    let (x, n, z) = (numerator, denominator, level.z());
    let width = z * (z * z + 4.0 * x * (1.0 - x / n)).sqrt();
    let limit = |signed: f64| (2.0 * x + z * z + signed) / (2.0 * (n + z * z));
    Some(Interval { lower: Some(limit(-width)), upper: Some(limit(width)) })
}

/// Whether a proportion lies strictly outside those limits, 0.001 before 0.025. `None` without a denominator.
pub fn proportion_label(numerator: f64, denominator: f64, centre: f64) -> Option<PheLabel> {
    if !(denominator > 0.0 && numerator >= 0.0) {
        return None;
    }
    let value = numerator / denominator;
    let (act, look) = (uncut_limits(centre, denominator, Level::ACT), uncut_limits(centre, denominator, Level::LOOK));
    Some(if value < act.0 {
        PheLabel::Low001
    } else if value > act.1 {
        PheLabel::High001
    } else if value < look.0 {
        PheLabel::Low025
    } else if value > look.1 {
        PheLabel::High025
    } else {
        PheLabel::NotSignificant
    })
}

fn uncut_limits(centre: f64, size: f64, level: Level) -> (f64, f64) {
    let width = level.z() * (centre * (1.0 - centre) / size).sqrt();
    (centre - width, centre + width)
}

/// Whether the interval of a count divided by its expected number lies strictly above or below 1, the high side first.
/// `None` for a negative count.
pub fn ratio_label(events: f64, expected: f64) -> Option<PheLabel> {
    let (act, look) = (count_interval(events, Level::ACT)?, count_interval(events, Level::LOOK)?);
    let above = |interval: Interval| interval.lower.is_some_and(|lower| lower / expected > 1.0);
    let below = |interval: Interval| interval.upper.is_some_and(|upper| upper / expected < 1.0);
    Some(if above(act) {
        PheLabel::High001
    } else if above(look) {
        PheLabel::High025
    } else if below(act) {
        PheLabel::Low001
    } else if below(look) {
        PheLabel::Low025
    } else {
        PheLabel::NotSignificant
    })
}

/// How a rate was made, which decides on the exposure behind it and on small counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateKind {
    Crude,
    /// Directly standardised: not applicable under 10 events.
    Standardised,
}

/// An area of a rate funnel; `exposure` is needed only without events.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateArea {
    pub events: f64,
    pub rate: f64,
    pub exposure: Option<f64>,
}

impl RateArea {
    /// The exposure behind the rate: `multiplier · events / rate`, or that given when there are no events.
    pub fn derived_exposure(&self, kind: RateKind, multiplier: f64) -> Option<f64> {
        if self.events > 0.0 {
            Some(multiplier * self.events / self.rate).filter(|exposure| exposure.is_finite())
        } else {
            self.exposure.filter(|_| kind == RateKind::Crude)
        }
    }
}

/// Σx/Σt over the areas; an area without an exposure is left out. `None` without any.
pub fn rate_centre(areas: &[RateArea], kind: RateKind, multiplier: f64) -> Option<f64> {
    let mut sums = (0.0, 0.0);
    for area in areas {
        if let Some(exposure) = area.derived_exposure(kind, multiplier) {
            sums = (sums.0 + area.events, sums.1 + exposure);
        }
    }
    (sums.1 > 0.0).then(|| sums.0 / sums.1)
}

/// The label of every area: [`ratio_label`] with the centre times the exposure as expected number. `None` for an area
/// without an exposure.
pub fn rate_labels(areas: &[RateArea], kind: RateKind, multiplier: f64) -> Vec<Option<PheLabel>> {
    let centre = rate_centre(areas, kind, multiplier);
    let label = |area: &RateArea| {
        if kind == RateKind::Standardised && area.events < BYAR_FROM {
            return Some(PheLabel::NotApplicable);
        }
        ratio_label(area.events, centre? * area.derived_exposure(kind, multiplier)?)
    };
    areas.iter().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_limits(found: Interval, lower: Option<f64>, upper: f64) {
        let near = |found: f64, wanted: f64| (found / wanted - 1.0).abs() <= 1e-9;
        assert!(near(found.upper.unwrap(), upper), "{found:?}");
        assert_eq!(found.lower.is_some(), lower.is_some(), "{found:?}");
        if let (Some(found), Some(wanted)) = (found.lower, lower) {
            assert!(near(found, wanted), "{found}, not {wanted}");
        }
    }

    /// Test data of `PHEindicatormethods` 2.1.0.
    #[test]
    fn published_limits() {
        let byar = |x, level| byar_interval(x, level).unwrap();
        assert_limits(byar(65.0, Level::LOOK), Some(50.163_187_710_459_454), 82.849_138_545_939_84);
        assert_limits(byar(1.0, Level::LOOK), Some(0.013_072_132_901_5), 5.563_755_582_475_260_5);
        assert_limits(byar(1.0, Level::ACT), None, 9.362_180_217_908_362);
        assert_limits(
            count_interval(1.0, Level::LOOK).unwrap(),
            Some(0.025_317_807_984_289_897),
            5.571_643_390_938_898,
        );
        let wilson = wilson_interval(0.445, 1.0, Level::ACT).unwrap();
        assert_limits(wilson, Some(0.019_347_006_132_900_975), 0.970_225_994_701_954_2);
    }

    #[test]
    fn small_counts_are_those_of_the_native_interval() {
        for x in 0..10_i32 {
            let native = crate::stats::rate::count_interval(i64::from(x), Level::ACT).unwrap();
            let found = count_interval(f64::from(x), Level::ACT).unwrap();
            assert!((found.lower.unwrap() - native.lower.unwrap()).abs() < 1e-12, "{x}");
            assert!((found.upper.unwrap() / native.upper.unwrap() - 1.0).abs() < 1e-12, "{x}");
        }
    }

    #[test]
    fn labels_of_proportions_and_ratios() {
        let proportion = |x| proportion_label(x, 100.0, 0.5);
        assert_eq!(proportion(50.0), Some(PheLabel::NotSignificant));
        assert_eq!(proportion(61.0), Some(PheLabel::High025));
        assert_eq!(proportion(34.0), Some(PheLabel::Low001));
        assert_eq!(proportion_label(0.0, 0.0, 0.5), None);
        assert_eq!(ratio_label(8.0, 6.24), Some(PheLabel::NotSignificant));
        assert_eq!(ratio_label(0.0, 4.0), Some(PheLabel::Low025));
        assert_eq!(ratio_label(30.0, 6.0).map(PheLabel::as_str), Some("High (0.001)"));
        assert_eq!(ratio_label(-1.0, 6.0), None);
    }

    #[test]
    fn standardised_rates_need_ten_events() {
        let area = |events, rate, exposure| RateArea { events, rate, exposure };
        let areas = [area(9.0, 90.0, None), area(100.0, 100.0, None), area(0.0, 0.0, Some(10_000.0))];
        let labels = rate_labels(&areas, RateKind::Standardised, 100_000.0);
        assert_eq!(labels, [PheLabel::NotApplicable, PheLabel::NotSignificant, PheLabel::NotApplicable].map(Some));
        let labels = rate_labels(&areas, RateKind::Crude, 100_000.0);
        assert_eq!(labels, [PheLabel::NotSignificant, PheLabel::NotSignificant, PheLabel::Low001].map(Some));
        assert!(rate_labels(&[], RateKind::Crude, 1.0).is_empty());
    }

    #[test]
    fn nonsense_has_no_limits() {
        for x in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!((byar_interval(x, Level::LOOK), count_interval(x, Level::LOOK)), (None, None));
            assert_eq!(wilson_interval(x, 2.0, Level::LOOK), None);
        }
        assert_eq!(byar_interval(0.0, Level::LOOK), None);
        assert_eq!(wilson_interval(0.0, 0.0, Level::LOOK), None);
    }
}
