//! What a publisher settles beside the figures, and the page that lists the releases.

use std::fs;

use crate::support::{Bench, arrests, text};

const SETTINGS: &str = r#"
    [publication]
    publisher = "The <Statistics> Board"
    contact = "figures@example.org"
    marking = "OFFICIAL"
    next_release = "2026-03-01"
    revision_policy = "Each release revises those before it."
    pre_release_access = ["Chair of the board"]
    accessibility_tested_on = "2025-06-02"
"#;

fn bench() -> Bench {
    let bench = Bench::new();
    let fast = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[fast, fast]));
    bench.submit("arrest_summons", ("2025-05-16", "E2", "2025-04"), &arrests(&[fast]));
    bench
}

fn index(bench: &Bench) -> String {
    // The template writes a slash as a character reference.
    fs::read_to_string(bench.out().join("index.html")).unwrap().replace("&#x2f;", "/")
}

#[test]
fn a_run_asks_for_what_only_the_publisher_knows_and_pages_say_it() {
    let bench = bench();
    let settings = bench.settings("[publication]\npublisher = \"A board\"");
    let run = bench.run("2025-04", &["--settings", text(&settings)]);
    let note =
        "note: these settings of [publication] are not given, and pages say so: contact (the foot of every page and";
    assert!(run.stderr.contains(note), "{}", run.stderr);
    let page = bench.published("2025-04", "national/about.html");
    assert!(page.contains("A board") && page.contains("Not given by the publisher"));

    let settings = bench.settings(SETTINGS);
    let run = bench.run("2025-04", &["--settings", text(&settings)]);
    assert!(!run.stderr.contains("[publication]"), "{}", run.stderr);
    assert!(!run.stderr.contains("publication.next_release"), "{}", run.stderr);
    assert!(run.stdout.contains("/r2/"), "another publisher makes another release: {}", run.stdout);
    let page = bench.published("2025-04", "national/about.html");
    for said in [
        "The &lt;Statistics&gt; Board",
        "Write to figures@example.org",
        "last tested on 2 June 2025",
        "1 March 2026",
        "Each release revises those before it.",
        "Chair of the board",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let pages = ["national/index.html", "national/metrics/CRE-01.html", "forces/E1/index.html"];
    for page in pages.map(|page| bench.published("2025-04", page)) {
        assert!(page.contains("<p class=\"marking\">OFFICIAL</p>"), "each page carries the marking");
        assert!(!page.contains("Not given by the publisher"));
    }

    let past = bench.settings(&SETTINGS.replace("2026-03-01", "2025-09-01"));
    let told = bench.run("2025-04", &["--settings", text(&past)]).stderr;
    assert!(told.contains("note: publication.next_release is 2025-09-01, but this release is published on"), "{told}");
}

#[test]
fn the_folder_of_releases_has_a_page_that_lists_them() {
    let bench = bench();
    bench.run("2025-04", &["--public"]);
    let page = index(&bench);
    assert!(page.contains("2025-04/r1/national/index.html") && page.contains("2025-04/r1/public/index.html"), "{page}");
    assert!(
        page.contains("2025-04/r1/forces/E1/index.html") && page.contains("No figure of an earlier release"),
        "{page}"
    );
    let slow = ("2025-04-04T10:00:00Z", "2025-04-20T12:00:00Z");
    bench.submit("arrest_summons", ("2025-06-16", "E2", "2025-04"), &arrests(&[slow]));
    bench.submit("arrest_summons", ("2025-06-16", "E2", "2025-05"), &arrests(&[]));
    bench.run("2025-04", &[]);
    bench.run("2025-05", &[]);
    let page = index(&bench);
    assert!(page.contains("2025-04/r2/national/index.html") && page.contains("Revision 1</a>"), "{page}");
    assert!(page.contains("figures of the release before have changed."), "{page}");
    let place = |text: &str| page.find(text).unwrap();
    assert!(place("May 2025") < place("April 2025"), "the newest period stands first");
    for link in
        page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).filter(|link| !link.starts_with('#'))
    {
        assert!(bench.out().join(link).is_file(), "{link} leads nowhere");
    }
    // A run that publishes nothing makes it anew, as after one that was killed before the page was written.
    fs::remove_file(bench.out().join("index.html")).unwrap();
    assert!(bench.run("2025-05", &[]).stderr.contains("nothing changed"));
    assert_eq!(index(&bench), page);
    // The page lists what is there, also where a record is damaged, and no run fails for it.
    fs::write(bench.out().join("2025-04/r1/run-record.json"), "{").unwrap();
    bench.run("2025-05", &["--again"]);
    assert!(index(&bench).contains("cannot be read"));
}

#[test]
fn charts_are_files_where_a_run_asks_for_them_and_another_format_is_refused() {
    let bench = bench();
    let refused = bench.run("2025-04", &["--copies", "gif"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("“gif” is no kind of copy; there are ods, xlsx, pdf, svg and png"),
        "{}",
        refused.stderr
    );
    assert!(!bench.out().join("2025-04").exists(), "nothing is published");
    bench.run("2025-04", &["--copies", "svg"]);
    let chart = bench.published("2025-04", "national/charts/metrics/CRE-01/CRE-01-comparison.svg");
    assert!(chart.starts_with("<svg xmlns=") && chart.contains("Published"), "{chart}");
    assert!(!bench.out().join("2025-04/r1/forces/E1/charts").exists());
}

#[cfg(not(feature = "pdf"))]
#[test]
fn a_program_without_documents_says_how_to_get_them() {
    let bench = bench();
    let refused = bench.run("2025-04", &["--copies", "pdf"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("build it with --features pdf, or leave pdf out"), "{}", refused.stderr);
    assert!(!bench.out().join("2025-04").exists(), "nothing is published");
}

#[cfg(feature = "pdf")]
#[test]
fn packs_are_documents_where_a_run_asks_for_them() {
    let bench = bench();
    bench.run("2025-04", &["--copies", "pdf"]);
    let release = bench.out().join("2025-04/r1");
    let printed = fs::read(release.join("national/national-summary-2025-04-r1.pdf")).unwrap();
    assert!(printed.starts_with(b"%PDF-1.7"));
    assert!(bench.published("2025-04", "national/index.html").contains("href=\"national-summary-2025-04-r1.pdf\""));
}
