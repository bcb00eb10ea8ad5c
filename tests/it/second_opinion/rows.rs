//! The generated records as plain rows, read straight from their files, and the calendar that the definitions speak of.
//! Shares nothing with the library: neither its statements nor its dates.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};
use chrono::{DateTime, Datelike, Months, NaiveDate, TimeZone, Utc};
use chrono_tz::Europe::London;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

pub const HOUR: i64 = 3_600_000_000;
pub const DAY: i64 = 24 * HOUR;

/// A cell; dates are days since 1970, times microseconds.
#[derive(Debug, Clone)]
enum Cell {
    Text(String),
    Number(i64),
    Flag(bool),
}

/// One record with the folder that it came from.
#[derive(Debug, Clone)]
pub struct Row {
    /// Months since year 0.
    pub month: i64,
    /// Day of submission.
    pub submitted: i64,
    cells: BTreeMap<String, Cell>,
}

impl Row {
    /// A text, empty where there is none.
    pub fn text(&self, column: &str) -> &str {
        match self.cells.get(column) {
            Some(Cell::Text(text)) => text,
            _ => "",
        }
    }

    /// A number, date or time.
    pub fn number(&self, column: &str) -> Option<i64> {
        match self.cells.get(column) {
            Some(Cell::Number(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn flag(&self, column: &str) -> Option<bool> {
        match self.cells.get(column) {
            Some(Cell::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// Whether the column's text is one of these.
    pub fn is(&self, column: &str, values: &[&str]) -> bool {
        values.contains(&self.text(column))
    }
}

/// Records of one organisation by dataset: for each month those of its latest submission.
pub type Records = BTreeMap<String, Vec<Row>>;

/// Reads everything that one organisation handed in.
pub fn read_records(source: &Path, org: &str) -> Records {
    let mut folders: BTreeMap<(String, String), (String, std::path::PathBuf)> = BTreeMap::new();
    for dataset in fs::read_dir(source).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let name = dataset.file_name().unwrap().to_str().unwrap().to_owned();
        for day in fs::read_dir(&dataset).unwrap().map(|entry| entry.unwrap().path()) {
            let submitted = day.file_name().unwrap().to_str().unwrap().trim_start_matches("submitted=").to_owned();
            let Ok(periods) = fs::read_dir(day.join(format!("org={org}"))) else { continue };
            for period in periods.map(|entry| entry.unwrap().path()) {
                let key = (name.clone(), period.file_name().unwrap().to_str().unwrap().to_owned());
                let known = folders.entry(key).or_insert_with(|| (submitted.clone(), period.clone()));
                if submitted > known.0 {
                    *known = (submitted.clone(), period);
                }
            }
        }
    }
    let mut records = Records::new();
    for ((dataset, period), (submitted, folder)) in folders {
        let month = month_of(date(&format!("{}-01", period.trim_start_matches("period="))));
        let rows = records.entry(dataset).or_default();
        for file in fs::read_dir(folder).unwrap() {
            // A file that cannot be opened refuses its submission; the figures that rest on it are not compared.
            let file = fs::File::open(file.unwrap().path()).unwrap();
            let Ok(builder) = ParquetRecordBatchReaderBuilder::try_new(file) else { continue };
            for batch in builder.build().unwrap() {
                let batch = batch.unwrap();
                let schema = batch.schema();
                for at in 0..batch.num_rows() {
                    let cells = schema.fields().iter().zip(batch.columns());
                    let cells = cells.filter_map(|(field, column)| Some((field.name().clone(), cell(column, at)?)));
                    rows.push(Row { month, submitted: date(&submitted), cells: cells.collect() });
                }
            }
        }
    }
    records
}

fn cell(column: &dyn Array, at: usize) -> Option<Cell> {
    if column.is_null(at) {
        return None;
    }
    Some(match column.data_type() {
        DataType::Utf8 => Cell::Text(column.as_string::<i32>().value(at).to_owned()),
        DataType::Boolean => Cell::Flag(column.as_boolean().value(at)),
        DataType::Int64 => Cell::Number(column.as_primitive::<Int64Type>().value(at)),
        DataType::Date32 => Cell::Number(column.as_primitive::<Date32Type>().value(at).into()),
        DataType::Timestamp(..) => Cell::Number(column.as_primitive::<TimestampMicrosecondType>().value(at)),
        other => panic!("{other} is not a type of the contracts"),
    })
}

/// Days since 1970.
pub fn date(text: &str) -> i64 {
    days(text.parse().unwrap())
}

fn days(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days()
}

fn day(days: i64) -> NaiveDate {
    NaiveDate::default() + chrono::Duration::days(days)
}

/// Months since year 0.
pub fn month_of(days: i64) -> i64 {
    i64::from(day(days).year()) * 12 + i64::from(day(days).month0())
}

pub fn first_of(month: i64) -> i64 {
    let (year, number) = (i32::try_from(month / 12).unwrap(), u32::try_from(month % 12).unwrap() + 1);
    days(NaiveDate::from_ymd_opt(year, number, 1).unwrap())
}

pub fn last_of(month: i64) -> i64 {
    first_of(month + 1) - 1
}

/// Calendar months later; a shorter month gives its last day.
pub fn months_later(days_since_1970: i64, months: u32) -> i64 {
    days(day(days_since_1970) + Months::new(months))
}

/// The instant at which a day begins in London.
pub fn begins(days: i64) -> i64 {
    let midnight = day(days).and_hms_opt(0, 0, 0).unwrap();
    London.from_local_datetime(&midnight).earliest().unwrap().with_timezone(&Utc).timestamp_micros()
}

/// The day in London of an instant.
pub fn london_day(micros: i64) -> i64 {
    days(DateTime::<Utc>::from_timestamp_micros(micros).unwrap().with_timezone(&London).date_naive())
}
