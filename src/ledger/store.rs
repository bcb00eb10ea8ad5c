//! Reads and writes the files of the ledger in a store. An event is put only where there is none; a sign of life replaces the
//! one before it.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::path::Path as StorePath;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Attempt, BY_HAND, Begun, Ended, RunHistory, RunKey};
use crate::place::{Place, put_new};

/// Folder of the ledger beside the releases.
const FOLDER: &str = "ledger";

/// The ledger cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("ledger of {place}")]
pub struct LedgerError {
    place: String,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

/// Events that are read at once: a store far away answers each of them late.
const READ_AT_ONCE: usize = 16;

/// Events of a run, as their files are called.
const BEGUN: &str = "begun";
const ENDED: &str = "ended";
const ALIVE: &str = "alive";

/// What is written beside the events of a run, for others than this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunNote {
    LetterText,
    LetterPage,
    LetterData,
    /// For catalogues of data.
    Lineage,
}

impl RunNote {
    const ALL: [Self; 4] = [Self::LetterText, Self::LetterPage, Self::LetterData, Self::Lineage];

    /// How its file is called, behind the number of the attempt.
    fn file(self) -> &'static str {
        match self {
            Self::LetterText => "letter.txt",
            Self::LetterPage => "letter.html",
            Self::LetterData => "letter.json",
            Self::Lineage => "lineage.json",
        }
    }

    fn is_file(name: &str) -> bool {
        name.split_once('-').is_some_and(|(_, file)| Self::ALL.iter().any(|note| note.file() == file))
    }
}

/// A run is at work.
#[derive(Debug, Serialize, Deserialize)]
struct SignOfLife {
    at: DateTime<Utc>,
}

/// The ledger of a folder of releases.
#[derive(Debug, Clone)]
pub struct Ledger {
    store: Arc<dyn ObjectStore>,
    /// For messages.
    place: String,
}

impl Ledger {
    /// The ledger of a folder of releases, which is made if it is not there yet.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn open(out: &Place) -> Result<Self, LedgerError> {
        let place = out.to_string();
        let wrong = |source| LedgerError { place: place.clone(), source };
        let store = out.as_store().map_err(|error| wrong(error.into()))?;
        Ok(Self { store, place })
    }

    /// Everything that it holds. A file that is no event is named and does not stop the rest.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub async fn read(&self) -> Result<RunHistory, LedgerError> {
        let folder = StorePath::from(FOLDER);
        let mut listed: Vec<ObjectMeta> =
            self.store.list(Some(&folder)).try_collect().await.map_err(|error| self.wrong(error))?;
        listed.sort_unstable_by(|one, other| one.location.cmp(&other.location));
        let mut history = RunHistory::default();
        let mut names = Vec::new();
        for file in listed.iter().filter(|file| !file.location.filename().is_some_and(RunNote::is_file)) {
            match EventName::parse(&file.location) {
                Some(name) => names.push(name),
                None => history.unreadable.push(format!("{}: is no event of the ledger", file.location)),
            }
        }
        let locations: Vec<StorePath> = names.iter().map(EventName::location).collect();
        let read = stream::iter(locations).map(|location| self.content(location));
        let contents: Vec<Bytes> = read.buffered(READ_AT_ONCE).try_collect().await?;
        let mut found: BTreeMap<RunKey, BTreeMap<u32, Attempt>> = BTreeMap::new();
        for (name, bytes) in names.into_iter().zip(contents) {
            let location = name.location();
            let attempts = found.entry(name.key).or_default();
            let attempt = attempts.entry(name.attempt).or_insert_with(|| Attempt::numbered(name.attempt));
            if let Err(error) = enter(attempt, name.event, &bytes) {
                history.unreadable.push(format!("{location}: {error}"));
            }
        }
        history.unreadable.sort_unstable();
        for (key, attempts) in found {
            for attempt in attempts.into_values() {
                history.enter(key.clone(), attempt);
            }
        }
        Ok(history)
    }

    async fn content(&self, location: StorePath) -> Result<Bytes, LedgerError> {
        let found = self.store.get(&location).await.map_err(|error| self.wrong(error))?;
        found.bytes().await.map_err(|error| self.wrong(error))
    }

    /// Begins an attempt. False where another program has begun it.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub async fn begin(&self, key: &RunKey, attempt: u32, begun: &Begun) -> Result<bool, LedgerError> {
        self.put_new(&EventName { key: key.clone(), attempt, event: BEGUN }, begun).await
    }

    /// Ends an attempt. False where it has ended already.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub async fn end(&self, key: &RunKey, attempt: u32, ended: &Ended) -> Result<bool, LedgerError> {
        self.put_new(&EventName { key: key.clone(), attempt, event: ENDED }, ended).await
    }

    /// Says that an attempt is still at work.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub async fn give_sign_of_life(&self, key: &RunKey, attempt: u32, at: DateTime<Utc>) -> Result<(), LedgerError> {
        let name = EventName { key: key.clone(), attempt, event: ALIVE };
        let text = self.text_of(&SignOfLife { at })?;
        self.store.put(&name.location(), text.into()).await.map_err(|error| self.wrong(error))?;
        Ok(())
    }

    /// Puts a note about an attempt beside its events.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub async fn put_note(&self, key: &RunKey, attempt: u32, note: RunNote, text: Vec<u8>) -> Result<(), LedgerError> {
        let location = StorePath::from(format!("{}-{}", stem(key, attempt), note.file()));
        self.store.put(&location, text.into()).await.map_err(|error| self.wrong(error))?;
        Ok(())
    }

    async fn put_new(&self, name: &EventName<'_>, event: &impl Serialize) -> Result<bool, LedgerError> {
        let text = self.text_of(event)?;
        put_new(self.store.as_ref(), &name.location(), &text).await.map_err(|error| self.wrong(error))
    }

    fn text_of(&self, event: &impl Serialize) -> Result<Vec<u8>, LedgerError> {
        let mut text = serde_json::to_vec_pretty(event).map_err(|error| self.wrong(error))?;
        text.push(b'\n');
        Ok(text)
    }

    fn wrong(&self, source: impl Into<Box<dyn Error + Send + Sync>>) -> LedgerError {
        LedgerError { place: self.place.clone(), source: source.into() }
    }
}

/// Enters an event into its attempt.
fn enter(attempt: &mut Attempt, event: &str, bytes: &[u8]) -> Result<(), serde_json::Error> {
    fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<Option<T>, serde_json::Error> {
        serde_json::from_slice(bytes).map(Some)
    }
    match event {
        BEGUN => attempt.begun = read::<Begun>(bytes)?,
        ENDED => attempt.ended = read::<Ended>(bytes)?,
        _ => attempt.alive_at = read::<SignOfLife>(bytes)?.map(|sign| sign.at),
    }
    Ok(())
}

/// The place of an event.
struct EventName<'n> {
    key: RunKey,
    attempt: u32,
    event: &'n str,
}

impl<'n> EventName<'n> {
    fn location(&self) -> StorePath {
        StorePath::from(format!("{}-{}.json", stem(&self.key, self.attempt), self.event))
    }

    fn parse(location: &'n StorePath) -> Option<Self> {
        let [folder, schedule, period, file]: [&str; 4] =
            location.as_ref().split('/').collect::<Vec<&str>>().try_into().ok()?;
        let (attempt, event) = file.strip_suffix(".json")?.split_once('-')?;
        let schedule = if schedule == BY_HAND { None } else { Some(schedule.parse().ok()?) };
        let known = folder == FOLDER && [BEGUN, ENDED, ALIVE].contains(&event);
        let key = RunKey { schedule, period: period.parse().ok()? };
        known.then_some(Self { key, attempt: attempt.parse().ok()?, event })
    }
}

/// What the names of all files about an attempt begin with.
fn stem(key: &RunKey, attempt: u32) -> String {
    format!("{FOLDER}/{}/{}/{attempt:04}", key.asker(), key.period)
}
