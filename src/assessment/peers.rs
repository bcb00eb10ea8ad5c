//! Each organisation against the pooled figure of its peers, itself not among them.

use std::collections::HashMap;

use super::Headlines;
use super::comparisons::{Against, FigureComparison, Resting, share_difference};
use super::labels::{Labels, PeerComparison};
use super::multiplicity::{PeerTest, Tally};
use super::signals::{Signal, SignalKind, event_between};
use crate::stats::benchmark::{
    Benchmark, Limits, benchmark_count_ratio, benchmark_delay, benchmark_full_count, benchmark_proportion,
    benchmark_rate,
};
use crate::stats::counts::Counts;
use crate::stats::peers::{AverageKind, LEAST_PEERS, Peer, peer_average};
use crate::stats::widening::Widening;
use crate::vocabulary::body::{PEERS_PREFIX, PeerGroup};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Interval, Shape, Status};

/// Labels every figure of an organisation that has peers, and returns the comparisons of the report's period. Those that
/// show a difference are signals.
pub(super) fn label(
    headlines: &Headlines<'_>,
    labels: &mut HashMap<usize, Labels>,
    signals: &mut Vec<Signal>,
    tally: &mut Tally,
) -> Vec<FigureComparison> {
    let metric = headlines.metric;
    let mut comparisons = Vec::new();
    // The count of one organisation and the sum over several have nothing in common; grades are never added up.
    if matches!(metric.shape, Shape::Count | Shape::Status) {
        return comparisons;
    }
    for group in headlines.input.peer_groups {
        let usual: Vec<i64> = group.peers.iter().map(|peer| headlines.usual.cases(peer)).collect();
        for at in 0..headlines.input.trend.len() {
            let Some((place, figure)) = headlines.at(&group.org_code, at) else { continue };
            let peers = peers_at(headlines, (group, &usual), at);
            let found = compare(headlines, (group, &peers), figure, at);
            let comparison =
                found.as_ref().map_or(PeerComparison::CannotTell, |b| PeerComparison::of(b.outcome, metric.better));
            labels.entry(place).or_default().comparison = Some(comparison);
            if at == headlines.last() {
                tally.peers.extend(found.as_ref().ok().map(|found| PeerTest {
                    metric_id: metric.id.clone(),
                    org_code: group.org_code.clone(),
                    strength: comparison.strength(),
                    p_value: found.p_value,
                }));
                if let (Ok(found), Some(severity)) = (&found, comparison.strength()) {
                    let span = (figure.period.start(), figure.period.end());
                    signals.push(Signal {
                        metric_id: metric.id.clone(),
                        org_code: group.org_code.clone(),
                        period: figure.period,
                        kind: SignalKind::Peers,
                        rule: comparison.as_str().to_owned(),
                        points: 1,
                        severity,
                        p_value: found.p_value,
                        discovery: None,
                        event: event_between(headlines.input.events, &group.org_code, span),
                    });
                }
                comparisons.push(comparison_row(headlines, (group, &peers), figure, (comparison, found)));
            }
        }
    }
    comparisons
}

/// The peers of a group with their counts in a period.
fn peers_at(headlines: &Headlines<'_>, (group, usual): (&PeerGroup, &[i64]), at: usize) -> Vec<Peer> {
    let peer = |(code, usual): (&String, &i64)| Peer {
        counts: headlines.at(code, at).and_then(|(_, figure)| counts_of(figure)),
        usual_denominator: *usual,
    };
    group.peers.iter().zip(usual).map(peer).collect()
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
            let pooled = headlines.at(&format!("{PEERS_PREFIX}{}", group.org_code), at).ok_or_else(no_figure)?;
            let (a, b) = limits_of(figure).zip(limits_of(pooled.1)).ok_or_else(no_figure)?;
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
    let (counts, value, averages) = if metric.shape == Shape::Distribution {
        let pooled = headlines.at(&format!("{PEERS_PREFIX}{}", group.org_code), headlines.last());
        (pooled.and_then(|(_, pooled)| counts_of(pooled)), pooled.and_then(|(_, pooled)| pooled.value), [None; 4])
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

/// How a figure differs from another of the same metric, such as that of a year before: as [`compare_counts`] says, delays by
/// the limits of both.
///
/// # Errors
/// Why it cannot be told.
pub(super) fn compare_figures(
    shape: Shape,
    figure: &Observation,
    other: &Observation,
    widening: Widening,
) -> Result<Benchmark, Status> {
    match shape {
        Shape::Proportion | Shape::Rate | Shape::CountRatio | Shape::Count => {
            let counts = exposed_counts(figure).zip(exposed_counts(other)).ok_or_else(no_figure)?;
            compare_counts(shape, counts.0, counts.1, None, widening)
        }
        Shape::Distribution | Shape::Status => {
            let (a, b) = limits_of(figure).zip(limits_of(other)).ok_or_else(no_figure)?;
            benchmark_delay(a, b, None)
        }
    }
}

/// Two figures by their counts: proportions by their difference, rates and ratios of counts by their exact ratio, full counts
/// by their difference alone. Of a proportion the margin is a share, else a factor; delays and grades have no counts.
fn compare_counts(
    shape: Shape,
    counts: Counts,
    other: Counts,
    margin: Option<f64>,
    widening: Widening,
) -> Result<Benchmark, Status> {
    match shape {
        Shape::Proportion => benchmark_proportion(counts, other, margin, widening),
        Shape::Rate => benchmark_rate(counts, other, margin, widening),
        Shape::CountRatio => benchmark_count_ratio(counts, other, margin),
        Shape::Count => Ok(benchmark_full_count(counts.numerator, other.numerator)),
        Shape::Distribution | Shape::Status => Err(no_figure()),
    }
}

/// Numerator and denominator of a value; the denominator of a count is one period.
fn exposed_counts(figure: &Observation) -> Option<Counts> {
    let alone = |figure: &Observation| figure.numerator.map(|count| Counts::new(count, 1));
    counts_of(figure)
        .or_else(|| alone(figure).filter(|_| figure.denominator.is_none() && figure.status == Status::Value))
}

fn no_figure() -> Status {
    Status::CannotTell("there is no figure to compare".to_owned())
}

/// Numerator and denominator of a value.
pub(super) fn counts_of(figure: &Observation) -> Option<Counts> {
    let counts = figure.numerator.zip(figure.denominator).map(|(x, n)| Counts::new(x, n));
    counts.filter(|_| figure.status == Status::Value)
}

fn limits_of(figure: &Observation) -> Option<Limits> {
    let open = Interval { lower: None, upper: None };
    let limits = |interval: Option<Interval>| interval.unwrap_or(open);
    Some(Limits { value: figure.value?, look: limits(figure.interval_95), act: limits(figure.interval_998) })
}
