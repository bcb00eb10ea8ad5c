//! Monthly rows of earlier runs: a metric whose statements and tables are what they were has the rows that it had.
//! A file is written once, under a name made from all that its rows follow from; a damaged one is as good as none.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow::datatypes::{DataType, Date32Type, Field, Int32Type, Int64Type, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use rayon::prelude::*;

use super::monthly::{Amounts, MonthlyRow};
use super::{MetricError, compute_monthly};
use crate::contract::month_days;
use crate::definitions::model::Metric;
use crate::engine::{ENGINE_VERSION, Engine, QueryTable, schema_of};
use crate::files::{mark_used, read_remembered, write_remembered};
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Month;

/// Part of every key; another number when the files or what is read into them change.
const FORMAT: u32 = 1;
/// Files and bytes that are kept of one metric: enough for the earlier days of several kinds of period.
const MOST_FILES: usize = 128;
const MOST_BYTES: u64 = 64 << 20;
/// What was used so lately stays: another run may be at work with it.
const KEPT: Duration = Duration::from_hours(24);

/// What each table of a run was made of, by name: tables with equal identities have equal rows.
pub type Identities = BTreeMap<String, String>;

/// The folder of remembered rows.
#[derive(Debug, Clone)]
pub struct RememberedRows {
    folder: PathBuf,
}

/// The rows of each metric over one set of tables: which an earlier run left, and the names under which this one leaves the
/// others. It holds no rows: they are read when a metric is looked at.
#[derive(Debug, Default)]
pub struct Monthly {
    /// By metric; `None` for one that is computed each time.
    keys: BTreeMap<MetricId, Option<String>>,
    /// Bytes of those that are there and whole.
    recalled: BTreeMap<MetricId, usize>,
}

/// What the rows of metrics are computed by, and where they are kept.
#[derive(Clone, Copy)]
pub struct Computation<'a> {
    pub engine: &'a Engine,
    /// By the names that statements give them.
    pub parameters: &'a BTreeMap<String, i64>,
    pub remembered: &'a RememberedRows,
}

impl RememberedRows {
    /// Rows are kept below `folder`, which need not be there.
    pub fn below(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Looks up each metric. One that reads a table without an identity is computed each time, and one without a setting
    /// that it needs is not kept.
    pub fn recall<'m>(
        &self,
        metrics: impl Iterator<Item = &'m Metric>,
        identities: &Identities,
        settings: &BTreeMap<String, i64>,
    ) -> Monthly {
        let keys: BTreeMap<MetricId, Option<String>> =
            metrics.map(|metric| (metric.id.clone(), key(metric, identities, settings))).collect();
        let found = |(id, key): (&MetricId, &Option<String>)| {
            let path = self.path(id, key.as_deref()?);
            let bytes = read_remembered(&path).ok()??.len();
            mark_used(&path);
            Some((id.clone(), bytes))
        };
        let recalled = keys.par_iter().filter_map(found).collect();
        Monthly { keys, recalled }
    }

    /// Removes what was not used for longest, beyond what is kept of each metric. What cannot be removed stays until the
    /// next run: another one may have taken it away, and room on the disk is no reason to withhold figures.
    pub fn forget_oldest(&self) {
        for folder in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            forget_oldest(&folder.path());
        }
    }

    fn path(&self, metric: &str, key: &str) -> PathBuf {
        self.folder.join(metric).join(format!("{key}.rows"))
    }
}

impl Monthly {
    /// Whether the metric was looked up and has to be computed, for which its tables are needed.
    pub fn lacks(&self, metric: &Metric) -> bool {
        self.keys.contains_key(&metric.id) && !self.recalled.contains_key(&metric.id)
    }

    /// Metrics that need not be computed.
    pub fn recalled_metrics(&self) -> usize {
        self.recalled.len()
    }

    /// The size in bytes of what an earlier run left of the metric.
    pub fn recalled_bytes(&self, metric: &Metric) -> Option<usize> {
        self.recalled.get(&metric.id).copied()
    }

    /// The rows of a metric: recalled, or computed and kept.
    pub async fn rows(
        &self,
        metric: &Metric,
        tables: &BTreeMap<String, QueryTable>,
        computation: &Computation<'_>,
    ) -> Result<Vec<MonthlyRow>, MetricError> {
        let path = self.keys.get(&metric.id).and_then(Option::as_ref);
        let path = path.map(|key| computation.remembered.path(&metric.id, key));
        let wrong =
            |path: &Path, source| MetricError::Remembered { metric: metric.id.clone(), path: path.to_owned(), source };
        if let Some(path) = path.as_ref().filter(|_| self.recalled.contains_key(&metric.id)) {
            let lost = || io::Error::new(io::ErrorKind::NotFound, "the file was whole when this run began");
            return read(path).ok_or_else(|| wrong(path, lost()));
        }
        let rows = compute_monthly(computation.engine, metric, tables, computation.parameters).await?;
        if let Some(path) = path {
            keep(&path, &rows).map_err(|source| wrong(&path, source))?;
        }
        Ok(rows)
    }
}

fn keep(path: &Path, rows: &[MonthlyRow]) -> io::Result<()> {
    let content = encode(rows).map_err(io::Error::other)?;
    write_remembered(path, &content)
}

/// A hash of all that a metric's monthly rows follow from; `None` if it reads a table without an identity or lacks a setting.
fn key(metric: &Metric, identities: &Identities, settings: &BTreeMap<String, i64>) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update(b"\0");
    };
    add(&format!("{FORMAT} {} {ENGINE_VERSION}", env!("CARGO_PKG_VERSION")));
    add(&format!("{:?} {:?} {:?} {:?}", metric.shape, metric.breakdown, metric.grades, metric.versions));
    for name in &metric.parameters {
        add(&format!("{name} {}", settings.get(name)?));
    }
    for name in &metric.rollups {
        add(&format!("{name} {}", identities.get(name)?));
    }
    // Tables that every statement may read count where one names them.
    let named = |name: &&str| metric.versions.iter().any(|version| version.sql.contains(name));
    for name in ["months", "organisations"].iter().filter(|name| named(name)) {
        add(&format!("{name} {:?}", identities.get(*name)));
    }
    Some(hasher.finalize().to_hex().to_string())
}

fn forget_oldest(folder: &Path) {
    let file = |entry: std::fs::DirEntry| {
        let metadata = entry.metadata().ok()?;
        Some((metadata.modified().ok()?, entry.path(), metadata.len()))
    };
    let mut files: Vec<(SystemTime, PathBuf, u64)> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().filter_map(file).collect();
    files.sort_by(|one, other| other.cmp(one));
    let now = SystemTime::now();
    let mut bytes = 0;
    for (place, (used, path, size)) in files.iter().enumerate() {
        bytes += size;
        let spare = place >= MOST_FILES || bytes > MOST_BYTES;
        if spare && now.duration_since(*used).is_ok_and(|age| age > KEPT) {
            let _ = std::fs::remove_file(path);
        }
    }
}

const COUNTS: i32 = 0;
const DELAY: i32 = 1;
const GRADE: i32 = 2;

fn schema() -> SchemaRef {
    schema_of(vec![
        Field::new("org_code", DataType::Utf8, false),
        Field::new("month", DataType::Date32, false),
        Field::new("category", DataType::Utf8, true),
        Field::new("kind", DataType::Int32, false),
        Field::new("first", DataType::Int64, false),
        Field::new("second", DataType::Int64, true),
        Field::new("observed", DataType::Boolean, false),
    ])
}

/// Kind, numerator or value or level, denominator or count, whether a delay is observed.
fn parts(amounts: Amounts) -> (i32, i64, Option<i64>, bool) {
    match amounts {
        Amounts::Counts { numerator, denominator } => (COUNTS, numerator, denominator, false),
        Amounts::Delay { value, observed, count } => (DELAY, value, Some(count), observed),
        Amounts::Grade(level) => (GRADE, level, None, false),
    }
}

fn amounts(parts: (i32, i64, Option<i64>, bool)) -> Option<Amounts> {
    match parts {
        (COUNTS, numerator, denominator, _) => Some(Amounts::Counts { numerator, denominator }),
        (DELAY, value, Some(count), observed) => Some(Amounts::Delay { value, observed, count }),
        (GRADE, level, None, _) => Some(Amounts::Grade(level)),
        _ => None,
    }
}

fn encode(rows: &[MonthlyRow]) -> Result<Vec<u8>, ArrowError> {
    let part = || rows.iter().map(|row| parts(row.amounts));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.org_code.as_str()))),
        Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| month_days(row.month)))),
        Arc::new(rows.iter().map(|row| row.category.as_deref()).collect::<StringArray>()),
        Arc::new(Int32Array::from_iter_values(part().map(|part| part.0))),
        Arc::new(Int64Array::from_iter_values(part().map(|part| part.1))),
        Arc::new(part().map(|part| part.2).collect::<Int64Array>()),
        Arc::new(part().map(|part| Some(part.3)).collect::<BooleanArray>()),
    ];
    let batch = RecordBatch::try_new(schema(), columns)?;
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema())?;
    writer.write(&batch)?;
    writer.into_inner()
}

/// Reads a whole file.
fn read(path: &Path) -> Option<Vec<MonthlyRow>> {
    let content = read_remembered(path).ok()??;
    let mut rows = Vec::new();
    for batch in StreamReader::try_new(content.as_slice(), None).ok()? {
        rows.append(&mut decode(&batch.ok()?)?);
    }
    Some(rows)
}

fn decode(batch: &RecordBatch) -> Option<Vec<MonthlyRow>> {
    let column = |name| batch.column_by_name(name);
    let text = |name| column(name)?.as_string_opt::<i32>();
    let (org_code, category) = (text("org_code")?, text("category")?);
    let month = column("month")?.as_primitive_opt::<Date32Type>()?;
    let kind = column("kind")?.as_primitive_opt::<Int32Type>()?;
    let first = column("first")?.as_primitive_opt::<Int64Type>()?;
    let second = column("second")?.as_primitive_opt::<Int64Type>()?;
    let observed = column("observed")?.as_boolean_opt()?;
    let row = |at: usize| {
        let second = second.is_valid(at).then(|| second.value(at));
        Some(MonthlyRow {
            org_code: org_code.value(at).into(),
            month: Month::of(Date32Type::to_naive_date_opt(month.value(at))?),
            category: category.is_valid(at).then(|| category.value(at).to_owned()),
            amounts: amounts((kind.value(at), first.value(at), second, observed.value(at)))?,
            // Only rows about the returns have one, and those are computed each time.
            longer_span: None,
        })
    };
    (0..batch.num_rows()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::Definitions;

    fn metric(id: &str) -> Metric {
        Definitions::built_in().unwrap().metrics.into_iter().find(|metric| metric.id == id).unwrap()
    }

    fn row(amounts: Amounts) -> MonthlyRow {
        let category = matches!(amounts, Amounts::Counts { .. }).then(|| "vehicles".to_owned());
        MonthlyRow {
            org_code: "E23000002".into(),
            month: Month::new(2025, 4).unwrap(),
            category,
            amounts,
            longer_span: None,
        }
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let rows = [
            Amounts::Counts { numerator: 3, denominator: Some(4) },
            Amounts::Counts { numerator: i64::MAX, denominator: None },
            Amounts::Delay { value: -1, observed: true, count: 2 },
            Amounts::Delay { value: 90, observed: false, count: 1 },
            Amounts::Grade(4),
        ]
        .map(row);
        let folder = tempfile::tempdir().unwrap();
        let remembered = RememberedRows::below(folder.path().to_owned());
        for rows in [rows.as_slice(), &[]] {
            keep(&remembered.path("CRE-01", "key"), rows).unwrap();
            assert_eq!(read(&remembered.path("CRE-01", "key")).unwrap(), rows);
        }
        let path = remembered.path("CRE-01", "key");
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(read(&path), None);
    }

    #[test]
    fn a_key_changes_with_all_that_rows_follow_from() {
        let identities = |months: &str, delay: &str, accounts: &str| -> Identities {
            [
                ("months", months),
                ("arrest_summons_backlog", delay),
                ("open_cases_state", "a"),
                ("open_accounts", accounts),
            ]
            .map(|(name, identity)| (name.to_owned(), identity.to_owned()))
            .into()
        };
        let settings = |days: i64| BTreeMap::from([("dormant_days".to_owned(), days)]);
        let of = |id: &str, identities: &Identities, days: i64| key(&metric(id), identities, &settings(days)).unwrap();
        let base = identities("april", "a", "a");
        let (backlog, dormant) = (of("CRE-04", &base, 90), of("SEC-01", &base, 90));
        assert_ne!(backlog, dormant);
        // The backlog's statement reads the months; dormant accounts do not, and neither reads the other's roll-up.
        let may = identities("may", "a", "a");
        assert!(of("CRE-04", &may, 90) != backlog && of("SEC-01", &may, 90) == dormant);
        let later = identities("april", "b", "a");
        assert!(of("CRE-04", &later, 90) != backlog && of("SEC-01", &later, 90) == dormant);
        let accounts = identities("april", "a", "b");
        assert!(of("CRE-04", &accounts, 90) == backlog && of("SEC-01", &accounts, 90) != dormant);
        assert!(of("CRE-04", &base, 30) == backlog && of("SEC-01", &base, 30) != dormant);
        let mut changed = metric("SEC-01");
        changed.versions[0].sql.push(' ');
        assert_ne!(key(&changed, &base, &settings(90)).unwrap(), dormant);
        assert_eq!(key(&metric("SEC-01"), &base, &BTreeMap::new()), None, "without its setting");
        assert_eq!(key(&metric("REP-01"), &base, &settings(90)), None, "returns change with the day");
    }

    #[test]
    fn the_oldest_files_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = RememberedRows::below(folder.path().to_owned());
        for n in 0..MOST_FILES + 6 {
            keep(&remembered.path("CRE-01", &format!("{n:03}")), &[row(Amounts::Grade(1))]).unwrap();
            let day = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * n as u64);
            std::fs::File::options()
                .append(true)
                .open(remembered.path("CRE-01", &format!("{n:03}")))
                .and_then(|file| file.set_modified(day))
                .unwrap();
        }
        remembered.forget_oldest();
        let kept = |n: usize| read(&remembered.path("CRE-01", &format!("{n:03}"))).is_some();
        assert!(kept(MOST_FILES + 5) && !kept(0) && (0..MOST_FILES + 6).filter(|n| kept(*n)).count() == MOST_FILES);
    }
}
