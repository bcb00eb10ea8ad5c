//! Documented performance metrics of police use of PNC and LEDS, per force and review period.
//!
//! The modules stand in one line, each using only those to its left and the shared vocabulary (`period`, `quantity`,
//! `observation`, `diagnostics`): `definitions` → `sources` → `contract` → `rollups` → `stats` → `metrics` → `public` →
//! `report` → `render` → `publish`, wired together by `app`. `docs/architecture.md` says more.
#![forbid(unsafe_code)]

pub mod app;
pub mod assessment;
pub mod cli;
pub mod code;
pub mod config;
pub mod contract;
pub mod definitions;
pub mod diagnostics;
pub mod digest;
pub mod disclosure;
pub mod engine;
pub mod exit;
pub mod files;
pub mod invariants;
pub mod lateness;
pub mod lives;
pub mod metrics;
pub mod observation;
pub mod period;
#[cfg(test)]
mod period_tests;
pub mod prepare;
pub mod provenance;
pub mod public;
pub mod publish;
pub mod quantity;
#[cfg(test)]
mod quantity_tests;
pub mod reconcile;
pub mod render;
pub mod report;
pub mod responsibilities;
pub mod results;
pub mod rollups;
pub mod sources;
pub mod spreadsheet;
pub mod sql_functions;
pub mod stats;
pub mod synth;
