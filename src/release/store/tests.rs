//! Releases in an object store that fails, or stops answering, at every one of its calls, and under other programs that publish
//! at the same time. What is seen is always the last whole release.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use object_store::memory::InMemory;
use object_store::path::Path as StorePath;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::*;
use crate::digest::sha256;
use crate::place::StoreFolder;
use crate::release::store::Staging;
use crate::release::{ReleaseSummary, release_summaries};
use crate::vocabulary::stop::Stop;

const PERIOD: &str = "2025-26Q1";

/// What happens at a call, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// The store does nothing and says so.
    Refuses(usize),
    /// The store does what is asked, and its answer is lost.
    Forgets(usize),
    /// The same, and the next call is refused.
    ForgetsAndRefuses(usize),
    /// From then on nothing is answered any more: the program was killed.
    Dies(usize),
}

type Meanwhile = Mutex<Option<Box<dyn FnOnce() + Send>>>;

/// A store that counts its calls.
struct Counting {
    inner: Arc<InMemory>,
    calls: AtomicUsize,
    fault: Fault,
    /// Files that were asked for.
    read: Mutex<Vec<String>>,
    /// What another program does before one of the calls.
    meanwhile: Meanwhile,
    before: usize,
}

impl Counting {
    fn new(inner: &Arc<InMemory>, fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            inner: Arc::clone(inner),
            calls: AtomicUsize::new(0),
            fault,
            read: Mutex::default(),
            meanwhile: Mutex::new(None),
            before: 0,
        })
    }

    fn interrupted(inner: &Arc<InMemory>, before: usize, meanwhile: impl FnOnce() + Send + 'static) -> Arc<Self> {
        Arc::new(Self {
            inner: Arc::clone(inner),
            calls: AtomicUsize::new(0),
            fault: Fault::None,
            read: Mutex::default(),
            meanwhile: Mutex::new(Some(Box::new(meanwhile))),
            before,
        })
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Counts a call. The first answer says whether it is carried out, the second whether its answer arrives.
    fn count(&self) -> Call {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if call == self.before
            && let Some(meanwhile) = self.meanwhile.lock().unwrap().take()
        {
            // Another program waits for nobody here.
            tokio::task::block_in_place(|| std::thread::spawn(meanwhile).join().unwrap());
        }
        match self.fault {
            Fault::Refuses(at) if at == call => Call { done: false, answered: false },
            Fault::ForgetsAndRefuses(at) if at + 1 == call => Call { done: false, answered: false },
            Fault::Forgets(at) | Fault::ForgetsAndRefuses(at) if at == call => Call { done: true, answered: false },
            Fault::Dies(at) if at <= call => Call { done: false, answered: false },
            _ => Call { done: true, answered: true },
        }
    }
}

struct Call {
    done: bool,
    answered: bool,
}

fn lost() -> Error {
    Error::Generic { store: "S3", source: "503 Slow Down".into() }
}

impl fmt::Debug for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} after {} calls", self.fault, self.calls())
    }
}

impl fmt::Display for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[async_trait::async_trait]
impl ObjectStore for Counting {
    async fn put_opts(&self, location: &StorePath, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let call = self.count();
        let result = if call.done { self.inner.put_opts(location, payload, options).await } else { Err(lost()) };
        if call.answered { result } else { Err(lost()) }
    }

    async fn put_multipart_opts(
        &self,
        location: &StorePath,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &StorePath, options: GetOptions) -> Result<GetResult> {
        self.read.lock().unwrap().push(location.to_string());
        if self.count().answered { self.inner.get_opts(location, options).await } else { Err(lost()) }
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<StorePath>>) -> BoxStream<'static, Result<StorePath>> {
        let call = self.count();
        let deleted = self.inner.delete_stream(locations);
        match (call.done, call.answered) {
            (true, true) => deleted,
            (true, false) => deleted.map(|_| Err(lost())).boxed(),
            _ => stream::once(async { Err(lost()) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&StorePath>) -> BoxStream<'static, Result<ObjectMeta>> {
        if self.count().answered { self.inner.list(prefix) } else { stream::once(async { Err(lost()) }).boxed() }
    }

    async fn list_with_delimiter(&self, prefix: Option<&StorePath>) -> Result<ListResult> {
        if self.count().answered { self.inner.list_with_delimiter(prefix).await } else { Err(lost()) }
    }

    async fn copy_opts(&self, from: &StorePath, to: &StorePath, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

fn place(store: Arc<dyn ObjectStore>) -> Place {
    Place::Store(StoreFolder::of(store, "s3://bucket").join("releases"))
}

fn sound(memory: &Arc<InMemory>) -> Place {
    place(Arc::clone(memory) as Arc<dyn ObjectStore>)
}

fn period() -> Period {
    PERIOD.parse().unwrap()
}

/// A release that another program can publish meanwhile, up to its last step.
struct Prepared {
    staging: Staging,
    revision: u32,
}

/// Writes a release of a few files; `words` tells it from others.
fn prepare(out: &Place, spool: &Path, words: &str) -> std::result::Result<Prepared, PublishError> {
    let staging = Staging::begin(out, spool, &Stop::default())?;
    let revision = next_revision(out, period())?;
    let mut files = std::collections::BTreeMap::new();
    for path in ["national/index.html", "results/observations.csv", "assets/report.css"] {
        let hash = staging.write(path, format!("{path} {words}").as_bytes()).unwrap();
        files.insert(path.to_owned(), hash);
    }
    let record = serde_json::json!({ "files": files, "words": words, "as_of": "2025-07-01", "published_on": "2025-07-02",
        "counts": { "figures_changed": revision } });
    let record = serde_json::to_vec(&record).unwrap();
    staging.write(RECORD, &record).unwrap();
    staging.write(super::super::manifest::MANIFEST, manifest_of(&files, sha256(&record)).text().as_bytes()).unwrap();
    Ok(Prepared { staging, revision })
}

impl Prepared {
    fn commit(self, words: &str) -> std::result::Result<Place, PublishError> {
        self.staging.commit(period(), self.revision, words)
    }
}

fn publish(out: &Place, spool: &Path, words: &str) -> std::result::Result<Place, PublishError> {
    prepare(out, spool, words)?.commit(words)
}

/// The identity of the release that readers find, which is whole.
fn seen(out: &Place) -> Option<String> {
    let latest = read_latest(out, period()).unwrap()?;
    assert!(is_whole(out, &latest), "{latest:?} is not whole");
    for release in release_folders(out).unwrap() {
        assert!(PublishedRelease::open(&release.folder).unwrap().is_whole(), "{release:?} is not whole");
    }
    Some(latest.identity)
}

/// Everything in the store belongs to a release that is announced, or says so, and the pointer is that of the newest.
fn assert_tidy(out: &Place) {
    let releases = release_folders(out).unwrap();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for release in &releases {
        let folder = format!("{}/{}", release.period, release.name);
        known.extend(release.folder.files_below().unwrap().into_iter().map(|file| format!("{folder}/{}", file.path)));
    }
    let announced = (1..=releases.len()).map(|number| format!("announced/{number:08}.json"));
    known.extend(announced.chain([format!("{PERIOD}/latest.json")]));
    let there: BTreeSet<String> = out.files_below().unwrap().into_iter().map(|file| file.path).collect();
    assert_eq!(there, known);
    let pointer: Latest = serde_json::from_slice(&out.read(&format!("{PERIOD}/latest.json")).unwrap()).unwrap();
    assert_eq!(Some(pointer), read_latest(out, period()).unwrap());
}

/// A store with one release.
fn with_one_release(spool: &Path) -> InMemory {
    let memory = Arc::new(InMemory::new());
    publish(&sound(&memory), spool, "one").unwrap();
    assert_tidy(&sound(&memory));
    memory.fork()
}

#[test]
fn at_every_call_a_fault_leaves_the_last_whole_release_and_the_next_run_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let base = with_one_release(folder.path());
    let mut points = 0;
    for fault in [Fault::Refuses, Fault::Forgets, Fault::ForgetsAndRefuses, Fault::Dies] {
        for at in 1.. {
            let memory = Arc::new(base.fork());
            let faulty = Counting::new(&memory, fault(at));
            let published = publish(&place(Arc::clone(&faulty) as Arc<dyn ObjectStore>), folder.path(), "two");
            if faulty.calls() < at {
                assert!(published.is_ok());
                break;
            }
            points += 1;
            let out = sound(&memory);
            let words = seen(&out).unwrap();
            assert!(words == "two" || (words == "one" && published.is_err()), "{:?}: {words} {published:?}", fault(at));
            publish(&out, folder.path(), "three").unwrap();
            assert_eq!(seen(&out).unwrap(), "three", "{:?}", fault(at));
            assert_tidy(&out);
        }
    }
    println!("{points} points of failure");
    assert!(points > 4 * 10, "{points}");
}

#[test]
fn of_two_programs_exactly_one_publishes_wherever_they_meet() {
    let folder = tempfile::tempdir().unwrap();
    let base = with_one_release(folder.path());
    for before in 1.. {
        let memory = Arc::new(base.fork());
        let (out, spool) = (sound(&memory), folder.path().to_owned());
        let meanwhile = move || drop(publish(&out, &spool, "other").unwrap());
        let interrupted = Counting::interrupted(&memory, before, meanwhile);
        let own = publish(&place(Arc::clone(&interrupted) as Arc<dyn ObjectStore>), folder.path(), "own");
        if interrupted.calls() < before {
            break;
        }
        let out = sound(&memory);
        let words: Vec<String> = release_folders(&out).unwrap().iter().map(|release| release.name.clone()).collect();
        match own {
            // The other one came before this one looked, or after it had published.
            Ok(_) => assert_eq!(words.len(), 3, "before call {before}: {words:?}"),
            Err(PublishError::Outrun { .. }) => {
                assert_eq!(words.len(), 2, "before call {before}: {words:?}");
                assert_eq!(seen(&out).unwrap(), "other");
            }
            Err(error) => panic!("before call {before}: {error}"),
        }
        assert!(seen(&out).is_some());
        publish(&out, folder.path(), "next").unwrap();
        assert_eq!(seen(&out).unwrap(), "next");
        assert_tidy(&out);
    }
}

#[test]
fn two_that_have_both_looked_cannot_both_publish() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Arc::new(InMemory::new());
    let out = sound(&memory);
    let (one, other) = (prepare(&out, folder.path(), "one").unwrap(), prepare(&out, folder.path(), "other").unwrap());
    let release = one.commit("one").unwrap();
    assert_eq!(release.name(), Some("r1"));
    let error = other.commit("other").unwrap_err();
    assert!(error.to_string().contains("another run has published 2025-26Q1 r1 meanwhile"), "{error}");
    assert_eq!(seen(&out).unwrap(), "one");
    assert_tidy(&out);
}

#[test]
fn a_removed_release_is_not_seen_and_its_number_stays_taken() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Arc::new(InMemory::new());
    let out = sound(&memory);
    for words in ["one", "two"] {
        publish(&out, folder.path(), words).unwrap();
    }
    let first = release_folders(&out).unwrap().remove(0);
    WritingRight::take(&out).unwrap().remove(&first).unwrap();
    assert_eq!(release_folders(&out).unwrap().len(), 1);
    assert!(!first.folder.is_there().unwrap());
    assert_eq!(next_revision(&out, period()).unwrap(), 3);
    let right = WritingRight::take(&out).unwrap();
    right.close_period(period(), 2).unwrap();
    right.remove(&release_folders(&out).unwrap().remove(0)).unwrap();
    assert_eq!((read_latest(&out, period()).unwrap(), next_revision(&out, period()).unwrap()), (None, 3));
}

/// The files that are asked for to list every release of a store, and what is told of the releases.
fn listed(memory: &Arc<InMemory>) -> (Vec<String>, Vec<ReleaseSummary>) {
    let counting = Counting::new(memory, Fault::None);
    let releases = release_summaries(&place(Arc::clone(&counting) as Arc<dyn ObjectStore>)).unwrap();
    let mut read = counting.read.lock().unwrap().clone();
    read.sort();
    (read, releases)
}

#[test]
fn a_list_of_releases_reads_announcements_and_no_run_record() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Arc::new(InMemory::new());
    let mut calls = Vec::new();
    for words in ["one", "two", "three", "four"] {
        let counting = Counting::new(&memory, Fault::None);
        let out = place(Arc::clone(&counting) as Arc<dyn ObjectStore>);
        publish(&out, folder.path(), words).unwrap();
        release_summaries(&out).unwrap();
        assert!(counting.read.lock().unwrap().iter().all(|path| !path.ends_with(RECORD)));
        calls.push(counting.calls());
    }
    println!("calls of a run after none, one, two and three releases: {calls:?}");
    let (read, releases) = listed(&memory);
    let announcements: Vec<String> = (1..=4).map(|number| format!("releases/announced/{number:08}.json")).collect();
    assert_eq!(read, announcements);
    for (revision, ReleaseSummary { folder, told }) in (1..).zip(&releases) {
        assert_eq!((folder.revision, told), (revision, &ToldByRecord::of(&folder.folder)));
        let told = told.as_ref().unwrap();
        assert_eq!((told.figures_changed, told.published_on.to_string().as_str()), (revision as usize, "2025-07-02"));
        assert_eq!(told.editions, BTreeSet::from(["national".to_owned()]));
    }
}

#[test]
fn a_release_that_an_earlier_version_has_announced_is_told_by_its_run_record() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Arc::new(InMemory::new());
    let out = sound(&memory);
    for words in ["one", "two"] {
        publish(&out, folder.path(), words).unwrap();
    }
    let before = listed(&memory).1;
    let first = "announced/00000001.json";
    let mut announcement: serde_json::Value = serde_json::from_slice(&out.read(first).unwrap()).unwrap();
    assert!(announcement.as_object_mut().unwrap().remove("told").is_some());
    out.write(first, &serde_json::to_vec(&announcement).unwrap()).unwrap();
    let (read, releases) = listed(&memory);
    assert_eq!(read.iter().filter(|path| path.ends_with(RECORD)).count(), 1, "{read:?}");
    let told = |releases: &[ReleaseSummary]| releases.iter().map(|one| one.told.clone()).collect::<Vec<_>>();
    assert_eq!(told(&releases), told(&before));
    // A release that was removed tells nothing any more.
    WritingRight::take(&out).unwrap().remove(&releases[1].folder).unwrap();
    let gone: serde_json::Value = serde_json::from_slice(&out.read("announced/00000002.json").unwrap()).unwrap();
    assert!(gone["removed"] == true && gone.get("told").is_none(), "{gone}");
}
