//! Verdicts as they are published: hand-worked ones, and all of a release worked out again from its other tables.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use leds_metrics::definitions::Definitions;
use leds_metrics::vocabulary::quantity::Better;

use crate::support::{Bench, table, text};

type Row = BTreeMap<String, String>;

/// Forces F01, F02, … in one region.
fn forces(bench: &Bench, number: usize) {
    let row = |n: usize| format!("F{n:02},F{n:02} Police,F{n:02},territorial_force,North,England,1000,2000-01-01,\n");
    bench.reference("organisations", "2021-01-01", &(1..=number).map(row).collect::<String>());
}

/// 200 reports of each force in a month, of which so many were on PNC within 24 hours.
fn submit(bench: &Bench, month: &str, in_time: &[usize]) {
    for (n, in_time) in (1..).zip(in_time) {
        let line = |case: usize| {
            let created = if case < *in_time { "03T12" } else { "20T12" };
            format!("{month}-r{case},arrest,{month}-03T10:00:00Z,{month}-{created}:00:00Z,true,true\n")
        };
        let rows: String = (0..200).map(line).collect();
        let submitted = format!("{}-28", month.replace("-04", "-05"));
        bench.submit("arrest_summons", (&submitted, &format!("F{n:02}"), month), rows.trim_end());
    }
}

/// The verdicts on CRE-01 by code, after they were worked out again with a margin of so many per cent.
fn verdicts(bench: &Bench, percent: u32) -> BTreeMap<String, Row> {
    let read = |name: &str| table(&bench.published("2025-04", &format!("results/{name}.csv")));
    assert_verdicts_follow(&read("verdicts"), &read("observations"), &read("comparisons"), percent);
    let rows = bench.rows("2025-04", "verdicts", "CRE-01");
    rows.into_iter().map(|row| (row["org_code"].clone(), row)).collect()
}

fn cells<const N: usize>(row: &Row, columns: [&str; N]) -> [String; N] {
    columns.map(|column| row[column].clone())
}

fn number(row: &Row, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

/// The letter to the operators after a run by hand.
fn letter(bench: &Bench, attempt: u32) -> serde_json::Value {
    let path = bench.out().join(format!("ledger/by_hand/2025-04/{attempt:04}-letter.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_letter_names_the_figures_that_ask_for_action_and_did_not_before() {
    let bench = Bench::new();
    forces(&bench, 12);
    let mut in_time = [160, 162, 158, 164, 156, 160, 162, 158, 160, 164, 156, 160];
    submit(&bench, "2025-04", &in_time);
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    assert!(letter(&bench, 1)["digest"]["new_to_act_on"].is_null(), "there is no release before");
    in_time[11] = 80;
    submit(&bench, "2025-04", &in_time);
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let second = letter(&bench, 2);
    let expected = serde_json::json!({
        "since": "2025-04 r1",
        "organisations": [{ "code": "F12", "name": "F12", "words": "CRE-01 and CRE-02" }],
    });
    assert_eq!(second["digest"]["new_to_act_on"], expected);
    let heading = "Figures that ask for action, and did not in the release before";
    assert!(second["sections"].as_array().unwrap().iter().any(|section| section["heading"] == heading), "{second}");
    assert_eq!(bench.run("2025-04", &["--again"]).code, 0);
    assert_eq!(letter(&bench, 3)["digest"]["new_to_act_on"]["organisations"], serde_json::json!([]));
}

/// Eleven forces at 78% to 82% and one at 40%. Drawn in to 78 and 81.9, the values deviate by √(22.8167/11) = 1.440223 points:
/// a quarter is 0.360056. F12 lies 40 points below its peers (1,760 of 2,200), which is 111.09 margins; 80 more of its 200
/// would have made the peers' 80%.
#[test]
fn a_force_far_below_its_peers_asks_to_act() {
    let bench = Bench::new();
    forces(&bench, 12);
    submit(&bench, "2025-04", &[160, 162, 158, 164, 156, 160, 162, 158, 160, 164, 156, 80]);
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let found = verdicts(&bench, 25);
    let bad = &found["F12"];
    assert_eq!(cells(bad, ["attention", "decided_by", "peers"]), ["act", "peers", "worse_99_8"]);
    assert_eq!(cells(bad, ["margin_measure", "margin_basis", "cases_to_peers"]), ["difference", "deviation", "80"]);
    assert!((number(bad, "margin").unwrap() - 0.360_056).abs() < 2e-6, "{bad:?}");
    assert!((number(bad, "size").unwrap() - 40.0 / 0.360_056).abs() < 1e-3, "{bad:?}");
    assert!((number(bad, "peers_size").unwrap() + 40.0 / 0.360_056).abs() < 1e-3, "{bad:?}");
    // 80% of 200 against 1,680 of 2,200: whether the difference is larger than the margin cannot be said.
    assert_eq!(cells(&found["F01"], ["attention", "decided_by", "peers"]), ["none", "nothing_stands_out", "unclear"]);
    assert_eq!(cells(&found["NATIONAL"], ["peers", "forces", "cases_to_peers"]), ["", "", ""]);
}

/// F12 lies 7.5 points below its peers. The values, drawn in to 76 and 83.9, deviate by √(112.95/11) = 3.2044 points: a quarter
/// is 0.80, and four times the deviation 12.8.
#[test]
fn the_setting_says_how_large_a_difference_must_be() {
    let bench = Bench::new();
    forces(&bench, 12);
    submit(&bench, "2025-04", &[160, 166, 154, 168, 152, 160, 166, 154, 160, 168, 152, 145]);
    let attention = |settings: &str, percent: u32| {
        let settings = bench.settings(settings);
        assert_eq!(bench.run("2025-04", &["--settings", text(&settings)]).code, 0);
        cells(&verdicts(&bench, percent)["F12"], ["attention", "peers"])
    };
    // 72.5% against 80.0%: from −14.1 to −1.4 points.
    assert_eq!(attention("", 25), ["look", "worse_95"]);
    assert_eq!(attention("[verdict]\nmargin_percent = 400\n", 400), ["none", "close"]);
}

/// Six forces fall from about 90% to about 60%, a seventh stays: the cause is national. It stands at the nation and counts
/// against none of the six.
#[test]
fn a_fall_that_half_of_the_forces_share_counts_against_nobody() {
    let bench = Bench::new();
    forces(&bench, 7);
    submit(&bench, "2024-04", &[180, 178, 182, 181, 179, 180, 180]);
    submit(&bench, "2025-04", &[120, 118, 122, 121, 119, 120, 180]);
    assert_eq!(bench.run("2025-04", &["--allow-gaps"]).code, 0);
    let found = verdicts(&bench, 25);
    for code in ["F01", "F02", "F03", "F04", "F05", "F06"] {
        assert_eq!(cells(&found[code], ["year_before", "year_before_shared"]), ["worse_99_8", "yes"], "{code}");
        assert_ne!(found[code]["decided_by"], "year_before", "{code}");
    }
    assert_eq!(cells(&found["F07"], ["attention", "decided_by"]), ["good", "peers"]);
    let nation = cells(&found["NATIONAL"], ["attention", "decided_by", "year_before", "year_before_shared"]);
    assert_eq!(nation, ["look", "year_before", "worse_99_8", "no"]);
}

/// 9 of 9 is few cases, and nothing returned is no figure.
#[test]
fn few_cases_are_never_judged() {
    let bench = Bench::new();
    forces(&bench, 12);
    submit(&bench, "2025-04", &[160, 162, 158, 164, 156, 160, 162, 158, 160, 164]);
    let case = |n: usize| format!("r{n},arrest,2025-04-03T10:00:00Z,2025-04-20T12:00:00Z,true,true");
    let nine: Vec<String> = (0..9).map(case).collect();
    bench.submit("arrest_summons", ("2025-05-28", "F11", "2025-04"), &nine.join("\n"));
    assert_eq!(bench.run("2025-04", &["--allow-gaps"]).code, 0);
    let found = verdicts(&bench, 25);
    for (code, reason) in [("F11", "few_cases"), ("F12", "no_figure")] {
        let columns = ["attention", "decided_by", "peers", "forces", "cases_to_peers"];
        assert_eq!(cells(&found[code], columns), ["cannot_tell", reason, "", "", ""]);
    }
}

/// Works the verdicts of a release, or of its public edition, out again.
pub fn assert_verdicts_follow_in(results: &Path) {
    let read = |name: &str| table(&fs::read_to_string(results.join(format!("{name}.csv"))).unwrap());
    assert_verdicts_follow(&read("verdicts"), &read("observations"), &read("comparisons"), 25);
}

fn assert_verdicts_follow(verdicts: &[Row], observations: &[Row], comparisons: &[Row], percent: u32) {
    let metrics = Definitions::built_in().unwrap().metrics;
    let better: BTreeMap<&str, Better> = metrics.iter().map(|metric| (metric.id.as_str(), metric.better)).collect();
    let period = verdicts.first().map_or("", |row| &row["period"]);
    let is_judged = |row: &&Row| {
        row["period"] == period && row["org_code"] != "UNATTRIBUTED" && !row["org_code"].starts_with("PEERS:")
    };
    let figures: Vec<&Row> = observations.iter().filter(is_judged).collect();
    assert_eq!(figures.len(), verdicts.len(), "one verdict for each figure");
    for (figure, row) in figures.iter().zip(verdicts) {
        let name = ["metric_id", "org_code"];
        assert_eq!(cells(figure, name), cells(row, name));
        let margin = margin_of(row, &figures, percent);
        let told = number(row, "margin");
        assert!(close_to(margin, told), "{:?}: {margin:?}, not {told:?}", cells(row, name));
        let is_told = figure["status"] == "value" && figure["reliability"].is_empty();
        for against in ["peers", "year_before"] {
            let is_this = |one: &&Row| cells(one, name) == cells(row, name) && one["against"] == against;
            let comparison = comparisons.iter().find(is_this).filter(|_| is_told);
            let label = comparison.map_or("", |one| compared(one, told, better[row["metric_id"].as_str()]));
            // A comparison with few cases is not told either; the other one of two labels is then seen here.
            let is_of_few = label != row[against] && row[against] == "cannot_tell" && comparison.is_some_and(is_small);
            assert!(label == row[against] || is_of_few, "{against}: {label}, not {row:?}");
        }
        assert_eq!(attention(figure, row, better[row["metric_id"].as_str()]), cells(row, ["attention", "decided_by"]));
    }
}

fn close_to(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 3e-6 * (1.0 + one.abs()),
        // Values that differ by nothing but rounding have no deviation.
        (one, other) => one.is_none_or(|one| one < 1e-5) && other.is_none_or(|other| other < 1e-5),
    }
}

/// A part of the standard deviation between the tenth and the ninetieth percentile; of a ratio as a factor.
fn margin_of(row: &Row, figures: &[&Row], percent: u32) -> Option<f64> {
    let is_organisation = |code: &str| code != "NATIONAL" && !code.starts_with("REGION:");
    let counts = |one: &&&Row| {
        one["metric_id"] == row["metric_id"] && one["reliability"].is_empty() && is_organisation(&one["org_code"])
    };
    let mut values: Vec<f64> = figures.iter().filter(counts).filter_map(|one| number(one, "value")).collect();
    if values.len() < 5 || row["margin"].is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let real = |number: usize| f64::from(u32::try_from(number).unwrap());
    // Linear between the ranks.
    let at = |tenths: usize| {
        let (place, rest) = (tenths * (values.len() - 1) / 10, tenths * (values.len() - 1) % 10);
        let (below, above) = (values[place], values[(place + 1).min(values.len() - 1)]);
        below + real(rest) / 10.0 * (above - below)
    };
    let deviation = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / real(values.len());
        (values.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>() / real(values.len() - 1)).sqrt()
    };
    let drawn_in: Vec<f64> = values.iter().map(|one| one.clamp(at(1), at(9))).collect();
    let spread = if deviation(&drawn_in) > 1e-9 { deviation(&drawn_in) } else { deviation(&values) };
    let mean = values.iter().sum::<f64>() / real(values.len());
    let part = f64::from(percent) / 100.0 * spread;
    Some(if row["margin_measure"] == "ratio" { 1.0 + part / mean } else { part })
}

/// What a comparison says, from its limits and the margin.
fn compared(one: &Row, margin: Option<f64>, better: Better) -> &'static str {
    if one["label"] == "not_tested" {
        return "";
    }
    let Some(margin) = margin.filter(|_| one["label"] != "cannot_tell") else { return "cannot_tell" };
    let ratio = one["measure"] == "ratio";
    let scaled = |value: f64| if ratio { value.ln() / margin.ln() } else { value / margin };
    let low = |column: &str| number(one, column).map_or(f64::NEG_INFINITY, scaled);
    let high = |column: &str| number(one, column).map_or(f64::INFINITY, scaled);
    let words = match better {
        Better::Higher => ["better_99_8", "better_95", "worse_99_8", "worse_95"],
        Better::Lower => ["worse_99_8", "worse_95", "better_99_8", "better_95"],
        Better::Neutral => ["higher_99_8", "higher_95", "lower_99_8", "lower_95"],
    };
    let estimate = number(one, "estimate").map(scaled);
    let (lower, upper) = (low("lower_95"), high("upper_95"));
    if low("lower_998") > 1.0 {
        words[0]
    } else if high("upper_998") < -1.0 {
        words[2]
    } else if lower > 1.0 {
        words[1]
    } else if upper < -1.0 {
        words[3]
    } else if (lower >= -1.0 && upper <= 1.0)
        || (estimate.is_some_and(|one| one.abs() <= 1.0) && (lower > 0.0 || upper < 0.0))
    {
        "close"
    } else {
        "unclear"
    }
}

/// Whether the other figure may rest on few cases: fewer than ten, or fewer than five events.
fn is_small(one: &Row) -> bool {
    number(one, "other_denominator").is_some_and(|n| n < 10.0)
        || number(one, "other_numerator").is_some_and(|x| x < 5.0)
}

/// The attention and its reason by the table of decision record 0052, from the labels of the row.
fn attention(figure: &Row, row: &Row, better: Better) -> [String; 2] {
    let told = |attention: &str, by: &str| [attention.to_owned(), by.to_owned()];
    if figure["status"] != "value" {
        return told("cannot_tell", "no_figure");
    }
    if figure["reliability"] == "low" {
        return told("cannot_tell", "few_cases");
    }
    if better == Better::Neutral {
        return told("none", "no_better_side");
    }
    let aspects = ["peers", "forces", "own_past", "year_before", "standard"];
    let is_shared = |aspect: &str| row.get(&format!("{aspect}_shared")).is_some_and(|shared| shared == "yes");
    let farthest = |labels: &[&str]| {
        let matching = aspects.iter().filter(|one| labels.contains(&row[**one].as_str()) && !is_shared(one));
        let size = |one: &&&str| number(row, &format!("{one}_size")).map_or(-1.0, f64::abs);
        matching.rev().max_by(|a, b| size(a).total_cmp(&size(b)))
    };
    let of_standing = ["peers", "forces", "standard"];
    let act: Vec<&&str> =
        of_standing.iter().filter(|one| ["worse_99_8", "clearly_not_met"].contains(&row[**one].as_str())).collect();
    if !act.is_empty() {
        let size = |one: &&str| number(row, &format!("{one}_size")).map_or(-1.0, f64::abs);
        let by = act.iter().rev().max_by(|a, b| size(a).total_cmp(&size(b))).unwrap();
        return told("act", by);
    }
    if let Some(by) = farthest(&["worse", "worse_95", "worse_99_8", "not_met"]) {
        return told("look", by);
    }
    if let Some(by) = farthest(&["better", "better_95", "better_99_8"]) {
        return told("good", by);
    }
    if aspects.iter().any(|one| is_shared(one)) {
        return told("none", "shared_cause");
    }
    let is_said = |one: &&str| !["", "cannot_tell"].contains(&row[*one].as_str());
    if aspects.iter().any(is_said) {
        told("none", "nothing_stands_out")
    } else {
        told("cannot_tell", "nothing_to_compare")
    }
}
