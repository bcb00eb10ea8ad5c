//! Funnel limits: which counts a force of a given size would leave unremarked if nothing but chance set it apart from
//! the centre. One function gives the boundary counts; the line drawn and the label of a force are both read from them.

use super::counts::Counts;
use super::distributions::large_poisson_means;
use super::tails::{
    Chance, crossing_between, ln_binomial_at_least, ln_binomial_at_most, ln_poisson_at_least, ln_poisson_at_most,
};
use super::{Level, real};
use crate::vocabulary::quantity::{Interval, Status};

/// Fewer forces than this have no funnel.
pub const LEAST_FORCES: usize = 5;
/// From this expected count on the Poisson boundaries come from the series of the gamma quantile, exact to rounding there.
const SERIES_FROM: f64 = 1e8;
/// A count this close to a boundary, relative to the boundary or to 1, lies on it.
const ON_BOUNDARY: f64 = 1e-9;

/// What the forces are held against: Σx of Σn, or a fixed standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Centre {
    /// Numerator and denominator of the centre.
    pub counts: Counts,
    /// How many forces it rests on; 0 for a fixed standard.
    pub forces: usize,
}

impl Centre {
    /// The pooled figure of all forces with a value, those judged included. A force without a value or with a denominator
    /// of 0 is left out.
    ///
    /// # Errors
    /// [`Status::CannotTell`] for fewer than [`LEAST_FORCES`] forces; [`Status::Missing`] when the sums do not fit.
    pub fn of_forces(forces: impl IntoIterator<Item = Option<Counts>>) -> Result<Self, Status> {
        let (mut numerator, mut denominator, mut present) = (0_i128, 0_i128, 0_usize);
        for counts in forces.into_iter().flatten().filter(|counts| counts.denominator > 0) {
            numerator += i128::from(counts.numerator);
            denominator += i128::from(counts.denominator);
            present += 1;
        }
        if present < LEAST_FORCES {
            return Err(Status::CannotTell(format!("fewer than {LEAST_FORCES} forces")));
        }
        let fitting = |sum: i128| i64::try_from(sum).map_err(|_| Status::Missing("the sum is too large".to_owned()));
        Ok(Self { counts: Counts::new(fitting(numerator)?, fitting(denominator)?), forces: present })
    }

    /// A stated standard, such as 9 of 10.
    pub fn standard(numerator: i64, denominator: i64) -> Self {
        Self { counts: Counts::new(numerator, denominator), forces: 0 }
    }
}

/// How boundaries were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundaryMethod {
    /// The binomial or Poisson tail is the probability left out.
    Exact,
    /// The outer one of these and limits that allow for the forces' usual spread.
    Adjusted,
}

/// Boundary counts at one level. A side is `None` where no count can fall outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boundary {
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

impl Boundary {
    /// The limits as they are drawn: `multiplier · boundary / size`, `size` being the denominator or the expected count.
    pub fn drawn(self, multiplier: f64, size: f64) -> Interval {
        let scaled = |count: f64| multiplier * count / size;
        Interval { lower: self.lower.map(scaled), upper: self.upper.map(scaled) }
    }

    /// Where a count lies. On a boundary is inside.
    fn side(self, count: f64) -> std::cmp::Ordering {
        let slack = |boundary: f64| ON_BOUNDARY * boundary.abs().max(1.0);
        if self.lower.is_some_and(|lower| count < lower - slack(lower)) {
            std::cmp::Ordering::Less
        } else if self.upper.is_some_and(|upper| count > upper + slack(upper)) {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        }
    }
}

/// The boundary counts for one size at both levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelLimits {
    /// At 95 %.
    pub look: Boundary,
    /// At 99.8 %.
    pub act: Boundary,
    pub rule: BoundaryMethod,
}

/// Where a force stands against funnel limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunnelLabel {
    /// Above the 99.8 % limit.
    AboveAct,
    /// Above the 95 % limit only.
    AboveLook,
    Within,
    /// Below the 95 % limit only.
    BelowLook,
    /// Below the 99.8 % limit.
    BelowAct,
    /// No count of a force of this size could fall outside: too few cases.
    CannotTell,
    /// Forces differ so much that no limits say anything.
    SpreadTooWide,
}

impl FunnelLabel {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AboveAct => "above_99_8",
            Self::AboveLook => "above_95",
            Self::Within => "within",
            Self::BelowLook => "below_95",
            Self::BelowAct => "below_99_8",
            Self::CannotTell => "cannot_tell",
            Self::SpreadTooWide => "spread_too_wide",
        }
    }
}

impl FunnelLimits {
    /// The label of a force with `count` cases: 99.8 % before 95 %, on a boundary within.
    pub fn label(&self, count: i64) -> FunnelLabel {
        use std::cmp::Ordering::{Equal, Greater, Less};
        if self.look.lower.is_none() && self.look.upper.is_none() {
            return FunnelLabel::CannotTell;
        }
        let count = real(count);
        match (self.act.side(count), self.look.side(count)) {
            (Greater, _) => FunnelLabel::AboveAct,
            (Less, _) => FunnelLabel::BelowAct,
            (Equal, Greater) => FunnelLabel::AboveLook,
            (Equal, Less) => FunnelLabel::BelowLook,
            (Equal, Equal) => FunnelLabel::Within,
        }
    }
}

/// Limits for a proportion with `cases` in the denominator. Exact: the lower boundary b solves I_{1−p₀}(n − b, b + 1) = a
/// and the upper one I_{p₀}(b, n − b + 1) = a, which at whole counts are the binomial tails P(X ≤ b) and P(X ≥ b)
/// (Spiegelhalter, Statistics in Medicine 24, 2005). A side has no boundary when even 0 or all cases are likelier than a.
///
/// # Errors
/// [`Status::NotApplicable`] without cases, [`Status::CannotTell`] ("no variation") for a centre of 0 or 1,
/// [`Status::Missing`] for a centre outside 0 to 1.
pub fn proportion_funnel(centre: Centre, cases: i64) -> Result<FunnelLimits, Status> {
    let Counts { numerator, denominator } = centre.counts;
    if numerator < 0 || numerator > denominator {
        return Err(Status::Missing("the centre is not from 0 to 1".to_owned()));
    }
    if cases <= 0 || denominator == 0 {
        return Err(Status::NotApplicable("no cases".to_owned()));
    }
    let others = denominator - numerator;
    if numerator == 0 || others == 0 {
        return Err(no_variation());
    }
    let chance = Chance::of_parts(numerator, others);
    let boundary = |level| binomial_boundary(real(cases), chance, level);
    Ok(FunnelLimits { look: boundary(Level::LOOK), act: boundary(Level::ACT), rule: BoundaryMethod::Exact })
}

/// Limits for a rate with `exposure`, whose expected count is that times the centre.
///
/// # Errors
/// [`Status::NotApplicable`] without exposure, [`Status::CannotTell`] ("no variation") for a centre of 0,
/// [`Status::Missing`] for a negative one.
pub fn rate_funnel(centre: Centre, exposure: i64) -> Result<FunnelLimits, Status> {
    let Counts { numerator, denominator } = centre.counts;
    if numerator < 0 {
        return Err(Status::Missing("the count is below zero".to_owned()));
    }
    if exposure <= 0 || denominator <= 0 {
        return Err(Status::NotApplicable("the denominator is not above zero".to_owned()));
    }
    if numerator == 0 {
        return Err(no_variation());
    }
    ratio_funnel(real(numerator) / real(denominator) * real(exposure))
}

/// Limits for a count against its expected number E, always exact: the lower boundary b solves Q(b + 1, E) = a and the
/// upper one P(b, E) = a, at whole counts the Poisson tails P(X ≤ b) and P(X ≥ b). No lower boundary when e^−E > a.
///
/// # Errors
/// [`Status::NotApplicable`] when nothing is expected.
pub fn ratio_funnel(expected: f64) -> Result<FunnelLimits, Status> {
    if !(expected.is_finite() && expected > 0.0) {
        return Err(Status::NotApplicable("no cases are expected".to_owned()));
    }
    let boundary = |level| poisson_boundary(expected, level);
    Ok(FunnelLimits { look: boundary(Level::LOOK), act: boundary(Level::ACT), rule: BoundaryMethod::Exact })
}

/// Limits for the first of two counts that both vary, given how many there are of both together: a of a + b is binomial with
/// the odds of the centre.
///
/// # Errors
/// As [`proportion_funnel`].
pub fn count_ratio_funnel(centre: Centre, both: i64) -> Result<FunnelLimits, Status> {
    let Counts { numerator, denominator } = centre.counts;
    let sum = numerator.checked_add(denominator).ok_or_else(|| Status::Missing("the sum is too large".to_owned()))?;
    proportion_funnel(Centre { counts: Counts::new(numerator, sum), ..centre }, both)
}

fn no_variation() -> Status {
    Status::CannotTell("no variation".to_owned())
}

fn binomial_boundary(cases: f64, chance: Chance, level: Level) -> Boundary {
    let ln_tail = level.tail().ln();
    let below = |b: f64| ln_binomial_at_most(b, cases, chance) - ln_tail;
    let above = |b: f64| ln_tail - ln_binomial_at_least(b, cases, chance);
    Boundary {
        lower: (below(0.0) <= 0.0).then(|| crossing_between(below, 0.0, cases)),
        upper: (above(cases) >= 0.0).then(|| crossing_between(above, 0.0, cases)),
    }
}

fn poisson_boundary(expected: f64, level: Level) -> Boundary {
    // Ten deviations and fifty events from the mean lie beyond the tail of every level.
    let reach = 10.0 * expected.sqrt() + 50.0;
    if expected >= SERIES_FROM {
        let as_lower = |b: f64| large_poisson_means(b, level.tail()).1 - expected;
        let as_upper = |b: f64| large_poisson_means(b, level.tail()).0 - expected;
        let solved = |f: &dyn Fn(f64) -> f64| Some(crossing_between(f, expected - reach, expected + reach));
        return Boundary { lower: solved(&as_lower), upper: solved(&as_upper) };
    }
    let ln_tail = level.tail().ln();
    let below = |b: f64| ln_poisson_at_most(b, expected) - ln_tail;
    let above = |b: f64| ln_tail - ln_poisson_at_least(b, expected);
    Boundary {
        lower: (below(0.0) <= 0.0).then(|| crossing_between(below, 0.0, expected)),
        upper: Some(crossing_between(above, 0.0, expected + reach)),
    }
}

#[cfg(test)]
mod tests;
