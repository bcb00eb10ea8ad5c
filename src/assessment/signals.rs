//! A signal: something that stands out, with the rule that says so and the event on record that may have caused it.

use chrono::NaiveDate;

use crate::stats::benchmark::Strength;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;

/// Where a signal comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalKind {
    /// A rule of the control chart.
    ControlChart,
    /// A rule of the run chart of a series that suits no control chart.
    RunChart,
    /// The series rises or falls over the years.
    Trend,
    /// A step that the series seems to have taken; nobody has confirmed it.
    ChangePoint,
    /// Unusual among forces.
    Funnel,
    /// Differs from its peers.
    Peers,
}

impl SignalKind {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ControlChart => "control_chart",
            Self::RunChart => "run_chart",
            Self::Trend => "trend",
            Self::ChangePoint => "change_point",
            Self::Funnel => "funnel",
            Self::Peers => "peers",
        }
    }
}

/// Something that stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    pub kind: SignalKind,
    /// The rule and its direction, such as `run_of_seven_low`.
    pub rule: String,
    /// Periods that the pattern takes up so far; 1 for a single figure.
    pub points: usize,
    pub severity: Strength,
    /// The p-value behind it, where there is one.
    pub p_value: Option<f64>,
    /// Whether it is on the list that holds false discoveries of the release to 5 %; `None` for kinds that are not tested so.
    pub discovery: Option<bool>,
    /// The recorded event in its window.
    pub event: Option<LinkedEvent>,
}

/// An event as a signal names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedEvent {
    pub happened_on: NaiveDate,
    pub kind: String,
}

impl LinkedEvent {
    pub(super) fn of(event: &RecordedEvent) -> Self {
        Self { happened_on: event.happened_on, kind: event.kind.clone() }
    }
}

impl Signal {
    /// What signals are sorted by.
    pub(super) fn key(&self) -> (&str, &BodyId, Period, SignalKind, &str) {
        (&self.metric_id, &self.org_code, self.period, self.kind, &self.rule)
    }

    /// The name of its severity in data files.
    pub fn severity_str(&self) -> &'static str {
        match self.severity {
            Strength::Look => "look",
            Strength::Act => "act",
        }
    }
}

/// The event of the organisation or of the nation that lies between two days and nearest to the first; of equals the
/// organisation's own. It may be the cause; nothing here says that it is.
pub(super) fn event_between(
    events: &[RecordedEvent],
    code: &BodyId,
    (from, to): (NaiveDate, NaiveDate),
) -> Option<LinkedEvent> {
    let inside = |event: &&RecordedEvent| {
        (event.org_code == *code || event.org_code.is_nation()) && (from..=to).contains(&event.happened_on)
    };
    let nearest = events
        .iter()
        .filter(inside)
        .min_by_key(|event| (event.happened_on - from, event.org_code != *code, event.kind.as_str()))?;
    Some(LinkedEvent::of(nearest))
}
