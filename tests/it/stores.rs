//! Sources and releases in object stores, through the program and real emulators. They need `tests/stores/run`, and are ignored
//! without it.

mod proxy;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::path::Path as StorePath;
use object_store::{Attribute, ObjectStore, ObjectStoreExt as _};
use tokio::runtime::Runtime;

use self::proxy::{Asked, Fault, Proxy};
use crate::support::{Bench, Exported, Finished, arrests, files_below, leds_metrics_with, program_in, text};

const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const SLOW: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-09T12:00:00Z");

/// The key that every copy of the emulator of Azure has.
const AZURE_KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The kinds of stores that there are emulators for.
#[derive(Clone, Copy, Debug)]
enum Kind {
    S3,
    Azure,
}

const KINDS: [Kind; 2] = [Kind::S3, Kind::Azure];

/// Variables of the environment, as each provider's own tools know them.
type Variables = Vec<(&'static str, String)>;

impl Kind {
    fn emulator(self) -> String {
        let name = match self {
            Self::S3 => "LEDS_METRICS_TEST_S3",
            Self::Azure => "LEDS_METRICS_TEST_AZURE",
        };
        env::var(name).unwrap_or_else(|_| panic!("{name} is not set: tests/stores/run starts the emulators"))
    }

    fn variables(self, address: &str) -> Variables {
        match self {
            Self::S3 => vec![
                ("AWS_ENDPOINT_URL", format!("http://{address}")),
                ("AWS_ALLOW_HTTP", "true".to_owned()),
                ("AWS_REGION", "eu-west-2".to_owned()),
                ("AWS_ACCESS_KEY_ID", "tester".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "not-to-be-seen".to_owned()),
            ],
            Self::Azure => vec![
                ("AZURE_STORAGE_USE_EMULATOR", "true".to_owned()),
                ("AZURITE_BLOB_STORAGE_URL", format!("http://{address}")),
            ],
        }
    }

    fn store(self) -> Arc<dyn ObjectStore> {
        let (bucket, endpoint) = (bucket(), format!("http://{}", self.emulator()));
        match self {
            Self::S3 => Arc::new(
                AmazonS3Builder::new()
                    .with_endpoint(endpoint)
                    .with_allow_http(true)
                    .with_region("eu-west-2")
                    .with_bucket_name(bucket)
                    .with_access_key_id("tester")
                    .with_secret_access_key("any")
                    .build()
                    .unwrap(),
            ),
            Self::Azure => Arc::new(
                MicrosoftAzureBuilder::new()
                    .with_endpoint(format!("{endpoint}/devstoreaccount1"))
                    .with_account("devstoreaccount1")
                    .with_access_key(AZURE_KEY)
                    .with_allow_http(true)
                    .with_container_name(bucket)
                    .build()
                    .unwrap(),
            ),
        }
    }
}

fn bucket() -> String {
    env::var("LEDS_METRICS_TEST_BUCKET").unwrap()
}

/// A source on a disk and a folder of a store, which no other test uses.
struct InStore {
    kind: Kind,
    bench: Bench,
    store: Arc<dyn ObjectStore>,
    runtime: Runtime,
    /// Of this test alone.
    folder: String,
    /// Releases that were compared with their manifests.
    proved: RefCell<BTreeSet<String>>,
    /// Others than the built-in ones.
    definitions: Option<Exported>,
}

impl InStore {
    /// Two forces, of which one has sent April 2025, on the disk and in the store.
    fn new(kind: Kind) -> Self {
        let bench = Bench::new();
        bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[FAST, SLOW]));
        let folder = text(bench.source().parent().unwrap().file_name().unwrap().as_ref()).replace('.', "");
        let runtime = Runtime::new().unwrap();
        let (store, proved) = (kind.store(), RefCell::default());
        let made = Self { kind, bench, store, runtime, folder, proved, definitions: None };
        made.send_source();
        made
    }

    /// As `new`, with releases of a quarter of the files: one metric, under the heading of its principle, in one edition.
    fn with_one_metric(kind: Kind) -> Self {
        let mut made = Self::new(kind);
        let definitions = made.bench.export();
        definitions.keep("queries/metrics", &["CRE-01"]);
        definitions.keep("reports", &["assets", "templates", "national.toml", "sections.toml"]);
        definitions.write("queries/invariants.toml", "invariants = []");
        definitions
            .write("reports/sections.toml", "[[sections]]\ntitle = \"Creating the data record\"\nprinciple = 2\n");
        made.definitions = Some(definitions);
        made
    }

    /// Sends what the source on the disk holds.
    fn send_source(&self) {
        for path in files_below(&self.bench.source()) {
            let bytes = std::fs::read(self.bench.source().join(&path)).unwrap();
            let to = StorePath::from(format!("{}/source/{}", self.folder, text(&path)));
            self.runtime.block_on(self.store.put(&to, bytes.into())).unwrap();
        }
    }

    fn address(&self, below: &str) -> String {
        let scheme = match self.kind {
            Kind::S3 => "s3",
            Kind::Azure => "az",
        };
        format!("{scheme}://{}/{}/{below}", bucket(), self.folder)
    }

    /// Calls the program with the store as it is.
    fn call(&self, arguments: &[&str]) -> Finished {
        self.call_through(&self.kind.emulator(), arguments)
    }

    /// Calls the program with what stands before the store.
    fn call_through(&self, address: &str, arguments: &[&str]) -> Finished {
        let variables = self.kind.variables(address);
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        leds_metrics_with(arguments, &variables)
    }

    /// Arguments of a run with source and releases in the store.
    fn run_arguments(&self) -> Vec<String> {
        let work = self.bench.work();
        let (source, out) = (self.address("source"), self.address("releases"));
        let places = ["run", "--source", &source, "--out", &out, "--work", text(&work), "--quiet"];
        let what = ["--period", "2025-04", "--published-on", "2025-12-01", "--copies", "none", "--allow-gaps"];
        let definitions = self.definitions.iter().flat_map(|definitions| ["--definitions", definitions.path()]);
        places.into_iter().chain(what).chain(definitions).map(str::to_owned).collect()
    }

    fn run(&self) -> Finished {
        self.run_through(&self.kind.emulator(), &[])
    }

    fn run_through(&self, address: &str, more: &[&str]) -> Finished {
        let arguments = self.run_arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
        self.call_through(address, &arguments)
    }

    /// Paths of all files in the folder of releases.
    fn paths(&self) -> BTreeSet<String> {
        let folder = StorePath::from(format!("{}/releases", self.folder));
        let listed = self.runtime.block_on(self.store.list(Some(&folder)).try_collect::<Vec<_>>()).unwrap();
        let below = |path: &str| path.strip_prefix(folder.as_ref()).unwrap().trim_start_matches('/').to_owned();
        listed.iter().map(|object| below(object.location.as_ref())).collect()
    }

    /// Removes what it can: emulators become slow with many thousands of files.
    fn clear(self) {
        let folder = StorePath::from(self.folder.as_str());
        let found = self.store.list(Some(&folder)).map_ok(|object| object.location).boxed();
        drop(self.runtime.block_on(self.store.delete_stream(found).try_collect::<Vec<_>>()));
    }

    /// A file in the folder of releases.
    fn read(&self, path: &str) -> Vec<u8> {
        let path = StorePath::from(format!("{}/releases/{path}", self.folder));
        self.runtime.block_on(async { self.store.get(&path).await.unwrap().bytes().await.unwrap().to_vec() })
    }

    /// Files of the releases in the store, by path.
    fn released(&self) -> BTreeMap<String, Vec<u8>> {
        self.paths().into_iter().map(|path| (path.clone(), self.read(&path))).collect()
    }

    /// The folders of the releases that are announced, such as `2025-04/r1`.
    fn announced(&self) -> Vec<String> {
        let announcements = self.paths().into_iter().filter(|path| path.starts_with("announced/"));
        let folder = |path: String| {
            let announced: serde_json::Value = serde_json::from_slice(&self.read(&path)).unwrap();
            format!("{}/{}", announced["period"].as_str().unwrap(), announced["path"].as_str().unwrap())
        };
        announcements.map(folder).collect()
    }

    /// Which release readers find with one read, after every file of every release was once compared with its manifest.
    fn seen(&self) -> String {
        for folder in self.announced() {
            if self.proved.borrow_mut().insert(folder.clone()) {
                let proof = self.call(&["verify-release", &self.address(&format!("releases/{folder}"))]);
                assert_eq!(proof.code, 0, "{folder}: {}{}", proof.stdout, proof.stderr);
            }
        }
        let latest: serde_json::Value = serde_json::from_slice(&self.read("2025-04/latest.json")).unwrap();
        format!("2025-04/{}", latest["path"].as_str().unwrap())
    }

    /// Files that belong to no release and no ledger.
    fn left_over(&self) -> Vec<String> {
        let mut known =
            vec!["announced/".to_owned(), "ledger/".to_owned(), "assets/".to_owned(), "index.html".to_owned()];
        for folder in self.announced() {
            let (period, _) = folder.split_once('/').unwrap();
            known.extend([format!("{period}/latest.json"), format!("{folder}/")]);
        }
        self.paths().into_iter().filter(|path| !known.iter().any(|known| path.starts_with(known.as_str()))).collect()
    }
}

/// Parts of a release that tell how a run went, and not what it found.
fn tells_of_the_run(path: &str) -> bool {
    path.ends_with("run-record.json") || path.ends_with("SHA256SUMS")
}

#[cfg(feature = "cluster")]
#[test]
#[ignore = "needs tests/stores/run"]
fn workers_read_the_store_and_the_release_is_the_same() {
    use crate::cluster::WorkerProcess;

    for kind in KINDS {
        let there = InStore::new(kind);
        let variables = kind.variables(&kind.emulator());
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let workers = [0, 1].map(|_| WorkerProcess::at(&there.address("source"), &[], &variables));
        let addresses = workers.each_ref().map(WorkerProcess::url).join(",");
        let release = |name: &str, more: &[&str]| {
            let folder = there.bench.source().with_file_name(name);
            let (source, out, work) = (there.address("source"), folder.join("out"), folder.join("work"));
            let mut arguments = vec!["run", "--source", &source, "--out", text(&out), "--work", text(&work), "--quiet"];
            arguments.extend(["--period", "2025-04", "--published-on", "2025-12-01", "--copies", "none"]);
            arguments.extend(more);
            let run = there.call(&[arguments.as_slice(), &["--allow-gaps"]].concat());
            assert_eq!(run.code, 0, "{kind:?}: {}", run.stderr);
            out.join("2025-04/r1")
        };
        let (alone, helped) = (release("alone", &[]), release("helped", &["--workers", &addresses, "--verify"]));
        for path in files_below(&alone).iter().filter(|path| !tells_of_the_run(text(path))) {
            let [one, other] = [&alone, &helped].map(|release| std::fs::read(release.join(path)).unwrap());
            assert!(one == other, "{kind:?}: {} differs", path.display());
        }
        assert_eq!(files_below(&alone), files_below(&helped));
        let record = std::fs::read(helped.join("run-record.json")).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(record["cluster"]["submissions_read_by_workers"], 1, "{kind:?}: {}", record["cluster"]);
        assert_eq!(record["cluster"]["submissions_verified"], 1, "{kind:?}: {}", record["cluster"]);
    }
}

#[test]
#[ignore = "needs tests/stores/run"]
fn a_release_in_a_store_is_the_one_of_a_disk_and_every_command_reads_it() {
    for kind in KINDS {
        let there = InStore::new(kind);
        let on_disk = there.bench.run("2025-04", &["--allow-gaps"]);
        assert_eq!(on_disk.code, 0, "{}", on_disk.stderr);
        let run = there.run();
        assert_eq!(run.code, 0, "{kind:?}: {}", run.stderr);
        let first_page = there.address("releases/2025-04/r1/national/index.html");
        assert_eq!(run.stdout.trim(), first_page);
        let (disk, store) = (there.bench.released(), there.released());
        let mut compared = 0;
        for (path, bytes) in disk.iter().filter(|(path, _)| text(path).starts_with("2025-04/r1/")) {
            assert!(store.contains_key(text(path)), "{kind:?}: {} is missing", text(path));
            if !tells_of_the_run(text(path)) {
                assert!(&store[text(path)] == bytes, "{kind:?}: {} is another file", text(path));
                compared += 1;
            }
        }
        assert!(compared > 50, "{compared}");
        assert_eq!(store["index.html"], disk[Path::new("index.html")]);
        assert_eq!((there.seen(), there.left_over()), ("2025-04/r1".to_owned(), Vec::new()));

        let page = StorePath::from(format!("{}/releases/2025-04/r1/national/index.html", there.folder));
        let attributes = there.runtime.block_on(there.store.get(&page)).unwrap().attributes;
        assert_eq!(attributes.get(&Attribute::ContentType).unwrap().as_ref(), "text/html; charset=utf-8");

        let again = there.run();
        assert_eq!((again.code, again.stdout.trim()), (0, first_page.as_str()), "{kind:?}: {}", again.stderr);
        assert_eq!(there.seen(), "2025-04/r1", "nothing new was published");

        there.bench.submit("arrest_summons", ("2025-06-15", "E1", "2025-04"), &arrests(&[FAST, FAST, SLOW]));
        there.send_source();
        let revised = there.run();
        assert_eq!(revised.code, 0, "{kind:?}: {}", revised.stderr);
        assert_eq!(there.seen(), "2025-04/r2");

        let (source, releases) = (there.address("source"), there.address("releases"));
        let (first, month) = (there.address("releases/2025-04/r1"), there.address("releases/2025-04"));
        let works = |arguments: &[&str], words: &str| {
            let done = there.call(arguments);
            assert_eq!(done.code, 0, "{kind:?} {arguments:?}: {}{}", done.stdout, done.stderr);
            assert!(done.stdout.contains(words), "{kind:?} {arguments:?}: {}", done.stdout);
        };
        works(&["verify-release", &month, "--source", &source, "--recompute"], "0 failed");
        works(&["compare", &first, &month], "2025-04 r2");
        works(&["trace", "CRE-01", "E1", "2025-04", "--release", &month], "submitted=2025-06-15");
        works(&["status", "--out", &releases], "2025-04/r2");
        works(&["sql", "SELECT count(*) AS n FROM observations", "--release", &month], "n");
        works(&["check", "--source", &source, "--work", text(&there.bench.work())], "");
        let archive = there.bench.out().join("national.zip");
        works(&["bundle", &month, "national", "--out", text(&archive)], "national.zip");
        let work = there.bench.work();
        works(&["doctor", "--source", &source, "--out", &releases, "--work", text(&work)], "can be written");
        let settings = there.bench.settings("[retention]\nrevisions = 1\n");
        let prune = ["prune", "--out", &releases, "--work", text(&work), "--settings", text(&settings), "--remove"];
        works(&prune, "2025-04/r1");
    }
}

#[test]
#[ignore = "needs tests/stores/run"]
fn delays_lost_connections_and_refusals_of_a_store_change_nothing() {
    for kind in KINDS {
        let there = InStore::new(kind);
        let faults =
            [Fault::Late, Fault::Refused(503), Fault::Dropped, Fault::Refused(429), Fault::Lost, Fault::Refused(500)];
        let sound = Proxy::before(&kind.emulator(), |_| Fault::None);
        assert_eq!(there.run_through(&sound.address, &[]).code, 0);
        let troubled = Proxy::before(&kind.emulator(), move |request| {
            if request.number % 5 == 0 { faults[request.number / 5 % faults.len()] } else { Fault::None }
        });
        let other = InStore::new(kind);
        let run = other.run_through(&troubled.address, &[]);
        assert_eq!(run.code, 0, "{kind:?}: {}\n{}", run.stderr, troubled.lines().join("\n"));
        println!("{kind:?}: {} requests without faults, {} with", sound.requests(), troubled.requests());
        assert!(troubled.requests() < 2 * sound.requests(), "retries are bounded");
        let (one, two) = (there.released(), other.released());
        for (path, bytes) in one.iter().filter(|(path, _)| path.starts_with("2025-04/r1/") && !tells_of_the_run(path)) {
            assert!(two.get(path) == Some(bytes), "{kind:?}: {path} is another file, or not there");
        }
        assert_eq!((other.seen(), other.left_over()), ("2025-04/r1".to_owned(), Vec::new()));
    }
}

/// Requests at which the process is killed: some of them, or the part of all that `LEDS_METRICS_TEST_EVERY` names, such as `2/3`.
/// A part takes a few minutes; after ten the emulator of Azure clears up and answers nobody while it does.
fn points(requests: usize) -> Vec<usize> {
    let some = |step: usize| (1..=requests).rev().step_by(step.max(1)).collect();
    env::var("LEDS_METRICS_TEST_EVERY").map_or_else(
        |_| some(requests / 4),
        |part| {
            let (part, parts) = part.split_once('/').unwrap();
            let [part, parts] = [part, parts].map(|number| number.parse::<usize>().unwrap());
            (1..=requests).filter(|point| point % parts == part % parts).collect()
        },
    )
}

#[test]
#[ignore = "needs tests/stores/run"]
fn a_program_that_is_killed_at_any_request_leaves_the_last_whole_release() {
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(move || kill_at_requests(kind));
        }
    });
}

fn kill_at_requests(kind: Kind) {
    let there = InStore::with_one_metric(kind);
    assert_eq!(there.run().code, 0);
    let counted = Proxy::before(&kind.emulator(), |_| Fault::None);
    assert_eq!(there.run_through(&counted.address, &["--again"]).code, 0);
    let points = points(counted.requests());
    let published = points.iter().filter(|point| kill_at_request(kind, **point)).count();
    assert!((1..points.len()).contains(&published), "kills before the new release is announced, and after");
    println!(
        "{kind:?}: killed at {} of {} requests, after {published} of them the new release was there, no half release",
        points.len(),
        counted.requests()
    );
}

/// Kills a program that publishes a second release, and says whether it had published it by then.
fn kill_at_request(kind: Kind, point: usize) -> bool {
    let there = InStore::with_one_metric(kind);
    assert_eq!(there.run().code, 0);
    assert_eq!(there.seen(), "2025-04/r1");
    // Nothing is answered from that request on, and nobody waits for the answer.
    let silent = Proxy::before(&kind.emulator(), move |request| {
        if request.number >= point {
            std::thread::sleep(Duration::from_hours(1));
        }
        Fault::None
    });
    let mut child = there
        .bench
        .program()
        .args(there.run_arguments())
        .arg("--again")
        .envs(kind.variables(&silent.address))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while silent.requests() < point {
        assert_eq!(child.try_wait().unwrap(), None, "the program ended before request {point}");
        assert!(begun.elapsed() < Duration::from_mins(1), "request {point} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (announced, after) = (there.announced().len(), there.seen());
    assert!(after == "2025-04/r1" || announced == 2, "killed at {point}: {after} is not announced");
    let next = there.run_through(&kind.emulator(), &["--again"]);
    assert_eq!(next.code, 0, "killed at {point}: {}", next.stderr);
    assert_eq!(there.left_over(), Vec::<String>::new(), "killed at {point}");
    assert_eq!(there.announced().len(), announced + 1, "killed at {point}");
    // Or `r2-2`: the folder that the killed program had begun is not used again.
    let (seen, folder) = (there.seen(), format!("2025-04/r{}", announced + 1));
    assert!(seen == folder || seen.starts_with(&format!("{folder}-")), "killed at {point}: {seen}");
    there.clear();
    announced == 2
}

#[test]
#[ignore = "needs tests/stores/run"]
fn of_two_that_publish_at_once_one_wins_and_the_other_says_so() {
    for kind in KINDS {
        let there = InStore::new(kind);
        assert_eq!(there.run().code, 0);
        let folder = there.bench.source();
        // The other one announces its release while this one waits with its own.
        let (emulator, mut arguments) = (kind.emulator(), there.run_arguments());
        let work = arguments.iter().position(|argument| argument == "--work").unwrap() + 1;
        arguments[work].push_str("-2");
        let variables = kind.variables(&emulator);
        let waits = Proxy::before(&emulator, {
            let done = std::sync::Once::new();
            move |Asked { line, .. }| {
                if line.starts_with("PUT") && line.contains("/2025-04/r2/") {
                    done.call_once(|| {
                        let mut other = program_in(&folder);
                        let other = other.args(&arguments).arg("--again").envs(variables.clone()).output().unwrap();
                        assert_eq!(other.status.code(), Some(0));
                    });
                }
                Fault::None
            }
        });
        let own = there.run_through(&waits.address, &["--again"]);
        let seen = there.seen();
        assert!(seen.starts_with("2025-04/r"), "{seen}");
        assert_eq!(there.announced().len(), 2, "{}", own.stderr);
        assert_eq!(own.code, 50, "{kind:?}: {}", own.stderr);
        assert!(own.stderr.contains("another run has published 2025-04 r2 meanwhile"), "{}", own.stderr);
        assert_eq!(there.left_over(), Vec::<String>::new());
    }
}

#[test]
#[ignore = "needs tests/stores/run"]
fn what_a_store_refuses_is_told_without_the_credentials() {
    let there = InStore::new(Kind::Azure);
    let source = there.address("source");
    let wrong = "d3Jvbmcta2V5LXRoYXQtbm9ib2R5LW1heS1zZWU=";
    let emulator = format!("http://{}/devstoreaccount1", Kind::Azure.emulator());
    let variables = [
        ("AZURE_STORAGE_ACCOUNT_NAME", "devstoreaccount1"),
        ("AZURE_STORAGE_ACCOUNT_KEY", wrong),
        ("AZURE_STORAGE_ENDPOINT", &emulator),
        ("AZURE_ALLOW_HTTP", "true"),
    ];
    let refused = leds_metrics_with(&["check", "--source", &source, "--work", text(&there.bench.work())], &variables);
    assert_eq!(refused.code, 20, "{}", refused.stderr);
    assert!(refused.stderr.contains(&source) && !refused.stderr.contains(wrong), "{}", refused.stderr);

    let releases = there.address("releases");
    let ledger = leds_metrics_with(&["status", "--out", &releases], &variables);
    assert_eq!(ledger.code, 50, "{}", ledger.stderr);
    assert!(ledger.stderr.contains(&releases) && !ledger.stderr.contains(wrong), "{}", ledger.stderr);

    let nowhere =
        there.call(&["check", "--source", "az://no-such-container/source", "--work", text(&there.bench.work())]);
    assert_eq!(nowhere.code, 20, "{}", nowhere.stderr);
    assert!(nowhere.stderr.contains("az://no-such-container/source"), "{}", nowhere.stderr);

    let empty = there.call(&["check", "--source", &there.address("nothing"), "--work", text(&there.bench.work())]);
    assert_eq!(empty.code, 20, "{}", empty.stderr);
    assert!(empty.stderr.contains("holds no submission"), "{}", empty.stderr);
}

#[test]
fn a_request_is_sent_again_as_long_as_the_settings_say() {
    let bench = Bench::new();
    let call = |seconds: &str| {
        // No emulator stands behind it: every request is refused before.
        let troubled = Proxy::before("127.0.0.1:1", |_| Fault::Refused(503));
        let settings = bench.settings(&format!("[stores]\nretry_seconds = {seconds}\n"));
        let variables = Kind::S3.variables(&troubled.address);
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (begun, work) = (Instant::now(), bench.work());
        let check = ["check", "--source", "s3://bucket/source", "--work", text(&work), "--settings", text(&settings)];
        let done = leds_metrics_with(&check, &variables);
        (done, troubled.requests(), begun.elapsed())
    };
    let (never, requests, _) = call("0");
    assert_eq!((never.code, requests), (20, 1), "{}", never.stderr);
    let (soon, requests, took) = call("1");
    assert_eq!(soon.code, 20, "{}", soon.stderr);
    assert!(requests > 1 && soon.stderr.contains("retry 1 of 8"), "{requests}: {}", soon.stderr);
    // The last pause may begin shortly before the time is over.
    assert!(took > Duration::from_secs(1) && took < Duration::from_secs(20), "{took:?}");
    let (wrong, requests, _) = call("3601");
    assert_eq!((wrong.code, requests), (2, 0), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("stores.retry_seconds is 3601, but must be 0 to 3600"), "{}", wrong.stderr);
}

#[test]
#[ignore = "needs tests/stores/run"]
fn a_store_that_answers_nothing_ends_the_run_in_the_end() {
    let is_read: fn(&str) -> bool = |line| line.starts_with("GET") && line.contains("/source/");
    let is_written: fn(&str) -> bool = |line| line.starts_with("PUT") && line.contains("/2025-04/r1/");
    for (is_gone, code) in [(is_read, 20), (is_written, 50)] {
        let there = InStore::new(Kind::S3);
        let gone = Proxy::before(
            &Kind::S3.emulator(),
            move |Asked { line, .. }| {
                if is_gone(line) { Fault::Refused(503) } else { Fault::None }
            },
        );
        let begun = Instant::now();
        let settings = there.bench.settings("[stores]\nretry_seconds = 5\n");
        let run = there.run_through(&gone.address, &["--settings", text(&settings)]);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(
            run.stderr.contains("object store: warning: Encountered server error with status 503"),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("retry 2 of 9"), "{}", run.stderr);
        assert!(!run.stderr.contains("not-to-be-seen"), "{}", run.stderr);
        println!("code {code} after {} s and {} requests", begun.elapsed().as_secs(), gone.requests());
        let next = there.run();
        assert_eq!(next.code, 0, "{}", next.stderr);
        assert_eq!((there.seen(), there.left_over()), ("2025-04/r1".to_owned(), Vec::new()));
    }
}
