//! The control chart of a series on its pages: lines for the drawing, icons, sentences, columns of the table.
//! Lines and labels come from the assessment; a figure outside them is judged there and nowhere else.

use crate::assessment::{ControlChart, ControlPoint, ControlSegment, SegmentStart, VariationLabel};
use crate::definitions::model::Metric;
use crate::report::charts::{ControlLine, PointSign};
use crate::report::facts::Facts;
use crate::report::page::table::{Cell, Column, Table};
use crate::report::sentences::standing::{self, SeriesPlace};
use crate::report::words;
use crate::stats::chart_choice::ChartChoice;
use crate::stats::control::{Assurance, FULL_POINTS, LEAST_POINTS, PointType, Variation};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::quantity::{Better, Unit, value_text};
use crate::vocabulary::shorthand::Shorthand;

/// Points that the description names; more are marked in the table.
const MOST_NAMED: usize = 4;

/// A chart with what its words need.
#[derive(Debug, Clone, Copy)]
pub struct Control<'a> {
    pub facts: &'a Facts<'a>,
    pub metric: &'a Metric,
    pub chart: &'a ControlChart,
}

impl<'a> Control<'a> {
    /// The chart of a code's series, where it has one.
    pub fn of(facts: &'a Facts<'a>, metric: &'a Metric, code: &BodyId) -> Option<Self> {
        Some(Self { facts, metric, chart: facts.control_chart(metric, code)? })
    }

    /// The lines of each segment, cut at the ends of the scale.
    pub fn lines(&self) -> Vec<Vec<ControlLine>> {
        let cut = |value: f64| self.cut(value);
        let line = |point: &ControlPoint| ControlLine {
            at: point.at,
            mean: point.mean,
            lower: cut(point.lower),
            upper: cut(point.upper),
        };
        let segments = self.chart.points.chunk_by(|a, b| a.segment == b.segment);
        segments.map(|segment| segment.iter().map(line).collect()).collect()
    }

    /// What is said of a point, which at the report's period is what its verdict says.
    pub fn label(&self, point: &ControlPoint) -> VariationLabel {
        let place = SeriesPlace { code: &self.chart.org_code, period: point.period };
        standing::variation(self.facts, self.metric, &place, point.label)
    }

    fn cut(&self, value: f64) -> f64 {
        let top = if self.metric.unit.is_share() { 100.0 } else { f64::INFINITY };
        value.clamp(0.0, top)
    }

    /// Whether limits start afresh after an event.
    pub fn starts_afresh_after(&self, event: &RecordedEvent) -> bool {
        let is_it = |start: &SegmentStart| match start {
            SegmentStart::Event(linked) => linked.happened_on == event.happened_on && linked.kind == event.kind,
            SegmentStart::FirstPeriod | SegmentStart::NewDefinition | SegmentStart::Decision => false,
        };
        self.chart.segments.iter().any(|segment| segment.has_limits && is_it(&segment.start))
    }

    /// The words of the two icons: how the last judged figure varies, and the limits against the standard.
    pub fn icons(&self) -> Vec<String> {
        let trend = &self.facts.release.trend;
        let Some((at, period)) = self.chart.icon.and_then(|at| Some((at, *trend.get(at)?))) else {
            return Vec::new();
        };
        let figure = self.facts.figure(self.metric, &self.chart.org_code, period);
        let labels = figure.map(|figure| self.facts.labels(figure)).unwrap_or_default();
        let place = SeriesPlace { code: &self.chart.org_code, period };
        let label = labels.variation.map(|label| standing::variation(self.facts, self.metric, &place, label));
        let when = if at + 1 == trend.len() { String::new() } else { format!(" ({})", period.words()) };
        let variation = label.and_then(|label| Some(format!("{}{when}", icon_words(label)?)));
        variation.into_iter().chain(labels.assurance.map(|found| assurance_words(found).to_owned())).collect()
    }

    /// Where usual variation lies, what stands out, and where limits start afresh.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences: Vec<String> = self.limits_sentence().into_iter().collect();
        sentences.extend(self.special_sentence());
        sentences.extend(self.segment_sentences());
        sentences
    }

    /// What stands above the table.
    pub fn method_line(&self) -> String {
        let chart = match self.chart.kind {
            ChartChoice::PPrime => "a p′ chart, which allows for the size of each period",
            ChartChoice::UPrime => "a u′ chart, which allows for the size of each period",
            ChartChoice::UPrimeOfFailures => {
                "a u′ chart of the rarer outcome, which allows for the size of each period"
            }
            _ => "an XmR chart",
        };
        let last = self.chart.points.last();
        let sigma = last.and_then(|point| point.sigma_z).map(|sigma| {
            let how = if sigma < 1.0 {
                "less than chance alone would give, so check the data"
            } else {
                "more than by chance"
            };
            format!(" The series varies {how} ({} times as much).", value_text(sigma, Unit::Ratio))
        });
        let trial = self.trial_words().map(|words| format!(" The limits are {words}.")).unwrap_or_default();
        format!(
            "Mean and limits of usual variation are those of {chart}, with the rules of Making Data Count.{}{trial}",
            sigma.unwrap_or_default()
        )
    }

    fn limits_sentence(&self) -> Option<String> {
        let point = self.chart.points.last()?;
        let unit = self.metric.unit;
        let say = |value: f64| words::limit_in_sentence(value, unit);
        let (low, high) = (point.lower > 0.0, !unit.is_share() || point.upper < 100.0);
        let mean = say(point.mean);
        let open = self.facts.release.trend.len() == point.at + 1;
        let when = if open { String::new() } else { format!(" in {}", point.period.words()) };
        if matches!(point.label, VariationLabel::Judged(Variation::NoVariation)) {
            return Some(format!("It has not varied: every figure is {mean}."));
        }
        let range = match (low, high) {
            (true, true) => format!("lies between {} and {}", say(point.lower), say(point.upper)),
            (false, true) => format!("reaches up to {}", say(point.upper)),
            (true, false) => format!("reaches down to {}", say(point.lower)),
            (false, false) => "reaches over the whole scale".to_owned(),
        };
        let trial = self.trial_words().map(|words| format!(" ({words})")).unwrap_or_default();
        Some(format!("Usual variation{when} {range}, round a mean of {mean}{trial}."))
    }

    /// That the last limits rest on few figures.
    fn trial_words(&self) -> Option<String> {
        let point = self.chart.points.last().filter(|point| point.trial)?;
        let usable = self.chart.segments.get(point.segment.checked_sub(1)?)?.usable;
        Some(format!(
            "trial limits, from {} of the {FULL_POINTS} figures that full limits rest on",
            words::number_words(usable)
        ))
    }

    fn special_sentence(&self) -> Option<String> {
        let special = |point: &&ControlPoint| {
            !matches!(sign(self.label(point), self.metric.better), PointSign::NotJudged | PointSign::Usual)
        };
        let points: Vec<&ControlPoint> = self.chart.points.iter().filter(special).collect();
        let (last, more) = points.split_at(points.len().saturating_sub(MOST_NAMED));
        let say = |point: &&ControlPoint| {
            format!("{} ({})", point.period.words(), variation_words(self.label(point)).to_lowercase())
        };
        let names: Vec<String> = more.iter().map(say).collect();
        let others = if last.is_empty() { "" } else { ", and earlier figures that the table marks" };
        (!names.is_empty())
            .then(|| format!("By the rules of the chart these stand out: {}{others}.", words::list_words(&names)))
    }

    fn segment_sentences(&self) -> Vec<String> {
        let trend = &self.facts.release.trend;
        let sentence = |segment: &ControlSegment| {
            let from = trend.get(segment.periods.start)?.words();
            let to = trend.get(segment.periods.end.checked_sub(1)?)?.words();
            let (usable, needed) = (words::number_words(segment.usable), words::number_words(LEAST_POINTS));
            let why = match &segment.start {
                SegmentStart::FirstPeriod if segment.has_limits => return None,
                SegmentStart::FirstPeriod => {
                    return Some(format!(
                        "Up to {to} there are too few figures for limits ({usable} of the {needed} needed)."
                    ));
                }
                SegmentStart::NewDefinition => "because another version of the definition holds from there".to_owned(),
                SegmentStart::Decision => "by a decision that this page gives with its author and reason".to_owned(),
                SegmentStart::Event(event) => {
                    format!("after the {} of {}", words::event_kind(&event.kind), words::date_words(event.happened_on))
                }
            };
            let few = format!("; from there on there are too few figures for limits ({usable} of the {needed} needed)");
            Some(format!("Limits start afresh with {from}, {why}{}.", if segment.has_limits { "" } else { &few }))
        };
        self.chart.segments.iter().filter_map(sentence).collect()
    }

    /// The table with mean, limits and label of each period.
    pub fn add_columns(&self, table: Table) -> Table {
        let unit = self.metric.unit;
        let trend = &self.facts.release.trend;
        let column = |read: fn(&ControlPoint) -> f64| -> Vec<Cell> {
            let cell = |at: usize| {
                let point = self.chart.point(at);
                point.map_or_else(
                    || Cell::absent(Shorthand::NotAvailable),
                    |point| Cell::limit(Some(read(point)), self.metric.unit),
                )
            };
            (0..trend.len()).map(cell).collect()
        };
        let labels = (0..trend.len()).map(|at| {
            let label = self.chart.point(at).map_or(VariationLabel::CannotTell, |point| self.label(point));
            Cell::new(variation_words(label))
        });
        table
            .explained(self.method_line())
            .with_column(Column::in_unit("Mean", unit), column(|point| point.mean))
            .with_column(Column::in_unit("Lower limit of usual variation", unit), column(|point| point.lower))
            .with_column(Column::in_unit("Upper limit of usual variation", unit), column(|point| point.upper))
            .with_column(Column::words("Variation"), labels.collect::<Vec<_>>())
    }
}

/// How a figure is drawn by its label.
pub fn sign(label: VariationLabel, better: Better) -> PointSign {
    match label {
        // Run charts judge a series as a whole, no point of it.
        VariationLabel::CannotTell | VariationLabel::Shift | VariationLabel::NoShift => PointSign::NotJudged,
        VariationLabel::Judged(Variation::NoVariation | Variation::Point(PointType::CommonCause)) => PointSign::Usual,
        VariationLabel::Judged(Variation::Point(point)) => match point {
            PointType::SpecialCauseImprovement if better == Better::Lower => PointSign::ImprovementDown,
            PointType::SpecialCauseImprovement => PointSign::ImprovementUp,
            PointType::SpecialCauseConcern => PointSign::Concern,
            _ => PointSign::Neutral,
        },
    }
}

/// A label as a table shows it.
fn variation_words(label: VariationLabel) -> &'static str {
    match label {
        VariationLabel::CannotTell => "Cannot tell",
        VariationLabel::Shift => "Shift",
        VariationLabel::NoShift => "No shift",
        VariationLabel::Judged(Variation::NoVariation) => "No variation",
        VariationLabel::Judged(Variation::Point(point)) => match point {
            PointType::CommonCause => "Usual",
            PointType::SpecialCauseImprovement => "Improvement",
            PointType::SpecialCauseConcern => "Concern",
            PointType::SpecialCauseNeutralHigh => "High",
            PointType::SpecialCauseNeutralLow => "Low",
        },
    }
}

fn icon_words(label: VariationLabel) -> Option<&'static str> {
    let VariationLabel::Judged(variation) = label else { return None };
    Some(match variation {
        Variation::NoVariation => "No variation",
        Variation::Point(PointType::CommonCause) => "Usual variation",
        Variation::Point(PointType::SpecialCauseImprovement) => "Special cause, improving",
        Variation::Point(PointType::SpecialCauseConcern) => "Special cause, a concern",
        Variation::Point(PointType::SpecialCauseNeutralHigh) => "Special cause, high",
        Variation::Point(PointType::SpecialCauseNeutralLow) => "Special cause, low",
    })
}

fn assurance_words(found: Assurance) -> &'static str {
    match found {
        Assurance::ConsistentlyMeets => "Consistently meets the standard",
        Assurance::ConsistentlyFails => "Consistently misses the standard",
        Assurance::HitAndMiss => "Hit and miss against the standard",
    }
}
