//! One verdict for each figure: every page of every edition is read for what it says of standing, and each statement must be
//! that of the result table `verdicts`. A word of standing at a place that the reader does not know is a fault.

mod dictionary;
mod explanations;
mod known;
mod ledger;
mod limits;
mod names;
mod pages;
mod places;
mod sentences;
mod workbooks;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use self::dictionary::assert_repeats_the_definitions;
use self::known::{Against, Known};
use self::ledger::Ledger;
use self::names::Names;
use self::pages::pieces;
use self::places::Reader;
use crate::golden::nation::{BODIES, Nation};
use crate::golden::outline::tree;
use crate::support::{Bench, files_below, table, text};

/// Pages that define words and columns, and judgements by the rules of others, which are named as such. The metric dictionary is
/// held against the definitions.
const NOT_READ: [&str; 4] = ["metric-dictionary.html", "data-dictionary.html", "glossary.html", "other-rules.html"];

/// What a release was read to say.
#[derive(Debug, Default)]
struct Said {
    pages: usize,
    workbooks: usize,
    statements: BTreeMap<Against, usize>,
    counts: usize,
    faults: Vec<String>,
}

impl Said {
    /// Reads every page of a release, each against the results of its edition. `organisations` has a row for each: code,
    /// name, short name, kind, region.
    fn of(release: &Path, organisations: &str) -> Self {
        let mut said = Self::default();
        let public = release.join("public/results");
        let national = Known::read(&release.join("results"));
        let own = public.exists().then(|| Known::read(&public));
        let names = Names::new(organisations, national.periods());
        for path in files_below(release) {
            let path = text(&path).to_owned();
            let known = if path.starts_with("public/") { own.as_ref().unwrap() } else { &national };
            said.add(release, &path, &Place { known, names: &names, body: body_of(&path, organisations) });
        }
        said
    }

    /// Reads a file of the release that is a page or a spreadsheet.
    fn add(&mut self, release: &Path, path: &str, place: &Place<'_>) {
        let ending = Path::new(path).extension().and_then(|ending| ending.to_str());
        let is_page = ending == Some("html") && !NOT_READ.iter().any(|page| path.ends_with(page));
        let is_workbook = ending == Some("xlsx");
        if !is_page && !is_workbook {
            return;
        }
        let file = release.join(path);
        let mut ledger = Ledger::new(place.known);
        let mut reader = Reader {
            ledger: &mut ledger,
            names: place.names,
            body: place.body.clone(),
            metric: place.names.metric_in(path),
            path: path.to_owned(),
            row_body: None,
            listed: BTreeMap::new(),
        };
        if is_page {
            reader.read(&pieces(&tree(&fs::read_to_string(file).unwrap())));
            self.pages += 1;
        } else {
            workbooks::read(&mut reader, &file);
            self.workbooks += 1;
        }
        for (against, count) in ledger.read {
            *self.statements.entry(against).or_default() += count;
        }
        self.counts += ledger.counts;
        self.faults.extend(ledger.faults);
    }
}

/// What a page is read with.
struct Place<'p> {
    known: &'p Known,
    names: &'p Names,
    body: Option<String>,
}

/// The organisation that a page is about: the one whose code stands in its path.
fn body_of(path: &str, organisations: &str) -> Option<String> {
    let parts: Vec<&str> = path.split(['/', '.']).collect();
    let mut codes = organisations.lines().filter_map(|line| line.split(',').next());
    codes.find(|code| parts.contains(code)).map(str::to_owned)
}

/// The labels of one result table are those of the other, metric by metric and organisation by organisation.
fn assert_responsibilities_repeat_the_verdicts(results: &Path) {
    let read = |name: &str| table(&fs::read_to_string(results.join(name)).unwrap());
    let key = |row: &BTreeMap<String, String>| (row["metric_id"].clone(), row["org_code"].clone());
    let verdicts: BTreeMap<_, _> = read("verdicts.csv").into_iter().map(|row| (key(&row), row)).collect();
    let responsibilities = read("responsibilities.csv");
    assert!(responsibilities.iter().any(|row| !row["against_peers"].is_empty()));
    for row in responsibilities {
        let verdict = |aspect: &str| verdicts.get(&key(&row)).map_or("", |verdict| verdict[aspect].as_str());
        assert_eq!(
            [row["against_peers"].as_str(), &row["against_year_before"]],
            [verdict("peers"), verdict("year_before")],
            "{row:?}"
        );
    }
}

/// Asserts that every statement of a release is that of its verdicts, and that there are at least so many of each kind.
fn assert_agrees(release: &Path, organisations: &str, least: &[(Against, usize)]) {
    assert_responsibilities_repeat_the_verdicts(&release.join("results"));
    let (dictionaries, standards) = assert_repeats_the_definitions(release);
    assert!(dictionaries > 0 && standards > 10 * dictionaries, "{dictionaries} dictionaries, {standards} standards");
    let said = Said::of(release, organisations);
    let shown: Vec<&str> = said.faults.iter().take(40).map(String::as_str).collect();
    assert!(shown.is_empty(), "{} statements are not those of the verdicts:\n{}", said.faults.len(), shown.join("\n"));
    for (against, least) in least {
        let read = said.statements.get(against).copied().unwrap_or_default();
        assert!(read >= *least, "{against:?}: {read} statements were read, fewer than {least}: {said:?}");
    }
    println!("{} pages, {} spreadsheets, {:?}, {} counts", said.pages, said.workbooks, said.statements, said.counts);
}

/// The public edition may know less than the national one, and never another thing.
fn assert_public_knows_no_other(release: &Path) {
    let (national, public) = (Known::read(&release.join("results")), Known::read(&release.join("public/results")));
    for judged in public.all() {
        for aspect in ["forces", "own_past", "year_before", "standard"] {
            let (own, other) = (public.label(judged, aspect), national.label(judged, aspect));
            let is_less = own.is_empty() || own == "cannot_tell";
            assert!(is_less || own == other, "{judged:?} {aspect}: {own} in public, and {other}");
        }
    }
}

/// The kept nation, in a month with its control charts and in a quarter with its public edition.
#[test]
fn no_page_contradicts_the_verdicts_of_the_kept_nation() {
    let nation = Nation::new();
    let runs = [
        "run --source @/source --out @/out --period 2026-03 --published-on 2026-06-10 --copies xlsx",
        "run --public --source @/source --out @/out --period 2025-26Q4 --published-on 2026-06-10 --copies xlsx",
    ];
    for command in runs {
        let done = nation.call(command);
        assert_eq!(done.code, 31, "{}", done.stderr);
    }
    let least = [
        (Against::Peers, 4_000),
        (Against::OwnPast, 500),
        (Against::YearBefore, 5_000),
        (Against::Standard, 5_000),
        (Against::Outcome, 1_500),
        (Against::Attention, 1_000),
    ];
    assert_agrees(&nation.path("out/2026-03/r1"), BODIES, &least);
    let of_forces = [(Against::Forces, 2_000), (Against::Limits, 100)];
    assert_agrees(&nation.path("out/2025-26Q4/r1"), BODIES, &[&least[2..], &of_forces].concat());
    assert_public_knows_no_other(&nation.path("out/2025-26Q4/r1"));
}

/// Twelve forces in one region.
fn forces() -> String {
    let force = |n| format!("F{n:02},F{n:02} Police,F{n:02},territorial_force,North,England,1000,2000-01-01,");
    (1..=12).map(force).collect::<Vec<_>>().join("\n")
}

/// Reports of each force in a month, of which so many per cent were on PNC within 24 hours; the eleventh has nine.
fn submit_reports(bench: &Bench, month: &str, in_time: [usize; 12]) {
    for (n, percent) in (1..).zip(in_time) {
        let all = if n == 11 { 9 } else { 200 };
        let line = |case: usize| {
            let created = if case < percent * all / 100 { "03T12" } else { "20T12" };
            format!("{month}-r{case},arrest,{month}-03T10:00:00Z,{month}-{created}:00:00Z,true,true\n")
        };
        let rows: String = (0..all).map(line).collect();
        let submitted = format!("{}-28", month.replace("-04", "-05"));
        bench.submit("arrest_summons", (&submitted, &format!("F{n:02}"), month), rows.trim_end());
    }
}

/// The last grade of two forces, and transactions of all, of which so many are about vehicles.
fn submit_others(bench: &Bench, month: &str, grades: [&str; 2], vehicles: usize) {
    let submitted = format!("{}-28", month.replace("-04", "-05"));
    for (n, grade) in (1..).zip(grades) {
        let rows = format!("{month}-i{n},inspection,{month}-05,{grade},,,");
        bench.submit("governance", (&submitted, &format!("F{n:02}"), month), &rows);
    }
    for n in 1..=12 {
        let own = if n == 4 { 4 * vehicles } else { vehicles + n };
        let rows = format!("{month}-01,PNC,vehicles,{own}\n{month}-01,PNC,names,{}", 1_000 - own);
        bench.submit("rollup-transaction_volumes", (&submitted, &format!("F{n:02}"), month), &rows);
    }
}

/// Few cases, a refused return, peers that would give a figure away, a metric of which neither side is better, grades that
/// moved, a fall that half of the forces share, and forces that differ too much for limits.
#[test]
fn no_page_contradicts_the_verdicts_of_a_nation_of_awkward_cases() {
    let bench = Bench::new();
    bench.reference("organisations", "2021-01-01", &forces());
    let peers = "F01,F02,Two peers,2021-01-01,\nF01,F03,Two peers,2021-01-01,\n";
    bench.reference("peer_groups", "2021-01-01", peers);
    submit_reports(&bench, "2024-04", [90, 89, 91, 90, 90, 88, 92, 60, 61, 62, 90, 30]);
    submit_reports(&bench, "2025-04", [60, 59, 61, 60, 60, 58, 92, 95, 30, 62, 90, 5]);
    submit_others(&bench, "2024-04", ["good", "fair"], 200);
    submit_others(&bench, "2025-04", ["poor", "excellent"], 100);
    let bad = "r1,arrests,2025-04-03T10:00:00Z,2025-04-04T10:00:00Z,true,true";
    bench.submit("arrest_summons", ("2025-05-29", "F10", "2025-04"), bad);
    let settings = bench.settings(TARGET);
    let done = bench.run("2025-04", &["--public", "--allow-gaps", "--settings", text(&settings)]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let release = bench.out().join("2025-04/r1");
    assert_awkward(&bench);
    let organisations = format!("{}E1,First Police,First,territorial_force,North\n", forces());
    assert_agrees(&release, &organisations, &[(Against::Peers, 100), (Against::Forces, 100), (Against::Standard, 50)]);
    assert_public_knows_no_other(&release);
}

/// A local target that some forces meet.
const TARGET: &str = r#"
[[targets]]
metric = "CRE-01"
level = 85
comparator = ">="
from = "2024-01-01"
source = "Joint board of the forces, minute 7"
"#;

/// The nation has what it was made for.
fn assert_awkward(bench: &Bench) {
    let verdicts = bench.rows("2025-04", "verdicts", "CRE-01");
    let of = |code: &str| verdicts.iter().find(|row| row["org_code"] == code).unwrap();
    assert_eq!((of("F11")["decided_by"].as_str(), of("F10")["decided_by"].as_str()), ("few_cases", "no_figure"));
    assert!(verdicts.iter().any(|row| row["year_before_shared"] == "yes"), "{verdicts:?}");
    assert!(verdicts.iter().any(|row| row["forces"] == "too_wide"), "{verdicts:?}");
    assert!(verdicts.iter().any(|row| row["standard"] == "clearly_not_met"), "{verdicts:?}");
    assert_eq!(bench.observations("2025-04")[&("CRE-01".into(), "PEERS:F01".into(), "2025-04".into())]["value"], "");
    let neutral = bench.rows("2025-04", "verdicts", "ACC-03");
    assert!(neutral.iter().any(|row| row["peers"].starts_with("higher")), "{neutral:?}");
    let grades = bench.rows("2025-04", "observations", "AUD-07");
    let grade = |code: &str, period: &str| {
        let row = grades.iter().find(|row| row["org_code"] == code && row["period"] == period);
        row.map_or("", |row| row["value"].as_str())
    };
    assert!(grade("F01", "2025-04") < grade("F01", "2024-04"), "{grades:?}");
}
