//! What the edition is about, and the questions that it answers: each by one number, one picture and two sentences.

use crate::definitions::edition_words::Question;
use crate::definitions::model::Metric;
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::public::answer::answer;

/// How to read the answers.
const READING: &str = "In each picture of squares, the filled ones are the share that the answer gives. We say “better” or “worse” \
                       only where a change is larger than chance is likely to make and large enough to matter; “clearly” \
                       means that we are very sure. Where an answer names no standard, none is in force.";

/// The introduction of the edition.
pub fn introduction(scope: &Scope<'_>) -> Vec<Block> {
    let mut paragraphs = scope.edition.layout.introduction.iter().map(|paragraph| paragraph.as_str().into());
    let lead = paragraphs.next().map(Block::Lead);
    lead.into_iter().chain(paragraphs.map(Block::Paragraph)).collect()
}

/// The questions of the edition with their answers, in the order of the layout.
pub fn questions(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let asked: Vec<(&Question, &Metric)> = scope
        .edition
        .layout
        .questions
        .iter()
        .filter_map(|question| Some((question, metric_of(facts, question)?)))
        .collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let mut reading = READING.to_owned();
    if facts.year_before().is_none() {
        reading.push_str(" This report has no figures of a year before.");
    }
    let answers = asked.into_iter().map(|(question, metric)| Block::Answer(answer(scope, question, metric)));
    let blocks = [Block::Aside(reading.into())].into_iter().chain(answers).collect();
    vec![Block::section("questions", format!("Questions and answers, {}", facts.release.period.words()), blocks)]
}

fn metric_of<'a>(facts: &Facts<'a>, question: &Question) -> Option<&'a Metric> {
    facts.release.metrics.iter().find(|metric| metric.id == question.metric)
}
