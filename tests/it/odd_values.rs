//! Values that no calendar and no count has, and damage: each submission is refused alone, whatever the column.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::concat;
use arrow::datatypes::{DataType, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use crate::support::{Bench, Finished, arrests, files_below, leds_metrics, parquet, submission_path, text};

/// A file of every dataset, with the rows that the demonstration makes up: path inside the source, and content.
struct Example {
    dataset: String,
    submitted: String,
    period: String,
    rows: RecordBatch,
}

/// One file of every dataset that organisations submit, and of every reference dataset, of a nation of one month.
fn examples(folder: &Path) -> (Vec<Example>, PathBuf) {
    let source = folder.join("nation");
    let arguments = ["--from", "2025-04", "--to", "2025-04", "--scale", "0.001", "--out", text(&source), "--quiet"];
    let done = leds_metrics(&[&["generate"], &arguments[..]].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    let mut found: BTreeMap<String, Example> = BTreeMap::new();
    for path in files_below(&source) {
        let parts: Vec<&str> = path.to_str().unwrap().split('/').collect();
        let [dataset, submitted, _org, period, _file] = parts.as_slice() else { continue };
        let Some(rows) = read(&source.join(&path)).filter(|rows| rows.num_rows() > 0) else { continue };
        found.entry((*dataset).to_owned()).or_insert_with(|| Example {
            dataset: (*dataset).to_owned(),
            submitted: submitted.trim_start_matches("submitted=").to_owned(),
            period: period.trim_start_matches("period=").to_owned(),
            rows: rows.slice(0, rows.num_rows().min(3)),
        });
    }
    (found.into_values().collect(), source)
}

fn read(path: &Path) -> Option<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).ok()?;
    reader.build().unwrap().next()?.ok()
}

fn write(rows: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), None).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
    bytes
}

fn with_column(rows: &RecordBatch, at: usize, column: ArrayRef) -> RecordBatch {
    let mut columns = rows.columns().to_vec();
    columns[at] = column;
    RecordBatch::try_new(rows.schema(), columns).unwrap()
}

/// The least and the greatest value of a column's type; none where a type has no such ends.
fn ends_of(data_type: &DataType) -> Vec<ArrayRef> {
    let zone = |array: TimestampMicrosecondArray| Arc::new(array.with_timezone("UTC")) as ArrayRef;
    match data_type {
        DataType::Int64 => [i64::MIN, i64::MAX].map(|end| Arc::new(Int64Array::from(vec![end])) as ArrayRef).to_vec(),
        DataType::Date32 => [i32::MIN, i32::MAX].map(|end| Arc::new(Date32Array::from(vec![end])) as ArrayRef).to_vec(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            [i64::MIN, i64::MAX].map(|end| zone(TimestampMicrosecondArray::from(vec![end]))).to_vec()
        }
        _ => Vec::new(),
    }
}

/// The same rows with `value` in the first one.
fn with_value(rows: &RecordBatch, at: usize, value: &ArrayRef) -> RecordBatch {
    let column = rows.column(at);
    let rest = column.slice(1, column.len() - 1);
    with_column(rows, at, concat(&[value.as_ref(), rest.as_ref()]).unwrap())
}

/// The file with the first bytes of a column's data overwritten.
fn with_damage(mut bytes: Vec<u8>, column: usize) -> Vec<u8> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes.clone())).unwrap();
    let (start, _) = reader.metadata().row_group(0).column(column).byte_range();
    let start = usize::try_from(start).unwrap();
    bytes[start..start + 8].fill(0xff);
    bytes
}

fn of_body(rows: &RecordBatch, code: &str) -> RecordBatch {
    let at = rows.schema().index_of("org_code").unwrap();
    with_column(rows, at, Arc::new(StringArray::from(vec![code; rows.num_rows()])))
}

/// What was done to one body's submission.
struct Case {
    body: String,
    dataset: String,
    column: String,
    damaged: bool,
}

#[test]
fn the_ends_of_every_type_and_damage_in_every_column_refuse_one_submission() {
    let bench = Bench::new();
    let (examples, _) = examples(bench.source().parent().unwrap());
    assert!(examples.len() >= 16, "datasets with rows: {}", examples.len());
    let mut cases: Vec<Case> = Vec::new();
    for example in &examples {
        let send = |body: &str, bytes: &[u8]| {
            bench.write(&submission_path(&example.dataset, (&example.submitted, body, &example.period)), bytes);
        };
        send("GOOD", &write(&of_body(&example.rows, "GOOD")));
        let fields = example.rows.schema();
        for (at, field) in fields.fields().iter().enumerate() {
            let mut case = |damaged: bool, bytes: &dyn Fn(&str) -> Vec<u8>| {
                let body = format!("B{:04}", cases.len());
                send(&body, &bytes(&body));
                let (dataset, column) = (example.dataset.clone(), field.name().clone());
                cases.push(Case { body, dataset, column, damaged });
            };
            for end in ends_of(field.data_type()) {
                case(false, &|body| write(&with_value(&of_body(&example.rows, body), at, &end)));
            }
            case(true, &|body| with_damage(write(&of_body(&example.rows, body)), at));
        }
    }
    assert!(cases.len() > 150, "{}", cases.len());
    let bodies = cases.iter().map(|case| case.body.as_str()).chain(["GOOD"]);
    let organisations: Vec<String> =
        bodies.map(|body| format!("{body},{body},{body},territorial_force,North,England,100,2000-01-01,")).collect();
    bench.reference("organisations", "2020-01-02", &organisations.join("\n"));

    let (source, work) = (bench.source(), bench.work());
    let check = leds_metrics(&["check", "--source", text(&source), "--work", text(&work), "--json"]);
    assert_eq!(check.code, 21, "{}", check.stderr);
    let report: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let blocking = || findings.iter().filter(|finding| finding["level"] == "blocking");
    for Case { body, dataset, column, damaged } in &cases {
        let own: Vec<&serde_json::Value> = blocking().filter(|finding| finding["org_code"] == body.as_str()).collect();
        let named = own.iter().any(|finding| *damaged || finding["column"] == column.as_str());
        assert!(named, "{dataset}.{column} of {body}: {own:?}");
        let words = if *damaged { "cannot be read" } else { "" };
        assert!(own.iter().any(|one| one["message"].as_str().unwrap().contains(words)), "{dataset}.{column}: {own:?}");
    }
    let refused: BTreeSet<&str> = blocking().filter_map(|finding| finding["org_code"].as_str()).collect();
    assert_eq!(refused.len(), cases.len(), "nobody else is refused");
    assert_eq!(report["refused"], cases.len());

    let run = bench.run("2025-04", &["--allow-gaps"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = bench.observations("2025-04");
    assert_eq!(all[&("CRE-01".to_owned(), "GOOD".to_owned(), "2025-04".to_owned())]["status"], "value");
}

#[test]
fn the_ends_of_every_type_in_reference_data_are_named_and_end_nothing_else() {
    let bench = Bench::new();
    let (_, nation) = examples(bench.source().parent().unwrap());
    bench.submit("arrest_summons", ("2025-05-12", "E1", "2025-04"), &arrests(&[("2025-04-03T10:00:00Z", "")]));
    let mut tried = 0;
    for path in files_below(&nation) {
        let parts: Vec<&str> = path.to_str().unwrap().split('/').collect();
        let [dataset, _submitted, _file] = parts.as_slice() else { continue };
        let rows = read(&nation.join(&path)).unwrap();
        let place = format!("{dataset}/submitted=2024-12-31/odd.parquet");
        for (at, field) in rows.schema().fields().iter().enumerate() {
            for end in ends_of(field.data_type()) {
                bench.write(&place, &write(&with_value(&rows, at, &end)));
                let (source, work) = (bench.source(), bench.work());
                let check = leds_metrics(&["check", "--source", text(&source), "--work", text(&work)]);
                assert_eq!(check.code, 21, "{dataset}.{}: {}", field.name(), check.stderr);
                let named = check.stderr.contains(&format!("{dataset}: ")) && check.stderr.contains(field.name());
                assert!(named, "{dataset}.{}: {}", field.name(), check.stderr);
                tried += 1;
            }
        }
        fs::remove_dir_all(bench.source().join(&place).parent().unwrap()).unwrap();
    }
    assert!(tried >= 12, "{tried}");
}

fn check(bench: &Bench) -> Finished {
    let (source, work) = (bench.source(), bench.work());
    leds_metrics(&["check", "--source", text(&source), "--work", text(&work)])
}

#[test]
fn a_date_after_the_day_of_submission_refuses() {
    let row = |created: &str| format!("E1,r1,arrest,2025-04-03T10:00:00Z,{created},true,true\n");
    // Midnight in London on 16 May is 23:00 in UTC on 15 May.
    for (created, refused) in [
        ("2025-05-15T22:59:59Z", false),
        ("2025-05-15T23:00:00Z", true),
        ("9999-12-31T00:00:00Z", true),
        ("1899-12-31T00:00:00Z", true),
        ("", false),
    ] {
        let bench = Bench::new();
        bench.write(
            &submission_path("arrest_summons", ("2025-05-15", "E1", "2025-04")),
            &parquet("arrest_summons", &row(created)),
        );
        let done = check(&bench);
        let finding = "blocking: arrest_summons E1 2025-04: 1 row: created_at lies after the day of submission or before \
                       1900; where there is no date yet, leave it empty";
        assert_eq!(done.stdout.contains(finding), refused, "{created}: {}", done.stdout);
        assert_eq!(done.code, if refused { 21 } else { 0 }, "{created}: {}", done.stdout);
    }
}

#[test]
fn a_date_that_may_lie_ahead_still_lies_in_a_calendar() {
    let row = |due: &str| format!("E1,q1,foi,2025-04-03,{due},,,,\n");
    for (due, refused) in [
        ("2025-05-03", false),
        ("2026-05-03", false),
        ("2200-12-31", false),
        ("2201-01-01", true),
        ("9999-12-31", true),
    ] {
        let bench = Bench::new();
        bench.write(
            &submission_path("rights_requests", ("2025-05-15", "E1", "2025-04")),
            &parquet("rights_requests", &row(due)),
        );
        let done = check(&bench);
        let finding = "due_on lies outside the years 1900 to 2200; where there is no date, leave it empty";
        assert_eq!((done.stdout.contains(finding), done.code == 21), (refused, refused), "{due}: {}", done.stdout);
    }
    let bench = Bench::new();
    bench.reference(
        "organisations",
        "2020-01-02",
        "E1,First,First,territorial_force,North,England,1,2000-01-01,9999-12-31\n",
    );
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[("2025-04-03T10:00:00Z", "")]));
    let done = check(&bench);
    assert_eq!(done.code, 21);
    assert!(done.stderr.contains("valid_to lies outside the years 1900 to 2200"), "{}", done.stderr);
}

#[test]
fn numbers_add_up_or_are_refused() {
    let columns = "org_code:S kind:S records:I";
    let send = |bench: &Bench, org: &str, records: i64| {
        let kinds = ["persons", "vehicles", "property", "other"];
        let rows: String = kinds.map(|kind| format!("{org},{kind},{records}\n")).concat();
        let path = submission_path("holdings", ("2025-05-15", org, "2025-04"));
        bench.write(&path, &crate::support::parquet_of(columns, &rows));
    };
    let bench = Bench::new();
    send(&bench, "E1", i64::MAX);
    send(&bench, "E2", 1_000_000_000_000);
    let run = bench.run("2025-04", &["--allow-gaps"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (source, work) = (bench.source(), bench.work());
    let held = "SELECT org_code, SUM(records) AS records FROM records_held GROUP BY org_code ORDER BY org_code";
    let done = leds_metrics(&["sql", held, "--source", text(&source), "--work", text(&work), "--format", "csv"]);
    assert_eq!(done.stdout, "org_code,records\nE2,4000000000000\n", "{}", done.stderr);
    let record = bench.published("2025-04", "run-record.json");
    assert!(record.contains("4 rows: records lies outside 0 to 1000000000000"), "{record}");
}

#[test]
fn the_same_file_twice_counts_nothing() {
    let rows = |org: &str| {
        let columns = "org_code:S occurred_at:T user_ref:S system:S application:S channel:S reason_code:I justification_length:I on_behalf_of:B outcome:S response_ms:I";
        let row = |n: usize| format!("{org},2025-04-0{n}T10:00:00Z,u{n},PNC,vehicles,desktop,1,10,false,match,5\n");
        crate::support::parquet_of(columns, &(1..4).map(row).collect::<String>())
    };
    let bench = Bench::new();
    let folder = |org: &str| format!("transactions/submitted=2025-05-12/org={org}/period=2025-04");
    bench.write(&format!("{}/a.parquet", folder("E1")), &rows("E1"));
    bench.write(&format!("{}/b.parquet", folder("E1")), &rows("E1"));
    bench.write(&format!("{}/a.parquet", folder("E2")), &rows("E2"));
    // Empty parts are alike and add nothing.
    let empty = crate::support::parquet_of(
        "org_code:S occurred_at:T user_ref:S system:S application:S channel:S reason_code:I justification_length:I on_behalf_of:B outcome:S response_ms:I",
        "",
    );
    bench.write(&format!("{}/b.parquet", folder("E2")), &empty);
    bench.write(&format!("{}/c.parquet", folder("E2")), &empty);
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 31, "{}", run.stderr);
    let record = bench.published("2025-04", "run-record.json");
    assert!(record.contains(&format!("is the same file as {}/a.parquet; keep one of them", folder("E1"))), "{record}");
    let all = bench.observations("2025-04");
    let volume = |org: &str| all[&("ACC-01".to_owned(), org.to_owned(), "2025-04".to_owned())].clone();
    assert_eq!((volume("E1")["status"].as_str(), volume("E2")["numerator"].as_str()), ("missing", "3"));
}

#[test]
fn an_empty_reference_is_no_reference() {
    for reference in ["\"\"", "\"  \"", "\"\u{a0}\""] {
        let bench = Bench::new();
        let row = format!("E1,{reference},arrest,2025-04-03T10:00:00Z,,true,true\n");
        let columns = "org_code:S report_ref:S event_type:S event_at:T created_at:T recordable:B identifier_valid:B";
        let bytes = blank_text(&crate::support::parquet_of(columns, &row), reference.trim_matches('"'));
        bench.write(&submission_path("arrest_summons", ("2025-05-15", "E1", "2025-04")), &bytes);
        let done = check(&bench);
        assert_eq!(done.code, 21, "{reference:?}: {}", done.stdout);
        assert!(done.stdout.contains("1 row: report_ref is required but empty"), "{reference:?}: {}", done.stdout);
    }
}

/// The file with `text` as the second column's only value; a CSV cannot tell an empty text from none.
fn blank_text(bytes: &[u8], text: &str) -> Vec<u8> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(bytes)).unwrap();
    let rows = reader.build().unwrap().next().unwrap().unwrap();
    write(&with_column(&rows, 1, Arc::new(StringArray::from(vec![text]))))
}

/// Four cases of E1, three of them on PNC in two hours, written by another program with a checksum for each page.
const WITH_CHECKSUMS: &[u8] = include_bytes!("data/arrest_summons-with-page-checksums.parquet");

#[test]
fn a_page_that_differs_from_its_checksum_is_refused() {
    let metadata = SerializedFileReader::new(bytes::Bytes::from_static(WITH_CHECKSUMS)).unwrap();
    let path = submission_path("arrest_summons", ("2025-05-15", "E1", "2025-04"));
    let bench = Bench::new();
    bench.write(&path, WITH_CHECKSUMS);
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let figure = |bench: &Bench| {
        let all = bench.observations("2025-04");
        let figure = &all[&("CRE-01".to_owned(), "E1".to_owned(), "2025-04".to_owned())];
        format!("{} {} {}", figure["status"], figure["numerator"], figure["denominator"])
    };
    assert_eq!(figure(&bench), "value 3 4");
    for column in 0..7 {
        let (start, length) = metadata.metadata().row_group(0).column(column).byte_range();
        let mut bytes = WITH_CHECKSUMS.to_vec();
        bytes[usize::try_from(start + length - 1).unwrap()] ^= 0x01;
        let bench = Bench::new();
        bench.write(&path, &bytes);
        bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), &arrests(&[("2025-04-03T10:00:00Z", "")]));
        let run = bench.run("2025-04", &[]);
        assert_eq!(run.code, 31, "column {column}: {}", run.stderr);
        assert_eq!(figure(&bench), "missing  ", "column {column}");
        let record = bench.published("2025-04", "run-record.json");
        assert!(record.contains("cannot be read"), "column {column}: {record}");
    }
}
