//! Runs that are killed at any moment, and disks that are full: the last whole release stays, and the next run succeeds. They take
//! minutes, and are ignored unless they are asked for.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::support::{Bench, arrests, leds_metrics, text};

const CASE: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");

/// How often a run is killed; `LEDS_METRICS_TEST_KILLS` says another number.
const KILLS: u32 = 25;

/// Two forces, of which one has sent April 2025, and a first release.
fn published_once() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[CASE, CASE]));
    let first = bench.run("2025-04", &["--allow-gaps"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    bench
}

fn arguments(bench: &Bench) -> Vec<String> {
    let (source, out) = (bench.source(), bench.out());
    let places = ["run", "--source", text(&source), "--out", text(&out), "--quiet", "--again"];
    let what = ["--period", "2025-04", "--published-on", "2025-12-01", "--copies", "none", "--allow-gaps"];
    places.into_iter().chain(what).map(str::to_owned).collect()
}

/// The release that readers find, which is whole, as is every other one.
fn seen(bench: &Bench) -> String {
    let month = bench.out().join("2025-04");
    let releases = std::fs::read_dir(&month).unwrap().map(|entry| entry.unwrap().path());
    for release in releases.filter(|path| path.is_dir()) {
        let proof = leds_metrics(&["verify-release", text(&release)]);
        assert_eq!(proof.code, 0, "{}: {}{}", release.display(), proof.stdout, proof.stderr);
    }
    let latest: serde_json::Value = serde_json::from_slice(&std::fs::read(month.join("latest.json")).unwrap()).unwrap();
    assert!(month.join(latest["path"].as_str().unwrap()).is_dir());
    latest["path"].as_str().unwrap().to_owned()
}

/// What a killed run leaves behind and the next one clears away.
fn left_over(bench: &Bench) -> Vec<PathBuf> {
    let hidden = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with(".staging-");
    let staged = std::fs::read_dir(bench.out()).unwrap().flatten().filter(hidden);
    let spilled = std::fs::read_dir(bench.work().join("spill")).into_iter().flatten().flatten();
    staged.chain(spilled).map(|entry| entry.path()).collect()
}

/// Numbers from 0 to 1 that lie evenly, in an order that repeats: multiples of the golden ratio.
fn spread(number: u32) -> f64 {
    (f64::from(number) * 0.618_033_988_749_895).fract()
}

#[test]
#[ignore = "takes minutes"]
fn a_run_that_is_killed_at_any_moment_leaves_the_last_whole_release() {
    let bench = published_once();
    let begun = Instant::now();
    let whole = bench.program().args(arguments(&bench)).output().unwrap();
    assert_eq!(whole.status.code(), Some(0));
    let mut takes = begun.elapsed();
    let kills = env::var("LEDS_METRICS_TEST_KILLS").map_or(KILLS, |number| number.parse().unwrap());
    let (mut published, mut killed) = (0, 0);
    for number in 1.. {
        if killed == kills {
            break;
        }
        assert!(number < 4 * kills, "runs end before they are killed: {killed} of {number}");
        let before = seen(&bench);
        let begun = Instant::now();
        let mut child =
            bench.program().args(arguments(&bench)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(takes.mul_f64(spread(number)));
        match child.try_wait().unwrap() {
            Some(_) => takes = takes.min(begun.elapsed()),
            None => killed += 1,
        }
        child.kill().unwrap();
        child.wait().unwrap();
        published += u32::from(seen(&bench) != before);
    }
    println!("{killed} runs killed; {published} releases were published by then; no half release");
    let next = leds_metrics(&arguments(&bench).iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(next.code, 0, "{}", next.stderr);
    assert_eq!(left_over(&bench), Vec::<PathBuf>::new());
    seen(&bench);
}

/// A small file system, which goes with the test.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path, kibibytes: u32) -> Self {
        std::fs::create_dir_all(at).unwrap();
        let size = format!("size={kibibytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs", text(at)]).status().unwrap();
        assert!(mounted.success(), "only an administrator can mount a file system");
        Self(at.to_owned())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
#[ignore = "mounts a file system"]
fn a_full_disk_leaves_the_last_release_and_more_room_is_enough() {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[CASE, CASE]));
    let release_kibibytes = {
        let other = published_once();
        let bytes: usize = other.released().values().map(Vec::len).sum();
        u32::try_from(bytes / 1024).unwrap()
    };
    // Room for one release and a part of the next.
    let disk = SmallDisk::mount(&bench.out(), release_kibibytes * 2);
    let first = bench.run("2025-04", &["--allow-gaps"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let mut full = None;
    for _ in 0..3 {
        let run = bench.run("2025-04", &["--allow-gaps", "--again"]);
        if run.code != 0 {
            full = Some(run);
            break;
        }
    }
    let full = full.expect("the disk is full after three releases");
    assert_eq!(full.code, 50, "{}", full.stderr);
    assert!(full.stderr.contains("No space left on device"), "{}", full.stderr);
    let before = seen(&bench);
    let room = Command::new("mount").args(["-o", "remount,size=1g", text(&disk.0)]).status().unwrap();
    assert!(room.success());
    let next = bench.run("2025-04", &["--allow-gaps", "--again"]);
    assert_eq!(next.code, 0, "{}", next.stderr);
    assert_ne!(seen(&bench), before);
    assert_eq!(left_over(&bench), Vec::<PathBuf>::new());
}

/// Calls of the system that decide what is on the disk, in their order.
fn traced(bench: &Bench) -> Vec<String> {
    let log = bench.work().with_extension("trace");
    let traced = Command::new("strace")
        .args(["-f", "-y", "-qq", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o", text(&log)])
        .arg(env!("CARGO_BIN_EXE_leds-metrics"))
        .args(arguments(bench))
        .output()
        .unwrap();
    assert_eq!(traced.status.code(), Some(0), "{}", String::from_utf8_lossy(&traced.stderr));
    std::fs::read_to_string(log).unwrap().lines().map(str::to_owned).collect()
}

#[test]
#[ignore = "needs strace"]
fn everything_is_on_the_disk_before_it_is_named() {
    let bench = published_once();
    let calls = traced(&bench);
    let out = std::fs::canonicalize(bench.out()).unwrap();
    let (out, release) = (text(&out), format!("{}/2025-04/r2", text(&out)));
    let staged = calls.iter().position(|call| call.contains("rename") && call.contains(&format!("\"{release}\"")));
    let staged = staged.expect("the release is renamed into its place");
    let pointed = calls.iter().position(|call| call.contains("rename") && call.contains("2025-04/latest.json\""));
    let pointed = pointed.expect("the pointer is renamed into its place");
    assert!(staged < pointed);
    let is_synced = |call: &&String| call.contains("sync(");
    let before: Vec<&String> =
        calls[..staged].iter().filter(is_synced).filter(|call| call.contains(".staging-")).collect();
    for file in crate::support::files_below(Path::new(&release)) {
        let path = format!("/{}>", text(&file));
        assert!(before.iter().any(|call| call.contains(&path)), "{path} is not waited for before the release is named");
    }
    let between = || calls[staged..pointed].iter().filter(is_synced);
    assert!(between().any(|call| call.contains(&format!("{out}/2025-04>"))), "the name of the release is waited for");
    assert!(between().any(|call| call.contains("/2025-04/.tmp")), "the pointer is waited for before it is named");
    let after = calls[pointed..].iter().filter(is_synced).any(|call| call.contains(&format!("{out}/2025-04>")));
    assert!(after, "the name of the pointer is waited for");
    println!("{} calls, {} files waited for before the release had its name", calls.len(), before.len());
}
