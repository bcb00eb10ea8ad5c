//! `compare`: how two releases are told apart, and the reasons that it gives.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::markup::read_page;
use crate::support::{Bench, Finished, arrests, leds_metrics, table, text};
use crate::voice::assert_page_speaks;

const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const SLOW: (&str, &str) = ("2025-04-04T10:00:00Z", "2025-04-20T12:00:00Z");
const MAY: (&str, &str) = ("2025-05-03T10:00:00Z", "2025-05-03T12:00:00Z");

fn bench() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[FAST, FAST, FAST, SLOW]));
    run(&bench, "2025-04", &[]);
    bench
}

fn run(bench: &Bench, period: &str, more: &[&str]) {
    let run = bench.run(period, more);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

fn compare(bench: &Bench, one: &str, other: &str, more: &[&str]) -> Finished {
    let (one, other) = (bench.out().join(one), bench.out().join(other));
    leds_metrics(&[&["compare", text(&one), text(&other)], more].concat())
}

fn lines(bench: &Bench, one: &str, other: &str) -> Vec<String> {
    let done = compare(bench, one, other, &[]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    done.stdout.lines().map(str::to_owned).collect()
}

fn json(bench: &Bench, one: &str, other: &str) -> Value {
    let done = compare(bench, one, other, &["--json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn changed_figures_are_told_with_the_reasons_that_the_release_itself_gives() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), &arrests(&[FAST, FAST, FAST, FAST, SLOW]));
    bench.submit("arrest_summons", ("2025-06-02", "E2", "2025-04"), &arrests(&[FAST, SLOW]));
    run(&bench, "2025-04", &[]);
    let told = lines(&bench, "2025-04/r1", "2025-04");
    assert_eq!(told[0], "minor: figures changed, or something is new");
    for line in [
        "2025-04 r1: data as at 2025-05-15, published on 2025-12-01, leds-metrics 0.1.0",
        "compared: the figures of one period: 2025-04",
        "input files that are new or changed: 2, such as arrest_summons/submitted=2025-06-01/org=E1/period=2025-04/rows.parquet",
        "CRE-01 E1 2025-04: was 75 (3 of 4), is 80 (4 of 5): correction",
        "CRE-01 NATIONAL 2025-04: was 75 (3 of 4), is 71.428571 (5 of 7): late data and correction",
        "CRE-01 E2 2025-04: was missing, is 50 (1 of 2): late data",
    ] {
        assert!(told.iter().any(|one| one == line), "{line}\n{told:#?}");
    }
    // The release lists its headline figures that are not those of the last release.
    let row = |metric: &str, org: &str, reason: &str| format!("{metric} {org} {reason}");
    let published = table(&bench.published("2025-04", "results/revisions.csv"));
    let published = published.iter().filter(|one| one["kind"] == "since_last_release");
    let published: BTreeSet<String> =
        published.map(|one| row(&one["metric_id"], &one["org_code"], &one["reason"])).collect();
    let told = json(&bench, "2025-04/r1", "2025-04/r2");
    let changes = told["changes"].as_array().unwrap().iter();
    let changes = changes.filter(|one| one["change"] == "changed" && one["category"].is_null());
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let changes: BTreeSet<String> =
        changes.map(|one| row(&word(&one["metric_id"]), &word(&one["org_code"]), &word(&one["reason"]))).collect();
    assert!(published.len() > 3 && changes == published, "{changes:#?}\n{published:#?}");
}

#[test]
fn long_lists_end_and_json_is_whole() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-06-02", "E2", "2025-04"), &arrests(&[FAST, SLOW]));
    let settings = bench.settings("[trend]\nmonth = 24\n");
    bench.submit(
        "arrest_summons",
        ("2024-02-15", "E1", "2024-01"),
        &arrests(&[("2024-01-03T10:00:00Z", "2024-01-03T12:00:00Z")]),
    );
    run(&bench, "2025-04", &["--settings", text(&settings)]);
    let told = lines(&bench, "2025-04/r1", "2025-04/r2");
    let all = json(&bench, "2025-04/r1", "2025-04/r2");
    let changes = all["changes"].as_array().unwrap().len();
    assert!(changes > 50);
    assert_eq!(told.last().unwrap(), &format!("and {} more; --json lists all", changes - 50));
    assert_eq!(all["class"], "minor");
    let new = all["new"]["periods"].as_array().unwrap();
    assert!(new.contains(&"2024-01".into()) && told.iter().any(|line| line.starts_with("new: periods 2024-01")));
    assert!(told.contains(&"settings that differ: trend.month".to_owned()), "{told:#?}");
}

#[test]
fn a_release_made_again_is_no_change_and_words_are_a_patch() {
    let bench = bench();
    run(&bench, "2025-04", &["--again"]);
    let told = lines(&bench, "2025-04/r1", "2025-04/r2");
    assert_eq!(told[0], "none: nothing that decides the figures changed");
    assert!(told[4].ends_with(" the same, 0 changed, 0 new, 0 gone") && told.len() == 5, "{told:#?}");
    let settings = bench.settings("[publication]\ncontact = \"figures@example.org\"\n");
    run(&bench, "2025-04", &["--settings", text(&settings)]);
    let told = lines(&bench, "2025-04/r1", "2025-04/r3");
    assert_eq!(told[0], "patch: no figure changed; words, pages, settings, inputs or the program did");
    assert_eq!(told[5], "settings that differ: publication.contact");
}

#[test]
fn a_body_or_a_period_that_is_gone_is_major() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-06-15", "E1", "2025-05"), &arrests(&[MAY]));
    run(&bench, "2025-05", &[]);
    let settings = bench.settings("[trend]\nmonth = 1\nnational = 1\n");
    run(&bench, "2025-05", &["--settings", text(&settings)]);
    let told = lines(&bench, "2025-05/r1", "2025-05/r2");
    assert_eq!(told[0], "major: a metric, a body or a period is gone");
    assert!(told.contains(&"gone: periods 2025-04".to_owned()), "{told:#?}");
    let one = "E1,First Police,First,territorial_force,North,England,1000,2000-01-01,\n";
    bench.reference("organisations", "2025-06-16", one);
    run(&bench, "2025-05", &["--settings", text(&settings)]);
    let gone = json(&bench, "2025-05/r2", "2025-05/r3");
    assert_eq!(gone["class"], "major");
    assert!(gone["gone"]["bodies"].as_array().unwrap().contains(&"E2".into()), "{}", gone["gone"]);
}

#[test]
fn releases_of_other_periods_are_compared_where_both_hold_figures() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-06-15", "E1", "2025-05"), &arrests(&[MAY]));
    run(&bench, "2025-05", &[]);
    let told = lines(&bench, "2025-04", "2025-05");
    let line = "compared: the figures of one period that both releases hold, which are of different periods: 2025-04";
    assert!(told.contains(&line.to_owned()), "{told:#?}");
    assert_eq!(json(&bench, "2025-04", "2025-05")["same_period"], false);
    // The long series of a quarter hold months, of some metrics.
    run(&bench, "2025-26Q1", &[]);
    let done = compare(&bench, "2025-04", "2025-26Q1", &[]);
    assert_eq!(done.code, 2, "{}", done.stdout);
    assert!(done.stderr.contains("hold no period in common"), "{}", done.stderr);
}

#[test]
fn no_reason_is_made_up_where_the_definition_is_not_at_hand() {
    let bench = bench();
    let exported = bench.export();
    exported.edit("queries/rollups/arrest_summons_delay.sql", "SELECT", "-- The same.\nSELECT");
    bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), &arrests(&[FAST, FAST, FAST, FAST, SLOW]));
    run(&bench, "2025-04", &["--definitions", exported.path()]);
    let told = lines(&bench, "2025-04/r1", "2025-04/r2");
    let line = "CRE-01 E1 2025-04: was 75 (3 of 4), is 80 (4 of 5): no reason is known from the two releases";
    assert!(told.contains(&line.to_owned()), "{told:#?}");
    let known = compare(&bench, "2025-04/r1", "2025-04/r2", &["--definitions", exported.path()]);
    assert!(known.stdout.contains("is 80 (4 of 5): correction"), "{}", known.stdout);
}

#[test]
fn a_damaged_release_is_not_compared() {
    let bench = bench();
    run(&bench, "2025-04", &["--again"]);
    std::fs::write(bench.out().join("2025-04/r1/results/observations.parquet"), b"PAR1").unwrap();
    let done = compare(&bench, "2025-04/r1", "2025-04/r2", &[]);
    assert_eq!(done.code, 20);
    assert!(done.stderr.contains("observations.parquet: this file of a release is damaged"), "{}", done.stderr);
    assert_eq!(compare(&bench, "2025-04/r9", "2025-04/r2", &[]).code, 2);
}

/// Where the page of a comparison stands.
fn page_of(bench: &Bench) -> PathBuf {
    bench.out().with_file_name("comparison.html")
}

/// Writes the page of the first two releases, which are of April 2025, and reads it.
fn page(bench: &Bench) -> String {
    let path = page_of(bench);
    let done = compare(bench, "2025-04/r1", "2025-04/r2", &["--page", text(&path), "--overwrite"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_page_speaks(&path);
    read_page(&path)
}

/// Two releases: in the second one a return is replaced and another came in.
fn with_changes(settings: &str) -> Bench {
    let bench = Bench::new();
    bench.write("SYNTHETIC.txt", b"made up\n");
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[FAST, FAST, FAST, SLOW]));
    let settings = bench.settings(settings);
    let settings = ["--settings", text(&settings)];
    run(&bench, "2025-04", &settings);
    bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), &arrests(&[FAST, FAST, FAST, FAST, SLOW]));
    bench.submit("arrest_summons", ("2025-06-02", "E2", "2025-04"), &arrests(&[FAST, SLOW]));
    run(&bench, "2025-04", &settings);
    bench
}

#[test]
fn a_page_tells_what_changed_by_how_much_and_why() {
    let bench = with_changes("[publication]\nmarking = \"OFFICIAL\"\npublisher = \"Police Data Office\"\n");
    let before = bench.released();
    let page = page(&bench);
    for words in [
        "<h1>Changes from revision 1 to revision 2</h1>",
        "<p class=\"marking\">OFFICIAL</p>",
        "<strong>Synthetic data.</strong>",
        "<dd>Police Data Office</dd>",
        "<strong>Minor change.</strong> Figures changed, or something is new",
        "The figures of one period were compared: April 2025.",
        "<dt>Metrics new</dt><dd>REP-01 Force returns received on time</dd>",
        ">CRE-01 Arrest/summons on PNC within 24 hours</h3>",
        "<caption id=\"tab-CRE-01-percent\">",
        "<th scope=\"row\">First</th>",
        "75.0 <small>3 of 4</small>",
        "80.0 <small>4 of 5</small>",
        "+5.0",
        "A return was replaced <small>First, arrest summons, April 2025, submitted on 1 June 2025</small>",
        "More returns came in, and some were replaced",
        "Replaced an earlier one",
        "Input files that are new or changed: 2",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let headings: Vec<&str> = page.split("<h").skip(1).filter(|rest| rest.starts_with(['1', '2', '3'])).collect();
    assert!(headings[0].starts_with('1') && headings.iter().filter(|rest| rest.starts_with('1')).count() == 1);
    // It needs no other file, and nothing that runs.
    assert!(!page.contains("<script") && !page.contains("<link") && !page.contains(" src="), "{page}");
    assert!(page.contains("default-src 'none'") && page.contains("<style>"));
    // The releases stay as they were, and what is printed is what is printed without a page.
    assert_eq!(bench.released(), before);
    let path = page_of(&bench);
    let with_page = compare(&bench, "2025-04/r1", "2025-04/r2", &["--page", text(&path), "--overwrite"]);
    assert_eq!(with_page.stdout, compare(&bench, "2025-04/r1", "2025-04/r2", &[]).stdout);
    assert_eq!(read_page(&path), page, "the same releases give the same bytes");
}

#[test]
fn the_submissions_behind_a_change_stand_in_the_json() {
    let bench = with_changes("");
    let told = json(&bench, "2025-04/r1", "2025-04/r2");
    let submissions = told["submissions"].as_array().unwrap();
    assert_eq!(submissions.len(), 2, "{submissions:?}");
    let expected = serde_json::json!({ "dataset": "arrest_summons", "org_code": "E1", "first_month": "2025-04",
        "last_month": "2025-04", "submitted": "2025-06-01", "counted_by_sender": false, "change": "replaced" });
    assert_eq!(submissions[0], expected);
    assert_eq!((&submissions[1]["org_code"], &submissions[1]["change"]), (&"E2".into(), &"came_in".into()));
    let of = |body: &str| {
        let changes = told["changes"].as_array().unwrap().iter();
        let mut own = changes.filter(|one| one["metric_id"] == "CRE-01" && one["org_code"] == body);
        own.next().unwrap()["submissions"].clone()
    };
    assert_eq!([of("E1"), of("E2"), of("NATIONAL")], [vec![0], vec![1], vec![0, 1]].map(Value::from));
}

#[test]
fn no_text_of_a_release_becomes_markup_on_the_page() {
    let bench = with_changes("[publication]\nmarking = \"<i>OFFICIAL</i> & more\"\n");
    let name =
        "E1,<script>alert(1)</script>,<b>First</b> & \"Sons\",territorial_force,North,England,1000,2000-01-01,\n";
    bench.reference("organisations", "2025-06-16", name);
    // The return of the body that is gone is refused.
    run(&bench, "2025-04", &["--allow-gaps"]);
    let path = page_of(&bench);
    let done = compare(&bench, "2025-04/r1", "2025-04/r3", &["--page", text(&path)]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let page = read_page(&path);
    assert!(page.contains("&lt;b&gt;First&lt;/b&gt; &amp; &quot;Sons&quot;"), "{page}");
    assert!(page.contains("&lt;i&gt;OFFICIAL&lt;/i&gt; &amp; more"), "{page}");
    assert!(!page.contains("<b>First") && !page.contains("<i>OFFICIAL") && !page.contains("<script"), "{page}");
    // The second body is gone, which is what a reader meets first.
    assert!(page.contains("<strong>Major change.</strong>") && page.contains("Organisations gone"), "{page}");
}

#[test]
fn releases_of_two_folders_are_not_told_apart_by_their_number() {
    let (bench, trial) = (bench(), bench());
    let (one, other) = (bench.out().join("2025-04/r1"), trial.out().join("2025-04/r1"));
    let path = page_of(&bench);
    let done = leds_metrics(&["compare", text(&one), text(&other), "--page", text(&path)]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let page = read_page(&path);
    assert!(page.contains("Changes between two releases"), "{page}");
    assert!(!page.contains("from revision 1 to revision 1"), "{page}");
}

#[test]
fn releases_without_changes_have_a_short_page() {
    let bench = bench();
    run(&bench, "2025-04", &["--again"]);
    let page = page(&bench);
    for words in [
        "<strong>No change.</strong> Nothing that decides the figures is different.",
        "Both releases have the same figures.",
        "Both releases rest on the same submissions.",
        "Program, settings, definitions and input files are the same.",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn a_page_replaces_nothing_unasked_and_goes_into_no_release() {
    let bench = bench();
    run(&bench, "2025-04", &["--again"]);
    let before = bench.released();
    let call = |path: &PathBuf| compare(&bench, "2025-04/r1", "2025-04/r2", &["--page", text(path)]);
    let path = page_of(&bench);
    fs::write(&path, "mine").unwrap();
    let done = call(&path);
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    assert!(done.stderr.contains("exists already; --overwrite replaces it"), "{}", done.stderr);
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    let inside = bench.out().join("2025-04/r2/comparison.html");
    let done = call(&inside);
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    assert!(done.stderr.contains("lies inside the release, which never changes"), "{}", done.stderr);
    // What is to be its folder is a file.
    let below_a_file = path.join("comparison.html");
    let done = call(&below_a_file);
    assert_eq!((done.code, done.stdout.as_str()), (50, ""));
    assert!(done.stderr.contains(&format!("{}: cannot be written", text(&below_a_file))), "{}", done.stderr);
    assert!(fs::read_to_string(&path).unwrap() == "mine" && bench.released() == before);
}
