//! What a run is told: settings, definitions, schedules and submissions.

use chrono::{DateTime, Utc};

use super::{CheckUp, DoctorOptions};
use crate::app::{AppError, Context};
use crate::exit;
use crate::intake::{self, DataDate};
use crate::schedule::Schedule;
use crate::settings::{DEFAULT_FILE, PublicationSection, Settings};
use crate::vocabulary::period::london_date;

const READ_SETTINGS: &str = "correct the settings file; `leds-metrics settings schema` lets an editor help";
const READ_DEFINITIONS: &str = "correct the definitions, or leave --definitions out";
const READ_SOURCE: &str =
    "see whether the folder is there and can be read; README.md shows how submissions are laid out";

/// Settings, definitions and what they say of each other; `None` where a run would end before it reads anything.
pub(super) async fn check_content(
    options: &DoctorOptions,
    now: DateTime<Utc>,
    checks: &mut Vec<CheckUp>,
) -> Option<Context> {
    let settings = match Settings::load(options.settings.as_deref()) {
        Ok(settings) => settings,
        Err(error) => {
            checks.push(CheckUp::failed("settings", &error.into(), READ_SETTINGS));
            return None;
        }
    };
    let context = match Context::with(options.definitions.as_ref(), settings).await {
        Ok(context) => context,
        Err(error @ AppError::Unfit(_)) => {
            checks.push(CheckUp::failed("settings", &error, READ_SETTINGS));
            return None;
        }
        Err(error) => {
            checks.push(CheckUp::failed("definitions", &error, READ_DEFINITIONS));
            return None;
        }
    };
    checks.push(CheckUp::ok("settings", found_settings(options)));
    let definitions = &context.definitions;
    let (metrics, rollups, contracts) =
        (definitions.metrics.len(), definitions.rollups.len(), definitions.contracts.len());
    checks.push(CheckUp::ok("definitions", format!("{metrics} metrics, {rollups} roll-ups, {contracts} contracts")));
    checks.push(check_publication(&context.settings.figures.publication, now));
    checks.push(check_schedules(&context.settings));
    Some(context)
}

fn found_settings(options: &DoctorOptions) -> String {
    match &options.settings {
        Some(file) => format!("{} is understood", file.display()),
        None if std::path::Path::new(DEFAULT_FILE).is_file() => format!("{DEFAULT_FILE} is understood"),
        None => format!("there is no {DEFAULT_FILE}; every value is the default"),
    }
}

fn check_publication(publication: &PublicationSection, now: DateTime<Utc>) -> CheckUp {
    let what = "publication";
    let unset: Vec<&str> = publication.unset().iter().map(|one| one.key).collect();
    if !unset.is_empty() {
        let found = format!("pages say that these are not given: {}", unset.join(", "));
        return CheckUp::warning(what, found, "set them in [publication] of the settings");
    }
    match publication.next_release.filter(|next| *next <= london_date(now.naive_utc())) {
        Some(next) => {
            let found = format!("pages tell {next} as the day of the next release, and that day has come");
            CheckUp::warning(what, found, "set publication.next_release to the next one")
        }
        None => CheckUp::ok(what, "everything that readers are told is given"),
    }
}

fn check_schedules(settings: &Settings) -> CheckUp {
    let what = "schedules";
    let schedules = settings.schedules.iter().map(Schedule::new).collect::<Result<Vec<Schedule>, _>>();
    match schedules {
        Ok(schedules) if schedules.is_empty() => CheckUp::ok(what, "there are none; runs are started by hand"),
        Ok(schedules) => {
            let names: Vec<&str> = schedules.iter().map(|schedule| schedule.name.as_str()).collect();
            CheckUp::ok(what, format!("understood: {}", names.join(", ")))
        }
        Err(error) => CheckUp::failed(what, &error.into(), READ_SETTINGS),
    }
}

/// Lists the source as a run does, and reads no submission.
pub(super) async fn check_source(
    options: &DoctorOptions,
    context: &Context,
    now: DateTime<Utc>,
    checks: &mut Vec<CheckUp>,
) {
    let what = "source";
    let today = DataDate { as_of: None, today: london_date(now.naive_utc()) };
    let engine = context.engine_settings(None);
    let opened = match intake::open(&options.source, today, &context.definitions, &engine).await {
        Ok(opened) => opened,
        Err(error) => {
            checks.push(CheckUp::failed(what, &error.into(), READ_SOURCE));
            return;
        }
    };
    if !opened.names_organisations() {
        let found = format!("source {}: the dataset organisations is missing", options.source);
        checks.push(CheckUp::wrong(what, exit::INPUT, found, "every source needs one; submit it"));
        return;
    }
    let found = format!("{} submissions are in use, the latest of {}", opened.pinned.submissions.len(), opened.as_of);
    let mut odd = opened.listing_findings.iter().chain(&opened.pinned.findings);
    checks.push(match odd.next() {
        None => CheckUp::ok(what, found),
        Some(first) => {
            let more = odd.count();
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            CheckUp::warning(what, format!("{found}; {first}{more}"), "`leds-metrics check` lists all findings")
        }
    });
}
