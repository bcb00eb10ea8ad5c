//! The public edition of a release: reads what is public already, has small counts withheld, and puts together what is
//! rendered and recorded. It decides nothing of what is withheld.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{AppError, Context};
use crate::assessment::responsibilities::assess_responsibilities;
use crate::assessment::{Assessment, AssessmentInput, Hidden, Labels, assess};
use crate::definitions::model::Disclosure;
use crate::lateness::Lateness;
use crate::metrics::groups;
use crate::public::{EVIDENCE_HEADER, Earlier, Line, PublicFigures, PublicInput, Rule, withhold, withhold_figure};
use crate::release::record::DisclosureRecord;
use crate::release::store::{DamagedFile, PublishedRelease};
use crate::release::tables::{BREAKDOWNS, OBSERVATIONS, PublishedRows, UnreadableTable, parquet_path};
use crate::release::{Release, Together, Withheld, WorkWithheld};
use crate::report::PUBLIC_FOLDER;
use crate::settings::{DisclosureSection, ParityWish};
use crate::spreadsheet::without_formula;
use crate::vocabulary::body::{PEERS_PREFIX, is_organisation};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::quantity::Status;
use crate::vocabulary::returns::{Return, ReturnState};

/// The evidence, beside the run record: it tells which counts are small and is not for the public.
pub const EVIDENCE: &str = "disclosure-evidence.csv";
/// Months before and after the periods of a run in which figures of earlier editions may add up with its own.
const REACH: i32 = 11;

/// A public edition of an earlier release that cannot be read: what it showed is not known, so nothing can be published
/// beside it.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    #[error("{path}: the figures of an earlier public edition cannot be read: {message}; nothing was published")]
    Content { path: PathBuf, message: String },
    #[error("the figures of an earlier public edition are not known, so nothing was published")]
    Damaged(#[from] DamagedFile),
    #[error("the figures of an earlier public edition are not known, so nothing was published")]
    Table(#[from] UnreadableTable),
}

/// The public edition, ready to be rendered and written.
pub struct PublicEdition {
    pub release: Release,
    pub record: DisclosureRecord,
    pub evidence: Vec<u8>,
}

/// Makes the public edition from the figures of a run and the releases below `out`. `pieces` are figures of the months and
/// quarters of the run's periods, which no edition shows.
pub fn make_public(
    context: &Context,
    out: &Path,
    release: &Release,
    pieces: &[Observation],
) -> Result<PublicEdition, AppError> {
    let DisclosureSection { threshold, minimum_denominator, protection } = context.settings.figures.disclosure;
    let rule = Rule { threshold, minimum_denominator, protection };
    let earlier = read_earlier(out, &release.trend)?;
    // Sums over peers overlap so much that they give single organisations away: the public edition has none.
    let groups = groups(&release.lives, &[]);
    let all: Vec<&Observation> = release.observations.iter().filter(|one| !is_of_peers(one)).collect();
    let observations: Vec<Observation> = all.iter().copied().cloned().collect();
    let pieces: Vec<Observation> = pieces.iter().filter(|one| !is_of_peers(one)).cloned().collect();
    let figures = withhold(&PublicInput {
        metrics: &release.metrics,
        invariants: &context.definitions.invariants,
        groups: &groups,
        observations: &observations,
        pieces: &pieces,
        earlier: &earlier,
        rule,
    })?;
    let record = record(rule, &figures, &earlier);
    let evidence = evidence_bytes(&figures.evidence)
        .map_err(|error| AppError::Write { path: PathBuf::from(EVIDENCE), source: std::io::Error::other(error) })?;
    drop(observations);
    let shown = assess_public(release, &all, figures);
    Ok(PublicEdition { release: public_release(release, shown, rule), record, evidence })
}

fn is_of_peers(observation: &Observation) -> bool {
    observation.org_code.starts_with(PEERS_PREFIX)
}

/// The figures of a public edition and what is said of them.
struct Shown {
    observations: Vec<Observation>,
    assessment: Assessment,
    work: BTreeMap<String, WorkWithheld>,
}

/// Figures of work are judged all together, as in the national edition, and then some are left out: that they are withheld
/// is no secret of theirs. Of cases about persons nothing may be said that rests on a withheld figure.
fn assess_public(release: &Release, all: &[&Observation], figures: PublicFigures) -> Shown {
    let mut observations = figures.observations;
    let mut hidden = Hidden::default();
    figures.withheld.iter().filter_map(|&place| all.get(place)).for_each(|one| hidden.add(one, false));
    for &place in &figures.few_cases {
        if let (Some(judged), Some(whole)) = (observations.get_mut(place), all.get(place)) {
            (*whole).clone_into(judged);
            hidden.add(whole, true);
        }
    }
    for observation in &mut observations {
        observation.labels = None;
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
        &mut observations,
    );
    let work = of_work(release, &observations, &figures.few_cases);
    for place in figures.few_cases {
        if let Some(observation) = observations.get_mut(place) {
            *observation = withhold_figure(observation);
        }
    }
    assessment.leave_out(&hidden);
    for observation in &mut observations {
        if hidden.has_gaps(&observation.metric_id, &observation.org_code)
            && let Some(labels) = &mut observation.labels
        {
            **labels = Labels { undecided: labels.undecided, ..Labels::default() };
        }
    }
    Shown { observations, assessment, work }
}

/// How many organisations of each metric of work are shown in the report's period, and what they and all have together.
fn of_work(
    release: &Release,
    observations: &[Observation],
    few_cases: &BTreeSet<usize>,
) -> BTreeMap<String, WorkWithheld> {
    let mut found: BTreeMap<String, WorkWithheld> = release
        .metrics
        .iter()
        .filter(|metric| metric.disclosure == Disclosure::Work)
        .map(|metric| (metric.id.clone(), WorkWithheld::default()))
        .collect();
    let asked = |one: &Observation| {
        one.category.is_none() && one.period == release.period && one.value.is_some() && is_organisation(&one.org_code)
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
fn public_release(release: &Release, shown: Shown, rule: Rule) -> Release {
    let Shown { observations, assessment, work } = shown;
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
        responsibilities: assess_responsibilities(
            &release.metrics,
            &observations,
            &assessment.comparisons,
            release.period,
        ),
        observations,
        assessment,
        lateness: public_lateness(&release.lateness),
        contracts: release.contracts.clone(),
        rollups: release.rollups.clone(),
        returns: release.returns.iter().map(without_reason).collect(),
        findings: Vec::new(),
        settings: release.settings.clone(),
        withheld: Some(Withheld { threshold: rule.threshold, minimum_denominator: rule.minimum_denominator, work }),
    }
}

/// Only what is provisional: a change of a count from one day to another may give away a single case.
fn public_lateness(lateness: &Lateness) -> Lateness {
    let provisional = lateness.provisional.only(|code| !code.starts_with(PEERS_PREFIX));
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

fn record(rule: Rule, figures: &PublicFigures, earlier: &[Earlier]) -> DisclosureRecord {
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

fn evidence_bytes(lines: &[Line]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(EVIDENCE_HEADER)?;
    for line in lines {
        writer.write_record(line.record().iter().map(|cell| without_formula(cell).into_owned()))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// The figures of every public edition below `out` whose periods may add up with those of the run, by release.
fn read_earlier(out: &Path, trend: &[Period]) -> Result<Vec<Earlier>, EarlierError> {
    let first = trend.iter().map(|period| period.first).min().map(|month| month.plus(-REACH));
    let last = trend.iter().map(|period| period.last()).max().map(|month| month.plus(REACH));
    let Some(span) = first.zip(last) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (release, name) in public_releases(out, span.0)? {
        for table in [OBSERVATIONS, BREAKDOWNS] {
            read_table(&release, table, &name, (span, &mut found))?;
        }
    }
    Ok(found)
}

/// The releases that were published with a public edition, with their period and revision in words; by period, then revision.
/// A release shows its own period and those before: one whose period ends before `first` has nothing to add.
fn public_releases(out: &Path, first: Month) -> Result<Vec<(PublishedRelease, Arc<str>)>, EarlierError> {
    let mut found = Vec::new();
    for (period_folder, period) in folders(out)? {
        if !period.parse::<Period>().is_ok_and(|known| first <= known.last()) {
            continue;
        }
        for (folder, revision) in folders(&period_folder)? {
            let number = revision.strip_prefix('r').and_then(|number| number.parse::<u32>().ok());
            if let Some(number) = number {
                found.push((period.clone(), number, folder, format!("{period} {revision}").into()));
            }
        }
    }
    found.sort();
    let opened = found.into_iter().map(|(_, _, folder, name)| Ok((PublishedRelease::open(&folder)?, name)));
    let opened: Vec<(PublishedRelease, Arc<str>)> = opened.collect::<Result<_, EarlierError>>()?;
    Ok(opened.into_iter().filter(|(release, _)| release.had_files_below(PUBLIC_FOLDER)).collect())
}

/// Folders and their names; none below a folder that is not there yet.
fn folders(path: &Path) -> Result<Vec<(PathBuf, String)>, EarlierError> {
    let wrong = |error: std::io::Error| EarlierError::Content { path: path.to_owned(), message: error.to_string() };
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        if entry.path().is_dir()
            && let Ok(name) = entry.file_name().into_string()
        {
            found.push((entry.path(), name));
        }
    }
    Ok(found)
}

/// Which figure of a release a row is: metric, category, code and period as they are written.
#[derive(PartialEq, Eq, Hash)]
struct FigureKey {
    metric_id: String,
    category: String,
    org_code: String,
    period: String,
}

/// A row of a result table, as far as it is needed.
struct ResultRow {
    key: FigureKey,
    numerator: Option<i64>,
    denominator: Option<i64>,
    is_suppressed: bool,
}

/// Adds the figures of one table: those shown with the counts shown, those withheld with the counts of the full results.
fn read_table(
    published: &PublishedRelease,
    table: &str,
    release: &Arc<str>,
    (span, found): ((Month, Month), &mut Vec<Earlier>),
) -> Result<(), EarlierError> {
    let full = parquet_path(table);
    let public = format!("{PUBLIC_FOLDER}/{full}");
    let wrong = |message: String| EarlierError::Content { path: published.folder().join(&public), message };
    let mut withheld = HashMap::new();
    let mut names: HashMap<String, Arc<str>> = HashMap::new();
    let mut shared =
        |text: &str| Arc::clone(names.entry(text.to_owned()).or_insert_with_key(|text| text.as_str().into()));
    for row in rows(published, table, &public)? {
        let period: Period = row.key.period.parse().map_err(|error| wrong(format!("{error}")))?;
        if period.last() < span.0 || span.1 < period.first {
            continue;
        }
        let place = Earlier {
            release: Arc::clone(release),
            metric_id: shared(&row.key.metric_id),
            category: Some(&*row.key.category).filter(|key| !key.is_empty()).map(&mut shared),
            org_code: shared(&row.key.org_code),
            period,
            numerator: row.numerator.unwrap_or(0),
            denominator: row.denominator,
            shown: true,
        };
        if row.is_suppressed {
            withheld.insert(row.key, place);
        } else if row.numerator.is_some() {
            found.push(place);
        }
    }
    if withheld.is_empty() {
        return Ok(());
    }
    for row in rows(published, table, &full)? {
        if let Some(place) = withheld.remove(&row.key) {
            let numerator = row.numerator.ok_or_else(|| wrong("a withheld figure has no count".to_owned()))?;
            found.push(Earlier { numerator, denominator: row.denominator, shown: false, ..place });
        }
    }
    if withheld.is_empty() { Ok(()) } else { Err(wrong("a withheld figure is not in the full results".to_owned())) }
}

fn rows(published: &PublishedRelease, table: &str, file: &str) -> Result<Vec<ResultRow>, EarlierError> {
    let path = published.folder().join(file);
    let published = PublishedRows::read(table, &path, published.read(file)?)?;
    let mut rows = Vec::new();
    for part in published.parts() {
        let (metrics, codes, periods) = (part.texts("metric_id")?, part.texts("org_code")?, part.texts("period")?);
        let (numerators, denominators) = (part.wholes("numerator")?, part.wholes("denominator")?);
        let statuses = part.texts("status")?;
        // Headline figures have no category.
        let categories = (table == BREAKDOWNS).then(|| part.texts("category")).transpose()?;
        rows.extend((0..part.count()).map(|row| ResultRow {
            key: FigureKey {
                metric_id: metrics.get(row).to_owned(),
                category: categories.map_or("", |categories| categories.get(row)).to_owned(),
                org_code: codes.get(row).to_owned(),
                period: periods.get(row).to_owned(),
            },
            numerator: numerators.get(row),
            denominator: denominators.get(row),
            is_suppressed: statuses.get(row) == Status::Suppressed.as_str(),
        }));
    }
    Ok(rows)
}
