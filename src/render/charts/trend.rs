//! The trend chart: up to four series over periods, with standards for the dates they held and recorded events.
//! A missing period is a gap: no line crosses it.

use crate::render::charts::trend_layout::TrendLayout;
use crate::render::charts::trend_marks::paint;
use crate::render::charts::{ChartError, ChartWidth, MOST_SERIES, canvas};
use crate::report::charts::{TrendChart, TrendPoint, TrendSeries};

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
        points
            .chain(self.standards.iter().map(|span| span.level))
            .chain(self.control_values())
            .chain(self.level_values())
    }

    fn level_values(&self) -> impl Iterator<Item = f64> + '_ {
        let proposed = self.proposed.iter().flat_map(|levels| [levels.before, levels.after]);
        self.centre.iter().map(|span| span.level).chain(proposed)
    }

    fn control_values(&self) -> impl Iterator<Item = f64> + '_ {
        self.control.iter().flatten().flat_map(|line| [line.lower, line.mean, line.upper])
    }

    fn check(&self) -> Result<(), ChartError> {
        let periods = self.periods.len();
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
        let centre = self.centre.iter().map(|span| (&span.label, span.to.max(span.from)));
        let proposed = self.proposed.iter().map(|levels| (&levels.label, levels.at));
        let events = self.events.iter().map(|event| (&event.label, event.at));
        for (label, index) in places.chain(events).chain(limits).chain(centre).chain(proposed) {
            if index >= periods {
                return Err(ChartError::OutsideThePeriods { label: label.clone(), index, periods });
            }
        }
        if !self.control_values().chain(self.level_values()).all(f64::is_finite) {
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
