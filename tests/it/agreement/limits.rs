//! What titles and texts of funnels say of the forces beyond the limits, held against the labels of the limits.

use std::collections::BTreeSet;

use super::known::Against;
use super::ledger::number;
use super::places::Reader;

/// The label by which a force is judged: that of the limits that allow for the usual spread, where there are such.
fn labels(reader: &Reader<'_, '_, '_>, metric: &str) -> Vec<(String, String)> {
    let of_metric = reader.ledger.known.funnels.iter().filter(|(judged, _)| judged.metric == metric);
    let label = |row: &std::collections::BTreeMap<String, String>| {
        let adjusted = &row["adjusted_label"];
        if adjusted.is_empty() { row["label"].clone() } else { adjusted.clone() }
    };
    of_metric.map(|(judged, row)| (judged.body.clone(), label(row))).collect()
}

fn bodies(labels: &[(String, String)], is_wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    labels.iter().filter(|(_, label)| is_wanted(label)).map(|(body, _)| body.clone()).collect()
}

/// A title or a text: so many lie beyond the outer limits.
pub fn beyond(reader: &mut Reader<'_, '_, '_>, place: &str, metric: &str, said: &str) {
    let labels = labels(reader, metric);
    let counted = bodies(&labels, |label| label.ends_with("_99_8")).len();
    count(reader);
    reader.ledger.counts(place, "forces beyond the 99.8% limits", number(said), counted);
}

/// A text: of so many forces.
pub fn of_all(reader: &mut Reader<'_, '_, '_>, place: &str, metric: &str, said: &str) {
    let counted = labels(reader, metric).len();
    reader.ledger.counts(place, "forces that have limits", number(said), counted);
}

/// A title: the limits would say nothing.
pub fn too_wide(reader: &mut Reader<'_, '_, '_>, place: &str, metric: &str) {
    let labels = labels(reader, metric);
    let judged = bodies(&labels, |label| !["spread_too_wide", "cannot_tell"].contains(&label));
    count(reader);
    if !judged.is_empty() || labels.is_empty() {
        reader.ledger.fault(place, &format!("{metric} has limits for {judged:?}"));
    }
}

/// "two lie above the 99.8% limits, Alder (93.1%) and Beech (92.0%); one lies below the 99.8% limits, Cedar (60.2%)".
pub fn sides(reader: &mut Reader<'_, '_, '_>, place: &str, metric: &str, parts: &str) {
    let labels = labels(reader, metric);
    let mut said = [("above", None), ("below", None)];
    for part in parts.split("; ") {
        let read = said.iter_mut().find_map(|(side, read)| {
            let (count, rest) = part.split_once(' ')?;
            let names = rest.split_once(&format!(" {side} the 99.8% limits, "))?.1;
            *read = Some((number(count), names.to_owned()));
            Some(())
        });
        if read.is_none() {
            reader.ledger.fault(place, &format!("nobody reads “{part}”"));
        }
    }
    for (side, read) in said {
        let wanted = bodies(&labels, |label| label == format!("{side}_99_8"));
        let (count, names) = read.unwrap_or((Some(0), String::new()));
        reader.ledger.counts(place, &format!("forces {side} the 99.8% limits"), count, wanted.len());
        named(reader, place, &names, &wanted);
    }
}

/// "Alder, Beech and Cedar": the forces beyond the inner limits alone.
pub fn inner(reader: &mut Reader<'_, '_, '_>, place: &str, metric: &str, names: &str) {
    let labels = labels(reader, metric);
    let wanted = bodies(&labels, |label| label.ends_with("_95"));
    named(reader, place, names, &wanted);
}

/// The forces that a list names, each perhaps with its figure in parentheses.
fn named(reader: &mut Reader<'_, '_, '_>, place: &str, names: &str, wanted: &BTreeSet<String>) {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for letter in names.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let plain = plain.replace(" and ", ", ");
    let said: Vec<&str> = plain.split(", ").map(str::trim).filter(|name| !name.is_empty()).collect();
    let found: BTreeSet<String> = said.iter().filter_map(|name| reader.names.body(name)).collect();
    count(reader);
    if found != *wanted || found.len() != said.len() {
        reader.ledger.fault(place, &format!("names {said:?}, and the limits have {wanted:?}"));
    }
}

fn count(reader: &mut Reader<'_, '_, '_>) {
    *reader.ledger.read.entry(Against::Limits).or_default() += 1;
}
