//! Makes sources from small CSV texts, runs the binary, and reads what it published.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::csv::ReaderBuilder;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use crate::markup::read_page;

/// Columns of the datasets that tests submit: name and type letter (S text, I integer, B boolean, D date, T timestamp).
const COLUMNS: [(&str, &str); 16] = [
    ("organisations", "org_code:S name:S short_name:S kind:S region:S country:S officers:I valid_from:D valid_to:D"),
    ("peer_groups", "org_code:S peer_code:S source:S valid_from:D valid_to:D"),
    ("events", "org_code:S happened_on:D kind:S description:S"),
    ("published_figures", "org_code:S metric_id:S category:S period:S component:S printed:S source:S address:S"),
    ("arrest_summons", "org_code:S report_ref:S event_type:S event_at:T created_at:T recordable:B identifier_valid:B"),
    (
        "rights_requests",
        "org_code:S request_ref:S kind:S received_on:D due_on:D information_asked_on:D information_received_on:D \
         closed_on:D outcome:S",
    ),
    ("governance", "org_code:S entry_ref:S kind:S held_on:D grade:S control_area:S controls_met:I controls_tested:I"),
    ("rollup-court_result_court_delay", "org_code:S month:D period:D court_type:S observed:B delay_days:I results:I"),
    ("court_results", "org_code:S result_ref:S court_type:S court_date:D received_at:T updated_at:T half_life_hours:I"),
    (
        "incidents",
        "org_code:S incident_ref:S aware_at:T notifiable:B ico_notified_at:T category:S closed_on:D outcome:S",
    ),
    ("stated_totals", "org_code:S dataset:S records:I"),
    ("transaction_audits", "org_code:S audit_ref:S audited_on:D selection:S outcome:S"),
    ("rollup-transaction_volumes", "org_code:S month:D system:S application:S transactions:I"),
    ("rollup-active_users", "org_code:S month:D user_ref:S transactions:I"),
    ("rollup-subject_access_due", "org_code:S month:D period:D due:I on_time:I"),
    (
        "rollup-subject_access_open",
        "org_code:S month:D closed_month:D over_one_month_from:D over_four_months_from:D requests:I",
    ),
];

/// Two forces and nothing else.
pub const TWO_FORCES: &str = "\
E1,First Police,First,territorial_force,North,England,1000,2000-01-01,
E2,Second Police,Second,territorial_force,North,England,500,2000-01-01,
";

/// A source under construction, with folders for releases and work beside it.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    /// A source that holds the organisations and nothing else.
    pub fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        bench.reference("organisations", "2020-01-01", TWO_FORCES);
        bench
    }

    pub fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub fn work(&self) -> PathBuf {
        self.folder.path().join("out-work")
    }

    /// The program, in a folder where nobody's settings lie.
    pub fn program(&self) -> Command {
        program_in(self.folder.path())
    }

    /// Submits a reference dataset.
    pub fn reference(&self, dataset: &str, submitted: &str, rows: &str) {
        self.write(&format!("{dataset}/submitted={submitted}/rows.parquet"), &parquet(dataset, rows));
    }

    /// Submits rows of one organisation and month; the rows do not repeat the organisation's code.
    pub fn submit(&self, table: &str, (submitted, org, period): (&str, &str, &str), rows: &str) {
        let rows = rows.lines().map(|line| format!("{org},{line}")).collect::<Vec<_>>().join("\n");
        self.write(&submission_path(table, (submitted, org, period)), &parquet(table, &rows));
    }

    /// Puts any bytes at a path of the source.
    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.source().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// `run` for a period with a fixed day of publication.
    pub fn run(&self, period: &str, more: &[&str]) -> Finished {
        self.run_on("2025-12-01", period, more)
    }

    /// `run` for a period, published on a day. Without copies unless they are asked for: they take a quarter of a run.
    pub fn run_on(&self, day: &str, period: &str, more: &[&str]) -> Finished {
        let (source, out) = (self.source(), self.out());
        let mut arguments = vec!["run", "--source", text(&source), "--out", text(&out), "--period", period];
        arguments.extend(["--published-on", day]);
        if !says_copies(more) {
            arguments.extend(["--copies", "none"]);
        }
        arguments.extend(more);
        leds_metrics(&arguments)
    }

    /// A file of the latest release of a period.
    pub fn published(&self, period: &str, path: &str) -> String {
        let latest: serde_json::Value =
            serde_json::from_slice(&fs::read(self.out().join(period).join("latest.json")).unwrap()).unwrap();
        let release = self.out().join(period).join(latest["path"].as_str().unwrap());
        read_page(&release.join(path))
    }

    /// Every page of an edition in the latest release of a period, one after the other.
    pub fn pages(&self, period: &str, edition: &str) -> String {
        let latest: serde_json::Value =
            serde_json::from_slice(&fs::read(self.out().join(period).join("latest.json")).unwrap()).unwrap();
        let folder = self.out().join(period).join(latest["path"].as_str().unwrap()).join(edition);
        let pages = files_below(&folder).into_iter().filter(|path| path.extension().is_some_and(|end| end == "html"));
        pages.map(|page| read_page(&folder.join(page))).collect()
    }

    /// A settings file beside the source.
    pub fn settings(&self, toml: &str) -> PathBuf {
        let path = self.folder.path().join("settings.toml");
        fs::write(&path, toml).unwrap();
        path
    }

    /// The built-in definitions, exported beside the source to be changed.
    pub fn export(&self) -> Exported {
        let folder = self.folder.path().join("definitions");
        let export = leds_metrics(&["definitions", "export", text(&folder)]);
        assert_eq!(export.code, 0, "{}", export.stderr);
        // Tests change statements on purpose; the lock has tests of its own.
        fs::remove_file(folder.join("queries/released.lock")).unwrap();
        Exported { folder }
    }

    /// Every file below the folder of releases by path, but for the ledger, which tells when things were done.
    pub fn released(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let out = self.out();
        let released = files_below(&out).into_iter().filter(|path| !path.starts_with("ledger"));
        released.map(|path| (path.clone(), fs::read(out.join(path)).unwrap())).collect()
    }

    /// Rows of a result table of the latest release of a period, of one metric.
    pub fn rows(&self, period: &str, name: &str, metric: &str) -> Vec<BTreeMap<String, String>> {
        let rows = table(&self.published(period, &format!("results/{name}.csv")));
        rows.into_iter().filter(|row| row["metric_id"] == metric).collect()
    }

    /// Observations of the latest release of a period by metric, organisation and period; each a map of columns.
    pub fn observations(&self, period: &str) -> BTreeMap<(String, String, String), BTreeMap<String, String>> {
        table(&self.published(period, "results/observations.csv"))
            .into_iter()
            .map(|row| ((row["metric_id"].clone(), row["org_code"].clone(), row["period"].clone()), row))
            .collect()
    }
}

/// An exported set of definitions.
pub struct Exported {
    folder: PathBuf,
}

impl Exported {
    /// The folder as an argument.
    pub fn path(&self) -> &str {
        text(&self.folder)
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap()
    }

    pub fn write(&self, file: &str, content: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Removes what stands in a folder, but for the entries that are named.
    pub fn keep(&self, folder: &str, names: &[&str]) {
        for entry in fs::read_dir(self.folder.join(folder)).unwrap().map(Result::unwrap) {
            let path = entry.path();
            match entry.file_name().to_str() {
                Some(name) if names.contains(&name) => {}
                _ if path.is_dir() => fs::remove_dir_all(path).unwrap(),
                _ => fs::remove_file(path).unwrap(),
            }
        }
    }

    /// Replaces the first `from`, which must be there.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let before = self.read(file);
        assert!(before.contains(from), "{file} does not hold “{from}”");
        self.write(file, &before.replacen(from, to, 1));
    }
}

/// Whether options, or the settings that they name, say which copies a run makes.
fn says_copies(options: &[&str]) -> bool {
    let settings = options.iter().skip_while(|option| **option != "--settings").nth(1);
    let in_settings =
        settings.and_then(|path| fs::read_to_string(path).ok()).is_some_and(|text| text.contains("copies"));
    options.contains(&"--copies") || in_settings
}

/// Paths of all files below a folder, relative to it and in order.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path.strip_prefix(folder).unwrap().to_owned());
        }
    }
    found.sort();
    found
}

/// Path of a submission's only file.
pub fn submission_path(table: &str, (submitted, org, period): (&str, &str, &str)) -> String {
    format!("{table}/submitted={submitted}/org={org}/period={period}/rows.parquet")
}

/// A path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A CSV text as rows of named cells.
pub fn table(csv_text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(csv_text.as_bytes()).deserialize().collect::<Result<_, _>>().unwrap()
}

/// What the binary did.
#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The program as it starts in a folder, whose settings it reads if there are any.
pub fn program_in(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_leds-metrics"));
    program.current_dir(folder);
    program
}

/// Runs the binary in an empty folder, so that no settings file of this repository is picked up.
pub fn leds_metrics(arguments: &[&str]) -> Finished {
    leds_metrics_with(arguments, &[])
}

/// The same with environment variables.
pub fn leds_metrics_with(arguments: &[&str], variables: &[(&str, &str)]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let output: Output = program_in(folder.path()).args(arguments).envs(variables.iter().copied()).output().unwrap();
    let utf8 = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Finished { code: output.status.code().unwrap(), stdout: utf8(output.stdout), stderr: utf8(output.stderr) }
}

/// CSV rows without a header as a Parquet file of a dataset's contract.
pub fn parquet(dataset: &str, rows: &str) -> Vec<u8> {
    let columns = COLUMNS.iter().find(|(name, _)| *name == dataset).unwrap().1;
    parquet_of(columns, rows)
}

/// CSV rows as a Parquet file with any columns, written as `name:letter`; F is a double.
pub fn parquet_of(columns: &str, rows: &str) -> Vec<u8> {
    let columns: Vec<(&str, &str)> = columns.split(' ').map(|column| column.split_once(':').unwrap()).collect();
    let field = |(name, letter): &(&str, &str), read: bool| Field::new(*name, data_type(letter, read), true);
    let read = Arc::new(Schema::new(columns.iter().map(|column| field(column, true)).collect::<Vec<_>>()));
    let schema = Arc::new(Schema::new(columns.iter().map(|column| field(column, false)).collect::<Vec<_>>()));
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, Arc::clone(&schema), None).unwrap();
    for batch in ReaderBuilder::new(read).build(rows.as_bytes()).unwrap() {
        let batch = batch.unwrap();
        let typed = |(column, field): (&ArrayRef, &Arc<Field>)| cast(column, field.data_type()).unwrap();
        let arrays = batch.columns().iter().zip(schema.fields()).map(typed).collect();
        writer.write(&RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap()).unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn data_type(letter: &str, read: bool) -> DataType {
    match letter {
        "S" => DataType::Utf8,
        "I" => DataType::Int64,
        "B" => DataType::Boolean,
        "D" => DataType::Date32,
        "F" => DataType::Float64,
        // The CSV reader takes no zone; the cast adds it without moving the instant.
        "T" if read => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        "T" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        other => panic!("unknown column letter {other}"),
    }
}

/// Arrests with a unique reference each: event and creation instants, recordable and valid.
pub fn arrests(cases: &[(&str, &str)]) -> String {
    let line = |(n, (event, created)): (usize, &(&str, &str))| format!("r{n},arrest,{event},{created},true,true");
    cases.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// Incidents of one day with a unique reference each: category, whether they had to be told to the ICO, which was done an
/// hour later, and how many.
pub fn incidents(day: &str, cases: &[(&str, bool, usize)]) -> String {
    let mut lines = Vec::new();
    for (category, notifiable, count) in cases {
        let told = if *notifiable { format!("{day}T10:00:00") } else { String::new() };
        let first = lines.len();
        lines.extend((first..first + count).map(|n| format!("r{n},{day}T09:00:00,{notifiable},{told},{category},,")));
    }
    lines.join("\n")
}

/// Rows of a Parquet file as named cells.
pub fn rows_of(path: &Path) -> Vec<BTreeMap<String, String>> {
    let file = fs::File::open(path).unwrap();
    let mut bytes = Vec::new();
    let mut writer = arrow::csv::Writer::new(&mut bytes);
    for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        writer.write(&batch.unwrap()).unwrap();
    }
    drop(writer);
    table(&String::from_utf8(bytes).unwrap())
}
