//! Each organisation against the pooled figure of its peers, itself not among them.

use super::comparisons::{Against, FigureComparison};
use super::differences::{compare_counts, counts_of, limits_of, no_figure, share_difference};
use super::findings::{Findings, Told};
use super::headlines::Headlines;
use super::labels::{Labels, PeerComparison};
use super::matched::Resting;
use super::multiplicity::PeerTest;
use super::signals::{Signal, SignalKind, event_between};
use crate::stats::benchmark::{Benchmark, benchmark_delay};
use crate::stats::peers::{AverageKind, LEAST_PEERS, Peer, peer_average};
use crate::vocabulary::body::PeerGroup;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Shape, Status};

/// Labels every figure of an organisation that has peers, and gives the comparisons of the report's period, by
/// organisation. Those that show a difference are signals.
pub(super) fn of_metric(headlines: &Headlines<'_>) -> Told<Vec<FigureComparison>> {
    let mut told = Told::default();
    // The count of one organisation and the sum over several have nothing in common; grades are never added up.
    if matches!(headlines.metric.shape, Shape::Count | Shape::Status) {
        return told;
    }
    for group in headlines.input.peer_groups {
        let usual: Vec<i64> = group.peers.iter().map(|peer| headlines.usual.cases(peer)).collect();
        for at in 0..headlines.input.trend.len() {
            let Some(figure) = headlines.figure(&group.org_code, at) else { continue };
            let peers = peers_at(headlines, (group, &usual), at);
            let found = compare(headlines, (group, &peers), figure, at);
            let label = label_of(headlines, found.as_ref());
            told.findings.label(figure.id(), Labels { comparison: Some(label), ..Labels::default() });
            if at == headlines.last() {
                let row = comparison_row(headlines, (group, &peers), figure, (label, found));
                tell(headlines, &row, &mut told.findings);
                told.found.push(row);
            }
        }
    }
    told.found.sort_by(|a, b| a.org_code.cmp(&b.org_code));
    told
}

fn label_of(headlines: &Headlines<'_>, found: Result<&Benchmark, &Status>) -> PeerComparison {
    found.map_or(PeerComparison::CannotTell, |found| PeerComparison::of(found.outcome, headlines.metric.better))
}

/// Counts a comparison among the tests; one that shows a difference is a signal.
fn tell(headlines: &Headlines<'_>, row: &FigureComparison, findings: &mut Findings) {
    let Ok(found) = &row.found else { return };
    findings.tally.peers.push(PeerTest {
        metric_id: row.metric_id.clone(),
        org_code: row.org_code.clone(),
        strength: row.label.strength(),
        p_value: found.p_value,
    });
    findings.signals.extend(row.label.strength().map(|severity| Signal {
        metric_id: row.metric_id.clone(),
        org_code: row.org_code.clone(),
        period: row.period,
        kind: SignalKind::Peers,
        rule: row.label.as_str().to_owned(),
        points: 1,
        severity,
        p_value: found.p_value,
        discovery: None,
        event: event_between(headlines.input.events, &row.org_code, (row.period.start(), row.period.end())),
    }));
}

/// The peers of a group with their counts in a period.
fn peers_at(headlines: &Headlines<'_>, (group, usual): (&PeerGroup, &[i64]), at: usize) -> Vec<Peer> {
    let peer = |(code, usual): (&BodyId, &i64)| Peer {
        counts: headlines.figure(code, at).and_then(counts_of),
        usual_denominator: *usual,
    };
    group.peers.iter().zip(usual).map(peer).collect()
}

/// Why the sum over the peers of an organisation may not be told, where it would give away the figure of another. The sum
/// worked out here from the peers' own figures is the same sum.
fn withheld_sum<'a>(headlines: &'a Headlines<'_>, org_code: &BodyId, at: usize) -> Option<&'a Status> {
    let sum = headlines.figure(&BodyId::peers_of(org_code), at)?;
    (sum.denominator.is_none() && matches!(sum.status, Status::CannotTell(_))).then_some(&sum.status)
}

/// The comparison, or why it cannot be made.
fn compare(
    headlines: &Headlines<'_>,
    (group, peers): (&PeerGroup, &[Peer]),
    figure: &Observation,
    at: usize,
) -> Result<Benchmark, Status> {
    if figure.status != Status::Value {
        return Err(figure.status.clone());
    }
    headlines.is_all_due(figure.period)?;
    if let Some(withheld) = withheld_sum(headlines, &group.org_code, at) {
        return Err(withheld.clone());
    }
    let average = peer_average(counts_of(figure), peers, AverageKind::WeightedExcludingSelf, LEAST_PEERS)?;
    let (own, pooled) = counts_of(figure).zip(average.counts).ok_or_else(no_figure)?;
    let metric = headlines.metric;
    let widening = headlines.widening(&group.org_code)?;
    match metric.shape {
        Shape::Proportion | Shape::Rate | Shape::CountRatio | Shape::Count => {
            // A margin of a share is given in percentage points.
            let points = if metric.shape == Shape::Proportion { f64::from(metric.unit.multiplier()) } else { 1.0 };
            compare_counts(metric.shape, own, pooled, metric.margin.map(|margin| margin / points), widening)
        }
        Shape::Distribution | Shape::Status => {
            let pooled = headlines.figure(&BodyId::peers_of(&group.org_code), at).ok_or_else(no_figure)?;
            let (a, b) = limits_of(figure).zip(limits_of(pooled)).ok_or_else(no_figure)?;
            benchmark_delay(a, b, metric.margin)
        }
    }
}

/// A comparison as the results show it, with all four averages.
fn comparison_row(
    headlines: &Headlines<'_>,
    (group, peers): (&PeerGroup, &[Peer]),
    figure: &Observation,
    (label, found): (PeerComparison, Result<Benchmark, Status>),
) -> FigureComparison {
    let metric = headlines.metric;
    let points = f64::from(metric.unit.multiplier());
    let average = |kind| peer_average(counts_of(figure), peers, kind, LEAST_PEERS).ok();
    // A delay has no denominator to weigh it by: the figure of all records of the peers stands for them.
    let (counts, value, averages) = if withheld_sum(headlines, &group.org_code, headlines.last()).is_some() {
        (None, None, [None; 4])
    } else if metric.shape == Shape::Distribution {
        let pooled = headlines.figure(&BodyId::peers_of(&group.org_code), headlines.last());
        (pooled.and_then(counts_of), pooled.and_then(|pooled| pooled.value), [None; 4])
    } else {
        let pooled = average(AverageKind::WeightedExcludingSelf);
        let of_kind = |kind| average(kind).map(|average| average.value * points);
        let value = pooled.map(|pooled| pooled.value * points);
        (pooled.and_then(|pooled| pooled.counts), value, AverageKind::ALL.map(of_kind))
    };
    let valued = |peer: &&Peer| peer.counts.is_some_and(|counts| counts.denominator > 0);
    FigureComparison {
        metric_id: metric.id.clone(),
        org_code: group.org_code.clone(),
        period: figure.period,
        shape: metric.shape,
        unit: metric.unit,
        against: Against::Peers,
        basis: group.source.clone(),
        counts: counts.map(|counts| (counts.numerator, counts.denominator)),
        value,
        label,
        found,
        difference: share_difference(metric.shape, counts_of(figure), counts),
        widened_by: headlines.widened_by(&group.org_code),
        resting: Some(Resting { used: peers.iter().filter(valued).count(), of: peers.len() }),
        averages,
    }
}
