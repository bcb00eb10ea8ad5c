//! Each force among all forces in the report's period: plain limits of chance, and limits that allow for the usual spread.

use super::Headlines;
use super::multiplicity::Tally;
use super::peers::counts_of;
use super::signals::{Signal, SignalKind, event_between};
use crate::quantity::Shape;
use crate::stats::benchmark::Strength;
use crate::stats::counts::Counts;
use crate::stats::funnel::{Centre, FunnelLabel, FunnelLimits, Switch, proportion_funnel, rate_funnel};
use crate::stats::overdispersion::{Dispersion, Model, Observation, Trimming, dispersion};

/// What a metric's funnel rests on, and where the forces stand in it.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelSummary {
    pub metric_id: String,
    /// Forces that the centre rests on.
    pub forces: usize,
    /// Spread beyond chance: φ and τ²; `None` with fewer than ten forces.
    pub spread: Option<(f64, f64)>,
    /// The spread in words, where it is more than chance.
    pub words: Option<String>,
    /// For each force its plain label, and the adjusted one where the spread is more than chance.
    pub labels: Vec<(String, FunnelLabel, Option<FunnelLabel>)>,
}

impl FunnelSummary {
    /// The headline label of a force: the adjusted one where there is one.
    pub fn label_of(&self, code: &str) -> Option<FunnelLabel> {
        let (_, plain, adjusted) = self.labels.iter().find(|(force, ..)| force == code)?;
        Some(adjusted.unwrap_or(*plain))
    }
}

/// The funnel of a proportion or a rate over at least five forces. A force outside its headline limits is a signal.
pub(super) fn label(headlines: &Headlines<'_>, signals: &mut Vec<Signal>, tally: &mut Tally) -> Option<FunnelSummary> {
    let metric = headlines.metric;
    if !matches!(metric.shape, Shape::Proportion | Shape::Rate) {
        return None;
    }
    let at = headlines.last();
    let of_force = |code: &'_ str| Some((code.to_owned(), counts_of(headlines.at(code, at)?.1)?));
    let forces: Vec<(String, Counts)> = headlines
        .organisations()
        .filter(|code| headlines.is_force(code))
        .filter_map(of_force)
        .filter(|(_, counts)| counts.denominator > 0)
        .collect();
    let centre = Centre::of_forces(forces.iter().map(|(_, counts)| Some(*counts))).ok()?;
    let (model, dispersion) = spread(metric.shape, centre, &forces)?;
    let adjusting = dispersion.as_ref().filter(|found| found.beyond_chance());
    let mut labels = Vec::new();
    for (code, counts) in &forces {
        let Some(limits) = limits(metric.shape, centre, counts.denominator) else { continue };
        let plain = limits.label(counts.numerator);
        let size = size(metric.shape, centre, counts.denominator);
        let adjusted = adjusting.map(|found| model.adjust(limits, size, found).label(counts.numerator));
        tally.funnels.push(plain);
        signals.extend(signal(headlines, code, adjusted.unwrap_or(plain), adjusted.is_some()));
        labels.push((code.clone(), plain, adjusted));
    }
    Some(FunnelSummary {
        metric_id: metric.id.clone(),
        forces: centre.forces,
        spread: dispersion.as_ref().map(|found| (found.phi, found.tau2)),
        words: adjusting.map(|found| model.spread(found).words()),
        labels,
    })
}

/// The scale on which forces spread, and how far; `None` where the centre does not vary.
fn spread(shape: Shape, centre: Centre, forces: &[(String, Counts)]) -> Option<(Model, Option<Dispersion>)> {
    let model = match shape {
        Shape::Proportion => Model::proportion(centre.counts.rate())?,
        _ => Model::log_ratio(),
    };
    let observed = |(_, counts): &(String, Counts)| Observation {
        observed: counts.numerator,
        size: size(shape, centre, counts.denominator),
    };
    let observed: Vec<Observation> = forces.iter().map(observed).collect();
    Some((model, dispersion(model, &observed, Trimming::default()).ok()))
}

/// The denominator of a proportion; of a rate the number of events to expect.
fn size(shape: Shape, centre: Centre, denominator: i64) -> f64 {
    let denominator_alone = Counts::new(denominator, 1).rate();
    if shape == Shape::Proportion { denominator_alone } else { denominator_alone * centre.counts.rate() }
}

fn limits(shape: Shape, centre: Centre, denominator: i64) -> Option<FunnelLimits> {
    match shape {
        Shape::Proportion => proportion_funnel(centre, denominator, Switch::Always).ok(),
        _ => rate_funnel(centre, denominator).ok(),
    }
}

fn signal(headlines: &Headlines<'_>, code: &str, label: FunnelLabel, adjusted: bool) -> Option<Signal> {
    let severity = match label {
        FunnelLabel::AboveAct | FunnelLabel::BelowAct => Strength::Act,
        FunnelLabel::AboveLook | FunnelLabel::BelowLook => Strength::Look,
        FunnelLabel::Within | FunnelLabel::CannotTell => return None,
    };
    let period = *headlines.input.trend.last()?;
    Some(Signal {
        metric_id: headlines.metric.id.clone(),
        org_code: code.to_owned(),
        period,
        kind: SignalKind::Funnel,
        rule: format!("{}_{}", label.as_str(), if adjusted { "adjusted" } else { "plain" }),
        points: 1,
        severity,
        p_value: None,
        discovery: None,
        event: event_between(headlines.input.events, code, (period.start(), period.end())),
    })
}
