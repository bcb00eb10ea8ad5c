//! What changed, who stands out, and how sure that is: labels, signals and contributions from the figures of a run.
//! It holds figures against each other with the statistics and computes no figure of its own.

mod change_points;
mod charting;
mod comparisons;
mod contributions;
mod control;
mod coverage;
mod decisions;
mod differences;
mod findings;
mod funnels;
mod headlines;
mod labels;
mod matched;
mod multiplicity;
mod over_time;
mod parity_modes;
mod peers;
mod ranks;
mod run_charts;
mod series;
mod shown;
mod signals;
mod trends;

#[cfg(test)]
mod step_tests;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::definitions::model::Metric;
use crate::history::Provisional;
use crate::settings::{Decision, ParityWish};
use crate::vocabulary::body::{Organisation, PeerGroup};
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;

pub use change_points::{LEAST_SEARCHED, ProposedStep, StepDecision, StepSearch, StepSize};
pub use comparisons::{Against, FigureComparison};
pub use contributions::{Baseline, NationalContribution, change_of};
pub use control::{ControlChart, ControlPoint, ControlSegment, SegmentStart};
use findings::Findings;
pub use findings::Judgements;
pub use funnels::{ForceSpread, FunnelForce, FunnelSummary, SizeLimits};
use headlines::Headlines;
pub use headlines::{LEAST_USUAL, LEAST_USUAL_OF_COUNT};
pub use labels::{Labels, PeerComparison, TrendVerdict, Undecided, VariationLabel};
pub use matched::{IncompleteSum, MatchedChange, MatchedFigures, Resting};
pub use multiplicity::{LabelFamily, PEERS_FAMILY};
use over_time::OverTime;
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

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assessment {
    /// What each headline figure is labelled.
    pub judgements: Judgements,
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

/// Labels every headline figure and says what stands out. Figures of one metric stand together, as a run makes them;
/// metrics are assessed side by side.
pub fn assess(input: &AssessmentInput<'_>, observations: &[Observation]) -> Assessment {
    let groups: Vec<&[Observation]> = observations.chunk_by(|one, other| one.metric_id == other.metric_id).collect();
    let found: Vec<MetricAssessment> =
        groups.into_par_iter().filter_map(|group| MetricAssessment::of(input, group)).collect();
    let mut assessment = Assessment::default();
    let mut tally = multiplicity::Tally::default();
    for one in found {
        let Findings { labels, signals, tally: of_metric } = one.findings;
        assessment.judgements.add(labels);
        assessment.signals.extend(signals);
        tally.add(of_metric);
        assessment.parity.extend(one.parity);
        assessment.comparisons.extend(one.comparisons);
        assessment.contributions.extend(one.contributions);
        assessment.matched.extend(one.matched);
        assessment.incomplete.extend(one.incomplete);
        assessment.ranks.extend(one.ranks);
        assessment.funnels.extend(one.funnel);
        assessment.charts.extend(one.over_time.charts);
        assessment.trends.extend(one.over_time.trends);
        assessment.steps.extend(one.over_time.steps);
        assessment.run_charts.extend(one.over_time.run_charts);
    }
    multiplicity::mark_discoveries(&mut assessment.signals, &tally);
    assessment.families = tally.families();
    assessment
}

/// Withdraws the verdict on its standard of every figure that returns which are missing could turn.
pub fn withdraw_open_verdicts(observations: &mut [Observation], judgements: &Judgements) {
    for figure in observations {
        let undecided = judgements.of(figure).and_then(|labels| labels.undecided);
        if let Some(standard) = figure.standard.as_mut().filter(|_| undecided.is_some_and(|one| one.turns_verdict)) {
            standard.met = None;
        }
    }
}

/// What one metric's figures say.
struct MetricAssessment {
    findings: Findings,
    over_time: OverTime,
    comparisons: Vec<FigureComparison>,
    funnel: Option<FunnelSummary>,
    parity: Vec<ParityFigure>,
    contributions: Vec<NationalContribution>,
    matched: Vec<MatchedChange>,
    incomplete: Vec<IncompleteSum>,
    ranks: Vec<OrganisationRank>,
}

impl MetricAssessment {
    fn of(input: &AssessmentInput<'_>, observations: &[Observation]) -> Option<Self> {
        let id = &observations.first()?.metric_id;
        let metric = input.metrics.iter().find(|metric| *metric.id == **id)?;
        let headlines =
            Headlines::of(input, metric, observations, |figure| metric.level_only(figure.metric_version).is_none());
        let mut findings = Findings::default();
        let mut over_time = findings.keep(over_time::of_metric(&headlines));
        let headlines = headlines.widened_by_series(std::mem::take(&mut over_time.widenings));
        let mut comparisons = findings.keep(peers::of_metric(&headlines));
        comparisons.extend(comparisons::of_year_before(&headlines));
        let funnel = findings.keep(funnels::of_metric(&headlines));
        // What is missing is said of a level too.
        for (figure, undecided) in coverage::undecided(&Headlines::of(input, metric, observations, |_| true)) {
            findings.label(figure, Labels { undecided: Some(undecided), ..Labels::default() });
        }
        findings.signals.retain(|signal| !headlines.is_of_few_cases(signal));
        findings.signals.sort_by(|a, b| a.key().cmp(&b.key()));
        Some(Self {
            findings,
            over_time,
            comparisons,
            funnel,
            parity: parity_modes::of_metric(&headlines),
            contributions: contributions::of_metric(&headlines),
            matched: headlines.matched_changes(),
            incomplete: headlines.incomplete_sums(),
            ranks: ranks::of_metric(&headlines),
        })
    }
}
