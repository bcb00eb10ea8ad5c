//! Reads the fields of a contract with their checks: type, required, key, valid values, range and severity.
//! It knows one dataset's fields only; what belongs to the whole contract is checked by the parent module.

use serde::Deserialize as _;
use serde::de::value::{Error as NameError, StrDeserializer};

use super::super::model::{Field, FieldType, Pattern, Severity};
use super::super::problem::Problems;
use super::super::problem::is_identifier;
use super::conditions::{condition_of, is_range, range_of};
use super::odcs::{AllowedRange, FieldProperty, Property, Quality, Scalar, SchemaObject, TypeOptions};
use super::preparation::read_preparation;

/// The fields in the file's order. A field whose type is unknown is noted and left out.
pub(super) fn read_fields(dataset: &SchemaObject, problems: &mut Problems<'_>) -> Vec<Field> {
    let names: Vec<&str> = dataset.properties.iter().map(|property| property.name.as_str()).collect();
    problems.check_unique("schema[0].properties", names.iter().copied());
    let mut keys = 0;
    let mut fields = Vec::with_capacity(names.len());
    for (at, property) in dataset.properties.iter().enumerate() {
        let place = if property.name.is_empty() {
            format!("properties[{at}]")
        } else {
            format!("properties.{}", property.name)
        };
        keys += usize::from(property.primary_key);
        check_key(property, keys, &place, problems);
        let mut reader = FieldReader { dataset: &dataset.name, names: &names, place, problems };
        fields.extend(reader.read(property));
    }
    fields
}

fn check_key(property: &Property, keys: usize, place: &str, problems: &mut Problems<'_>) {
    if property.primary_key && !property.required {
        problems.add(format!("{place}.required"), "a key field must be required");
    }
    let expected = property.primary_key.then_some(keys);
    if property.primary_key_position != expected {
        let message = match expected {
            Some(position) => format!("must be {position}: key fields are numbered in the order of the file"),
            None => "is only for fields with primaryKey: true".to_owned(),
        };
        problems.add(format!("{place}.primaryKeyPosition"), message);
    }
}

/// Severity of a check, as contracts write it.
pub(super) fn read_severity(text: &str) -> Result<Severity, &'static str> {
    match text {
        "error" => Ok(Severity::Blocking),
        "warning" => Ok(Severity::Warning),
        _ => Err("must be error or warning"),
    }
}

/// What the checks of one field say together.
#[derive(Default)]
struct FieldChecks {
    valid_values: Vec<String>,
    range: AllowedRange,
    severities: Vec<Severity>,
}

struct FieldReader<'a, 'p> {
    dataset: &'a str,
    names: &'a [&'a str],
    place: String,
    problems: &'a mut Problems<'p>,
}

impl FieldReader<'_, '_> {
    fn add(&mut self, key: &str, message: impl Into<String>) {
        self.problems.add(format!("{}.{key}", self.place), message);
    }

    fn read(&mut self, property: &Property) -> Option<Field> {
        if !is_identifier(&property.name) {
            self.add("name", "must be lower-case letters, digits and _, beginning with a letter");
        }
        if property.description.trim().is_empty() {
            self.add("description", "is missing; say what the field means, its unit, and what null means");
        }
        let name = StrDeserializer::<NameError>::new(&property.logical_type);
        let field_type =
            FieldType::deserialize(name).map_err(|error| self.add("logicalType", error.to_string())).ok()?;
        let checks = self.read_checks(property, field_type);
        if checks.severities.windows(2).any(|pair| pair.first() != pair.last()) {
            self.add("quality", "the checks of one field must have one severity; logicalTypeOptions count as error");
        }
        let preparation = read_preparation(property, field_type, &self.place, self.problems);
        let may_be_absent =
            (property.custom_properties.iter()).any(|property| matches!(property, FieldProperty::MayBeAbsent(true)));
        if may_be_absent && (property.required || property.primary_key) {
            self.add("customProperties.mayBeAbsent", "a required field or a key cannot be absent");
        }
        Some(Field {
            name: property.name.clone(),
            field_type,
            description: property.description.trim().to_owned(),
            required: property.required,
            key: property.primary_key,
            valid_values: checks.valid_values,
            minimum: checks.range.minimum,
            maximum: checks.range.maximum,
            pattern: self.read_pattern(property, field_type),
            may_lie_ahead: self.read_may_lie_ahead(property, field_type),
            severity: checks.severities.first().copied().unwrap_or(Severity::Blocking),
            preparation,
            may_be_absent,
        })
    }

    fn read_checks(&mut self, property: &Property, field_type: FieldType) -> FieldChecks {
        let mut checks = FieldChecks::default();
        let TypeOptions { minimum, maximum, .. } = property.logical_type_options;
        let range = AllowedRange { minimum, maximum };
        if range != AllowedRange::default() {
            self.set_range(range, "logicalTypeOptions", field_type, &mut checks);
            checks.severities.push(Severity::Blocking);
        }
        for (at, quality) in property.quality.iter().enumerate() {
            self.read_quality(property, quality, (&format!("quality[{at}]"), field_type), &mut checks);
        }
        checks
    }

    fn read_pattern(&mut self, property: &Property, field_type: FieldType) -> Option<Pattern> {
        let text = property.logical_type_options.pattern.as_deref()?;
        if field_type != FieldType::String {
            self.add("logicalTypeOptions.pattern", "only a string field may have a pattern");
        }
        Pattern::parse(text).map_err(|message| self.add("logicalTypeOptions.pattern", message)).ok()
    }

    fn read_may_lie_ahead(&mut self, property: &Property, field_type: FieldType) -> bool {
        let given = property.custom_properties.iter().find_map(|one| match one {
            FieldProperty::MayLieAhead(ahead) => Some(*ahead),
            _ => None,
        });
        if given.is_some() && !matches!(field_type, FieldType::Date | FieldType::Timestamp) {
            self.add("customProperties.mayLieAhead", "is only for dates and timestamps");
        }
        given.unwrap_or(false)
    }

    fn read_quality(
        &mut self,
        property: &Property,
        quality: &Quality,
        at: (&str, FieldType),
        checks: &mut FieldChecks,
    ) {
        let (key, field_type) = at;
        match (quality.r#type.as_str(), &quality.metric, &quality.arguments, &quality.query) {
            ("library", Some(metric), Some(arguments), None) if metric == "invalidValues" => {
                if !checks.valid_values.is_empty() {
                    self.add(key, "the field has valid values already");
                }
                checks.valid_values = self.read_valid_values(&arguments.valid_values, key, field_type);
            }
            ("sql", None, None, Some(query)) => match condition_of(query, self.dataset, self.names) {
                Err(message) => self.add(&format!("{key}.query"), message),
                Ok(condition) => match range_of(&condition, &property.name) {
                    Some(range) => self.set_range(range, key, field_type, checks),
                    None => self.add(&format!("{key}.query"), range_message(&property.name)),
                },
            },
            _ => self.add(
                key,
                "must be type: library with metric: invalidValues and arguments.validValues, or type: sql with a query",
            ),
        }
        if quality.must_be != Some(0) {
            self.add(&format!("{key}.mustBe"), MUST_BE_ZERO);
        }
        match read_severity(&quality.severity) {
            Ok(severity) => checks.severities.push(severity),
            Err(message) => self.add(&format!("{key}.severity"), message),
        }
    }

    fn set_range(&mut self, range: AllowedRange, key: &str, field_type: FieldType, checks: &mut FieldChecks) {
        if field_type != FieldType::Integer {
            self.add(key, "only an integer field may have a range");
        }
        if !is_range(range) {
            self.add(key, "the greatest value lies below the least");
        }
        if checks.range != AllowedRange::default() {
            self.add(key, "the field has a range already");
        }
        checks.range = range;
    }

    fn read_valid_values(&mut self, values: &[Scalar], key: &str, field_type: FieldType) -> Vec<String> {
        let key = format!("{key}.arguments.validValues");
        if values.is_empty() {
            self.add(&key, "is empty, so that no value would be valid");
        }
        for (at, value) in values.iter().enumerate() {
            let fits = match value {
                Scalar::Integer(_) => field_type == FieldType::Integer,
                Scalar::Text(text) => field_type == FieldType::String && !text.trim().is_empty(),
            };
            if !fits {
                let message =
                    format!("“{value}” does not fit the type; only string and integer fields have valid values");
                self.add(&format!("{key}[{at}]"), message);
            }
        }
        let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
        self.problems.check_unique(&format!("{}.{key}", self.place), texts.iter().map(String::as_str));
        texts
    }
}

fn range_message(name: &str) -> String {
    format!(
        "a check of one field is its range: “{name} < least”, “{name} > greatest” or \
         “{name} < least OR {name} > greatest”; any other condition belongs under schema[0].quality"
    )
}

/// Why `mustBe` is always 0: a check counts the rows that break it.
pub(super) const MUST_BE_ZERO: &str = "must be 0: the check counts the rows that break it";
