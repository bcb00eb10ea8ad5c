//! Published rows against the catalogue: columns, values, order, and what holds between columns.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use leds_metrics::release::tables::{
    CellTest, ColumnKind, ColumnSpec, Condition, Emptiness, Reference, TableSpec, Values, catalogue,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use regex::Regex;
use serde_json::Value;

/// Every row of a published table is as the catalogue says.
pub fn assert_as_in_catalogue(csv_path: &Path) {
    let name = csv_path.file_stem().unwrap().to_str().unwrap();
    let table =
        catalogue().find(|table| table.name == name).unwrap_or_else(|| panic!("{name} is not in the catalogue"));
    let text = fs::read_to_string(csv_path).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), columns, "{}", csv_path.display());
    let patterns: Vec<Option<Regex>> = table.columns.iter().map(pattern).collect();
    let mut last: Option<Vec<Place>> = None;
    for row in reader.records() {
        let row = Row { table, cells: row.unwrap() };
        let told = || format!("{}: {}", csv_path.display(), row.cells.iter().collect::<Vec<_>>().join(","));
        for ((column, pattern), cell) in table.columns.iter().zip(&patterns).zip(row.cells.iter()) {
            assert!(fits(column, pattern.as_ref(), cell), "{}: {} is “{cell}”", told(), column.name);
        }
        for rule in table.rules {
            let then = if rule.when.iter().all(|one| row.meets(one)) { rule.then } else { rule.otherwise };
            let broken = then.iter().find(|one| !row.meets(one));
            assert!(broken.is_none(), "{}: {broken:?} ({})", told(), rule.about);
        }
        let place = row.place();
        assert!(last.is_none_or(|last| last < place), "{}: not sorted, or twice", told());
        last = Some(place);
    }
}

/// Every id and code of the tables in a folder has its row in the table that says what it means.
pub fn assert_references_resolve(results: &Path) {
    let cells = |table: &str, column: &str| -> Option<BTreeSet<String>> {
        let mut reader = csv::Reader::from_path(results.join(format!("{table}.csv"))).ok()?;
        let at = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
        Some(reader.records().map(|row| row.unwrap()[at].to_owned()).filter(|cell| !cell.is_empty()).collect())
    };
    let mut followed = 0;
    for table in catalogue() {
        for Reference { column, table: target, key } in table.references() {
            let Some(found) = cells(table.name, column) else { continue };
            let known = cells(target, key).unwrap();
            let unknown: Vec<&String> = found.difference(&known).collect();
            assert!(unknown.is_empty(), "{}: {column} of {}: {unknown:?}", results.display(), table.name);
            followed += found.len();
        }
    }
    assert!(followed > 100, "{}: only {followed} references", results.display());
}

/// Every table of a folder is described for machines: by its own metadata, in the data package, and in its Parquet file.
pub fn assert_described(results: &Path) {
    let json = |name: &str| -> Value { serde_json::from_slice(&fs::read(results.join(name)).unwrap()).unwrap() };
    let package = json("datapackage.json");
    let resources: Vec<&Value> = package["resources"].as_array().unwrap().iter().collect();
    let there = |table: &&TableSpec| results.join(format!("{}.csv", table.name)).exists();
    let tables: Vec<&TableSpec> = catalogue().filter(there).collect();
    let packed: Vec<&str> = resources.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(packed, tables.iter().map(|table| table.name).collect::<Vec<_>>());
    for (table, resource) in tables.iter().zip(resources) {
        let csv = format!("{}.csv", table.name);
        let own = &json(&format!("{csv}-metadata.json"))["tables"][0];
        assert_eq!((&own["url"], &resource["path"]), (&Value::from(&*csv), &Value::from(&*csv)));
        let columns = own["tableSchema"]["columns"].as_array().unwrap();
        let fields = resource["schema"]["fields"].as_array().unwrap();
        let file = File::open(results.join(format!("{}.parquet", table.name))).unwrap();
        let parquet = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        assert_eq!([columns.len(), fields.len(), parquet.schema().fields().len()], [table.columns.len(); 3], "{csv}");
        for (at, column) in table.columns.iter().enumerate() {
            let told = &parquet.schema().field(at).metadata()["description"];
            let named = [&columns[at]["name"], &columns[at]["titles"][0], &fields[at]["name"]];
            assert_eq!(named, [&Value::from(column.name); 3], "{csv}");
            let described = [&columns[at]["dc:description"], &fields[at]["description"], &Value::from(told.as_str())];
            assert_eq!(described, [&Value::from(column.about); 3], "{csv}");
        }
        let key = Value::from(table.sorted_by);
        assert_eq!([&own["tableSchema"]["primaryKey"], &resource["schema"]["primaryKey"]], [&key; 2], "{csv}");
        let told = parquet.metadata().file_metadata().key_value_metadata().unwrap();
        for key in ["format_version", "title", "description", "release", "data_date", "published_on", "source"] {
            assert!(told.iter().any(|pair| pair.key == key && pair.value.is_some()), "{csv}: {key}");
        }
    }
}

struct Row<'t> {
    table: &'t TableSpec,
    cells: csv::StringRecord,
}

/// Where a cell stands among those of its column.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Number(i64),
    Text(String),
}

impl Row<'_> {
    fn get(&self, name: &str) -> &str {
        &self.cells[self.table.columns.iter().position(|column| column.name == name).unwrap()]
    }

    fn place(&self) -> Vec<Place> {
        let of = |name: &&'static str| {
            let (column, cell) = (self.table.column(name).unwrap(), self.get(name));
            match (column.holds.values, column.kind) {
                (Values::OneOf(texts), _) => Place::Number(
                    texts.iter().position(|text| *text == cell).map_or(-1, |at| i64::try_from(at).unwrap()),
                ),
                (_, ColumnKind::Whole | ColumnKind::Version) => Place::Number(cell.parse().unwrap()),
                _ => Place::Text(cell.to_owned()),
            }
        };
        self.table.sorted_by.iter().map(of).collect()
    }

    fn meets(&self, condition: &Condition) -> bool {
        let cell = self.get(condition.column);
        let number = || cell.parse::<f64>().ok();
        match condition.test {
            CellTest::Empty => cell.is_empty(),
            CellTest::Filled => !cell.is_empty(),
            CellTest::OneOf(texts) => texts.contains(&cell),
            CellTest::Matching(pattern) => Regex::new(pattern).unwrap().is_match(cell),
            CellTest::AtLeast(least) => number().is_none_or(|number| number >= f64::from(least)),
            CellTest::AtMost(most) => number().is_none_or(|number| number <= f64::from(most)),
        }
    }
}

fn pattern(column: &ColumnSpec) -> Option<Regex> {
    match column.holds.values {
        Values::Matching(pattern) => Some(Regex::new(pattern).unwrap()),
        _ => None,
    }
}

fn fits(column: &ColumnSpec, pattern: Option<&Regex>, cell: &str) -> bool {
    if cell.is_empty() {
        return column.holds.emptiness != Emptiness::Never;
    }
    let number = || cell.parse::<f64>().unwrap();
    let is_one = match column.holds.values {
        Values::Any => true,
        Values::OneOf(texts) => texts.contains(&cell),
        Values::Matching(_) => pattern.is_some_and(|pattern| pattern.is_match(cell)),
        Values::Except(text) => cell != text,
        Values::AtLeast(least) => number() >= f64::from(least),
        Values::Above(bound) => number() > f64::from(bound),
        Values::Between { least, most } => (f64::from(least)..=f64::from(most)).contains(&number()),
    };
    is_one && column.holds.emptiness != Emptiness::Always
}
