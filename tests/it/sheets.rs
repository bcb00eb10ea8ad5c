//! Spreadsheets as they are published: their names, their form, and every number of them against the result tables. A library
//! reads them that wrote neither format.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use calamine::{Data, DataType as _, Reader as _, Xlsx};

use crate::golden::nation::Nation;
use crate::reading::ReadSheet;
use crate::support::{Bench, arrests, files_below, table, text};

/// The sheets with which every spreadsheet begins.
const FIRST: [&str; 3] = ["Cover_sheet", "Table_of_contents", "Notes"];

/// Columns of figures, and the columns of the result tables that they must equal.
const OF_FIGURES: [(&str, &str); 5] = [
    ("Value", "value"),
    ("Lower 95% limit", "lower_95"),
    ("Upper 95% limit", "upper_95"),
    ("Numerator", "numerator"),
    ("Denominator", "denominator"),
];

/// The same of comparisons with peers.
const OF_PEERS: [(&str, &str); 4] = [
    ("Peers together", "other_value"),
    ("", "estimate"),
    (", lower 95% limit", "lower_95"),
    (", upper 95% limit", "upper_95"),
];

/// How the difference from peers is called where a sheet is of one metric or of several.
const DIFFERENCES: [&str; 3] = ["Difference from peers", "Ratio to peers", "Difference from peers or ratio to them"];

type ResultRow = BTreeMap<String, String>;
/// Rows by metric, organisation and period.
type ResultRows = BTreeMap<(String, String, String), ResultRow>;

impl ReadSheet {
    /// Where the row of headings is: the first with something beside the first column.
    fn headings_at(&self) -> Option<usize> {
        self.rows.iter().position(|row| row.iter().skip(1).any(|cell| !cell.is_empty()))
    }

    /// The headings without units and notes.
    pub fn headings(&self) -> Vec<String> {
        let Some(at) = self.headings_at() else { return Vec::new() };
        let plain = |cell: &Data| {
            let heading = cell.get_string().unwrap().split('\n').next().unwrap().to_owned();
            match heading.rsplit_once(" (") {
                Some((name, unit)) if unit.ends_with(')') => name.to_owned(),
                _ => heading,
            }
        };
        self.rows[at].iter().map(plain).collect()
    }

    /// The rows of the table, by headings.
    pub fn table(&self) -> Vec<BTreeMap<String, Data>> {
        let (headings, at) = (self.headings(), self.headings_at().unwrap());
        self.rows[at + 1..].iter().map(|row| headings.iter().cloned().zip(row.iter().cloned()).collect()).collect()
    }

    /// What stands in the rows above the table.
    pub fn lines(&self) -> Vec<String> {
        let lines = self.rows.iter().take(self.headings_at().unwrap_or(self.rows.len()));
        lines.map(|row| row[0].get_string().unwrap_or_default().to_owned()).collect()
    }
}

fn assert_form(place: &str, sheets: &[ReadSheet]) {
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names[..3], FIRST, "{place}");
    let unique: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(unique.len(), names.len(), "{place}: {names:?}");
    let (mut used, mut defined) = (BTreeSet::new(), BTreeSet::new());
    for sheet in sheets {
        let place = format!("{place}, {}", sheet.name);
        let lines = sheet.lines();
        assert!(lines.iter().all(|line| !line.is_empty()), "{place}: {lines:?}");
        if sheet.name == FIRST[0] {
            assert_eq!(sheet.headings_at(), None, "{place}");
            continue;
        }
        assert!(lines[1].starts_with("This worksheet contains one table."), "{place}: {}", lines[1]);
        let at = sheet.headings_at().unwrap();
        assert!(sheet.rows.len() > at + 1, "{place} is blank");
        let headings: BTreeSet<String> = sheet.rows[at].iter().map(|cell| cell.to_string().to_lowercase()).collect();
        assert_eq!(headings.len(), sheet.rows[at].len(), "{place}: {headings:?}");
        for (row, cells) in sheet.rows.iter().enumerate().skip(at) {
            let is_empty = |cell: &Data| cell.is_empty() || cell.get_string() == Some("");
            assert!(!cells.iter().any(is_empty), "{place}: row {row} has an empty cell: {cells:?}");
        }
        if sheet.name == FIRST[2] {
            defined.extend(sheet.table().iter().map(|row| row["Note number"].to_string()));
            continue;
        }
        let headings = sheet.rows[at].iter().map(ToString::to_string);
        let texts: Vec<String> = lines.iter().cloned().chain(headings).collect();
        let own: BTreeSet<String> = texts.iter().flat_map(|text| notes_of(text)).collect();
        assert_eq!(lines[1].contains("can be found on the notes worksheet"), !own.is_empty(), "{place}");
        used.extend(own);
    }
    assert_eq!(used, defined, "{place}: notes that are used, and notes that are there");
}

/// `[note 1]` and all others of a text.
fn notes_of(text: &str) -> Vec<String> {
    let rests = text.split("[note ").skip(1);
    rests.map(|rest| format!("[note {}]", rest.split(']').next().unwrap())).collect()
}

fn assert_same(place: &str, ods: &[ReadSheet], xlsx: &[ReadSheet]) {
    assert_eq!(ods.len(), xlsx.len(), "{place}");
    for (one, other) in ods.iter().zip(xlsx) {
        assert_eq!((&one.name, one.rows.len()), (&other.name, other.rows.len()), "{place}");
        for (row, (cells, others)) in one.rows.iter().zip(&other.rows).enumerate() {
            for (column, (cell, other)) in cells.iter().zip(others).enumerate() {
                let is_same = match (cell, other) {
                    (Data::DateTimeIso(iso), Data::DateTime(at)) => iso.starts_with(&day(at.as_f64())),
                    (Data::Float(one), Data::Float(other)) => one.to_bits() == other.to_bits(),
                    (one, other) => one.to_string() == other.to_string() && one.is_string() == other.is_string(),
                };
                assert!(is_same, "{place}, {}, row {row}, column {column}: {cell:?} and {other:?}", one.name);
            }
        }
    }
}

/// The day that XLSX writes as a number.
fn day(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a day")]
    let days = number as i64;
    let from = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
    (from + chrono::Duration::days(days)).to_string()
}

/// What the files of the two formats say of their tables: one with a name on each sheet but the cover, over all its cells.
fn assert_tables_are_marked(ods: &Path, xlsx: &Path, sheets: &[ReadSheet]) {
    let mut book = Xlsx::new(Cursor::new(fs::read(xlsx).unwrap())).unwrap();
    book.load_tables().unwrap();
    let names: BTreeSet<String> = book.table_names().into_iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(names.len(), sheets.len() - 1, "{names:?}");
    let content = entry(ods, "content.xml");
    assert_eq!(content.matches("<table:database-range ").count(), sheets.len() - 1);
    assert_eq!(content.matches("<table:table-header-rows>").count(), sheets.len() - 1);
    for sheet in &sheets[1..] {
        let own = book.table_names_in_sheet(&sheet.name).into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(own.len(), 1, "{}: {own:?}", sheet.name);
        let marked = book.table_by_name(&own[0]).unwrap();
        let at = sheet.headings_at().unwrap();
        assert_eq!(marked.columns().len(), sheet.rows[at].len(), "{}", sheet.name);
        assert_eq!(marked.data().height(), sheet.rows.len() - at - 1, "{}", sheet.name);
        let address = format!("table:target-range-address=\"'{0}'.A{1}:'{0}'.", sheet.name, at + 1);
        let address = address.replace('\'', "&apos;");
        let rest = content.split(&address).nth(1).unwrap_or_else(|| panic!("{address} is not there"));
        let last: String =
            rest.chars().skip_while(char::is_ascii_alphabetic).take_while(char::is_ascii_digit).collect();
        assert_eq!(last, sheet.rows.len().to_string(), "{}", sheet.name);
        assert!(content.contains(&format!("table:name=\"{}\"", own[0])), "the formats share the names of tables");
    }
    for (path, part, told) in [
        (ods, "meta.xml", "<dc:language>en-GB</dc:language>"),
        (ods, "meta.xml", "<dc:title>Police use of PNC and LEDS"),
        (xlsx, "docProps/core.xml", "<dc:language>en-GB</dc:language>"),
        (xlsx, "docProps/core.xml", "<dc:title>Police use of PNC and LEDS"),
    ] {
        assert!(entry(path, part).contains(told), "{}: {part} lacks {told}", path.display());
    }
    for kept_out in ["autoFilter", "mergeCell", "<pane ", "<drawing", "hidden="] {
        let mut archive = zip::ZipArchive::new(Cursor::new(fs::read(xlsx).unwrap())).unwrap();
        for at in 0..archive.len() {
            let mut file = archive.by_index(at).unwrap();
            let mut content = String::new();
            file.read_to_string(&mut content).unwrap();
            assert!(!content.contains(kept_out), "{} has {kept_out}", file.name());
        }
    }
    for kept_out in
        ["number-columns-spanned", "covered-table-cell", "draw:", "table:formula", "table:filter ", "visibility"]
    {
        assert!(!content.contains(kept_out), "the content has {kept_out}");
    }
}

/// A text inside a file.
fn entry(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(fs::read(path).unwrap())).unwrap();
    let mut content = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut content).unwrap();
    content
}

fn by_figure(rows: impl IntoIterator<Item = ResultRow>) -> ResultRows {
    rows.into_iter()
        .map(|row| ((row["metric_id"].clone(), row["org_code"].clone(), row["period"].clone()), row))
        .collect()
}

/// The results of a release, or of its public edition.
struct Published {
    figures: ResultRows,
    peers: ResultRows,
    metrics: BTreeSet<String>,
}

impl Published {
    fn of(folder: &Path) -> Self {
        let read = |name: &str| {
            let path = folder.join(format!("results/{name}.csv"));
            fs::read_to_string(path).map_or_else(|_| Vec::new(), |csv| table(&csv))
        };
        let figures = by_figure(read("long_series").into_iter().chain(read("observations")));
        let peers = by_figure(read("comparisons").into_iter().filter(|row| row["against"] == "peers"));
        let metrics = figures.keys().map(|(metric, _, _)| metric.clone()).collect();
        Self { figures, peers, metrics }
    }

    /// Holds every number of the figures in a spreadsheet against the results. Returns how many there were.
    fn assert_holds(&self, place: &str, sheets: &[ReadSheet], subject: &str, period: &str) -> usize {
        let mut compared = 0;
        for sheet in sheets.iter().filter(|sheet| sheet.headings().contains(&"Value".to_owned())) {
            for row in sheet.table() {
                let named = |heading: &str| row.get(heading).map(ToString::to_string);
                let of_sheet = || self.metrics.contains(&sheet.name).then(|| sheet.name.clone());
                let metric = named("Metric code").or_else(of_sheet).unwrap();
                let code = named("Code").unwrap_or_else(|| subject.to_owned());
                let period = named("Period code").unwrap_or_else(|| period.to_owned());
                let key = (metric, code, period);
                let place = format!("{place}, {}, {key:?}", sheet.name);
                let figure = self.figures.get(&key);
                for (heading, column) in OF_FIGURES {
                    compared += assert_cell(&place, row.get(heading), heading, (figure, column));
                }
                let Some(peers) = self.peers.get(&key) else { continue };
                for (heading, column) in OF_PEERS {
                    for name in DIFFERENCES {
                        let heading =
                            if column == "other_value" { heading.to_owned() } else { format!("{name}{heading}") };
                        compared += assert_cell(&place, row.get(&heading), &heading, (Some(peers), column));
                    }
                }
            }
        }
        compared
    }
}

/// A number is that of the results; a word stands where they have none.
fn assert_cell(place: &str, cell: Option<&Data>, heading: &str, (row, column): (Option<&ResultRow>, &str)) -> usize {
    let Some(cell) = cell else { return 0 };
    let expected = row.map_or("", |row| row[column].as_str());
    if let Some(found) = cell.as_f64().filter(|_| !cell.is_string()) {
        let expected: f64 =
            expected.parse().unwrap_or_else(|_| panic!("{place}, {heading}: {found} is not in the results"));
        assert!((found - expected).abs() < 1e-9, "{place}, {heading}: {found} and {expected}");
        return 1;
    }
    let is_grade = row.is_some_and(|row| row.get("unit").is_some_and(|unit| unit == "grade"));
    assert!(
        expected.is_empty() || is_grade || cell == &Data::String("[low]".to_owned()),
        "{place}, {heading}: {cell:?} and {expected}"
    );
    0
}

/// The only file of an edition with that ending.
fn only(folder: &Path, ending: &str) -> PathBuf {
    let is_it =
        |path: &PathBuf| path.extension().is_some_and(|found| found == ending) && path.components().count() == 1;
    let found: Vec<PathBuf> = files_below(folder).into_iter().filter(is_it).collect();
    assert_eq!(found.len(), 1, "{}: {found:?}", folder.display());
    folder.join(&found[0])
}

#[test]
fn every_number_of_a_spreadsheet_is_that_of_the_results() {
    let nation = Nation::new();
    let run = "run --public --source @/source --out @/out --period 2025-26Q4 --published-on 2026-06-10";
    for as_of in [" --as-of 2026-04-25", ""] {
        let done = nation.call(&format!("{run}{as_of}"));
        assert!([0, 31].contains(&done.code), "{}", done.stderr);
    }
    let release = nation.path("out/2025-26Q4/r2");
    let (office, public) = (Published::of(&release), Published::of(&release.join("public")));
    let editions = [
        ("national", "NATIONAL", "national-figures-2025-26Q4-r2"),
        ("trends", "NATIONAL", "national-trends-2025-26Q4-r2"),
        ("forces/E23000013", "E23000013", "force-figures-E23000013-2025-26Q4-r2"),
        ("forces/E23000023", "E23000023", "force-figures-E23000023-2025-26Q4-r2"),
        ("inspection/E23000013", "E23000013", "inspection-evidence-E23000013-2025-26Q4-r2"),
        ("inspection", "NATIONAL", "inspection-organisations-2025-26Q4-r2"),
        ("public", "NATIONAL", "public-figures-2025-26Q4-r2"),
    ];
    for (edition, subject, stem) in editions {
        let folder = release.join(edition);
        let [ods, xlsx] = ["ods", "xlsx"].map(|ending| only(&folder, ending));
        for path in [&ods, &xlsx] {
            assert_eq!(path.file_stem().unwrap().to_str(), Some(stem));
        }
        let (of_ods, of_xlsx) = (ReadSheet::all(&ods), ReadSheet::all(&xlsx));
        assert_form(edition, &of_xlsx);
        assert_same(edition, &of_ods, &of_xlsx);
        assert_tables_are_marked(&ods, &xlsx, &of_xlsx);
        let published = if edition == "public" { &public } else { &office };
        let compared = published.assert_holds(edition, &of_xlsx, subject, "2025-26Q4");
        let least = match edition {
            "national" => 5_000,
            "inspection" => 0,
            _ => 500,
        };
        assert!(compared >= least, "{edition}: {compared} numbers were compared");
        assert_offered(&folder, &[&ods, &xlsx]);
    }
    assert_others_are_not_named(&release);
}

/// The first page of the edition leads to both files, and says how large they are.
fn assert_offered(folder: &Path, files: &[&PathBuf]) {
    let page = fs::read_to_string(folder.join("index.html")).unwrap();
    for file in files {
        let (name, ending) = (file.file_name().unwrap().to_str().unwrap(), file.extension().unwrap().to_str().unwrap());
        let size = fs::metadata(file).unwrap().len().div_ceil(1_000);
        assert!(page.contains(&format!("href=\"{name}\"")), "{name} is not offered");
        assert!(page.contains(&format!("({}, {size} KB)", ending.to_uppercase())), "{name}: {size} KB");
    }
}

/// No spreadsheet about one organisation has the code of another.
fn assert_others_are_not_named(release: &Path) {
    let codes: Vec<String> = fs::read_dir(release.join("forces"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(codes.len() > 5);
    for folder in ["forces", "inspection"] {
        for own in &codes {
            let sheets = ReadSheet::all(&only(&release.join(folder).join(own), "xlsx"));
            let cells = sheets.iter().flat_map(|sheet| sheet.rows.iter().flatten());
            let texts: BTreeSet<String> = cells.map(ToString::to_string).collect();
            let other = codes.iter().find(|code| *code != own && texts.contains(*code));
            assert_eq!(other, None, "{folder}/{own}");
        }
    }
}

#[test]
fn copies_are_those_of_the_option_or_of_the_setting_and_belong_to_the_release() {
    let bench = Bench::new();
    let quick = [("2025-04-02T10:00:00Z", "2025-04-02T11:00:00Z")];
    for code in ["E1", "E2"] {
        bench.submit("arrest_summons", ("2025-05-14", code, "2025-04"), &arrests(&quick));
    }
    let spreadsheets = |revision: usize| -> Vec<String> {
        let release = bench.out().join(format!("2025-04/r{revision}/national"));
        let is_one = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "ods" || ending == "xlsx");
        files_below(&release).into_iter().filter(is_one).map(|path| text(&path).to_owned()).collect()
    };
    let unset = bench.settings("# Nothing is said of copies.\n");
    assert_eq!(bench.run("2025-04", &["--settings", text(&unset)]).code, 0);
    assert_eq!(spreadsheets(1), ["national-figures-2025-04-r1.ods", "national-figures-2025-04-r1.xlsx"]);
    // The same wish in other words is no other release.
    let again = bench.run("2025-04", &["--copies", "xlsx,ods,xlsx"]);
    assert!(again.stderr.contains("nothing changed"), "{}", again.stderr);
    bench.run("2025-04", &["--copies", "none"]);
    assert_eq!(spreadsheets(2), Vec::<String>::new());
    let page = fs::read_to_string(bench.out().join("2025-04/r2/national/index.html")).unwrap();
    assert!(!page.contains("Take the figures with you"));
    let settings = bench.settings("[editions]\ncopies = [\"ods\"]\n");
    bench.run("2025-04", &["--settings", text(&settings)]);
    assert_eq!(spreadsheets(3), ["national-figures-2025-04-r3.ods"]);
    bench.run("2025-04", &["--settings", text(&settings), "--copies", "xlsx"]);
    assert_eq!(spreadsheets(4), ["national-figures-2025-04-r4.xlsx"]);
    // The record of a release makes it again.
    let record = bench.out().join("2025-04/r3/run-record.json");
    bench.run("2025-04", &["--settings", text(&record)]);
    let [third, fifth] = [3, 5].map(|revision| bench.out().join(format!("2025-04/r{revision}/national/index.html")));
    let [third, fifth] = [third, fifth].map(|page| fs::read_to_string(page).unwrap().replace("r3.ods", "r5.ods"));
    assert!(third.contains("r5.ods") && fifth.contains("r5.ods"));
    let wrong = bench.settings("[editions]\ncopies = [\"doc\"]\n");
    let refused = bench.run("2025-04", &["--settings", text(&wrong)]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("“doc” is no kind of copy; there are ods, xlsx, pdf, svg and png"),
        "{}",
        refused.stderr
    );
}

/// A name that looks like a formula, with what XML does not have and what turns the direction of words, and 500 letters.
#[test]
fn hostile_names_stay_texts() {
    let bench = Bench::new();
    let long = "n".repeat(490);
    let name = format!("=1+1 & <b>\u{1}\u{202e}{long}");
    let rows = format!(
        "E1,{name},{name},territorial_force,North,England,1000,2000-01-01,\nE2,@SUM(A1),-2+3,territorial_force,North,England,500,2000-01-01,\n"
    );
    bench.reference("organisations", "2021-01-01", &rows);
    let quick = [("2025-04-02T10:00:00Z", "2025-04-02T11:00:00Z")];
    for code in ["E1", "E2"] {
        bench.submit("arrest_summons", ("2025-05-14", code, "2025-04"), &arrests(&quick));
    }
    let done = bench.run("2025-04", &["--copies", "ods,xlsx"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let folder = bench.out().join("2025-04/r1/national");
    for ending in ["ods", "xlsx"] {
        let sheets = ReadSheet::all(&only(&folder, ending));
        let sheet = sheets.iter().find(|sheet| sheet.name == "Organisations").unwrap();
        let names: BTreeSet<String> =
            sheet.table().iter().map(|row| row["Organisation"].get_string().unwrap().to_owned()).collect();
        let shown = name.replace('\u{1}', "\u{fffd}");
        assert_eq!(names, BTreeSet::from([shown, "@SUM(A1)".to_owned()]), "{ending}");
        let forces = bench.out().join("2025-04/r1/forces/E1");
        let cover = &ReadSheet::all(&only(&forces, ending))[0];
        assert!(cover.lines()[0].contains("=1+1 & <b>"), "{:?}", cover.lines());
    }
}
