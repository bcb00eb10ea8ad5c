//! Adding to the definitions: a dataset, a roll-up and a metric as files, and nothing else. See `tests/added`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Bench, Exported, files_below, leds_metrics, parquet_of, submission_path, table, text};

const COLUMNS: &str = "org_code:S check_ref:S checked_on:D locked:B";

fn added() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/added")
}

/// Terminal checks of both forces in two months: E1 has 1 of 2 and 1 of 1, E2 1 of 1 and then nothing.
fn bench() -> Bench {
    let bench = Bench::new();
    let submit = |(org, month): (&str, &str), locked: &[bool]| {
        let row = |(n, locked): (usize, &bool)| format!("{org},c{n},{month}-02,{locked}\n");
        let rows: String = locked.iter().enumerate().map(row).collect();
        let path = submission_path("terminal_checks", ("2025-07-10", org, month));
        bench.write(&path, &parquet_of(COLUMNS, &rows));
    };
    submit(("E1", "2025-04"), &[true, false]);
    submit(("E1", "2025-05"), &[true]);
    submit(("E2", "2025-04"), &[true]);
    bench
}

/// The exported definitions with the files of `tests/added` copied over them.
fn with_added(bench: &Bench) -> Exported {
    let exported = bench.export();
    for top in ["schemas", "queries"] {
        for file in files_below(&added().join(top)) {
            let content = fs::read_to_string(added().join(top).join(&file)).unwrap();
            exported.write(&format!("{top}/{}", file.display()), &content);
        }
    }
    exported
}

#[test]
fn a_metric_is_added_by_files_alone() {
    let bench = bench();
    let definitions = with_added(&bench);
    let list = leds_metrics(&["list", "metrics", "--definitions", definitions.path()]);
    assert!(list.stdout.contains("SEC-08    1  derived                  Unattended terminals found locked"));
    let cases = added().join("cases");
    let verify = leds_metrics(&["--definitions", definitions.path(), "verify", "--cases", text(&cases)]);
    assert_eq!((verify.code, verify.stdout.lines().last()), (0, Some("1 passed, 0 failed")), "{}", verify.stdout);

    let run = bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = bench.observations("2025-04");
    let cells = |org: &str, period: &str| {
        let figure = &all[&("SEC-08".to_owned(), org.to_owned(), period.to_owned())];
        ["numerator", "denominator", "value", "status", "metric_version"].map(|column| figure[column].clone())
    };
    assert_eq!(cells("E1", "2025-04"), ["1", "2", "50", "value", "1"]);
    assert_eq!(cells("E2", "2025-04"), ["1", "1", "100", "value", "1"]);
    assert_eq!(cells("NATIONAL", "2025-04"), ["2", "3", "66.666667", "value", "1"]);

    let overview = bench.published("2025-04", "national/all-metrics.html");
    assert!(overview.contains("SEC-08.html\">SEC-08 Unattended terminals found locked</a>"));
    let page = bench.published("2025-04", "national/metrics/SEC-08.html");
    assert!(page.contains("All forces: 66.7% (2 of 3, few cases) in April 2025, too few"), "{page}");
    assert!(page.contains("<dt>Data</dt><dd>Terminal checks</dd>"), "{page}");
    let force = bench.published("2025-04", "forces/E1/principles/1.html");
    let (before, own) =
        force.split_once("<h2 id=\"metric-SEC-08\">SEC-08 Unattended terminals found locked</h2>").unwrap();
    assert!(before.contains("Principle 1: Securing the data</h1>"));
    assert!(own.contains("First: 50.0% (1 of 2, few cases) in April 2025, too few"), "{own}");
}

#[test]
fn a_new_metric_adds_months_and_takes_no_other_figure_away() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-07-10", "E1", "2025-04"), "r1,arrest,2025-04-03T10:00:00Z,,true,true");
    assert_eq!(bench.run("2025-04", &["--quiet"]).code, 31, "without the contract nobody knows the dataset");
    let others = |bench: &Bench| {
        let mut rows = table(&bench.published("2025-04", "results/observations.csv"));
        // What the pipeline measures of itself grows with the datasets that are due.
        rows.retain(|row| row["metric_id"] != "SEC-08" && !row["metric_id"].starts_with("REP-"));
        rows
    };
    let before = others(&bench);
    let definitions = with_added(&bench);
    assert_eq!(bench.run("2025-04", &["--definitions", definitions.path()]).code, 0);
    assert_eq!(others(&bench), before);
    // E1 returned two of three months, and the nation adds up what there is.
    assert_eq!(bench.run("2025-26Q1", &["--definitions", definitions.path()]).code, 0);
    let all = bench.observations("2025-26Q1");
    let figure = |org: &str| &all[&("SEC-08".to_owned(), org.to_owned(), "2025-26Q1".to_owned())];
    assert_eq!(figure("E1")["status"], "missing");
    let nation = ["numerator", "denominator", "coverage"].map(|column| figure("NATIONAL")[column].clone());
    assert_eq!(nation, ["3", "4", "0.5"]);
}

#[test]
fn a_section_may_name_the_metrics_it_shows() {
    let bench = bench();
    let definitions = with_added(&bench);
    let (sections, by_principle) = ("reports/sections.toml", "title = \"Securing the data\"\nprinciple = 1\n");
    let ids: Vec<String> = (1..=7).map(|n| format!("\"SEC-0{n}\"")).collect();
    let named = format!("title = \"Securing the data\"\nmetrics = [{}]\n", ids.join(", "));
    definitions.edit(sections, by_principle, &named);
    let list = ["list", "metrics", "--definitions", definitions.path()];
    let nowhere = leds_metrics(&list);
    assert_eq!(nowhere.code, 10);
    let message = "error: the definitions have 1 problem\n  \
                   reports/sections.toml: SEC-08 is shown 0 times; add it to exactly one section\n";
    assert_eq!(nowhere.stderr, message);

    let own = format!("{named}\n[[sections]]\ntitle = \"Terminals\"\nmetrics = [\"SEC-08\"]\n");
    definitions.edit(sections, &named, &own);
    let run = bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let overview = bench.published("2025-04", "national/all-metrics.html");
    let (_, section) = overview.split_once("<span class=\"group\">Terminals</span>").unwrap();
    let (section, _) = section.split_once("class=\"group\"").unwrap();
    assert!(section.contains("SEC-08.html") && !section.contains("SEC-01.html"), "{section}");
    // The other editions have the same sections.
    let force = bench.published("2025-04", "forces/E1/principles/section-2.html");
    assert!(force.contains("<h1>Terminals</h1>") && force.contains("id=\"metric-SEC-08\""));
}

#[test]
fn an_edition_is_a_file() {
    let bench = bench();
    let definitions = with_added(&bench);
    let layout = |blocks: &str| {
        format!(
            "audience = \"office\"\nfolder = \"brief\"\ntitle = \"Brief\"\nsummary = \"In short.\"\n\
             [[pages]]\npath = \"index.html\"\ntitle = \"{{report}}, {{period}}\"\nnavigation = \"Brief\"\n\
             blocks = [{blocks}]\n[[pages]]\npath = \"principles/{{principle}}.html\"\neach = \"principle\"\n\
             title = \"{{principle_title}}\"\nblocks = [\"national_figures\"]\n\
             [[pages]]\npath = \"bodies/{{code}}.html\"\neach = \"organisation\"\ntitle = \"{{organisation}}\"\n\
             blocks = [\"peers\", \"own_figures\", \"own_metrics\"]\n"
        )
    };
    definitions.write("reports/brief.toml", &layout("\"opening\", \"key_finding\", \"coverage\""));
    let refused = leds_metrics(&["list", "metrics", "--definitions", definitions.path()]);
    assert_eq!(refused.code, 10);
    let unknown = "reports/brief.toml: index.html, blocks: \"key_finding\" is unknown; known are opening, at_a_glance";
    let misplaced = "reports/brief.toml: index.html, blocks: coverage needs each = \"metric\"";
    assert!(refused.stderr.contains(unknown) && refused.stderr.contains(misplaced), "{}", refused.stderr);

    definitions.write("reports/brief.toml", &layout("\"opening\", \"at_a_glance\""));
    let run = bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let index = bench.published("2025-04", "brief/index.html");
    assert!(
        index.contains("<h1>Brief, April 2025</h1>") && index.contains("<p class=\"lead\">In short.</p>"),
        "{index}"
    );
    assert!(index.contains("How the nation is doing") && !index.contains("National figures"), "{index}");
    let principle = bench.published("2025-04", "brief/principles/1.html");
    assert!(principle.contains("<h1>Securing the data</h1>") && principle.contains("SEC-08"), "{principle}");
    assert!(!principle.contains("CRE-01") && principle.contains("href=\"../index.html\""), "{principle}");
    let own = bench.published("2025-04", "brief/bodies/E1.html");
    assert!(own.contains("metric-SEC-08") && own.contains("All metrics at a glance"), "{own}");
}

#[test]
fn a_roll_up_of_a_field_that_its_contract_does_not_have_is_named() {
    let bench = bench();
    let definitions = with_added(&bench);
    definitions.edit("queries/rollups/terminals_locked.sql", "WHERE locked", "WHERE is_locked");
    let run = bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 10);
    assert!(run.stderr.contains("queries/rollups/terminals_locked.sql: No field named is_locked"), "{}", run.stderr);
    assert!(!bench.out().exists(), "nothing was read and nothing written");
}
