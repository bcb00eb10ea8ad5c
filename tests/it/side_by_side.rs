//! What an organisation can work out from the editions about it, taken together with its own figures: every whole number that
//! stands in any of their files, in whatever column or sentence, and the differences of these numbers.

use std::collections::{BTreeMap, BTreeSet};

use crate::reading::read_in;
use crate::support::{Bench, files_below, text};

/// Regions of two, three, four and one, and one of three of which a force returned nothing.
const REGIONS: [(&str, &[&str]); 5] = [
    ("North", &["A1", "A2"]),
    ("South", &["B1", "B2", "B3"]),
    ("East", &["C1", "C2", "C3", "C4"]),
    ("West", &["D1"]),
    ("Centre", &["F1", "F2", "F3"]),
];

/// Peers that cut the regions. Those of B2 are two, and those of D1 all but one of the others; C1 shares three of its four
/// with C2.
const PEERS: [(&str, &[&str]); 5] = [
    ("A1", &["A2", "B1", "B2", "B3"]),
    ("B2", &["A1", "C1"]),
    ("C1", &["A1", "B1", "C3", "D1"]),
    ("C2", &["A1", "B1", "C3", "F1"]),
    ("D1", &["A1", "A2", "B1", "B2", "B3", "C1", "C2", "C3", "C4", "F1", "F2"]),
];

/// Months of which the editions speak; in the second a force of the Centre has returned nothing yet.
const MONTHS: [&str; 2] = ["2025-04", "2025-05"];
const LATE: (&str, &str) = ("F3", "2025-05");

/// Smaller numbers are sizes, days and years; every count of the test is larger.
const LEAST: i64 = 1_000_000;

/// The transactions of an organisation in a month.
#[derive(Clone, Copy)]
struct Sent {
    leds: i64,
    pnc: i64,
}

impl Sent {
    /// Numbers without a pattern, so that no difference of two sums is a count by chance (the mixing of `SplitMix64`).
    fn of(organisation: usize, month: usize) -> Self {
        let at = |salt: usize| {
            let mut mixed =
                (organisation as u64 * 100 + month as u64 * 10 + salt as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            LEAST + i64::try_from((mixed ^ (mixed >> 31)) % 800_000_000).unwrap()
        };
        Self { leds: at(1), pnc: at(2) }
    }

    /// What pages tell of them: parts and the whole.
    fn counts(self) -> [i64; 3] {
        [self.leds, self.pnc, self.leds + self.pnc]
    }
}

fn codes() -> Vec<&'static str> {
    REGIONS.iter().flat_map(|(_, codes)| codes.iter().copied()).collect()
}

/// Who returned what, with the peers that are supplied or with those of the regions.
fn bench(peers: &[(&str, &[&str])]) -> Bench {
    let bench = Bench::new();
    let forces: Vec<String> = REGIONS
        .iter()
        .flat_map(|(region, codes)| codes.iter().map(move |code| (region, code)))
        .map(|(region, code)| {
            format!("{code},Police of {code},Force {code},territorial_force,{region},England,1000,2000-01-01,")
        })
        .collect();
    bench.reference("organisations", "2020-01-02", &forces.join("\n"));
    let supplied: Vec<String> = peers
        .iter()
        .flat_map(|(code, peers)| peers.iter().map(move |peer| format!("{code},{peer},test,2000-01-01,")))
        .collect();
    if !supplied.is_empty() {
        bench.reference("peer_groups", "2020-01-02", &supplied.join("\n"));
    }
    for (code, month, sent) in everything_sent() {
        let rows = format!("{month}-01,PNC,vehicles,{}\n{month}-01,LEDS,vehicles,{}", sent.pnc, sent.leds);
        bench.submit("rollup-transaction_volumes", ("2025-06-20", code, month), &rows);
    }
    bench
}

fn everything_sent() -> Vec<(&'static str, &'static str, Sent)> {
    let mut sent = Vec::new();
    for (organisation, code) in codes().into_iter().enumerate() {
        for (at, month) in MONTHS.into_iter().enumerate() {
            if (code, month) != LATE {
                sent.push((code, month, Sent::of(organisation, at)));
            }
        }
    }
    sent
}

/// Counts of one other organisation, and of two others together, with words for who they are.
fn secrets(own: &str) -> BTreeMap<i64, String> {
    let mut secrets = BTreeMap::new();
    for month in MONTHS {
        let others: Vec<(&str, Sent)> = everything_sent()
            .into_iter()
            .filter(|(code, of, _)| *code != own && *of == month)
            .map(|(code, _, sent)| (code, sent))
            .collect();
        for (at, (code, sent)) in others.iter().enumerate() {
            secrets.extend(sent.counts().map(|count| (count, format!("{code} in {month}"))));
            for (second, also) in &others[at + 1..] {
                let both = [0, 1, 2].map(|part| sent.counts()[part] + also.counts()[part]);
                secrets.extend(both.map(|count| (count, format!("{code} and {second} in {month}"))));
            }
        }
    }
    secrets
}

/// The whole numbers of a text that may be counts, with or without commas between thousands.
fn numbers_in(text: &str) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    for word in text.split(|c: char| !c.is_ascii_digit() && c != ',') {
        // In a page a comma may stand between thousands, in a CSV between cells.
        found.extend(word.split(',').filter_map(|cell| cell.parse::<i64>().ok()));
        found.extend(word.replace(',', "").parse::<i64>().ok());
    }
    found.retain(|number| (LEAST..LEAST * 10_000).contains(number));
    found
}

/// Everything that the folders about an organisation hold.
fn told(bench: &Bench, release: &str, code: &str) -> BTreeSet<i64> {
    let mut told = BTreeSet::new();
    for edition in ["forces", "inspection"] {
        let folder = bench.out().join(release).join(edition).join(code);
        let files = files_below(&folder).into_iter().filter(|path| !path.starts_with("assets"));
        told.extend(files.flat_map(|path| numbers_in(&read_in(&folder.join(path)))));
    }
    told
}

/// Nothing of others can be worked out, although sums over them are told.
fn assert_nothing_follows(bench: &Bench) {
    let settings = bench.settings("[trend]\nmonth = 2\nquarter = 1\n");
    for period in ["2025-05", "2025-26Q1"] {
        let run = bench.run(period, &["--allow-gaps", "--settings", text(&settings)]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let mut sums_told = 0;
    for own in codes() {
        let secrets = secrets(own);
        let sent = everything_sent().into_iter().filter(|(code, _, _)| *code == own);
        let known: BTreeSet<i64> = sent.flat_map(|(_, _, sent)| sent.counts()).collect();
        for release in ["2025-05/r1", "2025-26Q1/r1"] {
            let sums: BTreeSet<i64> = told(bench, release, own).difference(&known).copied().collect();
            sums_told += sums.len();
            for (rest, how) in differences(&sums, &known) {
                assert_eq!(secrets.get(&rest), None, "{own} in {release}: {how}");
            }
        }
    }
    assert!(sums_told > codes().len() * 4, "{sums_told} sums over others were told");
}

/// The sums, and what is left when one of them or an own number is taken from a sum, and then an own number from the rest.
fn differences(sums: &BTreeSet<i64>, known: &BTreeSet<i64>) -> BTreeMap<i64, String> {
    let mut rests: BTreeMap<i64, String> = sums.iter().map(|sum| (*sum, sum.to_string())).collect();
    for from in sums {
        for less in sums.iter().chain(known).filter(|less| *less < from) {
            rests.insert(from - less, format!("{from} less {less}"));
            let others = known.iter().filter(|also| *also != less);
            rests.extend(others.map(|also| (from - less - also, format!("{from} less {less} and {also}"))));
        }
    }
    rests
}

#[test]
fn nobody_works_out_the_figure_of_one_or_two_others_where_regions_are_peers() {
    assert_nothing_follows(&bench(&[]));
}

#[test]
fn nobody_works_out_the_figure_of_one_or_two_others_where_peers_cut_regions() {
    assert_nothing_follows(&bench(&PEERS));
}
