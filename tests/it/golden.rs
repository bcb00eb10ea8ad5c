//! What the program publishes and prints for a small fixed nation, as readable text in `tests/golden`: a change of any
//! published word or number is a difference in a file there. `docs/golden.md` says how to read and to renew the files.

mod kept;
pub mod nation;
pub mod outline;
mod record;
mod tables;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use self::kept::{Texts, digest};
use self::nation::Nation;
use self::outline::outline;
use self::tables::Chosen;
use crate::catalogue::rows::{assert_as_in_catalogue, assert_described, assert_references_resolve};
use crate::support::{Finished, files_below, leds_metrics, text};

/// Metrics whose pages and rows are kept in full, one of each kind: share, rate, count, delay, ratio, level only, persons,
/// parts, grade.
const METRICS: [&str; 9] = ["ACC-01", "ACC-02", "AMD-09", "AUD-03", "AUD-07", "CRE-01", "CRE-03", "CRE-06", "SHA-04"];

/// Bodies whose rows are kept in full: a force with a step, one that came after two others, an agency, and two sums.
const BODIES: [&str; 5] = ["E23000013", "E23000023", "LM-DVLA", "NATIONAL", "REGION:South"];

/// Bodies whose editions are kept in full: a force that came after two others, and an agency.
const EDITIONS: [&str; 2] = ["E23000023", "LM-DVLA"];

/// The commands that the nation is given, in order, by the file that keeps what they print.
const COMMANDS: [(&str, &str); 9] = [
    ("plan-before", "plan --source @/source --out @/out --period 2025-26Q4 --as-of 2026-06-10"),
    ("check", "check --source @/source --work @/out-work --as-of 2026-06-10"),
    ("run-month", "run --source @/source --out @/out --period 2026-03 --published-on 2026-06-10"),
    (
        "run-quarter-early",
        "run --public --source @/source --out @/out --period 2025-26Q4 --as-of 2026-04-25 --published-on 2026-04-26",
    ),
    ("run-quarter", "run --public --source @/source --out @/out --period 2025-26Q4 --published-on 2026-06-10"),
    ("run-quarter-again", "run --public --source @/source --out @/out --period 2025-26Q4 --published-on 2026-06-10"),
    ("plan-after", "plan --json --source @/source --out @/out --period 2025-26Q4 --as-of 2026-06-10"),
    ("sql-tables", "sql --tables --release @/out/2025-26Q4"),
    ("run-without-submissions", "run --source @/source --out @/out --period 2030-01 --published-on 2030-06-10"),
];

/// Commands that need no source.
const QUESTIONS: [(&str, &str); 10] = [
    ("explain-share", "explain CRE-01"),
    ("explain-delay", "explain CRE-03"),
    ("explain-parts", "explain ACC-01"),
    ("list-metrics", "list metrics"),
    ("list-datasets", "list datasets"),
    ("list-periods", "list periods"),
    ("settings-show", "settings show"),
    ("settings-schema", "settings schema"),
    ("unknown-metric", "explain CRE-99"),
    ("unknown-period", "plan --source @/source --out @/out --period 2025-26Q5"),
];

/// The help of every command.
const HELP: [&str; 25] = [
    "",
    "bundle",
    "check",
    "compare",
    "completions",
    "definitions",
    "demo",
    "doctor",
    "explain",
    "generate",
    "list",
    "manual",
    "plan",
    "prepare",
    "prune",
    "run",
    "schedule",
    "settings",
    "settings schema",
    "settings show",
    "sql",
    "status",
    "trace",
    "verify",
    "verify-release",
];

/// A hyphen and twelve digits.
const HASH: usize = 13;

#[test]
fn what_is_published_and_printed_is_what_is_kept() {
    let nation = Nation::new();
    let mut texts = Texts::default();
    for (name, command) in COMMANDS.into_iter().chain(QUESTIONS) {
        let done = nation.call(command);
        texts.add(&format!("commands/{name}.txt"), &printed(command, &done));
    }
    texts.add("commands/help.txt", &HELP.map(help).concat());
    let (month, quarter) = (nation.path("out/2026-03/r1"), nation.path("out/2025-26Q4/r2"));
    for release in [&month, &quarter] {
        assert_light(release);
    }
    keep_release(&mut texts, "month", &month, &Keep { period: "2026-03", whole: in_month });
    keep_release(&mut texts, "quarter", &quarter, &Keep { period: "2025-26Q4", whole: in_quarter });
    texts.compare();
}

/// A command, its exit code, and what it wrote to each stream.
fn printed(command: &str, done: &Finished) -> String {
    format!("$ leds-metrics {command}\nexit code {}\n\n{}\n-- messages:\n{}", done.code, done.stdout, done.stderr)
}

fn help(command: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    let done = leds_metrics(&words);
    format!("$ leds-metrics {}\n{}\n", words.join(" "), done.stdout)
}

/// What of a release is kept in full.
struct Keep {
    period: &'static str,
    /// Whether the page at a path is; of the others a digest is kept.
    whole: fn(&str) -> bool,
}

/// Pages that a quarter has and a month has not differ in words alone: the month is there for its charts over time.
fn in_month(page: &str) -> bool {
    page == "national/signals/index.html" || is_metric_of(page, "national", &["CRE-01", "CRE-03"])
}

fn in_quarter(page: &str) -> bool {
    match page.split_once('/').unwrap() {
        ("forces", rest) => EDITIONS.iter().any(|code| rest.starts_with(&format!("{code}/"))),
        (
            "trends",
            "index.html" | "migration.html" | "moved.html" | "seasons.html" | "changes.html" | "late-data.html"
            | "revisions.html",
        )
        | ("public", "index.html" | "forces.html" | "glossary.html" | "about.html" | "accessibility.html") => true,
        ("trends", _) => is_metric_of(page, "trends", &["CRE-01"]),
        ("inspection", rest) => {
            ["evidence.html", "parts.html"].iter().any(|page| rest == format!("{}/{page}", EDITIONS[0]))
        }
        ("public", rest) if rest.starts_with("forces/") => {
            EDITIONS.iter().any(|code| rest.starts_with(&format!("forces/{code}")))
        }
        ("public", _) => is_metric_of(page, "public", &["AUD-03", "CRE-01"]),
        ("national", rest) if rest.starts_with("forces/") => {
            EDITIONS.iter().any(|code| rest.starts_with(&format!("forces/{code}")))
        }
        (edition, rest) => !rest.starts_with("metrics/") || is_metric_of(page, edition, &METRICS),
    }
}

fn is_metric_of(page: &str, edition: &str, metrics: &[&str]) -> bool {
    metrics.iter().any(|metric| page.starts_with(&format!("{edition}/metrics/{metric}")))
}

/// Adds every page, every result table and the run record of a release.
fn keep_release(texts: &mut Texts, name: &str, release: &Path, keep: &Keep) {
    let record = fs::read_to_string(release.join("run-record.json")).unwrap();
    texts.add(&format!("{name}/run-record.json"), &record::describe(&record));
    let run_id = serde_json::from_str::<serde_json::Value>(&record).unwrap()["run_id"].as_str().unwrap().to_owned();
    let chosen = Chosen { metrics: &METRICS, bodies: &BODIES, period: keep.period };
    let mut others = String::new();
    for path in files_below(release) {
        let (file, page) = (release.join(&path), without_hashes(text(&path)));
        let kept = format!("{name}/{}", path.with_extension("txt").display());
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => {
                let outline = without_hashes(&without_run(&outline(&fs::read_to_string(file).unwrap()), &run_id));
                if (keep.whole)(&page) {
                    texts.add(&kept, &outline);
                } else {
                    note_digest(&page, &outline, &mut others);
                }
            }
            Some("csv") if page.contains("results/") => {
                assert_as_in_catalogue(&file);
                texts.add(&kept, &tables::describe(&file, &chosen));
            }
            Some("csv") => note_digest(&page, &fs::read_to_string(file).unwrap(), &mut others),
            // Its CSV says the same; the run record has no outline.
            Some("parquet" | "json") => {}
            _ => {
                let _ = writeln!(others, "{page}");
            }
        }
    }
    texts.add(&format!("{name}/other-files.txt"), &others);
    let results = [release.join("results"), release.join("public/results")];
    for folder in results.iter().filter(|folder| folder.is_dir()) {
        assert_references_resolve(folder);
        assert_described(folder);
    }
}

fn note_digest(path: &str, content: &str, words: &mut String) {
    let _ = writeln!(words, "{path}: {} lines, digest {}", content.lines().count(), digest(content));
}

/// A page without the run and the version in its foot.
fn without_run(outline: &str, run_id: &str) -> String {
    let foot = format!("{run_id}, leds-metrics {}", env!("CARGO_PKG_VERSION"));
    assert!(outline.contains(&foot), "a page does not name its run");
    outline.replace(&foot, "(run), leds-metrics (version)")
}

/// Paths without the digests in file names, which change with every byte of the file.
fn without_hashes(words: &str) -> String {
    let mut kept = String::new();
    let mut rest = words;
    while let Some(at) = rest.find('-') {
        let (before, after) = rest.split_at(at);
        kept.push_str(before);
        let is_hash = after.len() > HASH
            && after.as_bytes()[1..HASH].iter().all(u8::is_ascii_hexdigit)
            && after.as_bytes()[HASH] == b'.';
        kept.push_str(if is_hash { "" } else { "-" });
        rest = &after[if is_hash { HASH } else { 1 }..];
    }
    kept.push_str(rest);
    kept
}

/// Pages that a phone on a slow line still opens: those of a force, the summary of the nation, and any other.
const HEAVIEST: [(&str, u64); 3] = [("forces/", 150_000), ("national/index.html", 150_000), ("", 400_000)];

fn assert_light(release: &Path) {
    for path in files_below(release).iter().filter(|path| path.extension().is_some_and(|ending| ending == "html")) {
        let bytes = fs::metadata(release.join(path)).unwrap().len();
        let (_, most) = HEAVIEST.into_iter().find(|(beginning, _)| text(path).starts_with(beginning)).unwrap();
        assert!(bytes <= most, "{} has {bytes} bytes", path.display());
    }
}
