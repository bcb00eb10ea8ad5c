//! The places at which two JSON values differ, for people: `counts.observations`, `inputs.3.sha256`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Every place at which the two differ, with dots between its parts, but for those left out and what is below them. Lists of
/// different lengths differ as a whole.
pub fn differences(one: &Value, other: &Value, left_out: &BTreeSet<&str>) -> Vec<String> {
    let mut found = Vec::new();
    note(&Pair { one, other, left_out }, "", &mut found);
    found
}

/// Two values at one place.
struct Pair<'v> {
    one: &'v Value,
    other: &'v Value,
    left_out: &'v BTreeSet<&'v str>,
}

impl<'v> Pair<'v> {
    fn below(&self, one: &'v Value, other: &'v Value) -> Self {
        Self { one, other, left_out: self.left_out }
    }
}

fn note(pair: &Pair<'_>, place: &str, found: &mut Vec<String>) {
    if pair.one == pair.other || pair.left_out.contains(place) {
        return;
    }
    let below = |part: &str| if place.is_empty() { part.to_owned() } else { format!("{place}.{part}") };
    match (pair.one, pair.other) {
        (Value::Object(one), Value::Object(other)) => {
            let parts: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for part in parts {
                note(&pair.below(part_of(one, part), part_of(other, part)), &below(part), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                note(&pair.below(one, other), &below(&at.to_string()), found);
            }
        }
        _ => found.push(place.to_owned()),
    }
}

fn part_of<'v>(object: &'v Map<String, Value>, part: &str) -> &'v Value {
    object.get(part).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_named_by_their_places_but_for_those_left_out() {
        let one = json!({ "threads": 1, "files": { "a": "1" }, "counts": { "bytes_read": 1, "observations": 1 },
            "inputs": [{ "path": "a", "rows": 1 }, { "path": "b", "rows": 2 }], "findings": [1] });
        let other = json!({ "threads": 2, "files": { "a": "2" }, "counts": { "bytes_read": 2, "observations": 2 },
            "inputs": [{ "path": "a", "rows": 1 }, { "path": "c", "rows": 2 }], "findings": [1, 2], "more": true });
        let left_out = BTreeSet::from(["threads", "files", "counts.bytes_read"]);
        assert_eq!(differences(&one, &other, &left_out), ["counts.observations", "findings", "inputs.1.path", "more"]);
        assert_eq!(differences(&one, &one, &left_out), [""; 0]);
    }
}
