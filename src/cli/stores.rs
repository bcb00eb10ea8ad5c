//! The stores that a command line names, asked as the settings say. Addresses are read before the settings are.

use std::path::Path;

use super::{Command, SettingsCommand};
use crate::app::{AppError, UsageError};
use crate::place::Place;
use crate::settings::Settings;

/// Gives every store of a command the time that the settings allow. Settings that cannot be read are told by the commands that need
/// them; `doctor` tells them among other things.
pub(super) fn set_retry_time(command: &mut Command, settings: Option<&Path>) -> Result<(), AppError> {
    let stores: Vec<&mut Place> =
        places(command).into_iter().filter(|place| matches!(place, Place::Store(_))).collect();
    if stores.is_empty() {
        return Ok(());
    }
    let Ok(settings) = Settings::load(settings) else { return Ok(()) };
    for place in stores {
        *place = place.with_retry_time(settings.stores.retry_time()).map_err(UsageError::from)?;
    }
    Ok(())
}

/// Every place that a command names.
fn places(command: &mut Command) -> Vec<&mut Place> {
    match command {
        Command::Check { input, .. } => vec![&mut input.source],
        Command::Plan { input, places, .. } | Command::Run { input, places, .. } => {
            vec![&mut input.source, &mut places.out]
        }
        Command::Schedule(arguments) => arguments.places(),
        Command::Worker(arguments) => arguments.places(),
        Command::Status(arguments) => arguments.places(),
        Command::Doctor(arguments) => arguments.places(),
        Command::Prune(arguments) => arguments.places(),
        Command::Sql(arguments) => arguments.places(),
        Command::Bundle { release, .. } => vec![release],
        Command::VerifyRelease(arguments) => arguments.places(),
        Command::Compare(arguments) => arguments.places(),
        Command::Trace(arguments) => arguments.places(),
        Command::Demo { .. }
        | Command::Generate { .. }
        | Command::Prepare(_)
        | Command::List { .. }
        | Command::Explain { .. }
        | Command::Verify { .. }
        | Command::Settings(SettingsCommand::Show { .. } | SettingsCommand::Schema)
        | Command::Completions { .. }
        | Command::Manual { .. }
        | Command::Definitions(_) => Vec::new(),
    }
}
