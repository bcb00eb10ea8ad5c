//! The integration tests: what a user relies on, through the command line and the published files.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets what it did not expect stops there, and says where"
)]

mod agreement;
mod bad_input;
mod bundle;
mod catalogue;
#[cfg(feature = "cluster")]
mod cluster;
mod compare;
#[path = "../conformance/mod.rs"]
mod conformance;
mod crashes;
mod definitions;
mod doctor;
mod documents;
mod edge_cases;
mod exit_codes;
mod golden;
mod hostile_codes;
mod incomplete;
mod inspection;
mod invariants;
mod late;
mod lineage;
mod markup;
mod mergers;
mod messages;
mod national_trends;
mod odd_sources;
mod odd_values;
mod packaging;
#[cfg(feature = "pdf")]
mod packs;
mod prepare;
mod prune;
mod public;
mod public_nation;
mod publication;
mod published;
mod reading;
mod release;
mod remembered;
mod restored;
mod returns;
mod rollups_alone;
mod safety;
mod schedule;
mod second_opinion;
mod settings;
mod sheets;
mod shell;
mod side_by_side;
mod spread;
mod sql;
mod steps;
#[cfg(all(feature = "aws", feature = "azure"))]
mod stores;
mod support;
mod targets;
mod tidy;
mod trace;
mod trends;
mod verdicts;
mod verify_release;
mod versions;
mod voice;
mod words;
