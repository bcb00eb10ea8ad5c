//! The first screen of an organisation's edition: the message, then what asks for a look and what goes well. It words the
//! verdicts and judges nothing itself.

use crate::assessment::Against;
use crate::definitions::model::Metric;
use crate::report::charts::MarkMeaning;
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::metric::judged;
use crate::report::page::block::Block;
use crate::report::page::text::Text;
use crate::report::returns::quality::own_returns_sentence;
use crate::report::sentences::standard;
use crate::report::sentences::standing::{self, StandOut};
use crate::report::words;
use crate::verdict::responsibilities::{Responsibility, ResponsibilityOutcome};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::quantity::Better;

/// At most so many metrics stand in a list; the table below has all.
const LISTED: usize = 5;

/// Within reach is at most one case in so many.
const NEAR: i64 = 10;

/// The message of the edition in at most three sentences: peers, standards, returns.
pub fn message(facts: &Facts<'_>, body: &Organisation) -> Vec<Block> {
    let sentences = [peers_message(facts, body), standards_message(facts, body)];
    Block::opening(sentences.into_iter().chain(own_returns_sentence(facts, body)))
}

/// On how many metrics the organisation is worse and better than its peers, of those that can be compared.
pub fn peers_message(facts: &Facts<'_>, body: &Organisation) -> String {
    let is_compared = |metric: &&Metric| standing::is_told(standing::state(facts, metric, &body.code, Against::Peers));
    let compared = facts.release.metrics.iter().filter(is_compared).count();
    if compared == 0 {
        return format!("{} cannot be compared with peers in this period.", body.name);
    }
    let count = |meaning| standing::stand_outs(facts, &body.code, Against::Peers, meaning).len();
    let number = |count| if count == 0 { "none".to_owned() } else { words::number_words(count) };
    format!(
        "Of {} metrics on which {} can be compared with its peers, {} {} worse and {} better.",
        words::number_words(compared),
        body.name,
        number(count(MarkMeaning::Worse)),
        if count(MarkMeaning::Worse) == 1 { "is" } else { "are" },
        number(count(MarkMeaning::Better))
    )
}

/// How many of the standards that could be judged were met.
pub fn standards_message(facts: &Facts<'_>, body: &Organisation) -> String {
    let count = |outcome| with_outcome(facts, body, outcome).len();
    let (met, missed) = (count(ResponsibilityOutcome::Met), count(ResponsibilityOutcome::NotMet));
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
fn with_outcome<'a>(facts: &Facts<'a>, body: &Organisation, outcome: ResponsibilityOutcome) -> Vec<&'a Metric> {
    let own = |metric: &&Metric| {
        let mut of_body = facts.body(&body.code).responsibilities.iter();
        of_body.any(|one: &&Responsibility| *one.metric_id == *metric.id && one.outcome == outcome)
    };
    facts.release.metrics.iter().filter(own).collect()
}

/// What asks for a look, then what goes well: each list only where there is something to list.
pub fn priorities(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let differing = |against, meaning, (id, title)| {
        let found = standing::stand_outs(scope.facts(), &body.code, against, meaning);
        let all = found.len();
        // Metrics that measure one thing stand there once.
        let subjects = standing::by_subject(scope.facts(), &body.code, found);
        let lines: Vec<Text> = subjects.iter().take(LISTED).map(|one| line(scope, body, one)).collect();
        let more = all.saturating_sub(lines.len());
        list(id, title, lines, more)
    };
    let not_met = with_outcome(scope.facts(), body, ResponsibilityOutcome::NotMet);
    let lines: Vec<Text> = not_met.iter().map(|metric| not_met_line(scope, body, metric)).collect();
    let blocks = [
        differing(Against::Peers, MarkMeaning::Worse, ("worse-than-peers", "Worse than peers")),
        differing(Against::YearBefore, MarkMeaning::Worse, ("worse-than-before", "Worse than a year before")),
        list("not-met", "Standards not met", lines, 0),
        differing(Against::Peers, MarkMeaning::Better, ("better-than-peers", "Better than peers")),
        list("within-reach", "Within reach", within_reach(scope, body), 0),
    ];
    let [worse, worse_than_before, not_met, better, within_reach] = blocks;
    let to_look_at: Vec<Block> = [worse, worse_than_before, not_met].into_iter().flatten().collect();
    let good: Vec<Block> = [better, within_reach].into_iter().flatten().collect();
    if to_look_at.is_empty() && good.is_empty() {
        return Vec::new();
    }
    let rule = "A metric stands in these lists where the difference is sure (95% level) and larger than the margin of the \
                metric; “clearly” means the 99.8% level. The largest difference comes first. A place in a list is a reason to look, \
                not a verdict.";
    let lists = if to_look_at.is_empty() || good.is_empty() {
        [to_look_at, good].concat()
    } else {
        vec![Block::columns(to_look_at, good)]
    };
    lists.into_iter().chain([Block::Aside(rule.into())]).collect()
}

/// The metrics that few cases would have brought to their standard or to the figure of the peers, the fewest first.
fn within_reach(scope: &Scope<'_>, body: &Organisation) -> Vec<Text> {
    let facts = scope.facts();
    let reachable = |metric: &'_ Metric| {
        let reach = facts.verdict(metric, &body.code)?.reach;
        let is_worse = standing::is(standing::state(facts, metric, &body.code, Against::Peers), MarkMeaning::Worse);
        let to_peers = reach.to_peers.filter(|_| is_worse);
        let all = facts.current(metric, &body.code)?.denominator?;
        let is_near = |cases: &i64| cases.saturating_mul(NEAR) <= all;
        match (reach.to_standard.filter(is_near), to_peers.filter(is_near)) {
            (Some(cases), _) => Some((cases, "met the standard")),
            (None, Some(cases)) => Some((cases, "brought the figure to that of the peers")),
            (None, None) => None,
        }
    };
    let metrics = facts.release.metrics.iter();
    let mut found: Vec<(i64, &str, &Metric)> =
        metrics.filter_map(|metric| reachable(metric).map(|(cases, aim)| (cases, aim, metric))).collect();
    found.sort_by_key(|(cases, _, _)| *cases);
    let line = |(cases, aim, metric): &(i64, &str, &Metric)| {
        let number = words::number_words(usize::try_from(*cases).unwrap_or(usize::MAX));
        let more = if metric.better == Better::Lower { "fewer" } else { "more" };
        let noun = if *cases == 1 { "case" } else { "cases" };
        headed(scope, metric).and(format!(": {number} {more} {noun} would have {aim}."))
    };
    found.iter().take(LISTED).map(line).collect()
}

fn list(id: &str, title: &str, lines: Vec<Text>, more: usize) -> Option<Block> {
    if lines.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::List(lines)];
    blocks.extend((more > 0).then(|| {
        let (noun, them) = if more == 1 { ("metric is", "it") } else { ("metrics are", "them") };
        let number = words::sentence_case(&words::number_words(more));
        Block::paragraph(format!(
            "{number} more {noun} {}; the table of all metrics marks {them}.",
            title.to_lowercase()
        ))
    }));
    Some(Block::section(id, title, blocks))
}

/// "AMD-10 Court results …: 2.2% (3 of 136). Clearly worse than its peers, who have 40.4%: … The manager answers for it."
fn line(scope: &Scope<'_>, body: &Organisation, one: &StandOut<'_>) -> Text {
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
    let answer = if roles.len() == 1 { "answers" } else { "answer" };
    format!("The {} {answer} for {}.", words::list_words(&roles), metric.id)
}
