//! The report model: what each page says, as blocks built from plain values. Pure; numbers are rounded and worded here, and
//! nothing here knows HTML, files or an engine.

mod all_metrics;
mod block;
mod breakdown;
mod build;
mod cell;
pub mod charts;
mod comparison;
mod contribution_table;
mod control;
mod coverage;
mod decision_table;
mod dictionary;
mod downloads;
mod edition;
mod facts;
mod figure;
mod figures_table;
mod force;
mod forces_matrix;
mod frame;
mod funnel;
mod funnel_words;
mod judged;
mod late_section;
mod metric_page;
mod nation;
mod notes;
mod one_force;
mod organisations_table;
mod own_returns;
mod own_summary;
mod parity_page;
mod quality;
mod releases_page;
mod responsibility;
mod run_words;
#[cfg(test)]
pub(crate) mod sample;
mod signals_page;
mod standard;
mod standing;
mod step_table;
mod table;
mod text;
mod trend;
mod trend_table;
mod trend_words;
mod withheld;
mod words;

pub use block::{FileContent, Page};
pub use edition::{Edition, Scope};
pub use facts::Facts;
pub use figure::{Figure, Room};
pub use releases_page::{ReleasesInput, releases_page};
