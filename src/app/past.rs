//! What runs on earlier data dates rested on, as far as it was something else than today: submissions that have been
//! replaced since. Nothing is listed or read where every organisation and month has one submission.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::figures::{months_of, sources_of, trend_periods};
use super::growing::DayReturns;
use super::intake::{self, Intake, IntakeError, Opened};
use super::progress::Step;
use super::work::WorkFolder;
use crate::contract::Admission;
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::definitions::references::RETURNS;
use crate::metrics::{FigureSource, Grid};
use crate::settings::Settings;
use crate::sources::{Pinned, Scope, Submission, SubmittedTable, pin};
use crate::vocabulary::body::UNATTRIBUTED;
use crate::vocabulary::period::{Month, Period, months_earlier, whole_months_after};
use crate::vocabulary::quantity::Shape;

/// Whether it can be measured how complete a metric's months are.
pub fn is_measured(metric: &Metric) -> bool {
    metric.shape != Shape::Status && !counts_returns(metric)
}

/// Whether a metric counts the returns themselves.
pub fn counts_returns(metric: &Metric) -> bool {
    metric.rollups.iter().any(|name| name == RETURNS)
}

/// Whether cases of a month come in with the submissions of later months: how many were known on a day is not what a
/// submission of that month holds, even where none was replaced.
pub fn grows(sources: &[FigureSource]) -> bool {
    sources.iter().any(|source| source.by_other_month)
}

/// Whether the metric can be measured only over days on which cases of other months came in.
pub fn is_growing(metric: &Metric, sources: &[FigureSource]) -> bool {
    is_measured(metric) && grows(sources)
}

/// Datasets of the metrics that are chosen.
fn datasets_of(definitions: &Definitions, chosen: impl Fn(&Metric, &[FigureSource]) -> bool) -> BTreeSet<String> {
    let sources = definitions.metrics.iter().map(|metric| (metric, sources_of(metric, definitions)));
    let chosen = sources.filter(|(metric, sources)| chosen(metric, sources));
    chosen.flat_map(|(_, sources)| sources).map(|source| source.dataset).collect()
}

/// An earlier data date on which replaced submissions were in use.
pub struct Moment {
    pub day: NaiveDate,
    /// Organisations of which something was in use that has been replaced, and the datasets of it.
    pub bodies: BTreeSet<String>,
    pub datasets: BTreeSet<String>,
    pub grid: Grid,
    admissions: BTreeMap<SubmittedTable, Vec<Admission>>,
}

impl Moment {
    /// What a figure of that day could use, of one table.
    pub fn accepted(&self, table: &SubmittedTable) -> Vec<&Admission> {
        self.admissions.get(table).into_iter().flatten().filter(|admission| !admission.refused()).collect()
    }
}

/// All of them, oldest first, and the replaced submissions that were checked for them.
#[derive(Default)]
pub struct Past {
    pub moments: Vec<Moment>,
    /// Each earlier day again, with all that was in use of the datasets of metrics whose months grow.
    pub growing: Vec<DayReturns>,
    pub replaced: Vec<Admission>,
}

/// For dataset, organisation and month: the day of the last return that met every check and was replaced since.
pub type AcceptedBefore = BTreeMap<(String, String, Month), NaiveDate>;

impl Past {
    /// What was replaced and had met every check.
    pub fn accepted_before(&self, definitions: &Definitions) -> AcceptedBefore {
        let mut found = AcceptedBefore::new();
        for admission in self.replaced.iter().filter(|admission| !admission.refused()) {
            let submission = &admission.submission;
            let Some((dataset, scope)) = dataset_of(definitions, &submission.table).zip(submission.scope.as_ref())
            else {
                continue;
            };
            for month in scope.span.months() {
                let slot =
                    found.entry((dataset.clone(), scope.org_code.clone(), month)).or_insert(submission.submitted);
                *slot = submission.submitted.max(*slot);
            }
        }
        found
    }
}

/// Looks for replaced submissions, and checks those that a figure of the trend once rested on.
pub async fn take_in(
    (opened, intake): (&Opened, &Intake),
    (definitions, settings): (&Definitions, &Settings),
    (work, concurrency): (&WorkFolder, usize),
    (period, step): (Period, &Step),
) -> Result<Past, IntakeError> {
    let finder = Finder { opened, intake, definitions, growing: datasets_of(definitions, is_growing) };
    let days = days(opened, period, settings);
    let mut pins: Vec<(NaiveDate, BTreeSet<String>, Pinned)> = Vec::new();
    for (day, concerned) in finder.concerned(&days) {
        pins.extend(finder.pin_on(day, &concerned).map(|(datasets, pinned)| (day, datasets, pinned)));
    }
    let (resubmitting, sent) = finder.resubmitted();
    let growing: Vec<(NaiveDate, Pinned)> = days.iter().map(|day| (*day, finder.pin(&sent, *day))).collect();
    let current: BTreeMap<Key<'_>, &Admission> =
        intake.admissions.values().flatten().map(|admission| (key(&admission.submission), admission)).collect();
    let picked = pins.iter().flat_map(|(_, _, pinned)| &pinned.submissions);
    let picked = picked.chain(growing.iter().flat_map(|(_, pinned)| &pinned.submissions));
    let refused = finder.replaced_by_refused();
    let picked = picked.chain(refused);
    let unknown: BTreeMap<Key<'_>, &Submission> =
        picked.filter(|one| !current.contains_key(&key(one))).map(|one| (key(one), one)).collect();
    let submissions = unknown.into_values().cloned().collect();
    let admitted = intake::admit_submissions(opened, definitions, (work, concurrency), (submissions, step)).await?;
    let replaced: Vec<Admission> = admitted.into_values().flatten().collect();
    let mut known = current;
    known.extend(replaced.iter().map(|admission| (key(&admission.submission), admission)));
    let moments = pins.iter().map(|(day, datasets, pinned)| {
        let mut admissions: BTreeMap<SubmittedTable, Vec<Admission>> = BTreeMap::new();
        for submission in &pinned.submissions {
            let found = known.get(&key(submission)).copied();
            admissions.entry(submission.table.clone()).or_default().extend(found.cloned());
        }
        let bodies = pinned.submissions.iter().map(|one| one.org_code().to_owned()).collect();
        let grid = intake::grid_of(definitions, &intake.lives, *day, admissions.values().flatten());
        Moment { day: *day, bodies, datasets: datasets.clone(), grid, admissions }
    });
    let moments = moments.collect();
    let growing =
        growing.iter().map(|(day, pinned)| finder.growing_day(*day, (&resubmitting, pinned), &replaced)).collect();
    Ok(Past { moments, growing, replaced })
}

/// The earlier data dates at which some event month of the trend is looked at, oldest first.
fn days(opened: &Opened, period: Period, settings: &Settings) -> Vec<NaiveDate> {
    let as_of = opened.as_of;
    let months = months_of(&trend_periods(period, settings, opened));
    let oldest = months.first().map_or(0, |month| whole_months_after(*month, as_of));
    (1..=u32::try_from(oldest).unwrap_or(0)).rev().map(|months| months_earlier(as_of, months)).collect()
}

/// The dataset whose months a table holds; `None` of reference data.
fn dataset_of(definitions: &Definitions, table: &SubmittedTable) -> Option<String> {
    match table {
        SubmittedTable::Reference(_) => None,
        SubmittedTable::Records(name) => Some(name.clone()),
        SubmittedTable::Rollup(name) => definitions.rollup(name).map(|rollup| rollup.dataset.clone()),
    }
}

/// What tells submissions apart.
type Key<'s> = (&'s SubmittedTable, Option<&'s Scope>, NaiveDate);

fn key(submission: &Submission) -> Key<'_> {
    (&submission.table, submission.scope.as_ref(), submission.submitted)
}

/// Datasets and organisations of replaced submissions.
type Concerned = BTreeSet<(String, String)>;

struct Finder<'a> {
    opened: &'a Opened,
    intake: &'a Intake,
    definitions: &'a Definitions,
    /// Datasets of the metrics whose months grow.
    growing: BTreeSet<String>,
}

impl Finder<'_> {
    fn dataset_of(&self, table: &SubmittedTable) -> Option<String> {
        dataset_of(self.definitions, table)
    }

    /// The last return before each one that a check refused: whether it was good is told to who sent it.
    fn replaced_by_refused(&self) -> Vec<&Submission> {
        let refused = self.intake.admissions.values().flatten().filter(|admission| admission.refused());
        let before = |admission: &Admission| {
            let of = (&admission.submission.table, admission.submission.scope.as_ref());
            let replaced = self.opened.pinned.replaced.iter();
            replaced.filter(|one| (&one.table, one.scope.as_ref()) == of).max_by_key(|one| one.submitted)
        };
        refused.filter_map(before).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Submission> {
        self.opened.pinned.submissions.iter().chain(&self.opened.pinned.replaced)
    }

    /// For each day on which a replaced submission may have been in use, whose and of which dataset.
    fn concerned(&self, days: &[NaiveDate]) -> BTreeMap<NaiveDate, Concerned> {
        let replaced = &self.opened.pinned.replaced;
        let wanted: BTreeSet<(&SubmittedTable, Option<&Scope>)> =
            replaced.iter().map(|one| (&one.table, one.scope.as_ref())).collect();
        let mut dates: BTreeMap<(&SubmittedTable, Option<&Scope>), Vec<NaiveDate>> = BTreeMap::new();
        for one in self.all().filter(|one| wanted.contains(&(&one.table, one.scope.as_ref()))) {
            dates.entry((&one.table, one.scope.as_ref())).or_default().push(one.submitted);
        }
        let measured = datasets_of(self.definitions, |metric, _| is_measured(metric));
        let bodies: BTreeSet<&str> = self.intake.organisations.iter().map(|one| one.code.as_str()).collect();
        let mut found: BTreeMap<NaiveDate, Concerned> = BTreeMap::new();
        for one in replaced {
            let Some(dataset) = self.dataset_of(&one.table).filter(|dataset| measured.contains(dataset)) else {
                continue;
            };
            if one.org_code() != UNATTRIBUTED && !bodies.contains(one.org_code()) {
                continue;
            }
            let later = dates.get(&(&one.table, one.scope.as_ref())).into_iter().flatten();
            let until = later.copied().filter(|date| *date > one.submitted).min();
            for day in days.iter().filter(|day| one.submitted <= **day && until.is_none_or(|until| **day < until)) {
                found.entry(*day).or_default().insert((dataset.clone(), one.org_code().to_owned()));
            }
        }
        found
    }

    /// What a run on that day would have used of the organisations concerned, in the datasets of every metric that rests
    /// on one of theirs. `None` where nothing of it has been replaced.
    fn pin_on(&self, day: NaiveDate, concerned: &Concerned) -> Option<(BTreeSet<String>, Pinned)> {
        let datasets: BTreeSet<&str> = concerned.iter().map(|(dataset, _)| dataset.as_str()).collect();
        let bodies: BTreeSet<&str> = concerned.iter().map(|(_, body)| body.as_str()).collect();
        let mut family: BTreeSet<String> = BTreeSet::new();
        for metric in &self.definitions.metrics {
            let sources = sources_of(metric, self.definitions);
            if sources.iter().any(|source| datasets.contains(source.dataset.as_str())) {
                family.extend(sources.into_iter().map(|source| source.dataset));
            }
        }
        let chosen = |one: &&Submission| {
            bodies.contains(one.org_code()) && self.dataset_of(&one.table).is_some_and(|name| family.contains(&name))
        };
        let candidates: Vec<Submission> = self.all().filter(chosen).cloned().collect();
        let pinned = self.pin(&candidates, day);
        let replaced: BTreeSet<Key<'_>> = self.opened.pinned.replaced.iter().map(key).collect();
        let in_use = pinned.submissions.iter().filter(|one| replaced.contains(&key(one)));
        let datasets: BTreeSet<String> = in_use.filter_map(|one| self.dataset_of(&one.table)).collect();
        (!datasets.is_empty()).then_some((datasets, pinned))
    }

    fn pin(&self, candidates: &[Submission], day: NaiveDate) -> Pinned {
        let dataset_of = |rollup: &str| self.definitions.rollup(rollup).map(|rollup| rollup.dataset.clone());
        pin(candidates, day, &dataset_of)
    }

    /// Whether a table is read by metrics whose months grow.
    fn is_growing(&self, table: &SubmittedTable) -> bool {
        self.dataset_of(table).is_some_and(|dataset| self.growing.contains(&dataset))
    }

    /// Organisations that have replaced something in such tables, and all that they sent for them.
    fn resubmitted(&self) -> (BTreeSet<&str>, Vec<Submission>) {
        let replaced = self.opened.pinned.replaced.iter().filter(|one| self.is_growing(&one.table));
        let known: BTreeSet<&str> = self.intake.organisations.iter().map(|one| one.code.as_str()).collect();
        let is_known = |code: &&str| *code == UNATTRIBUTED || known.contains(code);
        let bodies: BTreeSet<&str> = replaced.map(Submission::org_code).filter(is_known).collect();
        let chosen = |one: &&Submission| bodies.contains(one.org_code()) && self.is_growing(&one.table);
        let sent = self.all().filter(chosen).cloned().collect();
        (bodies, sent)
    }

    /// `pinned` is what the `bodies` that have replaced something had in use; all others had what they had sent.
    fn growing_day(
        &self,
        day: NaiveDate,
        (bodies, pinned): (&BTreeSet<&str>, &Pinned),
        replaced: &[Admission],
    ) -> DayReturns {
        let picked: BTreeSet<Key<'_>> = pinned.submissions.iter().map(key).collect();
        let in_use = |admission: &Admission| {
            let submission = &admission.submission;
            if bodies.contains(submission.org_code()) {
                picked.contains(&key(submission))
            } else {
                submission.submitted <= day
            }
        };
        let tables = self.intake.admissions.iter().filter(|(table, _)| self.is_growing(table));
        let current = tables.map(|(table, admissions)| (table.clone(), admissions.iter().map(in_use).collect()));
        let replaced = replaced.iter().enumerate().filter(|(_, one)| picked.contains(&key(&one.submission)));
        DayReturns { day, current: current.collect(), replaced: replaced.map(|(at, _)| at).collect() }
    }
}
