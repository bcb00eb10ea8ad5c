//! What stands behind the figures: method, settings, dictionaries, and the list of releases.

pub mod accessibility;
pub mod dictionary;
pub mod notes;
pub mod releases;
pub mod take_away;
