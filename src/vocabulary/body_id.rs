//! Whom a figure is of, and the one place that knows how that is written: the code of an organisation, or a text of its own
//! for each sum.

use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::shared_text::stands_for_its_text;

const NATION: &str = "NATIONAL";
const UNATTRIBUTED: &str = "UNATTRIBUTED";
const REGION_PREFIX: &str = "REGION:";
const PEERS_PREFIX: &str = "PEERS:";

/// Whom a figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Body<'t> {
    /// Every row, the unattributed ones included.
    Nation,
    /// The organisations of a region, by its name.
    Region(&'t str),
    /// The peers of the organisation with this code, without itself.
    PeersOf(&'t str),
    /// Rows that no organisation can be named for. They are submitted like the rows of an organisation.
    Unattributed,
    /// One organisation, by its code.
    Organisation(&'t str),
}

impl<'t> Body<'t> {
    fn of(text: &'t str) -> Self {
        if text == NATION {
            Self::Nation
        } else if text == UNATTRIBUTED {
            Self::Unattributed
        } else if let Some(region) = text.strip_prefix(REGION_PREFIX) {
            Self::Region(region)
        } else if let Some(own) = text.strip_prefix(PEERS_PREFIX) {
            Self::PeersOf(own)
        } else {
            Self::Organisation(text)
        }
    }
}

/// Its id.
impl fmt::Display for Body<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nation => formatter.write_str(NATION),
            Self::Region(region) => write!(formatter, "{REGION_PREFIX}{region}"),
            Self::PeersOf(own) => write!(formatter, "{PEERS_PREFIX}{own}"),
            Self::Unattributed => formatter.write_str(UNATTRIBUTED),
            Self::Organisation(code) => formatter.write_str(code),
        }
    }
}

/// The id of a body, as data files write it: `E23000002`, `UNATTRIBUTED`, `REGION:North West`, `PEERS:E23000002` or
/// `NATIONAL`. Every text is the id of some body. Only a [`SenderCode`](super::sender_code::SenderCode) may become the name of
/// a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(from = "String")]
pub struct BodyId(Arc<str>);

stands_for_its_text!(BodyId);

impl BodyId {
    /// The id of the nation.
    pub fn nation() -> &'static Self {
        static ID: LazyLock<BodyId> = LazyLock::new(|| Body::Nation.into());
        &ID
    }

    /// The id of rows that no organisation can be named for.
    pub fn unattributed() -> &'static Self {
        static ID: LazyLock<BodyId> = LazyLock::new(|| Body::Unattributed.into());
        &ID
    }

    /// The id of the sum over the organisations of a region.
    pub fn region(name: &str) -> Self {
        Body::Region(name).into()
    }

    /// The id of the sum over the peers of an organisation.
    pub fn peers_of(organisation: &Self) -> Self {
        Body::PeersOf(organisation).into()
    }

    /// The body that it stands for.
    pub fn body(&self) -> Body<'_> {
        Body::of(&self.0)
    }

    /// Whether it is the nation.
    pub fn is_nation(&self) -> bool {
        self.body() == Body::Nation
    }

    /// Whether it is one organisation, and neither a sum over several nor unattributed rows.
    pub fn is_organisation(&self) -> bool {
        matches!(self.body(), Body::Organisation(_))
    }

    /// Whether it is a sum over organisations: the nation, a region or an organisation's peers.
    pub fn is_aggregate(&self) -> bool {
        matches!(self.body(), Body::Nation | Body::Region(_) | Body::PeersOf(_))
    }

    /// Whether it is the peers of an organisation.
    pub fn is_of_peers(&self) -> bool {
        matches!(self.body(), Body::PeersOf(_))
    }
}

impl From<Body<'_>> for BodyId {
    fn from(body: Body<'_>) -> Self {
        Self(body.to_string().into())
    }
}

impl From<&str> for BodyId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for BodyId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_and_its_body_stand_for_each_other() {
        let ids = ["NATIONAL", "UNATTRIBUTED", "REGION:North West", "PEERS:E1", "E1", "REGIONAL", "NATIONAL2"];
        let ids = ids.map(BodyId::from);
        assert_eq!(ids.each_ref().map(|id| BodyId::from(id.body())), ids);
        assert_eq!(ids.each_ref().map(BodyId::is_organisation), [false, false, false, false, true, true, true]);
        assert_eq!(ids.each_ref().map(BodyId::is_aggregate), [true, false, true, true, false, false, false]);
        assert_eq!(ids.each_ref().map(BodyId::is_of_peers), [false, false, false, true, false, false, false]);
        assert_eq!([BodyId::nation(), BodyId::unattributed()], [&ids[0], &ids[1]]);
        assert_eq!([BodyId::region("North West"), BodyId::peers_of(&ids[4])], [ids[2].clone(), ids[3].clone()]);
    }

    proptest! {
        #[test]
        fn a_map_of_ids_is_asked_with_a_text(numbers in prop::collection::vec(0..40_u8, 1..20), asked in 0..40_u8) {
            // Odd numbers are regions, so that ids of several kinds stand in one order.
            let text = |number: u8| if number.is_multiple_of(2) { format!("E{number}") } else { format!("REGION:{number}") };
            let texts: Vec<String> = numbers.iter().copied().map(text).collect();
            let asked = text(asked);
            let ordered: BTreeSet<BodyId> = texts.iter().map(|text| text.as_str().into()).collect();
            let hashed: HashSet<BodyId> = texts.iter().map(|text| text.as_str().into()).collect();
            prop_assert_eq!(ordered.contains(asked.as_str()), texts.contains(&asked));
            prop_assert_eq!(hashed.contains(asked.as_str()), texts.contains(&asked));
        }
    }
}
