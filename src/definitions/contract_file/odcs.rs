//! The part of the Open Data Contract Standard v3 that contracts here may use, as it stands in the YAML.
//! Shapes only: what the values mean and whether they fit each other is checked by the parent module.
//!
//! Texts that may not be missing default to empty, so that the checks can report all of them at once.

use std::fmt;

use serde::Deserialize;
use serde::de::{Error, Visitor};

/// A contract file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(default)]
    pub api_version: String,
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub id: String,
    /// The dataset's title.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub domain: String,
    #[serde(default)]
    pub description: Description,
    #[serde(default)]
    pub team: Team,
    #[serde(default)]
    pub servers: Vec<Server>,
    #[serde(default)]
    pub schema: Vec<SchemaObject>,
    #[serde(default)]
    pub sla_properties: Vec<ServiceLevel>,
    #[serde(default)]
    pub custom_properties: Vec<CustomProperty>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    #[serde(default)]
    pub purpose: String,
    #[serde(default)]
    pub limitations: String,
    #[serde(default)]
    pub usage: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Team {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
}

/// Where a tool of the supplier's finds the files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Server {
    #[serde(default, rename = "server")]
    pub name: String,
    #[serde(default)]
    pub r#type: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub format: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SchemaObject {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub data_granularity_description: String,
    #[serde(default)]
    pub properties: Vec<Property>,
    #[serde(default)]
    pub quality: Vec<Quality>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Property {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub logical_type: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub primary_key: bool,
    pub primary_key_position: Option<usize>,
    #[serde(default)]
    pub logical_type_options: TypeOptions,
    #[serde(default)]
    pub quality: Vec<Quality>,
    #[serde(default)]
    pub custom_properties: Vec<FieldProperty>,
}

/// What the values of a type may be.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeOptions {
    pub minimum: Option<i64>,
    pub maximum: Option<i64>,
    pub pattern: Option<String>,
}

/// Least and greatest value, both allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct AllowedRange {
    pub minimum: Option<i64>,
    pub maximum: Option<i64>,
}

/// A check of a field or of a dataset.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Quality {
    pub name: Option<String>,
    pub description: Option<String>,
    #[serde(default)]
    pub r#type: String,
    pub metric: Option<String>,
    pub arguments: Option<Arguments>,
    pub query: Option<String>,
    pub must_be: Option<i64>,
    #[serde(default)]
    pub severity: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Arguments {
    pub valid_values: Vec<Scalar>,
}

/// A service level.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceLevel {
    #[serde(default)]
    pub property: String,
    pub value: u32,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub description: String,
}

/// What the standard has no key for.
#[derive(Debug, Deserialize)]
#[serde(tag = "property", content = "value", deny_unknown_fields, rename_all = "camelCase")]
pub(super) enum CustomProperty {
    ReferenceDataset(bool),
    PeriodField(String),
    ExpectedFrom(Vec<String>),
    ExpectedSince(String),
}

/// How a field is made from a raw extract, and whether its date may lie after the day of submission, for which the
/// standard has no key either.
#[derive(Debug, Deserialize)]
#[serde(tag = "property", content = "value", deny_unknown_fields)]
pub(super) enum FieldProperty {
    #[serde(rename = "preparedFrom")]
    From(Vec<String>),
    #[serde(rename = "preparedBy")]
    By(String),
    #[serde(rename = "preparedDomain")]
    Domain(String),
    #[serde(rename = "mayBeAbsent")]
    MayBeAbsent(bool),
    #[serde(rename = "mayLieAhead")]
    MayLieAhead(bool),
}

/// An integer or a text, told apart as YAML does: a text that looks like a number is in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scalar {
    Integer(i64),
    Text(String),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a whole number")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
        i64::try_from(value).map(Scalar::Integer).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }
}
