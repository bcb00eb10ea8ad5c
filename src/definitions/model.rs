//! What a definition says, as plain values: contracts, roll-ups and metrics.
//! No file is read here; see the sibling modules for that.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::quantity::{Better, Shape, Unit};

/// The type of a dataset's field; the Arrow types are Utf8, Int64, Boolean, Date32 and Timestamp(µs, UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    String,
    Integer,
    Boolean,
    Date,
    Timestamp,
}

/// What a failed rule does: refuse the submission, or be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Blocking,
    Warning,
}

/// One field of a dataset.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own that a contract answers")]
pub struct Field {
    pub name: String,
    pub field_type: FieldType,
    pub description: String,
    /// A null is a violation.
    pub required: bool,
    /// Part of the key; the key fields together are unique within a submission.
    pub key: bool,
    pub valid_values: Vec<String>,
    pub minimum: Option<i64>,
    pub maximum: Option<i64>,
    /// The form of a text.
    pub pattern: Option<Pattern>,
    /// Whether a date may lie after the day of submission, such as one by which something is due.
    pub may_lie_ahead: bool,
    /// Severity of a value outside `valid_values` or the range, or of another form; required and key are always blocking.
    pub severity: Severity,
    /// How `prepare` makes the field from a raw extract; without it the raw column of the same name is copied.
    pub preparation: Option<Preparation>,
    /// Whether files may lack the column, which then is null in every row: for a field that came later than the files.
    pub may_be_absent: bool,
}

/// A regular expression over a whole text, from `^` to `$`, that means the same to this program, its engine, and other
/// tools that read contracts.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    compiled: Regex,
}

impl Pattern {
    /// Errors: what is wrong with the expression, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('^') || !text.ends_with('$') {
            return Err("must begin with ^ and end with $, so that it is about the whole text".to_owned());
        }
        if text.contains('\'') {
            return Err("holds a single quote".to_owned());
        }
        let compiled = Regex::new(text).map_err(|_| "is not a regular expression".to_owned())?;
        if compiled.is_match("") {
            return Err("lets an empty text through; leave the field empty instead".to_owned());
        }
        Ok(Self { text: text.to_owned(), compiled })
    }

    /// The expression as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole text has the form.
    pub fn fits(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// How a field is made from a column of a force's raw extract, so that no identifier or text leaves the force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preparation {
    /// Names of raw columns, best first: the first that the extract has is used.
    pub from: Vec<String>,
    pub method: Method,
}

/// What is done to each value of a raw column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// A keyed hash of the value. References of one domain are the same for the same value in every dataset, and those of
    /// different domains cannot be joined.
    KeyedHash { domain: String },
    /// The same; an arrest/summons number has one hash in all its forms.
    AsnKeyedHash { domain: String },
    /// The number of characters.
    TextLength,
    /// Whether it is an arrest/summons number with the right check letter.
    AsnValid,
    /// Whether it is a PNC-ID with the right check letter.
    PncIdValid,
}

impl Method {
    /// The type of the field that it makes.
    pub fn field_type(&self) -> FieldType {
        match self {
            Self::KeyedHash { .. } | Self::AsnKeyedHash { .. } => FieldType::String,
            Self::TextLength => FieldType::Integer,
            Self::AsnValid | Self::PncIdValid => FieldType::Boolean,
        }
    }
}

/// A rule over several fields: `violation` is an SQL condition that is true on a row that breaks it.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossFieldRule {
    pub name: String,
    pub description: String,
    pub violation: String,
    pub severity: Severity,
}

/// The contract of one dataset, read from an Open Data Contract Standard v3 file.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    pub dataset: String,
    pub version: String,
    pub title: String,
    pub description: String,
    /// Reference datasets have no organisation and period in their path.
    pub reference: bool,
    pub fields: Vec<Field>,
    pub rules: Vec<CrossFieldRule>,
    /// Field whose London date must lie inside the submission's month.
    pub period_field: Option<String>,
    /// Days after the month's end by which a submission is due.
    pub deadline_days: Option<u32>,
    /// Kinds of organisation that must submit; the others may.
    pub expected_from: Vec<String>,
    /// The first month for which a submission is due; always if there is none. Earlier ones may be submitted.
    pub expected_since: Option<Month>,
}

impl Contract {
    /// Number of fields that every row must fill.
    pub fn required_fields(&self) -> usize {
        self.fields.iter().filter(|field| field.required).count()
    }
}

/// A column of a roll-up or of a metric's result.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub field_type: FieldType,
    #[serde(default)]
    pub nullable: bool,
    /// The only values of a key in a submitted roll-up; empty allows any.
    #[serde(default)]
    pub valid_values: Vec<String>,
    /// The form of a text in a submitted roll-up.
    #[serde(default)]
    pub pattern: Option<Pattern>,
    /// Whether a date of a submitted roll-up may lie after the day of submission.
    #[serde(default)]
    pub may_lie_ahead: bool,
    pub description: String,
}

/// A rule of a roll-up: `violation` is an SQL condition over its columns that is true on a row that breaks it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollupRule {
    pub name: String,
    pub description: String,
    pub violation: String,
}

/// `queries/rollups/<name>.toml`: one scan of one dataset into additive counts. The SQL beside it returns `keys`, then `measures`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollup {
    pub name: String,
    pub title: String,
    pub description: String,
    pub dataset: String,
    /// The first two are always `org_code` (string) and `month` (date).
    pub keys: Vec<StatementColumn>,
    /// Integers that may be added.
    pub measures: Vec<StatementColumn>,
    /// What the columns of a row must be to each other in a submitted roll-up; a row that breaks a rule refuses it.
    #[serde(default)]
    pub rules: Vec<RollupRule>,
    #[serde(skip)]
    pub sql: String,
}

/// What a public edition withholds of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disclosure {
    /// Nothing: the figure counts no cases.
    None,
    /// How an organisation does its work. A small count identifies nobody; a figure with a denominator below the minimum of
    /// the settings is withheld, whatever its numerator is.
    #[default]
    Work,
    /// Cases about persons: numerator, the rest of the denominator, and the denominator where it is a count of cases too.
    /// Counts from 1 to below the threshold of the settings are withheld, and whatever would reveal them.
    Persons,
    /// The same of the denominator alone: the cases are about persons, and what was done about them is the organisation's work.
    PersonsInDenominator,
}

impl Disclosure {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Work => "work",
            Self::Persons => "persons",
            Self::PersonsInDenominator => "persons_in_denominator",
        }
    }

    /// Whether small counts of the metric are protected.
    pub fn is_of_persons(self) -> bool {
        matches!(self, Self::Persons | Self::PersonsInDenominator)
    }
}

/// What a figure of a metric without a better side says when it is high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadsAs {
    /// That it is higher.
    #[default]
    Level,
    /// That more was recorded: whether more happened, or more was found and reported, it cannot say.
    Recorded,
}

/// How the series of a metric can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// Up and down.
    #[default]
    Varies,
    /// Only up or only down, by design, such as the share of a migration: its series has a trend, and neither limits of usual
    /// variation nor a shift about a median.
    Monotone,
}

/// How the months of a period combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Months are added.
    Flow,
    /// The last month stands for the period.
    Stock,
}

impl Aggregation {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Stock => "stock",
        }
    }
}

/// Role that answers for a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    ChiefOfficer,
    Manager,
    User,
    Supplier,
    Auditor,
    Trainer,
}

impl Role {
    /// All roles, in the order of tables.
    pub const ALL: [Self; 6] =
        [Self::ChiefOfficer, Self::Manager, Self::User, Self::Supplier, Self::Auditor, Self::Trainer];

    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChiefOfficer => "chief_officer",
            other => other.words(),
        }
    }

    /// The role in sentences.
    pub fn words(self) -> &'static str {
        match self {
            Self::ChiefOfficer => "chief officer",
            Self::Manager => "manager",
            Self::User => "user",
            Self::Supplier => "supplier",
            Self::Auditor => "auditor",
            Self::Trainer => "trainer",
        }
    }
}

/// How well the metric itself is documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    Documented,
    DocumentedHistorical,
    DocumentedLaw,
    Derived,
}

impl Evidence {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::DocumentedHistorical => "documented_historical",
            Self::DocumentedLaw => "documented_law",
            Self::Derived => "derived",
        }
    }
}

/// What a standard is. Only a law in force may be drawn as a current line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandardKind {
    Historical,
    CurrentLaw,
    FormerLaw,
    Expectation,
    Local,
}

impl StandardKind {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Historical => "historical",
            Self::CurrentLaw => "current_law",
            Self::FormerLaw => "former_law",
            Self::Expectation => "expectation",
            Self::Local => "local",
        }
    }
}

/// How a value is held against a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparator {
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = "<")]
    Under,
}

impl Comparator {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
            Self::Under => "under",
        }
    }
}

/// A dated standard. Both days are included; no last day means in force, or not known for a historical one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    pub level: f64,
    pub comparator: Comparator,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub kind: StandardKind,
    pub source: String,
    pub address: String,
    #[serde(default)]
    pub note: String,
    /// Codes of the organisations a local target is for; everybody if empty.
    #[serde(skip)]
    pub organisations: Vec<BodyId>,
}

impl Standard {
    /// Judged before rounding; a level that is exactly met is met.
    pub fn is_met_by(&self, value: f64) -> bool {
        match self.comparator {
            Comparator::AtLeast => value >= self.level,
            Comparator::AtMost => value <= self.level,
            Comparator::Under => value < self.level,
        }
    }

    /// Whether the figures of an organisation or aggregate are held against it.
    pub fn applies_to(&self, org_code: &BodyId) -> bool {
        self.organisations.is_empty() || self.organisations.iter().any(|code| code == org_code)
    }
}

/// Whether categories add up to the metric or each stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakdownKind {
    /// Disjoint parts; the headline is their sum.
    Parts,
    /// Each category is a figure of its own; the headline is the first category.
    Variants,
}

impl BreakdownKind {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parts => "parts",
            Self::Variants => "variants",
        }
    }
}

/// One category of a breakdown. A variant may have its own shape, unit and direction.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakdownCategory {
    pub key: String,
    pub title: String,
    pub shape: Option<Shape>,
    pub unit: Option<Unit>,
    pub better: Option<Better>,
}

/// The breakdown of a metric: the SQL returns the category's key in `column`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breakdown {
    pub column: String,
    pub title: String,
    pub kind: BreakdownKind,
    pub categories: Vec<BreakdownCategory>,
}

/// How long the cases of a metric took, in bands: read from a roll-up, and told beside the figure to those who may know of one
/// organisation. It is no figure of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delays {
    pub rollup: String,
    /// Key of the roll-up that holds the delay as an integer; empty in a case that has not ended.
    pub key: String,
    /// Measure of the roll-up that counts the cases.
    pub measure: String,
    /// The rows that count, where these are not all.
    pub only: Option<OnlyRows>,
    /// Hours or days.
    pub unit: Unit,
    /// The last delay of each band, rising; a band beyond and one for cases that have not ended follow.
    pub bands: Vec<i64>,
    /// The longest delay in time, where the law sets one in this unit.
    pub limit: Option<i64>,
    /// What is counted, and from when to when the delay runs.
    pub title: String,
    /// What is said of a case that has not ended, such as "not told".
    pub not_ended: String,
}

/// The rows of a roll-up with one value of a key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnlyRows {
    pub key: String,
    pub value: String,
}

/// One grade of a status. The SQL returns its level; a higher level stands for more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    pub level: i64,
    pub key: String,
    pub title: String,
}

/// One released wording and SQL of a metric. The first holds from the beginning, a later one from the month of its date.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricVersion {
    pub version: u32,
    pub date: NaiveDate,
    pub reason: String,
    /// Those of the metric's roll-ups that it rests on; all if empty.
    #[serde(default)]
    pub rollups: Vec<String>,
    /// In place of the metric's own number.
    pub earlier_months: Option<u8>,
    /// Why its figures say nothing of what changed: they are given as a level only, and are compared neither over time nor
    /// with each other.
    pub level_only: Option<String>,
    #[serde(skip)]
    pub sql: String,
}

/// `queries/metrics/<ID>/metric.toml` with its SQL: one documented metric.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    pub id: MetricId,
    pub title: String,
    /// Plain words, one or two sentences.
    pub definition: String,
    /// 1 to 10 of the Code.
    pub principle: u8,
    pub responsible: Vec<Role>,
    pub shape: Shape,
    pub numerator: String,
    pub denominator: String,
    /// The cases looked at are a sample of all, so that the figure says something of the others.
    #[serde(default)]
    pub sampled: bool,
    /// For a rate: its denominator is a count of events that vary by chance too, and no known exposure. It makes the shape
    /// [`Shape::CountRatio`].
    #[serde(default)]
    pub denominator_varies: bool,
    pub unit: Unit,
    pub better: Better,
    /// What it measures together with the other metrics of the same subject. Of a body subjects are counted and not metrics.
    pub subject: Option<String>,
    /// Why it has no subject and does not count when bodies are ranked.
    pub not_ranked: Option<String>,
    /// What a higher figure means where neither side is better, because more found and more recorded reads the same.
    #[serde(default)]
    pub reads_as: ReadsAs,
    pub aggregation: Aggregation,
    /// Months before a month whose records also count in it, because the event that decides the month comes later than the
    /// submission's: a figure needs their returns too.
    #[serde(default)]
    pub earlier_months: u8,
    /// Which event decides the month, in words.
    pub counted_by: String,
    /// For a distribution: the percentile that is the headline, such as 90.
    pub percentile: Option<u8>,
    /// For a distribution: the last bin of the histogram, which means this long or longer.
    pub cap: Option<i64>,
    pub rollups: Vec<String>,
    /// Settings that the SQL takes as `$name`.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// The greatest value of those that the roll-ups cannot count beyond.
    #[serde(default)]
    pub parameters_at_most: BTreeMap<String, i64>,
    pub evidence: Evidence,
    #[serde(default)]
    pub disclosure: Disclosure,
    /// Whether the units of the denominator are no cases that could each have gone otherwise, such as the minutes of an
    /// outage: figures have no interval of chance, and differences have one only where a control chart shows how far the
    /// series varies.
    #[serde(default)]
    pub dependent_units: bool,
    /// How its series can run.
    #[serde(default)]
    pub course: Course,
    /// Differences to peers that do not matter: percentage points of a share, the unit of a delay, a factor of a rate.
    /// Without one nothing is called similar.
    pub margin: Option<f64>,
    /// Per cent of the expected cases below which an aggregate's figure is provisional.
    #[serde(default = "least_completeness")]
    pub least_completeness: u8,
    #[serde(default)]
    pub caveats: Vec<String>,
    #[serde(default)]
    pub standards: Vec<Standard>,
    pub breakdown: Option<Breakdown>,
    pub delays: Option<Delays>,
    /// For a status: its grades.
    #[serde(default)]
    pub grades: Vec<Grade>,
    pub versions: Vec<MetricVersion>,
}

/// A figure that lacks more than two in a hundred of its cases is provisional unless its metric says otherwise.
fn least_completeness() -> u8 {
    98
}

impl Metric {
    /// Id and title, as headings and links have them.
    pub fn heading(&self) -> String {
        format!("{} {}", self.id, self.title)
    }

    /// Whether its figures or its delays are made from a roll-up.
    pub fn reads(&self, rollup: &str) -> bool {
        let has_delays = self.delays.as_ref().is_some_and(|delays| delays.rollup == rollup);
        has_delays || self.rollups.iter().any(|name| name == rollup)
    }

    /// The version in effect in a month.
    pub fn version_at(&self, month: Month) -> Option<&MetricVersion> {
        let later = self.versions.iter().skip(1).rev().find(|version| Month::of(version.date) <= month);
        later.or_else(|| self.versions.first())
    }

    fn version(&self, number: u32) -> Option<&MetricVersion> {
        self.versions.iter().find(|version| version.version == number)
    }

    /// Why a figure of a version, by its number, is a level only; `None` of one that may be compared.
    pub fn level_only(&self, version: u32) -> Option<&str> {
        self.version(version)?.level_only.as_deref()
    }

    /// Roll-ups that the figures of a month rest on, where these are not all of the metric's.
    pub fn own_rollups_at(&self, month: Month) -> Option<&[String]> {
        self.version_at(month).map(|version| version.rollups.as_slice()).filter(|rollups| !rollups.is_empty())
    }

    /// Months before a month whose returns its figure needs too.
    pub fn earlier_months_at(&self, month: Month) -> u8 {
        self.version_at(month).and_then(|version| version.earlier_months).unwrap_or(self.earlier_months)
    }

    /// The caveats of the file, then what follows from its other lines.
    pub fn all_caveats(&self) -> Vec<String> {
        let earlier = match self.earlier_months {
            0 => None,
            1 => Some("the month before".to_owned()),
            number => Some(format!("the {number} months before")),
        };
        let until = self.versions.iter().find(|version| version.earlier_months == Some(0));
        let until = until.map_or_else(String::new, |version| format!("Before version {}: ", version.version));
        let earlier = earlier.map(|earlier| {
            format!(
                "{until}The figure of a month needs the return of {earlier} too. An organisation that did not make it has no \
                 figure for the month, and the sums for the nation, regions and peers leave out its records of the month."
            )
        });
        let level_only = self.versions.iter().filter_map(|version| {
            Some(format!("Version {} is a level only. {}", version.version, version.level_only.as_ref()?))
        });
        self.caveats.iter().cloned().chain(earlier).chain(level_only).collect()
    }

    /// The standard that held throughout the period for the organisation: law before a local target before any other, then
    /// the latest. A historical standard whose last day is not known holds only in the period of its first day: it is never
    /// carried forward.
    pub fn standard_for(&self, org_code: &BodyId, period: Period) -> Option<&Standard> {
        let holds = |standard: &&Standard| {
            let open_ended =
                matches!(standard.kind, StandardKind::CurrentLaw | StandardKind::Expectation | StandardKind::Local);
            match standard.to {
                Some(to) => standard.from <= period.start() && period.end() <= to,
                None if open_ended => standard.from <= period.start(),
                None => period.start() <= standard.from && standard.from <= period.end(),
            }
        };
        let rank = |standard: &&Standard| match standard.kind {
            StandardKind::CurrentLaw | StandardKind::FormerLaw => 2,
            StandardKind::Local => 1,
            StandardKind::Expectation | StandardKind::Historical => 0,
        };
        let standards = self.standards.iter().filter(holds).filter(|standard| standard.applies_to(org_code));
        standards.max_by_key(|standard| (rank(standard), standard.from))
    }

    /// Whether the version changes after the period before ended and before this one ends: figures on both sides do not
    /// compare.
    pub fn breaks_in(&self, period: Period) -> bool {
        let before = period.first.plus(-1);
        self.version_at(before).map(|v| v.version) != self.version_at(period.last()).map(|v| v.version)
    }

    /// Whether the period itself counts some months by another version than others.
    pub fn mixes_in(&self, period: Period) -> bool {
        self.version_at(period.first).map(|v| v.version) != self.version_at(period.last()).map(|v| v.version)
    }
}
