//! `list`, `explain` and `definitions export`: what the definitions say, for readers and for programs.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::nearest::did_you_mean;
use super::{AppError, Context, UsageError};
use crate::definitions::built_in_files;
use crate::definitions::lock::{FILE as LOCK_FILE, lock_text};
use crate::definitions::model::{Aggregation, Comparator, Contract, Evidence, Metric, Standard, StandardKind};
use crate::files::write_atomically;
use crate::settings::Settings;
use crate::vocabulary::period::{Period, PeriodType};

/// One line of `list metrics`.
#[derive(Debug, Serialize)]
pub struct MetricLine<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub principle: u8,
    pub unit: &'static str,
    pub evidence: &'static str,
    pub rollups: &'a [String],
}

/// One line of `list datasets`.
#[derive(Debug, Serialize)]
pub struct DatasetLine<'a> {
    pub dataset: &'a str,
    pub title: &'a str,
    pub version: &'a str,
    pub fields: usize,
    pub due_days_after_month: Option<u32>,
}

/// One line of `list periods`.
#[derive(Debug, Serialize)]
pub struct PeriodLine {
    pub period_type: &'static str,
    pub example: &'static str,
    pub words: String,
}

/// All metrics, by principle and id.
pub fn metric_lines(context: &Context) -> Vec<MetricLine<'_>> {
    let mut metrics: Vec<&Metric> = context.definitions.metrics.iter().collect();
    metrics.sort_by_key(|metric| (metric.principle, metric.id.as_str()));
    let line = |metric: &&'_ Metric| (metric.principle, metric.unit.as_str(), evidence_words(metric.evidence));
    metrics
        .iter()
        .map(|metric| {
            let (principle, unit, evidence) = line(metric);
            MetricLine { id: &metric.id, title: &metric.title, principle, unit, evidence, rollups: &metric.rollups }
        })
        .collect()
}

/// All datasets, by name.
pub fn dataset_lines(context: &Context) -> Vec<DatasetLine<'_>> {
    let line = |contract: &'_ Contract| (contract.fields.len(), contract.deadline_days);
    let contracts = context.definitions.contracts.iter();
    contracts
        .map(|contract| {
            let (fields, due_days_after_month) = line(contract);
            DatasetLine {
                dataset: &contract.dataset,
                title: &contract.title,
                version: &contract.version,
                fields,
                due_days_after_month,
            }
        })
        .collect()
}

/// The six kinds of review period.
pub fn period_lines() -> Vec<PeriodLine> {
    let line = |kind: PeriodType| PeriodLine {
        period_type: kind.as_str(),
        example: kind.example(),
        words: kind.example().parse::<Period>().map(Period::words).unwrap_or_default(),
    };
    PeriodType::ALL.into_iter().map(line).collect()
}

/// Everything about one metric, as text.
pub fn explain(context: &Context, id: &str) -> Result<String, AppError> {
    let metric = context.definitions.metric(id).ok_or_else(|| unknown_metric(context, id))?;
    let mut text = String::new();
    describe(&mut text, context, metric).map_err(AppError::Text)?;
    Ok(text)
}

/// A name that no metric has, with those that it may have meant.
pub fn unknown_metric(context: &Context, id: &str) -> AppError {
    let known: Vec<&str> = context.definitions.metrics.iter().map(|metric| metric.id.as_str()).collect();
    let meant = did_you_mean(id, known.iter().copied());
    UsageError::UnknownMetric { id: id.to_owned(), meant, known: known.join(", ") }.into()
}

fn describe(text: &mut String, context: &Context, metric: &Metric) -> std::fmt::Result {
    writeln!(text, "{}  {}\n", metric.id, metric.title)?;
    writeln!(text, "{}\n", metric.definition)?;
    let line = |text: &mut String, name: &str, value: &str| writeln!(text, "{name:<14} {value}");
    line(text, "Principle", &metric.principle.to_string())?;
    line(text, "Responsible", &metric.responsible.iter().map(|role| role.words()).collect::<Vec<_>>().join(", "))?;
    line(text, "Numerator", &metric.numerator)?;
    line(text, "Denominator", &metric.denominator)?;
    line(text, "Unit", metric.unit.words())?;
    line(text, "Counted by", &metric.counted_by)?;
    let months = match metric.aggregation {
        Aggregation::Flow => "the months of a period are added",
        Aggregation::Stock => "the last month stands for the period",
    };
    line(text, "Periods", months)?;
    line(text, "Evidence", evidence_words(metric.evidence))?;
    for parameter in &metric.parameters {
        let value = context.settings.figures.parameters.get(parameter);
        let value = value.map_or("not given in the settings".to_owned(), ToString::to_string);
        line(text, "Setting", &format!("{parameter} = {value}"))?;
    }
    if metric.standards.is_empty() {
        line(text, "Standard", "none documented")?;
    }
    for standard in &metric.standards {
        line(text, "Standard", &standard_words(standard, metric.unit.words()))?;
    }
    for caveat in metric.all_caveats() {
        line(text, "Caveat", &caveat)?;
    }
    if let Some(breakdown) = &metric.breakdown {
        let titles: Vec<&str> = breakdown.categories.iter().map(|category| category.title.as_str()).collect();
        line(text, "Breakdown", &format!("{}: {}", breakdown.title, titles.join("; ")))?;
    }
    for grade in &metric.grades {
        line(text, "Grade", &format!("{} is {}", grade.level, grade.title))?;
    }
    for (name, value) in sources(context, metric) {
        line(text, name, &value)?;
    }
    line(
        text,
        "Appears in",
        &format!(
            "national/metrics/{}.html, national/responsibilities.html, forces/CODE/index.html, results/observations, \
             results/breakdowns and results/responsibilities",
            metric.id
        ),
    )?;
    for version in &metric.versions {
        writeln!(text, "\nSQL, version {} of {} ({})\n", version.version, version.date, version.reason)?;
        writeln!(text, "{}", version.sql.trim_end())?;
    }
    for name in &metric.rollups {
        if let Some(rollup) = context.definitions.rollup(name) {
            writeln!(text, "\nRoll-up {name}: {}\n\n{}", rollup.title, rollup.sql.trim_end())?;
        }
    }
    Ok(())
}

/// Roll-ups with the dataset that each scans, and the datasets with their fields.
fn sources(context: &Context, metric: &Metric) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut datasets: Vec<&str> = Vec::new();
    for name in &metric.rollups {
        match context.definitions.rollup(name) {
            Some(rollup) => {
                lines.push(("Roll-up", format!("{name}, one scan of {}", rollup.dataset)));
                datasets.push(&rollup.dataset);
            }
            None => lines.push(("Table", format!("{name}, what was expected and received, noted when it was checked"))),
        }
    }
    datasets.sort_unstable();
    datasets.dedup();
    for contract in datasets.into_iter().filter_map(|dataset| context.definitions.contract(dataset)) {
        let fields: Vec<&str> = contract.fields.iter().map(|field| field.name.as_str()).collect();
        lines.push(("Dataset", format!("{} ({}): {}", contract.dataset, contract.version, fields.join(", "))));
    }
    lines
}

fn standard_words(standard: &Standard, unit: &str) -> String {
    let comparator = match standard.comparator {
        Comparator::AtLeast => "at least",
        Comparator::AtMost => "at most",
        Comparator::Under => "under",
    };
    let kind = match standard.kind {
        StandardKind::Historical => "historical",
        StandardKind::CurrentLaw => "law in force",
        StandardKind::FormerLaw => "former law",
        StandardKind::Expectation => "expectation of a regulator",
        StandardKind::Local => "local",
    };
    let to = match (standard.to, standard.kind) {
        (Some(to), _) => format!("to {to}"),
        (None, StandardKind::Historical | StandardKind::FormerLaw) => "last day not known".to_owned(),
        (None, _) => "in force".to_owned(),
    };
    format!("{comparator} {} {unit}, {kind}, from {}, {to} ({})", standard.level, standard.from, standard.source)
}

fn evidence_words(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Documented => "documented",
        Evidence::DocumentedHistorical => "documented, historical",
        Evidence::DocumentedLaw => "documented (law)",
        Evidence::Derived => "derived",
    }
}

/// Writes the built-in set into a folder that must not hold one yet. Returns the number of files.
pub fn export(folder: &Path) -> Result<usize, AppError> {
    let files = built_in_files();
    for (path, bytes) in &files {
        let target = folder.join(path);
        let wrong = |source| AppError::Write { path: target.as_path().into(), source };
        if target.exists() {
            return Err(UsageError::Exists(target).into());
        }
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(wrong)?;
        }
        std::fs::write(&target, bytes).map_err(wrong)?;
    }
    Ok(files.len())
}

/// Adds every statement of a folder's definitions to its lock, once the whole set was checked and proven. Returns the number
/// of statements locked.
pub async fn lock(folder: Option<&Path>) -> Result<usize, AppError> {
    let Some(folder) = folder else {
        return Err(UsageError::NoDefinitions.into());
    };
    let context = Context::with(Some(&folder.to_owned()), Settings::default()).await?;
    let text = lock_text(&context.definitions.files);
    let path = folder.join(LOCK_FILE);
    let statements = text.lines().filter(|line| !line.starts_with('#')).count();
    write_atomically(&path, text.as_bytes())
        .map_err(|source| AppError::Write { path: path.as_path().into(), source })?;
    Ok(statements)
}
