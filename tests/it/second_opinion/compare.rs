//! Holds every published figure against the second opinion and says where they differ.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::calendar::months_between;
use super::opinion::{Figure, Opinion, Status};
use super::recipes::{RECIPES, Recipe};
use super::sums::HEADLINE;

/// A published figure.
struct Published {
    metric: String,
    org: String,
    period: String,
    dates: (NaiveDate, NaiveDate),
    category: String,
    figure: Figure,
    status: String,
    unit: String,
}

/// What the comparison found.
#[derive(Debug, Default)]
pub struct Findings {
    pub differences: Vec<String>,
    pub compared: usize,
    /// By metric: figures of organisations that have a value above nought.
    pub values: BTreeMap<String, usize>,
    pub organisations: BTreeSet<String>,
}

impl Findings {
    /// Compares the two result files of a release.
    pub fn compare(&mut self, opinion: &Opinion, files: &[String]) {
        let mut seen = BTreeSet::new();
        let mut figures = BTreeSet::new();
        let mut periods = BTreeMap::new();
        let mut codes = BTreeSet::new();
        for published in files.iter().flat_map(|text| figures_of(text)) {
            self.compare_one(opinion, &published);
            seen.insert((published.metric.clone(), published.org.clone(), published.period.clone()));
            figures.insert((published.metric, published.category));
            periods.insert(published.period, published.dates);
            codes.insert(published.org);
        }
        for (metric, category) in opinion.figures() {
            if !figures.contains(&(metric.to_owned(), category.to_owned())) {
                self.differences.push(format!("{metric} {category}: not published at all"));
            }
        }
        self.organisations.extend(codes.iter().cloned());
        for recipe in &RECIPES {
            for (period, (start, end)) in &periods {
                for code in &codes {
                    let key = (recipe.id.to_owned(), code.clone(), period.clone());
                    if !seen.contains(&key) && opinion.is_due(recipe, code, &months_between(*start, *end)) {
                        self.differences.push(format!("{} {code} {period}: not published", recipe.id));
                    }
                }
            }
        }
    }

    fn compare_one(&mut self, opinion: &Opinion, published: &Published) {
        let recipe = RECIPES.iter().find(|recipe| recipe.id == published.metric).unwrap();
        let months = months_between(published.dates.0, published.dates.1);
        let ours = opinion.figure(recipe, &published.category, &published.org, &months);
        self.compared += 1;
        if ours.status == Status::Value && ours.numerator > Some(0) {
            *self.values.entry(published.metric.clone()).or_default() += 1;
        }
        if !agree(&ours, published, recipe) {
            let Published { metric, org, period, category, figure, status, .. } = published;
            let category = if category == HEADLINE { "headline" } else { category };
            self.differences.push(format!(
                "{metric} {category}, {org}, {period}: ours {:?} {:?}/{:?} = {:?}, theirs {status} {:?}/{:?} = {:?}",
                ours.status,
                ours.numerator,
                ours.denominator,
                ours.value,
                figure.numerator,
                figure.denominator,
                figure.value
            ));
        }
    }
}

fn agree(ours: &Figure, published: &Published, recipe: &Recipe) -> bool {
    let theirs = &published.figure;
    // More audits than transactions: an invariant withholds the figure.
    if recipe.id == "AUD-01" && ours.numerator > ours.denominator {
        return theirs.status == Status::Absent && theirs.value.is_none();
    }
    let factor = if theirs.denominator.is_some() && recipe.has_ratio() { factor_of(&published.unit) } else { 1.0 };
    let same_value = match (ours.value, theirs.value) {
        (Some(ours), Some(theirs)) => (ours * factor - theirs).abs() <= 5.1e-7_f64.max(theirs.abs() * 1e-12),
        (ours, theirs) => ours.is_none() && theirs.is_none(),
    };
    same_value
        && ours.status == theirs.status
        && (ours.numerator, ours.denominator) == (theirs.numerator, theirs.denominator)
}

/// What a share is multiplied by in print.
fn factor_of(unit: &str) -> f64 {
    match unit {
        "percent" | "per_100_results" => 100.0,
        "per_1000_officers" | "per_1000_users" => 1000.0,
        "per_million_records" | "per_million_transactions" => 1_000_000.0,
        "ratio" | "per_user" | "per_officer" => 1.0,
        other => panic!("unit {other} of a share is not known"),
    }
}

/// Figures of a result file, those of peer groups left out.
fn figures_of(text: &str) -> Vec<Published> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let place = |name: &str| headers.iter().position(|header| header == name);
    let known = |name: &str| place(name).unwrap();
    let (metric, org, period, unit) = (known("metric_id"), known("org_code"), known("period"), known("unit"));
    let (start, end, status) = (known("period_start"), known("period_end"), known("status"));
    let (up, down, value, category) = (known("numerator"), known("denominator"), known("value"), place("category"));
    let mut figures = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        if record[org].starts_with("PEERS:") {
            continue;
        }
        let number = |place: usize| (!record[place].is_empty()).then(|| record[place].parse::<i64>().unwrap());
        figures.push(Published {
            metric: record[metric].to_owned(),
            org: record[org].to_owned(),
            period: record[period].to_owned(),
            dates: (record[start].parse().unwrap(), record[end].parse().unwrap()),
            category: category.map_or(HEADLINE, |place| &record[place]).to_owned(),
            figure: Figure {
                status: status_of(&record[status]),
                numerator: number(up),
                denominator: number(down),
                value: (!record[value].is_empty()).then(|| record[value].parse().unwrap()),
            },
            status: record[status].to_owned(),
            unit: record[unit].to_owned(),
        });
    }
    figures
}

fn status_of(text: &str) -> Status {
    match text {
        "value" => Status::Value,
        "not_applicable" => Status::NotApplicable,
        "cannot_tell" => Status::CannotTell,
        "not_returned" | "missing" => Status::Absent,
        other => panic!("status {other} was not expected"),
    }
}
