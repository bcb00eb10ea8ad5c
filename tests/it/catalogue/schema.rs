//! The JSON Schema of the result tables, from the catalogue.

use std::collections::BTreeMap;

use leds_metrics::release::tables::{
    CellTest, ColumnKind, ColumnSpec, Condition, Emptiness, FORMAT_VERSION, Reference, TableSpec, Values, catalogue,
};
use serde::ser::{Serialize, Serializer};
use serde_json::{Value, json};

const DESCRIPTION: &str = "The Parquet metadata (format_version) and run-record.json carry the format version. The \
    Parquet and CSV files hold the same rows; columns stand in the order of `required`, and x-sorted-by names the \
    columns by which rows are sorted: a column with an enum in the order of the enum. x-references names the columns whose \
    values have a row in another table of the same folder. In CSV an absent value is an empty \
    cell, decimals have six places, and the file begins with a header. No other column is there: all are required and \
    maxProperties is their number. x-parquet names the Arrow type of the Parquet column.";

/// A JSON object whose members keep their order.
struct Object(Vec<(String, Json)>);

enum Json {
    Object(Object),
    List(Vec<Json>),
    Plain(Value),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(object) => serializer.collect_map(object.0.iter().map(|(name, value)| (name, value))),
            Self::List(items) => serializer.collect_seq(items),
            Self::Plain(value) => value.serialize(serializer),
        }
    }
}

impl Object {
    fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self::Plain(value)
    }
}

/// The whole file.
pub fn text() -> String {
    let references = catalogue().map(|table| json!({ "$ref": format!("#/$defs/{}", table.name) }));
    let tables = catalogue().map(|table| (table.name.to_owned(), of_table(table).into()));
    let schema = Object(Vec::new())
        .with("$schema", json!("https://json-schema.org/draft/2020-12/schema"))
        .with("$id", json!(format!("urn:leds-metrics:results:{FORMAT_VERSION}")))
        .with("title", json!("A row of a table below results/"))
        .with("description", json!(format!("Format version {FORMAT_VERSION}. {DESCRIPTION}")))
        .with("oneOf", json!(references.collect::<Vec<Value>>()))
        .with("$defs", Object(tables.collect()));
    serde_json::to_string_pretty(&Json::from(schema)).unwrap() + "\n"
}

fn of_table(table: &TableSpec) -> Object {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let note = if table.note.is_empty() { String::new() } else { format!(" {}", table.note) };
    let columns = table.columns.iter().map(|column| (column.name.to_owned(), of_column(column).into()));
    let rules = table.rules.iter().map(|rule| {
        let mut object = Object(Vec::new());
        if !rule.about.is_empty() {
            object = object.with("description", json!(rule.about));
        }
        object = object.with("if", of_conditions(table, rule.when)).with("then", of_conditions(table, rule.then));
        if !rule.otherwise.is_empty() {
            object = object.with("else", of_conditions(table, rule.otherwise));
        }
        object.into()
    });
    let object = Object(Vec::new())
        .with("title", json!(format!("A row of results/{}", table.name)))
        .with("description", json!(format!("One row for each {}.{note}", table.row)))
        .with("x-sorted-by", json!(table.sorted_by))
        .with("x-references", of_references(table))
        .with("type", json!("object"))
        .with("required", json!(names))
        .with("maxProperties", json!(names.len()))
        .with("properties", Object(columns.collect()));
    if table.rules.is_empty() { object } else { object.with("allOf", Json::List(rules.collect())) }
}

fn of_references(table: &TableSpec) -> Object {
    let place = |one: Reference| (one.column.to_owned(), json!(format!("{}.{}", one.table, one.key)).into());
    Object(table.references().map(place).collect())
}

fn of_column(column: &ColumnSpec) -> Object {
    let object = Object(Vec::new()).with("description", json!(column.about));
    let kind = json_type(column.kind);
    let object = match column.holds.emptiness {
        Emptiness::Never => object.with("type", json!(kind)),
        Emptiness::Sometimes => object.with("type", json!([kind, "null"])),
        Emptiness::Always => object.with("type", json!("null")),
    };
    let object = if column.holds.emptiness == Emptiness::Always { object } else { with_values(object, column) };
    object.with("x-parquet", json!(parquet_type(column.kind)))
}

fn with_values(object: Object, column: &ColumnSpec) -> Object {
    let may_be_empty = column.holds.emptiness == Emptiness::Sometimes;
    match column.holds.values {
        Values::Any if column.kind == ColumnKind::Date => object.with("pattern", json!("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
        Values::Any if column.kind == ColumnKind::Text => object.with("minLength", json!(1)),
        Values::Any => object,
        Values::OneOf(texts) => {
            let texts = texts.iter().map(|text| json!(text)).chain(may_be_empty.then_some(Value::Null));
            object.with("enum", texts.collect::<Value>())
        }
        Values::Matching(pattern) => object.with("pattern", json!(pattern)),
        Values::Except(text) => object.with("minLength", json!(1)).with("not", json!({ "const": text })),
        Values::AtLeast(least) => object.with("minimum", json!(least)),
        Values::Above(bound) => object.with("exclusiveMinimum", json!(bound)),
        Values::Between { least, most } => object.with("minimum", json!(least)).with("maximum", json!(most)),
    }
}

/// Conditions on one column become one member.
fn of_conditions(table: &TableSpec, conditions: &[Condition]) -> Json {
    let mut columns: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for condition in conditions {
        let kind = table.column(condition.column).unwrap().kind;
        let (name, value) = match condition.test {
            CellTest::Empty => ("type", json!("null")),
            CellTest::Filled => ("type", json!(json_type(kind))),
            CellTest::OneOf(texts) => ("enum", json!(texts)),
            CellTest::Matching(pattern) => ("pattern", json!(pattern)),
            CellTest::AtLeast(least) => ("minimum", json!(least)),
            CellTest::AtMost(most) => ("maximum", json!(most)),
        };
        columns.entry(condition.column).or_default().insert(name, value);
    }
    json!({ "properties": columns }).into()
}

fn json_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text | ColumnKind::Date => "string",
        ColumnKind::Whole | ColumnKind::Version => "integer",
        ColumnKind::Decimal => "number",
    }
}

fn parquet_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "string",
        ColumnKind::Date => "date32",
        ColumnKind::Whole => "int64",
        ColumnKind::Version => "int32",
        ColumnKind::Decimal => "decimal128(28, 6)",
    }
}
