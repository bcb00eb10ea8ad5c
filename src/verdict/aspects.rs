//! What each comparison of a figure says of it: sure and large, or not. A difference stands out where the whole interval lies
//! outside the margin.

use super::margin::{Margin, MarginInterval};
use crate::assessment::{FigureComparison, FunnelForce, Labels, PeerComparison, VariationLabel};
use crate::stats::benchmark::Strength;
use crate::stats::control::{PointType, Variation};
use crate::stats::funnel::FunnelLabel;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Better, Ratio, rests_on_few_cases};

/// What a figure is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// The pooled figure of its peers.
    Peers,
    /// All forces together, their usual spread allowed for.
    Forces,
    /// The limits of its own series.
    OwnPast,
    /// Its own figure of a year before.
    YearBefore,
    /// The standard that held.
    Standard,
}

impl Aspect {
    /// All comparisons, in the order of tables.
    pub const ALL: [Self; 5] = [Self::Peers, Self::Forces, Self::OwnPast, Self::YearBefore, Self::Standard];

    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Peers => "peers",
            Self::Forces => "forces",
            Self::OwnPast => "own_past",
            Self::YearBefore => "year_before",
            Self::Standard => "standard",
        }
    }
}

/// The side on which a figure stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    Better,
    Worse,
    /// Of a metric for which neither is better.
    Higher,
    Lower,
}

impl Standing {
    /// The side of a figure above or below, turned by the better direction.
    pub(super) fn of(is_above: bool, better: Better) -> Self {
        match (is_above, better) {
            (true, Better::Higher) | (false, Better::Lower) => Self::Better,
            (true, Better::Lower) | (false, Better::Higher) => Self::Worse,
            (true, Better::Neutral) => Self::Higher,
            (false, Better::Neutral) => Self::Lower,
        }
    }

    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }
}

/// What one comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AspectLabel {
    /// The whole interval lies outside the margin, or the figure lies outside its limits and by more than the margin.
    StandsOut(Standing, Strength),
    /// A difference, if there is one, is smaller than the margin.
    Close,
    /// Within the limits of the usual spread, or of the usual variation; of a standard, met.
    Usual,
    /// Whether the difference is larger than the margin cannot be said.
    Unclear,
    /// Forces differ so much that nobody is inside or outside.
    TooWide,
    CannotTell,
}

impl AspectLabel {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StandsOut(Standing::Better, Strength::Look) => "better_95",
            Self::StandsOut(Standing::Better, Strength::Act) => "better_99_8",
            Self::StandsOut(Standing::Worse, Strength::Look) => "worse_95",
            Self::StandsOut(Standing::Worse, Strength::Act) => "worse_99_8",
            Self::StandsOut(Standing::Higher, Strength::Look) => "higher_95",
            Self::StandsOut(Standing::Higher, Strength::Act) => "higher_99_8",
            Self::StandsOut(Standing::Lower, Strength::Look) => "lower_95",
            Self::StandsOut(Standing::Lower, Strength::Act) => "lower_99_8",
            Self::Close => "close",
            Self::Usual => "usual",
            Self::Unclear => "unclear",
            Self::TooWide => "too_wide",
            Self::CannotTell => "cannot_tell",
        }
    }

    /// The name in data files of a label whose level says nothing more: limits have one level alone.
    pub fn standing_str(self) -> &'static str {
        match self {
            Self::StandsOut(standing, _) => standing.as_str(),
            other => other.as_str(),
        }
    }

    /// The side, where the figure stands out.
    pub fn standing(self) -> Option<Standing> {
        match self {
            Self::StandsOut(standing, _) => Some(standing),
            _ => None,
        }
    }

    /// Whether something can be said.
    pub fn is_told(self) -> bool {
        self != Self::CannotTell
    }
}

/// A comparison of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AspectFound {
    pub label: AspectLabel,
    /// How far the figure lies above the other one, in margins; below 0 where it lies below. `None` where that is no number.
    pub size: Option<f64>,
    /// Whether half of the forces stand out on the same side: a cause that they share counts against nobody.
    pub shared: bool,
}

impl AspectFound {
    fn new(label: AspectLabel, size: f64) -> Self {
        Self { label, size: Some(size).filter(|size| size.is_finite()), shared: false }
    }

    pub(super) const CANNOT_TELL: Self = Self { label: AspectLabel::CannotTell, size: None, shared: false };
}

/// The comparisons of a figure. One that cannot be made at all, for example because no standard held, is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Aspects {
    pub peers: Option<AspectFound>,
    pub forces: Option<AspectFound>,
    pub own_past: Option<AspectFound>,
    pub year_before: Option<AspectFound>,
    pub standard: Option<AspectFound>,
}

impl Aspects {
    /// One of them.
    pub fn get(&self, aspect: Aspect) -> Option<AspectFound> {
        match aspect {
            Aspect::Peers => self.peers,
            Aspect::Forces => self.forces,
            Aspect::OwnPast => self.own_past,
            Aspect::YearBefore => self.year_before,
            Aspect::Standard => self.standard,
        }
    }

    /// The comparisons that could be made, in the order of [`Aspect::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Aspect, AspectFound)> {
        Aspect::ALL.into_iter().filter_map(|aspect| Some((aspect, self.get(aspect)?)))
    }

    /// Marks a change on the given side as shared.
    pub(super) fn mark_shared(&mut self, aspect: Aspect, standing: Standing) {
        let found = match aspect {
            Aspect::OwnPast => &mut self.own_past,
            Aspect::YearBefore => &mut self.year_before,
            Aspect::Peers | Aspect::Forces | Aspect::Standard => return,
        };
        if let Some(found) = found.as_mut().filter(|found| found.label.standing() == Some(standing)) {
            found.shared = true;
        }
    }
}

/// A figure against its peers, or against a year before. `None` of full counts, of which chance is not tested.
pub(super) fn of_comparison(
    comparison: &FigureComparison,
    margin: Option<Margin>,
    better: Better,
) -> Option<AspectFound> {
    if comparison.label == PeerComparison::NotTested {
        return None;
    }
    let counts = comparison.counts.map(|(numerator, denominator)| Ratio { numerator, denominator });
    let other_is_small = counts.is_some_and(|counts| rests_on_few_cases(counts, comparison.unit));
    let Some(margin) = margin.filter(|_| comparison.found.is_ok() && !other_is_small) else {
        return Some(AspectFound::CANNOT_TELL);
    };
    let (look, act) = (margin.of_limits(comparison.look()), margin.of_limits(comparison.act()));
    let size = comparison.estimate().map(|estimate| margin.of_estimate(estimate));
    let found = |label| AspectFound::new(label, size.unwrap_or(f64::NAN));
    Some(found(label_of(look, act, size, better)))
}

fn label_of(look: MarginInterval, act: MarginInterval, size: Option<f64>, better: Better) -> AspectLabel {
    let is_small = size.is_some_and(|size| size.abs() <= 1.0);
    match (act.is_above(), look.is_above()) {
        (Some(is_above), _) => AspectLabel::StandsOut(Standing::of(is_above, better), Strength::Act),
        (None, Some(is_above)) => AspectLabel::StandsOut(Standing::of(is_above, better), Strength::Look),
        (None, None) if look.is_inside() || (is_small && look.leaves_out_nothing()) => AspectLabel::Close,
        (None, None) => AspectLabel::Unclear,
    }
}

/// A force among all forces.
pub(super) fn of_funnel(force: &FunnelForce, margin: Option<Margin>, better: Better) -> AspectFound {
    let (is_above, strength) = match force.label() {
        FunnelLabel::AboveAct => (true, Strength::Act),
        FunnelLabel::AboveLook => (true, Strength::Look),
        FunnelLabel::BelowAct => (false, Strength::Act),
        FunnelLabel::BelowLook => (false, Strength::Look),
        untold => {
            let label = match untold {
                FunnelLabel::SpreadTooWide => AspectLabel::TooWide,
                FunnelLabel::CannotTell => AspectLabel::CannotTell,
                _ => AspectLabel::Usual,
            };
            let size = margin.map_or(f64::NAN, |margin| margin.between(force.value, force.centre));
            return AspectFound::new(label, size);
        }
    };
    outside(margin, (force.value, force.centre), (Standing::of(is_above, better), strength), is_above)
}

/// A figure outside limits: it stands out where it lies more than the margin from their centre, on that side.
fn outside(
    margin: Option<Margin>,
    (value, centre): (f64, f64),
    (standing, strength): (Standing, Strength),
    is_above: bool,
) -> AspectFound {
    let Some(margin) = margin else { return AspectFound::CANNOT_TELL };
    let size = margin.between(value, centre);
    let is_large = if is_above { size > 1.0 } else { size < -1.0 };
    AspectFound::new(if is_large { AspectLabel::StandsOut(standing, strength) } else { AspectLabel::Close }, size)
}

/// A figure within its own series, whose centre is the mean of its control chart or the median of its run chart. `None`
/// where the series has neither label.
pub(super) fn of_own_past(
    figure: &Observation,
    labels: Labels,
    centre: Option<f64>,
    margin: Option<Margin>,
    better: Better,
) -> Option<AspectFound> {
    let value = figure.value?;
    let size = |margin: Margin| centre.map_or(f64::NAN, |centre| margin.between(value, centre));
    let usual = || AspectFound::new(AspectLabel::Usual, margin.map_or(f64::NAN, size));
    let is_above = match labels.variation? {
        VariationLabel::CannotTell => return Some(AspectFound::CANNOT_TELL),
        VariationLabel::NoShift | VariationLabel::Judged(Variation::NoVariation) => return Some(usual()),
        VariationLabel::Shift => value > centre?,
        VariationLabel::Judged(Variation::Point(point)) => match (point, better) {
            (PointType::CommonCause, _) => return Some(usual()),
            (PointType::SpecialCauseImprovement, better) => better == Better::Higher,
            (PointType::SpecialCauseConcern, better) => better == Better::Lower,
            (PointType::SpecialCauseNeutralHigh, _) => true,
            (PointType::SpecialCauseNeutralLow, _) => false,
        },
    };
    let standing = Standing::of(is_above, better);
    Some(outside(margin, (value, centre?), (standing, Strength::Look), is_above))
}

/// A figure against its standard. `None` where none held, or where returns that are missing could turn the answer.
pub(super) fn of_standard(figure: &Observation, margin: Option<Margin>) -> Option<AspectFound> {
    let standard = figure.standard.as_ref()?;
    let (met, value) = (standard.met?, figure.value?);
    let size = |limit: f64| margin.map_or(f64::NAN, |margin| margin.between(limit, standard.level));
    if met {
        return Some(AspectFound::new(AspectLabel::Usual, size(value)));
    }
    // That a duty was missed is a fact; whether it was missed clearly and by much is a question of limits.
    let limits = figure.interval_998;
    let clearly = if value < standard.level {
        limits.and_then(|limits| limits.upper).is_some_and(|upper| size(upper) < -1.0)
    } else {
        limits.and_then(|limits| limits.lower).is_some_and(|lower| size(lower) > 1.0)
    };
    let strength = if clearly { Strength::Act } else { Strength::Look };
    Some(AspectFound::new(AspectLabel::StandsOut(Standing::Worse, strength), size(value)))
}
