//! A metric is shown for all bodies of a level or for none. Withholding single bodies would paint the others: those with a
//! few cases would be gone, those with none would stay.

use std::collections::{BTreeMap, BTreeSet};

use super::WithholdingRule;
use super::book::{Book, BookRow, RowPlace};
use super::units::ProtectionUnit;
use crate::disclosure::choice::choose;
use crate::disclosure::system::SystemError;
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::period::{Period, PeriodType};

/// Bodies of one kind, which are shown together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum BodyLevel {
    Organisations,
    Regions,
    Peers,
    Nation,
}

impl BodyLevel {
    fn of(code: &BodyId) -> Self {
        match code.body() {
            Body::Nation => Self::Nation,
            Body::Region(_) => Self::Regions,
            Body::PeersOf(_) => Self::Peers,
            Body::Organisation(_) | Body::Unattributed => Self::Organisations,
        }
    }
}

/// What is shown together: metric, category, level and period. Rolling years share months, so one of them says something
/// of the next: all of a run go together.
type ShownTogether<'a> = (usize, Option<&'a str>, BodyLevel, Option<Period>);

fn group<'a>(row: &BookRow<'a>) -> ShownTogether<'a> {
    let RowPlace { metric, category, code, period } = row.place;
    (metric, category, BodyLevel::of(code), Some(period).filter(|period| period.kind != PeriodType::Rolling12m))
}

/// Rows of a unit that are withheld, by position. The unit's cells are hidden accordingly, so that an attack on it finds
/// what readers of the edition can find.
pub(super) fn close(
    unit: &mut ProtectionUnit,
    book: &Book<'_>,
    rule: WithholdingRule,
) -> Result<BTreeSet<usize>, SystemError> {
    let mut groups: BTreeMap<ShownTogether<'_>, Vec<usize>> = BTreeMap::new();
    let present = |row: usize| book.rows.get(row).map(|found| (row, found));
    for (row, found) in unit.rows.keys().filter_map(|&row| present(row)) {
        groups.entry(group(found)).or_default().push(row);
    }
    let own = |row: &usize| book.rows.get(*row).is_some_and(|row| row.closes_its_level(rule.threshold));
    let mut asked: BTreeSet<usize> = unit.rows.keys().copied().filter(own).collect();
    let mut withheld: BTreeSet<usize> =
        unit.rows.keys().copied().filter(|row| book.rows.get(*row).is_some_and(|row| row.contradicted)).collect();
    loop {
        let closed: BTreeSet<ShownTogether<'_>> =
            asked.iter().filter_map(|&row| Some(group(present(row)?.1))).collect();
        withheld.extend(closed.iter().filter_map(|group| groups.get(group)).flatten());
        hold(unit, &withheld);
        let choice = choose(&unit.system()?, rule.protection);
        let hidden: BTreeSet<&str> = choice.hidden().collect();
        let is_hidden = |(row, labels): (&usize, &Vec<String>)| {
            let open = !withheld.contains(row) && labels.iter().any(|label| hidden.contains(label.as_str()));
            open.then_some(*row)
        };
        asked = unit.rows.iter().filter_map(is_hidden).collect();
        if asked.is_empty() {
            return Ok(withheld);
        }
    }
}

/// Hides the cells that no row shows. A count in a withheld row that another row shows stays known.
fn hold(unit: &mut ProtectionUnit, withheld: &BTreeSet<usize>) {
    let (closed, open): (Vec<_>, Vec<_>) = unit.rows.iter().partition(|(row, _)| withheld.contains(*row));
    let shown: BTreeSet<&String> = open.into_iter().flat_map(|(_, labels)| labels).collect();
    for label in closed.into_iter().flat_map(|(_, labels)| labels).filter(|label| !shown.contains(label)) {
        unit.cells.hold(label);
    }
}
