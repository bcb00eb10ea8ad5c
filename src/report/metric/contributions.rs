//! What moved a national figure: the organisations that added most to its change, by their own rate and by their share.
//! It rounds and words; the parts were worked out before.

use crate::assessment::{Baseline, NationalContribution, change_of};
use crate::definitions::model::Metric;
use crate::report::facts::{Facts, Moved, both_words};
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::words;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::quantity::{RatioDifference, Unit, value_text};
use crate::vocabulary::shorthand::Shorthand;

/// Organisations listed each way.
const MOST: usize = 5;

/// The table of the change since a year before, or since the period before where there is no such figure.
pub fn contribution_table(facts: &Facts<'_>, metric: &Metric) -> Option<Table> {
    let parts = parts_of_change(facts, metric);
    let base = parts.first()?.base_period;
    let ranked = |up: bool| {
        let total = |part: &NationalContribution| part.rate_effect + part.mix_effect;
        let mut moving: Vec<&NationalContribution> =
            parts.iter().copied().filter(|part| if up { total(part) > 0.0 } else { total(part) < 0.0 }).collect();
        moving.sort_by(|a, b| total(b).abs().total_cmp(&total(a).abs()).then_with(|| a.org_code.cmp(&b.org_code)));
        moving.truncate(MOST);
        moving
    };
    let unit = metric.unit;
    let signed = |value: f64| self::signed(value, unit);
    let exact = |change: RatioDifference| signed_cell(&change.text(unit), change.amount(unit), unit);
    let row = |part: &NationalContribution| {
        let without = part.change_without.map_or_else(|| Cell::absent(Shorthand::NotApplicable), exact);
        let total = signed(part.rate_effect + part.mix_effect);
        Row::new(facts.name(&part.org_code), vec![signed(part.rate_effect), signed(part.mix_effect), total, without])
    };
    let mut rows: Vec<Row> = ranked(true).into_iter().map(row).collect();
    rows.extend(ranked(false).into_iter().rev().map(row));
    if rows.is_empty() {
        return None;
    }
    let sum = |read: fn(&NationalContribution) -> f64| parts.iter().map(|part| read(part)).sum::<f64>();
    let (rate, mix) = (sum(|part| part.rate_effect), sum(|part| part.mix_effect));
    let in_all = change_of(&parts).map_or_else(|| signed(rate + mix), exact);
    let cells = vec![signed(rate), signed(mix), in_all, Cell::absent(Shorthand::NotApplicable)];
    let shown_alone = crate::report::sentences::withheld::shown_words(facts, metric).is_some();
    let heading = if shown_alone { format!("The {} shown", facts.bodies(metric)) } else { facts.everyone(metric) };
    rows.push(Row::new(heading, cells).emphasised(true));
    let mut columns = vec![Column::words("Organisation")];
    columns.extend(["By its own rate", "By its share of cases", "In all", "Change without it"].map(Column::numbers));
    let of_change = words::change_unit(unit);
    let caption = format!("{}: what changed the national figure since {} ({of_change})", metric.title, base.words());
    let table = Table::new(format!("tab-{}-contributions", metric.id), caption, columns, rows).explained(format!(
        "The {} organisations that added most each way. An organisation adds by its own rate where that rose or fell, and \
         by its share where more or fewer of all cases were its own. The last column is the change worked out again \
         without it.",
        words::number_words(MOST)
    ));
    let national = facts.current(metric, BodyId::nation()).zip(facts.figure(metric, BodyId::nation(), base));
    if shown_alone {
        return Some(table.explained(format!(
            "The sum differs from the change of the national figure, which also counts {} that are not shown.",
            facts.bodies(metric)
        )));
    }
    Some(match national.and_then(|(now, before)| facts.moved(metric, now, before)) {
        Some(Moved::Matched(matched)) => table.explained(format!(
            "The parts add up to the change over the {} that returned both periods in full.",
            both_words(matched.resting)
        )),
        _ => table,
    })
}

/// What each organisation added to the change since a year before, or since the period before where there is no such figure.
pub fn parts_of_change<'a>(facts: &Facts<'a>, metric: &Metric) -> Vec<&'a NationalContribution> {
    let all = facts.release.assessment.contributions.iter().filter(|part| part.metric_id == metric.id);
    let of = |baseline| all.clone().filter(|part| part.baseline == baseline).collect::<Vec<_>>();
    [Baseline::YearBefore, Baseline::PeriodBefore]
        .map(of)
        .into_iter()
        .find(|parts| !parts.is_empty())
        .unwrap_or_default()
}

/// A number with its sign, rounded as its unit is.
pub fn signed(value: f64, unit: Unit) -> Cell {
    signed_cell(&value_text(value.abs(), unit), value, unit)
}

/// A rounded size with its sign; nothing has none.
fn signed_cell(size: &str, value: f64, unit: Unit) -> Cell {
    let is_zero = !size.contains(|c: char| ('1'..='9').contains(&c));
    let sign = match (is_zero, value < 0.0) {
        (true, _) => "",
        (false, true) => "\u{2212}",
        (false, false) => "+",
    };
    Cell::shown(format!("{sign}{size}"), value, unit)
}
