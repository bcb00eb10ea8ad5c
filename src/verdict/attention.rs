//! How much attention a figure asks for, and the comparison that decides it: the table of decision record 0052.

use super::aspects::{Aspect, AspectFound, AspectLabel, Aspects, Standing};
use crate::stats::benchmark::Strength;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Better, Status};

/// How much attention a figure asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attention {
    /// The figure is surely and clearly worse than others, or clearly misses its standard.
    Act,
    /// The figure is worse in some comparison: less surely, or only than its own past.
    Look,
    /// The figure is surely and clearly better in some comparison, and worse in none.
    Good,
    /// Nothing stands out, or neither side is better.
    None,
    /// Nothing can be said.
    CannotTell,
}

impl Attention {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Look => "look",
            Self::Good => "good",
            Self::None => "none",
            Self::CannotTell => "cannot_tell",
        }
    }
}

/// Why a figure asks for the attention it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DecidedBy {
    /// The comparison in which the figure stands out farthest.
    Aspect(Aspect),
    NothingStandsOut,
    /// The figure stands out only where half of the forces do.
    SharedCause,
    NoBetterSide,
    NoFigure,
    FewCases,
    NothingToCompare,
}

impl DecidedBy {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aspect(aspect) => aspect.as_str(),
            Self::NothingStandsOut => "nothing_stands_out",
            Self::SharedCause => "shared_cause",
            Self::NoBetterSide => "no_better_side",
            Self::NoFigure => "no_figure",
            Self::FewCases => "few_cases",
            Self::NothingToCompare => "nothing_to_compare",
        }
    }
}

/// The attention, what decided it, and by how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AttentionDecision {
    pub(super) attention: Attention,
    pub(super) decided_by: DecidedBy,
    /// How far the figure lies from the other one in the deciding comparison, in margins, whichever side.
    pub(super) size: Option<f64>,
}

impl AttentionDecision {
    /// Why nothing can be said of a figure, whatever it is held against.
    pub(super) fn without_comparison(figure: &Observation) -> Option<Self> {
        let decided_by = match figure.status {
            Status::Value if figure.has_few_cases() => DecidedBy::FewCases,
            Status::Value => return None,
            _ => DecidedBy::NoFigure,
        };
        Some(Self::calm(Attention::CannotTell, decided_by))
    }

    /// The first row of the table that holds.
    pub(super) fn of(aspects: &Aspects, better: Better) -> Self {
        if better == Better::Neutral {
            return Self::calm(Attention::None, DecidedBy::NoBetterSide);
        }
        let rows: [(Attention, Matches); 3] =
            [(Attention::Act, is_reason_to_act), (Attention::Look, is_worse), (Attention::Good, is_better)];
        let decided = |(attention, matches): (Attention, Matches)| {
            let (aspect, size) = farthest(aspects, matches)?;
            Some(Self { attention, decided_by: DecidedBy::Aspect(aspect), size })
        };
        rows.into_iter().find_map(decided).unwrap_or_else(|| Self::undecided(aspects))
    }

    /// What holds where the figure stands out in nothing that counts.
    fn undecided(aspects: &Aspects) -> Self {
        if aspects.iter().any(|(_, found)| found.shared) {
            Self::calm(Attention::None, DecidedBy::SharedCause)
        } else if aspects.iter().any(|(_, found)| found.label.is_told()) {
            Self::calm(Attention::None, DecidedBy::NothingStandsOut)
        } else {
            Self::calm(Attention::CannotTell, DecidedBy::NothingToCompare)
        }
    }

    fn calm(attention: Attention, decided_by: DecidedBy) -> Self {
        Self { attention, decided_by, size: None }
    }
}

/// Whether a comparison fulfils the condition of a row.
type Matches = fn(Aspect, AspectFound) -> bool;

/// A standing is a reason to act; a change alone is not.
fn is_reason_to_act(aspect: Aspect, found: AspectFound) -> bool {
    let is_of_standing = matches!(aspect, Aspect::Peers | Aspect::Forces | Aspect::Standard);
    is_of_standing && found.label == AspectLabel::StandsOut(Standing::Worse, Strength::Act)
}

fn is_worse(_: Aspect, found: AspectFound) -> bool {
    !found.shared && found.label.standing() == Some(Standing::Worse)
}

fn is_better(_: Aspect, found: AspectFound) -> bool {
    !found.shared && found.label.standing() == Some(Standing::Better)
}

/// The comparison of the greatest size among those that match, with its size; of equal ones the first. A comparison without
/// a size comes last.
fn farthest(aspects: &Aspects, matches: Matches) -> Option<(Aspect, Option<f64>)> {
    let mut best: Option<(Aspect, Option<f64>)> = None;
    for (aspect, found) in aspects.iter().filter(|(aspect, found)| matches(*aspect, *found)) {
        let size = found.size.map(f64::abs);
        if best.is_none_or(|(_, known)| size > known) {
            best = Some((aspect, size));
        }
    }
    best
}
