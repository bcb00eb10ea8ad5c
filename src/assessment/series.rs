//! Each organisation's figures over time: control chart, trend and change points.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::Headlines;
use super::change_points::{ProposedStep, SeriesSteps, StepBasis, count_shared, proposed_steps};
use super::control::{ControlChart, SegmentStart, turn, variation_of};
use super::decisions::Decided;
use super::labels::{Labels, VariationLabel};
use super::multiplicity::Tally;
use super::peers::counts_of;
use super::run_charts::SeriesRunChart;
use super::signals::{LinkedEvent, Signal, SignalKind, event_between};
use super::trends::{SeriesTrend, TrendWindow};
use crate::definitions::model::Metric;
use crate::stats::benchmark::Strength;
use crate::stats::chart_choice::{ChartChoice, Charted, choose_chart, is_often_at};
use crate::stats::control::{
    Chart, ChartPoint, Counted, Observation as Point, PointType, Rule, Settings, Signal as RuleSignal, Standing,
    Variation, p_prime, u_prime, xmr,
};
use crate::stats::timeline::Span;
use crate::stats::trend::{
    CannotTell, CountModel, Estimate, Outcome, Reading, Trend, TrendLabel, TrendPoint, count_trend, value_trend,
};
use crate::stats::widening::Widening;
use crate::vocabulary::body::NATIONAL;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Better, Interval, Shape, Status};

/// Kinds of recorded events after which the work or its counting is another: limits start afresh.
const REBASING: [&str; 2] = ["system_migration", "counting_rule_change"];

/// What was found in the series of a metric.
#[derive(Default)]
pub(super) struct SeriesFound {
    pub(super) charts: Vec<ControlChart>,
    pub(super) trends: Vec<SeriesTrend>,
    pub(super) steps: Vec<ProposedStep>,
    pub(super) run_charts: Vec<SeriesRunChart>,
}

/// Labels the series of every organisation, region and the nation. Rolling years share months with their neighbours: no
/// rule about neighbouring points holds for them, and they get no label.
pub(super) fn label(
    headlines: &Headlines<'_>,
    labels: &mut HashMap<usize, Labels>,
    signals: &mut Vec<Signal>,
    tally: &mut Tally,
) -> SeriesFound {
    let mut found = SeriesFound::default();
    if headlines.is_rolling() || headlines.metric.shape == Shape::Status {
        return found;
    }
    for code in headlines.codes() {
        let series = Series::of(headlines, code);
        let chart = series.label_variation(labels, signals, tally);
        let widening = chart.as_ref().and_then(ControlChart::widening).unwrap_or(Widening::NONE);
        match chart {
            Some(chart) => found.charts.push(chart),
            None => found.run_charts.extend(series.label_runs(labels, signals, tally)),
        }
        if let Some((trend, steps)) = series.label_trend(labels, signals, widening) {
            tally.trends.extend(trend.found.as_ref().ok());
            tally.stretches.extend(steps.stretches);
            found.trends.push(trend);
            found.steps.extend(steps.steps);
        }
    }
    count_shared(&mut found.steps);
    found
}

/// The figures of one code, a slot for each period of the trend.
pub(super) struct Series<'a> {
    headlines: &'a Headlines<'a>,
    code: &'a str,
    figures: Vec<Option<(usize, &'a Observation)>>,
    spans: Vec<Span>,
}

impl<'a> Series<'a> {
    fn of(headlines: &'a Headlines<'a>, code: &'a str) -> Self {
        let trend = headlines.input.trend;
        Self {
            headlines,
            code,
            figures: (0..trend.len()).map(|at| headlines.at(code, at)).collect(),
            spans: trend.iter().filter_map(|period| Span::new(period.start(), period.end()).ok()).collect(),
        }
    }

    fn better(&self) -> Better {
        self.headlines.metric.better
    }

    pub(super) fn metric(&self) -> &'a Metric {
        self.headlines.metric
    }

    pub(super) fn events(&self) -> &'a [RecordedEvent] {
        self.headlines.input.events
    }

    pub(super) fn period(&self, at: usize) -> Option<Period> {
        self.headlines.input.trend.get(at).copied()
    }

    /// Periods of the trend.
    pub(super) fn len(&self) -> usize {
        self.figures.len()
    }

    pub(super) fn span(&self, at: usize) -> Option<&Span> {
        self.spans.get(at)
    }

    pub(super) fn figure(&self, at: usize) -> Option<&'a Observation> {
        Some((*self.figures.get(at)?)?.1)
    }

    /// Whether a figure at a position counts: neither provisional nor excluded.
    pub(super) fn is_final(&self, at: usize) -> bool {
        self.standing(at) == Standing::Final
    }

    /// The value at a position, where there is one.
    pub(super) fn value(&self, at: usize) -> Option<f64> {
        let (_, figure) = (*self.figures.get(at)?)?;
        figure.value.filter(|_| figure.status == Status::Value)
    }

    /// Numerator and denominator at a position. A count has none, and is charted by its value.
    pub(super) fn counts(&self, at: usize) -> Option<(i64, i64)> {
        let (_, figure) = (*self.figures.get(at)?)?;
        counts_of(figure).map(|counts| (counts.numerator, counts.denominator))
    }

    fn is_provisional(&self, at: usize) -> bool {
        let (metric, input) = (&self.headlines.metric.id, self.headlines.input);
        input.trend.get(at).is_some_and(|period| input.provisional.contains(metric, self.code, *period))
    }

    /// Whether the sum lacks so many of its usual cases that a missing return could be read as a change.
    fn lacks_cases(&self, at: usize) -> bool {
        self.headlines.usual.lacks(self.metric().shape, self.code, at).is_some()
    }

    fn standing(&self, at: usize) -> Standing {
        let period = self.headlines.input.trend.get(at);
        match period {
            Some(period) if self.decided().excludes(*period) => Standing::Excluded,
            _ if self.lacks_cases(at) => Standing::Excluded,
            _ if self.is_provisional(at) => Standing::Provisional,
            _ => Standing::Final,
        }
    }

    pub(super) fn decided(&self) -> Decided<'a> {
        Decided::of(self.headlines.input.decisions, &self.headlines.metric.id, self.code)
    }

    /// Whether the figures before a position are of another version of the metric.
    pub(super) fn breaks_at(&self, at: usize) -> bool {
        at > 0 && self.period(at).is_some_and(|period| self.headlines.metric.breaks_in(period))
    }

    /// Days on which limits start afresh, each with its reason: a new version of the metric, the recorded events that make
    /// the work another, and what was decided.
    pub(super) fn rebase(&self) -> Vec<(NaiveDate, SegmentStart)> {
        let trend = self.headlines.input.trend;
        let versions = (0..trend.len()).filter(|at| self.breaks_at(*at)).filter_map(|at| Some(trend.get(at)?.start()));
        let concerned = |org: &str| org == self.code || org == NATIONAL;
        let events = self.headlines.input.events.iter();
        let events = events.filter(|event| concerned(&event.org_code) && REBASING.contains(&event.kind.as_str()));
        // The period in which it happened mixes both: the first whole one after it begins anew.
        let events = events.filter(|event| !self.decided().keeps(event.happened_on));
        let event = |event: &RecordedEvent| (event.happened_on, SegmentStart::Event(LinkedEvent::of(event)));
        let versions = versions.map(|day| (day, SegmentStart::NewDefinition));
        let decided = self.decided().rebase().map(|day| (day, SegmentStart::Decision));
        let mut dates: Vec<(NaiveDate, SegmentStart)> = versions.chain(events.map(event)).chain(decided).collect();
        dates.sort_by_key(|(day, _)| *day);
        dates
    }

    fn label_variation(
        &self,
        labels: &mut HashMap<usize, Labels>,
        signals: &mut Vec<Signal>,
        tally: &mut Tally,
    ) -> Option<ControlChart> {
        let found = self.chart();
        let chart = found.as_ref().map(|(_, chart)| chart);
        for (at, slot) in self.figures.iter().enumerate() {
            let Some((place, figure)) = slot else { continue };
            if figure.status != Status::Value {
                continue;
            }
            let label = chart.map_or(VariationLabel::CannotTell, |chart| variation_of(chart, at));
            labels.entry(*place).or_default().variation = Some(label);
        }
        let (kind, chart) = found.as_ref()?;
        signals.extend(self.chart_signals(chart));
        let icon = chart.icon_point.and_then(|at| self.figures.get(at).copied().flatten());
        if let (Some((place, _)), Ok(assurance)) = (icon, chart.assurance) {
            labels.entry(place).or_default().assurance = Some(assurance);
        }
        let points = chart.segments.last().map_or(0, |segment| segment.usable);
        if let Ok(Variation::Point(point)) = chart.variation {
            tally.icons.push((points, point != PointType::CommonCause));
        }
        let (_, figure) = self.figures.iter().flatten().next()?;
        let names = (&figure.metric_id, &figure.org_code);
        ControlChart::of(names, (*kind, chart), self.headlines.input.trend, &self.rebase())
    }

    /// The run chart of a series without a control chart.
    fn label_runs(
        &self,
        labels: &mut HashMap<usize, Labels>,
        signals: &mut Vec<Signal>,
        tally: &mut Tally,
    ) -> Option<SeriesRunChart> {
        let (last, chart) = SeriesRunChart::of(self)?;
        if let (Some(label), Some((place, _))) = (chart.label(), *self.figures.get(last)?) {
            labels.entry(place).or_default().variation = Some(label);
            tally.runs.push((chart.runs.useful, label == VariationLabel::Shift));
        }
        signals.extend(chart.as_signal(self));
        Some(chart)
    }

    /// The chart that suits the series, and its kind; `None` where the series is too short or too rare for one.
    fn chart(&self) -> Option<(ChartChoice, Chart)> {
        let metric = self.headlines.metric;
        let positions = 0..self.spans.len();
        let values: Vec<f64> = positions.clone().filter_map(|at| self.value(at)).collect();
        let counts: Vec<(i64, i64)> = positions.clone().filter_map(|at| self.counts(at)).collect();
        let charted = match metric.shape {
            Shape::Proportion => Charted::Proportion(&counts),
            Shape::Rate => Charted::Rate,
            Shape::Distribution => Charted::Delay,
            Shape::Count | Shape::CountRatio | Shape::Status => Charted::Other,
        };
        let settings = Settings {
            target: self.target(),
            rebase: self.rebase().into_iter().map(|(day, _)| day).collect(),
            baseline: self.decided().baseline(),
            ..Settings::new(self.better())
        };
        let counted = |swap: bool| -> Vec<Counted> {
            let of = |(at, span): (usize, &Span)| {
                let counts = self.counts(at).map(|(x, n)| if swap { (n - x, n) } else { (x, n) });
                Counted { span: *span, counts, standing: self.standing(at) }
            };
            self.spans.iter().enumerate().map(of).collect()
        };
        let multiplier = metric.unit.multiplier();
        let constant = values.windows(2).all(|pair| pair.first() == pair.last());
        // A share has two ends, and where it is at one of them often, its figures are no longer spread about a mean.
        let all = (metric.shape == Shape::Proportion).then(|| f64::from(metric.unit.multiplier()));
        let awkward = [0.0].into_iter().chain(all).any(|end| is_often_at(end, &values));
        let suited = choose_chart(charted, values.len(), values.len(), awkward);
        // A series that never varies is said to be so, however rare its failures are.
        let kind = if constant && suited != ChartChoice::PlainLine { ChartChoice::Xmr } else { suited };
        let chart = match kind {
            ChartChoice::PPrime => p_prime(&counted(false), multiplier, &settings).ok(),
            ChartChoice::UPrime => u_prime(&counted(false), multiplier, &settings).ok(),
            ChartChoice::UPrimeOfFailures => {
                // Near the top of the scale the others are the rare ones; their chart is turned over.
                let swap = counts.iter().map(|(x, n)| 2 * x - n).sum::<i64>() > 0;
                let better = if swap { turned(self.better()) } else { self.better() };
                let target = settings.target.map(|t| if swap { f64::from(multiplier) - t } else { t });
                u_prime(&counted(swap), multiplier, &Settings { better, target, ..settings })
                    .ok()
                    .map(|chart| if swap { turn(chart, f64::from(multiplier)) } else { chart })
            }
            ChartChoice::Xmr => {
                let of = |(at, span): (usize, &Span)| Point {
                    span: *span,
                    value: self.value(at),
                    standing: self.standing(at),
                };
                xmr(&self.spans.iter().enumerate().map(of).collect::<Vec<_>>(), &settings).ok()
            }
            ChartChoice::GOfFailures | ChartChoice::RunChart | ChartChoice::PlainLine => None,
        };
        Some((kind, chart?))
    }

    /// The standard of the last period, if one holds there.
    fn target(&self) -> Option<f64> {
        let (_, figure) = (*self.figures.last()?)?;
        figure.standard.as_ref().map(|standard| standard.level)
    }

    fn chart_signals(&self, chart: &Chart) -> Vec<Signal> {
        let mut signals = Vec::new();
        for (at, point) in chart.points.iter().enumerate() {
            let Ok(judgement) = &point.judgement else { continue };
            for signal in &judgement.signals {
                let points = pattern_length(&chart.points, at, *signal);
                let first = self.headlines.input.trend.get(at + 1 - points);
                let (Some(first), Some(period)) = (first, self.headlines.input.trend.get(at)) else { continue };
                let severity = if signal.rule == Rule::OutsideLimits { Strength::Act } else { Strength::Look };
                let rule = format!("{}_{}", signal.rule.as_str(), signal.direction.as_str());
                signals.push(self.signal(SignalKind::ControlChart, *period, (rule, points, severity), (*first, None)));
            }
        }
        signals
    }

    /// A signal whose cause lies between the period before `first` and the end of its own.
    pub(super) fn signal(
        &self,
        kind: SignalKind,
        period: Period,
        (rule, points, severity): (String, usize, Strength),
        (first, p_value): (Period, Option<f64>),
    ) -> Signal {
        let window = (first.step(-1).start(), period.end());
        Signal {
            metric_id: self.headlines.metric.id.clone(),
            org_code: self.code.to_owned(),
            period,
            kind,
            rule,
            points,
            severity,
            p_value,
            discovery: None,
            event: event_between(self.headlines.input.events, self.code, window),
        }
    }

    fn label_trend(
        &self,
        labels: &mut HashMap<usize, Labels>,
        signals: &mut Vec<Signal>,
        widening: Widening,
    ) -> Option<(SeriesTrend, SeriesSteps)> {
        let is_told = |at: &usize| self.value(*at).is_some() && !self.is_provisional(*at) && !self.lacks_cases(*at);
        let last = (0..self.spans.len()).rev().find(is_told);
        let (at, (place, figure)) = last.and_then(|at| Some((at, (*self.figures.get(at)?)?)))?;
        let trend = self.trend();
        let steps = proposed_steps(self, at, StepBasis { trend: trend.as_ref().ok(), widening });
        let told = SeriesTrend {
            metric_id: Arc::clone(&figure.metric_id),
            org_code: Arc::clone(&figure.org_code),
            unit: figure.unit,
            period: figure.period,
            found: trend.as_ref().map_err(|reason| *reason).and_then(|trend| TrendWindow::of(trend, figure.period)),
            steps: steps.search,
        };
        labels.entry(place).or_default().trend = Some(told.verdict(self.better()));
        if let Ok(trend) = &trend
            && matches!(trend.outcome, Outcome::Up | Outcome::Down)
        {
            let severity = if trend.at_act { Strength::Act } else { Strength::Look };
            let label: TrendLabel = trend.outcome.label(self.better());
            let what = (label.as_str().to_owned(), trend.points.len(), severity);
            // Years of drift have no one day on which to look for a cause.
            let signal = self.signal(SignalKind::Trend, figure.period, what, (figure.period, Some(trend.p_value)));
            signals.push(Signal { event: None, ..signal });
        }
        signals.extend(steps.steps.iter().filter_map(ProposedStep::signal));
        Some((told, steps))
    }

    fn trend(&self) -> Result<Trend, CannotTell> {
        let metric = self.headlines.metric;
        let breaks = |at: usize| self.breaks_at(at);
        match metric.shape {
            Shape::Proportion | Shape::Rate => {
                let model = if metric.shape == Shape::Proportion { CountModel::Proportion } else { CountModel::Rate };
                count_trend(&self.points(|at| self.counts(at), breaks), model, metric.unit.multiplier())
            }
            Shape::Count => {
                let counts = |at: usize| Some(((*self.figures.get(at)?)?.1.numerator?, 1));
                count_trend(&self.points(counts, breaks), CountModel::Rate, 1)
            }
            Shape::CountRatio | Shape::Distribution | Shape::Status => {
                let open = Interval { lower: None, upper: None };
                let estimate = |at: usize| {
                    let interval = (*self.figures.get(at)?)?.1.interval_95.unwrap_or(open);
                    Some(Estimate { value: self.value(at)?, interval })
                };
                value_trend(&self.points(estimate, breaks))
            }
        }
    }

    fn points<T>(&self, read: impl Fn(usize) -> Option<T>, breaks: impl Fn(usize) -> bool) -> Vec<TrendPoint<T>> {
        let of = |(at, span): (usize, &Span)| {
            let status = self.figures.get(at).copied().flatten().map(|(_, figure)| &figure.status);
            let reading = match (read(at), status) {
                (_, Some(Status::Suppressed)) => Reading::Suppressed,
                _ if self.lacks_cases(at) => Reading::Absent,
                (Some(value), Some(Status::Value)) => Reading::Value(value),
                _ => Reading::Absent,
            };
            TrendPoint { span: *span, reading, provisional: self.is_provisional(at), break_before: breaks(at) }
        };
        self.spans.iter().enumerate().map(of).collect()
    }
}

/// How many points in a row, up to this one, belong to the same rule in the same direction.
fn pattern_length(points: &[ChartPoint], at: usize, signal: RuleSignal) -> usize {
    let belongs = |point: &&ChartPoint| point.judgement.as_ref().is_ok_and(|judged| judged.signals.contains(&signal));
    points.iter().take(at + 1).rev().take_while(belongs).count().max(1)
}

fn turned(better: Better) -> Better {
    match better {
        Better::Higher => Better::Lower,
        Better::Lower => Better::Higher,
        Better::Neutral => Better::Neutral,
    }
}
