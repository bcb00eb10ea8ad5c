//! The editions for inspection, read from published files: figures are those of the results, hashes those of the source's
//! own files, delays those that a person counts, and nothing of another organisation is in the folder of one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use leds_metrics::digest::sha256;

use crate::reading::read_in;
use crate::support::{Bench, arrests, files_below, text};

const MONTH: &str = "2025-04";
const FORCES: &str = "\
E1,First Police,First,territorial_force,North,England,1000,2000-01-01,
E2,Second Police,Second,territorial_force,North,England,500,2000-01-01,
E3,Third Police,Third,territorial_force,South,England,800,2000-01-01,
E4,Fourth Police,Fourth,territorial_force,South,England,900,2000-01-01,
";

/// Notifiable breaches of E1: told after 24 hours, 24 hours and a second, 72 hours, 72 hours and a second, 31 days, and not
/// at all; then an error of which nobody had to be told.
const BREACHES: &str = "\
b1,2025-04-01T09:00:00,true,2025-04-02T09:00:00,error,,
b2,2025-04-03T09:00:00,true,2025-04-04T09:00:01,unauthorised_access,,
b3,2025-04-05T12:00:00,true,2025-04-08T12:00:00,loss,,
b4,2025-04-07T12:00:00,true,2025-04-10T12:00:01,unauthorised_disclosure,,
b5,2025-04-10T10:00:00,true,2025-05-11T10:00:00,error,,
b6,2025-04-12T10:00:00,true,,error,,
b7,2025-04-12T11:00:00,false,,error,,";

/// Subject access requests of E1 that were received in March and due in April: closed after 7, 8, 30 and 42 days, and open.
/// One that was due in March, and a request for other information, do not count.
const REQUESTS_OF_MARCH: &str = "\
s1,subject_access,2025-03-10,2025-04-10,,,2025-03-17,answered
s2,subject_access,2025-03-01,2025-04-01,,,2025-03-09,answered
s3,subject_access,2025-03-31,2025-04-30,,,2025-04-30,answered
s4,subject_access,2025-03-20,2025-04-20,,,2025-05-01,answered
s5,subject_access,2025-03-05,2025-04-05,,,,
f1,foi,2025-03-03,2025-03-31,,,2025-03-20,answered";

/// One that is due in May.
const REQUESTS_OF_APRIL: &str = "s6,subject_access,2025-04-02,2025-05-02,,,2025-04-20,answered";

/// E1 returns breaches, requests and arrests; E2 arrests of which two share a reference; E3 and E4 arrests.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", FORCES);
    bench.submit("incidents", ("2025-05-12", "E1", MONTH), BREACHES);
    bench.submit("rights_requests", ("2025-05-10", "E1", "2025-03"), REQUESTS_OF_MARCH);
    bench.submit("rights_requests", ("2025-06-12", "E1", MONTH), REQUESTS_OF_APRIL);
    for (org, in_time, late) in [("E1", 100, 20), ("E3", 419, 79), ("E4", 523, 61)] {
        let mut cases = vec![("2025-04-10T10:00:00", "2025-04-10T15:00:00"); in_time];
        cases.extend(vec![("2025-04-10T10:00:00", "2025-04-12T15:00:00"); late]);
        bench.submit("arrest_summons", ("2025-05-05", org, MONTH), &arrests(&cases));
    }
    let twice = arrests(&[("2025-04-10T10:00:00", "2025-04-10T15:00:00"); 2]).replace("r1,", "r0,");
    bench.submit("arrest_summons", ("2025-05-06", "E2", MONTH), &twice);
    bench
}

fn published() -> Bench {
    let bench = bench();
    let run = bench.run(MONTH, &["--public"]);
    assert_eq!(run.code, 31, "{}", run.stderr);
    bench
}

/// The markup of an inspection page.
fn page(bench: &Bench, path: &str) -> String {
    bench.published(MONTH, &format!("inspection/{path}")).replace("&#x2f;", "/")
}

/// What stands between two texts, at each place where both are there.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Vec<&'t str> {
    text.split(before).skip(1).filter_map(|rest| Some(rest.split_once(after)?.0)).collect()
}

/// Cases by band of a metric and an organisation in April.
fn bands(bench: &Bench, metric: &str, org: &str) -> Vec<(String, String, String, String)> {
    let rows = bench.rows(MONTH, "delays", metric).into_iter();
    let own = rows.filter(|row| row["org_code"] == org && row["period"] == MONTH);
    let cell = |row: &BTreeMap<String, String>, name: &str| row[name].clone();
    own.map(|row| (cell(&row, "longer_than"), cell(&row, "up_to"), cell(&row, "ended"), cell(&row, "cases"))).collect()
}

fn band(longer_than: &str, up_to: &str, ended: &str, cases: &str) -> (String, String, String, String) {
    (longer_than.to_owned(), up_to.to_owned(), ended.to_owned(), cases.to_owned())
}

#[test]
fn delays_are_those_that_a_person_counts() {
    let bench = published();
    let hours = [
        band("", "24", "yes", "1"),
        band("24", "48", "yes", "1"),
        band("48", "72", "yes", "1"),
        band("72", "168", "yes", "1"),
        band("168", "720", "yes", "0"),
        band("720", "", "yes", "1"),
        band("", "", "no", "1"),
    ];
    assert_eq!(bands(&bench, "SEC-06", "E1"), hours);
    let days = [
        band("", "7", "yes", "1"),
        band("7", "14", "yes", "1"),
        band("14", "21", "yes", "0"),
        band("21", "28", "yes", "0"),
        band("28", "31", "yes", "1"),
        band("31", "61", "yes", "1"),
        band("61", "122", "yes", "0"),
        band("122", "", "yes", "0"),
        band("", "", "no", "1"),
    ];
    assert_eq!(bands(&bench, "SHA-03", "E1"), days);
    // They are the cases of the figures: three of six breaches in time, three of five requests.
    let observations = bench.observations(MONTH);
    let counts = |metric: &str| {
        let row = &observations[&(metric.to_owned(), "E1".to_owned(), MONTH.to_owned())];
        (row["numerator"].clone(), row["denominator"].clone())
    };
    assert_eq!(counts("SEC-06"), ("3".to_owned(), "6".to_owned()));
    assert_eq!(counts("SHA-03"), ("3".to_owned(), "5".to_owned()));
    // A force without a figure has no delays, and the public edition has none at all.
    assert_eq!(bands(&bench, "SEC-06", "E3"), []);
    assert!(!bench.out().join(MONTH).join("r1/public/results/delays.csv").exists());
    // The page has the rows of the table: the last column is April.
    let parts = page(&bench, "E1/parts.html");
    let table = parts.split("id=\"tab-SEC-06-delays\"").nth(1).unwrap().split("</table>").next().unwrap();
    let of_april = |row: &str| between(row, "<td>", "</td>").last().unwrap().trim().to_owned();
    let rows: Vec<(String, String)> = between(table, "<th scope=\"row\">", "</tr>")
        .into_iter()
        .map(|row| (row.split_once("</th>").unwrap().0.to_owned(), of_april(row)))
        .collect();
    let expected = [
        ("Up to 24 hours", "1"),
        ("Over 24 and up to 48 hours", "1"),
        ("Over 48 and up to 72 hours", "1"),
        ("Over 72 and up to 168 hours", "1"),
        ("Over 168 and up to 720 hours", "0"),
        ("Over 720 hours", "1"),
        ("Not reported", "1"),
        ("All", "6"),
    ];
    assert_eq!(rows, expected.map(|(words, cases)| (words.to_owned(), cases.to_owned())));
}

/// The cells of a row of evidence: their text without markup, by the name of their column.
fn cells(row: &str) -> BTreeMap<String, String> {
    let cell = |cell: &str| {
        let (label, rest) = cell.strip_prefix("<b>")?.split_once("</b>")?;
        let mut words = String::new();
        for piece in rest.split('<') {
            words.push(' ');
            words.push_str(piece.split_once('>').map_or(piece, |(_, words)| words));
        }
        Some((label.to_owned(), words.split_whitespace().collect::<Vec<_>>().join(" ").replace(" :", ":")))
    };
    row.split("<td").skip(1).filter_map(|rest| cell(rest.split_once('>')?.1.split_once("</td>")?.0)).collect()
}

#[test]
fn every_figure_of_the_evidence_is_that_of_the_results() {
    let bench = published();
    let observations = bench.observations(MONTH);
    for org in ["E1", "E3", "E4"] {
        let evidence = page(&bench, &format!("{org}/evidence.html"));
        let mut values = 0;
        let rows = between(&evidence, "<tr id=\"metric-", "</tr>");
        assert!(rows.len() > 50, "{} rows of {org}", rows.len());
        for row in rows {
            let metric = row.split('"').next().unwrap();
            let observed = &observations[&(metric.to_owned(), org.to_owned(), MONTH.to_owned())];
            let shown = &cells(row)["Figure"];
            if observed["status"] != "value" {
                assert!(shown.starts_with('['), "{metric} of {org}: {shown}");
                continue;
            }
            values += 1;
            let number: f64 = shown.split(['%', ' ']).next().unwrap().replace(',', "").parse().unwrap();
            let value: f64 = observed["value"].parse().unwrap();
            assert!((number - value).abs() <= 0.5, "{metric} of {org}: {shown} against {value}");
            if observed["unit"] == "percent" {
                assert!((number - value).abs() <= 0.050_001, "{metric} of {org}: {shown} against {value}");
                let counts = format!("{} of {}", observed["numerator"], observed["denominator"]);
                assert!(shown.replace(',', "").contains(&counts), "{metric} of {org}: {shown} without {counts}");
            }
        }
        assert!(values >= 3, "{org} has {values} values");
    }
    let first = page(&bench, "E1/evidence.html");
    let row = between(&first, "<tr id=\"metric-SEC-06\"", "</tr>")[0];
    let breaches = cells(row);
    assert_eq!(breaches["Figure"], "50.0% 3 of 6, few cases [u]");
    assert_eq!(breaches["Outcome"], "Few cases");
    assert!(breaches["Duty"].contains("Data Protection Act 2018 s.67(1)"), "{breaches:?}");
    assert_eq!(breaches["Submissions"], "Incidents: one");
}

#[test]
fn every_submission_has_the_hash_of_its_own_file_and_is_reached_from_its_figure() {
    let bench = published();
    let submissions = page(&bench, "E1/submissions.html");
    let codes: Vec<&str> = between(&submissions, "<span class=\"code\">", "</span>")
        .into_iter()
        .filter(|code| code.ends_with(".parquet") || code.len() == 64)
        .collect();
    let files: BTreeMap<&str, &str> = codes.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let source = bench.source();
    let own: BTreeSet<String> = files_below(&source)
        .into_iter()
        .map(|path| text(&path).replace('\\', "/"))
        .filter(|path| path.contains("/org=E1/"))
        .collect();
    assert_eq!(files.keys().map(|path| (*path).to_owned()).collect::<BTreeSet<_>>(), own);
    for (path, hash) in &files {
        assert_eq!(*hash, sha256(&fs::read(source.join(path)).unwrap()), "{path}");
    }
    let evidence = page(&bench, "E1/evidence.html");
    let anchors = between(&evidence, "href=\"submissions.html#", "\"");
    assert!(anchors.len() >= 3, "{anchors:?}");
    for anchor in anchors {
        assert!(submissions.contains(&format!("<tr id=\"{anchor}\"")), "{anchor}");
    }
    let checking = page(&bench, "E1/checking.html");
    assert!(checking.contains("sha256sum arrest_summons/submitted=2025-05-05/org=E1/"), "{checking}");
}

#[test]
fn a_refused_return_is_named_with_its_reason_and_without_its_rows() {
    let bench = published();
    let submissions = page(&bench, "E2/submissions.html");
    assert!(submissions.contains("One submission of Second Police is behind"), "{submissions}");
    assert!(submissions.contains("one of them was refused"), "{submissions}");
    assert!(submissions.contains("Refused"));
    let record: serde_json::Value = serde_json::from_str(&bench.published(MONTH, "run-record.json")).unwrap();
    let findings = record["findings"].as_array().unwrap().iter();
    let refused = findings.filter(|finding| finding["org_code"] == "E2" && finding["level"] == "blocking");
    let reasons: Vec<&str> = refused.map(|finding| finding["message"].as_str().unwrap()).collect();
    assert!(
        !reasons.is_empty() && reasons.iter().all(|reason| submissions.contains(&reason.replace('_', " "))),
        "{reasons:?}"
    );
    let whole = bench.pages(MONTH, "inspection/E2");
    assert!(!whole.contains("r0") && !whole.contains("failing-rows"), "rows belong to their sender alone");
    let evidence = page(&bench, "E2/evidence.html");
    let row = between(&evidence, "<tr id=\"metric-CRE-01\"", "</tr>")[0];
    let arrests = cells(row);
    assert_eq!(arrests["Outcome"].split(' ').take(2).collect::<Vec<_>>(), ["Not", "evidenced"]);
    assert_eq!(arrests["Submissions"], "Arrest and summons reports: none, one refused");
}

/// Whether a word or number stands in a text on its own, and not as part of another, such as a hash.
fn stands_in(text: &str, wanted: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(wanted)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + wanted.len()..].starts_with(is_part))
}

/// The index names all organisations; the folder of one names nobody but its peers, and holds no figure of a single other.
#[test]
fn the_folder_of_one_organisation_holds_nothing_of_another() {
    let bench = published();
    let index = page(&bench, "index.html");
    for (code, name) in
        [("E1", "First Police"), ("E2", "Second Police"), ("E3", "Third Police"), ("E4", "Fourth Police")]
    {
        assert!(index.contains(&format!("href=\"{code}/index.html\">{name}</a>")), "{code}");
    }
    // E4 is the only peer of E3: their sum is told nowhere.
    let peers = &bench.observations(MONTH)[&("CRE-01".to_owned(), "PEERS:E3".to_owned(), MONTH.to_owned())];
    assert_eq!((peers["status"].as_str(), peers["numerator"].as_str()), ("cannot_tell", ""));
    let folder = bench.out().join(MONTH).join("r1/inspection/E3");
    let mut files = 0;
    for path in files_below(&folder).into_iter().filter(|path| !path.starts_with("assets")) {
        files += 1;
        let text = read_in(&folder.join(&path));
        for other in ["First", "Second", "E1", "E2", "org=E4", "523", "584", "89.6"] {
            assert!(!stands_in(&text, other), "{} holds {other}", path.display());
        }
        let named = text.matches("Fourth").count();
        let as_peer = text.matches("Peers: Fourth (").count();
        assert_eq!(named, as_peer, "{} names the peer beside the sentence that says who is one", path.display());
    }
    assert!(files >= 5, "{files} files");
}

#[test]
fn an_organisation_that_returned_nothing_evidences_nothing_and_says_so() {
    let bench = Bench::new();
    // The day on which it is submitted is the data date: every return of the month was due by then.
    bench.submit("incidents", ("2025-07-01", "E1", MONTH), BREACHES);
    assert_eq!(bench.run(MONTH, &[]).code, 0);
    let evidence = page(&bench, "E2/evidence.html");
    assert!(evidence.contains("Met: 0. Not met: 0. Few cases: 0."), "{evidence}");
    // That nothing came is a figure of the metrics about returns; of nothing else is there one.
    for row in between(&evidence, "<tr id=\"metric-", "</tr>") {
        let is_of_returns = row.starts_with("REP-0");
        assert!(is_of_returns || cells(row)["Outcome"].starts_with("Not evidenced"), "{row}");
    }
    let submissions = page(&bench, "E2/submissions.html");
    assert!(submissions.contains("No submission of Second Police is behind the figures of April 2025."));
    assert!(submissions.contains("Not returned"), "every return that was due is listed");
    for page in ["index.html", "parts.html", "checking.html"] {
        let text = self::page(&bench, &format!("E2/{page}"));
        assert!(text.contains("Inspection edition: evidence about Second Police for HM Inspectorate"), "{page}");
    }
}

/// The questions stand in the order of the layout, and every metric of theirs with its figure or the reason why it has none.
#[test]
fn the_first_page_answers_the_questions_of_inspectors() {
    let bench = published();
    let index = page(&bench, "E1/index.html");
    let table = between(&index, "id=\"tab-inspector-questions\"", "</table>")[0];
    let at = |words: &str| table.find(words).unwrap_or_else(|| panic!("{words} is not there: {table}"));
    let places = [
        "Is the level of access appropriate?",
        "SEC-03",
        "Are the Security Operating Procedures followed?",
        "SEC-04",
        "TRN-01",
        "Is the use efficient and effective?",
        "CRE-01",
        "83.3%",
        "100 of 120",
        "AMD-07",
    ]
    .map(at);
    assert!(places.is_sorted(), "{places:?}");
    assert!(!index.contains("HMICFRS asks more questions."));
}
