//! The id of a metric, such as `CRE-01`, in the one form that may become the name of a folder or file.
//! It knows no metric.

use std::str::FromStr;
use std::sync::Arc;

use serde::Deserialize;

use super::shared_text::stands_for_its_text;

/// Most characters of an id.
const MOST: usize = 16;

/// A text that is no id of a metric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no id of a metric: an id has at most {MOST} capitals, digits and hyphens, and begins with a capital")]
pub struct MetricIdError(String);

/// The id of a metric: capitals, digits and `-`, the first one a capital. A run over five years of months holds a million
/// figures, so that copies share their text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct MetricId(Arc<str>);

stands_for_its_text!(MetricId);

impl FromStr for MetricId {
    type Err = MetricIdError;

    fn from_str(text: &str) -> Result<Self, MetricIdError> {
        let inner = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
        let fits = text.len() <= MOST && text.bytes().all(inner) && text.starts_with(|c: char| c.is_ascii_uppercase());
        if fits { Ok(Self(text.into())) } else { Err(MetricIdError(text.to_owned())) }
    }
}

impl TryFrom<String> for MetricId {
    type Error = MetricIdError;

    fn try_from(text: String) -> Result<Self, MetricIdError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> MetricId {
        text.parse().unwrap()
    }

    #[test]
    fn an_id_leads_nowhere_and_is_no_formula() {
        for good in ["CRE-01", "X", "A1-2", &"A".repeat(16)] {
            assert_eq!(id(good).as_str(), good);
        }
        for bad in ["", ".", "..", "A/B", "A.B", "-1", "=1", "1A", "cre-01", "CRE_01", "CRE 01", "Ä1", &"A".repeat(17)]
        {
            assert_eq!(bad.parse::<MetricId>(), Err(MetricIdError(bad.to_owned())));
        }
    }

    #[test]
    fn it_is_written_as_text_and_read_only_in_its_form() {
        assert_eq!(serde_json::to_string(&id("CRE-01")).unwrap(), "\"CRE-01\"");
        assert_eq!(serde_json::from_str::<MetricId>("\"CRE-01\"").unwrap(), id("CRE-01"));
        let error = serde_json::from_str::<MetricId>("\"../x\"").unwrap_err().to_string();
        assert!(error.starts_with("“../x” is no id of a metric"), "{error}");
    }

    proptest! {
        #[test]
        fn a_map_of_ids_is_asked_with_a_text(numbers in prop::collection::vec(0..40_u8, 1..20), asked in 0..40_u8) {
            let texts: Vec<String> = numbers.iter().map(|number| format!("CRE-{number}")).collect();
            let asked = format!("CRE-{asked}");
            let is_in = texts.contains(&asked);
            let ordered: BTreeMap<MetricId, &str> = texts.iter().map(|text| (id(text), text.as_str())).collect();
            let hashed: HashMap<MetricId, &str> = texts.iter().map(|text| (id(text), text.as_str())).collect();
            prop_assert_eq!(ordered.contains_key(asked.as_str()), is_in);
            prop_assert_eq!(hashed.contains_key(asked.as_str()), is_in);
        }
    }
}
