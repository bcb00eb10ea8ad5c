//! Documented performance metrics of police use of PNC and LEDS, per force and review period.
//!
//! The modules stand in one line, each using only those to its left: `vocabulary` → `definitions` → `sources` → `stats` →
//! `settings` → `contract` → `rollups` → `metrics` → `intake` → `cluster` → `history` → `assessment` → `verdict` → `checks` →
//! `figures` → `public` → `release` → `report` → `render`, wired together by `app`. `ledger` and `schedule` say when it runs.
//! `docs/architecture.md` says more.
#![forbid(unsafe_code)]

pub mod app;
pub mod archive;
pub mod assessment;
pub mod checks;
pub mod cli;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod contract;
pub mod definitions;
pub mod digest;
pub mod disclosure;
pub mod engine;
pub mod exit;
pub mod figures;
pub mod files;
pub mod history;
pub mod intake;
pub mod ledger;
pub mod metrics;
pub mod place;
pub mod prepare;
pub mod progress;
pub mod public;
pub mod release;
pub mod render;
pub mod report;
pub mod rollups;
pub mod schedule;
pub mod settings;
pub mod sources;
pub mod spreadsheet;
pub mod sql_functions;
pub mod stats;
pub mod synth;
pub mod verdict;
pub mod vocabulary;
