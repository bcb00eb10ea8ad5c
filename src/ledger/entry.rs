//! The events of the ledger, and the attempts that they make up.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::vocabulary::period::Period;
use crate::vocabulary::schedule_name::ScheduleName;

/// Who asked for a run that no schedule asked for. No schedule has a name with an underscore.
pub const BY_HAND: &str = "by_hand";

/// What identifies a run: who asked for it, and the period. Never the time at which it ran.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunKey {
    /// The schedule; without one, a person asked.
    pub schedule: Option<ScheduleName>,
    pub period: Period,
}

impl RunKey {
    /// The schedule, or the word for people.
    pub fn asker(&self) -> &str {
        self.schedule.as_ref().map_or(BY_HAND, ScheduleName::as_str)
    }
}

impl fmt::Display for RunKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schedule {
            Some(schedule) => write!(f, "{schedule} {}", self.period),
            None => write!(f, "{}", self.period),
        }
    }
}

/// A run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    pub at: DateTime<Utc>,
    /// From when on the schedule asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// Whether the public edition was asked for.
    pub public: bool,
    pub program_version: String,
    /// The process, for whoever has to find it.
    pub process: String,
}

/// A run ended, or was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: DateTime<Utc>,
    pub result: RunResult,
    /// The exit code of the same run by hand.
    pub exit_code: u8,
    /// Path of the release below the folder of releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// What a person would have been told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When the schedule tries again by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_at: Option<DateTime<Utc>>,
    /// Submissions that were refused.
    #[serde(default)]
    pub refused: usize,
    /// Organisations from which returns of the period were outstanding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outstanding: Vec<String>,
}

impl Ended {
    /// An end of which nothing more is to be said.
    pub fn new(at: DateTime<Utc>, result: RunResult, exit_code: u8) -> Self {
        Self {
            at,
            result,
            exit_code,
            release: None,
            message: None,
            again_at: None,
            refused: 0,
            outstanding: Vec::new(),
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunResult {
    /// A new release stands.
    Published,
    /// The release that stood before says the same.
    Unchanged,
    /// Too few returns had come in.
    Waiting,
    /// An error, told in the message.
    Failed,
    /// Somebody ended it before it was done.
    Stopped,
    /// Its time went by, and the schedule does not catch up.
    LeftOut,
}

impl RunResult {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Published, Self::Unchanged, Self::Waiting, Self::Failed, Self::Stopped, Self::LeftOut];

    /// Whether a release stands for it.
    pub fn has_release(self) -> bool {
        matches!(self, Self::Published | Self::Unchanged)
    }

    /// The word for it, as the events have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Unchanged => "unchanged",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::LeftOut => "left_out",
        }
    }
}

/// One attempt at a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// Nothing was begun where the schedule left the period out.
    pub begun: Option<Begun>,
    /// When it last said that it is at work.
    pub alive_at: Option<DateTime<Utc>>,
    pub ended: Option<Ended>,
}

impl Attempt {
    /// An attempt of which nothing is known yet.
    pub fn numbered(number: u32) -> Self {
        Self { number, begun: None, alive_at: None, ended: None }
    }

    /// How it ended, if it did.
    pub fn result(&self) -> Option<RunResult> {
        self.ended.as_ref().map(|ended| ended.result)
    }
}
