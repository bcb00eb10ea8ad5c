//! Submissions that have been replaced since: which of them runs on earlier days stood on, and the snapshots of those days.
//! Nothing is read where every organisation and month has one submission.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::snapshot::{Snapshot, SnapshotPart, has_later_cases, is_measured};
use crate::contract::Admission;
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::intake::{IntakeError, Purpose, RunBasis, SubmissionCheck, admit_submissions, grid_of};
use crate::metrics::{FigureSource, sources_of};
use crate::sources::{Pinned, Submission, SubmissionScope, SubmittedTable, pin};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::{Month, months_earlier, months_of, whole_months_after};
use crate::vocabulary::sender_code::SenderCode;

/// A return as those who sent it know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReturnKey {
    pub dataset: String,
    pub org_code: BodyId,
    pub month: Month,
}

/// For each return the day of the last one that met every check and was replaced since.
pub type AcceptedBefore = BTreeMap<ReturnKey, NaiveDate>;

/// What runs on earlier days stood on, as far as it was something else than today.
#[derive(Default)]
pub struct EarlierReturns {
    /// Submissions that have been replaced and were checked again, because an earlier day or a refused return asks for them.
    pub replaced: Vec<Admission>,
    /// Oldest first; the same day may be there once for each part.
    days: Vec<EarlierDay>,
}

struct EarlierDay {
    day: NaiveDate,
    part: SnapshotPart,
    /// Datasets because of which metrics are looked at on that day.
    datasets: BTreeSet<String>,
    /// Places of the submissions in use, among those that the source lists until the data date.
    in_use: Vec<usize>,
}

impl EarlierReturns {
    /// Looks for replaced submissions, and checks those that a figure of the trend once rested on.
    ///
    /// # Errors
    /// A source that cannot be read, or a work folder that cannot be written.
    pub async fn find(basis: &RunBasis<'_>) -> Result<Self, IntakeError> {
        let mut finder = ReplacedFinder::new(basis);
        let mut days = finder.days_of_replaced();
        days.extend(finder.days_of_later_cases());
        finder.ask_for_replaced_by_refused();
        let asked = finder.asked.into_values().collect();
        // Their roll-ups are made later, and only where a metric needs them.
        let check = SubmissionCheck { purpose: Purpose::Findings, ..basis.check };
        let replaced = admit_submissions(&check, asked).await?.admissions.into_values().flatten().collect();
        Ok(Self { replaced, days })
    }

    /// The snapshots of the earlier days, oldest first within each part.
    pub fn snapshots<'a>(&'a self, basis: &RunBasis<'a>) -> Vec<Snapshot<'a>> {
        let admitted = basis.intake.admissions.values().flatten().chain(&self.replaced);
        let by_key: BTreeMap<SubmissionRef<'a>, &'a Admission> =
            admitted.map(|admission| (SubmissionRef::of(&admission.submission), admission)).collect();
        let listed: Vec<Option<&'a Admission>> =
            listed(basis).map(|submission| by_key.get(&SubmissionRef::of(submission)).copied()).collect();
        let everybody: BTreeSet<&SenderCode> =
            by_key.values().filter_map(|admission| admission.submission.sender()).collect();
        let snapshot = |earlier: &EarlierDay| {
            let mut admissions: BTreeMap<&'a SubmittedTable, Vec<&'a Admission>> = BTreeMap::new();
            for admission in earlier.in_use.iter().filter_map(|place| listed.get(*place).copied().flatten()) {
                admissions.entry(&admission.submission.table).or_default().push(admission);
            }
            let bodies = match earlier.part {
                SnapshotPart::Replaced => super::snapshot::organisations(&admissions),
                SnapshotPart::Whole | SnapshotPart::LaterCases => {
                    everybody.iter().map(|code| BodyId::clone(code)).collect()
                }
            };
            let in_use = admissions.values().flatten().copied();
            let grid = grid_of(basis.check.definitions, &basis.intake.lives, earlier.day, in_use);
            Snapshot {
                day: earlier.day,
                part: earlier.part,
                bodies,
                datasets: earlier.datasets.clone(),
                admissions,
                grid: Arc::new(grid),
            }
        };
        self.days.par_iter().map(snapshot).collect()
    }

    /// The returns that were replaced and had met every check.
    pub fn accepted_before(&self, definitions: &Definitions) -> AcceptedBefore {
        let mut found = AcceptedBefore::new();
        for admission in self.replaced.iter().filter(|admission| !admission.refused()) {
            let submission = &admission.submission;
            let dataset = dataset_of(definitions, &submission.table);
            let Some((dataset, scope)) = dataset.zip(submission.scope.as_ref()) else { continue };
            for month in scope.span.months() {
                let key = ReturnKey { dataset: dataset.clone(), org_code: BodyId::clone(&scope.sender), month };
                let last = found.entry(key).or_insert(submission.submitted);
                *last = submission.submitted.max(*last);
            }
        }
        found
    }
}

/// Every submission until the data date: those in use, then those that were replaced.
fn listed<'a>(basis: &RunBasis<'a>) -> impl Iterator<Item = &'a Submission> + use<'a> {
    let pinned: &'a Pinned = &basis.check.opened.pinned;
    pinned.submissions.iter().chain(&pinned.replaced)
}

/// What tells submissions apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SubmissionRef<'s> {
    table: &'s SubmittedTable,
    scope: Option<&'s SubmissionScope>,
    submitted: NaiveDate,
}

impl<'s> SubmissionRef<'s> {
    pub(super) fn of(submission: &'s Submission) -> Self {
        Self { table: &submission.table, scope: submission.scope.as_ref(), submitted: submission.submitted }
    }
}

/// The return of which several submissions may have been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Slot<'s> {
    table: &'s SubmittedTable,
    scope: Option<&'s SubmissionScope>,
}

impl<'s> Slot<'s> {
    fn of(submission: &'s Submission) -> Self {
        Self { table: &submission.table, scope: submission.scope.as_ref() }
    }
}

/// Datasets and organisations of which a replaced submission was in use on a day.
#[derive(Default)]
struct ReplacedOnDay<'a> {
    datasets: BTreeSet<String>,
    bodies: BTreeSet<&'a BodyId>,
}

struct ReplacedFinder<'a> {
    basis: RunBasis<'a>,
    /// Every submission until the data date: those in use, then those that were replaced.
    listed: Vec<&'a Submission>,
    places: BTreeMap<SubmissionRef<'a>, usize>,
    /// The earlier data dates at which some event month of the trend is looked at, oldest first.
    days: Vec<NaiveDate>,
    /// Replaced submissions that have to be checked.
    asked: BTreeMap<SubmissionRef<'a>, Submission>,
}

impl<'a> ReplacedFinder<'a> {
    fn new(basis: &RunBasis<'a>) -> Self {
        let listed: Vec<&Submission> = listed(basis).collect();
        let places = listed.iter().enumerate().map(|(place, one)| (SubmissionRef::of(one), place)).collect();
        Self { basis: *basis, listed, places, days: days(basis), asked: BTreeMap::new() }
    }

    fn replaced(&self) -> &'a [Submission] {
        &self.basis.check.opened.pinned.replaced
    }

    fn is_replaced(&self, place: usize) -> bool {
        place >= self.basis.check.opened.pinned.submissions.len()
    }

    fn dataset_of(&self, table: &SubmittedTable) -> Option<String> {
        dataset_of(self.basis.check.definitions, table)
    }

    /// Datasets of the metrics that are chosen.
    fn datasets_of(&self, chosen: impl Fn(&Metric, &[FigureSource]) -> bool) -> BTreeSet<String> {
        let definitions = self.basis.check.definitions;
        let sources = definitions.metrics.iter().map(|metric| (metric, sources_of(metric, definitions)));
        let chosen = sources.filter(|(metric, sources)| chosen(metric, sources));
        chosen.flat_map(|(_, sources)| sources).map(|source| source.dataset).collect()
    }

    /// Codes that figures are made of.
    fn known_bodies(&self) -> BTreeSet<&'a BodyId> {
        let known = self.basis.intake.organisations.iter().map(|one| &*one.code);
        known.chain([BodyId::unattributed()]).collect()
    }

    /// Which of the candidates a run on that day would have used, by their places. Those that have been replaced since are
    /// to be checked.
    fn pin(&mut self, candidates: &[Submission], day: NaiveDate) -> Vec<usize> {
        let definitions = self.basis.check.definitions;
        let dataset_of = |rollup: &str| definitions.rollup(rollup).map(|rollup| rollup.dataset.clone());
        let mut in_use = Vec::new();
        for submission in pin(candidates, day, &dataset_of).submissions {
            let Some(place) = self.places.get(&SubmissionRef::of(&submission)).copied() else { continue };
            in_use.push(place);
            if let Some(listed) = self.listed.get(place).filter(|_| self.is_replaced(place)) {
                self.asked.insert(SubmissionRef::of(listed), submission);
            }
        }
        in_use
    }

    /// The last return before each one that a check refused: whether it was good is told to those who sent it.
    fn ask_for_replaced_by_refused(&mut self) {
        let admissions = self.basis.intake.admissions.values().flatten();
        for refused in admissions.filter(|admission| admission.refused()) {
            let slot = Slot::of(&refused.submission);
            let replaced = self.replaced().iter().filter(|one| Slot::of(one) == slot);
            if let Some(before) = replaced.max_by_key(|one| one.submitted) {
                self.asked.insert(SubmissionRef::of(before), before.clone());
            }
        }
    }

    /// The days on which a replaced submission was in use of a metric whose months rest on their own returns.
    fn days_of_replaced(&mut self) -> Vec<EarlierDay> {
        let mut found = Vec::new();
        for (day, replaced) in self.replaced_by_day() {
            let read = self.read_beside(&replaced.datasets);
            let chosen = |one: &&&Submission| {
                one.sender().is_some_and(|sender| replaced.bodies.contains::<BodyId>(sender))
                    && self.dataset_of(&one.table).is_some_and(|name| read.contains(&name))
            };
            let candidates: Vec<Submission> = self.listed.iter().filter(chosen).map(|one| (*one).clone()).collect();
            let in_use = self.pin(&candidates, day);
            let replaced = in_use.iter().filter(|place| self.is_replaced(**place));
            let tables = replaced.filter_map(|place| self.listed.get(*place)).map(|one| &one.table);
            let datasets: BTreeSet<String> = tables.filter_map(|table| self.dataset_of(table)).collect();
            if !datasets.is_empty() {
                found.push(EarlierDay { day, part: SnapshotPart::Replaced, datasets, in_use });
            }
        }
        found
    }

    /// For each day on which a replaced submission may have been in use, whose and of which dataset.
    fn replaced_by_day(&self) -> BTreeMap<NaiveDate, ReplacedOnDay<'a>> {
        let slots: BTreeSet<Slot<'_>> = self.replaced().iter().map(Slot::of).collect();
        let mut dates: BTreeMap<Slot<'_>, Vec<NaiveDate>> = BTreeMap::new();
        for one in self.listed.iter().filter(|one| slots.contains(&Slot::of(one))) {
            dates.entry(Slot::of(one)).or_default().push(one.submitted);
        }
        let measured = self.datasets_of(|metric, _| is_measured(metric));
        let known = self.known_bodies();
        let mut found: BTreeMap<NaiveDate, ReplacedOnDay<'_>> = BTreeMap::new();
        for one in self.replaced() {
            let Some(sender) = one.sender().filter(|sender| known.contains::<BodyId>(sender)) else { continue };
            let Some(dataset) = self.dataset_of(&one.table).filter(|name| measured.contains(name)) else { continue };
            let later = dates.get(&Slot::of(one)).into_iter().flatten();
            let until = later.copied().filter(|date| *date > one.submitted).min();
            let is_in_use = |day: &&NaiveDate| one.submitted <= **day && until.is_none_or(|until| **day < until);
            for day in self.days.iter().filter(is_in_use) {
                let on_day = found.entry(*day).or_default();
                on_day.datasets.insert(dataset.clone());
                on_day.bodies.insert(sender);
            }
        }
        found
    }

    /// The datasets of every metric that rests on one of those given.
    fn read_beside(&self, datasets: &BTreeSet<String>) -> BTreeSet<String> {
        self.datasets_of(|_, sources| sources.iter().any(|source| datasets.contains(&source.dataset)))
    }

    /// Every earlier day, with all that was in use of the datasets of metrics whose cases come in with later returns.
    fn days_of_later_cases(&mut self) -> Vec<EarlierDay> {
        let datasets = self.datasets_of(|metric, sources| is_measured(metric) && has_later_cases(sources));
        let is_read = |one: &Submission| self.dataset_of(&one.table).is_some_and(|dataset| datasets.contains(&dataset));
        let listed = self.listed.iter().enumerate();
        let read: Vec<usize> = listed.filter(|(_, one)| is_read(one)).map(|(place, _)| place).collect();
        let known = self.known_bodies();
        let replaced = read.iter().filter(|place| self.is_replaced(**place));
        let resubmitting: BTreeSet<&SenderCode> = (replaced.filter_map(|place| self.listed.get(*place)))
            .filter_map(|one| one.sender())
            .filter(|sender| known.contains::<BodyId>(sender))
            .collect();
        let resubmits = |one: &Submission| one.sender().is_some_and(|sender| resubmitting.contains(sender));
        let of_resubmitting = read.iter().filter_map(|place| self.listed.get(*place));
        let candidates: Vec<Submission> =
            of_resubmitting.filter(|one| resubmits(one)).map(|one| (*one).clone()).collect();
        let mut found = Vec::new();
        for day in self.days.clone() {
            let pinned: BTreeSet<usize> = self.pin(&candidates, day).into_iter().collect();
            // Who has replaced nothing had in use what had been sent.
            let is_in_use = |place: &usize| {
                let Some(one) = self.listed.get(*place) else { return false };
                if resubmits(one) || self.is_replaced(*place) { pinned.contains(place) } else { one.submitted <= day }
            };
            let in_use = read.iter().copied().filter(is_in_use).collect();
            found.push(EarlierDay { day, part: SnapshotPart::LaterCases, datasets: datasets.clone(), in_use });
        }
        found
    }
}

fn days(basis: &RunBasis<'_>) -> Vec<NaiveDate> {
    let as_of = basis.check.opened.as_of;
    let oldest = months_of(basis.periods).first().map_or(0, |month| whole_months_after(*month, as_of));
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
