//! The headline of a metric: its sums wherever a frame holds them, and the figure that sums make.

use super::assess::{self, SummedFigure};
use super::frame::{BodyMonth, MonthlyFrame};
use super::series::{MetricSeries, series_of};
use super::totals::{TotalCounts, Totals};
use crate::definitions::model::Metric;

/// The series of a metric that has no category.
#[derive(Debug)]
pub struct Headline<'a> {
    metric: &'a Metric,
    series: MetricSeries,
}

impl<'a> Headline<'a> {
    /// `None` for a metric without a headline.
    pub fn of(metric: &'a Metric) -> Option<Self> {
        let series = series_of(metric).into_iter().find(|series| series.category.is_none())?;
        Some(Self { metric, series })
    }

    /// What a body's month adds to the headline.
    pub fn totals(&self, frame: &MonthlyFrame<'_>, of: BodyMonth) -> Totals {
        let mut sum = Totals::default();
        self.parts(frame, of).for_each(|part| sum.merge(part));
        sum
    }

    /// The two integers of it, without adding up a whole distribution.
    pub fn counts(&self, frame: &MonthlyFrame<'_>, of: BodyMonth) -> TotalCounts {
        let mut sum = TotalCounts::default();
        for part in self.parts(frame, of).map(|part| part.counts(self.series.shape)) {
            sum.numerator += part.numerator;
            sum.denominator += part.denominator;
        }
        sum
    }

    /// The figure that these totals make.
    pub fn figure(&self, totals: &Totals) -> SummedFigure {
        assess::summed(self.metric, &self.series, totals)
    }

    fn parts<'f>(&'f self, frame: &'f MonthlyFrame<'_>, of: BodyMonth) -> impl Iterator<Item = &'f Totals> {
        let place = frame.place(of);
        let totals = self.series.from.iter().filter_map(|category| frame.totals.get(&category.as_deref()));
        totals.filter_map(move |totals| totals.get(place)?.as_ref())
    }
}
