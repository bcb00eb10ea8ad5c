//! The bodies of the synthetic nation: names, codes and strengths, read from a table that is compiled in.
//! It holds facts about size only; how a body behaves is made up in `character`.

use serde::Deserialize;

use crate::vocabulary::sender_code::SenderCode;

use super::SynthError;

const TABLE: &str = include_str!("organisations.csv");

/// One body. Strength is in police officers: of 31 March 2003, else of 28 February 1983, else an estimate of ours.
#[derive(Debug, Clone, Deserialize)]
pub struct Sender {
    pub code: SenderCode,
    pub name: String,
    pub short_name: String,
    pub kind: String,
    pub region: Option<String>,
    pub country: String,
    /// Empty for non-police bodies.
    pub officers: Option<i64>,
    /// Share of national volumes, in officers; a guess for non-police bodies, nothing for the one that runs the systems.
    pub weight: f64,
}

impl Sender {
    /// Whether it is one of the 43 forces of England and Wales.
    pub fn is_territorial(&self) -> bool {
        self.kind == "territorial_force"
    }

    /// Whether it arrests people and so returns arrests, court results and requests.
    pub fn is_police(&self) -> bool {
        self.is_territorial() || self.kind == "territorial_force_other" || self.kind == "special_force"
    }

    /// Whether it has access by agreement.
    pub fn is_non_police(&self) -> bool {
        self.kind == "non_police"
    }

    /// Whether it runs the systems and uses none.
    pub fn is_system_operator(&self) -> bool {
        self.kind == "system_operator"
    }

    /// The stream of rows without an organisation, about one row in five hundred.
    pub fn unattributed(total_weight: f64) -> Self {
        Self {
            code: SenderCode::unattributed(),
            name: "Rows without an organisation".to_owned(),
            short_name: "Unattributed".to_owned(),
            kind: "unattributed".to_owned(),
            region: None,
            country: "United Kingdom".to_owned(),
            officers: None,
            weight: total_weight * 0.002,
        }
    }
}

/// All bodies, in the order of the table.
pub fn load_bodies() -> Result<Vec<Sender>, SynthError> {
    let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().map_err(SynthError::Table)
}

/// The five forces nearest in strength to each of the 43, nearest first.
pub fn peers_by_strength(bodies: &[Sender]) -> Vec<(&Sender, Vec<&Sender>)> {
    let forces: Vec<&Sender> = bodies.iter().filter(|body| body.is_territorial()).collect();
    let nearest = |force: &Sender| {
        let distance = |other: &Sender| (other.weight.ln() - force.weight.ln()).abs();
        let mut others: Vec<&Sender> = forces.iter().copied().filter(|other| other.code != force.code).collect();
        others.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then_with(|| a.code.cmp(&b.code)));
        others.truncate(5);
        others
    };
    forces.iter().map(|force| (*force, nearest(force))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_the_bodies_of_the_plan() {
        let bodies = load_bodies().unwrap();
        assert_eq!(bodies.len(), 51);
        assert_eq!(bodies.iter().filter(|b| b.is_territorial()).count(), 43);
        assert_eq!(bodies.iter().filter(|b| b.is_police()).count(), 46);
        assert!(bodies.iter().all(|b| b.is_police() == b.officers.is_some()));
        let officers: i64 = bodies.iter().filter(|b| b.is_territorial()).filter_map(|b| b.officers).sum();
        assert_eq!(officers, 128_210);
    }

    #[test]
    fn every_force_has_five_peers_and_is_not_its_own() {
        let bodies = load_bodies().unwrap();
        let peers = peers_by_strength(&bodies);
        assert_eq!(peers.len(), 43);
        assert!(peers.iter().all(|(force, five)| five.len() == 5 && five.iter().all(|peer| peer.code != force.code)));
    }
}
