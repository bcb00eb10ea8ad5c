//! What holds: the value of every key, and whether the file gives it or the program.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;
use serde_json::value::Index;

use super::shape::{SettingShape, shape_of};
use super::{Settings, SettingsError, SettingsFile, WrittenSettings};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingOrigin {
    /// The file names the key.
    File,
    /// Nobody has set it.
    Default,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectiveKey {
    /// Such as `trend.month` or `schedules[0].name`.
    pub key: String,
    /// `None` where there is none, because nobody has set it and it has no default.
    pub value: Option<Value>,
    pub from: SettingOrigin,
}

/// Every key that there is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectiveSettings {
    /// The file that was read, if any.
    pub file: Option<PathBuf>,
    pub settings: Vec<EffectiveKey>,
}

impl EffectiveSettings {
    /// Reads the same file as a run.
    ///
    /// # Errors
    /// Settings that a run would refuse.
    pub fn load(named: Option<&Path>) -> Result<Self, SettingsError> {
        let written = WrittenSettings::read(named)?;
        let settings = written.as_ref().map_or_else(|| Ok(Settings::default()), WrittenSettings::parse)?;
        let given = written.as_ref().map_or(Ok(Value::Null), WrittenSettings::given)?;
        let held = serde_json::to_value(SettingsFile::from(settings)).map_err(SettingsError::Unwritten)?;
        let mut found = Vec::new();
        enter(&shape_of::<SettingsFile>(), "", Sides { held: &held, given: &given }, &mut found);
        Ok(Self { file: written.map(|written| written.path), settings: found })
    }
}

impl WrittenSettings {
    /// What the file itself says, without defaults.
    fn given(&self) -> Result<Value, SettingsError> {
        if self.is_record() {
            let record: Value = serde_json::from_str(&self.text)
                .map_err(|source| SettingsError::Record { path: self.path.clone(), source })?;
            return Ok(record.get("settings").cloned().unwrap_or_default());
        }
        toml::from_str(&self.text)
            .map_err(|source: toml::de::Error| SettingsError::Parse { path: self.path.clone(), source: source.into() })
    }
}

/// One place of the settings: what holds there, and what the file gives.
#[derive(Clone, Copy)]
struct Sides<'v> {
    held: &'v Value,
    given: &'v Value,
}

/// Where there is nothing.
static NOTHING: Value = Value::Null;

impl Sides<'_> {
    fn inside(self, at: impl Index + Copy) -> Self {
        Self { held: self.held.get(at).unwrap_or(&NOTHING), given: self.given.get(at).unwrap_or(&NOTHING) }
    }
}

fn enter(shape: &SettingShape, key: &str, sides: Sides<'_>, found: &mut Vec<EffectiveKey>) {
    let inside = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
    match (shape, sides.held) {
        (SettingShape::Section(keys), Value::Object(_)) => {
            for one in keys {
                enter(&one.shape, &inside(one.name), sides.inside(one.name), found);
            }
        }
        (SettingShape::Table { value, .. }, Value::Object(entries)) if !entries.is_empty() => {
            for name in entries.keys() {
                enter(value, &inside(name), sides.inside(name.as_str()), found);
            }
        }
        (SettingShape::List(item), Value::Array(items)) if is_section(item) && !items.is_empty() => {
            for at in 0..items.len() {
                enter(item, &format!("{key}[{at}]"), sides.inside(at), found);
            }
        }
        _ => found.push(EffectiveKey {
            key: key.to_owned(),
            value: Some(sides.held.clone()).filter(|value| !is_nothing(shape, value)),
            from: if sides.given.is_null() { SettingOrigin::Default } else { SettingOrigin::File },
        }),
    }
}

fn is_section(shape: &SettingShape) -> bool {
    matches!(shape, SettingShape::Section(_))
}

/// A table or a list of tables without an entry, or a key without a value.
fn is_nothing(shape: &SettingShape, value: &Value) -> bool {
    match (shape, value) {
        (_, Value::Null) => true,
        (SettingShape::Table { .. }, Value::Object(entries)) => entries.is_empty(),
        (SettingShape::List(item), Value::Array(items)) => is_section(item) && items.is_empty(),
        _ => false,
    }
}
