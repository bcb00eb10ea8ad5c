//! The figures of one organisation, a region or the nation over time, and what of them counts.

use chrono::NaiveDate;

use super::control::SegmentStart;
use super::decisions::Decided;
use super::differences::counts_of;
use super::headlines::Headlines;
use super::signals::{LinkedEvent, Signal, SignalKind, event_between};
use crate::definitions::model::Metric;
use crate::stats::benchmark::Strength;
use crate::stats::control::PointUse;
use crate::stats::timeline::DaySpan;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Better, Status};

/// Kinds of recorded events after which the work or its counting is another: limits start afresh.
const REBASING: [&str; 2] = ["system_migration", "counting_rule_change"];

/// The figures of one code, a slot for each period of the trend.
pub(super) struct CodeSeries<'a> {
    headlines: &'a Headlines<'a>,
    code: &'a BodyId,
    figures: Vec<Option<&'a Observation>>,
    spans: Vec<DaySpan>,
}

impl<'a> CodeSeries<'a> {
    pub(super) fn of(headlines: &'a Headlines<'a>, code: &'a BodyId) -> Self {
        let trend = headlines.input.trend;
        Self {
            headlines,
            code,
            figures: (0..trend.len()).map(|at| headlines.figure(code, at)).collect(),
            spans: trend.iter().filter_map(|period| DaySpan::new(period.start(), period.end()).ok()).collect(),
        }
    }

    pub(super) fn better(&self) -> Better {
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

    pub(super) fn periods(&self) -> &'a [Period] {
        self.headlines.input.trend
    }

    pub(super) fn spans(&self) -> &[DaySpan] {
        &self.spans
    }

    pub(super) fn span(&self, at: usize) -> Option<&DaySpan> {
        self.spans.get(at)
    }

    pub(super) fn figure(&self, at: usize) -> Option<&'a Observation> {
        *self.figures.get(at)?
    }

    /// Whether a figure at a position counts: neither provisional nor excluded.
    pub(super) fn is_final(&self, at: usize) -> bool {
        self.standing(at) == PointUse::Final
    }

    /// The value at a position, where there is one.
    pub(super) fn value(&self, at: usize) -> Option<f64> {
        let figure = self.figure(at)?;
        figure.value.filter(|_| figure.status == Status::Value)
    }

    /// Numerator and denominator at a position. A count has none, and is charted by its value.
    pub(super) fn counts(&self, at: usize) -> Option<(i64, i64)> {
        counts_of(self.figure(at)?).map(|counts| (counts.numerator, counts.denominator))
    }

    pub(super) fn is_provisional(&self, at: usize) -> bool {
        let (metric, input) = (&self.headlines.metric.id, self.headlines.input);
        input.trend.get(at).is_some_and(|period| input.provisional.contains(metric, self.code, *period))
    }

    /// Whether the sum lacks so many of its usual cases that a missing return could be read as a change.
    pub(super) fn lacks_cases(&self, at: usize) -> bool {
        self.headlines.usual.lacks(self.metric().shape, self.code, at).is_some()
    }

    pub(super) fn standing(&self, at: usize) -> PointUse {
        let period = self.headlines.input.trend.get(at);
        match period {
            Some(period) if self.decided().excludes(*period) => PointUse::Excluded,
            _ if self.lacks_cases(at) => PointUse::Excluded,
            _ if self.is_provisional(at) => PointUse::Provisional,
            _ => PointUse::Final,
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
        let concerned = |org: &BodyId| org == self.code || org.is_nation();
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
}
