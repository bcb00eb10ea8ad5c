//! How much more forces differ than chance explains, and funnel limits that allow for it: an additive variance between
//! forces on a scale on which chance has a known spread (Spiegelhalter, Statistics in Medicine 24, 1185–1202, 2005;
//! variance by `DerSimonian` and Laird, Controlled Clinical Trials 7, 1986, on trimmed z).

use super::funnel::{Boundary, BoundaryMethod, FunnelLimits};
use super::{Level, real};
use crate::vocabulary::quantity::{Interval, Status, Unit, value_text};

pub mod by_chance;

/// φ above which the limits of no force say anything.
const TOO_MUCH: f64 = 10.0;

/// What is compared, and on which scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpreadScale {
    /// Proportion x/n as asin √(x/n).
    Proportion,
    /// Ratio of observed to expected as its logarithm; rates too, with the centre's rate times the exposure as expected.
    LogRatio,
    /// Ratio of two counts as ln((x + ½)/(n + ½)).
    CountRatio,
}

/// A scale with its target θ, the centre on that scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpreadModel {
    scale: SpreadScale,
    centre: f64,
    target: f64,
}

/// A force's count with its size: the denominator, the expected count or the count below the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizedCount {
    pub observed: i64,
    pub size: f64,
}

/// A force on the transformed scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The transformed value.
    pub y: f64,
    /// Its standard deviation by chance.
    pub s: f64,
    /// (Y − θ)/s.
    pub z: f64,
}

impl SpreadModel {
    /// Proportions round `centre`, Σx/Σn. `None` unless it lies strictly between 0 and 1.
    pub fn proportion(centre: f64) -> Option<Self> {
        let inside = centre > 0.0 && centre < 1.0;
        inside.then(|| Self { scale: SpreadScale::Proportion, centre, target: centre.sqrt().asin() })
    }

    /// Ratios of observed to expected round 1, on the logarithmic scale.
    pub fn log_ratio() -> Self {
        Self { scale: SpreadScale::LogRatio, centre: 1.0, target: 0.0 }
    }

    /// Ratios of two counts round `centre`, Σx/Σn. `None` unless it is above 0.
    pub fn count_ratio(centre: f64) -> Option<Self> {
        let usable = centre.is_finite() && centre > 0.0;
        usable.then(|| Self { scale: SpreadScale::CountRatio, centre, target: centre.ln() })
    }

    /// The force on the transformed scale. `None` without a size, for a count that the scale cannot hold, and on the
    /// logarithmic scale of a ratio for a count of 0.
    pub fn point(self, force: SizedCount) -> Option<Point> {
        let (x, n) = (real(force.observed), force.size);
        if !(n.is_finite() && n > 0.0 && x >= 0.0) {
            return None;
        }
        let y = match self.scale {
            SpreadScale::Proportion if x > n => return None,
            SpreadScale::LogRatio if force.observed == 0 => return None,
            SpreadScale::Proportion => (x / n).sqrt().asin(),
            SpreadScale::LogRatio => (x / n).ln(),
            SpreadScale::CountRatio => ((x + 0.5) / (n + 0.5)).ln(),
        };
        let s = self.deviation(x, n);
        Some(Point { y, s, z: (y - self.target) / s })
    }

    /// The spread by chance of a force of size `n` with count `x`, which matters for a ratio of counts only.
    fn deviation(self, x: f64, n: f64) -> f64 {
        match self.scale {
            SpreadScale::Proportion => 1.0 / (2.0 * n.sqrt()),
            SpreadScale::LogRatio => 1.0 / n.sqrt(),
            SpreadScale::CountRatio => (x / (x + 0.5).powi(2) + n / (n + 0.5).powi(2)).sqrt(),
        }
    }

    /// Limits θ ± z√(s² + τ²) for a force of `size`, turned back to proportions or ratios. An angle is cut to 0…π/2
    /// before. `None` on both sides without a size.
    pub fn limits(self, size: f64, tau2: f64, level: Level) -> Interval {
        if !(size.is_finite() && size > 0.0) {
            return Interval { lower: None, upper: None };
        }
        let s = self.deviation(self.centre * size, size);
        let width = level.z() * (s * s + tau2).sqrt();
        Interval { lower: Some(self.back(self.target - width)), upper: Some(self.back(self.target + width)) }
    }

    /// From the transformed scale to a proportion or ratio.
    fn back(self, y: f64) -> f64 {
        match self.scale {
            SpreadScale::Proportion => y.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2),
            SpreadScale::LogRatio | SpreadScale::CountRatio => y.exp(),
        }
    }

    /// Boundary counts that allow for the spread alone: for a ratio of two counts, which has no plain funnel.
    pub fn boundaries(self, size: f64, dispersion: &Dispersion) -> FunnelLimits {
        let boundary = |level| {
            let limits = self.limits(size, dispersion.used_tau2(), level);
            Boundary { lower: limits.lower.map(|l| l * size), upper: limits.upper.map(|l| l * size) }
        };
        FunnelLimits { look: boundary(Level::LOOK), act: boundary(Level::ACT), rule: BoundaryMethod::Adjusted }
    }

    /// As [`SpreadModel::adjust`] for the first of two counts, given how many there are of both together: the limits of the ratio
    /// hold at the count below the line that the centre gives.
    pub fn adjust_count_ratio(self, plain: FunnelLimits, both: f64, dispersion: &Dispersion) -> FunnelLimits {
        let below = both / (1.0 + self.centre);
        let wide = self.boundaries(below, dispersion);
        let of_both = |boundary: Boundary| {
            let count = |above: f64| both * above / (above + below);
            Boundary { lower: boundary.lower.map(count), upper: boundary.upper.map(count) }
        };
        let wide = FunnelLimits { look: of_both(wide.look), act: of_both(wide.act), rule: wide.rule };
        if dispersion.beyond_chance() { outer_limits(plain, wide) } else { plain }
    }

    /// Boundary counts that allow for the spread and are never narrower than the plain ones: the outer of the two on each
    /// side, and no boundary where the plain ones have none. The plain ones themselves without a spread.
    pub fn adjust(self, plain: FunnelLimits, size: f64, dispersion: &Dispersion) -> FunnelLimits {
        if !dispersion.beyond_chance() {
            return plain;
        }
        outer_limits(plain, self.boundaries(size, dispersion))
    }

    /// What the spread says of forces of which the largest has the size `greatest`. It is too much where φ is above 10, and
    /// where even the largest force's 99.8 % limits reach both ends of the scale.
    pub fn spreading(self, dispersion: &Dispersion, greatest: f64) -> Spreading {
        let over_all = || {
            let limits = self.limits(greatest, dispersion.used_tau2(), Level::ACT);
            self.scale == SpreadScale::Proportion && limits.lower <= Some(0.0) && limits.upper >= Some(1.0)
        };
        match (dispersion.exceeds_chance(), dispersion.tau2 > 0.0) {
            (false, _) => Spreading::Chance,
            (true, _) if dispersion.phi > TOO_MUCH => Spreading::TooMuch,
            (true, false) => Spreading::Slight,
            (true, true) if over_all() => Spreading::TooMuch,
            (true, true) => Spreading::BeyondChance,
        }
    }

    /// How far forces typically lie from the centre beyond chance.
    pub fn spread(self, dispersion: &Dispersion) -> Spread {
        if !dispersion.beyond_chance() {
            return Spread::None;
        }
        let tau = dispersion.tau2.sqrt();
        let (above, below) = (self.back(self.target + tau), self.back(self.target - tau));
        match self.scale {
            SpreadScale::Proportion => Spread::Points(50.0 * (above - below)),
            SpreadScale::LogRatio | SpreadScale::CountRatio => Spread::Factor(tau.exp()),
        }
    }
}

/// The outer of the plain boundaries and the wide ones on each side, and none where the plain ones have none.
fn outer_limits(plain: FunnelLimits, wide: FunnelLimits) -> FunnelLimits {
    let outer = |plain: Boundary, wide: Boundary| Boundary {
        lower: plain.lower.zip(wide.lower).map(|(a, b)| a.min(b)),
        upper: plain.upper.zip(wide.upper).map(|(a, b)| a.max(b)),
    };
    FunnelLimits { look: outer(plain.look, wide.look), act: outer(plain.act, wide.act), rule: BoundaryMethod::Adjusted }
}

/// The spread between forces beyond chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    None,
    /// Percentage points either way.
    Points(f64),
    /// A factor either way.
    Factor(f64),
}

impl Spread {
    /// The spread as a clause.
    pub fn words(self) -> String {
        match self {
            Self::None => "no sign of differences beyond chance".to_owned(),
            Self::Points(points) => format!(
                "forces typically differ by about {} percentage points either way, beyond chance",
                value_text(points, Unit::Percent)
            ),
            Self::Factor(factor) => format!(
                "forces typically differ by a factor of about {} either way, beyond chance",
                value_text(factor, Unit::Ratio)
            ),
        }
    }
}

/// What is done before the spread is estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trimming {
    /// Share at each end, from 0 to below one half.
    pub share: f64,
    /// Fewer forces with a point than this give no estimate.
    pub least_forces: usize,
}

impl Default for Trimming {
    fn default() -> Self {
        Self { share: 0.1, least_forces: 10 }
    }
}

/// The spread between forces.
#[derive(Debug, Clone, PartialEq)]
pub struct Dispersion {
    /// Mean of z² over the forces kept: 1 by chance alone.
    pub phi: f64,
    /// Variance between forces on the transformed scale.
    pub tau2: f64,
    /// Forces that the two rest on.
    pub kept: usize,
    /// Forces that trimming dropped, or whose z it drew in.
    pub trimmed: usize,
    /// Rows of forces without a point, such as those with no event on the logarithmic scale.
    pub left_out: Vec<usize>,
    /// The share trimmed at each end.
    pub share: f64,
    /// What φ does not exceed in 95 of 100 draws of forces of these sizes that differ by chance alone; `None` where that is
    /// not known.
    pub by_chance: Option<f64>,
}

/// What φ and τ² say of the forces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spreading {
    /// Forces differ no more than chance would have them.
    Chance,
    /// Forces differ by more than chance, but nothing is left for a variance between them.
    Slight,
    /// Forces differ by more than chance: limits allow for it.
    BeyondChance,
    /// Forces differ so much that limits which allow for it say nothing.
    TooMuch,
}

impl Dispersion {
    /// Whether φ is larger than chance alone would make it.
    pub fn exceeds_chance(&self) -> bool {
        self.by_chance.is_some_and(|most| self.phi > most)
    }

    /// Whether limits allow for the spread: φ larger than by chance, and τ² above 0.
    pub fn beyond_chance(&self) -> bool {
        self.exceeds_chance() && self.tau2 > 0.0
    }

    fn used_tau2(&self) -> f64 {
        if self.beyond_chance() { self.tau2 } else { 0.0 }
    }
}

/// φ = Σz²/N and τ² = max(0, (Nφ − (N − 1))/(W − W₂/W)) with W = Σ1/s² and W₂ = Σ1/s⁴, over the z that trimming leaves.
/// On the logarithmic scale of a ratio the outermost forces are dropped, on the others their z are drawn in.
///
/// # Errors
/// [`Status::CannotTell`] for fewer forces with a point than asked for, and when trimming leaves fewer than two.
pub fn dispersion(model: SpreadModel, forces: &[SizedCount], trimming: Trimming) -> Result<Dispersion, Status> {
    let points: Vec<Option<Point>> = forces.iter().map(|&force| model.point(force)).collect();
    let left_out = points.iter().enumerate().filter(|(_, point)| point.is_none()).map(|(row, _)| row).collect();
    let present: Vec<Point> = points.into_iter().flatten().collect();
    if present.len() < trimming.least_forces {
        return Err(Status::CannotTell(format!("fewer than {} forces", trimming.least_forces)));
    }
    let left = trim(model, &present, trimming.share);
    let unequal =
        |(before, after): &(&Point, &Option<Point>)| after.is_none_or(|after| after.z.total_cmp(&before.z).is_ne());
    let trimmed = present.iter().zip(&left).filter(unequal).count();
    let kept: Vec<Point> = left.into_iter().flatten().collect();
    if kept.len() < 2 {
        return Err(Status::CannotTell("fewer than 2 forces are left".to_owned()));
    }
    let n = real(kept.len() as i128);
    let sum = |of: fn(&Point) -> f64| kept.iter().map(of).sum::<f64>();
    let squares = sum(|point| point.z * point.z);
    let (w, w2) = (sum(|point| point.s.powi(-2)), sum(|point| point.s.powi(-4)));
    let tau2 = ((squares - (n - 1.0)) / (w - w2 / w)).max(0.0);
    let (phi, kept, share) = (squares / n, kept.len(), trimming.share);
    Ok(Dispersion { phi, tau2, kept, trimmed, left_out, share, by_chance: None })
}

/// The points with their z trimmed by the rule of the model's scale; `None` for one that is dropped.
pub fn trim(model: SpreadModel, points: &[Point], share: f64) -> Vec<Option<Point>> {
    if !(share > 0.0 && share < 0.5) {
        return points.iter().copied().map(Some).collect();
    }
    if model.scale == SpreadScale::LogRatio { truncate(points, share) } else { winsorise(points, share) }
}

/// Draws z beyond the quantiles at `share` and 1 − `share` (linear between the ranks) in to them.
fn winsorise(points: &[Point], share: f64) -> Vec<Option<Point>> {
    let mut sorted: Vec<f64> = points.iter().map(|point| point.z).collect();
    sorted.sort_by(f64::total_cmp);
    let ends = quantile(&sorted, share).zip(quantile(&sorted, 1.0 - share));
    let drawn_in = |&point: &Point| ends.map(|(low, high)| Point { z: point.z.max(low).min(high), ..point });
    points.iter().map(drawn_in).collect()
}

/// The quantile linear between the ranks, the smallest value at 0 and the greatest at 1 (definition 7).
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = share * real(last as i128);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of forces")]
    let below = (position.floor() as usize).min(last);
    let (low, high) = (*sorted.get(below)?, *sorted.get((below + 1).min(last))?);
    Some(low + (position - real(below as i128)) * (high - low))
}

/// Drops the points whose average rank r has ⌊r·g/(N + 1)⌋ of 0, or g − 1 or more, with g = 1/`share`.
fn truncate(points: &[Point], share: f64) -> Vec<Option<Point>> {
    let groups = 1.0 / share;
    let n = real(points.len() as i128);
    let mut sorted: Vec<f64> = points.iter().map(|point| point.z).collect();
    sorted.sort_by(f64::total_cmp);
    let inside = |point: &Point| {
        let below = sorted.partition_point(|&z| z < point.z);
        let to = sorted.partition_point(|&z| z <= point.z);
        let rank = real((below + to + 1) as i128) / 2.0;
        let group = (rank * groups / (n + 1.0)).floor();
        group > 0.0 && group < groups - 1.0
    };
    points.iter().map(|&point| inside(&point).then_some(point)).collect()
}

#[cfg(test)]
mod tests;
