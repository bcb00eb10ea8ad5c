//! Runs whose submissions are read by workers: real processes, which are also killed, strangers, or of another build.

mod relay;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use self::relay::Relay;
use crate::support::{Finished, files_below, leds_metrics, program_in, text};

/// A month of a nation with everything that forces hand in, some of it wrong.
static SOURCE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let made = leds_metrics(&[
        "generate",
        "--from",
        "2026-03",
        "--to",
        "2026-03",
        "--scale",
        "0.0005",
        "--out",
        text(&folder.path().join("source")),
        "--quiet",
    ]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    folder
});

fn source() -> PathBuf {
    SOURCE.path().join("source")
}

/// A worker that reads until it is dropped.
pub struct WorkerProcess {
    child: Child,
    address: String,
}

impl WorkerProcess {
    fn of(source: &Path) -> Self {
        Self::start(source, &[])
    }

    fn start(source: &Path, more: &[&str]) -> Self {
        Self::at(text(source), more, &[])
    }

    /// Starts a worker at a port that is free, and waits until it says where it can be asked.
    pub fn at(source: &str, more: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = program_in(Path::new("/"))
            .args(["worker", "--source", source, "--listen", "127.0.0.1:0"])
            .args(more)
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut messages = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        messages.read_line(&mut first).unwrap();
        let address = first.trim_end().rsplit_once(" for runs that ask at ").map(|(_, address)| address.to_owned());
        let address = address.unwrap_or_else(|| panic!("no address is told: {first}"));
        std::thread::spawn(move || messages.read_to_end(&mut Vec::new()));
        Self { child, address }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // One that was killed needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A cold run with folders of its own.
struct ColdRun {
    folder: TempDir,
    finished: Finished,
}

impl ColdRun {
    fn new(more: &[&str]) -> Self {
        Self::of(&source(), more)
    }

    fn of(source: &Path, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (out, work) = (folder.path().join("out"), folder.path().join("work"));
        let mut arguments = vec!["run", "--source", text(source), "--out", text(&out), "--work", text(&work)];
        arguments.extend(["--period", "2026-03", "--published-on", "2026-12-01", "--copies", "none", "--allow-gaps"]);
        arguments.extend(["--quiet"]);
        arguments.extend(more);
        let finished = leds_metrics(&arguments);
        Self { folder, finished }
    }

    /// A run that published.
    fn published(more: &[&str]) -> Self {
        let run = Self::new(more);
        assert_eq!(run.finished.code, 0, "{}", run.finished.stderr);
        run
    }

    fn with(workers: &[String], more: &[&str]) -> Self {
        let workers = workers.join(",");
        let mut arguments = vec!["--engine", "cluster", "--workers", &workers];
        arguments.extend(more);
        Self::published(&arguments)
    }

    fn release(&self) -> PathBuf {
        self.folder.path().join("out/2026-03/r1")
    }

    fn record(&self) -> Value {
        serde_json::from_slice(&fs::read(self.release().join("run-record.json")).unwrap()).unwrap()
    }

    fn count(&self, name: &str) -> u64 {
        self.record()["cluster"][name].as_u64().unwrap()
    }

    /// Why workers were lost.
    fn lost(&self) -> Vec<String> {
        let record = self.record();
        let lost = record["cluster"]["lost"].as_array().unwrap();
        lost.iter().map(|one| one["why"].as_str().unwrap().to_owned()).collect()
    }

    /// Every file of the release by its path, but for those that tell how the run went.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let release = self.release();
        let tells_of_the_run = |path: &PathBuf| path.ends_with("run-record.json") || path.ends_with("SHA256SUMS");
        let paths = files_below(&release).into_iter().filter(|path| !tells_of_the_run(path));
        paths.map(|path| (path.clone(), fs::read(release.join(&path)).unwrap())).collect()
    }
}

/// What a run without workers publishes.
static ALONE: LazyLock<ColdRun> = LazyLock::new(|| ColdRun::published(&["--engine", "local"]));

fn assert_published_as_alone(run: &ColdRun, what: &str) {
    let (alone, files) = (ALONE.files(), run.files());
    assert!(alone.len() > 100, "{} files", alone.len());
    assert_eq!(alone.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>(), "{what}");
    for (path, bytes) in &alone {
        assert!(files[path] == *bytes, "{what}: {} differs", path.display());
    }
}

#[test]
fn one_two_and_four_workers_publish_what_one_computer_does() {
    let workers: Vec<WorkerProcess> = (0..4).map(|_| WorkerProcess::of(&source())).collect();
    for count in [1, 2, 4] {
        let addresses: Vec<String> = workers.iter().take(count).map(WorkerProcess::url).collect();
        let run = ColdRun::with(&addresses, &["--verify"]);
        assert_published_as_alone(&run, &format!("{count} workers"));
        let (there, here) = (run.count("submissions_read_by_workers"), run.count("submissions_read_after_all"));
        assert!(there > 20 * here && there > 500, "{there} read by workers, {here} after all");
        assert!(run.count("submissions_verified") > 50, "{}", run.record()["cluster"]);
        assert_eq!(run.lost(), Vec::<String>::new());
    }
}

#[test]
fn a_worker_that_is_killed_amid_its_answers_loses_nothing() {
    let (killed, other) = (WorkerProcess::of(&source()), WorkerProcess::of(&source()));
    let relay = Relay::before(&killed.address, killed.child.id(), 20_000);
    let run = ColdRun::with(&[format!("http://{}", relay.address), other.url()], &[]);
    assert!(relay.has_killed(), "the worker was never asked for so much");
    assert_published_as_alone(&run, "one of two workers killed");
    assert_eq!(run.lost().len(), 1, "{:?}", run.lost());
    assert!(run.finished.stderr.contains(" is not used any more: "), "{}", run.finished.stderr);
    assert!(run.count("submissions_read_by_workers") > 500, "{}", run.record()["cluster"]);
}

#[test]
fn a_run_whose_only_worker_is_killed_reads_the_rest_itself() {
    let killed = WorkerProcess::of(&source());
    let relay = Relay::before(&killed.address, killed.child.id(), 20_000);
    let run = ColdRun::with(&[format!("http://{}", relay.address)], &[]);
    assert!(relay.has_killed(), "the worker was never asked for so much");
    assert_published_as_alone(&run, "the only worker killed");
    assert_eq!(run.lost().len(), 1, "{:?}", run.lost());
    let (there, here) = (run.count("submissions_read_by_workers"), run.count("submissions_read_after_all"));
    assert!(there > 0 && here > 0, "{there} read by the worker, {here} after all");
}

#[test]
fn a_worker_that_falls_silent_is_done_without() {
    let worker = WorkerProcess::of(&source());
    let relay = Relay::silent_after(&worker.address, 20_000);
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings.toml");
    let workers = format!("[cluster]\nworkers = [\"http://{}\"]\npatience_seconds = 1\n", relay.address);
    fs::write(&settings, workers).unwrap();
    let run = ColdRun::published(&["--settings", text(&settings)]);
    assert_published_as_alone(&run, "a silent worker");
    assert_eq!(run.lost().len(), 1, "{:?}", run.lost());
    assert!(run.lost()[0].starts_with("no worker answered within "), "{:?}", run.lost());
}

#[test]
fn another_build_is_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let definitions = folder.path().join("definitions");
    assert_eq!(leds_metrics(&["definitions", "export", text(&definitions)]).code, 0);
    let file = definitions.join("queries/rollups/active_users.sql");
    fs::remove_file(definitions.join("queries/released.lock")).unwrap();
    let sql = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("-- Changed.\n{sql}")).unwrap();
    let worker = WorkerProcess::start(&source(), &["--definitions", text(&definitions)]);
    let run = ColdRun::with(&[worker.url()], &[]);
    assert_published_as_alone(&run, "a worker of another build");
    let same = WorkerProcess::of(&source());
    let settings = folder.path().join("settings.toml");
    for (address, words) in [(same.url(), "answer, and are of this build"), (worker.url(), "it is another build (")] {
        fs::write(&settings, format!("[cluster]\nworkers = [\"{address}\"]\n")).unwrap();
        let (out, settings) = (folder.path().join("out"), text(&settings));
        let doctor =
            leds_metrics(&["doctor", "--source", text(&source()), "--out", text(&out), "--settings", settings]);
        let told = doctor.stdout.lines().find(|line| line.contains(&address)).unwrap_or_default();
        assert!(told.contains(words), "{}", doctor.stdout);
    }
    assert_eq!(run.count("submissions_read_by_workers"), 0);
    let why = run.lost().join("\n");
    assert!(why.starts_with("it is another build (leds-metrics 0.1.0, program "), "{why}");
}

#[test]
fn a_worker_of_another_source_answers_for_nothing() {
    let empty = tempfile::tempdir().unwrap();
    let worker = WorkerProcess::of(empty.path());
    let run = ColdRun::with(&[worker.url()], &["--verify"]);
    assert_published_as_alone(&run, "a worker of another source");
    assert_eq!(run.count("submissions_read_by_workers"), 0);
}

#[test]
fn a_worker_that_reads_otherwise_ends_the_run_as_unreadable_input() {
    use leds_metrics::app::AppError;
    use leds_metrics::contract::{AdmissionError, ReadOtherwise};
    use leds_metrics::intake::IntakeError;

    let otherwise = ReadOtherwise { dataset: "transactions".to_owned(), path: "a.parquet".to_owned() };
    let error = AppError::from(IntakeError::from(AdmissionError::from(otherwise)));
    assert_eq!(error.exit_code(), 20);
    assert!(error.to_string().starts_with("dataset transactions: a worker read a.parquet and what was read with it"));
}

fn certificates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cluster")
}

/// Settings with the certificates of somebody.
fn settings_of(folder: &Path, name: &str, more: &str) -> PathBuf {
    let file = |file: String| certificates().join(file).display().to_string();
    let (certificate, key) = (file(format!("{name}.pem")), file(format!("{name}.key")));
    let authority = file("authority.pem".to_owned());
    let path = folder.join(format!("{name}.toml"));
    let section = format!("[cluster]\ncertificate = {certificate:?}\nkey = {key:?}\nauthority = {authority:?}\n{more}");
    fs::write(&path, section).unwrap();
    path
}

#[test]
fn both_sides_ask_for_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings_of(folder.path(), "worker", "");
    let worker = WorkerProcess::start(&source(), &["--settings", text(&settings)]);
    let port = worker.address.rsplit_once(':').unwrap().1;
    let workers = format!("workers = [\"https://localhost:{port}\"]\n");
    let friend = settings_of(folder.path(), "run", &workers);
    let run = ColdRun::published(&["--settings", text(&friend)]);
    assert_published_as_alone(&run, "with certificates");
    assert!(run.count("submissions_read_by_workers") > 500, "{}", run.record()["cluster"]);

    let stranger = settings_of(folder.path(), "stranger", &workers);
    let run = ColdRun::published(&["--settings", text(&stranger)]);
    assert_eq!((run.count("submissions_read_by_workers"), run.lost().len()), (0, 1), "{:?}", run.lost());
    let bare = ColdRun::with(&[worker.url()], &[]);
    assert_eq!((bare.count("submissions_read_by_workers"), bare.lost().len()), (0, 1), "{:?}", bare.lost());
}

#[test]
fn what_cannot_be_asked_safely_is_not_asked() {
    let refused = |arguments: &[&str]| {
        let finished = leds_metrics(arguments);
        assert_eq!(finished.code, 2, "{}", finished.stderr);
        finished.stderr
    };
    let open = refused(&["worker", "--source", text(&source()), "--listen", "0.0.0.0:0"]);
    assert!(open.contains("other computers can reach 0.0.0.0:0, and without certificates anybody could ask"), "{open}");
    for (workers, words) in [
        ("http://reader-1:7412", "http is for workers of this computer alone"),
        ("reader-1:7412", "“reader-1:7412” is no address of a worker"),
    ] {
        let run = ColdRun::new(&["--workers", workers]);
        assert_eq!(run.finished.code, 2, "{}", run.finished.stderr);
        assert!(run.finished.stderr.contains(words), "{}", run.finished.stderr);
    }
    let nobody = ColdRun::new(&["--engine", "cluster"]);
    assert_eq!(nobody.finished.code, 2);
    assert!(nobody.finished.stderr.contains("no worker is named"), "{}", nobody.finished.stderr);
    let unproven = ColdRun::new(&["--workers", "https://reader-1:7412"]);
    assert!(unproven.record()["cluster"]["lost"][0]["why"].as_str().unwrap().contains("needs certificates"));
}

#[test]
fn a_source_whose_rows_are_sorted_in_its_files_is_read_alike() {
    let folder = tempfile::tempdir().unwrap();
    relay::copy_with_sorted_rows(&source(), folder.path());
    let alone = ColdRun::of(folder.path(), &["--engine", "local"]);
    let worker = WorkerProcess::of(folder.path());
    let run = ColdRun::of(folder.path(), &["--workers", &worker.url(), "--verify"]);
    assert_eq!((alone.finished.code, run.finished.code), (0, 0), "{}", run.finished.stderr);
    assert!(run.count("submissions_read_by_workers") > 500, "{}", run.record()["cluster"]);
    let (alone, run) = (alone.files(), run.files());
    assert!(alone.len() > 100 && alone == run, "the releases differ");
}
