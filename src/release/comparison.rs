//! Two published releases beside each other: every figure that is not the same, why, and how much that matters to those who
//! use the figures. The reasons are those that a release gives for what has changed since the last one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::changes::{ChangedAt, MovedBetween, MovedReturn, ReturnMove, ReturnsUsed};
use super::compared_names::{ComparedNames, titles_of};
use super::differences::differences;
use super::last::{LastFigure, PlacedFigure, PublishedPlace, RecordedFile, RecordedReturns, figure_rows};
use super::published::{PublishedBodies, PublishedInput, PublishedRecord, RereadError};
use super::store::PublishedRelease;
use super::submissions::DatasetOf;
use super::tables::{BREAKDOWNS, LONG_SERIES, OBSERVATIONS, PublishedRows, parquet_path};
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::history::Reason;
use crate::place::Place;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::quantity::Unit;

/// What is said of a change whose reason the two releases do not give.
pub const NO_REASON: &str = "no reason is known from the two releases";

/// So many submissions are listed with a figure; behind a sum there may be thousands.
const MOST_SUBMISSIONS: usize = 5;

/// How much a change of release matters to those who use its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeClass {
    None,
    /// Words, pages, settings, inputs or the program.
    Patch,
    /// Figures, or something is new.
    Minor,
    /// A metric, a body or a period is gone.
    Major,
}

impl ChangeClass {
    /// The class with what it means.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "none: nothing that decides the figures changed",
            Self::Patch => "patch: no figure changed; words, pages, settings, inputs or the program did",
            Self::Minor => "minor: figures changed, or something is new",
            Self::Major => "major: a metric, a body or a period is gone",
        }
    }
}

/// A release as a comparison names it.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedRelease {
    /// Period and revision.
    pub name: String,
    pub period: Period,
    pub revision: u32,
    pub as_of: NaiveDate,
    pub published_on: NaiveDate,
    pub program_version: String,
}

/// Whole metrics, bodies and periods that only one of two releases has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WholeOnes {
    pub metrics: Vec<String>,
    pub bodies: Vec<BodyId>,
    pub periods: Vec<Period>,
}

/// Figures by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FigureCounts {
    pub same: usize,
    pub changed: usize,
    pub new: usize,
    pub gone: usize,
}

/// What changed besides figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OtherChanges {
    pub program: bool,
    /// Places of the settings that decide figures.
    pub settings: Vec<String>,
    /// Paths of definition files.
    pub definitions: Vec<String>,
    /// Paths of input files that only the later release rests on, or with another content.
    pub inputs: Vec<String>,
    /// Paths of input files that only the earlier release rested on.
    pub inputs_gone: Vec<String>,
}

/// A submission that only one of two releases rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedSubmission {
    pub dataset: String,
    pub org_code: BodyId,
    /// The first and the last month that it holds.
    pub first_month: Month,
    pub last_month: Month,
    pub submitted: NaiveDate,
    /// Whether the organisation counted its records itself and sent the counts.
    pub counted_by_sender: bool,
    pub change: ReturnMove,
}

/// Why a figure changed, written by its name in data files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedReason(pub Reason);

impl Serialize for NamedReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

/// What became of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhatBecame {
    Changed,
    New,
    Gone,
}

/// A figure as one of two releases has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedFigure {
    pub metric_version: u32,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    pub value: Option<f64>,
    pub unit: Option<Unit>,
    pub status: String,
}

/// A figure that the two releases do not have in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureChange {
    pub metric_id: String,
    /// Key of the part or variant; `None` for a headline figure.
    pub category: Option<String>,
    pub org_code: BodyId,
    pub period: Period,
    pub change: WhatBecame,
    pub earlier: Option<ComparedFigure>,
    pub later: Option<ComparedFigure>,
    /// As in the column `reason` of the revisions; of a changed figure alone.
    pub reason: Option<NamedReason>,
    /// Places of the first submissions behind the change, in the list of the comparison.
    pub submissions: Vec<usize>,
    /// How many submissions are behind it.
    pub submissions_behind: usize,
}

/// Everything that tells one release from another.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseComparison {
    pub class: ChangeClass,
    pub earlier: ComparedRelease,
    pub later: ComparedRelease,
    /// Whether both are of one review period. Otherwise only the periods are compared that the trends of both hold.
    pub same_period: bool,
    /// Periods of which figures were compared, in order.
    pub periods: Vec<Period>,
    pub figures: FigureCounts,
    pub gone: WholeOnes,
    pub new: WholeOnes,
    pub other: OtherChanges,
    /// By metric, category, body and period.
    pub changes: Vec<FigureChange>,
    /// Every submission that came in, was replaced, was refused or is gone, by dataset, organisation and months.
    pub submissions: Vec<MovedSubmission>,
}

/// One side of a comparison.
pub struct ComparedSide {
    record: PublishedRecord,
    bodies: PublishedBodies,
    /// Titles of the metrics, by id.
    titles: BTreeMap<String, String>,
    figures: BTreeMap<PublishedPlace, LastFigure>,
    /// Periods of the trend. The long series hold some metrics and bodies in other periods.
    trend: BTreeSet<Period>,
    returns: RecordedReturns,
}

impl ComparedSide {
    /// Reads a release.
    ///
    /// # Errors
    /// A file of it that is missing or damaged.
    pub fn read(folder: &Place) -> Result<Self, RereadError> {
        let release = PublishedRelease::open(folder)?;
        let record = PublishedRecord::of(folder)?;
        let (bodies, titles) = (PublishedBodies::of(&release)?, titles_of(&release)?);
        let (mut figures, mut trend) = (BTreeMap::new(), BTreeSet::new());
        // The long series repeat the headline figures of the trend.
        for table in [OBSERVATIONS, BREAKDOWNS, LONG_SERIES] {
            let path = parquet_path(table);
            let rows = PublishedRows::read(table, folder.join(&path), release.read(&path)?)?;
            for PlacedFigure { place, figure } in figure_rows(&rows)? {
                if table == OBSERVATIONS {
                    trend.insert(place.period);
                }
                figures.entry(place).or_insert(figure);
            }
        }
        let files = record.inputs.iter();
        let files = files.map(|file| RecordedFile { path: &file.path, sha256: &file.sha256, used: file.used });
        let returns = RecordedReturns::of(files);
        Ok(Self { record, bodies, titles, figures, trend, returns })
    }

    fn described(&self) -> ComparedRelease {
        let record = &self.record;
        ComparedRelease {
            name: record.name(),
            period: record.period,
            revision: record.revision,
            as_of: record.as_of,
            published_on: record.published_on,
            program_version: record.program_version.clone(),
        }
    }

    fn periods(&self) -> BTreeSet<Period> {
        self.figures.keys().map(|place| place.period).collect()
    }

    /// The figures of some periods.
    fn figures_of<'s>(
        &'s self,
        periods: &'s BTreeSet<Period>,
    ) -> impl Iterator<Item = (&'s PublishedPlace, &'s LastFigure)> {
        self.figures.iter().filter(|(place, _)| periods.contains(&place.period))
    }

    /// The metrics, bodies and periods of figures.
    fn whole<'s>(&'s self, periods: &'s BTreeSet<Period>) -> HeldWhole<'s> {
        let mut held = HeldWhole::default();
        for (place, _) in self.figures_of(periods) {
            held.metrics.insert(&place.metric_id);
            held.bodies.insert(&place.org_code);
            held.periods.insert(place.period);
        }
        held
    }

    /// SHA-256 of each input file, by path.
    fn inputs(&self) -> BTreeMap<&String, &String> {
        self.record.inputs.iter().map(|PublishedInput { path, sha256, .. }| (path, sha256)).collect()
    }
}

/// The metrics, bodies and periods that some figures are of.
#[derive(Default)]
struct HeldWhole<'s> {
    metrics: BTreeSet<&'s String>,
    bodies: BTreeSet<&'s BodyId>,
    periods: BTreeSet<Period>,
}

impl HeldWhole<'_> {
    /// Those that the other does not have.
    fn beyond(&self, other: &Self) -> WholeOnes {
        WholeOnes {
            metrics: self.metrics.difference(&other.metrics).map(|id| (*id).clone()).collect(),
            bodies: self.bodies.difference(&other.bodies).map(|code| (*code).clone()).collect(),
            periods: self.periods.difference(&other.periods).copied().collect(),
        }
    }
}

impl FigureCounts {
    /// Of so many figures those that changed in these ways.
    fn of(changes: &[FigureChange], all: usize) -> Self {
        let count = |what| changes.iter().filter(|one| one.change == what).count();
        Self {
            same: all - changes.len(),
            changed: count(WhatBecame::Changed),
            new: count(WhatBecame::New),
            gone: count(WhatBecame::Gone),
        }
    }
}

impl WholeOnes {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty() && self.bodies.is_empty() && self.periods.is_empty()
    }
}

/// Compares two releases. The definitions at hand say which returns a metric rests on, as far as they are those of the later
/// release. `None` where the trends of the two have no period in common.
pub fn compare(earlier: &ComparedSide, later: &ComparedSide, definitions: &Definitions) -> Option<ReleaseComparison> {
    let same_period = earlier.record.period == later.record.period;
    let periods: BTreeSet<Period> = if same_period {
        earlier.periods().union(&later.periods()).copied().collect()
    } else {
        earlier.trend.intersection(&later.trend).copied().collect()
    };
    if periods.is_empty() {
        return None;
    }
    let (before, after) = (earlier.whole(&periods), later.whole(&periods));
    let (gone, new) = (before.beyond(&after), after.beyond(&before));
    let places: BTreeSet<&PublishedPlace> =
        earlier.figures_of(&periods).chain(later.figures_of(&periods)).map(|(place, _)| place).collect();
    let ChangesFound { changes, submissions } = ChangeReasons { earlier, later, definitions }.changes(&places);
    let class = if !gone.is_empty() {
        ChangeClass::Major
    } else if !changes.is_empty() {
        ChangeClass::Minor
    } else if says_the_same(&earlier.record, &later.record) {
        ChangeClass::None
    } else {
        ChangeClass::Patch
    };
    Some(ReleaseComparison {
        class,
        earlier: earlier.described(),
        later: later.described(),
        same_period,
        figures: FigureCounts::of(&changes, places.len()),
        periods: periods.iter().copied().collect(),
        gone,
        new,
        other: other_changes(earlier, later),
        changes,
        submissions,
    })
}

/// What pages call the metrics and bodies of two releases, and who publishes them.
pub fn names_of(earlier: &ComparedSide, later: &ComparedSide) -> ComparedNames {
    let mut names = ComparedNames::default();
    for ComparedSide { record, bodies, titles, .. } in [earlier, later] {
        names.add(record, bodies, titles);
    }
    names
}

/// Whether two releases of the same figures say the same. Their pages print number and day of publication, so only those of
/// one number and day can be held against each other.
fn says_the_same(one: &PublishedRecord, other: &PublishedRecord) -> bool {
    let is_one_release = (one.revision, one.published_on) == (other.revision, other.published_on);
    one.identity == other.identity && (!is_one_release || one.files == other.files)
}

fn other_changes(earlier: &ComparedSide, later: &ComparedSide) -> OtherChanges {
    let (then, now) = (&earlier.record, &later.record);
    let definitions: BTreeSet<&String> = then.definitions.keys().chain(now.definitions.keys()).collect();
    let is_other = |path: &&String| then.definitions.get(*path) != now.definitions.get(*path);
    let (before, after) = (earlier.inputs(), later.inputs());
    let moved = after.iter().filter(|(path, hash)| before.get(*path) != Some(*hash)).map(|(path, _)| *path);
    let gone = before.keys().filter(|path| !after.contains_key(*path)).copied();
    OtherChanges {
        program: then.program_version != now.program_version,
        settings: differences(&then.settings, &now.settings, &BTreeSet::new()),
        definitions: definitions.into_iter().filter(is_other).cloned().collect(),
        inputs: moved.cloned().collect(),
        inputs_gone: gone.cloned().collect(),
    }
}

/// What the reasons of changes rest on.
struct ChangeReasons<'c> {
    earlier: &'c ComparedSide,
    later: &'c ComparedSide,
    definitions: &'c Definitions,
}

/// The figures that are not the same, and the submissions that are not.
struct ChangesFound {
    changes: Vec<FigureChange>,
    submissions: Vec<MovedSubmission>,
}

impl ChangeReasons<'_> {
    /// Every figure that is not the same.
    fn changes(&self, places: &BTreeSet<&PublishedPlace>) -> ChangesFound {
        let members: Vec<(&BodyId, Vec<BodyId>)> = (self.later.bodies.all().keys())
            .filter_map(|code| Some((code, self.later.bodies.members(code)?)))
            .collect();
        let members: HashMap<&BodyId, &[BodyId]> = members.iter().map(|(code, of)| (*code, of.as_slice())).collect();
        let moved = MovedBetween::new(&self.earlier.returns, &self.later.returns, members);
        let by_metric = self.by_metric();
        let change = |place: &&PublishedPlace| {
            let (then, now) = (self.earlier.figures.get(place), self.later.figures.get(place));
            let mut change = FigureChange::between(place, then, now)?;
            if let (Some(then), Some(now), Some(basis)) = (then, now, by_metric.get(place.metric_id.as_str())) {
                let at = ChangedAt { period: place.period, has_other_version: then.version != now.version };
                change.reason = Some(NamedReason(moved.reason(basis, &place.org_code, at)));
                change.submissions = moved.behind(basis, &place.org_code, place.period);
                change.submissions_behind = change.submissions.len();
                change.submissions.truncate(MOST_SUBMISSIONS);
            }
            Some(change)
        };
        ChangesFound {
            changes: places.iter().filter_map(change).collect(),
            submissions: moved.returns().iter().map(|one| MovedSubmission::of(one, self.definitions)).collect(),
        }
    }

    /// What the figures of each metric rest on, but for metrics of which the later release has another definition than the one
    /// at hand.
    fn by_metric(&self) -> BTreeMap<&str, ReturnsUsed<'_>> {
        let known = |metric: &&Metric| self.later.record.has_metric_of(self.definitions, metric);
        let metrics = self.definitions.metrics.iter().filter(known);
        metrics.map(|metric| (metric.id.as_str(), ReturnsUsed::of(metric, self.definitions))).collect()
    }
}

impl FigureChange {
    /// `None` where both releases have the same. Nothing is said of why.
    fn between(place: &PublishedPlace, then: Option<&LastFigure>, now: Option<&LastFigure>) -> Option<Self> {
        let change = match (then, now) {
            (Some(then), Some(now)) if !then.numbers().differ(now.numbers()) => return None,
            (Some(_), Some(_)) => WhatBecame::Changed,
            (None, _) => WhatBecame::New,
            (_, None) => WhatBecame::Gone,
        };
        Some(Self {
            metric_id: place.metric_id.clone(),
            category: Some(place.category.clone()).filter(|category| !category.is_empty()),
            org_code: place.org_code.clone(),
            period: place.period,
            change,
            earlier: then.map(ComparedFigure::of),
            later: now.map(ComparedFigure::of),
            reason: None,
            submissions: Vec::new(),
            submissions_behind: 0,
        })
    }
}

impl MovedSubmission {
    fn of(moved: &MovedReturn<'_>, definitions: &Definitions) -> Self {
        let (table, scope) = (&moved.of.table, &moved.of.scope);
        // Of a roll-up that is no longer defined nobody knows the dataset.
        let unknown = || DatasetOf { dataset: table.folder(), counted_by_sender: true };
        let DatasetOf { dataset, counted_by_sender } = DatasetOf::table(table, definitions).unwrap_or_else(unknown);
        Self {
            dataset,
            org_code: BodyId::clone(&scope.sender),
            first_month: scope.span.first,
            last_month: scope.span.last,
            submitted: moved.submitted,
            counted_by_sender,
            change: moved.change,
        }
    }
}

impl ComparedFigure {
    fn of(figure: &LastFigure) -> Self {
        let LastFigure { version, numerator, denominator, value, unit, status } = figure;
        Self {
            metric_version: *version,
            numerator: *numerator,
            denominator: *denominator,
            value: *value,
            unit: *unit,
            status: status.clone(),
        }
    }
}
