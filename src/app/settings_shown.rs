//! `settings`: what holds and who says so, and what an editor needs to help with the file.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{AppError, Context};
use crate::settings::{EffectiveKey, EffectiveSettings, SettingOrigin, settings_schema};

/// The value of every key, those of parameters included that some metric still waits for.
///
/// # Errors
/// Settings that a run would refuse.
pub fn effective_settings(context: &Context, named: Option<&Path>) -> Result<EffectiveSettings, AppError> {
    let mut effective = EffectiveSettings::load(named)?;
    let metrics = &context.definitions.metrics;
    let parameters: BTreeSet<&String> = metrics.iter().flat_map(|metric| &metric.parameters).collect();
    let unset = parameters.into_iter().filter(|name| !context.settings.figures.parameters.contains_key(*name));
    let unset =
        unset.map(|name| EffectiveKey { key: format!("parameters.{name}"), value: None, from: SettingOrigin::Default });
    let place = effective.settings.iter().rposition(|one| one.key.starts_with("parameters"));
    let after = place.map_or(effective.settings.len(), |place| place + 1);
    effective.settings.splice(after..after, unset.collect::<Vec<EffectiveKey>>());
    effective.settings.retain(|one| one.key != "parameters");
    Ok(effective)
}

/// The JSON Schema of the settings file.
///
/// # Errors
/// Defaults that cannot be written down.
pub fn schema() -> Result<Value, AppError> {
    Ok(settings_schema()?)
}
