//! The notes of a report: how its figures are made, the settings that were chosen, and the accessibility statement.

use crate::assessment::PEERS_FAMILY;
use crate::report::about::accessibility;
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::frame::NOT_GIVEN;
use crate::report::page::text::{Fact, Text};
use crate::report::sentences::withheld;
use crate::report::words;
use crate::vocabulary::period::PeriodType;
use crate::vocabulary::quantity::{Unit, value_text};
use crate::vocabulary::shorthand::Shorthand;

/// Method, settings, publication and accessibility under one heading.
pub fn about(facts: &Facts<'_>) -> Block {
    let parts = [method(facts)].into_iter().chain(settings(facts)).chain([publication(facts)]);
    let parts = parts.chain(accessibility::statement(facts));
    Block::section("about", "About this report", parts.collect())
}

/// How the figures are made and how to read them.
pub fn method(facts: &Facts<'_>) -> Block {
    let lines = method_lines(facts).into_iter().map(Text::from).collect();
    Block::section("method", "How the figures are made", vec![Block::List(lines)])
}

/// The settings that definitions leave open; `None` where there are none.
pub fn settings(facts: &Facts<'_>) -> Option<Block> {
    let settings = facts.release.settings.iter();
    let settings: Vec<Fact> = settings
        .map(|(name, value)| Fact::new(words::sentence_case(&words::plain_name(name)), value.clone()))
        .collect();
    let sentence = "No source gives these values. They were chosen for this release.";
    let blocks = || vec![Block::paragraph(sentence), Block::Facts(settings.clone())];
    (!settings.is_empty()).then(|| Block::section("settings", "Settings", blocks()))
}

/// When figures are revised, and who sees them before the others.
pub fn publication(facts: &Facts<'_>) -> Block {
    let publication = &facts.release.publication;
    let revisions = publication.revision_policy.clone().unwrap_or_else(|| NOT_GIVEN.to_owned());
    let early = match publication.pre_release_access.as_deref() {
        None => NOT_GIVEN.to_owned(),
        Some([]) => "Nobody sees the release before it is published".to_owned(),
        Some(offices) => offices.join("; "),
    };
    let facts = vec![Fact::new("Revisions", revisions), Fact::new("Access before publication", early)];
    Block::section("publication", "Publication and revisions", vec![Block::Facts(facts)])
}

fn method_lines(facts: &Facts<'_>) -> Vec<String> {
    let mut method = vec![
        "The national figure adds up every record, also those that belong to no known organisation, unless a metric says what it leaves out. Percentages and rates come from the sums, never from an average of the organisations’ figures.".to_owned(),
        "A range such as 78.2% to 83.5% (95% confidence interval) shows how far chance alone would move a figure if nothing else changed. It does not allow for records that are missing or wrong. A simple count has no range.".to_owned(),
        "Figures count all cases and are no samples, unless their page says so.".to_owned(),
        format!("A share of fewer than ten cases, or a rate of fewer than five, is marked {}. It is shown, and we do not judge it.", Shorthand::LowReliability),
        "A change is the difference between two figures, worked out before rounding.".to_owned(),
        "We compare a figure with all forces by limits for its size (a funnel chart). The limits allow for chance, and for how much forces usually differ.".to_owned(),
        "We compare a figure with its own past by a control chart with the rules of Making Data Count. “Clearly” stands for the 99.8% level. Limits start afresh with a new system, a new way of counting or a new definition.".to_owned(),
        "Limits in a trend figure show how far a series usually varies. A figure beyond them has a special cause: a triangle marks an improvement, a diamond a concern. Limits from fewer than 13 figures are trial limits, and fewer than eight figures have none.".to_owned(),
        "We look for a trend from 24 months, eight quarters or five years on. The test allows for the season where it can be estimated.".to_owned(),
        "A standard is shown only for the dates it held. One that no longer holds is called historical.".to_owned(),
        "Nothing is estimated for returns that are missing. A percentage of no cases is not applicable: it is neither 0 nor 100.".to_owned(),
    ];
    if !facts.release.peer_groups.is_empty() {
        method.push("The figure for peers adds up the records of an organisation’s peers, without its own. A figure is compared with it by the 95% and 99.8% intervals of the difference, or of the ratio for rates.".to_owned());
    }
    method.extend(chance_sentence(facts));
    if facts.release.period.kind == PeriodType::Rolling12m {
        method.push(
            "The periods are rolling years that move by a quarter: neighbouring figures share nine of their 12 months."
                .to_owned(),
        );
    }
    method.extend(facts.release.withheld.iter().flat_map(withheld::rules));
    method.extend(facts.release.withheld.as_ref().map(|_| withheld::CHANGES_WITHHELD.to_owned()));
    method
}

/// How many comparisons with peers chance alone would make stand out; it stands in every edition, because a force reads its
/// own labels only.
fn chance_sentence(facts: &Facts<'_>) -> Option<String> {
    let of_level = |level: &str| {
        let families = facts.release.assessment.families.iter();
        families.filter(|family| family.family == PEERS_FAMILY && family.tested > 0).find(|one| one.level == level)
    };
    let (look, act) = (of_level("95%")?, of_level("99.8%")?);
    let expected = |number: f64| value_text(number, Unit::Percent);
    Some(format!(
        "Of the {} comparisons with peers in this release, chance alone would make about {} stand out at the 95% level and \
         about {} at the 99.8% level.",
        words::number_words(look.tested),
        expected(look.expected),
        expected(act.expected)
    ))
}
