//! The first screen of an organisation's edition: the message, then what asks for a look and what goes well. It words the
//! verdicts and judges nothing itself.

use std::collections::BTreeSet;

use crate::assessment::responsibilities::{Outcome, Responsibility};
use crate::assessment::{Against, FigureComparison, PeerComparison};
use crate::definitions::model::Metric;
use crate::report::block::Block;
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::judged::{self, told_comparison};
use crate::report::quality::own_returns_sentence;
use crate::report::table::Cell;
use crate::report::text::Text;
use crate::report::{standard, words};
use crate::stats::benchmark::Strength;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::shorthand::Shorthand;

/// At most so many metrics stand in a list; the table below has all.
const LISTED: usize = 5;

/// On which side of another a figure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Better,
    Worse,
}

/// A figure that differs from another surely and by more than the margin, where one side is better.
struct Differing<'a> {
    metric: &'a Metric,
    comparison: &'a FigureComparison,
    side: Side,
    strength: Strength,
    /// How far the figures lie apart, in margins.
    size: f64,
}

impl<'a> Differing<'a> {
    /// What was found of a figure; `None` where nothing is said, and where neither side is better.
    fn of(facts: &Facts<'a>, metric: &'a Metric, code: &str, against: Against) -> Option<Self> {
        let comparison = told_comparison(facts, metric, code, against)?;
        let (side, strength) = match facts.told(comparison) {
            PeerComparison::Better(strength) => (Side::Better, strength),
            PeerComparison::Worse(strength) => (Side::Worse, strength),
            _ => return None,
        };
        Some(Self { metric, comparison, side, strength, size: facts.margins_apart(comparison) })
    }

    /// Those of one side: by level, then the largest first.
    fn all(facts: &Facts<'a>, code: &str, (against, side): (Against, Side)) -> Vec<Self> {
        let metrics = facts.release.metrics.iter();
        let found = metrics.filter_map(|metric| Self::of(facts, metric, code, against));
        let mut found: Vec<Self> = found.filter(|one| one.side == side).collect();
        found.sort_by(|a, b| b.is_clear().cmp(&a.is_clear()).then(b.size.total_cmp(&a.size)));
        found
    }

    fn is_clear(&self) -> bool {
        self.strength == Strength::Act
    }
}

/// The message of the edition in at most three sentences: peers, standards, returns.
pub fn message(facts: &Facts<'_>, body: &Organisation) -> Vec<Block> {
    let sentences = [peers_message(facts, body), standards_message(facts, body)];
    Block::opening(sentences.into_iter().chain(own_returns_sentence(facts, body)))
}

fn peers_message(facts: &Facts<'_>, body: &Organisation) -> String {
    let metrics = facts.release.metrics.iter();
    let compared = metrics.filter(|metric| {
        let comparison = told_comparison(facts, metric, &body.code, Against::Peers);
        comparison.is_some_and(|one| !matches!(facts.told(one), PeerComparison::CannotTell | PeerComparison::NotTested))
    });
    let compared = compared.count();
    if compared == 0 {
        return format!("{} cannot be compared with peers in this period.", body.name);
    }
    let count = |side| Differing::all(facts, &body.code, (Against::Peers, side)).len();
    let number = |count| if count == 0 { "none".to_owned() } else { words::number_words(count) };
    format!(
        "Of {} metrics on which {} can be compared with its peers, {} {} worse and {} better.",
        words::number_words(compared),
        body.name,
        number(count(Side::Worse)),
        if count(Side::Worse) == 1 { "is" } else { "are" },
        number(count(Side::Better))
    )
}

fn standards_message(facts: &Facts<'_>, body: &Organisation) -> String {
    let count = |outcome| with_outcome(facts, body, outcome).len();
    let (met, missed) = (count(Outcome::Met), count(Outcome::NotMet));
    let number = |count| if count == 0 { "none".to_owned() } else { words::number_words(count) };
    match met + missed {
        0 => "No standard could be judged.".to_owned(),
        1 if met == 1 => "One standard could be judged, and it was met.".to_owned(),
        1 => "One standard could be judged, and it was not met.".to_owned(),
        all => format!(
            "Of {} standards that could be judged, {} {} met and {} {} not.",
            words::number_words(all),
            number(met),
            if met == 1 { "was" } else { "were" },
            number(missed),
            if missed == 1 { "was" } else { "were" }
        ),
    }
}

/// The metrics whose standard has this outcome. The roles share it.
fn with_outcome<'a>(facts: &Facts<'a>, body: &Organisation, outcome: Outcome) -> Vec<&'a Metric> {
    let own = |metric: &&Metric| {
        let mut of_metric = facts.release.responsibilities.iter().filter(|one| one.org_code == body.code);
        of_metric.any(|one: &Responsibility| *one.metric_id == *metric.id && one.outcome == outcome)
    };
    facts.release.metrics.iter().filter(own).collect()
}

/// What asks for a look, then what goes well: each list only where there is something to list.
pub fn priorities(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let differing = |against, side, (id, title)| {
        let found = Differing::all(scope.facts(), &body.code, (against, side));
        // Metrics that measure one thing stand there once, by the one that lies farthest.
        let mut told = BTreeSet::new();
        let mut is_new = |one: &&Differing<'_>| {
            let subject = scope.facts().subject(one.metric, &body.code);
            told.insert(subject.unwrap_or(&one.metric.id).to_owned())
        };
        let listed = found.iter().filter(|one| is_new(one)).take(LISTED);
        let lines: Vec<Text> = listed.map(|one| line(scope, body, one)).collect();
        let more = found.len().saturating_sub(lines.len());
        list(id, title, lines, more)
    };
    let not_met = with_outcome(scope.facts(), body, Outcome::NotMet);
    let lines: Vec<Text> = not_met.iter().map(|metric| not_met_line(scope, body, metric)).collect();
    let blocks = [
        differing(Against::Peers, Side::Worse, ("worse-than-peers", "Worse than peers")),
        differing(Against::YearBefore, Side::Worse, ("worse-than-before", "Worse than a year before")),
        list("not-met", "Standards not met", lines, 0),
        differing(Against::Peers, Side::Better, ("better-than-peers", "Better than peers")),
    ];
    let blocks: Vec<Block> = blocks.into_iter().flatten().collect();
    if blocks.is_empty() {
        return Vec::new();
    }
    let rule = "A metric stands in these lists where the difference is sure (95% level) and larger than the margin of the \
                metric; “clearly” means the 99.8% level. The largest difference comes first. A place in a list is a reason to look, \
                not a verdict.";
    std::iter::once(Block::Aside(rule.into())).chain(blocks).collect()
}

fn list(id: &str, title: &str, lines: Vec<Text>, more: usize) -> Option<Block> {
    if lines.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::List(lines)];
    blocks.extend((more > 0).then(|| {
        let noun = if more == 1 { "metric is" } else { "metrics are" };
        let number = words::sentence_case(&words::number_words(more));
        Block::paragraph(format!("{number} more {noun} marked in the table of all metrics."))
    }));
    Some(Block::section(id, title, blocks))
}

/// "AMD-10 Court results …: 2.2% (3 of 136). Clearly worse than its peers, who have 40.4%: … The manager answers for it."
fn line(scope: &Scope<'_>, body: &Organisation, one: &Differing<'_>) -> Text {
    let facts = scope.facts();
    let evidence = judged::difference_sentence(facts, one.metric, one.comparison).unwrap_or_default();
    let own = own_words(facts, one.metric, body);
    headed(scope, one.metric).and(format!(": {own}. {evidence} {}", answers_words(one.metric)))
}

fn not_met_line(scope: &Scope<'_>, body: &Organisation, metric: &Metric) -> Text {
    let facts = scope.facts();
    let sentence = facts.current(metric, &body.code).map(|figure| standard::sentence(metric, figure));
    let (own, sentence) = (own_words(facts, metric, body), sentence.unwrap_or_default());
    headed(scope, metric).and(format!(": {own}. {sentence} {}", answers_words(metric)))
}

fn headed(scope: &Scope<'_>, metric: &Metric) -> Text {
    match scope.figures_address(metric) {
        Some(address) => Text::default().link(metric.heading(), address),
        None => metric.heading().into(),
    }
}

fn own_words(facts: &Facts<'_>, metric: &Metric, body: &Organisation) -> String {
    let figure = facts.current(metric, &body.code);
    let value = figure.and_then(words::value_in_sentence).unwrap_or_default();
    let counts = figure.and_then(words::counts_words).map(|counts| format!(" ({counts})")).unwrap_or_default();
    format!("{value}{counts}")
}

fn answers_words(metric: &Metric) -> String {
    let roles: Vec<String> = metric.responsible.iter().map(|role| role.words().to_owned()).collect();
    format!("Who answers for it: {}.", words::list_words(&roles))
}

/// Where a figure stands beside its peers, in a word or two.
pub fn beside_peers_cell(facts: &Facts<'_>, metric: &Metric, code: &str) -> Cell {
    let Some(comparison) = told_comparison(facts, metric, code, Against::Peers) else {
        return Cell::absent(Shorthand::NotApplicable);
    };
    let told = facts.told(comparison);
    let word = match told {
        PeerComparison::Better(_) => "better",
        PeerComparison::Worse(_) => "worse",
        PeerComparison::Higher(_) => "higher",
        PeerComparison::Lower(_) => "lower",
        PeerComparison::Similar => "close to peers",
        PeerComparison::NoClearDifference => "no clear difference",
        PeerComparison::CannotTell => "cannot tell",
        PeerComparison::NotTested => return Cell::absent(Shorthand::NotApplicable),
    };
    let clearly = if told.strength() == Some(Strength::Act) { "clearly " } else { "" };
    Cell::new(words::sentence_case(&format!("{clearly}{word}")))
}
