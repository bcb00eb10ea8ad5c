//! Where a figure of the report's period stands, as signs and words: against its peers and against a year before. Pages take
//! every sign of a judgement from here. It words the verdicts and judges nothing itself.

use std::collections::BTreeSet;

use crate::assessment::{Against, FigureComparison, PeerComparison};
use crate::definitions::model::Metric;
use crate::report::charts::{CellState, JudgedMark, MarkLevel, MarkMeaning, MarkSide};
use crate::report::facts::Facts;
use crate::stats::benchmark::Strength;
use crate::vocabulary::body::NATIONAL;
use crate::vocabulary::quantity::Status;

/// A figure that stands out.
#[derive(Debug, Clone, Copy)]
pub struct StandOut<'a> {
    pub metric: &'a Metric,
    pub state: CellState,
    /// How far it lies from the other figure, in margins; lists have the largest first.
    size: f64,
}

/// What is said of a figure held against another.
pub fn state(facts: &Facts<'_>, metric: &Metric, code: &str, against: Against) -> CellState {
    let untold = CellState::Judged(JudgedMark::plain(MarkMeaning::CannotTell));
    let Some(figure) = facts.current(metric, code) else { return CellState::NotApplicable };
    match &figure.status {
        Status::NotReturned | Status::Missing(_) => CellState::Missing,
        Status::NotApplicable(_) => CellState::NotApplicable,
        Status::Suppressed => CellState::Withheld,
        Status::CannotTell(_) => untold,
        Status::Value if figure.has_few_cases() => untold,
        Status::Value => {
            facts.comparison(metric, code, against).map_or(untold, |found| CellState::Judged(mark(facts, found)))
        }
    }
}

/// A judgement in a word or two. `unchanged` is what stands where no difference is clear.
pub fn words(state: CellState, unchanged: &str) -> String {
    let CellState::Judged(mark) = state else { return state.words().to_owned() };
    let word = match (mark.meaning, mark.side) {
        (MarkMeaning::Better, _) => "better",
        (MarkMeaning::Worse, _) => "worse",
        (MarkMeaning::Different, MarkSide::Above) => "higher",
        (MarkMeaning::Different, MarkSide::Below) => "lower",
        (MarkMeaning::NoDifference, _) => return unchanged.to_owned(),
        (MarkMeaning::CannotTell, _) => return "cannot tell".to_owned(),
    };
    match mark.level {
        MarkLevel::Strong => format!("clearly {word}"),
        MarkLevel::Weak => word.to_owned(),
    }
}

/// What stands where no change is clear.
pub const NO_CHANGE: &str = "no clear change";
/// What stands where no difference is clear.
pub const NO_DIFFERENCE: &str = "no clear difference";

/// Whether the state is a judgement of this meaning.
pub fn is(state: CellState, meaning: MarkMeaning) -> bool {
    matches!(state, CellState::Judged(mark) if mark.meaning == meaning)
}

/// Whether the state is a judgement of this meaning at the 99.8% level.
pub fn is_clear(state: CellState, meaning: MarkMeaning) -> bool {
    matches!(state, CellState::Judged(mark) if mark.meaning == meaning && mark.level == MarkLevel::Strong)
}

/// The subjects on which an organisation differs clearly from its peers, at the 99.8% level, each by the metric that lies
/// farthest; the largest first.
pub fn beside_peers<'a>(facts: &Facts<'a>, code: &str, meaning: MarkMeaning) -> Vec<StandOut<'a>> {
    let clear = |mark: JudgedMark| mark.meaning == meaning && mark.level == MarkLevel::Strong;
    let mut found = stand_outs(facts, (code, Against::Peers), clear);
    let mut told = BTreeSet::new();
    found.retain(|one| facts.subject(one.metric, code).is_some_and(|subject| told.insert(subject)));
    found
}

/// The metrics on which the nation moved in a year, the largest first.
pub fn over_a_year<'a>(facts: &Facts<'a>, code: &str, meaning: MarkMeaning) -> Vec<StandOut<'a>> {
    stand_outs(facts, (code, Against::YearBefore), |mark| mark.meaning == meaning)
}

/// How many national figures stand so against a year before.
pub fn national_count(facts: &Facts<'_>, wanted: impl Fn(CellState) -> bool) -> usize {
    let states = facts.release.metrics.iter().map(|metric| state(facts, metric, NATIONAL, Against::YearBefore));
    states.filter(|state| wanted(*state)).count()
}

fn stand_outs<'a>(
    facts: &Facts<'a>,
    (code, against): (&str, Against),
    wanted: impl Fn(JudgedMark) -> bool,
) -> Vec<StandOut<'a>> {
    let stand_out = |metric: &'a Metric| {
        let state = state(facts, metric, code, against);
        let CellState::Judged(mark) = state else { return None };
        let size = facts.comparison(metric, code, against).map_or(0.0, |found| facts.margins_apart(found));
        wanted(mark).then_some(StandOut { metric, state, size })
    };
    let mut found: Vec<StandOut<'a>> = facts.release.metrics.iter().filter_map(stand_out).collect();
    found.sort_by(|a, b| b.size.total_cmp(&a.size));
    found
}

fn mark(facts: &Facts<'_>, found: &FigureComparison) -> JudgedMark {
    let told = facts.told(found);
    let meaning = match told {
        PeerComparison::Better(_) => MarkMeaning::Better,
        PeerComparison::Worse(_) => MarkMeaning::Worse,
        PeerComparison::Higher(_) | PeerComparison::Lower(_) => MarkMeaning::Different,
        PeerComparison::Similar | PeerComparison::NoClearDifference => MarkMeaning::NoDifference,
        PeerComparison::NotTested | PeerComparison::CannotTell => MarkMeaning::CannotTell,
    };
    let none = if found.is_ratio() { 1.0 } else { 0.0 };
    let is_above = found.estimate().is_some_and(|estimate| estimate > none);
    match told.strength() {
        None => JudgedMark::plain(meaning),
        Some(strength) => JudgedMark {
            meaning,
            level: if strength == Strength::Act { MarkLevel::Strong } else { MarkLevel::Weak },
            side: if is_above { MarkSide::Above } else { MarkSide::Below },
        },
    }
}
