//! Figures that contradict each other stop a run; a file of invariants that leads nowhere stops it before.

use std::fs;

use crate::support::{Bench, Exported, arrests, leds_metrics};

const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const SLOW: (&str, &str) = ("2025-04-04T10:00:00Z", "2025-04-20T12:00:00Z");

fn bench() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[FAST, FAST]));
    bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), &arrests(&[FAST, SLOW]));
    bench
}

/// Counts every report of E2 as one on PNC within 24 hours.
fn spoil(definitions: &Exported) {
    let (from, to) = ("delay_hours <= 24 THEN", "(delay_hours <= 24 OR org_code = 'E2') THEN");
    definitions.edit("queries/metrics/CRE-01/v1.sql", from, to);
}

#[test]
fn a_contradiction_publishes_nothing_and_leaves_the_last_release_whole() {
    let bench = bench();
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let before = bench.released();
    let definitions = bench.export();
    spoil(&definitions);
    let run = bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!((run.code, run.stdout.as_str()), (30, ""));
    let message = "error: 1 contradiction between figures; nothing was published\n  \
                   E2 in 2025-04: CRE-01 numerator 2 should be <= CRE-02 numerator 1 (day_within_three_days: No more \
                   reports are on PNC within 24 hours than within three days.)\n";
    assert_eq!(run.stderr, message);
    assert_eq!(bench.released(), before);
    assert_eq!(bench.run("2025-04", &["--again"]).code, 0, "and nothing is in the way of the next run");
}

#[test]
fn a_share_of_more_than_the_whole_is_a_contradiction_of_aggregates_too() {
    let bench = bench();
    let definitions = bench.export();
    definitions.edit("queries/metrics/CRE-02/v1.sql", "SUM(reports) AS denominator", "1 AS denominator");
    let run = bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 30, "{}", run.stderr);
    let words = "CRE-02 numerator 2 should be <= CRE-02 denominator 1 (numerator_within_denominator: No share is of more \
                 than the whole.)";
    assert!(run.stderr.contains(&format!("E1 in 2025-04: {words}")), "{}", run.stderr);
    assert!(run.stderr.contains("NATIONAL in 2025-04: CRE-02 numerator 3 should be <= CRE-02 denominator 2"));
    assert!(!bench.out().join("2025-04").exists());
}

#[test]
fn records_that_no_definition_can_keep_together_stop_nobody() {
    let bench = bench();
    // Three audits at random in a month with two transactions, because they concern earlier ones.
    let audits: String = (1..=3).map(|n| format!("a{n},2025-04-0{n},random,justified\n")).collect::<Vec<_>>().concat();
    bench.submit("transaction_audits", ("2025-05-15", "E1", "2025-04"), audits.trim_end());
    bench.submit("rollup-transaction_volumes", ("2025-05-15", "E1", "2025-04"), "2025-04-01,PNC,vehicles,2");
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = bench.observations("2025-04");
    let figure = &all[&("AUD-01".to_owned(), "E1".to_owned(), "2025-04".to_owned())];
    let cells = ["numerator", "denominator", "value", "status"].map(|column| figure[column].as_str());
    assert_eq!(cells, ["3", "2", "", "missing"]);
    let run_record = fs::read_to_string(bench.out().join("2025-04/r1/run-record.json")).unwrap();
    assert!(run_record.contains("withheld: E1 in 2025-04: AUD-01 numerator 3 should be <= AUD-01 denominator 2"));
    let definitions = bench.export();
    definitions.edit("queries/invariants.toml", "except = [\"AUD-01\"]", "except = [\"AUD-99\"]");
    let run = bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 10);
    let message = "  queries/invariants.toml: invariants[0].except[0]: “AUD-99” is a metric that is not there\n";
    assert!(run.stderr.ends_with(message), "{}", run.stderr);
}

#[test]
fn an_installation_may_add_invariants_or_do_without() {
    let bench = bench();
    let definitions = bench.export();
    spoil(&definitions);
    definitions.write("queries/invariants.toml", "invariants = []\n");
    assert_eq!(bench.run("2025-04", &["--definitions", definitions.path()]).code, 0);
    let own = "[[invariants]]\nid = \"own\"\nstatement = \"All are fast.\"\nleft = \"CRE-01.denominator\"\n\
               relation = \"=\"\nright = [\"CRE-02.numerator\"]\n";
    definitions.write("queries/invariants.toml", own);
    let run = bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 30);
    let line = "  E2 in 2025-04: CRE-01 denominator 2 should be = CRE-02 numerator 1 (own: All are fast.)\n";
    assert!(run.stderr.ends_with(line), "{}", run.stderr);
}

#[test]
fn invariants_with_a_typo_are_refused_before_anything_is_read() {
    let bench = bench();
    let definitions = bench.export();
    let list = || leds_metrics(&["list", "metrics", "--definitions", definitions.path()]);
    let file = "queries/invariants.toml";
    let good = definitions.read(file);

    definitions.edit(file, "\"CRE-02.numerator\"", "\"CRE-20.numerator\"");
    definitions.edit(file, "\"ACC-01[vehicles].numerator\"", "\"ACC-01[vehicles.numerator\"");
    let done = list();
    assert_eq!(done.code, 10);
    let message = format!(
        "error: the definitions have 2 problems\n  \
         {file}: invariants[3].right[0]: “CRE-20.numerator” names a metric that is not there\n  \
         {file}: invariants[10].right[0]: “ACC-01[vehicles.numerator” has a category without its closing bracket\n"
    );
    assert_eq!(done.stderr, message);

    definitions.write(file, &good.replacen("\"<=\"", "\"=<\"", 1));
    let done = list();
    assert_eq!(done.code, 10);
    let message = format!(
        "error: the definitions have 1 problem\n  \
         {file}: line 16, column 12: unknown variant `=<`, expected `<=` or `=`\n"
    );
    assert_eq!(done.stderr, message);
}
