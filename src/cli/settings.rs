//! The command line of `settings`: what holds, and the schema of the file.

use std::path::Path;

use clap::Subcommand;

use super::output::{print_json, print_line, tell};
use crate::app::settings_shown::{effective_settings, schema};
use crate::app::{AppError, Context};
use crate::settings::{EffectiveKey, SettingOrigin};

/// What to do with settings.
#[derive(Debug, Subcommand)]
pub(super) enum SettingsCommand {
    /// Print the value of every key, and whether the settings file gives it.
    Show {
        #[arg(long)]
        json: bool,
    },
    /// Print a JSON Schema of the settings file, for editors.
    Schema,
}

/// Prints each key on a line of its own: who gives the value, then key and value as the file would have them.
pub(super) fn show_settings(context: &Context, named: Option<&Path>, json: bool) -> Result<(), AppError> {
    let effective = effective_settings(context, named)?;
    if json {
        return print_json(&effective);
    }
    match &effective.file {
        Some(file) => tell(format_args!("settings file: {}", file.display())),
        None => tell(format_args!("there is no settings file; every value is the default")),
    }
    effective.settings.iter().try_for_each(print_key)
}

fn print_key(EffectiveKey { key, value, from }: &EffectiveKey) -> Result<(), AppError> {
    let from = match (value, from) {
        (None, _) => "not set",
        (Some(_), SettingOrigin::Default) => "default",
        (Some(_), SettingOrigin::File) => "file",
    };
    match value {
        Some(value) => print_line(format_args!("{from:<8} {key} = {value}")),
        None => print_line(format_args!("{from:<8} {key}")),
    }
}

/// Prints the schema.
pub(super) fn print_schema() -> Result<(), AppError> {
    print_json(&schema()?)
}
