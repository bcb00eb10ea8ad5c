//! A JSON Schema of the settings file, for editors: the keys as the types have them, and what is noted of each.

use serde_json::{Map, Value, json};

use super::notes::{KeyForm, KeyNote, note_of};
use super::shape::{SettingShape, ShapedKey, shape_of};
use super::{DEFAULT_FILE, Settings, SettingsError, SettingsFile};
use crate::vocabulary::copy_format::CopyFormat;

/// The schema, in draft 2020-12.
///
/// # Errors
/// Defaults that have no JSON form.
pub fn settings_schema() -> Result<Value, SettingsError> {
    let defaults = serde_json::to_value(SettingsFile::from(Settings::default())).map_err(SettingsError::Unwritten)?;
    let mut schema = described(&shape_of::<SettingsFile>(), "", Some(&defaults));
    schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("$id".to_owned(), format!("urn:leds-metrics:settings:{}", env!("CARGO_PKG_VERSION")).into());
    schema.insert("title".to_owned(), format!("Settings of leds-metrics, {DEFAULT_FILE}").into());
    Ok(Value::Object(schema))
}

/// The schema of what stands at a key.
fn described(shape: &SettingShape, key: &str, default: Option<&Value>) -> Map<String, Value> {
    let note = note_of(key);
    let mut schema = typed(shape, key, default);
    if let Some(note) = note {
        schema.insert("description".to_owned(), note.about.into());
        add_form(&mut schema, note);
    }
    let is_leaf = !matches!(shape, SettingShape::Section(_) | SettingShape::Table { .. });
    if let Some(default) = default.filter(|default| is_leaf && !default.is_null()) {
        schema.insert("default".to_owned(), default.clone());
    }
    schema
}

fn typed(shape: &SettingShape, key: &str, default: Option<&Value>) -> Map<String, Value> {
    let value = match shape {
        SettingShape::Section(keys) => return section(keys, key, default),
        SettingShape::Table { keys, value } => {
            let values = described(value, &format!("{key}.*"), None);
            let mut table = object(json!({ "type": "object", "additionalProperties": values }));
            if let Some(words) = keys {
                table.insert("propertyNames".to_owned(), json!({ "enum": words }));
            }
            return table;
        }
        SettingShape::List(item) => {
            json!({ "type": "array", "items": described(item, &format!("{key}[]"), None) })
        }
        SettingShape::Word(words) => json!({ "enum": words }),
        SettingShape::Text => json!({ "type": "string" }),
        SettingShape::Whole => json!({ "type": "integer" }),
        SettingShape::Decimal => json!({ "type": "number" }),
        SettingShape::Switch => json!({ "type": "boolean" }),
        SettingShape::Mixed => json!({}),
    };
    object(value)
}

fn section(keys: &[ShapedKey], own: &str, defaults: Option<&Value>) -> Map<String, Value> {
    let place = |name: &str| if own.is_empty() { name.to_owned() } else { format!("{own}.{name}") };
    let mut properties = Map::new();
    for ShapedKey { name, shape } in keys {
        let default = defaults.and_then(|defaults| defaults.get(name));
        properties.insert((*name).to_owned(), Value::Object(described(shape, &place(name), default)));
    }
    let is_required = |key: &&ShapedKey| note_of(&place(key.name)).is_some_and(|note| note.required);
    let required: Vec<&str> = keys.iter().filter(is_required).map(|key| key.name).collect();
    let mut section = object(json!({ "type": "object", "properties": properties, "additionalProperties": false }));
    if !required.is_empty() {
        section.insert("required".to_owned(), required.into());
    }
    section
}

fn add_form(schema: &mut Map<String, Value>, note: &KeyNote) {
    let form = match note.form {
        KeyForm::Plain => return,
        KeyForm::Between(least, i64::MAX) => json!({ "minimum": least }),
        KeyForm::Between(least, most) => json!({ "minimum": least, "maximum": most }),
        KeyForm::WordOrBetween(word, least, most) => {
            json!({ "anyOf": [{ "const": word }, { "type": "integer", "minimum": least, "maximum": most }] })
        }
        KeyForm::From(least) => json!({ "minimum": least }),
        KeyForm::Day => json!({ "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        KeyForm::Matching(pattern) => json!({ "pattern": pattern }),
        KeyForm::Filled => json!({ "pattern": "[^ ]" }),
        KeyForm::Copies => json!({ "enum": CopyFormat::NAMES.map(|(name, _)| name) }),
    };
    schema.extend(object(form));
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::super::notes::NOTES;
    use super::*;
    use crate::definitions::Definitions;

    /// Every key by its place, as notes name it.
    fn places(shape: &SettingShape, key: &str, found: &mut BTreeSet<String>) {
        if !key.is_empty() && !key.ends_with("[]") {
            found.insert(key.to_owned());
        }
        match shape {
            SettingShape::Section(keys) => {
                for one in keys {
                    let own = if key.is_empty() { one.name.to_owned() } else { format!("{key}.{}", one.name) };
                    places(&one.shape, &own, found);
                }
            }
            SettingShape::Table { value, .. } => places(value, &format!("{key}.*"), found),
            SettingShape::List(item) => places(item, &format!("{key}[]"), found),
            _ => {}
        }
    }

    #[test]
    fn every_key_of_the_types_is_noted_and_no_other() {
        let mut known = BTreeSet::new();
        places(&shape_of::<SettingsFile>(), "", &mut known);
        let noted: BTreeSet<String> = NOTES.iter().map(|note| note.key.to_owned()).collect();
        assert_eq!(noted.len(), NOTES.len(), "a key is noted twice");
        let noted: BTreeSet<String> = noted.into_iter().filter(|key| !key.ends_with("[]")).collect();
        assert_eq!(known, noted);
    }

    /// The file that the documentation shows: it has every key.
    fn documented() -> toml::Value {
        let page = include_str!("../../docs/settings.md");
        let text = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        toml::Value::Table(text.parse().unwrap())
    }

    /// The first place that a key names.
    fn place<'t>(value: &'t mut toml::Value, key: &str) -> Option<&'t mut toml::Value> {
        let (head, rest) = key.split_once('.').unwrap_or((key, ""));
        let (name, in_list) = head.strip_suffix("[]").map_or((head, false), |name| (name, true));
        let table = value.as_table_mut()?;
        let inner = if name == "*" { table.iter_mut().next()?.1 } else { table.get_mut(name)? };
        match (in_list, rest.is_empty()) {
            (false, true) => Some(inner),
            (false, false) => place(inner, rest),
            (true, true) => inner.as_array_mut()?.first_mut(),
            (true, false) => {
                let items = inner.as_array_mut()?;
                let at = items.iter().position(|item| place(&mut item.clone(), rest).is_some())?;
                place(&mut items[at], rest)
            }
        }
    }

    /// Whether a run would take the file.
    fn is_taken(file: &toml::Value) -> bool {
        let Ok(settings) = Settings::parse(Path::new("settings.toml"), &toml::to_string(file).unwrap()) else {
            return false;
        };
        settings.figures.check_against(&Definitions::built_in().unwrap().metrics, &[]).is_ok()
    }

    fn with(key: &str, value: impl Into<toml::Value>) -> bool {
        let mut file = documented();
        *place(&mut file, key).unwrap_or_else(|| panic!("docs/settings.md does not show {key}")) = value.into();
        is_taken(&file)
    }

    #[test]
    fn the_program_takes_the_numbers_of_the_schema_and_no_others() {
        assert!(is_taken(&documented()));
        let mut tried = 0;
        for note in NOTES {
            let (least, most) = match note.form {
                KeyForm::Between(least, most) | KeyForm::WordOrBetween(_, least, most) => (least, most),
                KeyForm::From(least) => {
                    let least = f64::from(least);
                    assert!(with(note.key, least) && !with(note.key, least - 0.5), "{}", note.key);
                    continue;
                }
                _ => continue,
            };
            tried += 1;
            assert!(with(note.key, least), "{} = {least} is refused", note.key);
            assert!(!with(note.key, least - 1), "{} = {} is taken", note.key, least - 1);
            if most < i64::MAX {
                assert!(with(note.key, most), "{} = {most} is refused", note.key);
                assert!(!with(note.key, most + 1), "{} = {} is taken", note.key, most + 1);
            }
        }
        assert!(tried > 15);
    }

    #[test]
    fn the_program_takes_the_texts_of_the_schema_and_no_others() {
        for note in NOTES {
            match note.form {
                KeyForm::Day => assert!(with(note.key, "2025-06-01") && !with(note.key, "1 June 2025"), "{}", note.key),
                KeyForm::Filled => assert!(with(note.key, "text") && !with(note.key, " "), "{}", note.key),
                KeyForm::WordOrBetween(word, ..) => {
                    assert!(with(note.key, word) && !with(note.key, "another"), "{}", note.key);
                }
                KeyForm::Copies => assert!(with(note.key, "svg") && !with(note.key, "gif"), "{}", note.key),
                _ => {}
            }
        }
    }

    #[test]
    fn what_is_required_cannot_be_left_out() {
        for note in NOTES.iter().filter(|note| !note.key.ends_with('*') && !note.key.ends_with("[]")) {
            let (table, name) = note.key.rsplit_once('.').unwrap_or(("", note.key));
            let mut file = documented();
            let table = if table.is_empty() { Some(&mut file) } else { place(&mut file, table) };
            table.unwrap().as_table_mut().unwrap().remove(name);
            let is_taken = Settings::parse(Path::new("settings.toml"), &toml::to_string(&file).unwrap()).is_ok();
            assert_eq!(is_taken, !note.required, "{}", note.key);
        }
    }
}
