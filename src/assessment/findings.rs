//! What the stages of an assessment say of figures, gathered: labels, signals, and how many were tested.

use std::collections::HashMap;

use super::labels::Labels;
use super::multiplicity::Tally;
use super::signals::Signal;
use crate::vocabulary::observation::{FigureId, Observation};

/// What was found, and what it says of single figures.
#[derive(Debug, Default)]
pub(super) struct Told<T> {
    pub(super) found: T,
    pub(super) findings: Findings,
}

/// What is said of single figures.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) labels: HashMap<FigureId, Labels>,
    pub(super) signals: Vec<Signal>,
    pub(super) tally: Tally,
}

impl Findings {
    /// Adds the labels that are not `None` to those of a figure.
    pub(super) fn label(&mut self, figure: FigureId, labels: Labels) {
        let known = self.labels.entry(figure).or_default();
        *known = labels.and(*known);
    }

    /// Keeps what a stage says of figures, and gives what it found.
    pub(super) fn keep<T>(&mut self, told: Told<T>) -> T {
        let Told { found, findings } = told;
        self.add(findings);
        found
    }

    pub(super) fn add(&mut self, other: Self) {
        for (figure, labels) in other.labels {
            self.label(figure, labels);
        }
        self.signals.extend(other.signals);
        self.tally.add(other.tally);
    }
}

/// The labels of the headline figures of a run. A figure of which nothing is said has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgements {
    by_figure: HashMap<FigureId, Labels>,
}

impl FromIterator<(FigureId, Labels)> for Judgements {
    fn from_iter<I: IntoIterator<Item = (FigureId, Labels)>>(labels: I) -> Self {
        Self { by_figure: labels.into_iter().collect() }
    }
}

impl Judgements {
    pub(super) fn add(&mut self, labels: HashMap<FigureId, Labels>) {
        self.by_figure.extend(labels);
    }

    /// What a figure is labelled; a part or variant never is.
    pub fn of(&self, figure: &Observation) -> Option<&Labels> {
        self.by_figure.get(&figure.id()).filter(|_| figure.category.is_none())
    }

    /// Takes out the labels of the figures that match, but how far a sum may be off.
    pub(super) fn leave_out(&mut self, is_hidden: impl Fn(&FigureId) -> bool) {
        for (_, labels) in self.by_figure.iter_mut().filter(|(figure, _)| is_hidden(figure)) {
            *labels = Labels { undecided: labels.undecided, ..Labels::default() };
        }
    }
}
