//! Patterns and attacks on small tables, against full enumeration.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::attack::{Assumption, WholeRange, attack_all};
use super::choice::{Choice, choose};
use super::system::{CellPosition, CountCell, History, KnownRange, Relation, System};
use super::{CellProtection, ProtectError, Protected, protect};
use crate::settings::Protection;

fn cell(label: &str, value: i64, kind: CellPosition) -> CountCell {
    CountCell { label: label.to_owned(), value, kind, threshold: 5, history: History::New }
}

fn relation(parts: &[&str], total: &str) -> Relation {
    Relation { parts: parts.iter().map(ToString::to_string).collect(), total: total.to_owned(), offset: 0 }
}

/// A table with all its totals: cells `r0c1`, row totals `r0`, column totals `c1`, grand total `t`.
#[derive(Debug, Clone)]
struct Table {
    cells: Vec<CountCell>,
    relations: Vec<Relation>,
}

fn table(values: &[Vec<i64>]) -> Table {
    let (mut cells, mut relations) = (Vec::new(), Vec::new());
    let width = values[0].len();
    let name = |row: usize, column: usize| format!("r{row}c{column}");
    for (row, line) in values.iter().enumerate() {
        for (column, &value) in line.iter().enumerate() {
            cells.push(cell(&name(row, column), value, CellPosition::Interior));
        }
        cells.push(cell(&format!("r{row}"), line.iter().sum(), CellPosition::RowTotal));
        let parts = (0..width).map(|column| name(row, column)).collect();
        relations.push(Relation { parts, total: format!("r{row}"), offset: 0 });
    }
    for column in 0..width {
        cells.push(cell(
            &format!("c{column}"),
            values.iter().map(|line| line[column]).sum(),
            CellPosition::ColumnTotal,
        ));
        let parts = (0..values.len()).map(|row| name(row, column)).collect();
        relations.push(Relation { parts, total: format!("c{column}"), offset: 0 });
    }
    cells.push(cell("t", values.iter().flatten().sum(), CellPosition::GrandTotal));
    for (letter, count) in [("r", values.len()), ("c", width)] {
        let parts = (0..count).map(|place| format!("{letter}{place}")).collect();
        relations.push(Relation { parts, total: "t".to_owned(), offset: 0 });
    }
    Table { cells, relations }
}

impl Table {
    fn system(&self) -> System {
        System::new(self.cells.clone(), &self.relations, &[]).unwrap()
    }
}

fn ranges(system: &System, hidden: &[&str], assumption: Assumption) -> Vec<(i64, Option<i64>)> {
    let hidden: BTreeSet<&str> = hidden.iter().copied().collect();
    let found = attack_all(system, &hidden, assumption).unwrap();
    found.into_iter().map(|found| (found.range.lower, found.range.upper)).collect()
}

/// The range of every hidden cell by its label, hidden cells being known to be at least 1.
fn by_label(system: &System, hidden: &BTreeSet<&str>) -> BTreeMap<String, WholeRange> {
    let found = attack_all(system, hidden, Assumption::AtLeastOne).unwrap();
    found.into_iter().map(|found| (found.label, found.range)).collect()
}

/// `GaussSuppression` (CRAN), vignette "Small count frequency table suppression": ages by country.
#[test]
fn the_published_pattern_is_only_weakly_safe() {
    let system = table(&[vec![3, 4, 6], vec![2, 0, 5]]).system();
    let hidden = ["r0c0", "r0c1", "r1c0", "r1c1"];
    let weak = [(3, Some(5)), (2, Some(4)), (0, Some(2)), (0, Some(2))];
    assert_eq!(ranges(&system, &hidden, Assumption::NotNegative), weak);
    // Old Iceland is at most 4 when young Iceland is known to be at least 1.
    let strict = [(3, Some(4)), (3, Some(4)), (1, Some(2)), (0, Some(1))];
    assert_eq!(ranges(&system, &hidden, Assumption::AtLeastOne), strict);
}

#[test]
fn a_lone_small_cell_takes_the_smallest_ring_with_it() {
    let system = table(&[vec![3, 20, 36], vec![9, 25, 11], vec![40, 60, 50]]).system();
    let found = protect(&system, Protection::TwoValues).unwrap();
    assert_eq!(found.choice.primary, ["r0c0"]);
    assert_eq!(found.choice.secondary, ["r0c1", "r1c0", "r1c1"]);
    assert!(found.choice.exact);
    let at_least_one = found.evidence.iter().map(|found| found.at_least_one).collect::<Vec<_>>();
    assert_eq!(at_least_one[0], WholeRange { lower: 1, upper: Some(11) });
    assert_eq!(found.evidence[0].verdict, Some(CellProtection::Safe));
    assert_eq!(found.evidence[1].verdict, None);
}

#[test]
fn without_relations_nothing_else_is_hidden() {
    let cells = (0..9).map(|value| cell(&value.to_string(), value, CellPosition::Interior)).collect();
    let found = protect(&System::new(cells, &[], &[]).unwrap(), Protection::Range).unwrap();
    assert_eq!(found.choice.hidden().collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    assert_eq!(found.evidence[0].at_least_one, WholeRange { lower: 1, upper: None });
}

/// With a zero in the only other place the denominator is the numerator: both are small, and the zero stays.
#[test]
fn zeros_hide_nothing() {
    let cells = |other| {
        vec![
            cell("complement", other, CellPosition::Interior),
            cell("denominator", 4 + other, CellPosition::RowTotal),
            cell("numerator", 4, CellPosition::Interior),
        ]
    };
    let relations = [relation(&["numerator", "complement"], "denominator")];
    let hidden = |other| choose(&System::new(cells(other), &relations, &[]).unwrap(), Protection::TwoValues);
    assert_eq!(hidden(0).primary, ["denominator", "numerator"]);
    assert!(hidden(0).secondary.is_empty());
    assert_eq!(hidden(9).secondary, ["complement"]);
}

#[test]
fn an_interior_cell_comes_before_an_equal_total() {
    let cells = vec![
        cell("a", 2, CellPosition::Interior),
        cell("b", 30, CellPosition::GrandTotal),
        cell("c", 30, CellPosition::Interior),
        cell("d", 62, CellPosition::RowTotal),
    ];
    let relations = [relation(&["a", "b", "c"], "d")];
    let found = choose(&System::new(cells, &relations, &[]).unwrap(), Protection::TwoValues);
    assert_eq!(found.secondary, ["c"]);
}

#[test]
fn what_nothing_can_protect_is_refused_and_what_is_public_is_named() {
    let mut cells = vec![
        cell("a", 3, CellPosition::Interior),
        cell("b", 20, CellPosition::Interior),
        cell("t", 23, CellPosition::RowTotal),
    ];
    let relations = [relation(&["a", "b"], "t")];
    let exactly = [KnownRange { label: "a".to_owned(), lower: 3, upper: Some(3) }];
    let found = protect(&System::new(cells.clone(), &relations, &exactly).unwrap(), Protection::TwoValues);
    assert_eq!(found, Err(ProtectError::Breach(vec!["a".to_owned()])));
    cells[0].history = History::Published;
    let found = protect(&System::new(cells, &relations, &[]).unwrap(), Protection::TwoValues).unwrap();
    assert_eq!(found.choice.published, ["a"]);
    assert_eq!(found.choice.hidden().count(), 0);
}

/// 57.1 % of 7 is 4 of 7, whatever else is hidden.
#[test]
fn a_printed_percentage_gives_its_numerator_away() {
    let cells = vec![
        cell("n", 7, CellPosition::RowTotal),
        cell("other", 3, CellPosition::Interior),
        cell("x", 4, CellPosition::Interior),
    ];
    // 57.1% of 7 is 4 and nothing else.
    let known = KnownRange { label: "x".to_owned(), lower: 4, upper: Some(4) };
    let system = System::new(cells, &[relation(&["x", "other"], "n")], &[known]).unwrap();
    let found = choose(&system, Protection::TwoValues);
    assert_eq!(
        (found.without_cover.as_slice(), found.secondary.as_slice()),
        (&["x".to_owned()][..], &["n".to_owned()][..])
    );
    assert_eq!(protect(&system, Protection::TwoValues), Err(ProtectError::Breach(vec!["x".to_owned()])));
}

#[test]
fn the_full_range_takes_cells_that_leave_room() {
    let cells = vec![
        cell("a", 1, CellPosition::Interior),
        cell("b", 5, CellPosition::Interior),
        cell("c", 7, CellPosition::Interior),
        cell("d", 40, CellPosition::Interior),
        cell("t", 53, CellPosition::RowTotal),
    ];
    let known = [KnownRange { label: "b".to_owned(), lower: 4, upper: None }];
    let system = System::new(cells, &[relation(&["a", "b", "c", "d"], "t")], &known).unwrap();
    let two = protect(&system, Protection::TwoValues).unwrap();
    assert_eq!(
        (two.choice.secondary.as_slice(), two.evidence[0].verdict),
        (&["b".to_owned()][..], Some(CellProtection::Narrow))
    );
    let full = protect(&system, Protection::Range).unwrap();
    assert_eq!(
        (full.choice.secondary.as_slice(), full.evidence[0].verdict),
        (&["c".to_owned()][..], Some(CellProtection::Safe))
    );
}

/// The second release repeats the first with a later month; both are attacked with all that either shows.
#[test]
fn two_releases_are_attacked_together() {
    let first = table(&[vec![3, 20, 36], vec![9, 25, 11], vec![40, 60, 50]]);
    let before = choose(&first.system(), Protection::TwoValues);
    let hidden: BTreeSet<&str> = before.hidden().collect();
    let mut both = first.clone();
    for cell in &mut both.cells {
        cell.history = if hidden.contains(cell.label.as_str()) { History::Withheld } else { History::Published };
    }
    // The later release shows the row r0 again, with one late record in r0c1, and the change of that cell.
    both.cells.extend([
        cell("later r0c0", 3, CellPosition::Interior),
        cell("later r0c1", 21, CellPosition::Interior),
        cell("later r0c2", 36, CellPosition::Interior),
        cell("later r0", 60, CellPosition::RowTotal),
    ]);
    both.relations.push(relation(&["later r0c0", "later r0c1", "later r0c2"], "later r0"));
    both.relations.push(relation(&["r0c0"], "later r0c0"));
    both.relations.push(Relation { offset: 1, ..relation(&["r0c1"], "later r0c1") });
    let after = protect(&both.system(), Protection::TwoValues).unwrap();
    // Showing the second cell of the row again would open the first release.
    assert_eq!(after.choice.secondary, ["later r0c1"]);
    assert_eq!(after.choice.earlier, ["r0c1", "r1c0", "r1c1"]);
    assert!(after.evidence.iter().all(|found| found.verdict != Some(CellProtection::Disclosed)));
    let mut shown: BTreeSet<&str> = after.choice.hidden().collect();
    shown.remove("later r0c1");
    let opened = by_label(&both.system(), &shown);
    assert_eq!(opened["r0c0"], WholeRange { lower: 3, upper: Some(3) });
}

/// Two- and three-way tables of small counts.
fn tables(rows: usize, columns: usize) -> impl Strategy<Value = Vec<Vec<i64>>> {
    let value = prop_oneof![1 => Just(0_i64), 2 => 1..5_i64, 4 => 5..12_i64];
    prop::collection::vec(prop::collection::vec(value, columns), rows)
}

/// Every change by at most one of each interior cell, as the set of cells that differ. Totals are worked out. A changed
/// cell was hidden, so it is neither 0 before nor after.
fn other_worlds(values: &[Vec<i64>], system: &System) -> Vec<BTreeSet<String>> {
    let flat: Vec<i64> = values.iter().flatten().copied().collect();
    let width = values[0].len();
    let mut found = Vec::new();
    for code in 1..3_usize.pow(u32::try_from(flat.len()).unwrap()) {
        let mut rest = code;
        let changed: Vec<i64> = flat
            .iter()
            .map(|value| {
                let by = [0, 1, -1][rest % 3];
                rest /= 3;
                value + by
            })
            .collect();
        let world = table(&changed.chunks(width).map(<[i64]>::to_vec).collect::<Vec<_>>());
        let differs: Vec<&CountCell> =
            world.cells.iter().filter(|cell| system.cell(&cell.label).unwrap().value != cell.value).collect();
        if differs.iter().all(|cell| cell.value > 0 && system.cell(&cell.label).unwrap().value > 0) {
            found.push(differs.iter().map(|cell| cell.label.clone()).collect());
        }
    }
    found
}

/// The best pattern by trying every set of cells.
fn best_by_enumeration(system: &System, worlds: &[BTreeSet<String>], demanded: &[&str]) -> BTreeSet<String> {
    let primary: Vec<&CountCell> = system.cells().iter().filter(|cell| cell.is_primary()).collect();
    let candidates: Vec<&CountCell> =
        system.cells().iter().filter(|cell| cell.value > 0 && !cell.is_primary()).collect();
    let bit =
        |label: &String| candidates.iter().position(|cell| cell.label == *label).map_or(0_u32, |place| 1 << place);
    let needs: Vec<Vec<u32>> = demanded
        .iter()
        .map(|&target| {
            let of = worlds.iter().filter(|world| world.contains(target) || primary.is_empty());
            of.map(|world| world.iter().map(bit).sum()).collect()
        })
        .collect();
    let kinds = |kind| move |cell: &&&CountCell| cell.kind == kind;
    let sets =
        (0..1_u32 << candidates.len()).filter(|set| needs.iter().all(|ways| ways.iter().any(|way| way & !set == 0)));
    let members = |set: u32| {
        let of = candidates.iter().enumerate().filter(move |&(place, _)| set >> place & 1 == 1);
        of.map(|(_, &cell)| cell).collect::<Vec<&CountCell>>()
    };
    let best = sets.min_by_key(|&set| {
        let chosen = members(set);
        let count = |kind| chosen.iter().filter(kinds(kind)).count();
        let order = [count(CellPosition::GrandTotal), count(CellPosition::ColumnTotal), count(CellPosition::RowTotal)];
        let labels: Vec<&str> = chosen.iter().map(|cell| cell.label.as_str()).collect();
        (chosen.len(), chosen.iter().map(|cell| cell.value).sum::<i64>(), order, labels)
    });
    members(best.unwrap()).into_iter().map(|cell| cell.label.clone()).collect()
}

/// All tables with the same totals, found by filling the hidden cells one by one.
struct Filling<'a> {
    grid: Vec<Vec<i64>>,
    hidden: &'a [(usize, usize)],
    least: i64,
    rows: Vec<i64>,
    columns: Vec<i64>,
    found: Vec<(i64, i64)>,
}

impl Filling<'_> {
    fn row_left(&self, row: usize) -> i64 {
        self.rows[row] - self.grid[row].iter().sum::<i64>()
    }

    fn column_left(&self, column: usize) -> i64 {
        self.columns[column] - self.grid.iter().map(|line| line[column]).sum::<i64>()
    }

    fn fill(&mut self, at: usize) {
        let Some(&(row, column)) = self.hidden.get(at) else {
            let rows_fit = (0..self.rows.len()).all(|row| self.row_left(row) == 0);
            if rows_fit && (0..self.columns.len()).all(|column| self.column_left(column) == 0) {
                for (range, &(row, column)) in self.found.iter_mut().zip(self.hidden) {
                    let value = self.grid[row][column];
                    *range = (range.0.min(value), range.1.max(value));
                }
            }
            return;
        };
        for value in self.least..=self.row_left(row).min(self.column_left(column)) {
            self.grid[row][column] = value;
            self.fill(at + 1);
            self.grid[row][column] = 0;
        }
    }
}

/// Least and greatest value of each hidden interior cell over all tables with the same totals.
fn ranges_by_enumeration(values: &[Vec<i64>], hidden: &[(usize, usize)], least: i64) -> Vec<(i64, i64)> {
    let rows = values.iter().map(|line| line.iter().sum()).collect();
    let columns = (0..values[0].len()).map(|column| values.iter().map(|line| line[column]).sum()).collect();
    let mut grid = values.to_vec();
    for &(row, column) in hidden {
        grid[row][column] = 0;
    }
    let mut filling = Filling { grid, hidden, least, rows, columns, found: vec![(i64::MAX, i64::MIN); hidden.len()] };
    filling.fill(0);
    filling.found
}

fn patterns_agree(values: &[Vec<i64>]) -> Result<(), TestCaseError> {
    let system = table(values).system();
    let found = protect(&system, Protection::TwoValues).unwrap();
    let demanded: Vec<&str> = found.choice.primary.iter().map(String::as_str).collect();
    let worlds = other_worlds(values, &system);
    let secondary: BTreeSet<String> = found.choice.secondary.iter().cloned().collect();
    prop_assert_eq!(secondary, best_by_enumeration(&system, &worlds, &demanded));
    prop_assert!(found.choice.exact && found.choice.without_cover.is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pattern_is_the_best_of_all(values in tables(2, 3)) {
        patterns_agree(&values)?;
    }

    #[test]
    fn ranges_are_those_of_all_tables(values in tables(3, 4), chosen in prop::collection::btree_set((0..3_usize, 0..4_usize), 1..7)) {
        let hidden: Vec<(usize, usize)> = chosen.into_iter().collect();
        let names: Vec<String> = hidden.iter().map(|(row, column)| format!("r{row}c{column}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let system = table(&values).system();
        let exact = |least| ranges_by_enumeration(&values, &hidden, least).into_iter().map(|(low, high)| (low, Some(high))).collect::<Vec<_>>();
        prop_assert_eq!(ranges(&system, &names, Assumption::NotNegative), exact(0));
        if hidden.iter().all(|&(row, column)| values[row][column] > 0) {
            prop_assert_eq!(ranges(&system, &names, Assumption::AtLeastOne), exact(1));
        }
    }

    #[test]
    fn no_attack_finds_a_small_cell_and_order_changes_nothing(values in tables(6, 5), full in any::<bool>()) {
        let protection = if full { Protection::Range } else { Protection::TwoValues };
        let mut table = table(&values);
        let found: Protected = protect(&table.system(), protection).unwrap();
        let evidence: BTreeMap<&str, Option<CellProtection>> = found.evidence.iter().map(|found| (found.label.as_str(), found.verdict)).collect();
        for label in &found.choice.primary {
            prop_assert!(evidence[label.as_str()] > Some(CellProtection::Disclosed));
        }
        for range in &found.evidence {
            let value = table.cells.iter().find(|cell| cell.label == range.label).unwrap().value;
            prop_assert!(range.not_negative.lower <= range.at_least_one.lower && range.at_least_one.lower <= value);
            prop_assert!(range.at_least_one.upper.is_none_or(|upper| value <= upper));
            prop_assert!(value > 0, "a zero was hidden");
        }
        table.cells.reverse();
        table.relations.reverse();
        prop_assert_eq!(protect(&table.system(), protection).unwrap(), found);
    }

    #[test]
    fn the_full_range_is_given_or_named(values in tables(4, 4)) {
        let system = table(&values).system();
        let full: Choice = choose(&system, Protection::Range);
        let hidden: BTreeSet<&str> = full.hidden().collect();
        let found = by_label(&system, &hidden);
        // Everything else hidden too: what is not full then cannot be.
        let all: BTreeSet<&str> = system.cells().iter().filter(|cell| cell.value > 0).map(|cell| cell.label.as_str()).collect();
        let most = by_label(&system, &all);
        let covers = |range: WholeRange| range.lower <= 1 && range.upper.is_none_or(|upper| upper >= 4);
        for label in &full.primary {
            prop_assert!(covers(found[label]) || !covers(most[label]), "{label} {found:?}");
        }
    }
}
