//! Trouble of the computer, damage of files, and limits: what a run does when memory, disk or files are not as they should be.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData};
use parquet::file::statistics::Statistics;

use crate::support::{Bench, arrests, files_below, leds_metrics, parquet, submission_path, text};

const GOOD: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const RETURN: (&str, &str, &str) = ("2025-05-15", "E1", "2025-04");

fn bench() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", RETURN, &arrests(&[GOOD; 3]));
    bench
}

fn figure(bench: &Bench, metric: &str, org: &str) -> BTreeMap<String, String> {
    bench.observations("2025-04")[&(metric.to_owned(), org.to_owned(), "2025-04".to_owned())].clone()
}

/// Runs a line of shell, in which `$LEDS` is the binary.
fn shell(line: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("bash");
    command.args(["-c", line]).env("LEDS", env!("CARGO_BIN_EXE_leds-metrics")).current_dir(folder.path());
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

/// The released statement of CRE-02, and beside it 371,293 texts of 200 letters that are counted twice: two counts of
/// distinct values in one statement are held in memory.
fn hungry() -> String {
    let text = |names: [&str; 5]| {
        let part = |name: &str| vec![format!("CAST({name}.month AS VARCHAR)"); 4].join(" || ");
        names.map(part).join(" || ")
    };
    let (forwards, backwards) = (text(["a", "b", "c", "d", "e"]), text(["e", "d", "c", "b", "a"]));
    format!(
        "WITH many AS (
            SELECT COUNT(DISTINCT {forwards}) + COUNT(DISTINCT {backwards}) AS texts
            FROM months AS a CROSS JOIN months AS b CROSS JOIN months AS c CROSS JOIN months AS d CROSS JOIN months AS e
        )
        SELECT
            org_code,
            month,
            SUM(CASE WHEN observed AND delay_hours <= 72 THEN reports ELSE 0 END) + 0 * MAX(texts) AS numerator,
            SUM(reports) AS denominator
        FROM arrest_summons_delay CROSS JOIN many
        WHERE delay_hours >= 0 AND (observed OR delay_hours >= 72)
        GROUP BY org_code, month
        ORDER BY org_code, month"
    )
}

#[test]
fn a_metric_that_lacks_memory_has_no_figure_and_the_others_are_published() {
    let bench = Bench::new();
    for month in 4..=12 {
        let day = format!("2024-{month:02}-03T10:00:00Z");
        bench.submit("arrest_summons", ("2025-05-01", "E1", &format!("2024-{month:02}")), &arrests(&[(&day, &day)]));
    }
    bench.submit("arrest_summons", RETURN, &arrests(&[GOOD; 3]));
    let definitions = bench.export();
    definitions.write("queries/metrics/CRE-02/v1.sql", &hungry());
    let run = |mib: u32| {
        let settings = bench.settings(&format!("[engine]\nmemory_limit_mib = {mib}\n"));
        bench.run("2025-04", &["--definitions", definitions.path(), "--settings", text(&settings)])
    };
    let small = run(64);
    assert_eq!(small.code, 31, "{}", small.stderr);
    assert!(small.stderr.contains("some metrics have no figure, because memory is too small"), "{}", small.stderr);
    let why = "queries/metrics/CRE-02/v1.sql needs more memory than the setting engine.memory_limit_mib = 64 allows; set \
               engine.memory_limit_mib to 128 or more";
    let without = figure(&bench, "CRE-02", "E1");
    assert_eq!((without["status"].as_str(), without["value"].as_str()), ("cannot_tell", ""), "{without:?}");
    assert_eq!(figure(&bench, "CRE-01", "E1")["status"], "value");
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
    let findings = record["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "memory").unwrap();
    assert!(finding["message"].as_str().unwrap().contains(why), "{finding}");
    let page = bench.published("2025-04", "national/metrics/CRE-02.html");
    assert!(page.contains("engine.memory_limit_mib = 64"), "the page says why");

    let again = run(64);
    assert!(again.code == 31 && again.stderr.contains("nothing changed since revision 1"), "{}", again.stderr);
    let large = run(1024);
    assert_eq!(large.code, 0, "{}", large.stderr);
    assert_eq!(figure(&bench, "CRE-02", "E1")["status"], "value");
    assert!(bench.published("2025-04", "run-record.json").contains("\"revision\": 2"));
}

#[test]
fn sixteen_threads_with_little_memory_publish_what_one_does() {
    let bench = bench();
    let run = |threads: u32| {
        let settings = bench.settings(&format!("[engine]\nthreads = {threads}\nmemory_limit_mib = 64\n"));
        let run = bench.run("2025-04", &["--settings", text(&settings), "--again"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        bench.published("2025-04", "results/observations.csv")
    };
    assert_eq!(run(16), run(1));
}

#[test]
fn keys_that_do_not_fit_into_memory_are_counted_all_the_same() {
    let bench = bench();
    let refs = |count: usize| {
        let row = |n: usize| format!("{n:0100},arrest,{},{},true,true", GOOD.0, GOOD.1);
        (0..count).map(row).collect::<Vec<_>>().join("\n")
    };
    let settings = bench.settings("[engine]\nmemory_limit_mib = 64\n");
    let check = || {
        let (source, work) = (bench.source(), bench.work());
        leds_metrics(&["check", "--source", text(&source), "--work", text(&work), "--settings", text(&settings)])
    };
    let many = refs(500_000);
    bench.submit("arrest_summons", RETURN, &many);
    let done = check();
    assert_eq!(done.code, 0, "{} {}", done.stdout, done.stderr);
    bench.submit("arrest_summons", RETURN, &format!("{many}\n{}", refs(1)));
    let done = check();
    assert_eq!(done.code, 21, "{} {}", done.stdout, done.stderr);
    assert!(
        done.stdout.contains("1 row: report_ref has the same value as in another row of the submission"),
        "{}",
        done.stdout
    );
}

#[test]
fn too_few_open_files_refuse_nobody() {
    let bench = Bench::new();
    for month in 1..=12 {
        let day = format!("2024-{month:02}-03T10:00:00Z");
        for org in ["E1", "E2"] {
            let rows = arrests(&[(&day, &day)]);
            bench.submit("arrest_summons", ("2025-01-15", org, &format!("2024-{month:02}")), &rows);
        }
    }
    let (source, out) = (bench.source(), bench.out());
    let run = |files: u32| {
        shell(&format!(
            "ulimit -n {files}; exec $LEDS run --quiet --source {} --out {} --period 2024-12 --published-on 2025-02-01",
            source.display(),
            out.display()
        ))
    };
    for files in [16, 24, 32] {
        let (code, said) = run(files);
        assert!(matches!(code, 0 | 20 | 50), "{files} files: {code} {said}");
        assert!(!said.contains("were refused"), "{said}");
    }
    let (code, said) = run(1024);
    assert_eq!(code, 0, "nothing is remembered against anybody: {said}");
    let national = &bench.observations("2024-12")[&("CRE-01".to_owned(), "NATIONAL".to_owned(), "2024-12".to_owned())];
    assert_eq!((national["numerator"].as_str(), national["denominator"].as_str()), ("2", "2"));
}

/// Turns one bit in the middle of a file.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_remembered_and_damaged_is_made_again() {
    let bench = bench();
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let whole = bench.published("2025-04", "results/observations.csv");
    let remembered = |folder: &str| -> Vec<PathBuf> {
        let folder = bench.work().join(folder);
        files_below(&folder).into_iter().map(|path| folder.join(path)).collect()
    };
    let (admissions, rollups, monthly) = (remembered("admissions"), remembered("rollups"), remembered("monthly"));
    assert!(!admissions.is_empty() && !rollups.is_empty() && !monthly.is_empty());
    for damaged in [&admissions, &rollups, &monthly] {
        for path in damaged {
            flip(path);
        }
        // Without the monthly rows the roll-ups are read.
        fs::remove_dir_all(bench.work().join("monthly")).unwrap();
        let run = bench.run("2025-04", &["--again"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(bench.published("2025-04", "results/observations.csv"), whole);
    }
}

#[test]
fn a_release_whose_files_are_damaged_or_gone_is_published_again() {
    let bench = bench();
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    assert!(bench.run("2025-04", &[]).stderr.contains("nothing changed since revision 1"));
    let release = |revision: u32| bench.out().join(format!("2025-04/r{revision}"));
    fs::write(release(1).join("results/observations.csv"), "").unwrap();
    let run = bench.run("2025-04", &[]);
    assert!(run.code == 0 && release(2).exists(), "an empty file: {}", run.stderr);
    fs::remove_file(release(2).join("national/index.html")).unwrap();
    assert!(bench.run("2025-04", &[]).code == 0 && release(3).exists(), "a missing file");
    fs::remove_dir_all(release(3)).unwrap();
    assert!(bench.run("2025-04", &[]).code == 0 && release(3).exists(), "a missing release");
    assert!(bench.run("2025-04", &[]).stderr.contains("nothing changed since revision 3"));
}

#[test]
fn there_is_no_revision_after_the_last_number() {
    let bench = bench();
    fs::create_dir_all(bench.out().join("2025-04/r4294967295")).unwrap();
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 50, "{}", run.stderr);
    assert!(
        run.stderr.contains("r4294967295: holds revision 4294967295, and there is no number after"),
        "{}",
        run.stderr
    );
}

#[test]
fn settings_out_of_range_are_refused_with_the_range() {
    let bench = bench();
    for (settings, message) in [
        ("[engine]\nthreads = 9223372036854775807", "engine.threads is 9223372036854775807, but must be 0 to 1024"),
        ("[engine]\nmemory_limit_mib = 63", "engine.memory_limit_mib is 63, but must be 64 to 16777216"),
        ("[parameters]\ndormant_days = -1", "parameters.dormant_days is -1, but must be 0 to 36500"),
        ("[parameters]\nleaver_days = 366", "parameters.leaver_days is 366, but metric SEC-02 takes 365 at most"),
        ("[sql]\nmost_rows = 0", "sql.most_rows is 0, but must be 1 to 1000000000"),
    ] {
        let file = bench.settings(settings);
        let run = bench.run("2025-04", &["--settings", text(&file)]);
        assert_eq!(run.code, 2, "{settings}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}

#[test]
fn the_work_folder_lies_outside_and_is_its_owners_alone() {
    let bench = bench();
    for inside in [bench.out(), bench.out().join("a/b"), bench.source().join("work")] {
        let run = bench.run("2025-04", &["--work", text(&inside)]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(
            run.stderr.contains("the work folder holds record-level rows and must lie outside it"),
            "{}",
            run.stderr
        );
    }
    assert!(!bench.source().join("work").exists() && !bench.out().exists());
    // What is already there is closed too, and what a killed run has spilled is cleared away.
    let spilled = bench.work().join("spill/run-killed/rows.arrow");
    fs::create_dir_all(spilled.parent().unwrap()).unwrap();
    fs::write(&spilled, "records").unwrap();
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    assert!(!spilled.exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for part in ["admissions", "rollups", "monthly", "refused", "spill"] {
            assert_eq!(mode(bench.work().join(part)), 0o700, "{part}");
        }
        fs::remove_dir_all(bench.work()).unwrap();
        assert_eq!(bench.run("2025-04", &["--again"]).code, 0);
        assert_eq!(mode(bench.work()), 0o700);
    }
}

#[test]
#[cfg(unix)]
fn a_closed_or_full_output_ends_with_a_documented_code() {
    let bench = bench();
    let (source, out, work) = (bench.source(), bench.out(), bench.work());
    let run = format!("$LEDS run --quiet --source {} --out {} --period 2025-04", source.display(), out.display());
    let sql = format!(
        "$LEDS sql --quiet --source {} --work {} 'SELECT * FROM arrest_summons'",
        source.display(),
        work.display()
    );
    let closed = ["$LEDS list metrics", "$LEDS explain CRE-01", "$LEDS verify --metric CRE-01", &run, &sql];
    for command in closed {
        let (code, said) = shell(&format!("set -o pipefail; {command} | true"));
        assert_eq!(code, 0, "{command}: {said}");
        assert!(!said.contains("panicked") && !said.contains("Broken pipe"), "{command}: {said}");
    }
    for command in ["$LEDS list metrics", "$LEDS list periods --json", &sql] {
        let (code, said) = shell(&format!("{command} > /dev/full"));
        assert_eq!(code, 50, "{command}: {said}");
        assert!(said.contains("No space left on device"), "{said}");
    }
}

#[test]
#[cfg(unix)]
fn a_full_disk_ends_a_run_with_50() {
    let bench = bench();
    let (source, out) = (bench.source(), bench.out());
    for kib in [0, 4, 16, 64] {
        // A limit on the size of a file stands in for a full disk.
        let (code, said) = shell(&format!(
            "trap '' XFSZ; ulimit -f {kib}; exec $LEDS run --quiet --source {} --out {} --period 2025-04",
            source.display(),
            out.display()
        ));
        assert_eq!(code, 50, "{kib}: {said}");
        assert!(!out.join("2025-04").exists(), "nothing is published");
    }
    assert_eq!(bench.run("2025-04", &[]).code, 0);
}

#[test]
fn statements_end_in_rows_or_in_a_message() {
    let bench = bench();
    let (source, work) = (bench.source(), bench.work());
    let sql = |statement: &str, settings: &str| {
        let settings = bench.settings(settings);
        let input = ["--source", text(&source), "--work", text(&work), "--settings", text(&settings)];
        leds_metrics(&[&["sql", statement, "--format", "csv"], &input[..]].concat())
    };
    let terms = |sign: &str, count: usize| vec!["1"; count].join(sign);
    for (sign, count) in [(" + ", 500), (" AND 1 = ", 1_200), (" UNION ALL SELECT 1 = ", 800)] {
        let deep = sql(&format!("SELECT 1 = {} AS n", terms(sign, count)), "");
        assert_eq!(deep.code, 0, "{count} of {sign}: {}", deep.stderr);
    }
    let long = sql(&format!("SELECT {}", terms(" + ", 20_000)), "");
    assert_eq!(long.code, 2, "{}", long.stderr);
    assert!(long.stderr.contains("the statement has 40000 words and signs, but at most"), "{}", long.stderr);
    for sign in [" + ", " || "] {
        let slow = sql(&format!("SELECT {}", terms(sign, 1_002)), "");
        assert_eq!(slow.code, 2, "{}", slow.stderr);
        assert!(
            slow.stderr.contains("the statement has 1001 signs such as + and ||, but at most 1000"),
            "{}",
            slow.stderr
        );
    }
    let nested = sql(&format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000)), "");
    assert_eq!(nested.code, 2, "{}", nested.stderr);

    let join = "SELECT a.report_ref FROM arrest_summons a CROSS JOIN arrest_summons b CROSS JOIN arrest_summons c";
    assert_eq!(sql(join, "[sql]\nmost_rows = 27").stdout.lines().count(), 1 + 27);
    let bounded = sql(join, "[sql]\nmost_rows = 26");
    assert!(bounded.code == 2 && bounded.stdout.is_empty(), "{}", bounded.stdout);
    assert!(
        bounded.stderr.contains("the result has more than 26 rows; ask for fewer, or set sql.most_rows"),
        "{}",
        bounded.stderr
    );
}

#[test]
fn a_file_that_was_written_over_with_its_size_and_time_kept_is_read_again() {
    let bench = bench();
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    assert_eq!(figure(&bench, "CRE-01", "E1")["numerator"], "3");
    let path = bench.source().join(submission_path("arrest_summons", RETURN));
    let (before, time) = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
    let late = ("2025-04-03T10:00:00Z", "2025-04-19T12:00:00Z");
    bench.submit("arrest_summons", RETURN, &arrests(&[GOOD, GOOD, late]));
    let mut after = fs::read(&path).unwrap();
    assert!(after.len().abs_diff(before.len()) < 200, "{} {}", before.len(), after.len());
    let size = before.len().max(after.len());
    pad_footer(&mut after, size);
    // Both states have one size: the first is padded too, read, and then replaced.
    let mut first = before.clone();
    pad_footer(&mut first, size);
    write_at(&path, &first, time);
    bench.run("2025-04", &["--again"]);
    assert_eq!(figure(&bench, "CRE-01", "E1")["numerator"], "3");
    write_at(&path, &after, time);
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    assert_eq!(figure(&bench, "CRE-01", "E1")["numerator"], "2");
}

fn write_at(path: &Path, bytes: &[u8], time: SystemTime) {
    fs::write(path, bytes).unwrap();
    fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
}

/// Brings a Parquet file to a size: readers ignore what lies between the pages and the footer.
fn pad_footer(bytes: &mut Vec<u8>, size: usize) {
    let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap());
    let at = bytes.len() - 8 - usize::try_from(length).unwrap();
    let missing = size - bytes.len();
    bytes.splice(at..at, vec![0; missing]);
}

/// A file of 50 arrests, 38 of them in time, 4 not recordable.
fn fifty() -> Vec<u8> {
    let row = |n: usize| {
        let created = if n < 38 { GOOD.1 } else { "2025-04-19T12:00:00Z" };
        format!("E1,r{n},arrest,{},{created},{},true", GOOD.0, n < 46)
    };
    parquet("arrest_summons", &(0..50).map(row).collect::<Vec<_>>().join("\n"))
}

/// The file with another footer.
fn with_footer(bytes: &[u8], change: impl Fn(ParquetMetaData) -> ParquetMetaData) -> Vec<u8> {
    let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap());
    let pages = &bytes[..bytes.len() - 8 - usize::try_from(length).unwrap()];
    let mut metadata = ParquetMetaDataReader::new();
    metadata.try_parse(&bytes::Bytes::copy_from_slice(bytes)).unwrap();
    let mut written = pages.to_vec();
    ParquetMetaDataWriter::new(&mut written, &change(metadata.finish().unwrap())).finish().unwrap();
    written
}

fn with_groups(metadata: ParquetMetaData, change: impl Fn(RowGroupMetaData) -> RowGroupMetaData) -> ParquetMetaData {
    let mut builder = metadata.into_builder();
    let groups = builder.take_row_groups().into_iter().map(change).collect();
    builder.set_row_groups(groups).build()
}

fn with_rows(rows: i64) -> impl Fn(RowGroupMetaData) -> RowGroupMetaData {
    move |group| {
        let columns = group.columns().iter().map(|column| column.clone().into_builder().set_num_values(rows).build());
        let columns = columns.collect::<Result<Vec<_>, _>>().unwrap();
        group.into_builder().set_column_metadata(columns).set_num_rows(rows).build().unwrap()
    }
}

#[test]
fn statistics_that_nobody_verified_decide_nothing() {
    let bench = Bench::new();
    let lying = with_footer(&fifty(), |metadata| {
        with_groups(metadata, |group| {
            let columns = group.columns().iter().map(|column| {
                let builder = column.clone().into_builder();
                if column.column_descr().name() != "recordable" {
                    return builder.build().unwrap();
                }
                let no_row = Statistics::boolean(Some(false), Some(false), None, Some(0), false);
                builder.set_statistics(no_row).build().unwrap()
            });
            let columns = columns.collect();
            group.into_builder().set_column_metadata(columns).build().unwrap()
        })
    });
    bench.write(&submission_path("arrest_summons", RETURN), &lying);
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let found = figure(&bench, "CRE-01", "E1");
    assert_eq!((found["numerator"].as_str(), found["denominator"].as_str()), ("38", "46"));
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    for rows in [0, 49, 51, 1 << 40] {
        let bench = bench();
        bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), &arrests(&[GOOD]));
        let lying = with_footer(&fifty(), |metadata| {
            let file = metadata.file_metadata();
            let schema = std::sync::Arc::new(file.schema_descr().clone());
            let claimed = parquet::file::metadata::FileMetaData::new(
                file.version(),
                rows,
                None,
                file.key_value_metadata().cloned(),
                schema,
                None,
            );
            let groups = metadata.row_groups().iter().cloned().map(with_rows(rows)).collect();
            ParquetMetaData::new(claimed, groups)
        });
        bench.write(&submission_path("arrest_summons", RETURN), &lying);
        let run = bench.run("2025-04", &[]);
        assert_eq!(run.code, 31, "{rows}: {}", run.stderr);
        let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
        let finding = record["findings"].as_array().unwrap().iter().find(|f| f["level"] == "blocking").unwrap().clone();
        assert_eq!(
            (finding["org_code"].as_str(), finding["rule"].as_str()),
            (Some("E1"), Some("parquet")),
            "{finding}"
        );
        assert_eq!(figure(&bench, "CRE-01", "E2")["status"], "value", "the neighbour's figure stands");
    }
}

#[test]
fn footer_row_groups_and_pages_must_state_the_same_number_of_rows() {
    let whole = fifty();
    let groups = with_footer(&whole, |metadata| with_groups(metadata, with_rows(51)));
    // Field 3 of the footer, an integer of 50 in the compact encoding, before field 4, a list of one row group.
    let (stated, claimed) = ([0x16, 0x64, 0x19, 0x1c], [0x16, 0x66, 0x19, 0x1c]);
    let places: Vec<usize> = (0..whole.len() - 4).filter(|at| whole[*at..*at + 4] == stated).collect();
    let mut footer = whole.clone();
    footer[places[0]..places[0] + 4].copy_from_slice(&claimed);
    assert_eq!(places.len(), 1);
    for (bytes, message) in [
        (groups, "a row group says 51 rows, but the pages of its column org_code hold 50"),
        (footer, "its footer says 51 rows, but its row groups hold 50"),
    ] {
        let bench = bench();
        bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), &arrests(&[GOOD]));
        bench.write(&submission_path("arrest_summons", RETURN), &bytes);
        assert_eq!(bench.run("2025-04", &[]).code, 31);
        let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
        let said = record["findings"][0]["message"].as_str().unwrap();
        assert_eq!(said, format!("the file contradicts itself: {message}"));
    }
}

/// Two states of one file: three arrests in time, or five.
fn two_states() -> [Vec<u8>; 2] {
    [3, 5].map(|count| {
        let row = |n: usize| format!("E1,r{n},arrest,{},{},true,true", GOOD.0, GOOD.1);
        parquet("arrest_summons", &(0..count).map(row).collect::<Vec<_>>().join("\n"))
    })
}

/// Puts another file in the place of one, in one step.
fn replace(path: &Path, bytes: &[u8]) {
    let beside = path.with_file_name(".new");
    fs::write(&beside, bytes).unwrap();
    fs::rename(beside, path).unwrap();
}

/// Whatever the moment at which a file is replaced: the figure is that of one of its states, the recorded hash is that state's,
/// or the submission is refused, or the run ends and says why. The neighbour's figure stands.
#[test]
fn a_file_that_is_replaced_during_a_run_is_counted_as_it_was_hashed_or_not_at_all() {
    let states = two_states();
    let mut told = 0;
    for after in [0, 100, 200, 300, 400, 600, u64::MAX] {
        let bench = Bench::new();
        bench.write(&submission_path("arrest_summons", RETURN), &states[0]);
        bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), &arrests(&[GOOD]));
        let path = bench.source().join(submission_path("arrest_summons", RETURN));
        let run = std::thread::scope(|scope| {
            let run = scope.spawn(|| bench.run("2025-04", &[]));
            if after == u64::MAX {
                // Without end, as by a program that goes on writing.
                for at in 0.. {
                    if run.is_finished() {
                        break;
                    }
                    replace(&path, &states[at % 2]);
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
            } else {
                std::thread::sleep(std::time::Duration::from_millis(after));
                replace(&path, &states[1]);
            }
            run.join().unwrap()
        });
        if run.code == 20 {
            assert!(run.stderr.contains("changed after the source was listed"), "{}", run.stderr);
            assert!(run.stderr.contains("org=E1/period=2025-04"), "{}", run.stderr);
            assert!(!bench.out().join("2025-04").exists());
            continue;
        }
        let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
        let inputs = record["inputs"].as_array().unwrap();
        let input = inputs.iter().find(|input| input["path"] == submission_path("arrest_summons", RETURN));
        let found = figure(&bench, "CRE-01", "E1");
        if run.code == 31 {
            assert_eq!(found["status"], "missing", "{found:?}");
        } else {
            assert_eq!(run.code, 0, "{}", run.stderr);
            let counted = found["numerator"].parse::<usize>().unwrap();
            let state = &states[usize::from(counted == 5)];
            assert!(counted == 3 || counted == 5, "{found:?}");
            assert_eq!(input.unwrap()["sha256"], leds_metrics::digest::sha256(state), "{counted}");
            told += 1;
        }
        assert_eq!(figure(&bench, "CRE-01", "E2")["numerator"], "1", "the neighbour's figure stands");
    }
    assert!(told >= 4, "{told} runs found the file at rest");
}

/// What is replaced between the listing and the reading refuses its own submission, and only in this run.
#[test]
fn a_file_that_changes_after_it_was_listed_is_refused_alone_and_not_for_good() {
    use leds_metrics::app::Context;
    use leds_metrics::settings::Settings;
    use leds_metrics::sources::SubmittedTable;
    use leds_metrics::{intake, progress};

    let bench = Bench::new();
    let states = two_states();
    bench.write(&submission_path("arrest_summons", RETURN), &states[0]);
    bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), &arrests(&[GOOD]));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let context = Context::with(None, Settings::default()).await.unwrap();
        let day = "2025-12-01".parse().unwrap();
        let date = intake::DataDate { as_of: None, today: day };
        let work = intake::WorkFolder::open(&bench.work()).unwrap();
        let refused = async |replaced: bool| {
            let settings = context.engine_settings(work.spill());
            let source = bench.source();
            let opened = intake::open(&source.as_path().into(), date, &context.definitions, &settings).await.unwrap();
            if replaced {
                replace(&source.join(submission_path("arrest_summons", RETURN)), &states[1]);
            }
            let step = progress::StepBar::new(true);
            let check = intake::SubmissionCheck {
                opened: &opened,
                definitions: &context.definitions,
                work: &work,
                step: &step,
                purpose: intake::Purpose::Findings,
                helpers: None,
            };
            let taken = intake::admit(&check).await.unwrap();
            let of = &taken.admissions[&SubmittedTable::Records("arrest_summons".to_owned())];
            let refused = of.iter().filter(|admission| admission.refused());
            refused.flat_map(|admission| admission.findings.clone()).collect::<Vec<_>>()
        };
        let found = refused(true).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].org_code.as_deref(), found[0].rule.as_str()), (Some("E1"), "changed"), "{found:?}");
        assert_eq!(refused(false).await, [], "what is at rest now is let in");
    });
}

/// The roll-up of reported arrests that also holds two long texts of every report in memory, of all that is scanned at once.
fn hungry_rollup(sql: &str) -> String {
    let many = "(SELECT COUNT(DISTINCT repeat(report_ref, 20)) + COUNT(DISTINCT reverse(repeat(report_ref, 20))) AS texts \
                FROM arrest_summons) AS many";
    let wider = sql.replace("COUNT(*) AS reports", "COUNT(*) + 0 * MAX(texts) AS reports");
    let hungry = wider.replace("FROM arrest_summons\n", &format!("FROM arrest_summons CROSS JOIN {many}\n"));
    assert_ne!(wider, sql);
    assert_ne!(hungry, wider);
    hungry
}

#[test]
fn a_roll_up_that_needs_too_much_memory_is_computed_in_parts() {
    let bench = Bench::new();
    let rows = |month: i32| {
        let (event, created) = (format!("2025-{month:02}-03T10:00:00Z"), format!("2025-{month:02}-03T12:00:00Z"));
        let row = |n: usize| format!("m{month}r{n:06},arrest,{event},{created},true,true");
        (0..30_000).map(row).collect::<Vec<_>>().join("\n")
    };
    for month in 1..=4 {
        bench.submit("arrest_summons", ("2025-05-15", "E1", &format!("2025-{month:02}")), &rows(month));
    }
    let definitions = bench.export();
    let file = "queries/rollups/arrest_summons_delay.sql";
    definitions.write(file, &hungry_rollup(&definitions.read(file)));
    let run = |mib: u32| {
        let settings = bench.settings(&format!("[engine]\nmemory_limit_mib = {mib}\nthreads = 1\n"));
        let _ = fs::remove_dir_all(bench.work());
        let run =
            bench.run("2025-04", &["--again", "--definitions", definitions.path(), "--settings", text(&settings)]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
        let rollups = record["rollups"].as_array().unwrap();
        let rollup = rollups.iter().find(|rollup| rollup["name"] == "arrest_summons_delay").unwrap();
        assert_eq!(figure(&bench, "CRE-01", "E1")["numerator"], "30000");
        (rollup["scans"].as_u64().unwrap(), bench.published("2025-04", "results/observations.csv"))
    };
    let (whole, parts) = (run(1024), run(64));
    assert_eq!(whole.0, 1, "one statement where there is room");
    assert!(parts.0 > 1, "{} statements", parts.0);
    assert!(parts.1 == whole.1, "the figures are the same");
}
