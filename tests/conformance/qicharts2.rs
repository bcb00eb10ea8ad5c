//! Comparison with `qicharts2` 0.8.1: Montgomery's worked examples, hospital infections and accident and emergency waits.
//! Of its charts p′ and u′ are made here; of all others the runs about their centre line are compared.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Days, Months, NaiveDate};

use super::{Check, Compared, NotCompared, Row, Table, same, same_or_none, together};
use leds_metrics::stats::control::{ChartSettings, CountPoint, Lines, Mode, PointUse, p_prime, u_prime};
use leds_metrics::stats::run_chart::Runs;
use leds_metrics::stats::timeline::DaySpan;
use leds_metrics::vocabulary::quantity::Better;

/// What is compared of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    PPrime,
    UPrime,
    /// The runs about the centre line given.
    RunsOnly,
}

const EXAMPLES: [&str; 13] = [
    "NA_test",
    "ex_6.3_1",
    "ex_6.3_2",
    "ex_6.4_1",
    "ex_6.4_2",
    "ex_6.5_3",
    "ex_6.5_4",
    "ex_7.1_5",
    "ex_7.3_3",
    "ex_7.4_1",
    "ex_7.5_1",
    "ex_7.6_1",
    "tbl_7.4_1",
];

const WAITS: [(&str, Kind); 5] =
    [("p", Kind::RunsOnly), ("pp", Kind::PPrime), ("u", Kind::RunsOnly), ("up", Kind::UPrime), ("ip", Kind::RunsOnly)];

/// A point as charted.
#[derive(Debug, Clone, Copy)]
struct Point {
    value: Option<f64>,
    counts: Option<(i64, i64)>,
}

/// Compares lines and numbers to 1e-9, signals and runs exactly.
pub fn check_qicharts2(folder: &Path) -> Vec<Compared> {
    let mut checks: Vec<Compared> = EXAMPLES.iter().map(|name| example(folder, name)).collect();
    for (name, kind) in WAITS {
        checks.extend(together(waits(folder, name, kind)));
    }
    for (file, by_hospital, by_infection) in [("hai_1", false, false), ("hai_2", false, true), ("hai_3", true, true)] {
        checks.push(infections(folder, file, &|row| {
            let part = |wanted: bool, column: &str| if wanted { row.optional_text(column) } else { "1" }.to_owned();
            let (hospital, infection) = (part(by_hospital, "hospital"), part(by_infection, "infection"));
            // The facets of one grouping alone stand in the first column.
            let facets = if by_hospital { (hospital, infection) } else { (infection, "1".to_owned()) };
            Some((facets, row.optional_text("month").to_owned()))
        }));
    }
    checks.push(infections(folder, "hai_4", &|row| {
        let facets = (row.optional_text("infection").to_owned(), "1".to_owned());
        (row.optional_text("month") >= "2016-07-01").then(|| (facets, row.optional_text("hospital").to_owned()))
    }));
    checks
}

fn example(folder: &Path, name: &str) -> Compared {
    let table = Table::read(folder, &format!("qicharts2/package_tests/expected_{name}.csv"))?;
    Ok(points_check(&table, Kind::RunsOnly, None))
}

/// The points and the summary of one chart of waits.
fn waits(folder: &Path, name: &str, kind: Kind) -> Result<Vec<Check>, NotCompared> {
    let input = Table::read(folder, "qicharts2/run/input_nhs_accidents.csv")?;
    let points = Table::read(folder, &format!("qicharts2/run/nhs_{name}__points.csv"))?;
    let summary = Table::read(folder, &format!("qicharts2/run/nhs_{name}__summary.csv"))?;
    Ok(vec![points_check(&points, kind, Some(&input)), waits_summary(&summary, &input, kind)?])
}

fn points_check(table: &Table, kind: Kind, input: Option<&Table>) -> Check {
    let mut check = Check { file: table.file().to_owned(), compared: 0, mismatches: Vec::new() };
    let rows: Vec<Row> = table.rows().collect();
    for part in rows.chunk_by(|a, b| a.optional_text("part") == b.optional_text("part")) {
        let mut points = Vec::with_capacity(part.len());
        for (index, row) in part.iter().enumerate() {
            let of_input = input.and_then(|input| input.rows().nth(index));
            let counts = of_input.and_then(|row| Some((row.whole("r").ok()?, row.whole("n").ok()?)));
            points.push(Point { value: row.optional_number("y"), counts });
        }
        let lines = laney(kind, &points);
        let centre = part.first().and_then(|row| row.optional_number("cl")).unwrap_or(0.0);
        let included = part.iter().filter(|row| row.optional_text("include") != "FALSE");
        let values: Vec<Option<f64>> = included.map(|row| row.optional_number("y")).collect();
        let runs = Runs::about(centre, &values, false);
        for (index, row) in part.iter().enumerate() {
            check.compared += 1;
            let of_point = lines.get(index).copied().flatten();
            let lines_match = kind == Kind::RunsOnly || lines_match(row, of_point);
            if !lines_match || !runs_match(row, &runs, values.len()) {
                check.mismatches.push(format!("point {}: {of_point:?} {runs:?}", row.optional_text("x")));
            }
        }
    }
    check
}

/// The lines of p′ and u′, cut at the ends of the scale as the tool draws them; none of other charts.
fn laney(kind: Kind, points: &[Point]) -> Vec<Option<Lines>> {
    let mut first = NaiveDate::default();
    let mut series = Vec::with_capacity(points.len());
    for point in points {
        let next = first + Months::new(1);
        let span = DaySpan::new(first, next - Days::new(1)).ok();
        series.extend(span.map(|span| CountPoint { span, counts: point.counts, standing: PointUse::Final }));
        first = next;
    }
    let settings = ChartSettings { mode: Mode::MakingDataCount, ..ChartSettings::new(Better::Neutral) };
    let (chart, top) = match kind {
        Kind::PPrime => (p_prime(&series, 1, &settings), Some(1.0)),
        Kind::UPrime => (u_prime(&series, 1, &settings), None),
        Kind::RunsOnly => return Vec::new(),
    };
    let points = chart.map(|chart| chart.points).unwrap_or_default();
    let cut = |line: f64| line.max(0.0).min(top.unwrap_or(f64::INFINITY));
    let drawn = |lines: Lines| Lines {
        centre: lines.centre,
        lower: cut(lines.lower),
        upper: cut(lines.upper),
        near_lower: cut(lines.near_lower),
        near_upper: cut(lines.near_upper),
    };
    points.into_iter().map(|point| point.lines.map(drawn)).collect()
}

fn lines_match(row: &Row, lines: Option<Lines>) -> bool {
    let Some(lines) = lines else { return false };
    let near = [("lcl.95", lines.near_lower), ("ucl.95", lines.near_upper)];
    let given = |column: &str| row.optional_number(column).is_some();
    let far = [("cl", lines.centre), ("lcl", lines.lower), ("ucl", lines.upper)];
    let value = row.optional_number("y");
    let outside = value.is_some_and(|value| value < lines.lower || value > lines.upper);
    far.into_iter().all(|(column, found)| same_or_none(Some(found), row.optional_number(column)))
        && near
            .into_iter()
            .all(|(column, found)| !given(column) || same_or_none(Some(found), row.optional_number(column)))
        && (row.optional_text("include") == "FALSE" || outside == (row.optional_text("sigma.signal") == "TRUE"))
}

fn runs_match(row: &Row, runs: &Runs, observed: usize) -> bool {
    let number = |column: &str| row.optional_text(column).parse::<usize>().ok();
    number("n.obs") == Some(observed)
        && number("n.useful") == Some(runs.useful)
        && number("longest.run") == Some(runs.longest)
        && number("longest.run.max") == runs.longest_limit
        && number("n.crossings") == Some(runs.crossings)
        && number("n.crossings.min") == runs.crossings_limit
        && matches!(row.optional_text("runs.signal"), "TRUE" | "1") == runs.breaks_a_limit()
}

/// A summary row: the means of the lines, the number of points outside, and the runs; without lines the runs alone.
fn summary_matches(row: &Row, points: &[Point], lines: &[Option<Lines>]) -> bool {
    let values: Vec<Option<f64>> = points.iter().map(|point| point.value).collect();
    let Some(centre) = row.optional_number("CL") else { return false };
    let runs_match = runs_match(row, &Runs::about(centre, &values, false), points.len());
    if lines.is_empty() {
        return runs_match;
    }
    let all: Vec<Lines> = lines.iter().copied().flatten().collect();
    let mean = |of: fn(&Lines) -> f64| all.iter().map(of).sum::<f64>() / all.len().max(1) as f64;
    let means = [
        ("aLCL", mean(|l| l.lower)),
        ("aLCL.95", mean(|l| l.near_lower)),
        ("CL", mean(|l| l.centre)),
        ("aUCL.95", mean(|l| l.near_upper)),
        ("aUCL", mean(|l| l.upper)),
    ];
    let beyond = |(value, lines): (&Option<f64>, &Option<Lines>)| {
        value.zip(*lines).is_some_and(|(value, lines)| value < lines.lower || value > lines.upper)
    };
    let outside = values.iter().zip(lines).filter(|&pair| beyond(pair)).count();
    means.into_iter().all(|(column, found)| row.optional_number(column).is_none_or(|wanted| same(found, wanted)))
        && row.optional_text("sigma.signal") == outside.to_string()
        && runs_match
}

fn waits_summary(summary: &Table, input: &Table, kind: Kind) -> Result<Check, NotCompared> {
    let mut points = Vec::new();
    for row in input.rows() {
        let counts = Some((row.whole("r")?, row.whole("n")?));
        points.push(Point { value: counts.map(|(x, n)| x as f64 / n as f64), counts });
    }
    let lines = laney(kind, &points);
    let mut check = Check { file: summary.file().to_owned(), compared: 0, mismatches: Vec::new() };
    for row in summary.rows() {
        check.compared += 1;
        if !summary_matches(&row, &points, &lines) {
            check.mismatches.push(format!("{lines:?}"));
        }
    }
    Ok(check)
}

type Facets = (String, String);

/// Infections per risk day, in facets and points as `place` says.
fn infections(
    folder: &Path,
    name: &str,
    place: &dyn Fn(&Row) -> Option<(Facets, String)>,
) -> Result<Check, NotCompared> {
    let input = Table::read(folder, "qicharts2/package_tests/input_hospital_infections.csv")?;
    let mut sums: BTreeMap<Facets, BTreeMap<String, (i64, f64)>> = BTreeMap::new();
    let mut days_of: BTreeMap<String, f64> = BTreeMap::new();
    for row in input.rows() {
        let Some((facets, point)) = place(&row) else { continue };
        *days_of.entry(point.clone()).or_default() += row.required("days")?;
        let sum = sums.entry(facets).or_default().entry(point).or_default();
        sum.0 += row.whole("n")?;
        sum.1 += row.required("days")?;
    }
    let table = Table::read(folder, &format!("qicharts2/package_tests/expected_{name}.csv"))?;
    let mut check = Check { file: table.file().to_owned(), compared: 0, mismatches: Vec::new() };
    for row in table.rows() {
        check.compared += 1;
        let facets = (row.optional_text("facet1").to_owned(), row.optional_text("facet2").to_owned());
        let mut points: Vec<(&String, &(i64, f64))> = sums.get(&facets).into_iter().flatten().collect();
        let multiplier = if name == "hai_4" { 10_000.0 } else { 1.0 };
        if name == "hai_4" {
            // A funnel: hospitals stand in the order of their days.
            points.sort_by(|a, b| days_of.get(a.0).unwrap_or(&0.0).total_cmp(days_of.get(b.0).unwrap_or(&0.0)));
        }
        let point = |&(_, &(n, days)): &(&String, &(i64, f64))| Point {
            value: Some(n as f64 / days * multiplier),
            counts: None,
        };
        let points: Vec<Point> = points.iter().map(point).collect();
        if !summary_matches(&row, &points, &[]) {
            check.mismatches.push(format!("{facets:?}: {points:?}"));
        }
    }
    Ok(check)
}
