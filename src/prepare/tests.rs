//! Tests of whole extracts, from raw files to records read back: types, references, drops, and the words of problems.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, TimestampMicrosecondType};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::sync::Arc;

use super::*;
use crate::definitions::contract_file::parse_contract;
use crate::vocabulary::causes::with_causes;

const KEY: &str = "0123456789abcdef0123456789abcdef";
const HEADER: &str =
    "occurred_at,user_name,system,application,channel,reason_code,justification,on_behalf_of,outcome,response_ms";
const CELLS: &str = "2025-04-03T09:30:00+01:00,Smith01,PNC,names,desktop,8,stop check,false,match,120";

fn contract(dataset: &str) -> Contract {
    let path = format!("schemas/{dataset}.odcs.yaml");
    let files = crate::definitions::built_in_files();
    parse_contract(&path, std::str::from_utf8(&files[&path]).unwrap()).unwrap()
}

fn key(folder: &Path) -> SecretKey {
    let path = folder.join("key");
    std::fs::write(&path, KEY).unwrap();
    SecretKey::read(&KeySource::File(path)).unwrap()
}

/// Records of raw files of one dataset, given as (name, bytes).
fn made(dataset: &str, files: &[(&str, Vec<u8>)]) -> Result<(Made, Vec<RecordBatch>), String> {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<PathBuf> = files.iter().map(|(name, _)| folder.path().join(name)).collect();
    for (path, (_, bytes)) in inputs.iter().zip(files) {
        std::fs::write(path, bytes).unwrap();
    }
    let target = folder.path().join("out/records.parquet");
    let made = make_records(
        &inputs,
        &contract(dataset),
        KeyedSender { code: &"E1".parse().unwrap(), key: &key(folder.path()) },
        &target,
    );
    let made = made.map_err(|error| with_causes(&error).replace(&format!("{}/", folder.path().display()), ""))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&target).unwrap()).unwrap();
    Ok((made, reader.build().unwrap().map(Result::unwrap).collect()))
}

fn csv(lines: &[&str]) -> Vec<u8> {
    lines.join("\n").into_bytes()
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    batch.column_by_name(column).unwrap().as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

fn integers(batch: &RecordBatch, column: &str) -> Vec<Option<i64>> {
    batch.column_by_name(column).unwrap().as_primitive::<Int64Type>().iter().collect()
}

fn transactions(lines: &[&str]) -> Result<(Made, Vec<RecordBatch>), String> {
    made("transactions", &[("t.csv", csv(lines))])
}

#[test]
fn a_csv_extract_becomes_records_in_the_types_of_the_contract() {
    let blank = "2025-04-03T08:30:00Z,  smith01 ,PNC,names,desktop,,,TRUE,match,";
    let quoted = "2025-04-03 08:30:00.000001Z,\"O'Neil,  É\",PNC,names,desktop,8,\"\"\"é\"\" \nseen, \",false,match,1";
    let (made, batches) = transactions(&[
        &format!("\u{feff}{HEADER},surname"),
        &format!("{CELLS},Doe"),
        &format!("{blank},"),
        &format!("{quoted},x"),
    ])
    .unwrap();
    assert_eq!((made.rows, made.dropped), (3, BTreeSet::from(["surname".to_owned()])));
    let batch = &batches[0];
    let names: Vec<&str> = batch.schema_ref().fields().iter().map(|field| field.name().as_str()).collect();
    let expected: Vec<String> = contract("transactions").fields.into_iter().map(|field| field.name).collect();
    assert_eq!(names, expected);
    assert_eq!(texts(batch, "org_code"), vec![Some("E1".to_owned()); 3]);
    let times: Vec<_> =
        batch.column_by_name("occurred_at").unwrap().as_primitive::<TimestampMicrosecondType>().iter().collect();
    assert_eq!(times, [Some(1_743_669_000_000_000), Some(1_743_669_000_000_000), Some(1_743_669_000_000_001)]);
    assert_eq!(integers(batch, "justification_length"), [Some(10), None, Some(10)]);
    assert_eq!(integers(batch, "reason_code"), [Some(8), None, Some(8)]);
    let flags: Vec<_> = batch.column_by_name("on_behalf_of").unwrap().as_boolean().iter().collect();
    assert_eq!(flags, [Some(false), Some(true), Some(false)]);
    let references = texts(batch, "user_ref");
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let expected =
        [key.reference("user", "SMITH01"), key.reference("user", "SMITH01"), key.reference("user", "O'NEIL, É")];
    assert_eq!(references, expected.map(Some));
}

#[test]
fn a_user_has_one_reference_in_every_dataset_and_kind_of_file() {
    let (_, of_transactions) = transactions(&[HEADER, CELLS]).unwrap();
    let schema = |names: &str| names.split(',').map(str::to_owned).collect::<Vec<_>>();
    let columns = schema(
        "user_name,role,access_level,entitled_level,created_on,first_access_on,last_login_on,left_on,moved_on,closed_on,trained_on,refresher_due_on,national_course",
    );
    let of = contract("user_accounts");
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for name in &columns {
        let field = of.fields.iter().find(|field| field.name == *name);
        let kind = field.map_or(DataType::LargeUtf8, |field| crate::contract::file_type(field.field_type));
        let array: arrow::array::ArrayRef = match name.as_str() {
            "user_name" => Arc::new(arrow::array::LargeStringArray::from(vec!["SMITH01"])),
            _ => arrow::array::new_null_array(&kind, 1),
        };
        fields.push(Field::new(name, kind, true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, Arc::clone(&schema), None).unwrap();
    writer.write(&RecordBatch::try_new(schema, arrays).unwrap()).unwrap();
    writer.close().unwrap();
    let (_, of_accounts) = made("user_accounts", &[("accounts.parquet", bytes)]).unwrap();
    assert_eq!(texts(&of_transactions[0], "user_ref"), texts(&of_accounts[0], "user_ref"));
    assert_eq!(texts(&of_accounts[0], "user_ref")[0].as_ref().map(String::len), Some(32));
}

#[test]
fn an_asn_is_tested_and_has_one_reference_in_all_its_forms() {
    let header = "asn,event_type,event_at,created_at,recordable";
    let rest = "arrest,2025-04-03T10:00:00Z,,true";
    let numbers = ["1101ZD0100000410836V", "11/01ZD/01/410836V", "1101ZD0100000410836W", "1101NRPR00000000001V", ""];
    let lines: Vec<String> = numbers.iter().map(|asn| format!("{asn},{rest}")).collect();
    let mut all = vec![header];
    all.extend(lines.iter().map(String::as_str));
    let (_, batches) = made("arrest_summons", &[("a.csv", csv(&all))]).unwrap();
    let valid: Vec<_> = batches[0].column_by_name("identifier_valid").unwrap().as_boolean().iter().collect();
    assert_eq!(valid, [Some(true), Some(true), Some(false), Some(false), None]);
    let references = texts(&batches[0], "report_ref");
    assert_eq!(references[0], references[1]);
    assert!(references[0] != references[2] && references[4].is_none());
    // A force's own number comes before the ASN, and the ASN is still tested.
    let (_, batches) = made(
        "arrest_summons",
        &[("a.csv", csv(&[&format!("report_id,{header}"), &format!("R1,{},{rest}", numbers[0])]))],
    )
    .unwrap();
    assert_ne!(texts(&batches[0], "report_ref")[0], references[0]);
    assert!(batches[0].column_by_name("identifier_valid").unwrap().as_boolean().value(0));
}

#[test]
fn a_length_that_the_force_worked_out_is_taken_and_a_reference_is_not() {
    let length = HEADER.replace("justification", "justification_length");
    let (made, batches) = transactions(&[&length, &CELLS.replace("stop check", "17")]).unwrap();
    assert_eq!((integers(&batches[0], "justification_length"), made.dropped.len()), (vec![Some(17)], 0));
    let error = transactions(&[&HEADER.replace("user_name", "user_ref"), CELLS]).unwrap_err();
    assert_eq!(error, "t.csv: column user_name is missing, from which user_ref is made");
}

#[test]
fn every_cell_that_cannot_be_used_is_named_by_place_and_never_by_value() {
    let bad = "2025-04-03T09:30:00,Smith01,PNC,names,desktop,eight,\"two\nlines\",no,match,1.5";
    let error = transactions(&[HEADER, bad, CELLS, bad]).unwrap_err();
    let expected = "\
8 cells cannot be used
  t.csv, line 2, column occurred_at: is not a timestamp with its offset such as 2025-04-03T09:30:00+01:00
  t.csv, line 2, column reason_code: is not a whole number such as 42
  t.csv, line 2, column on_behalf_of: is neither true nor false
  t.csv, line 2, column response_ms: is not a whole number such as 42
  t.csv, line 5, column occurred_at: is not a timestamp with its offset such as 2025-04-03T09:30:00+01:00
  t.csv, line 5, column reason_code: is not a whole number such as 42
  t.csv, line 5, column on_behalf_of: is neither true nor false
  t.csv, line 5, column response_ms: is not a whole number such as 42";
    // The places of one column are told together, in the order of the contract.
    let sorted = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(sorted(&error), sorted(expected));
    let many = vec![bad; 30];
    let mut lines = vec![HEADER];
    lines.extend(many);
    let error = transactions(&lines).unwrap_err();
    assert!(error.starts_with("120 cells cannot be used\n") && error.ends_with("\n  and 100 more"), "{error}");
}

#[test]
fn a_broken_file_says_where_it_is_broken() {
    let error = |bytes: &[u8]| made("transactions", &[("t.csv", bytes.to_vec())]).unwrap_err();
    let short = error(&csv(&[HEADER, CELLS, "secret,row"]));
    assert_eq!(short, "t.csv, line 3: the row has 2 cells, but the first line has 10");
    let mut latin = csv(&[HEADER, CELLS]);
    let at = latin.windows(4).position(|four| four == b"stop").unwrap();
    latin[at] = 0xe9;
    assert_eq!(error(&latin), "t.csv, line 2: column justification: is not UTF-8 text");
    let twice = error(&csv(&[&format!("{HEADER},user_name"), &format!("{CELLS},x")]));
    assert_eq!(twice, "t.csv: column user_name stands more than once");
    let no_header = error(&csv(&[CELLS]));
    assert!(no_header.contains("column occurred_at is missing") && !no_header.contains("Smith"), "{no_header}");
    let parquet = made("transactions", &[("t.parquet", b"not Parquet".to_vec())]).unwrap_err();
    assert!(parquet.starts_with("t.parquet: the file is not Parquet or is damaged"), "{parquet}");
    let other = made("transactions", &[("t.xlsx", Vec::new())]).unwrap_err();
    assert_eq!(other, "t.xlsx: is neither CSV (.csv) nor Parquet (.parquet) by its name");
}

#[test]
fn several_files_become_one_in_their_order_and_no_rows_are_a_submission_too() {
    let other = CELLS.replace("Smith01", "Jones02");
    let files = [("1.csv", csv(&[HEADER, CELLS])), ("2.CSV", csv(&[HEADER, &other, CELLS]))];
    let (made_of, batches) = made("transactions", &files).unwrap();
    let references: Vec<_> = batches.iter().flat_map(|batch| texts(batch, "user_ref")).collect();
    assert_eq!((made_of.rows, references.len()), (3, 3));
    assert!(references[0] == references[2] && references[0] != references[1]);
    let (made_of, batches) = transactions(&[HEADER]).unwrap();
    assert_eq!((made_of.rows, batches.len()), (0, 0));
}

#[test]
fn parquet_columns_are_widened_but_never_guessed() {
    let kinds = |reason: DataType, at: DataType| {
        let of = contract("transactions");
        let mut fields = Vec::new();
        for field in of.fields.iter().filter(|field| field.name != "org_code") {
            fields.push(match field.name.as_str() {
                "user_ref" => Field::new("user_name", DataType::Int32, true),
                "reason_code" => Field::new("reason_code", reason.clone(), true),
                "occurred_at" => Field::new("occurred_at", at.clone(), true),
                name => Field::new(name, crate::contract::file_type(field.field_type), true),
            });
        }
        let schema = Arc::new(Schema::new(fields));
        let arrays = schema.fields().iter().map(|field| match field.name().as_str() {
            "user_name" => Arc::new(arrow::array::Int32Array::from(vec![17])) as arrow::array::ArrayRef,
            _ => arrow::array::new_null_array(field.data_type(), 1),
        });
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays.collect()).unwrap();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, schema, None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        made("transactions", &[("t.parquet", bytes)])
    };
    let nanoseconds =
        |zone: Option<&str>| DataType::Timestamp(arrow::datatypes::TimeUnit::Nanosecond, zone.map(Into::into));
    let (_, batches) = kinds(DataType::Int8, nanoseconds(Some("Europe/London"))).unwrap();
    assert_eq!(batches[0].column_by_name("occurred_at").unwrap().null_count(), 1);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(texts(&batches[0], "user_ref"), [Some(key(folder.path()).reference("user", "17"))]);
    let error = kinds(DataType::Float64, nanoseconds(None)).unwrap_err();
    let expected = "2 cells cannot be used\n  \
        t.parquet, from row 1, column occurred_at: has type timestamp in nanoseconds without time zone, not timestamp in microseconds with time zone UTC\n  \
        t.parquet, from row 1, column reason_code: has type floating-point number (double), not 64-bit integer";
    assert_eq!(error, expected);
}
