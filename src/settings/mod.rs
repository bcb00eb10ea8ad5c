//! Settings: what an installation decides. Read from `leds-metrics.toml`, unknown keys refused; flags win over it.
//! It holds no standard: a parameter without a documented value has no default.
//!
//! The settings that decide a figure are one value, [`FigureSettings`]. The identity of a release covers the whole value and
//! the run record holds it, so that a release can be made again from its record.

mod cluster;
mod decisions;
mod disclosure;
mod editions;
mod effective;
mod fault;
mod notes;
mod notify;
mod parity;
mod peers;
mod publication;
mod retention;
mod schedules;
mod schema;
mod shape;
mod stores;
mod targets;
mod unfit;
mod verdict;
mod webhook;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::vocabulary::copy_format::CopyFormatError;
use crate::vocabulary::period::PeriodType;

pub use cluster::ClusterSection;
pub use decisions::{Decision, DecisionError, DecisionKind, check_decisions};
pub use disclosure::{DisclosureSection, Protection};
pub use editions::EditionsSection;
pub use effective::{EffectiveKey, EffectiveSettings, SettingOrigin};
pub use fault::TomlFault;
pub use notify::NotifySection;
pub use parity::{ParityError, ParityWish, check_parity};
pub use peers::{PeerChoice, PeersSection};
pub use publication::{PublicationSection, UnsetPublication};
pub use retention::RetentionSection;
pub use schedules::{CatchUp, ScheduleError, ScheduleSection, WaitFor, check_schedules};
pub use schema::settings_schema;
pub use stores::StoresSection;
pub use targets::{LocalTarget, TargetError, check_target_organisations, check_targets, with_targets};
pub use unfit::UnfitError;
pub use verdict::VerdictSection;
pub use webhook::{WebhookAddress, WebhookAddressError};

/// Name of the settings file that is read from the current folder when none is named.
pub const DEFAULT_FILE: &str = "leds-metrics.toml";

/// A settings file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("settings {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("settings {path}")]
    Parse {
        path: PathBuf,
        #[source]
        source: TomlFault,
    },
    #[error("the settings cannot be written down")]
    Unwritten(#[source] serde_json::Error),
    #[error("settings {path}")]
    Record {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("settings {path}: {key} is {value}, but must be {least} to {most}")]
    Range { path: PathBuf, key: String, value: i128, least: i128, most: i128 },
    #[error("settings {path}: late.months is {months}, but must be 1 to {MOST_LATE_MONTHS}")]
    LateMonths { path: PathBuf, months: u32 },
    #[error(
        "settings {path}: disclosure.threshold is {threshold}, but must be 2 to {MOST_THRESHOLD}: counts from 1 to below it are withheld"
    )]
    Threshold { path: PathBuf, threshold: i64 },
    #[error(
        "settings {path}: disclosure.minimum_denominator is {minimum}, but must be 1 to {MOST_MINIMUM}: figures with fewer cases are withheld from the public edition; 1 withholds none"
    )]
    MinimumDenominator { path: PathBuf, minimum: i64 },
    #[error("settings {path}")]
    Schedules {
        path: PathBuf,
        #[source]
        source: ScheduleError,
    },
    #[error("settings {path}: notify.webhook")]
    Webhook {
        path: PathBuf,
        #[source]
        source: WebhookAddressError,
    },
    #[error("settings {path}: editions.copies")]
    Copies {
        path: PathBuf,
        #[source]
        source: CopyFormatError,
    },
}

impl SettingsError {
    /// How the operator may go on, where the error does not say so itself.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Record { .. } => {
                Some("a settings file that ends in .json is read as the run record of a release; name a .toml file")
            }
            _ => None,
        }
    }
}

/// Forty years of months.
const MOST_PERIODS: u16 = 480;

/// Twenty years of months and of quarters, and forty of years.
const MOST_MONTHS: u16 = 240;
const MOST_QUARTERS: u16 = 80;
const MOST_YEARS: u16 = 40;

/// A larger threshold would withhold figures that are not small.
const MOST_THRESHOLD: i64 = 100;

/// A larger minimum would withhold most bodies of a nation.
const MOST_MINIMUM: i64 = 1_000;

/// A trend of months has few that are older.
const MOST_LATE_MONTHS: u32 = 24;

/// Threads beyond this are no help to anybody.
const MOST_THREADS: usize = 1_024;

/// The engine needs some memory to work at all; more than this no computer has.
const LEAST_MEMORY_MIB: usize = 64;
const MOST_MEMORY_MIB: usize = 16 * 1024 * 1024;

/// Rows of a `sql` statement are held in memory until they are written.
const MOST_SQL_ROWS: usize = 1_000_000_000;

/// Parameters of metrics are numbers of days or months: none lasts longer than a century.
const MOST_DAYS: i64 = 36_500;

/// An hour: whoever is told of a run is told soon, and a store that is silent for longer is for the schedule, which tries the whole
/// run again.
const MOST_SECONDS: u32 = 3_600;

/// A larger margin would call nearly all figures close.
const MOST_MARGIN_PERCENT: u32 = 400;

/// All settings of a run.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub engine: EngineSection,
    pub sql: SqlSection,
    /// How object stores are asked.
    pub stores: StoresSection,
    /// Other computers that read submissions.
    pub cluster: ClusterSection,
    /// Releases that are made without anyone asking.
    pub schedules: Vec<ScheduleSection>,
    /// Who is told of each run.
    pub notify: NotifySection,
    /// What `prune` may remove.
    pub retention: RetentionSection,
    pub figures: FigureSettings,
}

/// The settings that decide what a release says. The others decide only how fast it is made, and in how much memory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureSettings {
    pub trend: TrendSection,
    pub disclosure: DisclosureSection,
    pub peers: PeersSection,
    pub late: LateSection,
    /// Parameters of metrics by name, such as `dormant_days`. No defaults: an unset one leaves its metric without a figure, and says so.
    pub parameters: BTreeMap<String, i64>,
    /// Levels set locally for a metric, with dates.
    pub targets: Vec<LocalTarget>,
    /// What named people decided about the series of metrics.
    pub decisions: Vec<Decision>,
    /// Metrics that are also judged by the rules of other packages.
    pub parity: ParityWish,
    /// How large a difference must be to count.
    pub verdict: VerdictSection,
    /// Who publishes, and what readers are told.
    pub publication: PublicationSection,
    /// What editions hold beside their pages.
    pub editions: EditionsSection,
}

/// The settings file as it is typed: every section may be left out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SettingsFile {
    engine: EngineSection,
    sql: SqlSection,
    stores: StoresSection,
    cluster: ClusterSection,
    schedules: Vec<ScheduleSection>,
    notify: NotifySection,
    retention: RetentionSection,
    trend: TrendSection,
    disclosure: DisclosureSection,
    peers: PeersSection,
    late: LateSection,
    parameters: BTreeMap<String, i64>,
    targets: Vec<LocalTarget>,
    decisions: Vec<Decision>,
    parity: ParityWish,
    verdict: VerdictSection,
    publication: PublicationSection,
    editions: EditionsSection,
}

impl From<SettingsFile> for Settings {
    /// Names every section, so that a new one must be given its place here: beside the figures or among what decides them.
    fn from(file: SettingsFile) -> Self {
        let SettingsFile {
            engine,
            sql,
            stores,
            cluster,
            schedules,
            notify,
            retention,
            trend,
            disclosure,
            peers,
            late,
            parameters,
            targets,
            decisions,
            parity,
            verdict,
            publication,
            editions,
        } = file;
        let figures = FigureSettings {
            trend,
            disclosure,
            peers,
            late,
            parameters,
            targets,
            decisions,
            parity,
            verdict,
            publication,
            editions,
        };
        Self { engine, sql, stores, cluster, schedules, notify, retention, figures }
    }
}

impl From<Settings> for SettingsFile {
    /// The file that gives the same settings.
    fn from(settings: Settings) -> Self {
        let Settings { engine, sql, stores, cluster, schedules, notify, retention, figures } = settings;
        let FigureSettings {
            trend,
            disclosure,
            peers,
            late,
            parameters,
            targets,
            decisions,
            parity,
            verdict,
            publication,
            editions,
        } = figures;
        Self {
            engine,
            sql,
            stores,
            cluster,
            schedules,
            notify,
            retention,
            trend,
            disclosure,
            peers,
            late,
            parameters,
            targets,
            decisions,
            parity,
            verdict,
            publication,
            editions,
        }
    }
}

/// What the run record of a release says of settings.
#[derive(Debug, Deserialize)]
struct RecordedSettings {
    settings: FigureSettings,
}

/// Threads and memory of the engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineSection {
    /// 0 takes one thread for each core.
    pub threads: usize,
    pub memory_limit_mib: usize,
}

impl Default for EngineSection {
    fn default() -> Self {
        Self { threads: 0, memory_limit_mib: 512 }
    }
}

impl EngineSection {
    /// Threads to use, at least one.
    pub fn thread_count(&self) -> usize {
        if self.threads > 0 { self.threads } else { std::thread::available_parallelism().map_or(1, usize::from) }
    }
}

/// What a statement of `sql` may ask for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SqlSection {
    /// A result with more rows is an error.
    pub most_rows: usize,
}

impl Default for SqlSection {
    fn default() -> Self {
        Self { most_rows: 1_000_000 }
    }
}

/// How long data may come in late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LateSection {
    /// Whole months from the end of an event month to the day on which it is taken as complete.
    pub months: u32,
}

impl Default for LateSection {
    fn default() -> Self {
        Self { months: 6 }
    }
}

/// How many periods a trend shows, by kind of period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrendSection {
    pub month: u16,
    pub quarter: u16,
    pub year: u16,
    /// Periods of the series of the nation and its regions.
    pub national: SeriesLength,
}

/// How far a series goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "\"all\", or a number of periods")]
pub enum SeriesLength {
    /// So many periods, the one asked for included; at least those of the trend.
    Periods(u16),
    /// As far as the returns do.
    All(AllPeriods),
}

/// The word for all periods in settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AllPeriods {
    #[serde(rename = "all")]
    All,
}

impl Default for SeriesLength {
    fn default() -> Self {
        Self::All(AllPeriods::All)
    }
}

impl Default for TrendSection {
    fn default() -> Self {
        Self { month: 13, quarter: 13, year: 5, national: SeriesLength::default() }
    }
}

impl TrendSection {
    /// Periods shown for a kind, the asked one included.
    pub fn periods(self, kind: PeriodType) -> i32 {
        let periods = match kind {
            PeriodType::Month => self.month,
            PeriodType::FyQuarter | PeriodType::CalQuarter | PeriodType::Rolling12m => self.quarter,
            PeriodType::FinancialYear | PeriodType::CalendarYear => self.year,
        };
        i32::from(periods.max(1))
    }

    /// Periods of the series of the nation and its regions, of which the returns go back `held` periods.
    pub fn national_periods(self, kind: PeriodType, held: i32) -> i32 {
        let asked = match self.national {
            SeriesLength::Periods(periods) => i32::from(periods),
            SeriesLength::All(AllPeriods::All) => held.min(i32::from(MOST_PERIODS)),
        };
        asked.max(self.periods(kind))
    }

    /// Each key with its value and the most it may be.
    fn lengths(self) -> impl Iterator<Item = (&'static str, u16, u16)> {
        let national = match self.national {
            SeriesLength::Periods(periods) => Some(("national", periods, MOST_PERIODS)),
            SeriesLength::All(AllPeriods::All) => None,
        };
        let trend = [
            ("month", self.month, MOST_MONTHS),
            ("quarter", self.quarter, MOST_QUARTERS),
            ("year", self.year, MOST_YEARS),
        ];
        trend.into_iter().chain(national)
    }
}

/// A settings file, or a run record that stands for one, as it is written.
struct WrittenSettings {
    path: PathBuf,
    text: String,
}

impl WrittenSettings {
    /// The named file, or [`DEFAULT_FILE`] if there is one.
    fn read(named: Option<&Path>) -> Result<Option<Self>, SettingsError> {
        let path = match named {
            Some(path) => path.to_owned(),
            None if Path::new(DEFAULT_FILE).is_file() => PathBuf::from(DEFAULT_FILE),
            None => return Ok(None),
        };
        let text =
            std::fs::read_to_string(&path).map_err(|source| SettingsError::Read { path: path.clone(), source })?;
        Ok(Some(Self { path, text }))
    }

    fn is_record(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
    }

    fn parse(&self) -> Result<Settings, SettingsError> {
        if self.is_record() {
            return Settings::parse_record(&self.path, &self.text);
        }
        Settings::parse(&self.path, &self.text)
    }
}

impl Settings {
    /// Reads the named file, or [`DEFAULT_FILE`] if there is one, or takes the defaults. The run record of a release gives the
    /// settings that decided its figures; the engine then has its defaults.
    pub fn load(named: Option<&Path>) -> Result<Self, SettingsError> {
        let Some(file) = WrittenSettings::read(named)? else { return Ok(Self::default()) };
        file.parse()
    }

    /// Reads settings from text; `path` is for messages.
    pub fn parse(path: &Path, text: &str) -> Result<Self, SettingsError> {
        let file: SettingsFile = toml::from_str(text)
            .map_err(|source: toml::de::Error| SettingsError::Parse { path: path.to_owned(), source: source.into() })?;
        let settings = Self::from(file);
        settings.check_ranges(path)?;
        Ok(settings)
    }

    /// Takes the settings out of the run record of a release; `path` is for messages.
    ///
    /// # Errors
    /// A record that holds no settings, or some that cannot be used.
    pub fn parse_record(path: &Path, text: &str) -> Result<Self, SettingsError> {
        let record: RecordedSettings =
            serde_json::from_str(text).map_err(|source| SettingsError::Record { path: path.to_owned(), source })?;
        let settings = Self { figures: record.settings, ..Self::default() };
        settings.check_ranges(path)?;
        Ok(settings)
    }

    fn check_ranges(&self, path: &Path) -> Result<(), SettingsError> {
        let check = |key: &str, value: i128, least: i128, most: i128| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            Err(SettingsError::Range { path: path.to_owned(), key: key.to_owned(), value, least, most })
        };
        let number = |number: usize| i128::try_from(number).unwrap_or(i128::MAX);
        let (engine, memory) = (&self.engine, (number(LEAST_MEMORY_MIB), number(MOST_MEMORY_MIB)));
        check("engine.threads", number(engine.threads), 0, number(MOST_THREADS))?;
        check("engine.memory_limit_mib", number(engine.memory_limit_mib), memory.0, memory.1)?;
        check("sql.most_rows", number(self.sql.most_rows), 1, number(MOST_SQL_ROWS))?;
        check("stores.retry_seconds", self.stores.retry_seconds.into(), 0, MOST_SECONDS.into())?;
        check("cluster.patience_seconds", self.cluster.patience_seconds.into(), 1, MOST_SECONDS.into())?;
        check("notify.timeout_seconds", self.notify.timeout_seconds.into(), 1, MOST_SECONDS.into())?;
        let RetentionSection { revisions, periods, work_mib } = &self.retention;
        if let Some(revisions) = revisions {
            check("retention.revisions", (*revisions).into(), 1, retention::MOST_REVISIONS.into())?;
        }
        for (kind, kept) in periods {
            let key = format!("retention.periods.{}", kind.as_str());
            check(&key, (*kept).into(), 1, retention::MOST_KEPT_PERIODS.into())?;
        }
        if let Some(work_mib) = work_mib {
            check("retention.work_mib", (*work_mib).into(), 1, retention::MOST_WORK_MIB.into())?;
        }
        let FigureSettings { trend, disclosure, late, parameters, verdict, editions, .. } = &self.figures;
        for (name, value) in parameters {
            check(&format!("parameters.{name}"), i128::from(*value), 0, i128::from(MOST_DAYS))?;
        }
        for (key, periods, most) in trend.lengths() {
            check(&format!("trend.{key}"), i128::from(periods), 1, i128::from(most))?;
        }
        check("verdict.margin_percent", verdict.margin_percent.into(), 1, MOST_MARGIN_PERCENT.into())?;
        let threshold = disclosure.threshold;
        if !(2..=MOST_THRESHOLD).contains(&threshold) {
            return Err(SettingsError::Threshold { path: path.to_owned(), threshold });
        }
        let minimum = disclosure.minimum_denominator;
        if !(1..=MOST_MINIMUM).contains(&minimum) {
            return Err(SettingsError::MinimumDenominator { path: path.to_owned(), minimum });
        }
        let months = late.months;
        if !(1..=MOST_LATE_MONTHS).contains(&months) {
            return Err(SettingsError::LateMonths { path: path.to_owned(), months });
        }
        check_schedules(&self.schedules)
            .map_err(|source| SettingsError::Schedules { path: path.to_owned(), source })?;
        let webhook = self.notify.webhook.check();
        webhook.map_err(|source| SettingsError::Webhook { path: path.to_owned(), source })?;
        let mut copies = editions.copies.iter();
        let unavailable = copies.find_map(|copy| copy.available().err());
        unavailable.map_or(Ok(()), |source| Err(SettingsError::Copies { path: path.to_owned(), source }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::Definitions;

    fn parse(text: &str) -> Result<Settings, SettingsError> {
        Settings::parse(Path::new("settings.toml"), text)
    }

    /// The page of settings is read as a file of settings, and its values outside the examples are the defaults.
    #[test]
    fn the_documented_settings_are_those_there_are() {
        let page = include_str!("../../docs/settings.md");
        let text = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let (shown, default) = (parse(text).unwrap(), Settings::default());
        assert_eq!(shown.figures.targets.len(), 1);
        check_targets(&shown.figures.targets, &Definitions::built_in().unwrap().metrics, &[]).unwrap();
        check_decisions(&shown.figures.decisions, &Definitions::built_in().unwrap().metrics).unwrap();
        let kinds: std::collections::BTreeSet<String> =
            shown.figures.decisions.iter().map(|one| format!("{:?}", one.kind)).collect();
        assert_eq!(kinds.len(), 4);
        assert_eq!(format!("{:?}", shown.engine), format!("{:?}", default.engine));
        check_parity(&shown.figures.parity, &Definitions::built_in().unwrap().metrics).unwrap();
        let apart_from_examples = FigureSettings {
            parameters: shown.figures.parameters.clone(),
            targets: shown.figures.targets.clone(),
            decisions: shown.figures.decisions.clone(),
            parity: shown.figures.parity.clone(),
            publication: shown.figures.publication.clone(),
            ..default.figures
        };
        assert_eq!(shown.figures, apart_from_examples);
    }

    #[test]
    fn a_trend_has_a_least_and_a_greatest_length() {
        assert_eq!(parse("[trend]\nmonth = 240\nquarter = 80\nyear = 40").unwrap().figures.trend.quarter, 80);
        let message = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(
            message("[trend]\nquarter = 400"),
            "settings settings.toml: trend.quarter is 400, but must be 1 to 80"
        );
        assert!(message("[trend]\nmonth = 0").ends_with("trend.month is 0, but must be 1 to 240"));
    }

    #[test]
    fn nothing_is_removed_unless_a_number_is_set() {
        assert_eq!(parse("").unwrap().retention, RetentionSection::default());
        let set =
            parse("[retention]\nrevisions = 2\nperiods = { month = 24, rolling_12m = 4 }\nwork_mib = 100").unwrap();
        let periods = [(PeriodType::Month, 24), (PeriodType::Rolling12m, 4)].into();
        assert_eq!(set.retention, RetentionSection { revisions: Some(2), periods, work_mib: Some(100) });
        for wrong in
            ["revisions = 0", "periods = { month = 0 }", "periods = { quarter = 2 }", "work_mib = 0", "days = 3"]
        {
            assert!(parse(&format!("[retention]\n{wrong}")).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn the_stand_in_for_peers_is_named() {
        assert_eq!(parse("").unwrap().figures.peers.fallback, PeerChoice::Region);
        let peers = parse("[peers]\nfallback = \"size_band\"\nignore_supplied = true").unwrap().figures.peers;
        assert_eq!(peers, PeersSection { fallback: PeerChoice::SizeBand, ignore_supplied: true });
        assert!(parse("[peers]\nfallback = \"family\"").is_err());
    }

    #[test]
    fn a_month_is_complete_after_half_a_year_unless_set() {
        assert_eq!(parse("").unwrap().figures.late.months, 6);
        assert_eq!(parse("[late]\nmonths = 12").unwrap().figures.late.months, 12);
        for wrong in ["months = 0", "months = 25", "lags = 3"] {
            assert!(parse(&format!("[late]\n{wrong}")).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn a_margin_is_a_quarter_of_the_deviation_unless_set() {
        assert_eq!(parse("").unwrap().figures.verdict.margin_percent, 25);
        assert_eq!(parse("[verdict]\nmargin_percent = 50").unwrap().figures.verdict.margin_percent, 50);
        for wrong in ["margin_percent = 0", "margin_percent = 401", "margin = 25"] {
            assert!(parse(&format!("[verdict]\n{wrong}")).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn disclosure_has_defaults_and_is_read_strictly() {
        let default = parse("").unwrap().figures.disclosure;
        assert_eq!((default.threshold, default.protection), (5, Protection::TwoValues));
        assert_eq!(default.minimum_denominator, 10);
        assert_eq!(parse("[disclosure]\nminimum_denominator = 1").unwrap().figures.disclosure.minimum_denominator, 1);
        let range = parse("[disclosure]\nthreshold = 10\nprotection = \"range\"").unwrap().figures.disclosure;
        assert_eq!((range.threshold, range.protection), (10, Protection::Range));
        for wrong in [
            "protection = \"none\"",
            "threshold = 1",
            "threshold = 0",
            "threshold = 101",
            "limit = 5",
            "minimum_denominator = 0",
            "minimum_denominator = 1001",
        ] {
            assert!(parse(&format!("[disclosure]\n{wrong}")).is_err(), "{wrong} was taken");
        }
    }
}
