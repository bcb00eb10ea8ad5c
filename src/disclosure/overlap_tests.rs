//! Patterns where totals overlap in ways that no two-way table has: three-way tables and arbitrary sums.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::choice::choose;
use super::system::{CellPosition, CountCell, History, Relation, System};
use super::{CellProtection, ProtectError, protect};
use crate::settings::Protection;

/// Places of a 2 × 2 × 2 table with totals; 2 stands for the total.
fn places() -> impl Iterator<Item = [usize; 3]> {
    (0..3).flat_map(|a| (0..3).flat_map(move |b| (0..3).map(move |c| [a, b, c])))
}

fn name(place: [usize; 3]) -> String {
    place.iter().map(ToString::to_string).collect()
}

/// The value at each place, from the eight interior ones.
fn filled(interior: &[i64]) -> Vec<i64> {
    let fits = |total: usize, own: usize| total == 2 || total == own;
    places()
        .map(|[a, b, c]| {
            let parts = interior.iter().enumerate();
            parts
                .filter(|(at, _)| fits(a, at >> 2) && fits(b, at >> 1 & 1) && fits(c, at & 1))
                .map(|(_, value)| value)
                .sum()
        })
        .collect()
}

/// Totals over the first direction may be hidden; the others were published before.
fn three_way(interior: &[i64]) -> System {
    let cells = places().zip(filled(interior)).map(|(place, value)| {
        let shown = place[1] == 2 || place[2] == 2;
        let kind = if place[0] == 2 { CellPosition::RowTotal } else { CellPosition::Interior };
        let history = if shown { History::Published } else { History::New };
        CountCell { label: name(place), value, kind, threshold: if shown { 0 } else { 5 }, history }
    });
    let mut relations = Vec::new();
    for direction in 0..3 {
        for place in places().filter(|place| place[direction] == 2) {
            let part = |at: usize| {
                let mut part = place;
                part[direction] = at;
                name(part)
            };
            relations.push(Relation { parts: vec![part(0), part(1)], total: name(place), offset: 0 });
        }
    }
    System::new(cells.collect(), &relations, &[]).unwrap()
}

/// The fewest further cells that protect, by trying every set against every change of the interior by at most one;
/// `None` where no set does.
fn fewest(interior: &[i64], system: &System) -> Option<u32> {
    let truth = filled(interior);
    let cells: Vec<&CountCell> = places().map(|place| system.cell(&name(place)).unwrap()).collect();
    let worlds: Vec<u32> = (1..3_usize.pow(8))
        .filter_map(|code| {
            let digit = |at: usize| [0, 1, -1][code / 3_usize.pow(u32::try_from(at).unwrap()) % 3];
            let world = filled(&interior.iter().enumerate().map(|(at, value)| value + digit(at)).collect::<Vec<_>>());
            let differs = || (0..27).filter(|&at| world[at] != truth[at]);
            let allowed = differs().all(|at| world[at] > 0 && truth[at] > 0 && cells[at].history == History::New);
            allowed.then(|| differs().map(|at| 1 << at).sum())
        })
        .collect();
    let primary: u32 = (0..27).filter(|&at| cells[at].is_primary()).map(|at| 1 << at).sum();
    let candidates: Vec<u32> = (0..27)
        .filter(|&at| cells[at].history == History::New && truth[at] > 0 && primary >> at & 1 == 0)
        .map(|at| 1 << at)
        .collect();
    (0..1_u32 << candidates.len())
        .filter(|set| {
            let extra: u32 =
                candidates.iter().enumerate().filter(|&(at, _)| set >> at & 1 == 1).map(|(_, bit)| bit).sum();
            let hidden = primary | extra;
            (0..27)
                .filter(|at| primary >> at & 1 == 1)
                .all(|at| worlds.iter().any(|world| world & !hidden == 0 && world >> at & 1 == 1))
        })
        .map(u32::count_ones)
        .min()
}

/// The small cells that are the same in every world, all that may be hidden being hidden. Each layer of the first
/// direction has known sums, so its worlds differ by one number.
fn open_to(interior: &[i64], system: &System) -> Vec<String> {
    let truth = filled(interior);
    let names: Vec<String> = places().map(name).collect();
    let changes: Vec<Vec<i64>> = (-12..=12_i64)
        .flat_map(|one| (-12..=12_i64).map(move |other| [one, other]))
        .map(|by| {
            let sign = |at: usize| if (at >> 1 ^ at) & 1 == 0 { 1 } else { -1 };
            filled(&interior.iter().enumerate().map(|(at, value)| value + sign(at) * by[at >> 2]).collect::<Vec<_>>())
        })
        .filter(|world| world.iter().zip(&truth).all(|(value, own)| value == own || (*value > 0 && *own > 0)))
        .collect();
    let small = |at: &usize| system.cell(&names[*at]).unwrap().is_primary();
    let same = |at: &usize| changes.iter().all(|world| world[*at] == truth[*at]);
    let mut found: Vec<String> = (0..27).filter(|at| small(at) && same(at)).map(|at| names[at].clone()).collect();
    found.sort();
    found
}

/// Cells, and sums of arbitrary sets of them.
fn overlapping(values: &[i64], sums: &[(Vec<bool>, bool)]) -> System {
    let mut cells: Vec<CountCell> = values
        .iter()
        .enumerate()
        .map(|(at, &value)| CountCell {
            label: format!("x{at}"),
            value,
            kind: CellPosition::Interior,
            threshold: 5,
            history: History::New,
        })
        .collect();
    let mut relations = Vec::new();
    for (number, (members, shown)) in sums.iter().enumerate() {
        let of = || values.iter().zip(members).enumerate().filter(|(_, (_, member))| **member);
        let total = format!("s{number}");
        let history = if *shown { History::Published } else { History::New };
        let value = of().map(|(_, (value, _))| value).sum();
        cells.push(CountCell { label: total.clone(), value, kind: CellPosition::RowTotal, threshold: 0, history });
        relations.push(Relation { parts: of().map(|(at, _)| format!("x{at}")).collect(), total, offset: 0 });
    }
    System::new(cells, &relations, &[]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn three_way_tables_hide_the_fewest_cells(interior in prop::collection::vec(prop_oneof![1 => Just(0_i64), 2 => 1..5_i64, 6 => 5..12_i64], 8)) {
        let system = three_way(&interior);
        let found = protect(&system, Protection::TwoValues);
        if let Some(fewest) = fewest(&interior, &system) {
            let choice = found.unwrap().choice;
            prop_assert_eq!(u32::try_from(choice.secondary.len()).unwrap(), fewest);
            prop_assert!(choice.without_cover.is_empty());
        } else {
            // One step from the truth there is no other world, so all is hidden; further away there may be one.
            let open = open_to(&interior, &system);
            match found {
                Ok(found) => {
                    prop_assert!(!found.choice.without_cover.is_empty() && open.is_empty(), "{open:?} follow");
                    let may_be_hidden = |cell: &&CountCell| cell.history == History::New && cell.value > 0;
                    prop_assert_eq!(found.choice.hidden().count(), system.cells().iter().filter(may_be_hidden).count());
                }
                Err(refused) => prop_assert_eq!(refused, ProtectError::Breach(open)),
            }
        }
    }

    #[test]
    fn arbitrary_sums_never_end_in_a_breach(
        values in prop::collection::vec(prop_oneof![1 => Just(0_i64), 3 => 1..5_i64, 6 => 5..40_i64], 9),
        sums in prop::collection::vec((prop::collection::vec(any::<bool>(), 9), any::<bool>()), 1..8),
        full in any::<bool>(),
    ) {
        let protection = if full { Protection::Range } else { Protection::TwoValues };
        let system = overlapping(&values, &sums);
        match protect(&system, protection) {
            Ok(found) => {
                let disclosed = found.evidence.iter().filter(|found| found.verdict == Some(CellProtection::Disclosed));
                prop_assert_eq!(disclosed.count(), 0);
            }
            // What is shown gives it away with all else hidden, or leaves worlds with fractions only: not published.
            Err(refused) => {
                let labels = match &refused {
                    ProtectError::Breach(labels) | ProtectError::NoCover(labels) => labels.clone(),
                    ProtectError::Attack(error) => panic!("{error}"),
                };
                let without_cover = choose(&system, protection).without_cover;
                prop_assert!(labels.iter().all(|label| without_cover.contains(label)), "{refused}");
            }
        }
        prop_assert_eq!(choose(&system, protection), choose(&system, protection));
    }
}
