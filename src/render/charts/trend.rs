//! The trend chart: up to four series over periods, with standards for the dates they held and recorded events.
//! A missing period is a gap: no line crosses it.

use crate::quantity::Unit;
use crate::render::charts::canvas;
use crate::render::charts::trend_layout::TrendLayout;
use crate::render::charts::trend_marks::paint;
use crate::render::charts::{ChartError, ChartWidth, MOST_SERIES};

/// Whom a series is about; it decides colour, dash and marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesRole {
    ThisForce,
    Peers,
    AllForces,
}

/// One period of a series, on the scale of the chart's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendPoint {
    /// `None` is a gap.
    pub value: Option<f64>,
    /// The sides of the 95% interval; a side that cannot be given is `None`.
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// The figure may still change; its marker is open.
    pub provisional: bool,
    /// What its control chart says of it; it decides the marker.
    pub sign: PointSign,
}

/// How a point stands in the control chart of its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PointSign {
    /// Not judged: the marker of its series.
    #[default]
    Plain,
    /// Beside judged ones: it may still change, or there are too few figures.
    NotJudged,
    Usual,
    ImprovementUp,
    ImprovementDown,
    Concern,
    /// Beyond usual variation, where neither side is better.
    Neutral,
}

/// The lines of a control chart in one period, cut at the ends of the scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ControlLine {
    pub at: usize,
    pub mean: f64,
    pub lower: f64,
    pub upper: f64,
}

/// One line, with a point per period.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendSeries {
    pub role: SeriesRole,
    pub label: String,
    pub points: Vec<TrendPoint>,
}

/// A standard over the periods in which it held; both indexes are included.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardSpan {
    /// Such as "Historical standard 90%, 2005 to 2023".
    pub label: String,
    pub level: f64,
    pub from: usize,
    pub to: usize,
}

/// A recorded event in one period, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventMark {
    pub at: usize,
    pub label: String,
}

/// A measure over time.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendChart {
    pub unit: Unit,
    pub axis_title: String,
    /// One per period, oldest first.
    pub x_labels: Vec<String>,
    /// At most four.
    pub series: Vec<TrendSeries>,
    pub standards: Vec<StandardSpan>,
    pub events: Vec<EventMark>,
    /// Periods before which the series breaks: no line leads into them.
    pub breaks: Vec<usize>,
    /// Mean and limits of the first series, by segment: no line leads from one segment into the next.
    pub control: Vec<Vec<ControlLine>>,
}

impl TrendChart {
    /// The chart as an SVG element without ids.
    ///
    /// # Errors
    /// [`ChartError`] when there is no period, too many series, a series of another length, an index outside the
    /// periods or a number that is not finite.
    pub fn render(&self, width: ChartWidth) -> Result<String, ChartError> {
        self.check()?;
        let layout = TrendLayout::new(self, width);
        canvas::draw(layout.sheet, |canvas| paint(self, &layout, canvas))
    }

    /// Every number that the value axis must hold.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> + '_ {
        let points = self.series.iter().flat_map(|series| series.points.iter().flat_map(drawn_values));
        points.chain(self.standards.iter().map(|span| span.level)).chain(self.control_values())
    }

    fn control_values(&self) -> impl Iterator<Item = f64> + '_ {
        self.control.iter().flatten().flat_map(|line| [line.lower, line.mean, line.upper])
    }

    fn check(&self) -> Result<(), ChartError> {
        let periods = self.x_labels.len();
        if periods == 0 {
            return Err(ChartError::Empty);
        }
        if self.series.len() > MOST_SERIES {
            return Err(ChartError::TooManySeries(self.series.len()));
        }
        for TrendSeries { label, points, .. } in &self.series {
            if points.len() != periods {
                return Err(ChartError::UnequalLengths { label: label.clone(), points: points.len(), periods });
            }
            if !points.iter().flat_map(drawn_values).all(f64::is_finite) {
                return Err(ChartError::NotFinite(label.clone()));
            }
        }
        let places = self.standards.iter().map(|span| (&span.label, span.to.max(span.from)));
        let limits = self.control.iter().flatten().map(|line| (&self.axis_title, line.at));
        for (label, index) in places.chain(self.events.iter().map(|event| (&event.label, event.at))).chain(limits) {
            if index >= periods {
                return Err(ChartError::OutsideThePeriods { label: label.clone(), index, periods });
            }
        }
        if !self.control_values().all(f64::is_finite) {
            return Err(ChartError::NotFinite(self.axis_title.clone()));
        }
        match self.standards.iter().find(|span| !span.level.is_finite()) {
            Some(span) => Err(ChartError::NotFinite(span.label.clone())),
            None => Ok(()),
        }
    }
}

/// The value and the sides of its interval; nothing of a gap, whatever its sides say.
fn drawn_values(point: &TrendPoint) -> impl Iterator<Item = f64> {
    let sides = if point.value.is_some() { [point.value, point.lower, point.upper] } else { [None; 3] };
    sides.into_iter().flatten()
}
