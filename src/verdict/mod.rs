//! One verdict for each headline figure of the report's period: what each comparison says, surely and by how much; how much
//! attention the figure asks for, and why; and how many cases would have changed the answer. Pages take their words on where
//! a figure stands from here and from nowhere else. Decision record 0052 has the rules.

mod aspects;
mod attention;
mod margin;
mod reach;
pub mod responsibilities;
mod shared;
mod summary;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use crate::assessment::{Against, Assessment, ControlChart, FigureComparison, FunnelSummary, SeriesRunChart};
use crate::definitions::model::Metric;
use crate::stats::counts::Counts;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Better;

pub use self::aspects::{Aspect, AspectFound, AspectLabel, Aspects, Standing};
use self::attention::AttentionDecision;
pub use self::attention::{Attention, DecidedBy};
pub use self::margin::{Margin, MarginBasis, NoMargin};
pub use self::reach::Reach;
pub use self::shared::SharedCause;
pub use self::summary::{BodySummary, ForceToLookAt, NationalSummary, StandingOut, SubjectCounts, SubjectStanding};

/// What verdicts rest on.
#[derive(Debug, Clone, Copy)]
pub struct VerdictInput<'a> {
    pub metrics: &'a [Metric],
    pub organisations: &'a [Organisation],
    pub assessment: &'a Assessment,
    /// The period of the report.
    pub period: Period,
    /// Per cent of the standard deviation of the organisations' values that is the margin of a metric without one of its own.
    pub margin_percent: u32,
}

/// The verdict on a headline figure of the report's period.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureVerdict {
    pub metric_id: MetricId,
    /// An organisation, a region or the nation.
    pub org_code: BodyId,
    pub period: Period,
    /// What the metric measures together with others; `None` of one that is not ranked.
    pub subject: Option<Arc<str>>,
    pub attention: Attention,
    pub decided_by: DecidedBy,
    /// How far the figure lies from the other one in the deciding comparison, in margins; never below 0. `None` where no
    /// comparison decided, and where the distance is no number.
    pub size: Option<f64>,
    /// The margin of the metric, or why there is none; the same for all bodies.
    pub margin: Result<Margin, NoMargin>,
    pub aspects: Aspects,
    pub reach: Reach,
}

impl FigureVerdict {
    /// Whether the verdict is on the national figure.
    pub fn is_national(&self) -> bool {
        self.org_code.body() == Body::Nation
    }
}

/// The verdicts of a release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdicts {
    /// By metric and code.
    figures: Vec<FigureVerdict>,
    /// By metric.
    shared: Vec<SharedCause>,
}

impl Verdicts {
    /// The verdicts on the figures of the report's period, made from the figures given and what was found about them.
    /// Figures of one metric stand together, as a run makes them.
    pub fn of(input: &VerdictInput<'_>, observations: &[Observation]) -> Self {
        let lookups = Lookups::of(input.assessment);
        let mut verdicts = Self::default();
        for group in observations.chunk_by(|one, other| one.metric_id == other.metric_id) {
            let metric = group.first().and_then(|one| input.metrics.iter().find(|metric| *metric.id == *one.metric_id));
            let Some(metric) = metric else { continue };
            let (figures, shared) =
                MetricVerdicts { input, lookups: &lookups, metric, subject: subject_of(metric) }.of(group);
            verdicts.figures.extend(figures);
            verdicts.shared.extend(shared);
        }
        verdicts.figures.sort_by(|a, b| key(a).cmp(&key(b)));
        verdicts.shared.sort_by(|a, b| a.metric_id.cmp(&b.metric_id));
        verdicts
    }

    /// All verdicts, by metric and code.
    pub fn all(&self) -> &[FigureVerdict] {
        &self.figures
    }

    /// The verdict on the figure of a metric and a body; `None` where the release has no such figure.
    pub fn get(&self, metric_id: &str, org_code: &BodyId) -> Option<&FigureVerdict> {
        let at = self.figures.binary_search_by(|verdict| key(verdict).cmp(&(metric_id, org_code))).ok()?;
        self.figures.get(at)
    }

    /// The verdicts on the figures of a body, by metric.
    pub fn of_body<'v>(&'v self, org_code: &'v BodyId) -> impl Iterator<Item = &'v FigureVerdict> {
        self.figures.iter().filter(move |verdict| verdict.org_code == *org_code)
    }

    /// The verdicts on the figures of a metric, by code.
    pub fn of_metric(&self, metric_id: &str) -> &[FigureVerdict] {
        let from = self.figures.partition_point(|verdict| *verdict.metric_id < *metric_id);
        let to = self.figures.partition_point(|verdict| *verdict.metric_id <= *metric_id);
        self.figures.get(from..to).unwrap_or_default()
    }

    /// The changes that half of the forces have in common, by metric.
    pub fn shared_causes(&self) -> &[SharedCause] {
        &self.shared
    }
}

fn key(verdict: &FigureVerdict) -> (&str, &BodyId) {
    (&verdict.metric_id, &verdict.org_code)
}

/// What was found, by metric and code.
struct Lookups<'a> {
    assessment: &'a Assessment,
    comparisons: HashMap<(&'a str, &'a BodyId, Against), &'a FigureComparison>,
    charts: HashMap<(&'a str, &'a BodyId), &'a ControlChart>,
    run_charts: HashMap<(&'a str, &'a BodyId), &'a SeriesRunChart>,
    funnels: HashMap<&'a str, &'a FunnelSummary>,
}

impl<'a> Lookups<'a> {
    fn of(assessment: &'a Assessment) -> Self {
        let comparisons = assessment.comparisons.iter();
        Self {
            assessment,
            comparisons: comparisons.map(|one| ((&*one.metric_id, &one.org_code, one.against), one)).collect(),
            charts: assessment.charts.iter().map(|one| ((&*one.metric_id, &one.org_code), one)).collect(),
            run_charts: assessment.run_charts.iter().map(|one| ((&*one.metric_id, &one.org_code), one)).collect(),
            funnels: assessment.funnels.iter().map(|one| (&*one.metric_id, one)).collect(),
        }
    }

    fn comparison(&self, figure: &'a Observation, against: Against) -> Option<&'a FigureComparison> {
        self.comparisons.get(&(&*figure.metric_id, &figure.org_code, against)).copied()
    }

    /// The centre of a figure's series: the mean of its control chart, or the median of its run chart.
    fn centre(&self, figure: &'a Observation) -> Option<f64> {
        let place = (&*figure.metric_id, &figure.org_code);
        let of_chart = || self.charts.get(&place)?.points.iter().find(|point| point.period == figure.period);
        let of_run_chart = || self.run_charts.get(&place).filter(|chart| chart.period == figure.period);
        of_chart().map(|point| point.mean).or_else(|| of_run_chart().map(|chart| chart.centre))
    }
}

/// The subject of a metric. One that says neither its subject nor why it has none is a subject of its own.
fn subject_of(metric: &Metric) -> Option<Arc<str>> {
    let is_ranked = metric.not_ranked.is_none() && metric.better != Better::Neutral;
    is_ranked.then(|| Arc::from(metric.subject.as_deref().unwrap_or(&metric.title)))
}

/// The verdicts of one metric.
struct MetricVerdicts<'a> {
    input: &'a VerdictInput<'a>,
    lookups: &'a Lookups<'a>,
    metric: &'a Metric,
    subject: Option<Arc<str>>,
}

impl<'a> MetricVerdicts<'a> {
    fn of(&self, observations: &'a [Observation]) -> (Vec<FigureVerdict>, Vec<SharedCause>) {
        let is_judged = |one: &&Observation| {
            let is_body = !matches!(one.org_code.body(), Body::PeersOf(_) | Body::Unattributed);
            one.category.is_none() && one.period == self.input.period && is_body
        };
        let figures: Vec<&Observation> = observations.iter().filter(is_judged).collect();
        let margin = Margin::of(self.metric, figures.iter().copied(), f64::from(self.input.margin_percent) / 100.0);
        let mut verdicts: Vec<FigureVerdict> = figures.iter().map(|figure| self.undecided(figure, margin)).collect();
        let shared = shared::mark_shared(&mut verdicts, |code| self.is_force(code));
        for (verdict, figure) in verdicts.iter_mut().zip(&figures) {
            let decision = AttentionDecision::without_comparison(figure)
                .unwrap_or_else(|| AttentionDecision::of(&verdict.aspects, self.metric.better));
            (verdict.attention, verdict.decided_by) = (decision.attention, decision.decided_by);
            verdict.size = decision.size;
        }
        (verdicts, shared)
    }

    /// What each comparison says of a figure; what follows is not decided yet.
    fn undecided(&self, figure: &'a Observation, margin: Result<Margin, NoMargin>) -> FigureVerdict {
        let is_judged = AttentionDecision::without_comparison(figure).is_none();
        FigureVerdict {
            metric_id: figure.metric_id.clone(),
            org_code: figure.org_code.clone(),
            period: figure.period,
            subject: self.subject.clone(),
            attention: Attention::CannotTell,
            decided_by: DecidedBy::NothingToCompare,
            size: None,
            margin,
            aspects: if is_judged { self.aspects(figure, margin.ok()) } else { Aspects::default() },
            reach: if is_judged { self.reach(figure) } else { Reach::default() },
        }
    }

    fn aspects(&self, figure: &'a Observation, margin: Option<Margin>) -> Aspects {
        let better = self.metric.better;
        let compared = |against| {
            let comparison = self.lookups.comparison(figure, against)?;
            aspects::of_comparison(comparison, margin, better)
        };
        let funnel = self.lookups.funnels.get(&*figure.metric_id);
        let force = funnel.and_then(|funnel| funnel.forces.iter().find(|force| force.org_code == figure.org_code));
        let labels = self.lookups.assessment.judgements.of(figure).copied().unwrap_or_default();
        Aspects {
            peers: compared(Against::Peers),
            forces: force.map(|force| aspects::of_funnel(force, margin, better)),
            own_past: aspects::of_own_past(figure, labels, self.lookups.centre(figure), margin, better),
            year_before: compared(Against::YearBefore),
            standard: aspects::of_standard(figure, margin),
        }
    }

    fn reach(&self, figure: &'a Observation) -> Reach {
        let missed = figure.standard.as_ref().filter(|standard| standard.met == Some(false));
        let standard = missed.and_then(|_| self.metric.standard_for(&figure.org_code, figure.period));
        let own = figure.numerator.zip(figure.denominator).map(|(x, n)| Counts::new(x, n));
        let peers = self.lookups.comparison(figure, Against::Peers).filter(|comparison| comparison.found.is_ok());
        let peers = peers.and_then(|comparison| comparison.counts).map(|(x, n)| Counts::new(x, n));
        Reach {
            to_standard: standard.zip(figure.numerator).and_then(|(standard, numerator)| {
                reach::to_standard(self.metric, numerator, figure.denominator, standard)
            }),
            to_peers: own.zip(peers).and_then(|(own, peers)| reach::to_others(self.metric, own, peers)),
        }
    }

    /// A police force, or a body that the organisations dataset does not describe.
    fn is_force(&self, code: &BodyId) -> bool {
        let described = self.input.organisations.iter().find(|one| one.code == *code);
        code.is_organisation() && described.is_none_or(|one| one.kind.contains("force"))
    }
}
