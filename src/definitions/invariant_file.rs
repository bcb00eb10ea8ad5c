//! Reads `queries/invariants.toml`: what must hold between figures, as data.
//! It checks that operands lead to metrics and categories; holding figures against them is done elsewhere.

use serde::Deserialize;

use super::model::{BreakdownKind, Metric};
use super::problem::{DefinitionProblem, Problems};
use crate::definitions::read_metrics::ReadMetrics;
use crate::vocabulary::quantity::Shape;

/// Path of the file inside the definitions.
pub const FILE: &str = "queries/invariants.toml";

/// How the two sides of an invariant relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum InvariantRelation {
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = "=")]
    Equal,
}

impl InvariantRelation {
    /// Whether the relation holds between two sums.
    pub fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::AtMost => left <= right,
            Self::Equal => left == right,
        }
    }

    /// The sign.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtMost => "<=",
            Self::Equal => "=",
        }
    }
}

/// The metrics that an invariant without ids is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvariantScope {
    /// Every proportion, and every category that is one.
    Proportion,
    /// Every metric whose breakdown has parts.
    Parts,
}

/// What a run does with figures that break an invariant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBreach {
    /// Nothing is published: a definition is wrong, or roll-ups that contradict each other were submitted.
    #[default]
    Stop,
    /// The figure on the left is withheld and listed: what was submitted can cause it.
    Withhold,
}

/// Which count of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    Numerator,
    /// What the numerator leaves of the denominator.
    Rest,
    Denominator,
}

impl Component {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Numerator => "numerator",
            Self::Rest => "rest",
            Self::Denominator => "denominator",
        }
    }
}

/// Which figures of a metric an operand is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperandPart {
    Headline,
    Category(String),
    /// The sum of all categories.
    AllCategories,
}

/// One number: a component of one metric's figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operand {
    /// Empty in an invariant over `each` metric of a sort.
    pub metric: String,
    pub part: OperandPart,
    pub component: Component,
}

/// What must hold for every organisation, aggregate and period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invariant {
    pub id: String,
    pub statement: String,
    pub each: Option<InvariantScope>,
    /// Metrics of that sort that it is not asked of.
    pub except: Vec<String>,
    pub on_breach: OnBreach,
    pub left: Operand,
    pub relation: InvariantRelation,
    /// Added up.
    pub right: Vec<Operand>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    invariants: Vec<InvariantEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InvariantEntry {
    id: String,
    statement: String,
    each: Option<InvariantScope>,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default)]
    on_breach: OnBreach,
    left: String,
    relation: InvariantRelation,
    right: Vec<String>,
}

/// The invariants of the file, whose operands must lead to `metrics`.
pub fn parse_invariants(text: &str, metrics: ReadMetrics<'_>) -> Result<Vec<Invariant>, Vec<DefinitionProblem>> {
    let file: File = toml::from_str(text).map_err(|error| vec![DefinitionProblem::from_toml(FILE, text, &error)])?;
    let mut problems = Problems::of(FILE);
    problems.check_unique("invariants", file.invariants.iter().map(|entry| entry.id.as_str()));
    let mut invariants = Vec::new();
    for (at, entry) in file.invariants.into_iter().enumerate() {
        let key = format!("invariants[{at}]");
        problems.check_text(&format!("{key}.statement"), &entry.statement);
        if entry.right.is_empty() {
            problems.add(format!("{key}.right"), "needs at least one operand");
        }
        for (n, id) in entry.except.iter().enumerate() {
            let is_known = metrics.is_named(id);
            if entry.each.is_none() || !is_known {
                let why = if is_known { "means nothing without `each`" } else { "is a metric that is not there" };
                problems.add(format!("{key}.except[{n}]"), format!("“{id}” {why}"));
            }
        }
        let mut operand = |key: String, text: &str| {
            let parsed = parse_operand(text, entry.each.is_some()).and_then(|operand| known(operand, metrics));
            parsed.map_err(|message| problems.add(key, format!("“{text}” {message}"))).ok()
        };
        let left = operand(format!("{key}.left"), &entry.left);
        let right: Vec<Option<Operand>> =
            entry.right.iter().enumerate().map(|(n, text)| operand(format!("{key}.right[{n}]"), text)).collect();
        if let (Some(left), Some(right)) = (left, right.into_iter().collect::<Option<Vec<_>>>()) {
            let InvariantEntry { id, statement, each, except, on_breach, relation, .. } = entry;
            invariants.push(Invariant { id, statement, each, except, on_breach, left, relation, right });
        }
    }
    problems.unless_any(invariants)
}

fn parse_operand(text: &str, each: bool) -> Result<Operand, String> {
    let (figure, component) = text.rsplit_once('.').unwrap_or(("", text));
    let component = match component {
        "numerator" => Component::Numerator,
        "rest" => Component::Rest,
        "denominator" => Component::Denominator,
        _ => return Err("must end with numerator, rest or denominator".to_owned()),
    };
    let (metric, part) = match figure.split_once('[') {
        None => (figure, OperandPart::Headline),
        Some((metric, rest)) => match rest.strip_suffix(']') {
            Some("*") => (metric, OperandPart::AllCategories),
            Some(key) if !key.is_empty() => (metric, OperandPart::Category(key.to_owned())),
            _ => return Err("has a category without its closing bracket".to_owned()),
        },
    };
    match (each, metric.is_empty()) {
        (true, false) => Err("must not name a metric where `each` is given".to_owned()),
        (false, true) => Err("must begin with the id of a metric".to_owned()),
        _ => Ok(Operand { metric: metric.to_owned(), part, component }),
    }
}

fn known(operand: Operand, metrics: ReadMetrics<'_>) -> Result<Operand, String> {
    if operand.metric.is_empty() || metrics.is_broken(&operand.metric) {
        return Ok(operand);
    }
    let Some(metric) = metrics.get(&operand.metric) else {
        return Err("names a metric that is not there".to_owned());
    };
    let keys: Vec<&str> =
        metric.breakdown.iter().flat_map(|breakdown| &breakdown.categories).map(|c| c.key.as_str()).collect();
    match &operand.part {
        OperandPart::Category(key) if !keys.contains(&key.as_str()) => {
            Err(format!("names a category that is not there; there are: {}", keys.join(", ")))
        }
        _ => Ok(operand),
    }
}

impl InvariantScope {
    /// Whether a metric is of the sort.
    pub fn includes(self, metric: &Metric) -> bool {
        let breakdown = metric.breakdown.as_ref();
        match self {
            Self::Proportion => {
                let of_category =
                    breakdown.iter().flat_map(|b| &b.categories).any(|c| c.shape == Some(Shape::Proportion));
                metric.shape == Shape::Proportion || of_category
            }
            Self::Parts => breakdown.is_some_and(|breakdown| breakdown.kind == BreakdownKind::Parts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::Definitions;

    fn problems(text: &str) -> Vec<String> {
        let metrics = Definitions::built_in().unwrap().metrics;
        parse_invariants(text, ReadMetrics { all: &metrics, broken: &[] })
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn operands_that_lead_nowhere_are_all_named() {
        let text = r#"
            [[invariants]]
            id = "one"
            statement = "Something."
            left = "CRE-99.numerator"
            relation = "<="
            right = ["ACC-01[boats].numerator", "CRE-01.value", "numerator"]

            [[invariants]]
            id = "one"
            statement = " "
            each = "parts"
            left = "CRE-01.numerator"
            relation = "="
            right = []
        "#;
        let known = "vehicles, names, property, fingerprints, comparative_case_analysis, transaction_log, other";
        let expected = [
            "invariants[1]: “one” is there twice".to_owned(),
            "invariants[0].left: “CRE-99.numerator” names a metric that is not there".to_owned(),
            format!(
                "invariants[0].right[0]: “ACC-01[boats].numerator” names a category that is not there; there are: {known}"
            ),
            "invariants[0].right[1]: “CRE-01.value” must end with numerator, rest or denominator".to_owned(),
            "invariants[0].right[2]: “numerator” must begin with the id of a metric".to_owned(),
            "invariants[1].statement: is empty".to_owned(),
            "invariants[1].right: needs at least one operand".to_owned(),
            "invariants[1].left: “CRE-01.numerator” must not name a metric where `each` is given".to_owned(),
        ];
        let expected: Vec<String> = expected.iter().map(|message| format!("{FILE}: {message}")).collect();
        assert_eq!(problems(text), expected);
    }
}
