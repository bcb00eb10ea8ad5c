//! How many labels of each kind a release holds, how many stand out, and how many chance alone would make stand out.

use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use std::collections::HashSet;

use super::signals::{Signal, SignalKind};
use super::trends::TrendWindow;
use crate::stats::benchmark::Strength;
use crate::stats::false_alarm::expected_icons;
use crate::stats::funnel::FunnelLabel;
use crate::stats::multiplicity::{discoveries, flag_count};
use crate::stats::{Level, change_point, run_chart};

/// False discovery rate of the list of a release.
const DISCOVERY_RATE: f64 = 0.05;

/// The family of comparisons with peers.
pub const PEERS_FAMILY: &str = "differs from its peers";

/// One kind of label at one level.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelFamily {
    /// What is tested, in words.
    pub family: &'static str,
    /// The level, in words.
    pub level: &'static str,
    /// Labels that could be told.
    pub tested: usize,
    pub flagged: usize,
    /// Flags to expect if nothing but chance were at work.
    pub expected: f64,
}

/// A comparison with peers that could be made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PeerTest {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub strength: Option<Strength>,
    pub p_value: Option<f64>,
}

/// The tests of the report's period.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub peers: Vec<PeerTest>,
    pub funnels: Vec<FunnelLabel>,
    /// For each series with a variation icon: its points, and whether the icon is a special cause.
    pub icons: Vec<(usize, bool)>,
    /// For each series that a run chart judges: its points off the median, and whether they have shifted.
    pub runs: Vec<(usize, bool)>,
    /// What each trend test that could be made has found.
    pub trends: Vec<TrendWindow>,
    /// For each stretch that was searched for steps: its points, and whether it seems to have one.
    pub stretches: Vec<(usize, bool)>,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.peers.extend(other.peers);
        self.funnels.extend(other.funnels);
        self.icons.extend(other.icons);
        self.runs.extend(other.runs);
        self.trends.extend(other.trends);
        self.stretches.extend(other.stretches);
    }

    pub(super) fn families(&self) -> Vec<LabelFamily> {
        let mut families = Vec::new();
        let mut add = |family, level: (&'static str, Level), flags: Vec<Option<bool>>| {
            let count = flag_count(flags, level.1);
            let (tested, flagged, expected) = (count.tested, count.flagged, count.expected);
            families.push(LabelFamily { family, level: level.0, tested, flagged, expected });
        };
        let (look, act) = (("95%", Level::LOOK), ("99.8%", Level::ACT));
        let peers = |flagged: fn(Option<Strength>) -> bool| {
            self.peers.iter().map(|test| Some(flagged(test.strength))).collect::<Vec<_>>()
        };
        add(PEERS_FAMILY, look, peers(|strength| strength.is_some()));
        add(PEERS_FAMILY, act, peers(|strength| strength == Some(Strength::Act)));
        let funnels = |flagged: fn(FunnelLabel) -> bool| {
            let untold = |label| matches!(label, FunnelLabel::CannotTell | FunnelLabel::SpreadTooWide);
            let told = |label: &FunnelLabel| (!untold(*label)).then(|| flagged(*label));
            self.funnels.iter().map(told).collect::<Vec<_>>()
        };
        let beyond_act = |label| matches!(label, FunnelLabel::AboveAct | FunnelLabel::BelowAct);
        add("unusual among forces, by chance limits", look, funnels(|label| label != FunnelLabel::Within));
        add("unusual among forces, by chance limits", act, funnels(beyond_act));
        let trends = |level| self.trends.iter().map(|window| Some(window.is_clear(level))).collect::<Vec<_>>();
        add("trend of a series", look, trends(Strength::Look));
        add("trend of a series", act, trends(Strength::Act));
        let (expected, tested) = expected_icons(self.icons.iter().map(|(points, _)| *points));
        let flagged = self.icons.iter().filter(|(_, special)| *special).count();
        families.push(LabelFamily {
            family: "special cause in the last period of a series",
            level: "Control chart rules",
            tested,
            flagged,
            expected,
        });
        families.push(LabelFamily {
            family: "shift of a series about its median",
            level: "Run chart rules",
            tested: self.runs.len(),
            flagged: self.runs.iter().filter(|(_, shift)| *shift).count(),
            expected: self.runs.iter().filter_map(|(useful, _)| run_chart::false_alarm(*useful)).sum(),
        });
        // Stretches of a length that was not simulated are in no column.
        let rates: Vec<(f64, bool)> = self
            .stretches
            .iter()
            .filter_map(|(points, step)| Some((change_point::false_alarm(*points)?, *step)))
            .collect();
        families.push(LabelFamily {
            family: "proposed step in a series",
            level: "Number of steps by BIC",
            tested: rates.len(),
            flagged: rates.iter().filter(|(_, step)| *step).count(),
            expected: rates.iter().map(|(rate, _)| rate).sum(),
        });
        families
    }
}

/// Says of every comparison with peers whether it is on the list that holds false discoveries of the release to 5 %
/// (Benjamini and Hochberg).
pub(super) fn mark_discoveries(signals: &mut [Signal], tally: &Tally) {
    let p_values: Vec<Option<f64>> = tally.peers.iter().map(|test| test.p_value).collect();
    let Ok(on_list) = discoveries(&p_values, DISCOVERY_RATE) else { return };
    let listed = tally.peers.iter().zip(on_list).filter(|(_, on)| *on == Some(true));
    let listed: HashSet<(&str, &BodyId)> = listed.map(|(test, _)| (test.metric_id.as_str(), &test.org_code)).collect();
    for signal in signals.iter_mut().filter(|signal| signal.kind == SignalKind::Peers && signal.p_value.is_some()) {
        signal.discovery = Some(listed.contains(&(signal.metric_id.as_str(), &signal.org_code)));
    }
}
