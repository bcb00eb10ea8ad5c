//! The dictionaries of the national edition: every metric, and every dataset and roll-up, as the definitions have them.
//! Made from the definitions alone, so that they cannot drift from what is computed.

use serde::Serialize;

use crate::definitions::model::{Column as RollupColumn, Contract, Field, FieldType, Metric, Rollup, Severity};
use crate::definitions::references::RETURNS;
use crate::report::edition::PageKind;
use crate::report::facts::Facts;
use crate::report::metric_page::{Fact, documentation, standards_table};
use crate::report::overview::section_title;
use crate::report::page::{Frame, national_frame};
use crate::report::table::{Cell, Column, Row, Table};
use crate::report::words;

/// One metric of the dictionary.
#[derive(Debug, Clone, Serialize)]
pub struct MetricEntry {
    pub anchor: String,
    pub heading: String,
    pub link: String,
    pub facts: Vec<Fact>,
    pub caveats: Vec<String>,
    pub standards: Option<Table>,
}

/// A principle with its metrics.
#[derive(Debug, Clone, Serialize)]
pub struct MetricGroup {
    pub title: String,
    pub metrics: Vec<MetricEntry>,
}

/// `metric-dictionary.html`.
#[derive(Debug, Clone, Serialize)]
pub struct MetricDictionary {
    pub frame: Frame,
    pub summary: String,
    pub groups: Vec<MetricGroup>,
}

/// One dataset or roll-up of the dictionary.
#[derive(Debug, Clone, Serialize)]
pub struct DataEntry {
    pub anchor: String,
    pub heading: String,
    pub description: String,
    pub facts: Vec<Fact>,
    pub tables: Vec<Table>,
}

/// `data-dictionary.html`.
#[derive(Debug, Clone, Serialize)]
pub struct DataDictionary {
    pub frame: Frame,
    pub summary: String,
    pub datasets: Vec<DataEntry>,
    pub rollups: Vec<DataEntry>,
}

/// Builds the dictionary of metrics.
pub fn build_metric_dictionary(facts: &Facts<'_>) -> MetricDictionary {
    let group = |section: &crate::definitions::layout::Section| {
        let metrics: Vec<MetricEntry> =
            section.select(&facts.release.metrics).into_iter().map(|metric| metric_entry(facts, metric)).collect();
        (!metrics.is_empty()).then(|| MetricGroup { title: section_title(section.principle, &section.title), metrics })
    };
    let count = words::number_words(facts.release.metrics.len());
    MetricDictionary {
        frame: national_frame(facts, PageKind::MetricDictionary.title(), PageKind::MetricDictionary),
        summary: format!(
            "What each of the {count} metrics of this report measures, who answers for it, which standards held and when, and what to be careful about."
        ),
        groups: facts.layouts.national.sections.iter().filter_map(group).collect(),
    }
}

fn metric_entry(facts: &Facts<'_>, metric: &Metric) -> MetricEntry {
    let mut entry = documentation(facts, metric);
    entry.push(Fact { term: "Roll-ups", text: metric.rollups.join(", ") });
    if let Some(breakdown) = &metric.breakdown {
        let titles: Vec<String> = breakdown.categories.iter().map(|category| category.title.clone()).collect();
        entry.push(Fact { term: "Breakdown", text: format!("{}: {}", breakdown.title, titles.join("; ")) });
    }
    let version = metric.version_at(facts.release.period.last());
    entry.extend(version.map(|version| Fact {
        term: "Version",
        text: format!("{}, {}", version.version, words::date_words(version.date)),
    }));
    MetricEntry {
        anchor: metric.id.clone(),
        heading: format!("{} {}", metric.id, metric.title),
        link: PageKind::Metric(metric).path(),
        facts: entry,
        caveats: metric.all_caveats(),
        standards: standards_table(metric),
    }
}

/// Builds the dictionary of datasets and roll-ups.
pub fn build_data_dictionary(facts: &Facts<'_>) -> DataDictionary {
    DataDictionary {
        frame: national_frame(facts, PageKind::DataDictionary.title(), PageKind::DataDictionary),
        summary: "What organisations submit, field by field, with the checks that every return must pass, and the roll-ups that the figures are made from. A roll-up may be submitted in place of the records it counts.".to_owned(),
        datasets: facts.release.contracts.iter().map(|contract| dataset_entry(facts, contract)).collect(),
        rollups: facts.release.rollups.iter().map(|rollup| rollup_entry(facts, rollup)).collect(),
    }
}

fn dataset_entry(facts: &Facts<'_>, contract: &Contract) -> DataEntry {
    let used_by: Vec<&str> = facts
        .release
        .metrics
        .iter()
        .filter(|metric| facts.all_datasets(metric).contains(contract.dataset.as_str()))
        .map(|metric| metric.id.as_str())
        .collect();
    let due = contract.deadline_days.map(|days| format!("{days} days after the month’s end"));
    let kinds: Vec<String> = contract.expected_from.iter().map(|kind| words::plain_name(kind)).collect();
    let fact = |term: &'static str, text: String| (!text.is_empty()).then_some(Fact { term, text });
    let facts = [
        fact("Folder", contract.dataset.clone()),
        fact("Contract version", contract.version.clone()),
        fact("Due", due.unwrap_or_default()),
        fact("Expected from", words::list_words(&kinds)),
        fact("Expected since", contract.expected_since.map_or_else(String::new, words::month_words)),
        fact("Used by", used_by.join(", ")),
    ];
    DataEntry {
        anchor: format!("dataset-{}", contract.dataset),
        heading: contract.title.clone(),
        description: contract.description.clone(),
        facts: facts.into_iter().flatten().collect(),
        tables: std::iter::once(fields_table(contract)).chain(rules_table(contract)).collect(),
    }
}

fn type_words(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::String => "text",
        FieldType::Integer => "whole number",
        FieldType::Boolean => "true or false",
        FieldType::Date => "date",
        FieldType::Timestamp => "timestamp, UTC",
    }
}

fn fields_table(contract: &Contract) -> Table {
    let row = |field: &Field| {
        let values = match (field.valid_values.is_empty(), field.minimum, field.maximum) {
            (false, _, _) => field.valid_values.join(", "),
            (_, Some(low), Some(high)) => format!("{low} to {high}"),
            (_, Some(low), None) => format!("{low} or more"),
            (_, None, Some(high)) => format!("{high} or less"),
            _ => "any".to_owned(),
        };
        let filled = match (field.key, field.required) {
            (true, _) => "key",
            (_, true) => "required",
            _ => "may be empty",
        };
        let cells = [type_words(field.field_type), filled, &values, &field.description].map(Cell::new);
        Row::new(field.name.clone(), cells.into())
    };
    let columns = ["Field", "Type", "Filled", "Values", "Meaning"].map(Column::words).to_vec();
    let caption = format!("Fields of {}", contract.dataset);
    Table::new(format!("tab-{}-fields", contract.dataset), caption, columns, contract.fields.iter().map(row).collect())
}

fn rules_table(contract: &Contract) -> Option<Table> {
    let row = |rule: &crate::definitions::model::CrossFieldRule| {
        let severity = match rule.severity {
            Severity::Blocking => "Refuses the return",
            Severity::Warning => "Shown as a warning",
        };
        Row::new(words::plain_name(&rule.name), vec![Cell::new(&*rule.description), Cell::new(severity)])
    };
    let columns = ["Rule", "Broken when", "Consequence"].map(Column::words).to_vec();
    let rows: Vec<Row> = contract.rules.iter().map(row).collect();
    let caption = format!("Rules of {}", contract.dataset);
    (!rows.is_empty()).then(|| Table::new(format!("tab-{}-rules", contract.dataset), caption, columns, rows))
}

fn rollup_entry(facts: &Facts<'_>, rollup: &Rollup) -> DataEntry {
    let used_by: Vec<&str> = facts
        .release
        .metrics
        .iter()
        .filter(|metric| metric.rollups.iter().any(|name| *name == rollup.name && name != RETURNS))
        .map(|metric| metric.id.as_str())
        .collect();
    let row = |(column, kind): (&RollupColumn, &str)| {
        let cells = [type_words(column.field_type), kind, &column.description].map(Cell::new);
        Row::new(column.name.clone(), cells.into())
    };
    let keys = rollup.keys.iter().map(|column| (column, "key"));
    let measures = rollup.measures.iter().map(|column| (column, "measure"));
    let columns = ["Column", "Type", "Kind", "Meaning"].map(Column::words).to_vec();
    let caption = format!("Columns of {}", rollup.name);
    let table =
        Table::new(format!("tab-{}-columns", rollup.name), caption, columns, keys.chain(measures).map(row).collect());
    DataEntry {
        anchor: format!("rollup-{}", rollup.name),
        heading: rollup.title.clone(),
        description: rollup.description.clone(),
        facts: vec![
            Fact { term: "Name", text: rollup.name.clone() },
            Fact { term: "Made from", text: facts.layouts.sources.title(&rollup.dataset) },
            Fact { term: "Used by", text: used_by.join(", ") },
        ],
        tables: vec![table],
    }
}
