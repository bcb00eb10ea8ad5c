//! What stands behind the figures: method, settings, dictionaries, the list of releases, and what changed between two of them.

pub mod accessibility;
mod changed_figures;
pub mod comparison;
pub mod dictionary;
pub mod notes;
pub mod releases;
pub mod take_away;
