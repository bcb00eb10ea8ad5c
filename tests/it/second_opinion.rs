//! A second opinion: the metrics worked out again record by record, without SQL, roll-ups or the period engine, and held
//! against what a run publishes, for three nations and all kinds of review period.

mod metrics;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use leds_metrics::app::run::{RunOptions, run};
use leds_metrics::app::{Context, generate};
use leds_metrics::config::Settings;
use leds_metrics::synth::Plan;

use crate::support::{table, text};
use metrics::{View, headline, is_state};
use rows::{Records, date, month_of, read_records};

/// Bodies that are looked at; the others are taken out, because they would only take time.
const BODIES: [&str; 4] = ["E23000002", "E23000034", "LM-BTP", "LM-DVLA"];

/// One period of each kind.
const PERIODS: [&str; 6] = ["2025-03", "2024-25Q4", "2025Q1", "2024-25", "2024", "12m-to-2025-03"];

/// Metrics without a second opinion: what the program notes of returns itself has tests in `returns`, and the other five have
/// hand-worked cases only.
const NOT_HERE: [&str; 8] = ["REP-01", "REP-02", "REP-03", "SEC-07", "RRD-01", "RRD-04", "SHA-01", "SHA-02"];

#[test]
fn every_figure_worked_out_again_from_the_records_is_the_published_one() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut compared: BTreeMap<String, usize> = BTreeMap::new();
    let mut different = Vec::new();
    for seed in [1, 2, 3] {
        runtime.block_on(hold_against(seed, &mut compared, &mut different));
    }
    assert!(different.is_empty(), "{} differ\n{}", different.len(), different.join("\n"));
    let counted: BTreeSet<&str> = compared.iter().filter(|(_, n)| **n > 0).map(|(id, _)| id.as_str()).collect();
    assert_eq!(counted.len() + NOT_HERE.len(), 60, "compared with something to count: {counted:?}");
    assert!(compared.values().sum::<usize>() > 1_500, "{compared:?}");
}

async fn hold_against(seed: u64, compared: &mut BTreeMap<String, usize>, different: &mut Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    let month = |text: &str| text.parse().unwrap();
    generate::generate(&Plan { from: month("2023-08"), to: month("2025-05"), scale: 0.0003, seed }, &source, true)
        .unwrap();
    leave_bodies(&source);
    let mut settings =
        Settings::parse(Path::new("leds-metrics.toml"), include_str!("../../leds-metrics.toml")).unwrap();
    (settings.trend.month, settings.trend.quarter, settings.trend.year) = (1, 1, 1);
    let context = Context::with(None, settings).await.unwrap();
    let records: BTreeMap<&str, Records> = BODIES.iter().map(|org| (*org, read_records(&source, org))).collect();
    for period in PERIODS {
        let options = RunOptions {
            source: text(&source).to_owned(),
            out: folder.path().join("out"),
            work: folder.path().join("work"),
            period: period.parse().unwrap(),
            as_of: None,
            published_on: "2025-12-01".parse().unwrap(),
            again: false,
            quiet: true,
        };
        let release = run(&context, &options).await.unwrap().release;
        for figure in table(&fs::read_to_string(release.join("results/observations.csv")).unwrap()) {
            let Some(own) = records.get(figure["org_code"].as_str()) else { continue };
            let (id, status) = (figure["metric_id"].as_str(), figure["status"].as_str());
            // Steering groups are asked of police forces only.
            let not_asked = id == "AUD-06" && figure["org_code"] == "LM-DVLA";
            if not_asked || NOT_HERE.contains(&id) || !["value", "not_applicable"].contains(&status) {
                continue;
            }
            let (ours, theirs) = (worked_out(&figure, own), published(&figure));
            if ours != theirs {
                let at = format!("seed {seed} {id} {} {period}", figure["org_code"]);
                different.push(format!("{at}: {ours:?} record by record, {theirs:?} published"));
            }
            *compared.entry(id.to_owned()).or_default() += usize::from(ours != (0, 0));
        }
    }
}

fn worked_out(figure: &BTreeMap<String, String>, records: &Records) -> (i64, i64) {
    let id = figure["metric_id"].as_str();
    let last = month_of(date(&figure["period_end"]));
    let first = if is_state(id) { last } else { month_of(date(&figure["period_start"])) };
    let of_month = |month| headline(id, &View { records, month });
    let months = (first..=last).map(|month| of_month(month).unwrap_or_else(|| panic!("{id} has no second opinion")));
    months.fold((0, 0), |sum, month| (sum.0 + month.0, sum.1 + month.1))
}

/// An empty cell is nought: a count has no denominator.
fn published(figure: &BTreeMap<String, String>) -> (i64, i64) {
    let cell = |column: &str| if figure[column].is_empty() { 0 } else { figure[column].parse().unwrap() };
    (cell("numerator"), cell("denominator"))
}

fn leave_bodies(source: &Path) {
    for dataset in fs::read_dir(source).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for day in fs::read_dir(&dataset).unwrap().map(|entry| entry.unwrap().path()) {
            for org in fs::read_dir(&day).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
                let name = org.file_name().unwrap().to_str().unwrap().to_owned();
                if !BODIES.iter().any(|body| name == format!("org={body}")) {
                    fs::remove_dir_all(&org).unwrap();
                }
            }
        }
    }
}
