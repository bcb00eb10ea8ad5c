//! The attacker against the pattern published in the vignette "Small count frequency table suppression" of the R package
//! `GaussSuppression`. The pattern itself is not ours and is not reproduced.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Check, Compared, NotCompared, Table, together};
use leds_metrics::disclosure::attack::{Assumption, attack_all};
use leds_metrics::disclosure::system::{CellPosition, CountCell, History, Relation, System};

const FILE: &str = "sdc/gausssuppression_vignette_maxN1.csv";
const TOTAL: &str = "Total";

/// The range of every suppressed cell when counts are known to be at least 0.
pub fn check_sdc(folder: &Path) -> Vec<Compared> {
    together(compare(folder))
}

fn compare(folder: &Path) -> Result<Vec<Check>, NotCompared> {
    let table = Table::read(folder, FILE)?;
    let (mut cells, mut hidden, mut published) = (Vec::new(), BTreeSet::new(), Vec::new());
    for row in table.rows() {
        let (age, place) = (row.text("age")?, row.text("geo")?);
        let kind = match (age == TOTAL, place == TOTAL) {
            (false, false) => CellPosition::Interior,
            (false, true) => CellPosition::RowTotal,
            (true, false) => CellPosition::ColumnTotal,
            (true, true) => CellPosition::GrandTotal,
        };
        let label = label(age, place);
        if row.text("suppressed")? == "1" {
            let whole = |column| row.text(column).map(|text| text.trim_end_matches(".0").to_owned());
            published.push((label.clone(), whole("attacker_lower")?, whole("attacker_upper")?));
            hidden.insert(label.clone());
        }
        cells.push(CountCell { label, value: row.whole("freq")?, kind, threshold: 0, history: History::Published });
    }
    let mut check = Check::new(FILE);
    let relations = relations(&table)?;
    let hidden: BTreeSet<&str> = hidden.iter().map(String::as_str).collect();
    match System::new(cells, &relations, &[]).map(|system| attack_all(&system, &hidden, Assumption::NotNegative)) {
        Ok(Ok(found)) => {
            for (label, lower, upper) in published {
                let range = found.iter().find(|known| known.label == label).map(|known| known.range);
                check.exact(&format!("{label} least"), &range.map(|range| range.lower.to_string()), &Some(lower));
                check.exact(
                    &format!("{label} greatest"),
                    &range.and_then(|range| range.upper).map(|end| end.to_string()),
                    &Some(upper),
                );
            }
        }
        failed => check.mismatches.push(format!("{failed:?}")),
    }
    Ok(vec![check])
}

fn label(age: &str, place: &str) -> String {
    format!("{age}, {place}")
}

/// Ages add up to the total of each place, places to the total of each age.
fn relations(table: &Table) -> Result<Vec<Relation>, NotCompared> {
    let values = |column| table.rows().map(|row| row.text(column)).collect::<Result<BTreeSet<&str>, NotCompared>>();
    let (ages, places) = (values("age")?, values("geo")?);
    let parts = |all: &BTreeSet<&str>, of: &dyn Fn(&str) -> String| {
        all.iter().filter(|&&part| part != TOTAL).map(|part| of(part)).collect::<Vec<String>>()
    };
    let of_age = ages.iter().map(|&age| Relation {
        parts: parts(&places, &|place| label(age, place)),
        total: label(age, TOTAL),
        offset: 0,
    });
    let of_place = places.iter().map(|&place| Relation {
        parts: parts(&ages, &|age| label(age, place)),
        total: label(TOTAL, place),
        offset: 0,
    });
    Ok(of_age.chain(of_place).collect())
}
