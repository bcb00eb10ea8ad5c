//! `doctor`: whether a run would find what it needs, what is wrong or soon will be, and what to do about it. It publishes nothing,
//! and leaves nothing behind.

mod content;
mod machine;
mod places;
mod times;
mod workers;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;

use self::content::{check_content, check_source};
use self::places::check_places;
use self::times::check_times;
use self::workers::check_workers;
use super::AppError;
use crate::exit;
use crate::place::Place;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::clock::Clock;

/// What `doctor` looks at.
#[derive(Debug, Clone)]
pub struct DoctorOptions {
    pub source: Place,
    pub out: Place,
    pub work: PathBuf,
    /// The folder of definitions; without it, the built-in ones.
    pub definitions: Option<PathBuf>,
    /// The settings file that was named.
    pub settings: Option<PathBuf>,
}

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Ok,
    /// A run goes on, and somebody should know.
    Warning,
    /// A run would fail, or has failed.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckUp {
    pub what: &'static str,
    pub health: Health,
    pub found: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The exit code of a run that fails for it.
    pub exit_code: u8,
}

/// Everything that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct DoctorReport {
    pub at: DateTime<Utc>,
    pub checks: Vec<CheckUp>,
    /// That of the first thing that is wrong.
    pub exit_code: u8,
}

impl CheckUp {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, health: Health::Ok, found: found.into(), remedy: None, exit_code: exit::OK }
    }

    fn warning(what: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { health: Health::Warning, remedy: Some(remedy.into()), ..Self::ok(what, found) }
    }

    fn wrong(what: &'static str, exit_code: u8, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { health: Health::Wrong, exit_code, ..Self::warning(what, found, remedy) }
    }

    /// A command would end with this error.
    fn failed(what: &'static str, error: &AppError, remedy: &str) -> Self {
        Self::wrong(what, error.exit_code(), with_causes(error), error.hint().unwrap_or(remedy))
    }
}

/// Looks at everything. What is wrong in one place keeps nobody from looking at the next.
pub async fn doctor(options: &DoctorOptions, clock: &dyn Clock) -> DoctorReport {
    let now = clock.now();
    let mut checks = Vec::new();
    let context = check_content(options, now, &mut checks).await;
    if let Some(context) = &context {
        check_source(options, context, now, &mut checks).await;
        check_workers(context, &mut checks).await;
    }
    let settings = context.as_ref().map(|context| context.settings.clone()).unwrap_or_default();
    check_places(options, &settings, &mut checks);
    check_times(options, context.as_ref(), now, &mut checks).await;
    let wrong = checks.iter().find(|check| check.health == Health::Wrong);
    DoctorReport { at: now, exit_code: wrong.map_or(exit::OK, |check| check.exit_code), checks }
}
