//! Where a figure of the report's period stands, as signs and words: against its peers and against a year before. Pages take
//! every sign of a judgement from here. It words the verdicts and judges nothing itself.

use std::collections::BTreeSet;

use crate::assessment::{Against, FigureComparison, PeerComparison, VariationLabel};
use crate::definitions::model::{Metric, ReadsAs};
use crate::report::charts::{CellState, JudgedMark, MarkLevel, MarkMeaning, MarkSide};
use crate::report::facts::Facts;
use crate::report::page::table::Cell;
use crate::report::page::text::Mark;
use crate::report::words::sentence_case;
use crate::stats::benchmark::Strength;
use crate::stats::control::{PointType, Variation};
use crate::verdict::{Aspect, AspectFound, AspectLabel, Attention, DecidedBy, FigureVerdict, Standing};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Better, Status};

/// A figure that stands out.
#[derive(Debug, Clone, Copy)]
pub struct StandOut<'a> {
    pub metric: &'a Metric,
    pub comparison: &'a FigureComparison,
    pub state: CellState,
    /// How far it lies from the other figure, in margins; lists have the largest first.
    size: f64,
}

/// What is said of a figure held against another.
pub fn state(facts: &Facts<'_>, metric: &Metric, code: &BodyId, against: Against) -> CellState {
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

/// Where the figure of one organisation stands among all; not applicable where that is not asked.
pub fn among_all(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> CellState {
    let found = facts.verdict(metric, code).and_then(|verdict| verdict.aspects.forces);
    let Some(found) = found else { return CellState::NotApplicable };
    let plain = |meaning| CellState::Judged(JudgedMark::plain(meaning));
    let AspectLabel::StandsOut(standing, strength) = found.label else {
        return plain(match found.label {
            AspectLabel::Close | AspectLabel::Usual => MarkMeaning::Close,
            AspectLabel::Unclear => MarkMeaning::NoDifference,
            _ => MarkMeaning::CannotTell,
        });
    };
    CellState::Judged(JudgedMark {
        meaning: match standing {
            Standing::Better => MarkMeaning::Better,
            Standing::Worse => MarkMeaning::Worse,
            Standing::Higher | Standing::Lower => MarkMeaning::Different,
        },
        level: level(strength),
        side: if found.size.is_some_and(|size| size > 0.0) { MarkSide::Above } else { MarkSide::Below },
    })
}

fn level(strength: Strength) -> MarkLevel {
    if strength == Strength::Act { MarkLevel::Strong } else { MarkLevel::Weak }
}

/// The same as the mark of a chart, in which whatever does not stand out looks alike.
pub fn among_all_mark(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> JudgedMark {
    match among_all(facts, metric, code) {
        CellState::Judged(mark) if !mark.meaning.is_unremarkable() => mark,
        _ => JudgedMark::plain(MarkMeaning::NoDifference),
    }
}

/// The words for what does not stand out.
#[derive(Debug, Clone, Copy)]
pub struct Unremarkable {
    /// A difference, if there is one, is smaller than the margin.
    pub close: &'static str,
    pub unclear: &'static str,
}

impl Unremarkable {
    /// The words for a figure among those of all.
    pub const AMONG_ALL: Self = Self { close: "usual", unclear: "no clear difference" };

    /// The words for a figure held against that.
    pub fn against(against: Against) -> Self {
        match against {
            Against::Peers => Self { close: "close", unclear: "no clear difference" },
            Against::YearBefore => Self { close: "little change", unclear: "no clear change" },
        }
    }
}

/// The verdict on a figure held against another, as a sign with its word.
pub fn verdict_cell(facts: &Facts<'_>, metric: &Metric, code: &BodyId, against: Against) -> Cell {
    if is_untested(facts, metric, code, against) {
        return Cell::new(NOT_TESTED);
    }
    Cell::marks(vec![verdict_mark(facts, metric, code, against)])
}

/// What is said of a full count, of which no verdict is made.
const NOT_TESTED: &str = "count, not tested";

/// The verdict on a figure held against another, as a mark with its word.
pub fn verdict_mark(facts: &Facts<'_>, metric: &Metric, code: &BodyId, against: Against) -> Mark {
    let state = state(facts, metric, code, against);
    let is_untested = is_untested(facts, metric, code, against);
    Mark::new(state, if is_untested { NOT_TESTED.to_owned() } else { words_of(metric, state, against) })
}

/// Whether the figure is a full count with a difference that chance is not asked about.
fn is_untested(facts: &Facts<'_>, metric: &Metric, code: &BodyId, against: Against) -> bool {
    let is_judged = matches!(state(facts, metric, code, against), CellState::Judged(_));
    let comparison = facts.comparison(metric, code, against).filter(|_| is_judged);
    comparison.is_some_and(|one| facts.told(one) == PeerComparison::NotTested)
}

/// Where the figure of one organisation stands among all, as a sign with its word.
pub fn among_all_cell(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Cell {
    match among_all(facts, metric, code) {
        CellState::NotApplicable => Cell::new("not compared"),
        state => Cell::marks(vec![Mark::new(state, words_for(metric, state, Unremarkable::AMONG_ALL))]),
    }
}

/// How much attention a figure asks for, in words.
pub fn attention_words(attention: Attention) -> &'static str {
    match attention {
        Attention::Act => "Look first",
        Attention::Look => "Look",
        Attention::Good => "Clearly better",
        Attention::None => "None",
        Attention::CannotTell => "Cannot tell",
    }
}

/// Why a figure asks for the attention it does: "Clearly worse than its peers".
pub fn reason_words(verdict: &FigureVerdict) -> String {
    match verdict.decided_by {
        DecidedBy::Aspect(aspect) => {
            let label = verdict.aspects.get(aspect).map_or(AspectLabel::CannotTell, |found| found.label);
            stands_out_words(aspect, label)
        }
        DecidedBy::NothingStandsOut => "Nothing stands out".to_owned(),
        DecidedBy::SharedCause => "Stands out only where half of the forces do".to_owned(),
        DecidedBy::NoBetterSide => "Neither side is better".to_owned(),
        DecidedBy::NoFigure => "No figure".to_owned(),
        DecidedBy::FewCases => "Few cases".to_owned(),
        DecidedBy::NothingToCompare => "Nothing to compare with".to_owned(),
    }
}

fn stands_out_words(aspect: Aspect, label: AspectLabel) -> String {
    let AspectLabel::StandsOut(standing, strength) = label else { return "Nothing stands out".to_owned() };
    let clearly = if strength == Strength::Act { "clearly " } else { "" };
    let words = match aspect {
        Aspect::Standard => format!("standard {clearly}missed"),
        Aspect::Peers => format!("{clearly}{} than its peers", standing.as_str()),
        Aspect::Forces => format!("{clearly}{} than most forces", standing.as_str()),
        Aspect::OwnPast => format!("{} than usual for its series", standing.as_str()),
        Aspect::YearBefore => format!("{clearly}{} than a year before", standing.as_str()),
    };
    sentence_case(&words)
}

/// Whether anything is said of a figure among the earlier periods of its series.
pub fn own_past_is_told(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> bool {
    own_past(facts, metric, code).is_some_and(|found| found.label.is_told())
}

fn own_past(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Option<AspectFound> {
    facts.verdict(metric, code)?.aspects.own_past
}

/// What the chart of a series says of a figure, as pages say it. Of the report's period the verdict decides: what lies outside
/// the limits by less than the margin is usual, where nothing can be said of that neither side is better, and few cases are not
/// judged.
pub fn variation(facts: &Facts<'_>, metric: &Metric, place: &SeriesPlace<'_>, label: VariationLabel) -> VariationLabel {
    if place.period != facts.release.period {
        return label;
    }
    let is_high_better = metric.better == Better::Higher;
    match (own_past(facts, metric, place.code).map(|found| found.label), label) {
        (Some(AspectLabel::Close), VariationLabel::Shift) => VariationLabel::NoShift,
        (Some(AspectLabel::Close), VariationLabel::Judged(Variation::Point(_))) => {
            VariationLabel::Judged(Variation::Point(PointType::CommonCause))
        }
        (None, _) => VariationLabel::CannotTell,
        (Some(AspectLabel::CannotTell), VariationLabel::Judged(Variation::Point(point))) => {
            let is_high = match point {
                PointType::SpecialCauseImprovement => is_high_better,
                PointType::SpecialCauseConcern => !is_high_better,
                _ => return label,
            };
            let neutral = if is_high { PointType::SpecialCauseNeutralHigh } else { PointType::SpecialCauseNeutralLow };
            VariationLabel::Judged(Variation::Point(neutral))
        }
        _ => label,
    }
}

/// A figure of a series.
#[derive(Debug, Clone, Copy)]
pub struct SeriesPlace<'a> {
    pub code: &'a BodyId,
    pub period: Period,
}

/// Whether the figure lies outside the limits of its series by less than the margin.
pub fn own_past_is_close(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> bool {
    own_past(facts, metric, code).is_some_and(|found| found.label == AspectLabel::Close)
}

/// Where a figure stands among the earlier periods of its series, as a sign with its word.
pub fn own_past_cell(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Cell {
    let found = own_past(facts, metric, code);
    let Some(label) = found.map(|found| found.label).filter(|label| label.is_told()) else {
        return Cell::marks(vec![Mark::new(
            CellState::Judged(JudgedMark::plain(MarkMeaning::CannotTell)),
            "cannot tell",
        )]);
    };
    let is_above = found.and_then(|found| found.size).is_some_and(|size| size > 0.0);
    let side = if is_above { MarkSide::Above } else { MarkSide::Below };
    let stands_out = |meaning| JudgedMark { meaning, level: MarkLevel::Weak, side };
    let (mark, word) = match label.standing() {
        Some(Standing::Better) => (stands_out(MarkMeaning::Better), "better than usual"),
        Some(Standing::Worse) => (stands_out(MarkMeaning::Worse), "worse than usual"),
        Some(Standing::Higher) => (stands_out(MarkMeaning::Different), "higher than usual"),
        Some(Standing::Lower) => (stands_out(MarkMeaning::Different), "lower than usual"),
        None => (JudgedMark::plain(MarkMeaning::NoDifference), "usual"),
    };
    let word = match metric.reads_as {
        ReadsAs::Level => word.to_owned(),
        ReadsAs::Recorded => word.replace("higher", "more recorded").replace("lower", "fewer recorded"),
    };
    Cell::marks(vec![Mark::new(CellState::Judged(mark), word)])
}

/// A judgement of a metric's figure in a word or two.
pub fn words_of(metric: &Metric, state: CellState, against: Against) -> String {
    words_for(metric, state, Unremarkable::against(against))
}

/// The same with other words for what does not stand out.
pub fn words_for(metric: &Metric, state: CellState, unremarkable: Unremarkable) -> String {
    let words = words(state, unremarkable);
    match metric.reads_as {
        ReadsAs::Level => words,
        ReadsAs::Recorded => words.replace("higher", "more recorded").replace("lower", "fewer recorded"),
    }
}

/// A judgement in a word or two, whatever the metric.
pub fn words(state: CellState, unremarkable: Unremarkable) -> String {
    let CellState::Judged(mark) = state else { return state.words().to_owned() };
    let word = match (mark.meaning, mark.side) {
        (MarkMeaning::Better, _) => "better",
        (MarkMeaning::Worse, _) => "worse",
        (MarkMeaning::Different, MarkSide::Above) => "higher",
        (MarkMeaning::Different, MarkSide::Below) => "lower",
        (MarkMeaning::Close, _) => return unremarkable.close.to_owned(),
        (MarkMeaning::NoDifference, _) => return unremarkable.unclear.to_owned(),
        (MarkMeaning::CannotTell, _) => return "cannot tell".to_owned(),
    };
    match mark.level {
        MarkLevel::Strong => format!("clearly {word}"),
        MarkLevel::Weak => word.to_owned(),
    }
}

/// The judgement as a mark; a plain one where nothing was judged.
pub fn plain_mark(state: CellState) -> JudgedMark {
    match state {
        CellState::Judged(mark) if mark.meaning != MarkMeaning::CannotTell => mark,
        _ => JudgedMark::plain(MarkMeaning::NoDifference),
    }
}

/// Whether a comparison was made, whatever it says.
pub fn is_told(state: CellState) -> bool {
    matches!(state, CellState::Judged(mark) if mark.meaning != MarkMeaning::CannotTell)
}

/// Whether the state is a judgement of this meaning.
pub fn is(state: CellState, meaning: MarkMeaning) -> bool {
    matches!(state, CellState::Judged(mark) if mark.meaning == meaning)
}

/// Whether the state is a judgement of this meaning at the 99.8% level.
pub fn is_clear(state: CellState, meaning: MarkMeaning) -> bool {
    matches!(state, CellState::Judged(mark) if mark.meaning == meaning && mark.level == MarkLevel::Strong)
}

/// The metrics on which a body stands out on one side, the largest first.
pub fn stand_outs<'a>(facts: &Facts<'a>, code: &BodyId, against: Against, meaning: MarkMeaning) -> Vec<StandOut<'a>> {
    let stand_out = |metric: &'a Metric| {
        let state = state(facts, metric, code, against);
        let comparison = facts.comparison(metric, code, against).filter(|_| is(state, meaning))?;
        Some(StandOut { metric, comparison, state, size: facts.margins_apart(comparison) })
    };
    let mut found: Vec<StandOut<'a>> = facts.release.metrics.iter().filter_map(stand_out).collect();
    found.sort_by(|a, b| b.size.total_cmp(&a.size));
    found
}

/// Each subject once, by its metric that lies farthest. A metric that is not ranked has no subject.
pub fn by_subject<'a>(facts: &Facts<'a>, code: &BodyId, mut found: Vec<StandOut<'a>>) -> Vec<StandOut<'a>> {
    let mut told = BTreeSet::new();
    found.retain(|one| facts.subject(one.metric, code).is_some_and(|subject| told.insert(subject)));
    found
}

/// The subjects on which an organisation differs clearly from its peers, at the 99.8% level; the largest first.
pub fn beside_peers<'a>(facts: &Facts<'a>, code: &BodyId, meaning: MarkMeaning) -> Vec<StandOut<'a>> {
    let mut found = stand_outs(facts, code, Against::Peers, meaning);
    found.retain(|one| is_clear(one.state, meaning));
    by_subject(facts, code, found)
}

/// How many national figures stand so against a year before.
pub fn national_count(facts: &Facts<'_>, wanted: impl Fn(CellState) -> bool) -> usize {
    let states = facts.release.metrics.iter().map(|metric| state(facts, metric, BodyId::nation(), Against::YearBefore));
    states.filter(|state| wanted(*state)).count()
}

fn mark(facts: &Facts<'_>, found: &FigureComparison) -> JudgedMark {
    let told = facts.told(found);
    let meaning = match told {
        PeerComparison::Better(_) => MarkMeaning::Better,
        PeerComparison::Worse(_) => MarkMeaning::Worse,
        PeerComparison::Higher(_) | PeerComparison::Lower(_) => MarkMeaning::Different,
        PeerComparison::Similar => MarkMeaning::Close,
        PeerComparison::NoClearDifference => MarkMeaning::NoDifference,
        PeerComparison::NotTested | PeerComparison::CannotTell => MarkMeaning::CannotTell,
    };
    let none = if found.is_ratio() { 1.0 } else { 0.0 };
    let is_above = found.estimate().is_some_and(|estimate| estimate > none);
    match told.strength() {
        None => JudgedMark::plain(meaning),
        Some(strength) => JudgedMark {
            meaning,
            level: level(strength),
            side: if is_above { MarkSide::Above } else { MarkSide::Below },
        },
    }
}
