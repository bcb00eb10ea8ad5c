//! What named people decided about the series of a metric: where limits begin anew, which periods stay out of them, how long
//! their baseline is. A decision has a reason and an author; nothing else than these and recorded events moves limits.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::period::Period;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// Limits begin anew with the first period that begins on `from` or after: a proposed change is accepted.
    Rebase,
    /// Limits go on through the recorded event of the day `from`, and a step proposed there is no longer one.
    Keep,
    /// The periods that begin from `from` to `to` are drawn, but are not in the limits and are not judged.
    Exclude,
    /// Limits come from the first `points` periods of each stretch.
    Baseline,
}

/// One entry of `[[decisions]]` in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Id of the metric.
    pub metric: String,
    /// Code of the organisation, region or nation whose series it is; without one, every series of the metric.
    pub organisation: Option<String>,
    pub kind: DecisionKind,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub points: Option<usize>,
    pub reason: String,
    pub decided_by: String,
}

/// The decisions about one series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decided<'a> {
    all: &'a [Decision],
    metric: &'a str,
    code: &'a str,
}

impl<'a> Decided<'a> {
    pub(super) fn of(all: &'a [Decision], metric: &'a str, code: &'a str) -> Self {
        Self { all, metric, code }
    }

    fn of_kind(self, kind: DecisionKind) -> impl Iterator<Item = &'a Decision> {
        let own = move |one: &&Decision| one.organisation.as_deref().is_none_or(|code| code == self.code);
        self.all.iter().filter(move |one| one.kind == kind && one.metric == self.metric).filter(own)
    }

    /// Days on which limits begin anew.
    pub(super) fn rebase(self) -> impl Iterator<Item = NaiveDate> {
        self.of_kind(DecisionKind::Rebase).filter_map(|one| one.from)
    }

    /// Whether limits go on through what happened on a day.
    pub(super) fn keeps(self, day: NaiveDate) -> bool {
        self.of_kind(DecisionKind::Keep).any(|one| one.from == Some(day))
    }

    /// Whether a step that begins with a period was looked at and refused.
    pub(super) fn keeps_through(self, period: Period) -> bool {
        let inside = |day: NaiveDate| period.start() <= day && day <= period.end();
        self.of_kind(DecisionKind::Keep).filter_map(|one| one.from).any(inside)
    }

    pub(super) fn excludes(self, period: Period) -> bool {
        let start = period.start();
        self.of_kind(DecisionKind::Exclude)
            .any(|one| one.from.is_some_and(|from| from <= start) && one.to.is_some_and(|to| start <= to))
    }

    pub(super) fn baseline(self) -> Option<usize> {
        self.of_kind(DecisionKind::Baseline).filter_map(|one| one.points).last()
    }
}
