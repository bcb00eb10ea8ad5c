//! Codes and texts that would leave their folder or run in a spreadsheet program.

use std::fs;

use crate::support::{Bench, arrests, files_below, leds_metrics, parquet, text};

const GOOD: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");

fn organisation(code: &str) -> String {
    format!(
        "E1,First Police,First,territorial_force,North,England,1000,2000-01-01,\n{code},Other,Other,territorial_force,North,England,10,2000-01-01,\n"
    )
}

#[test]
fn a_code_that_leads_out_of_its_folder_is_refused_before_anything_is_written() {
    for code in ["../../../x", "..", ".", "a/b", "/tmp/x", "LM#1", "=1+1", "E2 ", "a\\b", "Ö1"] {
        let bench = Bench::new();
        bench.reference("organisations", "2020-01-02", &organisation(code));
        bench.submit("arrest_summons", ("2025-05-12", "E1", "2025-04"), &arrests(&[GOOD]));
        let before = files_below(bench.source().parent().unwrap());
        let run = bench.run("2025-04", &[]);
        assert_eq!(run.code, 21, "{code}: {}", run.stderr);
        let message = "organisations: 1 row: org_code does not have the form ^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$";
        assert!(run.stderr.contains(message), "{code}: {}", run.stderr);
        let written = files_below(bench.source().parent().unwrap()).into_iter().filter(|path| !before.contains(path));
        let ours = |path: &std::path::PathBuf| path.starts_with("out-work") || path.starts_with("out/ledger");
        let outside: Vec<_> = written.filter(|path| !ours(path)).collect();
        assert_eq!(outside, Vec::<std::path::PathBuf>::new(), "{code}");
    }
}

/// A contract of one's own that lets any code through.
#[test]
fn a_code_that_can_have_no_folder_is_refused_whatever_the_contract_says() {
    let bench = Bench::new();
    let definitions = bench.export();
    let pattern =
        "        logicalTypeOptions:\n          pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$'\n        required: true";
    definitions.edit("schemas/organisations.odcs.yaml", pattern, "        required: true");
    bench.reference("organisations", "2020-01-02", &organisation("../x"));
    bench.submit("arrest_summons", ("2025-05-12", "E1", "2025-04"), &arrests(&[GOOD]));
    let run = bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 21, "{}", run.stderr);
    assert!(run.stderr.contains("organisation ../x has no code: a code has at most 32 letters"), "{}", run.stderr);
}

#[test]
fn an_empty_code_and_a_blank_name_are_empty() {
    for (row, column) in
        [("\"\",Other,Other", "org_code"), ("E2,\"  \",Other", "name"), ("E2,Other,\" \t\"", "short_name")]
    {
        let bench = Bench::new();
        bench.reference(
            "organisations",
            "2020-01-02",
            &format!("{row},territorial_force,North,England,10,2000-01-01,\n"),
        );
        bench.submit("arrest_summons", ("2025-05-12", "E1", "2025-04"), &arrests(&[GOOD]));
        let run = bench.run("2025-04", &[]);
        assert_eq!(run.code, 21, "{column}: {}", run.stderr);
        assert!(run.stderr.contains(&format!("1 row: {column} is required but empty")), "{}", run.stderr);
    }
}

#[test]
fn a_blank_region_is_no_region() {
    let bench = Bench::new();
    let rows = "E1,First Police,First,territorial_force,North,England,1000,2000-01-01,\n\
                E2,Second Police,Second,territorial_force,\"  \",England,500,2000-01-01,\n";
    bench.reference("organisations", "2020-01-02", rows);
    for org in ["E1", "E2"] {
        bench.submit("arrest_summons", ("2025-05-12", org, "2025-04"), &arrests(&[GOOD]));
    }
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let codes: Vec<String> = bench.observations("2025-04").into_keys().map(|(_, org, _)| org).collect();
    assert!(codes.iter().any(|code| code == "REGION:North") && !codes.iter().any(|code| code.trim() == "REGION:"));
}

/// Every file that a spreadsheet program may open, with the cells that begin like a formula.
fn formulas(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for path in files_below(folder) {
        if path.extension().is_none_or(|end| end != "csv") {
            continue;
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(folder.join(&path)).unwrap();
        for record in reader.records() {
            for cell in &record.unwrap() {
                if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err() {
                    found.push(format!("{}: {cell:?}", path.display()));
                }
            }
        }
    }
    found
}

#[test]
fn no_csv_holds_a_formula_and_negative_numbers_stay_numbers() {
    let bench = Bench::new();
    let names = ["=HYPERLINK(\"\"http://x\"\")", "@SUM(A1)", "+1+1", "-1+1"];
    let rows: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(n, name)| {
            format!("E{},\"{name}\",\"{name}\",territorial_force,\"{name}\",\"{name}\",10,2000-01-01,", n + 1)
        })
        .collect();
    bench.reference("organisations", "2020-01-02", &rows.join("\n"));
    let later = ("2025-03-03T10:00:00Z", "2025-03-20T12:00:00Z");
    for org in ["E1", "E2", "E3", "E4"] {
        bench.submit("arrest_summons", ("2025-04-12", org, "2025-03"), &arrests(&[later, later]));
        bench.submit("arrest_summons", ("2025-05-12", org, "2025-04"), &arrests(&[GOOD]));
    }
    // A refused submission, so that failing rows are written too.
    bench.write(
        "arrest_summons/submitted=2025-05-13/org=E4/period=2025-04/rows.parquet",
        &parquet("arrest_summons", "E4,r1,=1+1,2025-04-03T10:00:00Z,,true,true\n"),
    );
    let run = bench.run("2025-04", &["--allow-gaps"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(formulas(bench.source().parent().unwrap()), Vec::<String>::new());
    let comparisons = bench.published("2025-04", "results/observations.csv");
    assert!(comparisons.contains("\nCRE-01,"), "{comparisons}");
    let failing =
        bench.work().join("refused/arrest_summons/submitted=2025-05-13/E4/2025-04/valid_values-event_type.csv");
    let failing = fs::read_to_string(failing).unwrap();
    assert!(failing.contains("E4,r1,[4 characters],2025-04-03T10:00:00Z,,true,true"), "{failing}");
    let rows = "SELECT '=1+1' AS a, '@x' AS \"=b\", -5 AS c, 'plain' AS d";
    let done = leds_metrics(&["sql", rows, "--format", "csv"]);
    assert_eq!(done.stdout, "a,'=b,c,d\n'=1+1,'@x,-5,plain\n", "{}", done.stderr);
}

#[test]
fn a_coded_field_takes_no_name() {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-12", "E1", "2025-04"), &arrests(&[GOOD]));
    let messages = [
        ("m1", "HO100301", None),
        ("m2", "SMITH 11/01HO/01/1376731L", Some("exception_code")),
        ("11/01HO/01/1376731L", "HO100301", Some("message_ref")),
        ("John Smith", "HO100301", Some("message_ref")),
    ];
    for (reference, code, refused) in messages {
        let columns = "org_code:S message_ref:S received_at:T recordable:B exception_code:S resolution:S";
        let rows = format!("E1,{reference},2025-04-03T10:00:00Z,true,{code},manual\n");
        let bytes = crate::support::parquet_of(columns, &rows);
        bench.write("hearing_messages/submitted=2025-05-12/org=E1/period=2025-04/rows.parquet", &bytes);
        let (source, work) = (bench.source(), bench.work());
        let check = leds_metrics(&["check", "--source", text(&source), "--work", text(&work)]);
        match refused {
            None => assert_eq!(check.code, 0, "{}", check.stdout),
            Some(column) => {
                assert_eq!(check.code, 21, "{}", check.stdout);
                assert!(
                    check.stdout.contains(&format!("1 row: {column} does not have the form ^")),
                    "{}",
                    check.stdout
                );
                let shown = files_below(&work).into_iter().filter(|path| path.starts_with("refused"));
                for path in shown {
                    let rows = fs::read_to_string(work.join(path)).unwrap();
                    assert!(!rows.contains("SMITH") && !rows.contains("1376731L") && !rows.contains("Smith"), "{rows}");
                }
            }
        }
    }
}
