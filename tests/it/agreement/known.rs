//! What a release knows of standing: its verdicts, with the figures that they are of, in the words that readers meet.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::table;

type ResultLine = BTreeMap<String, String>;

/// What a statement holds a figure against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Against {
    Peers,
    Forces,
    OwnPast,
    YearBefore,
    Standard,
    /// Whether a responsibility is met; a standard that was met, or why it cannot be said.
    Outcome,
    Attention,
    /// The comparison that decided the attention.
    Reason,
    /// The trend of the series up to the figure, which no verdict is made of.
    Trend,
    /// Where forces lie from the limits of all, as titles and texts of funnels say it.
    Limits,
}

/// Whose figure of what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judged {
    pub metric: String,
    pub body: String,
}

impl Judged {
    pub fn new(metric: &str, body: &str) -> Self {
        Self { metric: metric.to_owned(), body: body.to_owned() }
    }
}

/// The result tables of the release, or of its public edition.
pub struct Known {
    pub period: String,
    verdicts: BTreeMap<Judged, ResultLine>,
    /// By metric, body and period.
    figures: BTreeMap<(String, String, String), ResultLine>,
    untested: BTreeSet<(Judged, String)>,
    /// The labels of the limits of all forces.
    pub funnels: BTreeMap<Judged, ResultLine>,
    /// Roles that answer for a metric.
    pub roles: BTreeMap<String, BTreeSet<String>>,
}

impl Known {
    pub fn read(results: &Path) -> Self {
        let read = |name: &str| table(&fs::read_to_string(results.join(format!("{name}.csv"))).unwrap());
        let judged = |row: &ResultLine| Judged::new(&row["metric_id"], &row["org_code"]);
        let verdicts: BTreeMap<Judged, ResultLine> =
            read("verdicts").into_iter().map(|row| (judged(&row), row)).collect();
        let period = verdicts.values().next().map(|row| row["period"].clone()).unwrap_or_default();
        let long = results.join("long_series.csv");
        let long = if long.exists() { read("long_series") } else { Vec::new() };
        let place = |row: &ResultLine| (row["metric_id"].clone(), row["org_code"].clone(), row["period"].clone());
        let figures = long.into_iter().chain(read("observations")).map(|row| (place(&row), row)).collect();
        let untested = read("comparisons").into_iter().filter(|row| row["label"] == "not_tested");
        let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in read("responsibilities") {
            roles.entry(row["metric_id"].clone()).or_default().insert(row["role"].clone());
        }
        Self {
            untested: untested.map(|row| (judged(&row), row["against"].clone())).collect(),
            funnels: read("funnels").into_iter().map(|row| (judged(&row), row)).collect(),
            period,
            verdicts,
            figures,
            roles,
        }
    }

    /// The codes of all periods that figures are of.
    pub fn periods(&self) -> impl Iterator<Item = String> {
        let periods: BTreeSet<String> = self.figures.keys().map(|(_, _, period)| period.clone()).collect();
        periods.into_iter()
    }

    /// Every verdict, by metric and body.
    pub fn all(&self) -> impl Iterator<Item = &Judged> {
        self.verdicts.keys()
    }

    /// The figures of a body.
    pub fn of_body(&self, body: &str) -> impl Iterator<Item = &Judged> {
        self.verdicts.keys().filter(move |judged| judged.body == body)
    }

    /// A column of the verdict; nothing where there is none.
    pub fn label(&self, judged: &Judged, column: &str) -> &str {
        self.verdicts.get(judged).map_or("", |row| row[column].as_str())
    }

    /// The unit of a figure.
    pub fn unit(&self, judged: &Judged) -> &str {
        self.figure(judged, &self.period).map_or("", |figure| figure["unit"].as_str())
    }

    fn figure(&self, judged: &Judged, period: &str) -> Option<&ResultLine> {
        self.figures.get(&(judged.metric.clone(), judged.body.clone(), period.to_owned()))
    }

    /// The word for a figure, as readers must meet it wherever they meet it.
    pub fn word(&self, judged: &Judged, against: Against) -> String {
        match against {
            Against::Peers => self.compared(judged, "peers"),
            Against::YearBefore => self.compared(judged, "year_before"),
            Against::Forces => match self.label(judged, "forces") {
                "" => "not compared".to_owned(),
                "usual" | "close" => "usual".to_owned(),
                label => standing(label),
            },
            Against::OwnPast => match self.label(judged, "own_past") {
                "" => "cannot tell".to_owned(),
                "usual" | "close" => "usual".to_owned(),
                label => standing(label),
            },
            Against::Standard => self.standard(judged, &self.period),
            Against::Outcome => self.outcome(judged),
            Against::Attention => match self.label(judged, "attention") {
                "act" => "look first".to_owned(),
                "good" => "clearly better".to_owned(),
                label => standing(label),
            },
            Against::Reason => self.reason(judged),
            Against::Limits => self.funnels.get(judged).map_or_else(String::new, |row| row["label"].clone()),
            Against::Trend => {
                self.figure(judged, &self.period).map_or_else(String::new, |figure| figure["trend"].clone())
            }
        }
    }

    fn compared(&self, judged: &Judged, column: &str) -> String {
        let Some(figure) = self.figure(judged, &self.period) else { return "not applicable".to_owned() };
        match (figure["status"].as_str(), self.label(judged, column)) {
            ("value", "") if figure["reliability"].is_empty() && self.is_untested(judged, column) => {
                "count, not tested"
            }
            ("value", "") | ("cannot_tell", _) => "cannot tell",
            ("not_returned" | "missing", _) => "missing",
            ("suppressed", _) => "withheld",
            ("not_applicable", _) => "not applicable",
            (_, "close") => {
                if column == "peers" {
                    "close"
                } else {
                    "little change"
                }
            }
            (_, "unclear") => {
                if column == "peers" {
                    "no clear difference"
                } else {
                    "no clear change"
                }
            }
            (_, label) => return standing(label),
        }
        .to_owned()
    }

    fn is_untested(&self, judged: &Judged, column: &str) -> bool {
        self.untested.contains(&(judged.clone(), column.to_owned()))
    }

    /// The outcome of a standard in a period: "met", "not met", "few cases", "cannot tell" or "none".
    pub fn standard(&self, judged: &Judged, period: &str) -> String {
        let Some(figure) = self.figure(judged, period).filter(|figure| !figure["standard_level"].is_empty()) else {
            return "none".to_owned();
        };
        let by_figure = match (figure["status"].as_str(), figure["standard_met"].as_str()) {
            ("value", _) if figure["reliability"] == "low" => "few cases",
            ("value", "met") => "met",
            ("value", "not_met") => "not met",
            _ => "cannot tell",
        };
        if period == self.period {
            let by_verdict = match self.label(judged, "standard") {
                "clearly_not_met" => "not met".to_owned(),
                label => standing(label),
            };
            let agree = if by_verdict.is_empty() { !by_figure.ends_with("met") } else { by_verdict == by_figure };
            assert!(agree, "{judged:?}: the figure says {by_figure}, the verdict {by_verdict}");
        }
        by_figure.to_owned()
    }

    /// What the chart of a series says of an earlier period.
    pub fn variation(&self, judged: &Judged, period: &str) -> String {
        let label = self.figure(judged, period).map_or("", |figure| figure["variation"].as_str());
        match label {
            "special_cause_improvement" => "improvement",
            "special_cause_concern" => "concern",
            "common_cause" => "usual",
            "no_variation" => "no variation",
            _ => "cannot tell",
        }
        .to_owned()
    }

    fn outcome(&self, judged: &Judged) -> String {
        let has_value = self.figure(judged, &self.period).is_some_and(|figure| figure["status"] == "value");
        match self.standard(judged, &self.period).as_str() {
            _ if !has_value => "not evidenced",
            "none" => "no standard",
            "cannot tell" => "not evidenced",
            word => return word.to_owned(),
        }
        .to_owned()
    }

    fn reason(&self, judged: &Judged) -> String {
        let by = self.label(judged, "decided_by");
        let word = standing(self.label(judged, by_column(by)));
        match by {
            "peers" => format!("{word} than its peers"),
            "forces" => format!("{word} than most forces"),
            "own_past" => format!("{word} than usual for its series"),
            "year_before" => format!("{word} than a year before"),
            "standard" if word.starts_with("clearly") => "standard clearly missed".to_owned(),
            "standard" => "standard missed".to_owned(),
            "shared_cause" => "stands out only where half of the forces do".to_owned(),
            "no_better_side" => "neither side is better".to_owned(),
            "nothing_to_compare" => "nothing to compare with".to_owned(),
            other => other.replace('_', " "),
        }
    }
}

fn by_column(by: &str) -> &str {
    match by {
        "peers" | "forces" | "own_past" | "year_before" | "standard" => by,
        _ => "attention",
    }
}

/// A label in words: `worse_99_8` is "clearly worse".
fn standing(label: &str) -> String {
    if let Some(side) = label.strip_suffix("_99_8") {
        return format!("clearly {side}");
    }
    match label.strip_suffix("_95").unwrap_or(label) {
        "too_wide" => "cannot tell".to_owned(),
        word => word.replace('_', " "),
    }
}
