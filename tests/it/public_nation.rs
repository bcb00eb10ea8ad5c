//! The public edition of a whole nation, read like a stranger who has every public file and nothing else: whether what is
//! shown depends on how good it is, and whether a small count of cases about persons follows from the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::markup::read_page;
use crate::support::{files_below, leds_metrics, rows_of, table, text};
use crate::verdicts::assert_verdicts_follow_in;

const QUARTER: &str = "2025-26Q1";
/// The periods that are published.
const PERIODS: [&str; 1] = [QUARTER];
const SETTINGS: &str = "[editions]\ncopies = []\n[trend]\nmonth = 3\nquarter = 1\n[parameters]\ndormant_days = 90\ndecision_days = 30\nleaver_days = \
                        7\nrefresher_months = 24\n";
/// Levels that about half of the organisations meet, so that there are both kinds of each metric.
const TARGETS: [(&str, u32); 6] =
    [("CRE-01", 85), ("VAL-01", 94), ("VAL-05", 90), ("SEC-02", 80), ("RRD-04", 86), ("AUD-02", 96)];
/// Metrics whose counts are cases about persons.
const OF_PERSONS: [&str; 6] = ["AUD-03", "AUD-04", "AUD-05", "RRD-05", "SEC-05", "SEC-06"];
const LEAST: i64 = 10;

type Row = BTreeMap<String, String>;

/// The release of a quarter.
struct Nation {
    folder: tempfile::TempDir,
}

impl Nation {
    fn new() -> Self {
        let nation = Self { folder: tempfile::tempdir().unwrap() };
        let (source, out, settings) = (nation.path("source"), nation.path("out"), nation.path("settings.toml"));
        let target = |(metric, level): &(&str, u32)| {
            let text = "comparator = \">=\"\nfrom = \"2020-04-01\"\nsource = \"This test\"";
            format!("[[targets]]\nmetric = \"{metric}\"\nlevel = {level}.0\n{text}\n")
        };
        fs::write(&settings, format!("{SETTINGS}{}", TARGETS.iter().map(target).collect::<String>())).unwrap();
        let months = ["--from", "2025-04", "--to", "2025-06"];
        let made = leds_metrics(
            &[["generate", "--quiet", "--scale", "0.002", "--out", text(&source)].as_slice(), &months].concat(),
        );
        assert_eq!(made.code, 0, "{}", made.stderr);
        for period in PERIODS {
            let run = leds_metrics(&[
                "run",
                "--quiet",
                "--public",
                "--allow-gaps",
                "--settings",
                text(&settings),
                "--source",
                text(&source),
                "--out",
                text(&out),
                "--period",
                period,
                "--published-on",
                "2025-12-01",
            ]);
            assert_eq!(run.code, 0, "{}", run.stderr);
        }
        nation
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn release(&self, period: &str) -> PathBuf {
        self.path("out").join(period).join("r1")
    }

    /// Headline and category figures of a release, by metric, category, code and period.
    fn figures(&self, period: &str, edition: &str) -> BTreeMap<Key, Row> {
        let folder = self.release(period).join(edition).join("results");
        let rows = ["observations.csv", "breakdowns.csv"].map(|file| table(&read_page(&folder.join(file)))).concat();
        rows.into_iter().map(|row| (key(&row), row)).collect()
    }
}

/// Metric, category (empty for the headline), organisation or aggregate, period.
type Key = (String, String, String, String);

fn key(row: &Row) -> Key {
    let cell = |name: &str| row.get(name).cloned().unwrap_or_default();
    (cell("metric_id"), cell("category"), cell("org_code"), cell("period"))
}

fn number(row: &Row, column: &str) -> Option<i64> {
    row[column].parse().ok()
}

fn is_of_persons(metric: &str) -> bool {
    OF_PERSONS.contains(&metric)
}

fn level(code: &str) -> &'static str {
    match code {
        "NATIONAL" => "nation",
        _ if code.starts_with("REGION:") => "regions",
        _ => "organisations",
    }
}

/// Tables of hypergeometric chance: of `shown` figures drawn from all, at least or at most as many among those that met.
fn chance(met: (usize, usize), not_met: (usize, usize)) -> f64 {
    let ln_choose = |n: usize, k: usize| -> f64 {
        (0..k)
            .map(|at| (f64::from(u32::try_from(n - at).unwrap()) / f64::from(u32::try_from(at + 1).unwrap())).ln())
            .sum()
    };
    let (shown, all_met, all) = (met.0 + not_met.0, met.1, met.1 + not_met.1);
    let of = |k: usize| (ln_choose(all_met, k) + ln_choose(all - all_met, shown - k) - ln_choose(all, shown)).exp();
    let least = shown.saturating_sub(all - all_met);
    let observed = of(met.0);
    (least..=shown.min(all_met)).map(of).filter(|one| *one <= observed * (1.0 + 1e-9)).sum()
}

#[test]
fn the_chance_is_that_of_fishers_exact_test() {
    // Fisher's tea: three of four right.
    assert!((chance((3, 4), (1, 4)) - 34.0 / 70.0).abs() < 1e-9);
    assert!(chance((10, 10), (0, 10)) < 2e-5);
}

/// Of each metric with a standard, as many of those that met it are shown as of those that did not.
fn those_that_met_a_standard_are_shown_no_more_than_those_that_did_not(nation: &Nation) {
    let mut tested = 0;
    for period in PERIODS {
        let (full, public) = (nation.figures(period, ""), nation.figures(period, "public"));
        let mut counts: BTreeMap<&str, [(usize, usize); 2]> = BTreeMap::new();
        for (key, row) in full.iter().filter(|(key, row)| level(&key.2) == "organisations" && row["status"] == "value")
        {
            let met = match row.get("standard_met").map(String::as_str) {
                Some("met") => 0,
                Some("not_met") => 1,
                _ => continue,
            };
            let Some(public) = public.get(key) else { continue };
            let count = &mut counts.entry(&key.0).or_default()[met];
            count.0 += usize::from(public["status"] == "value");
            count.1 += 1;
        }
        for (metric, [met, not_met]) in counts {
            tested += usize::from(met.1 > 0 && not_met.1 > 0);
            assert!(
                chance(met, not_met) > 0.001,
                "{metric} in {period}: {met:?} of those that met, {not_met:?} of the others"
            );
        }
    }
    assert!(tested > 4, "only {tested} metrics have both kinds");
}

/// A figure of work is withheld when its denominator is small, and for no other reason; one of persons for its whole level.
fn only_denominators_and_levels_decide(nation: &Nation) {
    let mut seen = BTreeMap::from([("work withheld", 0), ("persons withheld", 0), ("persons shown", 0)]);
    for period in PERIODS {
        let (full, public) = (nation.figures(period, ""), nation.figures(period, "public"));
        let mut levels: BTreeMap<(&str, &str, &str, &str), BTreeSet<bool>> = BTreeMap::new();
        // Of the metrics of one set of cases, all go with the one that has the fewest.
        let mut few: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
        let sets = [
            ("CRE-01", "CRE"),
            ("CRE-02", "CRE"),
            ("CRE-03", "CRE"),
            ("AMD-01", "AMD"),
            ("AMD-02", "AMD"),
            ("AMD-04", "AMD"),
            ("VAL-01", "VAL"),
            ("VAL-02", "VAL"),
            ("TRN-02", "TRN"),
            ("TRN-03", "TRN"),
            ("SEC-03", "TRN"),
        ];
        let set = |metric: &'static str| sets.iter().find(|(id, _)| *id == metric).map_or(metric, |(_, set)| *set);
        let named = |metric: &str| sets.iter().find(|(id, _)| *id == metric).map(|(id, _)| set(id));
        for (key, row) in full.iter().filter(|(key, _)| key.1.is_empty()) {
            if number(row, "denominator").is_some_and(|n| (1..LEAST).contains(&n)) {
                few.insert((named(&key.0).unwrap_or(&key.0), &key.2, &key.3));
            }
        }
        for (key, row) in &public {
            let whole = &full[key];
            if whole["status"] != "value" {
                continue;
            }
            let shown = row["status"] == "value";
            if is_of_persons(&key.0) {
                levels.entry((&key.0, &key.1, level(&key.2), &key.3)).or_default().insert(shown);
                *seen.get_mut(if shown { "persons shown" } else { "persons withheld" }).unwrap() += 1;
            } else if !shown {
                let own = number(whole, "denominator").unwrap();
                let together = few.contains(&(named(&key.0).unwrap_or(&key.0), key.2.as_str(), key.3.as_str()));
                assert!((1..LEAST).contains(&own) || together, "{key:?} is withheld with {own} cases");
                *seen.get_mut("work withheld").unwrap() += 1;
            } else if let Some(own) = number(whole, "denominator").filter(|n| *n < LEAST && *n > 0) {
                let never = ["ACC-", "AUD-06", "AUD-07", "REP-", "SEC-04", "SEC-07", "SHA-01", "SHA-02", "TRN-04"];
                assert!(never.iter().any(|id| key.0.starts_with(id)), "{key:?} is shown with {own} cases");
            }
        }
        for (place, shown) in levels {
            assert_eq!(shown.len(), 1, "{place:?} is shown for some and not for others");
        }
    }
    assert!(seen.values().all(|count| *count > 5), "{seen:?}");
}

/// The pooled figure of the organisations shown is that of all to within a point, or the page says both.
fn what_is_shown_stands_for_all_or_the_page_says_how_it_differs(nation: &Nation) {
    let (full, public) = (nation.figures(QUARTER, ""), nation.figures(QUARTER, "public"));
    let mut sums: BTreeMap<&str, [(f64, f64); 2]> = BTreeMap::new();
    for (key, row) in full.iter().filter(|(key, _)| key.1.is_empty() && level(&key.2) == "organisations") {
        let counts = number(row, "numerator").zip(number(row, "denominator")).filter(|(x, n)| x <= n);
        let (Some((x, n)), Some(public)) = (counts.filter(|_| row["status"] == "value"), public.get(key)) else {
            continue;
        };
        let float = |count: i64| f64::from(i32::try_from(count).unwrap());
        let sums = sums.entry(&key.0).or_default();
        (sums[0].0, sums[0].1) = (sums[0].0 + float(x), sums[0].1 + float(n));
        if public["status"] == "value" {
            (sums[1].0, sums[1].1) = (sums[1].0 + float(x), sums[1].1 + float(n));
        }
    }
    assert!(sums.len() > 20);
    for (metric, [all, shown]) in sums {
        let share = |(x, n): (f64, f64)| 100.0 * x / n;
        let page = read_page(&nation.release(QUARTER).join(format!("public/metrics/{metric}.html")));
        let says = page.contains("Taken together they stand at") || page.contains("are not shown");
        assert!(shown.1 > 0.0 && (share(all) - share(shown)).abs() <= 1.0 || says, "{metric}: {all:?}, {shown:?}");
    }
}

/// A chart or a ranking of what is left over would say nothing of all.
fn there_is_no_chart_of_leftovers(nation: &Nation) {
    let public = nation.figures(QUARTER, "public");
    let metrics: BTreeSet<&String> = public.keys().map(|key| &key.0).collect();
    for metric in metrics {
        let bodies = || {
            public.iter().filter(|(key, _)| {
                key.0 == *metric && key.1.is_empty() && key.3 == QUARTER && level(&key.2) == "organisations"
            })
        };
        let count = |status: &str| bodies().filter(|(_, row)| row["status"] == status).count();
        let page = read_page(&nation.release(QUARTER).join(format!("public/metrics/{metric}.html")));
        let drawn =
            page.contains(&format!("fig-{metric}-comparison")) || page.contains(&format!("fig-{metric}-funnel"));
        assert!(
            !drawn || count("value") >= count("suppressed"),
            "{metric}: {} of {}",
            count("value"),
            bodies().count()
        );
    }
}

/// The page of an organisation shows exactly the figures that the public results have, with their counts, and names the
/// withheld ones; an answer to a question has a number only where the national figure is shown.
fn pages_of_organisations_and_answers_show_what_the_results_show(nation: &Nation) {
    let public = nation.figures(QUARTER, "public");
    let folder = nation.release(QUARTER).join("public");
    let mut by_code: BTreeMap<&str, Vec<(&str, &Row)>> = BTreeMap::new();
    for (key, row) in public.iter().filter(|(key, _)| key.1.is_empty() && key.3 == QUARTER) {
        by_code.entry(&key.2).or_default().push((&key.0, row));
    }
    let (mut rows_seen, mut withheld_seen) = (0, 0);
    for (code, figures) in by_code.iter().filter(|(code, _)| level(code) == "organisations" && **code != "UNATTRIBUTED")
    {
        let page = read_page(&folder.join(format!("forces/{code}.html")));
        let shown: BTreeMap<&str, &str> = page
            .split("<tr id=\"row-")
            .skip(1)
            .map(|rest| rest.split_once("</tr>").unwrap().0.split_once('"').unwrap())
            .collect();
        let with_value: BTreeSet<&str> =
            figures.iter().filter(|(_, row)| row["status"] == "value").map(|(metric, _)| *metric).collect();
        assert_eq!(shown.keys().copied().collect::<BTreeSet<_>>(), with_value, "{code}");
        for (metric, row) in figures.iter().filter(|(metric, _)| with_value.contains(metric)) {
            let (Some(x), Some(n)) = (number(row, "numerator"), number(row, "denominator")) else { continue };
            if row["unit"] == "percent" {
                let cell = shown[metric].split("</td>").next().unwrap();
                assert!(cell.contains(&format!("{} of {}", with_commas(x), with_commas(n))), "{code} {metric}: {cell}");
                rows_seen += 1;
            }
        }
        let withheld = figures.iter().filter(|(_, row)| row["status"] == "suppressed").count();
        let boxed = page.split("id=\"withheld\"").nth(1).map_or("", |rest| rest.split("</section>").next().unwrap());
        assert_eq!(boxed.matches("<li>").count(), withheld, "{code}");
        withheld_seen += withheld;
    }
    assert!(rows_seen > 500 && withheld_seen > 200, "{rows_seen} rows, {withheld_seen} withheld");
    let index = read_page(&folder.join("index.html"));
    let answers: Vec<(&str, &str)> =
        index.split("aria-labelledby=\"question-").skip(1).map(|rest| rest.split_once('"').unwrap()).collect();
    assert_eq!(answers.len(), 10);
    for (metric, answer) in answers {
        let answer = answer.split("</section>").next().unwrap();
        let has_value = by_code["NATIONAL"].iter().any(|(id, row)| *id == metric && row["status"] == "value");
        assert_eq!(answer.contains("answer-number"), has_value, "{metric}");
        assert!(has_value || (answer.contains("class=\"withheld\"") && !answer.contains("<svg")), "{metric}");
    }
}

/// 1234567 as "1,234,567".
fn with_commas(number: i64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

/// Result files, downloads and drawings: nothing is said of a withheld figure of persons anywhere.
fn nothing_is_said_of_a_withheld_figure(nation: &Nation) {
    for period in PERIODS {
        let public = nation.figures(period, "public");
        let withheld: BTreeSet<&Key> =
            public.iter().filter(|(_, row)| row["status"] == "suppressed").map(|(key, _)| key).collect();
        let series: BTreeSet<(&str, &str)> =
            withheld.iter().filter(|key| key.1.is_empty()).map(|key| (key.0.as_str(), key.2.as_str())).collect();
        assert!(withheld.len() > 100);
        let folder = nation.release(period).join("public");
        for path in files_below(&folder).iter().filter(|path| path.extension().is_some_and(|kind| kind == "csv")) {
            let name = path.to_str().unwrap();
            for row in table(&read_page(&folder.join(path))) {
                let found = key(&row);
                let numbers = [
                    "numerator",
                    "denominator",
                    "value",
                    "lower_95",
                    "upper_95",
                    "estimate",
                    "size",
                    "rank",
                    "p_value",
                    "rate_effect",
                ];
                let holds =
                    numbers.iter().any(|column| row.get(*column).is_some_and(|cell| !cell.is_empty() && cell != "[c]"));
                assert!(!(holds && withheld.contains(&found)), "{name}: {found:?}");
                let of_series = ["control", "trend", "run_chart", "change_point", "step"]
                    .iter()
                    .any(|kind| name.contains(kind) && !name.contains("figures"));
                let told =
                    of_series && name.starts_with("results") && series.contains(&(found.0.as_str(), found.2.as_str()));
                assert!(!told, "{name}: {found:?}");
            }
        }
        for metric in OF_PERSONS {
            let closed = public.iter().any(|(key, row)| {
                key.0 == metric
                    && key.1.is_empty()
                    && key.3 == period
                    && level(&key.2) == "organisations"
                    && row["status"] == "suppressed"
            });
            let page = read_page(&folder.join(format!("metrics/{metric}.html")));
            let drawn = ["comparison", "funnel"].iter().any(|kind| page.contains(&format!("id=\"fig-{metric}-{kind}")));
            assert!(!(closed && drawn), "{metric}: a drawing places organisations that are withheld");
        }
    }
}

/// Σ factor · unknown = constant.
struct Equation {
    terms: Vec<(usize, i64)>,
    constant: i64,
}

/// What a reader of the public files writes down: a name for each count that is not shown, and what must hold.
#[derive(Default)]
struct Notes {
    names: BTreeMap<String, usize>,
    truth: Vec<i64>,
    small: Vec<usize>,
    equations: Vec<Equation>,
}

/// A count: its name, its true value, and whether the public files show it.
#[derive(Clone)]
struct Count {
    name: String,
    value: i64,
    shown: bool,
}

impl Notes {
    fn unknown(&mut self, count: &Count) -> usize {
        let next = self.truth.len();
        let at = *self.names.entry(count.name.clone()).or_insert(next);
        if at == next {
            self.truth.push(count.value);
        }
        at
    }

    /// Notes that the parts make up the whole; what the whole has besides is an unknown of its own, unless `exact`.
    fn sum(&mut self, parts: &[Count], whole: &Count) {
        let rest = whole.value - parts.iter().map(|part| part.value).sum::<i64>();
        if rest < 0 {
            return;
        }
        let mut all: Vec<(Count, i64)> = parts.iter().map(|part| (part.clone(), 1)).collect();
        all.push((whole.clone(), -1));
        if rest > 0 {
            let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
            let name = format!("{} without {}", whole.name, names.join(", "));
            all.push((Count { name, value: rest, shown: false }, 1));
        }
        let mut equation = Equation { terms: Vec::new(), constant: 0 };
        for (count, factor) in all {
            if count.shown {
                equation.constant -= factor * count.value;
            } else {
                equation.terms.push((self.unknown(&count), factor));
            }
        }
        if !equation.terms.is_empty() {
            self.equations.push(equation);
        }
    }

    /// Ends of every unknown by going round the equations until nothing changes.
    fn ranges(&self) -> Vec<(i64, i64)> {
        const OPEN: i64 = 1 << 40;
        let mut ranges = vec![(0, OPEN); self.truth.len()];
        for _ in 0..200 {
            let before = ranges.clone();
            for equation in &self.equations {
                for &(at, factor) in &equation.terms {
                    let others = equation.terms.iter().filter(|(other, _)| *other != at);
                    let (mut least, mut most) = (equation.constant, equation.constant);
                    for &(other, times) in others {
                        let (low, high) = ranges[other];
                        let ends = [times * low, times * high];
                        (least, most) = (least - ends.iter().max().unwrap(), most - ends.iter().min().unwrap());
                    }
                    let (low, high) = if factor > 0 { (least, most) } else { (-most, -least) };
                    ranges[at] = (ranges[at].0.max(low), ranges[at].1.min(high));
                }
            }
            if before == ranges {
                break;
            }
        }
        ranges
    }

    /// Unknowns that the equations alone determine: those that stand alone once the equations are solved as far as they go,
    /// in numbers modulo a prime.
    fn determined(&self) -> BTreeSet<usize> {
        const PRIME: i128 = (1 << 61) - 1;
        let power = |base: i128, mut exponent: i128| {
            let (mut base, mut found) = (base.rem_euclid(PRIME), 1);
            while exponent > 0 {
                if exponent & 1 == 1 {
                    found = found * base % PRIME;
                }
                base = base * base % PRIME;
                exponent >>= 1;
            }
            found
        };
        let subtract = |row: &mut BTreeMap<usize, i128>, pivot: &BTreeMap<usize, i128>, times: i128| {
            for (&at, value) in pivot {
                let cell = row.entry(at).or_insert(0);
                *cell = (*cell - times * value).rem_euclid(PRIME);
                if *cell == 0 {
                    row.remove(&at);
                }
            }
        };
        let mut solved: BTreeMap<usize, BTreeMap<usize, i128>> = BTreeMap::new();
        let mut equations: Vec<&Equation> = self.equations.iter().collect();
        equations.sort_by_key(|equation| equation.terms.len());
        for equation in equations {
            let mut row: BTreeMap<usize, i128> = BTreeMap::new();
            for &(at, factor) in &equation.terms {
                *row.entry(at).or_insert(0) += i128::from(factor).rem_euclid(PRIME);
            }
            row.retain(|_, value| *value != 0);
            while let Some((at, times)) =
                row.iter().find(|(at, _)| solved.contains_key(at)).map(|(at, times)| (*at, *times))
            {
                subtract(&mut row, &solved[&at], times);
            }
            let Some((&pivot, &value)) = row.iter().next() else { continue };
            let inverse = power(value, PRIME - 2);
            for cell in row.values_mut() {
                *cell = *cell * inverse % PRIME;
            }
            for other in solved.values_mut() {
                if let Some(times) = other.get(&pivot).copied() {
                    subtract(other, &row, times);
                }
            }
            solved.insert(pivot, row);
        }
        solved.into_iter().filter(|(_, row)| row.len() == 1).map(|(pivot, _)| pivot).collect()
    }
}

#[test]
fn the_reader_finds_what_can_be_found() {
    let count = |name: &str, value, shown| Count { name: name.to_owned(), value, shown };
    let mut notes = Notes::default();
    notes.sum(&[count("a", 3, false), count("b", 20, true)], &count("all", 23, true));
    assert_eq!((notes.ranges(), notes.determined().len()), (vec![(3, 3)], 1));
    let mut notes = Notes::default();
    notes.sum(&[count("a", 3, false), count("b", 20, false)], &count("all", 23, true));
    assert_eq!((notes.ranges(), notes.determined().len()), (vec![(0, 23), (0, 23)], 0));
    notes.sum(&[count("a", 3, false), count("c", 7, true)], &count("more", 10, false));
    notes.sum(&[count("more", 10, false), count("b", 20, false)], &count("most", 30, true));
    assert_eq!(notes.determined().len(), 0);
}

/// All counts of cases about persons that the release holds, and what is public of them.
fn notes(nation: &Nation) -> Notes {
    let mut counts: BTreeMap<(String, String, String), Count> = BTreeMap::new();
    for period in PERIODS {
        let (full, public) = (nation.figures(period, ""), nation.figures(period, "public"));
        for (key, row) in full.iter().filter(|(key, _)| is_of_persons(&key.0) && !key.2.starts_with("PEERS:")) {
            let (metric, category, code, period) = key;
            let Some(x) = number(row, "numerator") else { continue };
            let n = number(row, "denominator");
            let shown = public[key]["status"] == "value" || public[key]["status"] == "not_applicable";
            let mut add = |measure: &str, value: i64| {
                let name = format!("{metric} {category} {measure}");
                let place = (name.clone(), code.clone(), period.clone());
                let name = format!("{name} {code} {period}");
                counts.entry(place).or_insert(Count { name, value, shown: false }).shown |= shown;
            };
            match metric.as_str() {
                "AUD-03" | "RRD-05" | "SEC-05" => add("cases", x),
                "SEC-06" => add("all", n.unwrap()),
                _ => {
                    add("cases", x);
                    add("rest", n.unwrap() - x);
                    add("all", n.unwrap());
                }
            }
        }
    }
    let mut notes = Notes::default();
    let places: BTreeSet<(String, String)> =
        counts.keys().map(|(_, code, period)| (code.clone(), period.clone())).collect();
    let names: BTreeSet<String> = counts.keys().map(|(name, _, _)| name.clone()).collect();
    let regions = regions(nation);
    for (code, period) in &places {
        let get = |name: &str| counts.get(&(name.to_owned(), code.clone(), period.clone())).cloned();
        let of = |metric: &str, category: &str, measure: &str| get(&format!("{metric} {category} {measure}"));
        let mut relate = |parts: &[Option<Count>], whole: Option<Count>| {
            let parts: Option<Vec<Count>> = parts.iter().cloned().collect();
            if let (Some(parts), Some(whole)) = (parts, whole) {
                notes.sum(&parts, &whole);
            }
        };
        for name in &names {
            if let Some(stem) = name.strip_suffix(" rest") {
                relate(&[get(&format!("{stem} cases")), get(name)], get(&format!("{stem} all")));
            }
        }
        relate(&[of("SEC-05", "", "cases")], of("AUD-05", "", "all"));
        relate(&[of("AUD-05", "", "all")], of("SEC-05", "", "cases"));
        for variant in ["user_month", "transaction"] {
            relate(&[of("SEC-05", variant, "cases")], of("SEC-05", "", "cases"));
            relate(&[of("SEC-05", "", "cases")], of("SEC-05", variant, "cases"));
        }
        relate(&[of("AUD-05", "", "cases")], of("AUD-03", "", "cases"));
        relate(&[of("SEC-06", "", "all")], of("AUD-05", "", "all"));
        relate(&[of("AUD-04", "any_action", "cases")], of("AUD-04", "", "cases"));
        relate(&[of("AUD-04", "any_action", "cases"), of("AUD-04", "no_action", "cases")], of("AUD-04", "", "all"));
        let outcomes = ["warning", "resigned_or_dismissed", "criminal"].map(|one| of("AUD-04", one, "cases"));
        relate(&outcomes, of("AUD-04", "any_action", "cases"));
        for outcome in ["any_action", "no_action", "warning", "resigned_or_dismissed", "criminal"] {
            relate(&[of("AUD-04", outcome, "all")], of("AUD-04", "", "all"));
        }
    }
    for name in &names {
        for (code, period) in &places {
            let get =
                |code: &str, period: &str| counts.get(&(name.clone(), code.to_owned(), period.to_owned())).cloned();
            let Some(whole) = get(code, period) else { continue };
            let members: Vec<Count> = places
                .iter()
                .filter(|(other, at)| at == period && level(other) == "organisations")
                .filter(|(other, _)| {
                    code == "NATIONAL" || regions.get(other).is_some_and(|region| *code == format!("REGION:{region}"))
                })
                .filter_map(|(other, _)| get(other, period))
                .collect();
            if level(code) != "organisations" && !members.is_empty() {
                notes.sum(&members, &whole);
            }
        }
    }
    let hidden = counts.values().filter(|count| !count.shown && (1..5).contains(&count.value));
    notes.small = hidden.filter_map(|count| notes.names.get(&count.name).copied()).collect();
    notes
}

/// The region of each organisation.
fn regions(nation: &Nation) -> BTreeMap<String, String> {
    let folder = nation.path("source/organisations");
    let rows = files_below(&folder).iter().flat_map(|path| rows_of(&folder.join(path))).collect::<Vec<_>>();
    rows.into_iter().map(|row| (row["org_code"].clone(), row["region"].clone())).collect()
}

fn no_small_count_of_persons_follows_from_all_public_files(nation: &Nation) {
    let notes = notes(nation);
    assert!(notes.small.len() > 100 && notes.equations.len() > 300, "{} small counts", notes.small.len());
    for equation in &notes.equations {
        let sum: i64 = equation.terms.iter().map(|(at, factor)| factor * notes.truth[*at]).sum();
        assert_eq!(sum, equation.constant, "the reader has noted what is not so");
    }
    let (ranges, determined) = (notes.ranges(), notes.determined());
    let found: Vec<&String> = notes
        .names
        .iter()
        .filter(|(_, at)| notes.small.contains(at) && (determined.contains(at) || ranges[**at].0 == ranges[**at].1))
        .map(|(name, _)| name)
        .collect();
    assert!(found.is_empty(), "{} small counts follow, such as {:?}", found.len(), &found[..found.len().min(5)]);
}

#[test]
fn a_nation_is_shown_good_and_bad_alike_and_no_small_count_follows() {
    let nation = Nation::new();
    those_that_met_a_standard_are_shown_no_more_than_those_that_did_not(&nation);
    only_denominators_and_levels_decide(&nation);
    what_is_shown_stands_for_all_or_the_page_says_how_it_differs(&nation);
    there_is_no_chart_of_leftovers(&nation);
    pages_of_organisations_and_answers_show_what_the_results_show(&nation);
    nothing_is_said_of_a_withheld_figure(&nation);
    no_small_count_of_persons_follows_from_all_public_files(&nation);
    for edition in ["", "public"] {
        assert_verdicts_follow_in(&nation.release(QUARTER).join(edition).join("results"));
    }
}
