//! Layouts: which metrics an edition shows, under which headings and in which order. Strict; all problems are reported at once.
//! It reads text that was loaded elsewhere and knows no figure and no page.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::definitions::model::{Contract, Metric, Rollup};

/// A heading of an edition with the metrics below it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub title: String,
    /// Shows every metric of this principle of the Code, in the order of their ids.
    pub principle: Option<u8>,
    /// Shows these metrics, in this order. A section has this or `principle`.
    pub metrics: Option<Vec<String>>,
}

/// One edition, as `reports/<edition>.toml` lays it out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Name of the report, shown on each of its pages.
    pub title: String,
    /// One or two sentences that open it.
    pub summary: String,
    /// Whom readers can write to.
    pub contact: String,
    /// At most so many findings stand on a page; the page says how many there are.
    pub findings_shown: usize,
    /// Kinds of organisation that get an edition of their own; empty for the national edition.
    #[serde(default)]
    pub kinds: Vec<String>,
    pub sections: Vec<Section>,
}

/// Something wrong in a layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutProblem {
    #[error("{file}: {message}")]
    Syntax { file: &'static str, message: String },
    #[error("{file}: section “{section}” needs either `principle` (1 to 10) or `metrics`, not both")]
    Selection { file: &'static str, section: String },
    #[error("{file}: section “{section}” names {metric}, which is not a metric")]
    UnknownMetric { file: &'static str, section: String, metric: String },
    #[error("{file}: {metric} is shown {times} times; add it to exactly one section")]
    NotOnce { file: &'static str, metric: String, times: usize },
    #[error("{file}: `kinds` {problem}")]
    Kinds { file: &'static str, problem: &'static str },
}

/// What a reader is told about where figures come from: datasets by title, and the dataset of each roll-up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceNames {
    titles: BTreeMap<String, String>,
    datasets: BTreeMap<String, String>,
}

impl SourceNames {
    /// Collects the names from the contracts and the roll-ups.
    pub fn new(contracts: &[Contract], rollups: &[Rollup]) -> Self {
        Self {
            titles: contracts.iter().map(|c| (c.dataset.clone(), c.title.clone())).collect(),
            datasets: rollups.iter().map(|r| (r.name.clone(), r.dataset.clone())).collect(),
        }
    }

    /// The dataset's title, or its name as words when no contract has one.
    pub fn title(&self, dataset: &str) -> String {
        self.titles.get(dataset).cloned().unwrap_or_else(|| dataset.replace('_', " "))
    }

    /// The dataset that a roll-up scans.
    pub fn dataset_of(&self, rollup: &str) -> Option<&str> {
        self.datasets.get(rollup).map(String::as_str)
    }
}

/// The layouts of a release, checked against the metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layouts {
    pub national: Layout,
    pub force: Layout,
    pub sources: SourceNames,
}

/// File names, as problems print them.
const NATIONAL: &str = "reports/national.toml";
const FORCE: &str = "reports/force.toml";

/// Parses and checks both layouts. Every metric stands in exactly one section of each.
///
/// # Errors
/// All problems of both files, in the order of the files.
pub fn parse_layouts(
    national: &str,
    force: &str,
    metrics: &[Metric],
    sources: SourceNames,
) -> Result<Layouts, Vec<LayoutProblem>> {
    let mut problems = Vec::new();
    let national = parse_layout(NATIONAL, national, &mut problems);
    let force = parse_layout(FORCE, force, &mut problems);
    if let Some(layout) = &national {
        check_layout(NATIONAL, layout, metrics, &mut problems);
        if !layout.kinds.is_empty() {
            problems.push(LayoutProblem::Kinds { file: NATIONAL, problem: "has no meaning here" });
        }
    }
    if let Some(layout) = &force {
        check_layout(FORCE, layout, metrics, &mut problems);
        if layout.kinds.is_empty() {
            problems.push(LayoutProblem::Kinds {
                file: FORCE,
                problem: "is missing: no organisation would get an edition",
            });
        }
    }
    match (national, force) {
        (Some(national), Some(force)) if problems.is_empty() => Ok(Layouts { national, force, sources }),
        _ => Err(problems),
    }
}

fn parse_layout(file: &'static str, text: &str, problems: &mut Vec<LayoutProblem>) -> Option<Layout> {
    toml::from_str(text).map_err(|error| problems.push(LayoutProblem::Syntax { file, message: error.to_string() })).ok()
}

fn check_layout(file: &'static str, layout: &Layout, metrics: &[Metric], problems: &mut Vec<LayoutProblem>) {
    let known: BTreeSet<&str> = metrics.iter().map(|m| m.id.as_str()).collect();
    for section in &layout.sections {
        let name = || section.title.clone();
        if section.principle.is_some() == section.metrics.is_some()
            || section.principle.is_some_and(|p| !(1..=10).contains(&p))
        {
            problems.push(LayoutProblem::Selection { file, section: name() });
        }
        for metric in section.metrics.iter().flatten().filter(|m| !known.contains(m.as_str())) {
            problems.push(LayoutProblem::UnknownMetric { file, section: name(), metric: metric.clone() });
        }
    }
    let shown: Vec<&str> = layout.sections.iter().flat_map(|s| s.select(metrics)).map(|m| m.id.as_str()).collect();
    for metric in known {
        let times = shown.iter().filter(|id| **id == metric).count();
        if times != 1 {
            problems.push(LayoutProblem::NotOnce { file, metric: metric.to_owned(), times });
        }
    }
}

impl Section {
    /// The metrics of this section, in order.
    pub fn select<'m>(&self, metrics: &'m [Metric]) -> Vec<&'m Metric> {
        match (&self.metrics, self.principle) {
            (Some(ids), _) => ids.iter().filter_map(|id| metrics.iter().find(|m| m.id == *id)).collect(),
            (None, Some(principle)) => {
                let mut chosen: Vec<&Metric> = metrics.iter().filter(|m| m.principle == principle).collect();
                chosen.sort_by(|a, b| a.id.cmp(&b.id));
                chosen
            }
            (None, None) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn all_problems_of_both_layouts_are_reported() {
        let national = "title='t'\nsummary='s'\ncontact='c'\nfindings_shown=1\n\
                        [[sections]]\ntitle='A'\nprinciple=2\n[[sections]]\ntitle='B'\nmetrics=['CRE-01','NO-01']\n";
        let force = "title='t'\nsumary='s'\n";
        let problems = parse_layouts(national, force, &sample::metrics(), SourceNames::default()).unwrap_err();
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let all = texts.join("\n");
        for part in ["unknown field `sumary`", "names NO-01", "CRE-01 is shown 2 times", "ACC-01 is shown 0 times"] {
            assert!(all.contains(part), "{part} is not in:\n{all}");
        }
    }
}
