//! Each figure of the report's period against another: the pooled one of its peers, or its own of a year before.
//! The difference or the ratio with its limits; the peers' four averages beside it.

use super::differences::{compare_figures, counts_of, share_difference};
use super::headlines::Headlines;
use super::labels::PeerComparison;
use super::matched::Resting;
use crate::stats::benchmark::Benchmark;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Interval, RatioDifference, Shape, Status, Unit};

/// What a figure is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Against {
    /// The pooled figure of the peers, the organisation itself not among them.
    Peers,
    /// The organisation's own figure of the same period a year before.
    YearBefore,
}

impl Against {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Peers => "peers",
            Self::YearBefore => "year_before",
        }
    }
}

/// One figure held against another.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureComparison {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    pub shape: Shape,
    pub unit: Unit,
    pub against: Against,
    /// Where the peers come from, or the period of the other figure.
    pub basis: String,
    /// Numerator and denominator of the other figure.
    pub counts: Option<(i64, i64)>,
    /// Value of the other figure.
    pub value: Option<f64>,
    pub label: PeerComparison,
    /// The statistics, or why there are none.
    pub found: Result<Benchmark, Status>,
    /// The difference of two shares in whole numbers, of which `found` has the nearest binary number; `None` of other shapes.
    pub difference: Option<RatioDifference>,
    /// σz by which the intervals are widened, because the cases of the series hang together; `None` where they are not.
    pub widened_by: Option<f64>,
    /// `None` of an organisation's own figure of a year before.
    pub resting: Option<Resting>,
    /// Averages of the peers in the order of [`AverageKind`](crate::stats::peers::AverageKind), on the metric's scale; none
    /// of a delay.
    pub averages: [Option<f64>; 4],
}

impl FigureComparison {
    /// Whether the estimate is a ratio; else it is a difference in the metric's unit (percentage points of a share).
    pub fn is_ratio(&self) -> bool {
        matches!(self.shape, Shape::Rate | Shape::CountRatio)
    }

    /// The difference or the ratio.
    pub fn estimate(&self) -> Option<f64> {
        Some(self.found.as_ref().ok()?.value? * self.scale())
    }

    /// The difference of two shares, from their counts; `None` of other shapes and where nothing was compared.
    pub fn exact_difference(&self) -> Option<RatioDifference> {
        self.difference.filter(|_| self.found.is_ok())
    }

    /// The 95 % interval of the estimate.
    pub fn look(&self) -> Interval {
        self.scaled(|found| found.look)
    }

    /// The 99.8 % interval of the estimate.
    pub fn act(&self) -> Interval {
        self.scaled(|found| found.act)
    }

    /// A share is compared as a fraction of one and told in the unit of its metric.
    fn scale(&self) -> f64 {
        if self.shape == Shape::Proportion { f64::from(self.unit.multiplier()) } else { 1.0 }
    }

    fn scaled(&self, read: fn(&Benchmark) -> Interval) -> Interval {
        let found = self.found.as_ref().ok().map(read);
        let side = |limit: Option<f64>| limit.map(|limit| limit * self.scale()).filter(|limit| limit.is_finite());
        Interval { lower: found.and_then(|i| side(i.lower)), upper: found.and_then(|i| side(i.upper)) }
    }
}

/// The figures of organisations, regions and the nation against their own of a year before. None where the other figure is
/// beyond the periods of the run; another version of the metric between them is the reason why it cannot be told.
///
/// A sum is compared over the organisations that returned both periods in full, and only if these usually have nine tenths of
/// the cases: who stops or starts to return is no change.
pub(super) fn of_year_before(headlines: &Headlines<'_>) -> Vec<FigureComparison> {
    let (metric, trend) = (headlines.metric, headlines.input.trend);
    let Some(period) = trend.last().copied().filter(|_| metric.shape != Shape::Status) else {
        return Vec::new();
    };
    let Some(at) = trend.iter().position(|one| *one == period.year_before()) else { return Vec::new() };
    headlines.codes().filter_map(|code| year_before(headlines, code, at)).collect()
}

fn year_before(headlines: &Headlines<'_>, code: &BodyId, at: usize) -> Option<FigureComparison> {
    let metric = headlines.metric;
    let figure = headlines.figure(code, headlines.last())?;
    let before = headlines.figure(code, at)?;
    let mut row = FigureComparison {
        metric_id: metric.id.clone(),
        org_code: code.to_owned(),
        period: figure.period,
        shape: metric.shape,
        unit: metric.unit,
        against: Against::YearBefore,
        basis: before.period.to_string(),
        counts: counts_shown(before),
        value: before.value,
        label: PeerComparison::CannotTell,
        found: Err(Status::CannotTell("another version of the definition holds now".to_owned())),
        difference: None,
        widened_by: headlines.widened_by(code),
        resting: None,
        averages: [None; 4],
    };
    if figure.metric_version != before.metric_version {
        return Some(row);
    }
    let comparable = valued(figure).and(valued(before)).and(headlines.is_all_due(figure.period));
    row.resting = headlines.matching(code, (headlines.last(), at)).map(|matching| matching.resting);
    let matched = headlines.matched_change(code, (headlines.last(), at)).map(|change| change.figures);
    if let (Ok(()), Some(Ok(figures))) = (&comparable, &matched) {
        (row.counts, row.value) = (counts_shown(&figures.before), figures.before.value);
    }
    row.difference = match &matched {
        None => share_difference(metric.shape, counts_of(figure), counts_of(before)),
        Some(Err(_)) => None,
        Some(Ok(figures)) => share_difference(metric.shape, counts_of(&figures.now), counts_of(&figures.before)),
    };
    row.found = comparable.and_then(|()| {
        let widening = headlines.widening(code)?;
        match matched {
            None => compare_figures(metric.shape, figure, before, widening),
            Some(Err(reason)) => Err(reason),
            Some(Ok(figures)) => compare_figures(metric.shape, &figures.now, &figures.before, widening),
        }
    });
    row.label = row.found.as_ref().map_or(PeerComparison::CannotTell, |f| PeerComparison::of(f.outcome, metric.better));
    Some(row)
}

/// Numerator and denominator of a value that has both.
fn counts_shown(figure: &Observation) -> Option<(i64, i64)> {
    figure.numerator.zip(figure.denominator).filter(|_| figure.value.is_some())
}

fn valued(figure: &Observation) -> Result<(), Status> {
    if figure.status == Status::Value { Ok(()) } else { Err(figure.status.clone()) }
}
