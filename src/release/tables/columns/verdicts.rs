//! Columns of the verdicts on headline figures.

use std::borrow::Cow;

use super::{BODY, MEASURES, PERIOD, YES_NO, columns, identity};
use crate::release::tables::catalogue::{ANY, above, at_least, one_of};
use crate::release::tables::column::RowColumn;
use crate::stats::benchmark::Strength;
use crate::verdict::{AspectFound, AspectLabel, FigureVerdict};
use crate::vocabulary::quantity::millionths as scaled;

/// What a comparison says that can stand out at two levels of certainty, and what else it can say.
macro_rules! standing_out_or {
    ($($other:literal),+) => {
        &[
            "better_95",
            "better_99_8",
            "worse_95",
            "worse_99_8",
            "higher_95",
            "higher_99_8",
            "lower_95",
            "lower_99_8",
            "close",
            $($other),+
        ]
    };
}

/// What a comparison with one other figure says.
pub(super) const COMPARED: &[&str] = standing_out_or!("unclear", "cannot_tell");
/// What a comparison with the usual spread of all forces says.
const AMONG_FORCES: &[&str] = standing_out_or!("usual", "too_wide", "cannot_tell");

pub(in crate::release::tables) fn verdicts() -> Vec<RowColumn<FigureVerdict>> {
    let mut columns = identity(BODY, PERIOD);
    columns.extend(columns! { FigureVerdict:
        /// What the metric measures together with others, so that bodies are ranked by subjects. Null of a metric that is not
        /// ranked.
        Text "subject" ANY.or_empty() => |v| Cow::Borrowed(v.subject.as_deref().unwrap_or(""));
        /// How much attention the figure asks for. act: it is surely and clearly worse than its peers or than the
        /// usual spread of forces, or clearly misses its standard, at 99.8%. look: it is worse at 95%, or than its own
        /// past, or misses its standard. good: it is better than something and worse than nothing. none: nothing
        /// stands out. cannot_tell: nothing can be said.
        Text "attention" one_of(&["act", "look", "good", "none", "cannot_tell"]) => |v| Cow::Borrowed(v.attention.as_str());
        /// The comparison that decided the attention; where none did, the reason. shared_cause: the figure stands out
        /// only where half of the forces do, in the same direction.
        Text "decided_by" one_of(&[
            "peers", "forces", "own_past", "year_before", "standard", "nothing_stands_out", "shared_cause",
            "no_better_side", "no_figure", "few_cases", "nothing_to_compare"
        ]) => |v| Cow::Borrowed(v.decided_by.as_str());
        /// How far the figure lies from the other one in the deciding comparison, in margins. Null where no comparison
        /// decided, and where the distance is no number.
        Decimal "size" at_least(0).or_empty() => |v| v.size.map(scaled);
        /// The margin of the metric: figures nearer than this are close to each other. In the metric's unit
        /// (percentage points of a share), or a factor above 1. Null where too few organisations have a value.
        Decimal "margin" above(0).or_empty() => |v| Some(scaled(v.margin.ok()?.amount));
        /// Whether the margin is a difference or a factor (ratio).
        Text "margin_measure" one_of(MEASURES).or_empty() => |v| {
            Cow::Borrowed(v.margin.ok().map_or("", |margin| if margin.is_factor { "ratio" } else { "difference" }))
        };
        /// Where the margin comes from: the metric's own definition, or the standard deviation of the organisations'
        /// values and the setting verdict.margin_percent.
        Text "margin_basis" one_of(&["metric", "deviation"]).or_empty() => |v| {
            Cow::Borrowed(v.margin.ok().map_or("", |margin| margin.basis.as_str()))
        };
        /// Against the pooled figure of the peers. close: the difference is smaller than the margin, or surely there
        /// and estimated to be smaller. unclear: whether it is larger cannot be said. Null where nothing is compared.
        Text "peers" one_of(COMPARED).or_empty() => |v| compared(v.aspects.peers);
        /// How far the figure lies above the peers', in margins; below 0 where it lies below.
        Decimal "peers_size" ANY.or_empty() => |v| size(v.aspects.peers);
        /// Among all forces, their usual spread allowed for. usual: within the limits. close: outside, by less than the
        /// margin from the centre. too_wide: forces differ so much that nobody is inside or outside. Null where the
        /// metric or the body has no place among forces.
        Text "forces" one_of(AMONG_FORCES).or_empty() => |v| compared(v.aspects.forces);
        /// How far the figure lies above the pooled figure of all forces, in margins.
        Decimal "forces_size" ANY.or_empty() => |v| size(v.aspects.forces);
        /// Within its own series. usual: within the limits of usual variation, or without a shift about the median.
        Text "own_past" one_of(&["better", "worse", "higher", "lower", "close", "usual", "cannot_tell"]).or_empty() => |v| {
            Cow::Borrowed(v.aspects.own_past.map_or("", |found| found.label.standing_str()))
        };
        /// How far the figure lies above the centre of its series, in margins.
        Decimal "own_past_size" ANY.or_empty() => |v| size(v.aspects.own_past);
        /// Whether half of the forces stand out against their own past on the same side: then it counts against nobody.
        Text "own_past_shared" one_of(YES_NO).or_empty() => |v| shared(v.aspects.own_past);
        /// Against the same period a year before, as against the peers.
        Text "year_before" one_of(COMPARED).or_empty() => |v| compared(v.aspects.year_before);
        /// How far the figure lies above that of a year before, in margins.
        Decimal "year_before_size" ANY.or_empty() => |v| size(v.aspects.year_before);
        /// Whether half of the forces stand out against the year before on the same side: then it counts against nobody.
        Text "year_before_shared" one_of(YES_NO).or_empty() => |v| shared(v.aspects.year_before);
        /// Against the standard that held. clearly_not_met: the whole 99.8% interval of the figure misses it by more
        /// than the margin. Null where no standard held, and where returns that are missing could turn the answer.
        Text "standard" one_of(&["met", "not_met", "clearly_not_met"]).or_empty() => |v| of_standard(v.aspects.standard);
        /// How far the figure lies above the level of the standard, in margins.
        Decimal "standard_size" ANY.or_empty() => |v| size(v.aspects.standard);
        /// How many cases more would have met the standard; where less is better, how many fewer. Null where it was
        /// met, and where the figure counts no cases.
        Whole "cases_to_standard" at_least(1).or_empty() => |v| v.reach.to_standard;
        /// The same for the pooled figure of the peers.
        Whole "cases_to_peers" at_least(1).or_empty() => |v| v.reach.to_peers;
    });
    columns
}

fn compared(found: Option<AspectFound>) -> Cow<'static, str> {
    Cow::Borrowed(found.map_or("", |found| found.label.as_str()))
}

fn size(found: Option<AspectFound>) -> Option<i128> {
    found?.size.map(scaled)
}

fn shared(found: Option<AspectFound>) -> Cow<'static, str> {
    Cow::Borrowed(found.map_or("", |found| if found.shared { "yes" } else { "no" }))
}

fn of_standard(found: Option<AspectFound>) -> Cow<'static, str> {
    Cow::Borrowed(match found.map(|found| found.label) {
        None => "",
        Some(AspectLabel::StandsOut(_, Strength::Act)) => "clearly_not_met",
        Some(AspectLabel::StandsOut(_, Strength::Look)) => "not_met",
        Some(_) => "met",
    })
}
