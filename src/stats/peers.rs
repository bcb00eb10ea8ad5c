//! Averages of a group of peers, each under its own name: the definitions can put a force on opposite sides of its group.

use super::counts::Counts;
use super::real;
use crate::vocabulary::quantity::Status;

/// Which average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AverageKind {
    /// The mean of the rates of the force and its peers.
    SimpleIncludingSelf,
    /// The mean of the peers' rates.
    SimpleExcludingSelf,
    /// Σx/Σn over the force and its peers.
    WeightedIncludingSelf,
    /// Σx/Σn over the peers.
    #[default]
    WeightedExcludingSelf,
}

impl AverageKind {
    /// Every average, in the order of the results.
    pub const ALL: [Self; 4] = [
        Self::SimpleIncludingSelf,
        Self::SimpleExcludingSelf,
        Self::WeightedIncludingSelf,
        Self::WeightedExcludingSelf,
    ];

    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SimpleIncludingSelf => "simple_including_self",
            Self::SimpleExcludingSelf => "simple_excluding_self",
            Self::WeightedIncludingSelf => "weighted_including_self",
            Self::WeightedExcludingSelf => "weighted_excluding_self",
        }
    }

    fn includes_self(self) -> bool {
        matches!(self, Self::SimpleIncludingSelf | Self::WeightedIncludingSelf)
    }

    fn is_weighted(self) -> bool {
        matches!(self, Self::WeightedIncludingSelf | Self::WeightedExcludingSelf)
    }
}

/// A member of the group with the denominator it usually has, by which its absence is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// `None` where it has none to show.
    pub counts: Option<Counts>,
    pub usual_denominator: i64,
}

/// Fewer peers with a value than this give no average.
pub const LEAST_PEERS: usize = 4;

/// An average under its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerAverage {
    pub kind: AverageKind,
    /// Numerator per denominator.
    pub value: f64,
    /// The pooled counts of a weighted average.
    pub counts: Option<Counts>,
    /// Peers with a value, the force itself not counted, of `of` peers.
    pub used: usize,
    pub of: usize,
}

/// The average of a force's peers, among whom the force itself is not listed. A peer takes part with a denominator above 0.
///
/// # Errors
/// [`Status::NotApplicable`] without peers; [`Status::CannotTell`] with a value of fewer than `least` peers, with less than
/// half of the peers' usual denominator, and for an average that includes a force without a value; [`Status::Missing`]
/// when the sums do not fit.
pub fn peer_average(
    own: Option<Counts>,
    peers: &[Peer],
    kind: AverageKind,
    least: usize,
) -> Result<PeerAverage, Status> {
    if peers.is_empty() {
        return Err(Status::NotApplicable("no peer group".to_owned()));
    }
    let usable = |counts: &Counts| counts.denominator > 0 && counts.numerator >= 0;
    let (mut present, mut usual_present, mut usual) = (Vec::new(), 0_i128, 0_i128);
    for peer in peers {
        let weight = i128::from(peer.usual_denominator.max(0));
        usual += weight;
        if let Some(counts) = peer.counts.filter(usable) {
            present.push(counts);
            usual_present += weight;
        }
    }
    let used = present.len();
    if used < least.max(1) {
        return Err(Status::CannotTell(format!("{used} of {} peers have a value", peers.len())));
    }
    if 2 * usual_present < usual {
        return Err(Status::CannotTell("less than half of the peers' usual denominator is present".to_owned()));
    }
    if kind.includes_self() {
        let own = own.filter(usable).ok_or_else(|| Status::CannotTell("the force has no value".to_owned()))?;
        present.push(own);
    }
    let counts = if kind.is_weighted() { Some(pool(&present)?) } else { None };
    let value = counts.map_or_else(|| mean_rate(&present), rate_of);
    Ok(PeerAverage { kind, value, counts, used, of: peers.len() })
}

fn rate_of(counts: Counts) -> f64 {
    real(counts.numerator) / real(counts.denominator)
}

fn mean_rate(present: &[Counts]) -> f64 {
    present.iter().map(|&counts| rate_of(counts)).sum::<f64>() / real(present.len() as i128)
}

/// Σx and Σn.
fn pool(present: &[Counts]) -> Result<Counts, Status> {
    let sum = |of: fn(&Counts) -> i64| {
        let sum: i128 = present.iter().map(|counts| i128::from(of(counts))).sum();
        i64::try_from(sum).map_err(|_| Status::Missing("the sum is too large".to_owned()))
    };
    Ok(Counts::new(sum(|counts| counts.numerator)?, sum(|counts| counts.denominator)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn peer(x: i64, n: i64) -> Peer {
        Peer { counts: Some(Counts::new(x, n)), usual_denominator: n }
    }

    #[test]
    fn four_averages_of_the_same_data() {
        let own = Some(Counts::new(180, 200));
        let peers = [peer(90, 120), peer(400, 500), peer(60, 80)];
        let percent = |kind| 100.0 * peer_average(own, &peers, kind, 1).unwrap().value;
        for (kind, wanted) in AverageKind::ALL.into_iter().zip([80.0, 76.7, 81.1, 78.6]) {
            assert!((percent(kind) - wanted).abs() < 0.05, "{}: {}", kind.as_str(), percent(kind));
        }
        let few = peer_average(own, &peers, AverageKind::default(), LEAST_PEERS);
        assert_eq!(few, Err(Status::CannotTell("3 of 3 peers have a value".to_owned())));
    }

    #[test]
    fn absent_peers_are_counted_and_weighed() {
        let absent = |usual_denominator| Peer { counts: None, usual_denominator };
        let four = [peer(1, 10), peer(2, 10), peer(3, 10), peer(4, 10)];
        let with = |extra: &[Peer]| {
            let peers: Vec<Peer> = four.iter().chain(extra).copied().collect();
            peer_average(None, &peers, AverageKind::default(), LEAST_PEERS)
        };
        let found = with(&[absent(40)]).unwrap();
        assert_eq!((found.used, found.of, found.counts), (4, 5, Some(Counts::new(10, 40))));
        assert!(matches!(with(&[absent(41)]), Err(Status::CannotTell(_))));
        assert!(matches!(peer_average(None, &[], AverageKind::default(), 1), Err(Status::NotApplicable(_))));
        assert!(matches!(peer_average(None, &four, AverageKind::SimpleIncludingSelf, 1), Err(Status::CannotTell(_))));
        assert!(matches!(peer_average(None, &[peer(1, 0)], AverageKind::default(), 1), Err(Status::CannotTell(_))));
        let huge = [peer(1, i64::MAX), peer(1, i64::MAX)];
        assert!(matches!(peer_average(None, &huge, AverageKind::default(), 1), Err(Status::Missing(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_average_lies_among_the_rates(rows in prop::collection::vec((0..100_i64, 1..1000_i64), 1..20)) {
            let peers: Vec<Peer> = rows.iter().map(|&(x, n)| peer(x, n)).collect();
            let rates = || rows.iter().map(|&(x, n)| real(x) / real(n));
            let (least, greatest) = (rates().fold(f64::INFINITY, f64::min), rates().fold(0.0, f64::max));
            let own = rows.first().map(|&(x, n)| Counts::new(x, n));
            for kind in AverageKind::ALL {
                let value = peer_average(own, &peers, kind, 1).unwrap().value;
                prop_assert!(least - 1e-12 <= value && value <= greatest + 1e-12);
            }
        }
    }
}
