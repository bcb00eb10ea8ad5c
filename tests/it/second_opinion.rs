//! A second opinion on every figure: the same definitions, worked out row by row from the records in plain Rust, without
//! SQL, roll-ups or the library's own code. It compares every organisation, region and the nation, headline and
//! breakdown, for all kinds of review period.

mod access;
mod amendment;
mod audit;
mod calendar;
mod compare;
mod creation;
mod nation;
mod opinion;
mod percentile;
mod recipes;
mod records;
mod retention;
mod returns;
mod security;
mod sharing;
mod sums;
mod training;
mod validity;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::thread;

use arrow::array::{AsArray, BooleanArray};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::DataType;
use chrono::NaiveDate;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::support::{leds_metrics, text};
use calendar::months_between;
use compare::Findings;
use nation::{Nation, entries, files_below};
use opinion::Opinion;
use recipes::RECIPES;
use sums::{DECISION_DAYS, DORMANT_DAYS, LEAVER_DAYS, REFRESHER_MONTHS};

/// A nation that is made up, and the periods published of it.
#[derive(Debug, Clone, Copy)]
struct Plan {
    seed: u64,
    from: &'static str,
    to: &'static str,
    /// A run adds the earlier ones of its trend.
    periods: &'static [&'static str],
}

/// Each nation keeps one of so many bodies.
const THIRDS: u64 = 3;
/// One of each kind of period.
const EARLY: [&str; 6] = ["2025-03", "2024-25Q4", "2025Q1", "2024-25", "2024", "12m-to-2025-03"];
/// The last one has two months for which lists of open cases are returned.
const PLANS: [Plan; 4] =
    [early(1), early(2), early(3), Plan { seed: 4, from: "2026-10", to: "2027-05", periods: &["2027-05"] }];

const fn early(seed: u64) -> Plan {
    Plan { seed, from: "2024-01", to: "2025-03", periods: &EARLY }
}

/// Bodies that are in every nation: rows without an organisation, and the body that runs the systems.
const ALWAYS: [&str; 2] = ["UNATTRIBUTED", "LM-HO"];

#[test]
fn every_figure_is_the_same_when_worked_out_from_the_records_without_sql() {
    let working: Vec<_> = PLANS.into_iter().map(|plan| thread::spawn(move || findings_of(plan))).collect();
    let found: Vec<Findings> = working.into_iter().map(|thread| thread.join().unwrap()).collect();
    let differences: Vec<&String> = found.iter().flat_map(|findings| &findings.differences).collect();
    for difference in differences.iter().take(300) {
        println!("{difference}");
    }
    let compared: usize = found.iter().map(|findings| findings.compared).sum();
    assert!(differences.is_empty(), "{} of {compared} figures differ", differences.len());
    assert!(compared > 150_000, "{compared} figures compared");
    for recipe in &RECIPES {
        let values: usize = found.iter().filter_map(|findings| findings.values.get(recipe.id)).sum();
        assert!(values > 20, "{}: only {values} figures above nought were compared", recipe.id);
    }
    let organisations: BTreeSet<_> = found.iter().flat_map(|findings| &findings.organisations).collect();
    assert!(organisations.len() >= 51, "{organisations:?}");
}

#[test]
fn every_metric_has_a_second_opinion() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/metrics");
    let names: Vec<String> =
        entries(&folder).iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(names, RECIPES.map(|recipe| recipe.id.to_owned()));
}

/// Makes up a nation, publishes its periods and compares.
fn findings_of(plan: Plan) -> Findings {
    let seed = plan.seed;
    let folder = tempfile::tempdir().unwrap();
    let (source, settings) = (folder.path().join("source"), folder.path().join("settings.toml"));
    let number = seed.to_string();
    let made = leds_metrics(
        &[
            ["generate", "--quiet", "--scale", "0.0002"].as_slice(),
            &["--from", plan.from, "--to", plan.to, "--seed", &number, "--out", text(&source)],
        ]
        .concat(),
    );
    assert_eq!(made.code, 0, "{}", made.stderr);
    keep_a_third(&source, seed);
    fs::write(&settings, settings_text()).unwrap();
    let nation = Nation::read(&source);
    // A release looks back further than the records go.
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let last = day(&format!("{}-01", plan.to));
    let opinion = Opinion::of(&nation, &months_between(day("2018-01-01"), last));
    let mut findings = Findings::default();
    for period in plan.periods {
        let out = folder.path().join("out");
        let ran = leds_metrics(
            &[
                ["run", "--quiet", "--allow-gaps", "--settings", text(&settings), "--source", text(&source)].as_slice(),
                &["--out", text(&out), "--period", period, "--published-on", "2027-12-01"],
            ]
            .concat(),
        );
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let results = out.join(period).join("r1/results");
        let files = ["observations.csv", "breakdowns.csv"].map(|name| fs::read_to_string(results.join(name)).unwrap());
        findings.compare(&opinion, &files);
    }
    findings
}

fn settings_text() -> String {
    format!(
        "[trend]\nmonth = 15\nquarter = 2\nyear = 2\n[parameters]\ndormant_days = {DORMANT_DAYS}\ndecision_days = \
         {DECISION_DAYS}\nleaver_days = {LEAVER_DAYS}\nrefresher_months = {REFRESHER_MONTHS}\n"
    )
}

/// Leaves a third of the bodies, another third for each seed, so that all of them are looked at in a third of the time.
fn keep_a_third(source: &Path, seed: u64) {
    let file = files_below(&source.join("organisations")).remove(0);
    let batches: Vec<_> =
        ParquetRecordBatchReaderBuilder::try_new(File::open(&file).unwrap()).unwrap().build().unwrap().collect();
    let mut kept: BTreeSet<String> = ALWAYS.iter().map(|code| (*code).to_owned()).collect();
    let mut writer: Option<ArrowWriter<File>> = None;
    let mut number = 0;
    for batch in batches {
        let batch = batch.unwrap();
        let codes = cast(batch.column_by_name("org_code").unwrap(), &DataType::Utf8).unwrap();
        let keep = codes.as_string::<i32>().iter().map(|code| {
            let code = code.unwrap();
            number += 1;
            let stays = number % THIRDS == seed % THIRDS || ALWAYS.contains(&code);
            kept.extend(stays.then(|| code.to_owned()));
            Some(stays)
        });
        let kept_rows = filter_record_batch(&batch, &keep.collect::<BooleanArray>()).unwrap();
        let open = || ArrowWriter::try_new(File::create(&file).unwrap(), batch.schema(), None).unwrap();
        writer.get_or_insert_with(open).write(&kept_rows).unwrap();
    }
    writer.unwrap().close().unwrap();
    fs::remove_dir_all(source.join("peer_groups")).unwrap();
    for dataset in entries(source).iter().filter(|path| path.is_dir()) {
        for org in entries(dataset).iter().flat_map(|day| entries(day)).filter(|path| path.is_dir()) {
            let code = org.file_name().unwrap().to_str().unwrap().trim_start_matches("org=").to_owned();
            if !kept.contains(&code) {
                fs::remove_dir_all(&org).unwrap();
            }
        }
    }
}
