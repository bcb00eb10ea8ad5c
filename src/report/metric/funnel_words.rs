//! The sentences about a funnel: who lies beyond the limits, what the centre rests on, and how much forces usually differ.
//! Every number in them comes from the assessment and stands in the figure's table or above it.

use std::collections::BTreeMap;

use crate::assessment::{FunnelForce, FunnelSummary};
use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::metric::figures_table::reason;
use crate::report::sentences::withheld;
use crate::report::words;
use crate::stats::funnel::FunnelLabel;
use crate::stats::overdispersion::Spreading;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::quantity::Interval;

/// From so many forces on their usual spread is estimated.
const LEAST_FORCES: usize = 10;

/// How many forces lie beyond the outer limits; where limits say nothing, that forces differ too much for them.
pub fn title(metric: &Metric, funnel: &FunnelSummary, forces: &[&FunnelForce]) -> String {
    let far_out = forces.iter().filter(|force| is_far_out(force)).count();
    if let Some(ends) = ends(forces) {
        let [lowest, highest] = [ends.lowest, ends.highest].map(|end| words::limit_in_sentence(end.value, metric.unit));
        if funnel.is_too_wide() {
            return format!("Forces differ too much for limits: from {lowest} to {highest}");
        }
        // Limits that were widened by the spread of the forces say little of it.
        if far_out == 0 && funnel.beyond_chance().is_some() && lowest != highest {
            return format!(
                "Forces differ by more than chance, from {lowest} to {highest}; none lies beyond the 99.8% limits"
            );
        }
    }
    match far_out {
        0 => "No force lies beyond the 99.8% limits".to_owned(),
        1 => "One force lies beyond the 99.8% limits".to_owned(),
        number => format!("{} forces lie beyond the 99.8% limits", words::sentence_case(&words::number_words(number))),
    }
}

/// A label as a table shows it.
pub fn label_words(label: FunnelLabel) -> &'static str {
    match label {
        FunnelLabel::AboveAct => "Above the 99.8% limit",
        FunnelLabel::AboveLook => "Above the 95% limit",
        FunnelLabel::Within => "Within the limits",
        FunnelLabel::BelowLook => "Below the 95% limit",
        FunnelLabel::BelowAct => "Below the 99.8% limit",
        FunnelLabel::CannotTell => "Cannot tell: too few cases",
        FunnelLabel::SpreadTooWide => "Cannot tell: forces differ too much",
    }
}

/// What the figure says, for those who do not see it.
pub fn description(facts: &Facts<'_>, metric: &Metric, funnel: &FunnelSummary, forces: &[&FunnelForce]) -> String {
    if funnel.is_too_wide() {
        let mut sentences = vec![spread_sentence(facts, metric, funnel), centre_sentence(metric, funnel)];
        sentences.extend(absent_sentence(facts, metric, forces));
        sentences.extend(shown_sentence(facts, metric));
        return sentences.join(" ");
    }
    let mut sentences = vec![beyond_sentence(facts, metric, forces)];
    sentences.extend(inner_sentence(facts, forces));
    sentences.push(centre_sentence(metric, funnel));
    sentences.push(spread_sentence(facts, metric, funnel));
    let open = |force: &&&FunnelForce| force.limits().look.lower.is_none() || force.limits().look.upper.is_none();
    if forces.iter().any(|force| open(&force)) {
        sentences.push("Where a limit is missing, no force of that size could lie beyond it.".to_owned());
    }
    if runs_off(forces) {
        sentences
            .push("The drawing leaves out some limits of the smallest forces; the table has all of them.".to_owned());
    }
    sentences.extend(absent_sentence(facts, metric, forces));
    sentences.extend(shown_sentence(facts, metric));
    sentences.join(" ")
}

/// Where some forces are withheld: of how many the chart speaks.
fn shown_sentence(facts: &Facts<'_>, metric: &Metric) -> Option<String> {
    withheld::shown_words(facts, metric).map(|shown| format!("All this is said of {shown}; the others are withheld."))
}

/// What stands above the table: what the labels mean, and what the limits are made from.
pub fn method_lines(
    facts: &Facts<'_>,
    metric: &Metric,
    funnel: &FunnelSummary,
    forces: &[&FunnelForce],
) -> Vec<String> {
    if funnel.is_too_wide() {
        let lines = [spread_sentence(facts, metric, funnel), centre_sentence(metric, funnel)];
        return lines.into_iter().chain(absent_sentence(facts, metric, forces)).collect();
    }
    let limits = match funnel.beyond_chance() {
        Some(_) => "They allow for chance, and for how much forces usually differ where that reaches further.",
        None => "They allow for chance alone.",
    };
    let mut lines = vec![
        format!("A label says where a force stands against the limits for its size. {limits}"),
        format!("{} {}", centre_sentence(metric, funnel), spread_sentence(facts, metric, funnel)),
    ];
    let left_out: Vec<String> = funnel.left_out().map(|code| facts.name(code)).collect();
    if !left_out.is_empty() {
        let forces = words::sentence_case(&words::names_or_number(&left_out, "forces"));
        lines.push(format!("{forces} had nothing to count and say nothing of how much forces usually differ."));
    }
    lines.extend(absent_sentence(facts, metric, forces));
    lines
}

fn beyond_sentence(facts: &Facts<'_>, metric: &Metric, forces: &[&FunnelForce]) -> String {
    let side = |label: FunnelLabel| -> Vec<String> {
        let say = |force: &&FunnelForce| {
            let value = facts.current(metric, &force.org_code).and_then(words::value_in_sentence).unwrap_or_default();
            format!("{} ({value})", facts.name(&force.org_code))
        };
        let mut chosen: Vec<&FunnelForce> = forces.iter().copied().filter(|force| force.label() == label).collect();
        chosen.sort_by(|a, b| b.value.total_cmp(&a.value));
        chosen.iter().map(say).collect()
    };
    let part = |where_: &str, names: &[String]| {
        let (many, lie) = (words::number_words(names.len()), if names.len() == 1 { "lies" } else { "lie" });
        (!names.is_empty()).then(|| format!("{many} {lie} {where_} the 99.8% limits, {}", words::list_words(names)))
    };
    let (above, below) = (side(FunnelLabel::AboveAct), side(FunnelLabel::BelowAct));
    let parts: Vec<String> = [part("above", &above), part("below", &below)].into_iter().flatten().collect();
    if parts.is_empty() {
        return format!("None of {} forces lies beyond the 99.8% limits.", words::number_words(forces.len()));
    }
    format!("Of {} forces, {}.", words::number_words(forces.len()), parts.join("; "))
}

/// The forces between the limits of both levels.
fn inner_sentence(facts: &Facts<'_>, forces: &[&FunnelForce]) -> Option<String> {
    let between = |force: &&&FunnelForce| matches!(force.label(), FunnelLabel::AboveLook | FunnelLabel::BelowLook);
    let mut names: Vec<String> = forces.iter().filter(between).map(|force| facts.name(&force.org_code)).collect();
    names.sort();
    (!names.is_empty()).then(|| format!("Beyond the 95% limits alone: {}.", words::list_words(&names)))
}

fn centre_sentence(metric: &Metric, funnel: &FunnelSummary) -> String {
    let number = words::number_words(funnel.centre.forces);
    format!("The middle line, {}, is the figure of {number} forces together.", centre_words(metric, funnel))
}

/// How much forces differ beyond chance, and what the limits make of it.
fn spread_sentence(facts: &Facts<'_>, metric: &Metric, funnel: &FunnelSummary) -> String {
    if funnel.dispersion.is_none() {
        let from = if funnel.forces.len() < LEAST_FORCES {
            "from ten forces on"
        } else {
            "only where ten forces have at least one case each"
        };
        return format!("The limits are those of chance alone: how much forces usually differ is estimated {from}.");
    }
    match funnel.spreading {
        Spreading::Chance => {
            "There is no sign that forces differ by more than chance: the limits are those of chance alone.".to_owned()
        }
        Spreading::Slight => {
            "Forces differ by more than chance, but too little for the limits to allow for it: the limits are \
                              those of chance alone."
                .to_owned()
        }
        Spreading::BeyondChance => {
            let spread = words::sentence_case(&funnel.words().unwrap_or_default());
            format!("{spread}. The limits allow for that.")
        }
        Spreading::TooMuch => {
            let range = range_sentence(facts, metric, funnel).unwrap_or_default();
            format!("Forces differ so much that limits would say nothing, so the chart has none. {range}")
        }
    }
}

/// "The lowest value is that of …, the highest that of …. Half of the forces have values between … and …."
fn range_sentence(facts: &Facts<'_>, metric: &Metric, funnel: &FunnelSummary) -> Option<String> {
    let forces: Vec<&FunnelForce> = funnel.forces.iter().collect();
    let ends = ends(&forces)?;
    let in_words = |value: f64| words::limit_in_sentence(value, metric.unit);
    let end = |force: &FunnelForce| format!("{} ({})", facts.name(&force.org_code), in_words(force.value));
    let quartiles = funnel.quartiles()?;
    if withheld::shown_words(facts, metric).is_some() {
        let (lower, upper) = (in_words(quartiles.lower), in_words(quartiles.upper));
        return Some(format!("The middle half of the forces that are shown lies between {lower} and {upper}."));
    }
    Some(format!(
        "The lowest value is that of {}, the highest that of {}. The middle half of the forces lies between {} and {}.",
        end(ends.lowest),
        end(ends.highest),
        in_words(quartiles.lower),
        in_words(quartiles.upper)
    ))
}

/// Forces without a point.
fn absent_sentence(facts: &Facts<'_>, metric: &Metric, forces: &[&FunnelForce]) -> Option<String> {
    let drawn = |code: &BodyId| forces.iter().any(|force| force.org_code == *code);
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for code in facts.codes(metric).iter().filter(|code| facts.is_force(code) && !drawn(code)) {
        let why = reason(facts.current(metric, code)).unwrap_or_else(|| "nothing to count".to_owned());
        by_reason.entry(why).or_default().push(facts.name(code));
    }
    let part = |(why, names): (String, Vec<String>)| format!("{} ({why})", words::names_or_number(&names, "forces"));
    let absent: Vec<String> = by_reason.into_iter().map(part).collect();
    (!absent.is_empty()).then(|| format!("Not drawn: {}.", words::list_words(&absent)))
}

/// Whether a force lies beyond the outer limits.
pub fn is_far_out(force: &FunnelForce) -> bool {
    matches!(force.label(), FunnelLabel::AboveAct | FunnelLabel::BelowAct)
}

/// The forces at both ends of the values.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'f> {
    pub lowest: &'f FunnelForce,
    pub highest: &'f FunnelForce,
}

/// The ends of the values; of equal ones the first by code. `None` without forces.
pub fn ends<'f>(forces: &[&'f FunnelForce]) -> Option<Ends<'f>> {
    let mut sorted = forces.to_vec();
    sorted.sort_by(|a, b| a.value.total_cmp(&b.value).then_with(|| a.org_code.cmp(&b.org_code)));
    let highest =
        sorted.iter().rev().take_while(|force| sorted.last().is_some_and(|last| last.value <= force.value)).last();
    Some(Ends { lowest: sorted.first()?, highest: highest? })
}

/// The pooled figure with its unit.
pub fn centre_words(metric: &Metric, funnel: &FunnelSummary) -> String {
    words::limit_in_sentence(funnel.centre_value(), metric.unit)
}

/// The outer limits at the size that a quarter of the forces lie below: those of the smallest would leave no room for the rest.
pub fn held(forces: &[&FunnelForce]) -> Vec<f64> {
    let at = (3 * forces.len() / 4).min(forces.len().saturating_sub(1));
    let Interval { lower, upper } = forces.get(at).map_or(Interval { lower: None, upper: None }, |f| f.limits().act);
    [lower, upper].into_iter().flatten().collect()
}

/// Whether limits of some force lie beyond what the axis surely holds.
pub fn runs_off(forces: &[&FunnelForce]) -> bool {
    let values = || forces.iter().map(|force| force.value).chain(held(forces));
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    forces.iter().flat_map(|f| [f.limits().act.lower, f.limits().act.upper]).flatten().any(|l| l < low || l > high)
}
