//! What changed, who stands out, and how sure that is: labels, signals and contributions from the figures of a run.
//! It holds figures against each other with the statistics and computes no figure of its own.

mod change_points;
mod comparisons;
mod contributions;
mod control;
mod coverage;
mod decisions;
mod funnels;
mod labels;
mod matched;
mod multiplicity;
mod parity_modes;
mod peers;
mod ranks;
pub mod responsibilities;
mod run_charts;
mod series;
mod shown;
mod signals;
mod trends;

#[cfg(test)]
mod step_tests;
#[cfg(test)]
mod tests;

use crate::settings::{Decision, ParityWish};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::definitions::model::Metric;
use crate::lateness::Provisional;
use crate::stats::widening::Widening;
use crate::vocabulary::body::{Organisation, PEERS_PREFIX, PeerGroup, UNATTRIBUTED, is_organisation};
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::Status;

pub use change_points::{LEAST_SEARCHED, ProposedStep, StepDecision, StepSearch, StepSize};
pub use comparisons::{Against, FigureComparison, Resting};
pub use contributions::{Baseline, NationalContribution, change_of};
pub use control::{ControlChart, ControlPoint, ControlSegment, SegmentStart};
pub use coverage::Undecided;
pub use funnels::{ForceSpread, FunnelForce, FunnelSummary, SizeLimits};
pub use labels::{Labels, PeerComparison, TrendVerdict, VariationLabel};
pub use matched::{IncompleteSum, LEAST_USUAL, LEAST_USUAL_OF_COUNT, MatchedChange, MatchedFigures};
pub use multiplicity::{LabelFamily, PEERS_FAMILY};
pub use parity_modes::{ParityFigure, ParityMode};
pub use ranks::OrganisationRank;
pub use run_charts::SeriesRunChart;
pub use shown::Hidden;
pub use signals::{Signal, SignalKind};
pub use trends::{SeriesTrend, TrendWindow};

/// All that figures are held against.
#[derive(Debug, Clone, Copy)]
pub struct AssessmentInput<'a> {
    pub metrics: &'a [Metric],
    pub organisations: &'a [Organisation],
    /// When each of them existed, what it was then, and what came after it.
    pub lives: &'a Lives,
    pub peer_groups: &'a [PeerGroup],
    pub events: &'a [RecordedEvent],
    /// What named people decided about the series.
    pub decisions: &'a [Decision],
    /// Metrics that are also judged by the rules of other packages.
    pub parity: &'a ParityWish,
    /// The periods of the run, oldest first; the last one is that of the report.
    pub trend: &'a [Period],
    /// The figures that may still grow: they are shown, and not judged within their series.
    pub provisional: &'a Provisional,
}

/// What was found, besides the labels of the figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assessment {
    /// By metric, organisation, period and kind.
    pub signals: Vec<Signal>,
    /// Each figure of the report's period against its peers and against a year before; by metric, then what it is held
    /// against.
    pub comparisons: Vec<FigureComparison>,
    /// What the rules of other packages say, where the settings ask for it; by metric and mode.
    pub parity: Vec<ParityFigure>,
    /// What each organisation added to a national change, by metric.
    pub contributions: Vec<NationalContribution>,
    /// Sums of two periods of which some organisation did not return both, by metric and code.
    pub matched: Vec<MatchedChange>,
    /// Sums that lack so many of their usual cases that nothing is said of them over time, by metric and code.
    pub incomplete: Vec<IncompleteSum>,
    /// Places among the organisations with a value, by metric.
    pub ranks: Vec<OrganisationRank>,
    /// One for each metric that has a funnel.
    pub funnels: Vec<FunnelSummary>,
    /// The control charts of the series that have one, by metric and code.
    pub charts: Vec<ControlChart>,
    /// What the trend test says of each series with a final figure, by metric and code.
    pub trends: Vec<SeriesTrend>,
    /// The run charts of the series that have no control chart, by metric and code.
    pub run_charts: Vec<SeriesRunChart>,
    /// Steps that series seem to have taken, by metric, code and period.
    pub steps: Vec<ProposedStep>,
    /// For each kind of label: how many were tested and flagged, and how many chance alone would flag.
    pub families: Vec<LabelFamily>,
}

/// Labels every headline figure in place and returns what stands out. Figures of one metric stand together, as a run makes
/// them; metrics are assessed side by side.
pub fn assess(input: &AssessmentInput<'_>, observations: &mut [Observation]) -> Assessment {
    let groups: Vec<&mut [Observation]> =
        observations.chunk_by_mut(|one, other| one.metric_id == other.metric_id).collect();
    let found: Vec<MetricAssessment> =
        groups.into_par_iter().filter_map(|group| MetricAssessment::of(input, group)).collect();
    let mut assessment = Assessment::default();
    let mut tally = multiplicity::Tally::default();
    for one in found {
        assessment.signals.extend(one.signals);
        assessment.parity.extend(one.parity);
        assessment.comparisons.extend(one.comparisons);
        assessment.contributions.extend(one.contributions);
        assessment.matched.extend(one.matched);
        assessment.incomplete.extend(one.incomplete);
        assessment.ranks.extend(one.ranks);
        assessment.funnels.extend(one.funnel);
        assessment.charts.extend(one.charts);
        assessment.trends.extend(one.trends);
        assessment.steps.extend(one.steps);
        assessment.run_charts.extend(one.run_charts);
        tally.add(one.tally);
    }
    multiplicity::mark_discoveries(&mut assessment.signals, &tally);
    assessment.families = tally.families();
    assessment
}

/// What one metric's figures say.
struct MetricAssessment {
    signals: Vec<Signal>,
    comparisons: Vec<FigureComparison>,
    parity: Vec<ParityFigure>,
    contributions: Vec<NationalContribution>,
    matched: Vec<MatchedChange>,
    incomplete: Vec<IncompleteSum>,
    ranks: Vec<OrganisationRank>,
    funnel: Option<FunnelSummary>,
    charts: Vec<ControlChart>,
    trends: Vec<SeriesTrend>,
    steps: Vec<ProposedStep>,
    run_charts: Vec<SeriesRunChart>,
    tally: multiplicity::Tally,
}

impl MetricAssessment {
    fn of(input: &AssessmentInput<'_>, observations: &mut [Observation]) -> Option<Self> {
        let id = Arc::clone(&observations.first()?.metric_id);
        let metric = input.metrics.iter().find(|metric| *metric.id == *id)?;
        let mut headlines =
            Headlines::of(input, metric, observations, |figure| metric.level_only(figure.metric_version).is_none());
        let mut one = Self {
            signals: Vec::new(),
            comparisons: Vec::new(),
            parity: parity_modes::of_metric(&headlines),
            contributions: contributions::of_metric(&headlines),
            matched: headlines.matched_changes(),
            incomplete: headlines.incomplete_sums(),
            ranks: ranks::of_metric(&headlines),
            funnel: None,
            charts: Vec::new(),
            trends: Vec::new(),
            steps: Vec::new(),
            run_charts: Vec::new(),
            tally: multiplicity::Tally::default(),
        };
        let mut labels: HashMap<usize, Labels> = HashMap::new();
        let found = series::label(&headlines, &mut labels, &mut one.signals, &mut one.tally);
        // How far cases hang together shows in the charts, and comparisons allow for it.
        headlines.widenings =
            found.charts.iter().filter_map(|chart| Some((Arc::clone(&chart.org_code), chart.widening()?))).collect();
        (one.charts, one.run_charts) = (found.charts, found.run_charts);
        (one.trends, one.steps) = (found.trends, found.steps);
        one.comparisons = peers::label(&headlines, &mut labels, &mut one.signals, &mut one.tally);
        one.comparisons.sort_by(|a, b| a.org_code.cmp(&b.org_code));
        one.comparisons.extend(comparisons::of_year_before(&headlines));
        one.funnel = funnels::label(&headlines, &mut one.signals, &mut one.tally);
        // What is missing is said of a level too.
        let undecided = coverage::undecided(&Headlines::of(input, metric, observations, |_| true));
        one.signals.retain(|signal| !headlines.is_of_few_cases(signal));
        one.signals.sort_by(|a, b| a.key().cmp(&b.key()));
        for (place, found) in labels {
            if let Some(observation) = observations.get_mut(place) {
                observation.labels = Some(Box::new(found));
            }
        }
        for (place, found, verdict_holds) in undecided {
            let Some(observation) = observations.get_mut(place) else { continue };
            observation.labels.get_or_insert_default().undecided = Some(found);
            if let Some(standard) = observation.standard.as_mut().filter(|_| !verdict_holds) {
                standard.met = None;
            }
        }
        Some(one)
    }
}

/// The headline figures of one metric, found by organisation and period.
struct Headlines<'a> {
    input: &'a AssessmentInput<'a>,
    metric: &'a Metric,
    observations: &'a [Observation],
    /// For each code the places of its figures, one for each period of the trend.
    places: BTreeMap<&'a str, Vec<Option<usize>>>,
    /// How far the cases of a code's series hang together, where its control chart tells.
    widenings: BTreeMap<Arc<str>, Widening>,
    /// For each sum the organisations that it adds up in some period of the trend.
    sums: BTreeMap<&'a str, Vec<&'a str>>,
    usual: matched::UsualCases<'a>,
}

impl<'a> Headlines<'a> {
    /// `is_wanted` leaves out figures of which nothing is to be said.
    fn of(
        input: &'a AssessmentInput<'a>,
        metric: &'a Metric,
        observations: &'a [Observation],
        is_wanted: impl Fn(&Observation) -> bool,
    ) -> Self {
        let index: HashMap<Period, usize> = input.trend.iter().copied().zip(0..).collect();
        let mut places: BTreeMap<&str, Vec<Option<usize>>> = BTreeMap::new();
        for (place, observation) in observations.iter().enumerate() {
            if observation.category.is_some() || !is_wanted(observation) {
                continue;
            }
            let Some(&at) = index.get(&observation.period) else { continue };
            let of_code = places.entry(&observation.org_code).or_insert_with(|| vec![None; input.trend.len()]);
            if let Some(slot) = of_code.get_mut(at) {
                *slot = Some(place);
            }
        }
        let (sums, usual) = (BTreeMap::new(), matched::UsualCases::default());
        let mut headlines = Self { input, metric, observations, places, widenings: BTreeMap::new(), sums, usual };
        let found = headlines.places.keys().filter_map(|code| Some((*code, headlines.find_members(code)?)));
        headlines.sums = found.collect();
        headlines.usual = matched::UsualCases::of(&headlines);
        headlines
    }

    /// What the intervals of a code's differences are widened by.
    ///
    /// # Errors
    /// Units that are no independent cases, and no chart that tells how far they vary.
    fn widening(&self, code: &str) -> Result<Widening, Status> {
        match self.widenings.get(code) {
            Some(widening) => Ok(*widening),
            None if self.metric.dependent_units => Err(Status::CannotTell(
                "its units hang together, and too few periods show how far the figure varies".to_owned(),
            )),
            None => Ok(Widening::NONE),
        }
    }

    /// σz of that widening, where it is one.
    fn widened_by(&self, code: &str) -> Option<f64> {
        self.widenings.get(code).map(|widening| widening.factor()).filter(|factor| *factor > 1.0)
    }

    /// Place and figure of a code in the period at a position of the trend.
    fn at(&self, code: &str, at: usize) -> Option<(usize, &'a Observation)> {
        let place = (*self.places.get(code)?.get(at)?)?;
        Some((place, self.observations.get(place)?))
    }

    /// Whether a signal speaks of one figure alone, and that figure has few cases.
    fn is_of_few_cases(&self, signal: &Signal) -> bool {
        match signal.kind {
            SignalKind::Peers | SignalKind::Funnel | SignalKind::ControlChart => {
                let at = self.input.trend.iter().position(|period| *period == signal.period);
                let figure = at.and_then(|at| self.at(&signal.org_code, at));
                figure.is_some_and(|(_, figure)| figure.has_few_cases())
            }
            SignalKind::RunChart | SignalKind::Trend | SignalKind::ChangePoint => false,
        }
    }

    /// Organisations that a sum adds up in some period of the trend; `None` of a code that is no sum.
    fn members_of(&self, code: &str) -> Option<&[&'a str]> {
        self.sums.get(code).map(Vec::as_slice)
    }

    /// The position of the report's period.
    fn last(&self) -> usize {
        self.input.trend.len().saturating_sub(1)
    }

    /// Codes of the organisations themselves.
    fn organisations(&self) -> impl Iterator<Item = &'a str> {
        self.places.keys().copied().filter(|code| is_organisation(code))
    }

    /// Codes whose figures make a series of their own: organisations, regions and the nation.
    fn codes(&self) -> impl Iterator<Item = &'a str> {
        self.places.keys().copied().filter(|code| !code.starts_with(PEERS_PREFIX) && *code != UNATTRIBUTED)
    }

    /// Whether the periods share months, so that no rule about neighbouring points holds.
    fn is_rolling(&self) -> bool {
        self.input.trend.iter().any(|period| period.kind == PeriodType::Rolling12m)
    }

    /// # Errors
    /// That returns which the figures of the period are about are not all due yet.
    fn is_all_due(&self, period: Period) -> Result<(), Status> {
        if self.input.provisional.is_not_due(&self.metric.id, period) {
            return Err(Status::CannotTell("returns of the period are not all due yet".to_owned()));
        }
        Ok(())
    }

    /// A police force, or a body that the organisations dataset does not describe.
    fn is_force(&self, code: &str) -> bool {
        self.input.organisations.iter().find(|o| o.code == code).is_none_or(|o| o.kind.contains("force"))
    }
}
