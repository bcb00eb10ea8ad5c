//! Words of an edition that a publisher writes: its introduction, the questions that it answers, and its glossary.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::definitions::read_metrics::ReadMetrics;
use crate::vocabulary::quantity::Shape;

/// A question that people ask, and the metric that answers it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub question: String,
    /// Id of the metric.
    pub metric: String,
    /// What the number counts. The words go on from the number: "court results are on record within ten days".
    pub counts: String,
}

/// A word of the glossary.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlossaryTerm {
    pub term: String,
    pub meaning: String,
}

/// What is wrong with the questions.
pub(super) fn question_problems(questions: &[Question], metrics: ReadMetrics<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut asked = BTreeSet::new();
    for question in questions {
        let words = &question.question;
        match metrics.get(&question.metric) {
            None if metrics.is_broken(&question.metric) => {}
            None => problems.push(format!("“{words}” names {}, which is not a metric", question.metric)),
            Some(metric) if metric.shape == Shape::Status => {
                problems.push(format!("“{words}” names {}, whose figures are grades and no numbers", metric.id));
            }
            Some(_) => {}
        }
        if !words.ends_with('?') {
            problems.push(format!("“{words}” does not end in a question mark"));
        }
        if question.counts.trim().is_empty() || question.counts.ends_with('.') {
            problems.push(format!("“{words}”: `counts` needs words that go on from the number, without a full stop"));
        }
        if !asked.insert(&question.metric) {
            problems.push(format!("{} answers two questions", question.metric));
        }
    }
    problems
}

/// What is wrong with the glossary.
pub(super) fn term_problems(terms: &[GlossaryTerm]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut explained = BTreeSet::new();
    for term in terms {
        if term.term.trim().is_empty() || term.meaning.trim().is_empty() {
            problems.push(format!("the term “{}” needs a name and a meaning", term.term));
        }
        if !explained.insert(term.term.to_lowercase()) {
            problems.push(format!("the term “{}” stands there twice", term.term));
        }
    }
    problems
}
