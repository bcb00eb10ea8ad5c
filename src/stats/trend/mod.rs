//! Whether a series rises or falls over the years: up, down, no evidence, or cannot tell with a reason.
//! Neighbouring periods are taken as independent given the line and the season.

use super::Level;
use super::timeline::{Cadence, DaySpan, PeriodSpacing, TimelineError};
use crate::vocabulary::quantity::{Better, Interval};

mod counts;
mod fit;
mod regression;
mod values;

#[cfg(test)]
mod tests;

pub use counts::{CountModel, count_trend};
pub use values::value_trend;

/// What a period holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PeriodReading<T> {
    Value(T),
    Absent,
    Suppressed,
}

/// A period of the series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeriodPoint<T> {
    pub span: DaySpan,
    pub reading: PeriodReading<T>,
    pub provisional: bool,
    /// Whether the series is broken just before this period.
    pub break_before: bool,
}

/// Why no trend can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotTell {
    /// Periods that share days or are out of order.
    Timeline(TimelineError),
    /// Periods of different lengths, uneven gaps, or periods that are neither months, quarters nor years.
    UnequalPeriods,
    Break,
    Suppressed,
    /// So many periods with a figure, and so many are needed.
    TooFewPeriods {
        have: usize,
        need: usize,
    },
    /// So many of so many periods have no figure; at most one in five may.
    TooManyAbsent {
        absent: usize,
        periods: usize,
    },
    AllZero,
    AllComplete,
    /// Counts below 0, or a numerator above its denominator.
    FaultyCounts,
    /// A figure that is not a number.
    NotANumber,
    /// A figure lacks a limit of its 95 % interval.
    MissingLimits,
    /// The 95 % interval of a figure has no width, or its limits are exchanged.
    ZeroWidthLimits,
    /// As many parameters as periods, or a model without a finite answer even without seasons.
    NoFit,
}

impl CannotTell {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeline(TimelineError::Overlapping { .. }) => "overlapping_periods",
            Self::Timeline(_) => "periods_out_of_order",
            Self::UnequalPeriods => "unequal_periods",
            Self::Break => "break",
            Self::Suppressed => "suppressed",
            Self::TooFewPeriods { .. } => "too_few_periods",
            Self::TooManyAbsent { .. } => "too_many_absent",
            Self::AllZero => "all_zero",
            Self::AllComplete => "all_complete",
            Self::FaultyCounts => "faulty_counts",
            Self::NotANumber => "not_a_number",
            Self::MissingLimits => "missing_limits",
            Self::ZeroWidthLimits => "zero_width_limits",
            Self::NoFit => "no_fit",
        }
    }
}

/// The outcome; [`CannotTell`] is the fourth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrendOutcome {
    Up,
    Down,
    NoEvidence,
    /// No evidence, because the slope loses its sign when one period is left out.
    RestsOnOnePeriod,
}

impl TrendOutcome {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::NoEvidence => "no_evidence",
            Self::RestsOnOnePeriod => "no_evidence_rests_on_one_period",
        }
    }

    /// The outcome in terms of the better direction; without one up and down stay.
    pub fn label(self, better: Better) -> TrendLabel {
        match (self, better) {
            (Self::Up, Better::Higher) | (Self::Down, Better::Lower) => TrendLabel::Better,
            (Self::Up, Better::Lower) | (Self::Down, Better::Higher) => TrendLabel::Worse,
            (Self::Up, Better::Neutral) => TrendLabel::Up,
            (Self::Down, Better::Neutral) => TrendLabel::Down,
            (Self::NoEvidence | Self::RestsOnOnePeriod, _) => TrendLabel::NoEvidence,
        }
    }
}

/// A trend as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrendLabel {
    Better,
    Worse,
    Up,
    Down,
    NoEvidence,
}

impl TrendLabel {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Up => "up",
            Self::Down => "down",
            Self::NoEvidence => "no_evidence",
        }
    }
}

/// Fitted last minus fitted first, on the scale of the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FittedChange {
    pub value: f64,
    /// 95 %.
    pub look: Interval,
    /// 99.8 %.
    pub act: Interval,
}

/// A period of the window as the model sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FittedPoint {
    pub span: DaySpan,
    pub value: f64,
    pub fitted: f64,
    /// What the season adds to the fitted figure; 0 without seasons. The figure less this is seasonally adjusted.
    pub seasonal: f64,
}

/// Whether the model allows for the season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seasons {
    /// Years have none.
    None,
    Fitted,
    /// The seasons have no finite effect, such as where one month of the year never has an event. The model goes without
    /// seasons.
    LeftOut,
}

impl Seasons {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Fitted => "fitted",
            Self::LeftOut => "left_out",
        }
    }
}

/// A fitted trend.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    pub outcome: TrendOutcome,
    /// Whether up or down holds at 99.8 % too.
    pub at_act: bool,
    /// A year's change: of the logit (proportion), of the logarithm (rate, count) or of the figure (delays, ratios).
    pub slope: f64,
    /// Standard error of the slope by the model alone.
    pub model_error: f64,
    /// Pearson's chi-square over its degrees of freedom.
    pub dispersion: f64,
    /// Model error times √dispersion.
    pub error: f64,
    /// Slope over the error that the label uses: the model error times √max(1, dispersion).
    pub statistic: f64,
    /// Of Student's t.
    pub degrees: usize,
    /// Two-sided; below 0.05 and 0.002 the label's levels are reached.
    pub p_value: f64,
    pub change: FittedChange,
    pub seasons: Seasons,
    pub points: Vec<FittedPoint>,
}

/// The outcome of a p-value and of the slopes left when each period in turn is taken out, which are asked for only where
/// they decide. A rest without a fit has no slope, and is no evidence against a trend.
fn outcome(slope: f64, p_value: f64, without_one: impl IntoIterator<Item = f64>) -> (TrendOutcome, bool) {
    if p_value >= 2.0 * Level::LOOK.tail() {
        return (TrendOutcome::NoEvidence, false);
    }
    if !without_one.into_iter().all(|other| other * slope > 0.0) {
        return (TrendOutcome::RestsOnOnePeriod, false);
    }
    let direction = if slope > 0.0 { TrendOutcome::Up } else { TrendOutcome::Down };
    (direction, p_value < 2.0 * Level::ACT.tail())
}

/// The figures of a window that meets the conditions.
struct Window<T> {
    cadence: Cadence,
    points: Vec<(DaySpan, T)>,
}

/// The window from the first figure to the last final one, if the conditions are met: periods of one length that share no
/// days, no break, none suppressed, enough figures (5 years, 8 quarters, 24 months), at most one period in five absent.
fn window<T: Copy>(points: &[PeriodPoint<T>]) -> Result<Window<T>, CannotTell> {
    let is_absent = |point: &PeriodPoint<T>| matches!(point.reading, PeriodReading::Absent);
    let start = points.iter().position(|point| !is_absent(point)).unwrap_or(points.len());
    let end = points.iter().rposition(|point| !point.provisional && !is_absent(point)).map_or(0, |last| last + 1);
    let points = points.get(start..end).unwrap_or_default();
    let spans: Vec<DaySpan> = points.iter().map(|point| point.span).collect();
    let layout = PeriodSpacing::of(&spans).map_err(CannotTell::Timeline)?;
    let need = match layout.cadence {
        Cadence::Year => 5,
        Cadence::Quarter => 8,
        Cadence::Month => 24,
        Cadence::Other if points.is_empty() => 5,
        Cadence::Other | Cadence::Unequal => return Err(CannotTell::UnequalPeriods),
    };
    if !layout.is_regular() {
        return Err(CannotTell::UnequalPeriods);
    }
    if points.iter().skip(1).any(|point| point.break_before) {
        return Err(CannotTell::Break);
    }
    let mut figures = Vec::with_capacity(points.len());
    let missing = usize::try_from(layout.absent()).unwrap_or(usize::MAX);
    for point in points {
        match point.reading {
            PeriodReading::Value(value) => figures.push((point.span, value)),
            PeriodReading::Absent => (),
            PeriodReading::Suppressed => return Err(CannotTell::Suppressed),
        }
    }
    let periods = points.len().saturating_add(missing);
    let absent = periods - figures.len();
    if figures.len() < need {
        return Err(CannotTell::TooFewPeriods { have: figures.len(), need });
    }
    if absent.saturating_mul(5) > periods {
        return Err(CannotTell::TooManyAbsent { absent, periods });
    }
    Ok(Window { cadence: layout.cadence, points: figures })
}
