//! Published rows against the catalogue: columns, values, order, and what holds between columns.

use std::fs;
use std::path::Path;

use leds_metrics::release::tables::{
    CellTest, ColumnKind, ColumnSpec, Condition, Emptiness, TableSpec, Values, catalogue,
};
use regex::Regex;

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
