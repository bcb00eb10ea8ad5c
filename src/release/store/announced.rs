//! Releases in an object store, which can put a file where there is none and can rename no folder. Every release has an
//! announcement with the next number, put after all of its files: exactly one program puts each number, and what it announces
//! was made with all earlier ones in mind. A release without an announcement is not there.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Latest, PublishError, ReleaseFolder, ToldByRecord, mend_pointer};
use crate::place::{Place, PlacedFile, StoreFolder};
use crate::vocabulary::period::Period;
use crate::vocabulary::stop::Stop;

/// Folder of the announcements.
const ANNOUNCED: &str = "announced";

/// Folder of the names that programs have taken for releases which they are writing.
const BEGUN: &str = "begun";

/// So many names are tried for the folder of one release. Each that is taken stands for a program that was killed, or is at
/// work now.
const MOST_NAMES: u32 = 100;

/// That a release is there, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Announcement {
    #[serde(flatten)]
    latest: Latest,
    /// The attempt that wrote the release; no other has this name.
    attempt: String,
    /// The release was removed since, and its number stays taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    removed: bool,
    /// What the list of releases says of it. Announcements of earlier versions do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<ToldByRecord>,
}

/// That a program is writing into a folder.
#[derive(Debug, Serialize, Deserialize)]
struct NameTaken {
    /// Number of the last announcement that it knew of.
    after: u64,
    attempt: String,
}

/// All announcements of a folder of releases, by number.
struct Announcements(BTreeMap<u64, Announcement>);

impl Announcements {
    fn read(out: &StoreFolder) -> Result<Self, PublishError> {
        let folder = out.join(ANNOUNCED);
        let wrong = |source| PublishError::Read { path: Place::Store(folder.clone()), source };
        let numbered = |name: String| Some((name.strip_suffix(".json")?.parse::<u64>().ok()?, name));
        let names: BTreeMap<u64, String> = folder.files().map_err(wrong)?.into_iter().filter_map(numbered).collect();
        let texts = folder.read_each(names.values()).map_err(wrong)?;
        let mut found = BTreeMap::new();
        for ((number, name), text) in names.iter().zip(texts) {
            let announcement = serde_json::from_slice(&text)
                .map_err(|error| PublishError::Read { path: Place::Store(folder.join(name)), source: error.into() })?;
            found.insert(*number, announcement);
        }
        Ok(Self(found))
    }

    fn last_number(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(number, _)| *number)
    }

    /// The releases that are there.
    fn releases(&self) -> impl Iterator<Item = &Announcement> {
        self.0.values().filter(|announcement| !announcement.removed)
    }

    fn has(&self, period: &str, name: &str) -> bool {
        self.0.values().any(|one| one.latest.period == period && one.latest.path == name)
    }
}

/// Every release of a folder of releases.
pub(super) fn releases(out: &StoreFolder) -> Result<Vec<ReleaseFolder>, PublishError> {
    Ok(Announcements::read(out)?.releases().map(|announcement| folder_of(out, announcement)).collect())
}

/// The newest release in the folder of a period.
pub(super) fn latest_in(folder: &StoreFolder) -> Result<Option<Latest>, PublishError> {
    let there = all_of(folder)?.into_iter().filter(|announcement| !announcement.removed);
    Ok(there.map(|announcement| announcement.latest).max_by_key(|latest| latest.revision))
}

/// The highest number that a release of a period has had; 0 where there was none.
pub(super) fn last_revision(folder: &StoreFolder) -> Result<u32, PublishError> {
    Ok(all_of(folder)?.iter().map(|announcement| announcement.latest.revision).max().unwrap_or(0))
}

/// Every announcement of the folder of a period.
fn all_of(folder: &StoreFolder) -> Result<Vec<Announcement>, PublishError> {
    let Some((out, period)) = folder.parent().zip(folder.name()) else { return Ok(Vec::new()) };
    let all = Announcements::read(&out)?.0.into_values();
    Ok(all.filter(|announcement| announcement.latest.period == period).collect())
}

fn folder_of(out: &StoreFolder, Announcement { latest, told, .. }: &Announcement) -> ReleaseFolder {
    ReleaseFolder {
        period: latest.period.clone(),
        revision: latest.revision,
        name: latest.path.clone(),
        folder: Place::Store(out.join(&latest.period).join(&latest.path)),
        told: told.clone(),
    }
}

/// A program that will announce a release, unless another one does so before.
#[derive(Debug)]
pub(super) struct Announcer {
    out: StoreFolder,
    /// Number of the last announcement that it knows of.
    after: u64,
}

/// A release on the disk that is to be published, and as what.
pub(super) struct WrittenRelease<'w> {
    pub(super) from: &'w Path,
    /// Every file of it.
    pub(super) files: Vec<PlacedFile>,
    pub(super) period: Period,
    pub(super) revision: u32,
    pub(super) identity: &'w str,
}

impl Announcer {
    /// Takes note of what is there now. Whatever the release is held against is read after this.
    pub(super) fn begin(out: &StoreFolder) -> Result<Self, PublishError> {
        Ok(Self { out: out.clone(), after: Announcements::read(out)?.last_number() })
    }

    /// Sends every file, then announces the release. Returns its folder.
    pub(super) fn publish(self, written: WrittenRelease<'_>, stop: &Stop) -> Result<Place, PublishError> {
        // The name was drawn at random, so that no other attempt has it.
        let attempt = written.from.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let latest = self.take_name(&written, &attempt)?;
        let folder = self.out.join(&latest.period).join(&latest.path);
        let place = Place::Store(folder.clone());
        let wrong = |source| PublishError::Write { path: place.clone(), source };
        let told = ToldByRecord::of(&written.from.into());
        // Whoever has announced a release gives its name free after that: its files must not be touched.
        if let Err(error) = self.check_not_outrun(&latest.period) {
            self.give_free(&latest);
            return Err(error);
        }
        if let Err(error) = folder.send(written.from, written.files, stop).map_err(wrong) {
            self.withdraw(&latest);
            return Err(error);
        }
        match self.announce(&Announcement { latest: latest.clone(), attempt, removed: false, told }) {
            Ok(()) => {}
            Err(error) => {
                // Of any other error nobody knows whether the announcement is there: the files stay until that is known.
                if matches!(error, PublishError::Outrun { .. }) {
                    self.withdraw(&latest);
                }
                return Err(error);
            }
        }
        // What cannot be cleared away is cleared after the next release.
        let _ = self.clear();
        mend_pointer(&Place::Store(self.out), written.period)?;
        Ok(place)
    }

    /// Takes the folder that has the number of the release, or one with a further number behind it where another program has
    /// taken that. Nothing of two programs comes to lie in one folder.
    fn take_name(&self, written: &WrittenRelease<'_>, attempt: &str) -> Result<Latest, PublishError> {
        let period = written.period.to_string();
        let begun = self.out.join(BEGUN).join(&period);
        let wrong = |source| PublishError::Write { path: Place::Store(begun.clone()), source };
        let taken = NameTaken { after: self.after, attempt: attempt.to_owned() };
        let text = serde_json::to_vec_pretty(&taken).map_err(|error| wrong(error.into()))?;
        let first = format!("r{}", written.revision);
        let further = (2..=MOST_NAMES).map(|number| format!("{first}-{number}"));
        for name in std::iter::once(first.clone()).chain(further) {
            if begun.write_new(&format!("{name}.json"), &text).map_err(wrong)? {
                let (revision, identity) = (written.revision, written.identity.to_owned());
                return Ok(Latest { period, revision, path: name, identity });
            }
        }
        Err(PublishError::Locked(Place::Store(begun)))
    }

    /// Removes what was sent, then gives the name free. What cannot be removed now is removed after the next release.
    fn withdraw(&self, latest: &Latest) {
        if self.out.join(&latest.period).join(&latest.path).remove_all().is_ok() {
            self.give_free(latest);
        }
    }

    fn give_free(&self, latest: &Latest) {
        let begun = Place::Store(self.out.join(BEGUN).join(&latest.period));
        let _ = begun.remove(&format!("{}.json", latest.path));
    }

    fn check_not_outrun(&self, period: &str) -> Result<(), PublishError> {
        let now = Announcements::read(&self.out)?;
        let Some(next) = now.0.get(&(self.after + 1)) else { return Ok(()) };
        let folder = Place::Store(self.out.join(period));
        Err(PublishError::Outrun { folder, release: format!("{} r{}", next.latest.period, next.latest.revision) })
    }

    fn announce(&self, announcement: &Announcement) -> Result<(), PublishError> {
        let folder = self.out.join(ANNOUNCED);
        let wrong = |source| PublishError::Write { path: Place::Store(folder.clone()), source };
        let text = serde_json::to_vec_pretty(announcement).map_err(|error| wrong(error.into()))?;
        if folder.write_new(&file_name(self.after + 1), &text).map_err(wrong)? {
            return Ok(());
        }
        self.check_not_outrun(&announcement.latest.period)?;
        Err(PublishError::Locked(Place::Store(folder)))
    }

    /// Removes what programs have left that can announce nothing any more: the number that they need is taken.
    fn clear(&self) -> Result<(), PublishError> {
        let begun = Place::Store(self.out.join(BEGUN));
        let wrong = |source| PublishError::Write { path: begun.clone(), source };
        let announcements = Announcements::read(&self.out)?;
        for file in begun.files_below().map_err(wrong)? {
            let Some((period, name)) = file.path.strip_suffix(".json").and_then(|path| path.split_once('/')) else {
                continue;
            };
            let text = begun.read(&file.path).map_err(wrong)?;
            let taken: Option<NameTaken> = serde_json::from_slice(&text).ok();
            if taken.is_some_and(|taken| taken.after > self.after) {
                continue;
            }
            if !announcements.has(period, name) {
                self.out.join(period).join(name).remove_all().map_err(wrong)?;
            }
            begun.remove(&file.path).map_err(wrong)?;
        }
        Ok(())
    }

    /// Takes a release back: its announcement says so before the first file goes.
    pub(super) fn remove(&self, release: &ReleaseFolder) -> Result<(), PublishError> {
        let wrong = |source| PublishError::Write { path: release.folder.clone(), source };
        let folder = self.out.join(ANNOUNCED);
        for (number, announcement) in Announcements::read(&self.out)?.0 {
            if announcement.latest.period == release.period && announcement.latest.path == release.name {
                let gone = Announcement { removed: true, told: None, ..announcement };
                let text = serde_json::to_vec_pretty(&gone).map_err(|error| wrong(error.into()))?;
                Place::Store(folder.clone()).write(&file_name(number), &text).map_err(wrong)?;
            }
        }
        self.out.join(&release.period).join(&release.name).remove_all().map_err(wrong)
    }
}

fn file_name(number: u64) -> String {
    format!("{number:08}.json")
}
