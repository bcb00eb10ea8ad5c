//! Which releases stay and which may go: the rules of the settings, and what must not be forgotten whatever they say. It
//! removes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::store::{DamagedFile, PUBLIC_FOLDER, PublishError, PublishedRelease, ReleaseFolder};
use super::store::{read_latest, release_folders};
use super::tables::{PublishedRows, REVISIONS, UnreadableTable, parquet_path};
use crate::place::Place;
use crate::settings::RetentionSection;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::period::{Period, PeriodType};

/// A release, and what is to be known before it may be removed.
#[derive(Debug, Clone)]
pub struct KnownRelease {
    pub folder: ReleaseFolder,
    pub period: Period,
    pub bytes: u64,
    /// Whether the pointer of its period names it.
    pub is_latest: bool,
    pub ties: ReleaseTies,
}

/// What others owe to a release, and what it owes to others, as its own files say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleaseTies {
    Known {
        /// Whether everybody has seen a part of it.
        public: bool,
        /// Releases from which it says that figures have changed, such as `2025-26Q1 r1`.
        compared_with: BTreeSet<String>,
    },
    /// Its files do not say, for this reason.
    Unknown(String),
}

/// What becomes of a release, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Stays(WhyItStays),
    Goes(WhyItGoes),
}

/// Why a release stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyItStays {
    /// The settings have no rule for releases of its kind.
    NoRule,
    /// It is among the newest, of which the rules keep so many.
    Newest,
    /// The pointer of its period names it, or it is the newest there, and the period stays.
    Latest,
    Public,
    /// A release that stays says what has changed since this one.
    ComparedWith(String),
    Unknown(String),
}

/// Which rule lets a release go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyItGoes {
    Revisions(u32),
    Periods { kind: PeriodType, kept: u32 },
}

impl KnownRelease {
    /// Every release below `out`, by period and revision. Folders that are named like no period are none of ours.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn all(out: &Place) -> Result<Vec<Self>, PublishError> {
        let mut found = Vec::new();
        for folder in release_folders(out)? {
            let Ok(period) = folder.period.parse::<Period>() else { continue };
            let latest = read_latest(out, period)?.map(|latest| latest.revision);
            let wrong = |source| PublishError::Read { path: folder.folder.clone(), source };
            found.push(Self {
                period,
                bytes: folder.folder.bytes_below().map_err(wrong)?,
                is_latest: latest == Some(folder.revision),
                ties: ReleaseTies::of(&folder.folder),
                folder,
            });
        }
        Ok(found)
    }

    /// As releases name each other.
    fn name(&self) -> String {
        format!("{} r{}", self.period, self.folder.revision)
    }
}

/// A release whose files do not say what it is tied to.
#[derive(Debug, thiserror::Error)]
enum UntoldTies {
    #[error(transparent)]
    Damaged(#[from] DamagedFile),
    #[error(transparent)]
    Table(#[from] UnreadableTable),
}

impl ReleaseTies {
    fn of(folder: &Place) -> Self {
        Self::read(folder).unwrap_or_else(|error| Self::Unknown(with_causes(&error)))
    }

    fn read(folder: &Place) -> Result<Self, UntoldTies> {
        let release = PublishedRelease::open(folder)?;
        let path = parquet_path(REVISIONS);
        let mut compared_with = BTreeSet::new();
        if release.files_below("results").any(|file| *file == path) {
            let rows = PublishedRows::read(REVISIONS, folder.join(&path), release.read(&path)?)?;
            for part in rows.parts() {
                let names = part.texts("earlier_release")?;
                compared_with.extend(
                    (0..part.count()).map(|row| names.get(row)).filter(|name| !name.is_empty()).map(str::to_owned),
                );
            }
        }
        Ok(Self::Known { public: release.had_files_below(PUBLIC_FOLDER), compared_with })
    }
}

/// The fate of each release, in the order of the releases.
pub fn fates(releases: &[KnownRelease], rules: &RetentionSection) -> Vec<Fate> {
    let mut fates: Vec<Fate> = releases.iter().map(|one| one.fate_by_itself(releases, rules)).collect();
    // One step and no more: a release that stays for another one's sake keeps no third one, or everything would stay.
    let named_by = named_by_those_that_stay(releases, &fates);
    for (one, fate) in releases.iter().zip(&mut fates) {
        if let (Fate::Goes(_), Some(by)) = (&fate, named_by.get(&one.name())) {
            *fate = Fate::Stays(WhyItStays::ComparedWith(by.clone()));
        }
    }
    // A period of which anything stays has its newest release and a pointer that leads somewhere.
    let stays = |(one, fate): (&KnownRelease, &Fate)| matches!(fate, Fate::Stays(_)).then_some(one.period);
    let open: BTreeSet<Period> = releases.iter().zip(&fates).filter_map(stays).collect();
    for (one, fate) in releases.iter().zip(&mut fates) {
        let leads = one.is_latest || one.newer_revisions(releases) == 0;
        if matches!(fate, Fate::Goes(_)) && leads && open.contains(&one.period) {
            *fate = Fate::Stays(WhyItStays::Latest);
        }
    }
    fates
}

fn named_by_those_that_stay(releases: &[KnownRelease], fates: &[Fate]) -> BTreeMap<String, String> {
    let mut named_by = BTreeMap::new();
    for (one, _) in releases.iter().zip(fates).filter(|(_, fate)| matches!(fate, Fate::Stays(_))) {
        if let ReleaseTies::Known { compared_with, .. } = &one.ties {
            named_by.extend(compared_with.iter().map(|name| (name.clone(), one.name())));
        }
    }
    named_by
}

impl KnownRelease {
    /// What the rules and its own ties say, whatever becomes of the others.
    fn fate_by_itself(&self, all: &[Self], rules: &RetentionSection) -> Fate {
        let kind = self.period.kind;
        let too_old = rules.periods.get(&kind).filter(|kept| self.later_periods(all) >= as_size(**kept));
        let replaced = rules.revisions.filter(|kept| self.newer_revisions(all) >= as_size(*kept));
        let goes = match (too_old, replaced) {
            (Some(kept), _) => WhyItGoes::Periods { kind, kept: *kept },
            (None, Some(_)) if self.is_latest => return Fate::Stays(WhyItStays::Latest),
            (None, Some(kept)) => WhyItGoes::Revisions(kept),
            (None, None) if rules.revisions.is_none() && !rules.periods.contains_key(&kind) => {
                return Fate::Stays(WhyItStays::NoRule);
            }
            (None, None) => return Fate::Stays(WhyItStays::Newest),
        };
        match &self.ties {
            ReleaseTies::Unknown(why) => Fate::Stays(WhyItStays::Unknown(why.clone())),
            ReleaseTies::Known { public: true, .. } => Fate::Stays(WhyItStays::Public),
            ReleaseTies::Known { public: false, .. } => Fate::Goes(goes),
        }
    }

    /// How many later periods of its kind have releases.
    fn later_periods(&self, all: &[Self]) -> usize {
        let later = all.iter().map(|one| one.period);
        let later = later.filter(|other| other.kind == self.period.kind && other.first > self.period.first);
        later.collect::<BTreeSet<Period>>().len()
    }

    /// How many newer releases its period has.
    fn newer_revisions(&self, all: &[Self]) -> usize {
        let newer = |one: &&Self| one.period == self.period && one.folder.revision > self.folder.revision;
        all.iter().filter(newer).count()
    }
}

fn as_size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl fmt::Display for WhyItStays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRule => f.write_str("no rule of [retention] is about it"),
            Self::Newest => f.write_str("it is among the newest that the rules keep"),
            Self::Latest => f.write_str("it is the latest release of a period that stays"),
            Self::Public => f.write_str(
                "it has a public edition, and every later one is held against it, so that no withheld count follows from both",
            ),
            Self::ComparedWith(by) => write!(f, "{by} stays and says what has changed since this one"),
            Self::Unknown(why) => write!(f, "nobody knows what later releases owe to it: {why}"),
        }
    }
}

impl fmt::Display for WhyItGoes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revisions(kept) => write!(f, "retention.revisions = {kept}, and so many newer ones stay"),
            Self::Periods { kind, kept } => {
                write!(f, "retention.periods.{} = {kept}, and so many later periods stay", kind.as_str())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A release by its name, such as `2025-04 r2`; a star says that the pointer names it.
    fn known(name: &str, public: bool, compared_with: &[&str]) -> KnownRelease {
        let (period, revision) = name.trim_end_matches('*').split_once(" r").unwrap();
        KnownRelease {
            folder: ReleaseFolder {
                period: period.to_owned(),
                revision: revision.parse().unwrap(),
                name: format!("r{revision}"),
                folder: name.parse().unwrap(),
                told: None,
            },
            period: period.parse().unwrap(),
            bytes: 1,
            is_latest: name.ends_with('*'),
            ties: ReleaseTies::Known {
                public,
                compared_with: compared_with.iter().map(|&one| one.to_owned()).collect(),
            },
        }
    }

    fn stays(releases: &[KnownRelease], rules: &RetentionSection) -> Vec<String> {
        let fates = fates(releases, rules);
        let staying = releases.iter().zip(fates).filter(|(_, fate)| matches!(fate, Fate::Stays(_)));
        staying.map(|(one, _)| one.name()).collect()
    }

    fn revisions(kept: u32) -> RetentionSection {
        RetentionSection { revisions: Some(kept), ..RetentionSection::default() }
    }

    fn months(kept: u32) -> RetentionSection {
        RetentionSection { periods: [(PeriodType::Month, kept)].into(), ..RetentionSection::default() }
    }

    #[test]
    fn the_newest_stay_and_without_a_rule_all_do() {
        let all = ["2025-04 r1", "2025-04 r2", "2025-04 r3*", "2025-05 r1*", "2025-26Q1 r1*"];
        let all = all.map(|name| known(name, false, &[]));
        assert_eq!(stays(&all, &RetentionSection::default()).len(), 5);
        assert_eq!(stays(&all, &revisions(2)), ["2025-04 r2", "2025-04 r3", "2025-05 r1", "2025-26Q1 r1"]);
        assert_eq!(stays(&all, &months(1)), ["2025-05 r1", "2025-26Q1 r1"]);
    }

    #[test]
    fn the_pointer_of_a_period_that_stays_leads_somewhere() {
        // A program was killed between its rename and its pointer.
        let all = [known("2025-04 r1*", false, &[]), known("2025-04 r2", false, &[])];
        assert_eq!(stays(&all, &revisions(1)), ["2025-04 r1", "2025-04 r2"]);
        let old = [
            known("2025-03 r1", true, &[]),
            known("2025-03 r2*", false, &[]),
            known("2025-03 r3", false, &[]),
            known("2025-04 r1*", false, &[]),
        ];
        assert_eq!(stays(&old, &months(1)).len(), 4, "a public edition keeps its period open");
    }

    #[test]
    fn a_public_edition_a_release_of_unknown_ties_and_one_that_another_names_stay() {
        let damaged = KnownRelease {
            ties: ReleaseTies::Unknown("its record is damaged".to_owned()),
            ..known("2025-04 r4", false, &[])
        };
        let all = [
            known("2025-04 r1", true, &[]),
            known("2025-04 r2", false, &[]),
            known("2025-04 r3", false, &["2025-04 r2"]),
            damaged,
            known("2025-04 r5", false, &["2025-04 r3"]),
            known("2025-04 r6*", false, &["2025-04 r5"]),
        ];
        assert_eq!(stays(&all, &revisions(1)), ["2025-04 r1", "2025-04 r4", "2025-04 r5", "2025-04 r6"]);
        assert_eq!(fates(&all, &revisions(1))[4], Fate::Stays(WhyItStays::ComparedWith("2025-04 r6".to_owned())));
    }
}
