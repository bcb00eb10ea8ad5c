//! What machines are told of the result tables beside the rows: the metadata of the Parquet files, a description of each CSV
//! file by the W3C standard for CSV on the web (CSVW), and one of all of them as a Frictionless data package. All three come
//! from the catalogue.

use std::io::Write;

use arrow::datatypes::{Field, Schema};
use parquet::file::metadata::KeyValue;
use serde::Serialize;
use serde_json::ser::PrettyFormatter;
use serde_json::{Value, json};

use super::catalogue::{ColumnKind, ColumnSpec, Emptiness, Reference, TableSpec, Values};
use super::{FORMAT_VERSION, ResultsError};
use crate::release::imprint::Imprint;

/// Name of the data package beside the tables.
pub(super) const DATA_PACKAGE: &str = "datapackage.json";

/// Ending of the description of a CSV file: readers look for it under the name of the file with this added.
pub(super) const CSVW_ENDING: &str = "csv-metadata.json";

impl TableSpec {
    /// What the table is called where readers choose among tables: its name in words.
    fn title(&self) -> String {
        in_words(self.name)
    }

    /// What a row is, and what else a reader should know.
    fn description(&self) -> String {
        let note = if self.note.is_empty() { String::new() } else { format!(" {}", self.note) };
        format!("One row for each {}.{note}", self.row)
    }
}

/// A name with underscores as the beginning of a sentence.
fn in_words(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// The columns of a Parquet file, each with what it holds.
pub(super) fn parquet_schema(table: &TableSpec) -> Schema {
    let field = |column: &ColumnSpec| {
        let about = ("description".to_owned(), column.about.to_owned());
        Field::new(column.name, column.kind.data_type(), true).with_metadata([about].into())
    };
    Schema::new(table.columns.iter().map(field).collect::<Vec<Field>>())
}

/// The metadata of a Parquet file: what is in it, and which release it is of.
pub(super) fn parquet_metadata(table: &TableSpec, imprint: &Imprint) -> Vec<KeyValue> {
    let pair = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    let mut pairs = vec![
        pair("format_version", FORMAT_VERSION.to_owned()),
        pair("title", format!("{}: {}", imprint.title(), table.title())),
        pair("description", table.description()),
        pair("release", imprint.release()),
        pair("data_date", imprint.as_of.to_string()),
        pair("published_on", imprint.published_on.to_string()),
        pair("source", imprint.source.clone()),
    ];
    let given = [
        ("publisher", imprint.publisher.as_deref()),
        ("contact", imprint.contact.as_deref()),
        ("marking", imprint.marking.as_deref()),
        ("warning", imprint.warning()),
    ];
    pairs.extend(given.into_iter().filter_map(|(key, value)| Some(pair(key, value?.to_owned()))));
    pairs
}

/// A CSV file with the files that its codes lead to, for readers of CSV on the web.
#[derive(Serialize)]
struct CsvwGroup {
    #[serde(rename = "@context")]
    context: Value,
    #[serde(rename = "dc:title")]
    title: String,
    #[serde(rename = "dc:publisher", skip_serializing_if = "Option::is_none")]
    publisher: Option<String>,
    #[serde(rename = "dc:issued")]
    issued: Value,
    #[serde(rename = "dc:source")]
    source: String,
    #[serde(rename = "dc:accessRights", skip_serializing_if = "Option::is_none")]
    marking: Option<String>,
    #[serde(rename = "rdfs:comment", skip_serializing_if = "Option::is_none")]
    warning: Option<&'static str>,
    tables: Vec<CsvwTable>,
}

#[derive(Serialize)]
struct CsvwTable {
    url: String,
    #[serde(rename = "dc:title")]
    title: String,
    #[serde(rename = "dc:description")]
    description: String,
    /// A cell that says that there is no value.
    null: &'static str,
    #[serde(rename = "tableSchema")]
    schema: CsvwSchema,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CsvwSchema {
    columns: Vec<CsvwColumn>,
    primary_key: &'static [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    foreign_keys: Vec<Value>,
}

#[derive(Serialize)]
struct CsvwColumn {
    name: &'static str,
    /// The first one stands at the head of the file.
    titles: [String; 2],
    #[serde(rename = "dc:description")]
    description: &'static str,
    datatype: Value,
    required: bool,
}

/// Writes the description of a CSV file. It holds the tables that the file refers to as well: references lead to tables of
/// the same description only. `all` are the tables of the release.
pub(super) fn write_csvw(
    table: &TableSpec,
    all: &[&TableSpec],
    imprint: &Imprint,
    out: &mut (dyn Write + Send),
) -> Result<(), ResultsError> {
    let is_referred_to = |other: &&&TableSpec| {
        other.name != table.name && table.references().any(|reference| reference.table == other.name)
    };
    let tables = std::iter::once(table).chain(all.iter().filter(is_referred_to).copied());
    let group = CsvwGroup {
        context: json!(["http://www.w3.org/ns/csvw", { "@language": "en" }]),
        title: format!("{}: {}", imprint.title(), table.title()),
        publisher: imprint.publisher.clone(),
        issued: json!({ "@value": imprint.published_on.to_string(), "@type": "xsd:date" }),
        source: imprint.source.clone(),
        marking: imprint.marking.clone(),
        warning: imprint.warning(),
        tables: tables.map(csvw_table).collect(),
    };
    write_json(&format!("{}.{CSVW_ENDING}", table.name), &group, out)
}

fn csvw_table(table: &TableSpec) -> CsvwTable {
    // Validators take an empty cell for a reference that leads nowhere.
    let is_always_there = |reference: &Reference| {
        table.column(reference.column).is_some_and(|column| column.holds.emptiness == Emptiness::Never)
    };
    let reference = |reference: Reference| {
        let resource = format!("{}.csv", reference.table);
        json!({
            "columnReference": reference.column,
            "reference": { "resource": resource, "columnReference": reference.key },
        })
    };
    CsvwTable {
        url: format!("{}.csv", table.name),
        title: table.title(),
        description: table.description(),
        null: "",
        schema: CsvwSchema {
            columns: table.columns.iter().map(csvw_column).collect(),
            primary_key: table.sorted_by,
            foreign_keys: table.references().filter(is_always_there).map(reference).collect(),
        },
    }
}

fn csvw_column(column: &ColumnSpec) -> CsvwColumn {
    CsvwColumn {
        name: column.name,
        titles: [column.name.to_owned(), in_words(column.name)],
        description: column.about,
        datatype: csvw_type(column),
        required: column.holds.emptiness == Emptiness::Never,
    }
}

fn csvw_type(column: &ColumnSpec) -> Value {
    let base = match column.kind {
        ColumnKind::Text => "string",
        ColumnKind::Whole => "long",
        ColumnKind::Version => "int",
        ColumnKind::Date => "date",
        ColumnKind::Decimal => "decimal",
    };
    match column.holds.values {
        Values::Any | Values::Except(_) => json!(base),
        Values::OneOf(texts) => json!({ "base": base, "format": format!("^({})$", texts.join("|")) }),
        Values::Matching(pattern) => json!({ "base": base, "format": pattern }),
        Values::AtLeast(least) => json!({ "base": base, "minimum": least }),
        Values::Above(bound) => json!({ "base": base, "minExclusive": bound }),
        Values::Between { least, most } => json!({ "base": base, "minimum": least, "maximum": most }),
    }
}

/// All CSV files as a data package.
#[derive(Serialize)]
struct DataPackage {
    name: String,
    title: String,
    description: String,
    profile: &'static str,
    version: String,
    created: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contributors: Vec<Value>,
    sources: [Value; 1],
    release: String,
    data_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marking: Option<String>,
    resources: Vec<DataResource>,
}

#[derive(Serialize)]
struct DataResource {
    name: &'static str,
    path: String,
    title: String,
    description: String,
    profile: &'static str,
    format: &'static str,
    mediatype: &'static str,
    encoding: &'static str,
    schema: DataSchema,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DataSchema {
    fields: Vec<DataField>,
    missing_values: [&'static str; 1],
    primary_key: &'static [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    foreign_keys: Vec<Value>,
}

#[derive(Serialize)]
struct DataField {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    description: &'static str,
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    constraints: serde_json::Map<String, Value>,
}

/// Writes the data package of the tables of a release.
pub(super) fn write_data_package(
    tables: &[&'static TableSpec],
    imprint: &Imprint,
    out: &mut (dyn Write + Send),
) -> Result<(), ResultsError> {
    let edition = if imprint.is_public { "-public" } else { "" };
    let warning = imprint.warning().map(|warning| format!("{warning} ")).unwrap_or_default();
    let package = DataPackage {
        name: format!("leds-metrics-{}-r{}{edition}", imprint.period, imprint.revision).to_lowercase(),
        title: imprint.title(),
        description: format!(
            "{warning}Documented performance metrics of police use of the Police National Computer (PNC) and the Law \
             Enforcement Data Service (LEDS), for each organisation and review period. A Parquet file with the same rows lies \
             beside each CSV file."
        ),
        profile: "tabular-data-package",
        version: FORMAT_VERSION.to_owned(),
        created: format!("{}T00:00:00Z", imprint.published_on),
        contributors: imprint.publisher.iter().map(|name| json!({ "title": name, "role": "publisher" })).collect(),
        sources: [json!({ "title": imprint.source })],
        release: imprint.release(),
        data_date: imprint.as_of.to_string(),
        contact: imprint.contact.clone(),
        marking: imprint.marking.clone(),
        resources: tables.iter().map(|table| data_resource(table)).collect(),
    };
    write_json(DATA_PACKAGE, &package, out)
}

fn data_resource(table: &'static TableSpec) -> DataResource {
    let reference = |reference: Reference| {
        let resource = if reference.table == table.name { "" } else { reference.table };
        json!({ "fields": reference.column, "reference": { "resource": resource, "fields": reference.key } })
    };
    DataResource {
        name: table.name,
        path: format!("{}.csv", table.name),
        title: table.title(),
        description: table.description(),
        profile: "tabular-data-resource",
        format: "csv",
        mediatype: "text/csv",
        encoding: "utf-8",
        schema: DataSchema {
            fields: table.columns.iter().map(data_field).collect(),
            missing_values: [""],
            primary_key: table.sorted_by,
            foreign_keys: table.references().map(reference).collect(),
        },
    }
}

fn data_field(column: &ColumnSpec) -> DataField {
    DataField {
        name: column.name,
        kind: match column.kind {
            ColumnKind::Text => "string",
            ColumnKind::Whole | ColumnKind::Version => "integer",
            ColumnKind::Date => "date",
            ColumnKind::Decimal => "number",
        },
        title: in_words(column.name),
        description: column.about,
        constraints: data_constraints(column),
    }
}

fn data_constraints(column: &ColumnSpec) -> serde_json::Map<String, Value> {
    let mut constraints = serde_json::Map::new();
    let mut constrain = |name: &str, value: Value| {
        constraints.insert(name.to_owned(), value);
    };
    if column.holds.emptiness == Emptiness::Never {
        constrain("required", json!(true));
    }
    match column.holds.values {
        Values::Any | Values::Except(_) => {}
        Values::OneOf(texts) => constrain("enum", json!(texts)),
        Values::Matching(pattern) => constrain("pattern", json!(pattern)),
        // A package cannot say that the bound itself is not among the values.
        Values::AtLeast(bound) | Values::Above(bound) => constrain("minimum", json!(bound)),
        Values::Between { least, most } => {
            constrain("minimum", json!(least));
            constrain("maximum", json!(most));
        }
    }
    constraints
}

fn write_json(file: &str, value: &impl Serialize, out: &mut (dyn Write + Send)) -> Result<(), ResultsError> {
    let wrong = |source| ResultsError::Json { file: file.to_owned(), source };
    // A line for each value, without the indentation, as in the run record.
    let mut writer = serde_json::Serializer::with_formatter(&mut *out, PrettyFormatter::with_indent(b""));
    value.serialize(&mut writer).map_err(wrong)?;
    out.write_all(b"\n").map_err(|error| wrong(serde_json::Error::io(error)))
}
