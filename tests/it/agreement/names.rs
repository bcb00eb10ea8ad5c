//! Whom and what the words of pages name: organisations, metrics, periods; and words that say nothing of standing.

use std::collections::BTreeMap;

use leds_metrics::definitions::Definitions;
use leds_metrics::vocabulary::period::Period;
use regex::Regex;

use super::explanations::EXPLANATIONS;

/// Names of a release.
pub struct Names {
    bodies: BTreeMap<String, String>,
    forces: Vec<String>,
    metrics: BTreeMap<String, String>,
    periods: BTreeMap<String, String>,
    /// What definitions say, the longest first.
    defined: Vec<String>,
    id: Regex,
    standing: Regex,
}

impl Names {
    /// `organisations` has a row for each: code, name, short name and kind. `periods` are codes.
    pub fn new(organisations: &str, periods: impl Iterator<Item = String>) -> Self {
        let metrics = Definitions::built_in().unwrap().metrics;
        let mut defined: Vec<String> = Vec::new();
        for metric in &metrics {
            defined.extend([metric.title.clone(), metric.definition.clone()]);
            defined.extend([metric.numerator.clone(), metric.denominator.clone()]);
            defined.extend(metric.caveats.iter().cloned());
            defined.extend(metric.standards.iter().map(|standard| standard.note.clone()));
        }
        defined.extend(EXPLANATIONS.map(str::to_owned));
        defined.retain(|text| !text.is_empty());
        defined.sort_by_key(|text| std::cmp::Reverse(text.len()));
        let rows: Vec<Vec<&str>> = organisations.lines().map(|line| line.split(',').collect()).collect();
        let mut bodies: BTreeMap<String, String> = BTreeMap::new();
        for row in &rows {
            bodies.extend([row[1], row[2], row[0]].map(|name| (name.to_owned(), row[0].to_owned())));
            bodies.insert(row[4].to_owned(), format!("REGION:{}", row[4]));
        }
        for name in ["All forces", "All organisations", "National"] {
            bodies.insert(name.to_owned(), "NATIONAL".to_owned());
        }
        Self {
            bodies,
            forces: rows.iter().filter(|row| row[3].contains("force")).map(|row| row[0].to_owned()).collect(),
            metrics: metrics.iter().map(|metric| (metric.title.clone(), metric.id.to_string())).collect(),
            periods: periods.map(|code| (code.parse::<Period>().unwrap().words(), code)).collect(),
            defined,
            id: Regex::new(r"[A-Z]{3}-\d\d").unwrap(),
            standing: Regex::new(
                r"(?i)\b(clearly|better|worse|worsened|improved|met|missed|stands? out|no clear|little change|unusual(?:ly)?|improvement|concern|cannot be compared)\b",
            )
            .unwrap(),
        }
    }

    pub fn body(&self, name: &str) -> Option<String> {
        self.bodies.get(name).cloned()
    }

    pub fn is_force(&self, code: &str) -> bool {
        self.forces.iter().any(|force| force == code)
    }

    pub fn forces(&self) -> &[String] {
        &self.forces
    }

    /// The code of a region.
    pub fn region(&self, name: &str) -> Option<String> {
        self.body(name).filter(|code| code.starts_with("REGION:"))
    }

    /// How many metrics there are.
    pub fn metrics(&self) -> usize {
        self.metrics.len()
    }

    /// The metric whose id or title a text begins with, or whose id stands in it.
    pub fn metric_in(&self, text: &str) -> Option<String> {
        let by_id = self.id.find(text).map(|id| id.as_str().to_owned());
        by_id.or_else(|| self.metrics.get(text).cloned())
    }

    /// The metric to whose page a link leads.
    pub fn metric_linked(&self, link: &str) -> Option<String> {
        self.id.find(link).map(|id| id.as_str().to_owned())
    }

    /// The code of a period in words.
    pub fn period(&self, words: &str) -> String {
        let words = words.split(" [").next().unwrap_or_default();
        self.periods.get(words).cloned().unwrap_or_else(|| panic!("which period is “{words}”?"))
    }

    /// A word of standing in a text, apart from titles, definitions and explanations.
    pub fn standing_in(&self, text: &str) -> Option<String> {
        if !self.standing.is_match(text) {
            return None;
        }
        let mut rest = text.to_owned();
        for defined in &self.defined {
            if rest.contains(defined) {
                rest = rest.replace(defined, " ");
            }
        }
        self.standing.find(&rest).map(|word| word.as_str().to_owned())
    }
}
