//! The identity of a release: everything that decides what it says, as one value, and its hash. Two runs with the same
//! identity publish the same figures, so the second has nothing to publish.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::RunOptions;
use crate::digest::sha256;
use crate::history::EarlierReturns;
use crate::intake::RunBasis;
use crate::settings::{EngineSection, FigureSettings};

/// All that decides what a release says.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Identity<'a> {
    program_version: &'static str,
    period: String,
    as_of: NaiveDate,
    /// Whether the release holds the public edition.
    public: bool,
    settings: &'a FigureSettings,
    /// SHA-256 of each definition file.
    definitions: BTreeMap<&'a str, String>,
    submissions: Vec<SubmissionIdentity<'a>>,
    /// Fingerprints of submissions that a later one replaced. Completeness and revisions rest on them.
    replaced: Vec<&'a str>,
    /// What could not be listed has no fingerprint, and the pages name it.
    not_listed: Vec<String>,
}

/// One submission that the run looked at.
#[derive(Debug, Clone, Serialize)]
struct SubmissionIdentity<'a> {
    fingerprint: &'a str,
    first_submitted: NaiveDate,
    refused: bool,
}

impl<'a> Identity<'a> {
    /// The options say what the release will hold beside what every release holds.
    pub(super) fn new(basis: &RunBasis<'a>, earlier: &'a EarlierReturns, options: &'a RunOptions) -> Self {
        let opened = basis.check.opened;
        let definitions = basis.check.definitions.files.iter();
        let submissions = basis.intake.admissions.values().flatten().map(|admission| SubmissionIdentity {
            fingerprint: &admission.fingerprint,
            first_submitted: admission.submission.first_submitted,
            refused: admission.refused(),
        });
        Self {
            program_version: env!("CARGO_PKG_VERSION"),
            period: basis.period.to_string(),
            as_of: opened.as_of,
            public: options.public,
            settings: &basis.settings.figures,
            definitions: definitions.map(|(path, bytes)| (path.as_str(), sha256(bytes))).collect(),
            submissions: submissions.collect(),
            replaced: earlier.replaced.iter().map(|admission| admission.fingerprint.as_str()).collect(),
            not_listed: opened.listing_findings.iter().map(ToString::to_string).collect(),
        }
    }

    /// BLAKE3 of the value as JSON, 64 hexadecimal digits.
    ///
    /// # Errors
    /// If the value has no JSON form.
    pub(super) fn hash(&self) -> Result<String, serde_json::Error> {
        Ok(blake3::hash(&serde_json::to_vec(self)?).to_hex().to_string())
    }
}

/// What stands in the pointer for a release without the figures of metrics for which there was not enough memory: other
/// settings of the engine may give them.
pub(super) fn incomplete_identity(identity: &str, engine: &EngineSection) -> String {
    let text = format!("{identity} {} {}", engine.memory_limit_mib, engine.thread_count());
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::settings::Settings;
    use crate::vocabulary::causes::with_causes;

    /// Every section and every entry is there, and nothing has its default.
    const SETTINGS: &str = r#"
        trend = { month = 14, quarter = 8, year = 4, national = 30 }
        disclosure = { threshold = 6, minimum_denominator = 11, protection = "range" }
        peers = { fallback = "neighbours", ignore_supplied = true }
        late = { months = 7 }
        parameters = { dormant_days = 90, leaver_days = 7 }
        publication = { publisher = "P", contact = "C", marking = "OFFICIAL", next_release = "2026-08-20", revision_policy = "R", pre_release_access = ["A"], accessibility_tested_on = "2026-08-20" }
        verdict = { margin_percent = 30 }
        editions = { copies = ["xlsx"] }
        parity = { as_phe = ["CRE-01"], as_making_data_count = ["CRE-02"] }

        [[targets]]
        metric = "CRE-01"
        level = 85.5
        comparator = ">="
        from = "2024-04-01"
        to = "2026-03-31"
        source = "A plan"
        organisations = ["E1"]
        kinds = ["territorial_force"]

        [[decisions]]
        metric = "CRE-01"
        organisation = "E1"
        kind = "rebase"
        from = "2024-04-01"
        to = "2025-04-01"
        points = 12
        reason = "A new system"
        decided_by = "A. Person"
    "#;

    /// Another value for each word that is not free text.
    const OTHER_WORDS: [(&str, &str); 6] = [
        ("xlsx", "svg"),
        ("range", "two_values"),
        ("neighbours", "size_band"),
        (">=", "<="),
        ("rebase", "keep"),
        ("2024-04-01", "2024-04-02"),
    ];

    fn hash_with(settings: &FigureSettings) -> String {
        let identity = Identity {
            program_version: "0",
            period: String::new(),
            as_of: NaiveDate::MIN,
            public: false,
            settings,
            definitions: BTreeMap::new(),
            submissions: Vec::new(),
            replaced: Vec::new(),
            not_listed: Vec::new(),
        };
        identity.hash().unwrap()
    }

    fn settings() -> FigureSettings {
        Settings::parse("settings.toml".as_ref(), SETTINGS).unwrap().figures
    }

    /// The path to each number, word and switch in a value.
    fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| leaves(value, &format!("{path}/{name}"), found));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, value)| leaves(value, &format!("{path}/{at}"), found));
            }
            _ => found.push(path.to_owned()),
        }
    }

    fn another(value: &Value) -> Value {
        match value {
            Value::Bool(switch) => Value::from(!switch),
            Value::Number(number) => {
                number.as_i64().map_or_else(|| Value::from(1.25), |number| Value::from(number + 1))
            }
            Value::String(word) => {
                let other = OTHER_WORDS.iter().find(|(one, _)| one == word).map(|(_, other)| (*other).to_owned());
                let is_day = NaiveDate::parse_from_str(word, "%Y-%m-%d").is_ok();
                let text = || if is_day { "2030-01-01".to_owned() } else { format!("{word}, or another") };
                Value::from(other.unwrap_or_else(text))
            }
            other => panic!("{other} cannot be changed"),
        }
    }

    #[test]
    fn each_setting_that_decides_a_figure_changes_the_identity() {
        let settings = settings();
        let whole = serde_json::to_value(&settings).unwrap();
        let unset = serde_json::to_value(FigureSettings::default()).unwrap();
        let mut paths = Vec::new();
        leaves(&whole, "", &mut paths);
        for section in unset.as_object().unwrap().keys() {
            assert!(paths.iter().any(|path| path.starts_with(&format!("/{section}/"))), "{section} is not tried");
        }
        let mut hashes = vec![hash_with(&settings), hash_with(&FigureSettings::default())];
        for path in &paths {
            assert_ne!(whole.pointer(path), unset.pointer(path), "{path} has its default: the test sees no difference");
            let mut changed = whole.clone();
            let leaf = changed.pointer_mut(path).unwrap();
            *leaf = another(leaf);
            let changed: FigureSettings = serde_json::from_value(changed).unwrap();
            let hash = hash_with(&changed);
            assert!(!hashes.contains(&hash), "{path} changes no identity");
            hashes.push(hash);
        }
    }

    #[test]
    fn settings_are_read_back_from_a_record_as_they_were() {
        let record = serde_json::json!({ "run_id": "0", "settings": settings() }).to_string();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run-record.json");
        std::fs::write(&path, record).unwrap();
        assert_eq!(Settings::load(Some(&path)).unwrap().figures, settings());
        std::fs::write(&path, "{}").unwrap();
        let error = Settings::load(Some(&path)).unwrap_err();
        let message = with_causes(&error);
        assert!(message.contains("missing field `settings`"), "{message}");
        assert!(error.hint().is_some_and(|hint| hint.contains("run record")), "{:?}", error.hint());
    }
}
