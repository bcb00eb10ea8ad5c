//! Figures that were printed elsewhere, reproduced from their own counts; see `tests/published/README.md`.
//! Each printed number that does not follow from its parts must be found, worded and shown.

use std::fs;
use std::path::Path;

use leds_metrics::contract::rollup_contract;
use leds_metrics::definitions::Definitions;
use leds_metrics::definitions::model::{Contract, FieldType};

use crate::support::{Bench, files_below, parquet_of, table};

/// A source with every file of `tests/published/source`, its rows as Parquet.
fn bench() -> Bench {
    let definitions = Definitions::built_in().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published/source");
    let bench = Bench::new();
    for path in files_below(&root) {
        let inside = path.to_str().unwrap();
        let contract = contract_of(&definitions, inside.split('/').next().unwrap());
        let bytes = to_parquet(&contract, &fs::read_to_string(root.join(&path)).unwrap());
        bench.write(&inside.replace(".csv", ".parquet"), &bytes);
    }
    bench
}

fn contract_of(definitions: &Definitions, folder: &str) -> Contract {
    match folder.strip_prefix("rollup-") {
        Some(name) => rollup_contract(definitions.rollup(name).unwrap()),
        None => definitions.contract(folder).unwrap().clone(),
    }
}

/// A CSV text whose header names fields of the contract, in any order.
fn to_parquet(contract: &Contract, text: &str) -> Vec<u8> {
    let (header, rows) = text.split_once('\n').unwrap();
    let column = |name: &str| {
        let field = contract.fields.iter().find(|field| field.name == name).unwrap();
        let letter = match field.field_type {
            FieldType::String => 'S',
            FieldType::Integer => 'I',
            FieldType::Boolean => 'B',
            FieldType::Date => 'D',
            FieldType::Timestamp => 'T',
        };
        format!("{name}:{letter}")
    };
    parquet_of(&header.split(',').map(column).collect::<Vec<_>>().join(" "), rows)
}

/// A published period.
struct Release {
    bench: Bench,
    period: &'static str,
}

impl Release {
    fn of(period: &'static str) -> Self {
        let release = Self { bench: bench(), period };
        // The newest of the sources is of August 2026.
        let run = release.bench.run_on("2026-12-01", period, &[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        release
    }

    /// Numerator, denominator, value and status; `category` is empty for the headline.
    fn figure(&self, metric: &str, category: &str, org: &str, period: &str) -> [String; 4] {
        let file = if category.is_empty() { "observations" } else { "breakdowns" };
        let rows = table(&self.bench.published(self.period, &format!("results/{file}.csv")));
        let is = |row: &std::collections::BTreeMap<String, String>| {
            row["metric_id"] == metric
                && row["org_code"] == org
                && row["period"] == period
                && (category.is_empty() || row["category"] == category)
        };
        let row = rows.iter().find(|row| is(row)).unwrap_or_else(|| panic!("no {metric} {category} {org} {period}"));
        ["numerator", "denominator", "value", "status"].map(|column| row[column].clone())
    }

    /// Rule and message of every reconciliation finding, each of which must stand on the data-quality page too.
    fn findings(&self) -> Vec<(String, String)> {
        let record: serde_json::Value =
            serde_json::from_str(&self.bench.published(self.period, "run-record.json")).unwrap();
        let page = self.bench.published(self.period, "national/data-quality.html");
        let findings = record["findings"].as_array().unwrap().iter().filter(|f| f["level"] == "reconciliation");
        findings
            .map(|finding| {
                let text = |key: &str| finding[key].as_str().unwrap().to_owned();
                let message = text("message");
                // The page has the names of categories as words.
                let words = message.replace('_', " ");
                let on_page = page.replace('_', " ");
                assert!(on_page.contains(&words), "not on the data-quality page: {message}");
                (text("rule"), format!("{} {} {message}", text("org_code"), text("period")))
            })
            .collect()
    }

    /// The messages of the findings that are not `exact`, with their rules, and the number of those that are.
    fn disagreements(&self) -> (usize, Vec<(String, String)>) {
        let (exact, other): (Vec<_>, Vec<_>) = self.findings().into_iter().partition(|(rule, _)| rule == "exact");
        (exact.len(), other)
    }
}

fn assert_messages(found: &[(String, String)], expected: &[(&str, &str)]) {
    let found: Vec<(&str, &str)> = found.iter().map(|(rule, message)| (rule.as_str(), message.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn transactions_of_1995_and_1996_and_the_total_that_is_printed_1_000_too_high() {
    let release = Release::of("1996");
    let count = |period: &str| release.figure("ACC-01", "", "LM-EWPNC", period);
    assert_eq!(count("1995"), ["50391805", "", "50391805", "value"]);
    assert_eq!(count("1996"), ["55785861", "", "55785861", "value"]);
    let share = |period: &str| release.figure("ACC-03", "", "LM-EWPNC", period);
    assert_eq!(share("1995"), ["25400639", "50391805", "50.406289", "value"]);
    // Of the sum of the parts; of the printed total it would be 47.0927.
    assert_eq!(share("1996"), ["26271565", "55785861", "47.093591", "value"]);
    let (exact, other) = release.disagreements();
    assert_eq!(exact, 2 * 10 - 2, "ten printed figures a year");
    assert_messages(
        &other,
        &[
            (
                "contradicts_its_parts",
                "LM-EWPNC 1996 ACC-01 value: printed 55786861, ours is 55785861; the printed figure does \
                 not follow from its parts (Hansard, 8 December 1998, columns 110-1W)",
            ),
            (
                "differs",
                "LM-EWPNC 1996 ACC-03 denominator: printed 55786861, ours is 55785861: differs; the \
                 publication may count something else (Hansard, 8 December 1998, columns 110-1W)",
            ),
        ],
    );
}

#[test]
fn a_quarter_and_a_financial_year_as_they_were_printed() {
    let quarter = Release::of("1997Q1");
    assert_eq!(quarter.figure("ACC-01", "", "LM-EWPNC", "1997Q1")[0], "14797553");
    assert_eq!(quarter.figure("ACC-03", "", "LM-EWPNC", "1997Q1")[2], "46.234124");
    assert_eq!(quarter.disagreements(), (10, Vec::new()));
    let year = Release::of("1997-98");
    assert_eq!(year.figure("ACC-01", "", "LM-EWPNC", "1997-98")[0], "61088217");
    assert_eq!(year.figure("ACC-01", "names", "LM-EWPNC", "1997-98")[0], "27735256");
    assert_eq!(year.figure("ACC-03", "", "LM-EWPNC", "1997-98")[2], "46.209445");
    assert_eq!(year.disagreements(), (10, Vec::new()));
}

#[test]
fn a_year_that_was_only_printed_in_other_spans_has_no_figure() {
    let [numerator, _, value, status] = Release::of("1997").figure("ACC-01", "", "LM-EWPNC", "1997");
    assert_eq!([numerator, value, status], ["", "", "missing"]);
}

#[test]
fn subject_access_backlogs_one_share_of_which_was_cut_and_not_rounded() {
    let release = Release::of("2023-11");
    let figure = |org: &str, category: &str| release.figure("SHA-04", category, org, "2023-11");
    assert_eq!(figure("E23000039", "over_one_month"), ["120", "140", "85.714286", "value"]);
    assert_eq!(figure("E23000039", "over_four_months"), ["13", "140", "9.285714", "value"]);
    assert_eq!(figure("E23000035", "over_one_month"), ["287", "347", "82.708934", "value"]);
    assert_eq!(figure("E23000035", "over_four_months"), ["78", "347", "22.478386", "value"]);
    let (exact, other) = release.disagreements();
    assert_eq!(exact, 8, "the counts");
    assert_messages(
        &other,
        &[
            (
                "rounds_to",
                "E23000035 2023-11 SHA-04 value of over_four_months: printed 22, ours is 22.4784, which rounds to it \
                 (ICO reprimands, reported by Local Government Lawyer (article 56324))",
            ),
            (
                "rounds_to",
                "E23000035 2023-11 SHA-04 value of over_one_month: printed 83, ours is 82.7089, which rounds to it \
                 (ICO reprimands, reported by Local Government Lawyer (article 56324))",
            ),
            (
                "rounds_to",
                "E23000039 2023-11 SHA-04 value of over_four_months: printed 9, ours is 9.2857, which rounds to it \
                 (ICO reprimands, reported by Local Government Lawyer (article 56324))",
            ),
            (
                "truncates_to",
                "E23000039 2023-11 SHA-04 value of over_one_month: printed 85, ours is 85.7143; the printed figure was \
                 cut, not rounded (ICO reprimands, reported by Local Government Lawyer (article 56324))",
            ),
        ],
    );
}

#[test]
fn four_of_ten_inspected_bodies_had_an_agreement_in_force() {
    let release = Release::of("2016-05");
    assert_eq!(release.figure("SHA-02", "", "LM-HMIC10", "2016-05"), ["4", "10", "40", "value"]);
    assert_eq!(release.disagreements(), (1, Vec::new()));
}

#[test]
fn automation_with_messages_of_no_known_force_in_the_nation_only() {
    let release = Release::of("2026-07");
    let counts = |metric: &str, org: &str| {
        let [numerator, denominator, ..] = release.figure(metric, "", org, "2026-07");
        [numerator, denominator]
    };
    assert_eq!(counts("AMD-07", "E23000028"), ["12", "21"]);
    assert_eq!(counts("AMD-07", "E23000001"), ["1", "3"]);
    assert_eq!(counts("AMD-07", "UNATTRIBUTED"), ["17", "17"]);
    assert_eq!(counts("AMD-07", "NATIONAL"), ["30", "41"], "the named forces give 13 of 24");
    assert_eq!(counts("AMD-08", "NATIONAL"), ["32", "41"]);
    let (exact, other) = release.disagreements();
    assert_eq!(exact, 0);
    let source = "(Ministry of Justice, automation report, unit test and its snapshot (made-up messages, not real \
                  performance))";
    let expected = [
        ("E23000001 2026-07 AMD-07", "33.33", "33.3333"),
        ("E23000001 2026-07 AMD-08", "33.33", "33.3333"),
        ("E23000028 2026-07 AMD-07", "57.14", "57.1429"),
        ("E23000028 2026-07 AMD-08", "66.67", "66.6667"),
        ("NATIONAL 2026-07 AMD-07", "73.17", "73.1707"),
        ("NATIONAL 2026-07 AMD-08", "78.05", "78.0488"),
    ]
    .map(|(place, printed, ours)| {
        let agreement = format!("printed {printed}, ours is {ours}, which rounds to it");
        ("rounds_to".to_owned(), format!("{place} value: {agreement} {source}"))
    });
    assert_eq!(other, expected);
}

/// Nobody had to return anything for 1996, so nobody failed to: no figure and no page says so.
#[test]
fn long_before_the_datasets_nobody_failed_to_return_them() {
    let Release { bench, .. } = Release::of("1996");
    for file in ["observations", "breakdowns", "responsibilities"] {
        let text = bench.published("1996", &format!("results/{file}.csv"));
        let said: Vec<&str> =
            text.lines().filter(|line| line.contains("not_returned") || line.contains("not returned")).collect();
        assert!(said.is_empty(), "{} of {file}: {:?}", said.len(), &said[..said.len().min(5)]);
    }
    for (path, bytes) in
        bench.released().into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "html"))
    {
        let page = String::from_utf8(bytes).unwrap();
        let said = page.lines().find(|line| line.contains("not returned by"));
        assert!(said.is_none(), "{}: {said:?}", path.display());
    }
}
