//! The public edition of a release: what is public already is read, small counts are withheld, and what is left is held
//! against itself again. What is withheld is decided in `public`.

use std::collections::{BTreeMap, BTreeSet};

use super::earlier_editions::{EarlierError, read_earlier};
use super::record::DisclosureRecord;
use super::{Release, Together, Withheld, WorkWithheld};
use crate::assessment::{Assessment, AssessmentInput, Hidden, assess, withdraw_open_verdicts};
use crate::definitions::invariant_file::Invariant;
use crate::definitions::model::Disclosure;
use crate::figures::LongSeries;
use crate::history::Lateness;
use crate::metrics::groups;
use crate::place::Place;
use crate::public::{
    EVIDENCE_HEADER, Earlier, EvidenceLine, PublicError, PublicFigures, PublicInput, WithholdingRule, withhold,
    withhold_figure,
};
use crate::settings::{DisclosureSection, ParityWish, VerdictSection};
use crate::spreadsheet::without_formula;
use crate::verdict::responsibilities::assess_responsibilities;
use crate::verdict::{VerdictInput, Verdicts};
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::returns::{Return, ReturnState};

/// The evidence, beside the run record: it tells which counts are small and is not for the public.
pub const EVIDENCE: &str = "disclosure-evidence.csv";

/// The public edition, ready to be rendered and written.
pub struct PublicEdition {
    pub release: Release,
    pub record: DisclosureRecord,
    pub evidence: Vec<u8>,
}

/// Why there is no public edition.
#[derive(Debug, thiserror::Error)]
pub enum PublicEditionError {
    #[error(transparent)]
    Withhold(#[from] PublicError),
    #[error(transparent)]
    Earlier(#[from] EarlierError),
    #[error("{EVIDENCE}")]
    Evidence(#[source] csv::Error),
}

/// What the public edition of a release is made by.
#[derive(Clone, Copy)]
pub struct PublicBasis<'a> {
    /// The folder of releases, with the public editions that came before.
    pub out: &'a Place,
    pub disclosure: &'a DisclosureSection,
    pub verdict: VerdictSection,
    /// What holds between figures by definition.
    pub invariants: &'a [Invariant],
    /// Figures of the months and quarters of the run's periods, which no edition shows.
    pub pieces: &'a [Observation],
}

/// Makes the public edition of a release.
///
/// # Errors
/// Where an earlier public edition cannot be read, or a withheld count could not be protected.
pub fn make_public(release: &Release, basis: &PublicBasis<'_>) -> Result<PublicEdition, PublicEditionError> {
    let DisclosureSection { threshold, minimum_denominator, protection } = *basis.disclosure;
    let rule = WithholdingRule { threshold, minimum_denominator, protection };
    let earlier = read_earlier(basis.out, &release.trend)?;
    // Sums over peers overlap so much that they give single organisations away: the public edition has none.
    let groups = groups(&release.lives, &[]);
    let all: Vec<&Observation> = release.observations.iter().filter(|one| !one.org_code.is_of_peers()).collect();
    let observations: Vec<Observation> = all.iter().copied().cloned().collect();
    let pieces: Vec<Observation> = basis.pieces.iter().filter(|one| !one.org_code.is_of_peers()).cloned().collect();
    let figures = withhold(&PublicInput {
        metrics: &release.metrics,
        invariants: basis.invariants,
        groups: &groups,
        observations: &observations,
        pieces: &pieces,
        earlier: &earlier,
        rule,
    })?;
    let record = record(rule, &figures, &earlier);
    let evidence = evidence_bytes(&figures.evidence).map_err(PublicEditionError::Evidence)?;
    drop(observations);
    let shown = assess_public(release, &all, figures);
    Ok(PublicEdition { release: public_release(release, shown, rule, basis.verdict), record, evidence })
}

/// The figures of a public edition and what is said of them.
struct ShownFigures {
    observations: Vec<Observation>,
    assessment: Assessment,
    work: BTreeMap<MetricId, WorkWithheld>,
}

/// Figures of work are judged all together, as in the national edition, and then some are left out: that they are withheld
/// is no secret of theirs. Of cases about persons nothing may be said that rests on a withheld figure.
fn assess_public(release: &Release, all: &[&Observation], figures: PublicFigures) -> ShownFigures {
    let mut observations = figures.observations;
    let mut hidden = Hidden::default();
    figures.withheld.iter().filter_map(|&place| all.get(place)).for_each(|one| hidden.add(one, false));
    for &place in &figures.few_cases {
        if let (Some(judged), Some(whole)) = (observations.get_mut(place), all.get(place)) {
            (*whole).clone_into(judged);
            hidden.add(whole, true);
        }
    }
    let lateness = public_lateness(&release.lateness);
    let mut assessment = assess(
        &AssessmentInput {
            metrics: &release.metrics,
            organisations: &release.organisations,
            lives: &release.lives,
            peer_groups: &[],
            events: &release.events,
            decisions: &release.decisions,
            parity: &ParityWish::default(),
            trend: &release.trend,
            provisional: &lateness.provisional,
        },
        &observations,
    );
    withdraw_open_verdicts(&mut observations, &assessment.judgements);
    let work = of_work(release, &observations, &figures.few_cases);
    for place in figures.few_cases {
        if let Some(observation) = observations.get_mut(place) {
            *observation = withhold_figure(observation);
        }
    }
    assessment.leave_out(&hidden);
    ShownFigures { observations, assessment, work }
}

/// How many organisations of each metric of work are shown in the report's period, and what they and all have together.
fn of_work(
    release: &Release,
    observations: &[Observation],
    few_cases: &BTreeSet<usize>,
) -> BTreeMap<MetricId, WorkWithheld> {
    let mut found: BTreeMap<MetricId, WorkWithheld> = release
        .metrics
        .iter()
        .filter(|metric| metric.disclosure == Disclosure::Work)
        .map(|metric| (metric.id.clone(), WorkWithheld::default()))
        .collect();
    let asked = |one: &Observation| {
        one.category.is_none() && one.period == release.period && one.value.is_some() && one.org_code.is_organisation()
    };
    for (place, one) in observations.iter().enumerate().filter(|(_, one)| asked(one)) {
        let (Some(of), Some(numerator), Some(denominator)) =
            (found.get_mut(&*one.metric_id), one.numerator, one.denominator)
        else {
            continue;
        };
        let add = |sum: &mut Together| {
            sum.organisations += 1;
            sum.numerator += numerator;
            sum.denominator += denominator;
        };
        add(&mut of.all);
        if !few_cases.contains(&place) {
            add(&mut of.shown);
        }
    }
    found
}

/// What the public edition is rendered from: the figures to be shown, without findings about records.
fn public_release(release: &Release, shown: ShownFigures, rule: WithholdingRule, verdict: VerdictSection) -> Release {
    let ShownFigures { observations, assessment, work } = shown;
    // Nothing is said of a figure that rests on another one which readers do not see.
    let verdicts = Verdicts::of(
        &VerdictInput {
            metrics: &release.metrics,
            organisations: &release.organisations,
            assessment: &assessment,
            period: release.period,
            margin_percent: verdict.margin_percent,
        },
        &observations,
    );
    Release {
        period: release.period,
        trend: release.trend.clone(),
        as_of: release.as_of,
        published_on: release.published_on,
        revision: release.revision,
        run_id: release.run_id.clone(),
        version: release.version.clone(),
        synthetic: release.synthetic,
        metrics: release.metrics.clone(),
        organisations: release.organisations.clone(),
        lives: release.lives.clone(),
        peer_groups: Vec::new(),
        events: release.events.clone(),
        decisions: release.decisions.clone(),
        responsibilities: assess_responsibilities(&release.metrics, &observations, &verdicts, release.period),
        observations,
        long_series: LongSeries::default(),
        assessment,
        verdicts,
        lateness: public_lateness(&release.lateness),
        contracts: release.contracts.clone(),
        rollups: release.rollups.clone(),
        returns: release.returns.iter().map(without_reason).collect(),
        delays: Vec::new(),
        submissions: Vec::new(),
        findings: Vec::new(),
        publication: release.publication.clone(),
        settings: release.settings.clone(),
        withheld: Some(Withheld { threshold: rule.threshold, minimum_denominator: rule.minimum_denominator, work }),
    }
}

/// Only what is provisional: a change of a count from one day to another may give away a single case.
fn public_lateness(lateness: &Lateness) -> Lateness {
    let provisional = lateness.provisional.only(|code| !code.is_of_peers());
    Lateness { provisional, ..Lateness::default() }
}

/// Why a return was refused names rows and values of it.
fn without_reason(one: &Return) -> Return {
    match one.state {
        ReturnState::Refused { submitted, .. } => {
            let reason = "it did not meet its contract".to_owned();
            Return { state: ReturnState::Refused { submitted, reason, replaced: None }, ..one.clone() }
        }
        _ => one.clone(),
    }
}

fn record(rule: WithholdingRule, figures: &PublicFigures, earlier: &[Earlier]) -> DisclosureRecord {
    let mut releases: Vec<&str> = earlier.iter().map(|one| &*one.release).collect();
    releases.dedup();
    releases.sort_unstable();
    releases.dedup();
    let sum =
        |count: fn(&crate::public::MetricEvidence) -> usize| figures.metrics.iter().map(|(_, one)| count(one)).sum();
    DisclosureRecord {
        threshold: rule.threshold,
        minimum_denominator: rule.minimum_denominator,
        protection: rule.protection.as_str(),
        figures_withheld: figures.withheld.len() + figures.few_cases.len(),
        figures_of_few_cases: figures.few_cases.len(),
        cells_primary: sum(|one| one.primary),
        cells_secondary: sum(|one| one.secondary),
        cells_held_back: sum(|one| one.held_back),
        cells_known: sum(|one| one.known),
        smallest_range: figures.metrics.iter().filter_map(|(_, one)| one.smallest_range).min(),
        exact: figures.metrics.iter().all(|(_, one)| one.exact),
        units_withheld_whole: figures.whole.len(),
        sums_not_used: figures.unused.clone(),
        earlier_editions: releases.into_iter().map(str::to_owned).collect(),
        metrics: figures.metrics.iter().cloned().collect(),
    }
}

fn evidence_bytes(lines: &[EvidenceLine]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(EVIDENCE_HEADER)?;
    for line in lines {
        writer.write_record(line.record().iter().map(|cell| without_formula(cell).into_owned()))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
