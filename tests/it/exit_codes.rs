//! Each documented exit code, provoked.

use std::fs;

use crate::support::{Bench, arrests, leds_metrics, text};

const GOOD: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");

fn bench() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[GOOD]));
    bench
}

#[test]
fn exit_0_for_every_reading_command() {
    let bench = bench();
    let (source, out, work) = (bench.source(), bench.out(), bench.work());
    let check = ["check", "--source", text(&source), "--work", text(&work), "--json"];
    let plan = ["plan", "--source", text(&source), "--out", text(&out), "--period", "2025-26Q1", "--json"];
    for arguments in [&check[..], &plan[..], &["list", "metrics", "--json"], &["list", "datasets", "--json"]] {
        let done = leds_metrics(arguments);
        assert_eq!(done.code, 0, "{arguments:?}: {}", done.stderr);
        serde_json::from_str::<serde_json::Value>(&done.stdout).unwrap();
    }
    let periods = leds_metrics(&["list", "periods"]);
    assert!(periods.stdout.contains("12m-to-2025-06   year ending June 2025 (rolling)"), "{}", periods.stdout);
    let explained = leds_metrics(&["explain", "cre-01"]);
    assert!(explained.stdout.contains("at least 90 per cent, historical, from 2005-01-01"), "{}", explained.stdout);
}

#[test]
fn exit_2_for_usage_and_settings() {
    let bench = bench();
    let run = bench.run("2025-13", &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("“2025-13” is not a period; write 2025-04 (month), 2025-26Q1"), "{}", run.stderr);
    let settings = bench.source().join("../settings.toml");
    fs::write(&settings, "[engine]\nthread = 2\n").unwrap();
    let run = bench.run("2025-04", &["--settings", text(&settings)]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("unknown field `thread`"), "{}", run.stderr);
    assert_eq!(leds_metrics(&["explain", "XYZ-99"]).code, 2);
    fs::write(&settings, "[parameters]\ndormant_day = 90\n").unwrap();
    let run = bench.run("2025-04", &["--settings", text(&settings)]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("parameters.dormant_day: no metric takes this parameter; known are decision_days, dormant_days, leaver_days, refresher_months"),
        "{}",
        run.stderr
    );
}

#[test]
fn exit_10_for_a_definition_with_a_typo() {
    let folder = tempfile::tempdir().unwrap();
    let definitions = folder.path().join("definitions");
    assert_eq!(leds_metrics(&["definitions", "export", text(&definitions)]).code, 0);
    fs::remove_file(definitions.join("queries/released.lock")).unwrap();
    let edit = |file: &str, from: &str, to: &str| {
        let path = definitions.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    assert_eq!(leds_metrics(&["list", "metrics", "--definitions", text(&definitions)]).code, 0);
    edit("queries/rollups/user_training.sql", "first_access_on", "first_acess_on");
    edit("queries/metrics/CRE-02/v1.sql", "ORDER BY", "-- ORDER BY");
    edit("queries/metrics/CRE-01/metric.toml", "unit = \"percent\"", "unit = \"per cent\"");
    let list = leds_metrics(&["list", "metrics", "--definitions", text(&definitions)]);
    assert_eq!(list.code, 10);
    assert!(list.stderr.contains("queries/metrics/CRE-01/metric.toml: line"), "{}", list.stderr);
    edit("queries/metrics/CRE-01/metric.toml", "unit = \"per cent\"", "unit = \"percent\"");
    let list = leds_metrics(&["list", "metrics", "--definitions", text(&definitions)]);
    assert_eq!(list.code, 10);
    assert!(list.stderr.contains("the definitions have 2 problems"), "{}", list.stderr);
    assert!(
        list.stderr.contains("queries/rollups/user_training.sql: No field named first_acess_on"),
        "{}",
        list.stderr
    );
    assert!(
        list.stderr.contains("queries/metrics/CRE-02/v1.sql: the outermost ORDER BY must name org_code, month"),
        "{}",
        list.stderr
    );
}

#[test]
fn exit_10_for_a_statement_that_writes() {
    let bench = bench();
    let definitions = bench.export();
    definitions.write("queries/metrics/CRE-02/v1.sql", "CREATE TABLE x AS SELECT 1");
    let list = leds_metrics(&["list", "metrics", "--definitions", definitions.path()]);
    assert_eq!(list.code, 10);
    assert!(
        list.stderr
            .contains("queries/metrics/CRE-02/v1.sql: the statement does more than read; write one SELECT statement"),
        "{}",
        list.stderr
    );
}

#[test]
fn exit_10_for_a_statement_that_asks_the_clock() {
    let bench = bench();
    let definitions = bench.export();
    let asked = "month < CURRENT_DATE AND delay_hours >= 0 AND";
    definitions.edit("queries/metrics/CRE-02/v1.sql", "delay_hours >= 0 AND", asked);
    let list = leds_metrics(&["list", "metrics", "--definitions", definitions.path()]);
    assert_eq!(list.code, 10);
    assert!(
        list.stderr.contains(
            "queries/metrics/CRE-02/v1.sql: calls current_date(), which does not follow from the tables: the same run \
             must say the same again"
        ),
        "{}",
        list.stderr
    );
}

#[test]
fn exit_20_for_a_source_that_is_not_there_or_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (nowhere, out) = (folder.path().join("nowhere"), folder.path().join("out"));
    let run = |source: &str| leds_metrics(&["run", "--source", source, "--out", text(&out), "--period", "2025-04"]);
    assert_eq!(run(text(&nowhere)).code, 20);
    assert!(run(text(&nowhere)).stderr.contains("there is no such folder"));
    let nothing = folder.path().join("nothing");
    fs::create_dir(&nothing).unwrap();
    let empty = run(text(&nothing));
    assert_eq!(empty.code, 20);
    assert!(empty.stderr.contains("holds no submission; expected folders such as"), "{}", empty.stderr);
    let earlier = bench().run("2020-21Q1", &[]);
    assert_eq!(earlier.code, 20);
    assert!(
        earlier.stderr.contains("nothing was sent for 2020-21Q1; the source holds 2025-04 to 2025-04"),
        "{}",
        earlier.stderr
    );
    let unknown = run("ftp://bucket/data");
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("only folders and addresses that begin with s3:// or az:// are known"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn exit_21_when_reference_data_or_everything_is_refused() {
    let bench = bench();
    let (source, work) = (bench.source(), bench.work());
    bench.submit("arrest_summons", ("2025-05-20", "E1", "2025-04"), "r1,arested,2025-04-03T10:00:00Z,,true,true");
    let check = leds_metrics(&["check", "--source", text(&source), "--work", text(&work)]);
    assert_eq!(check.code, 21);
    assert!(
        check.stdout.contains("blocking: arrest_summons E1 2025-04: 1 row: event_type is not one of"),
        "{}",
        check.stdout
    );
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 21);
    assert!(
        run.stderr.contains("nothing can be published; the first finding is blocking: arrest_summons E1"),
        "{}",
        run.stderr
    );
    assert!(!bench.out().join("2025-04").exists());
    bench.write("organisations/submitted=2025-05-01/rows.parquet", b"");
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 21);
    assert!(run.stderr.contains("reference data was refused"), "{}", run.stderr);
}

#[test]
fn exit_30_when_a_hand_worked_case_fails() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("CRE-01/wrong");
    fs::create_dir_all(&case).unwrap();
    let header = "submitted,org,period,report_ref,event_type,event_at,created_at,recordable,identifier_valid\n";
    let row = "2025-05-15,E1,2025-04,r1,arrest,2025-04-03T10:00:00Z,2025-04-03T11:00:00Z,true,true\n";
    fs::write(case.join("case.toml"), "why = \"w\"\nperiods = [\"2025-04\"]\n").unwrap();
    fs::write(case.join("arrest_summons.csv"), format!("{header}{row}")).unwrap();
    let expected = "period,org_code,category,numerator,denominator,value,status\n2025-04,E1,,0,1,0,value\n";
    fs::write(case.join("expected.csv"), expected).unwrap();
    let verify = leds_metrics(&["verify", "--cases", text(folder.path())]);
    assert_eq!(verify.code, 30);
    assert!(
        verify.stdout.contains("FAIL CRE-01/wrong") && verify.stdout.contains("0 passed, 1 failed"),
        "{}",
        verify.stdout
    );
    let built_in = leds_metrics(&["verify"]);
    assert_eq!(built_in.code, 0, "{}", built_in.stdout);
}

#[test]
fn exit_31_with_gaps_and_0_when_they_are_allowed() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), "r1,arested,2025-04-03T10:00:00Z,,true,true");
    assert_eq!(bench.run("2025-04", &[]).code, 31);
    assert_eq!(bench.run("2025-04", &["--again", "--allow-gaps"]).code, 0);
}

#[test]
fn exit_40_when_a_template_fails_and_the_last_release_stays() {
    let bench = bench();
    bench.run("2025-04", &[]);
    let definitions = bench.source().join("../definitions");
    leds_metrics(&["definitions", "export", text(&definitions)]);
    fs::remove_file(definitions.join("queries/released.lock")).unwrap();
    fs::write(definitions.join("reports/templates/page.html"), "{{ page.no_such_name }}").unwrap();
    let run = bench.run("2025-04", &["--definitions", text(&definitions)]);
    assert_eq!(run.code, 40, "{}", run.stderr);
    assert!(run.stderr.contains("reports/templates/page.html"), "{}", run.stderr);
    assert!(bench.published("2025-04", "run-record.json").contains("\"revision\": 1"));
}

#[test]
fn exit_50_when_the_release_folder_cannot_be_written() {
    let bench = bench();
    fs::create_dir(bench.out()).unwrap();
    fs::write(bench.out().join("2025-04"), "a file where the folder should be").unwrap();
    let work = bench.work();
    let run = bench.run("2025-04", &["--work", text(&work)]);
    assert_eq!(run.code, 50, "{}", run.stderr);
}

#[test]
fn exit_50_when_the_work_folder_cannot_be_written() {
    let bench = bench();
    for (folder, what) in [
        ("rollups", "work folder "),
        ("rollups/arrest_summons_backlog", "roll-up arrest_summons_backlog: cache file"),
        ("monthly/CRE-01", "rows that are kept for later runs: "),
    ] {
        fs::create_dir_all(bench.work().join(folder).parent().unwrap()).unwrap();
        fs::write(bench.work().join(folder), "a file where the folder should be").unwrap();
        let run = bench.run("2025-04", &[]);
        assert!(run.code == 50 && run.stderr.contains(what), "{} {}", run.code, run.stderr);
        assert!(!bench.out().join("2025-04").exists(), "nothing is published");
        fs::remove_file(bench.work().join(folder)).unwrap();
    }
}

#[test]
fn exit_2_names_the_form_expected_and_the_nearest_names() {
    let bench = bench();
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let (source, release) = (bench.source(), bench.out().join("2025-04/r1"));
    let settings = bench.settings("[trend]\nquarter = 400\n");
    let sql = |statement: &str| {
        let (source, work) = (bench.source(), bench.work());
        leds_metrics(&["sql", statement, "--source", text(&source), "--work", text(&work), "--release", text(&release)])
    };
    for (done, message) in [
        (
            bench.run("2025-04", &["--as-of", "31/07/2025"]),
            "“31/07/2025” is not a day; write it as year-month-day, such as 2025-07-31",
        ),
        (bench.run("2025-04", &["--as-of", "9999-12-31"]), "“9999-12-31” is not a day; write it as year-month-day"),
        (bench.run("2025-04", &["--settings", text(&settings)]), "trend.quarter is 400, but must be 1 to 80"),
        (leds_metrics(&["explain", "CRE-1"]), "CRE-1 is not a metric; did you mean CRE-01, "),
        (leds_metrics(&["verify", "--metric", "cre-07"]), "cre-07 is not a metric; did you mean CRE-0"),
        (sql("SELECT numerater FROM observations"), "there is no column numerater; did you mean numerator"),
        (sql("SELECT 1 FROM observation"), "there is no table observation; did you mean observations"),
        (sql("SELECT report_reff FROM arrest_summons"), "there is no column report_reff; did you mean report_ref"),
    ] {
        assert_eq!(done.code, 2, "{message}: {}", done.stderr);
        assert!(done.stderr.contains(message), "{message}: {}", done.stderr);
    }
    let run = |out: &std::path::Path| {
        leds_metrics(&["run", "--source", text(&source), "--out", text(out), "--period", "2025-04"])
    };
    let before = crate::support::files_below(&source);
    let inside = run(&source.join("releases"));
    assert_eq!(inside.code, 2, "{}", inside.stderr);
    assert!(
        inside.stderr.contains("lies inside --source; a later run would take it for submissions"),
        "{}",
        inside.stderr
    );
    assert_eq!(crate::support::files_below(&source), before);
    let file = bench.source().join("../a-file");
    fs::write(&file, "").unwrap();
    let named = run(&file);
    assert_eq!(named.code, 2, "{}", named.stderr);
    assert!(named.stderr.contains("is a file; name a folder"), "{}", named.stderr);
}
