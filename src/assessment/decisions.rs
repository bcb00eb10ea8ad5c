//! What named people decided about the series of a metric: where limits begin anew, which periods stay out of them, how long
//! their baseline is. A decision has a reason and an author; nothing else than these and recorded events moves limits.

use crate::settings::{Decision, DecisionKind};
use crate::vocabulary::body_id::BodyId;
use chrono::NaiveDate;

use crate::vocabulary::period::Period;

/// The decisions about one series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decided<'a> {
    all: &'a [Decision],
    metric: &'a str,
    code: &'a BodyId,
}

impl<'a> Decided<'a> {
    pub(super) fn of(all: &'a [Decision], metric: &'a str, code: &'a BodyId) -> Self {
        Self { all, metric, code }
    }

    fn of_kind(self, kind: DecisionKind) -> impl Iterator<Item = &'a Decision> {
        let own = move |one: &&Decision| one.organisation.as_ref().is_none_or(|code| code == self.code);
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
