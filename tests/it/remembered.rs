//! What a run remembers of earlier ones never shows in what it publishes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{arrests, files_below, leds_metrics, parquet, submission_path, text};

const PERIOD: &str = "2025-05";
const SETTINGS: &str = "[editions]\ncopies = []\n[parameters]\ndormant_days = 90\ndecision_days = 30\nleaver_days = 1\nrefresher_months = 24\n";

/// A small synthetic nation of two months.
struct Nation {
    folder: tempfile::TempDir,
}

impl Nation {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        let made = leds_metrics(&[
            "generate",
            "--quiet",
            "--scale",
            "0.0002",
            "--from",
            "2025-04",
            "--to",
            "2025-05",
            "--out",
            text(&source),
        ]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn submit_again(&self, org: &str) {
        let case = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
        let rows = arrests(&[case; 9]).lines().map(|line| format!("{org},{line}")).collect::<Vec<_>>().join("\n");
        let path = self.path("source").join(submission_path("arrest_summons", ("2025-08-01", org, "2025-04")));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, parquet("arrest_summons", &rows)).unwrap();
    }

    /// Runs into `out` with a work folder; returns how many metrics were recalled.
    fn run(&self, (out, work): (&str, &str), settings: &str) -> u64 {
        let (source, out, work, file) =
            (self.path("source"), self.path(out), self.path(work), self.path("settings.toml"));
        fs::write(&file, settings).unwrap();
        let run = leds_metrics(&[
            "run",
            "--source",
            text(&source),
            "--out",
            text(&out),
            "--work",
            text(&work),
            "--period",
            PERIOD,
            "--published-on",
            "2025-12-01",
            "--allow-gaps",
            "--settings",
            text(&file),
        ]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let record: serde_json::Value =
            serde_json::from_slice(&fs::read(latest(&out).join("run-record.json")).unwrap()).unwrap();
        record["counts"]["metrics_recalled"].as_u64().unwrap()
    }

    /// The result files of the last release below `out`, but for what has moved since the one before it.
    fn results(&self, out: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let folder = latest(&self.path(out)).join("results");
        let files = files_below(&folder).into_iter().filter(|path| {
            path.extension().is_some_and(|extension| extension == "csv") && !text(path).starts_with("revision")
        });
        files.map(|path| (path.clone(), fs::read(folder.join(path)).unwrap())).collect()
    }
}

fn latest(out: &Path) -> PathBuf {
    let latest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join(PERIOD).join("latest.json")).unwrap()).unwrap();
    out.join(PERIOD).join(latest["path"].as_str().unwrap())
}

#[test]
fn a_run_that_remembers_publishes_what_one_without_a_past_does() {
    let nation = Nation::new();
    assert_eq!(nation.run(("out", "work"), SETTINGS), 0, "nothing is known at first");
    let first = nation.results("out");
    assert!(first.len() > 10, "{:?}", first.keys());

    nation.submit_again("E23000002");
    let recalled = nation.run(("out", "work"), SETTINGS);
    assert!((40..60).contains(&recalled), "{recalled} of 60 metrics do not read what has changed");
    let warm = nation.results("out");
    assert_eq!(nation.run(("fresh", "fresh-work"), SETTINGS), 0);
    assert!(warm == nation.results("fresh") && warm != first);

    // Another limit of dormant accounts concerns one metric.
    let stricter = SETTINGS.replace("dormant_days = 90", "dormant_days = 30");
    assert_eq!(nation.run(("out", "work"), &stricter), recalled_of(&nation, "fresh-work") - 1);
    assert_eq!(nation.run(("strict", "strict-work"), &stricter), 0);
    let strict = nation.results("strict");
    assert!(nation.results("out") == strict && strict != warm);

    // What is damaged is computed again.
    for path in files_below(&nation.path("work/monthly")) {
        let path = nation.path("work/monthly").join(path);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    }
    assert_eq!(nation.run(("again", "work"), &stricter), 0);
    assert!(nation.results("again") == strict);
}

/// Metrics of which a work folder holds rows.
fn recalled_of(nation: &Nation, work: &str) -> u64 {
    let folder = nation.path(work).join("monthly");
    u64::try_from(fs::read_dir(folder).unwrap().count()).unwrap()
}
