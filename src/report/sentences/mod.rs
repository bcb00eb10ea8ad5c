//! Sentences and signs that several pages share, each worded once: standards, standing, what is withheld, run charts.

pub mod edition_mark;
pub mod margins;
pub mod runs;
pub mod standard;
pub mod standing;
pub mod withheld;
