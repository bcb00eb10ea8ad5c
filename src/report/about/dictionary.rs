//! The dictionaries: every metric, and every dataset and roll-up, as the definitions have them.
//! Made from the definitions alone, so that they cannot drift from what is computed.

use crate::definitions::model::{
    Contract, Field, FieldType, Metric, Rollup, Severity, StatementColumn as RollupColumn,
};
use crate::definitions::references::RETURNS;
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::metric::sections::{documentation, standards_table};
use crate::report::page::block::{Block, link};
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::page::text::{Fact, Text};
use crate::report::words;

/// What each metric measures, by section.
pub fn metrics(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let count = words::number_words(facts.release.metrics.len());
    let mut blocks = vec![Block::Lead(
        format!(
            "What each of the {count} metrics of this report measures, who answers for it, which standards held and when, \
             and what to be careful about."
        )
        .into(),
    )];
    for (index, section) in scope.sections().into_iter().enumerate() {
        let metrics = section.select(&facts.release.metrics);
        if !metrics.is_empty() {
            let entries = metrics.into_iter().map(|metric| metric_entry(scope, metric)).collect();
            blocks.push(Block::section(format!("section-{}", index + 1), section.heading(), entries));
        }
    }
    blocks
}

fn metric_entry(scope: &Scope<'_>, metric: &Metric) -> Block {
    let facts = scope.facts();
    let mut entry = vec![Fact::new("Definition", metric.definition.clone())];
    entry.extend(documentation(facts, metric));
    entry.push(Fact::new("Roll-ups", metric.rollups.join(", ")));
    if let Some(breakdown) = &metric.breakdown {
        let titles: Vec<String> = breakdown.categories.iter().map(|category| category.title.clone()).collect();
        entry.push(Fact::new("Breakdown", format!("{}: {}", breakdown.title, titles.join("; "))));
    }
    let version = metric.version_at(facts.release.period.last());
    entry.extend(
        version
            .map(|version| Fact::new("Version", format!("{}, {}", version.version, words::date_words(version.date)))),
    );
    let caveats: Vec<Text> = metric.all_caveats().into_iter().map(Text::from).collect();
    let mut blocks = vec![Block::Facts(entry)];
    blocks.extend((!caveats.is_empty()).then_some(Block::List(caveats)));
    blocks.extend(standards_table(metric, None).map(Block::Table));
    let figures = scope.edition.figures_address(metric);
    blocks.extend(figures.map(|address| Block::Paragraph(link(format!("Figures of {}", metric.id), address))));
    Block::entry(&*metric.id, metric.heading(), blocks)
}

/// What the dictionary of data holds.
pub fn data_explanation() -> Block {
    Block::Lead(
        "What organisations submit, field by field, with the checks that every return must pass, and the roll-ups that the \
         figures are made from. A roll-up may be submitted in place of the records it counts."
            .into(),
    )
}

/// What organisations submit.
pub fn datasets(facts: &Facts<'_>) -> Block {
    let entries = facts.release.contracts.iter().map(|contract| dataset_entry(facts, contract)).collect();
    Block::section("datasets", "Datasets", entries)
}

/// What figures are made from.
pub fn rollups(facts: &Facts<'_>) -> Block {
    let entries = facts.release.rollups.iter().map(|rollup| rollup_entry(facts, rollup)).collect();
    Block::section("roll-ups", "Roll-ups", entries)
}

fn dataset_entry(facts: &Facts<'_>, contract: &Contract) -> Block {
    let used_by: Vec<&str> = facts
        .release
        .metrics
        .iter()
        .filter(|metric| facts.all_datasets(metric).contains(contract.dataset.as_str()))
        .map(|metric| metric.id.as_str())
        .collect();
    let due = contract.deadline_days.map(|days| format!("{days} days after the month’s end"));
    let kinds: Vec<String> = contract.expected_from.iter().map(|kind| words::plain_name(kind)).collect();
    let fact = |term: &str, text: String| (!text.is_empty()).then(|| Fact::new(term, text));
    let facts = [
        fact("Folder", contract.dataset.clone()),
        fact("Contract version", contract.version.clone()),
        fact("Due", due.unwrap_or_default()),
        fact("Expected from", words::list_words(&kinds)),
        fact("Expected since", contract.expected_since.map_or_else(String::new, words::month_words)),
        fact("Used by", used_by.join(", ")),
    ];
    let mut blocks = vec![Block::paragraph(&*contract.description)];
    blocks.push(Block::Facts(facts.into_iter().flatten().collect()));
    blocks.push(Block::Table(fields_table(contract)));
    blocks.extend(rules_table(contract).map(Block::Table));
    Block::entry(format!("dataset-{}", contract.dataset), &*contract.title, blocks)
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

fn rollup_entry(facts: &Facts<'_>, rollup: &Rollup) -> Block {
    let used_by: Vec<&str> = facts
        .release
        .metrics
        .iter()
        .filter(|metric| rollup.name != RETURNS && metric.reads(&rollup.name))
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
    let told = vec![
        Fact::new("Name", &*rollup.name),
        Fact::new("Made from", facts.layouts.sources.title(&rollup.dataset)),
        Fact::new("Used by", used_by.join(", ")),
    ];
    let blocks = vec![Block::paragraph(&*rollup.description), Block::Facts(told), Block::Table(table)];
    Block::entry(format!("rollup-{}", rollup.name), &*rollup.title, blocks)
}
