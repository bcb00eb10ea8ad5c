//! What a page says of one metric: its figures, charts, comparisons, late data and definition.

pub mod breakdown;
pub mod comparison;
pub mod contributions;
pub mod control;
pub mod decisions;
pub mod figures_table;
pub mod funnel;
pub mod funnel_words;
pub mod judged;
pub mod late_data;
pub mod organisations;
pub mod sections;
pub mod steps;
pub mod trend;
pub mod trend_data;
pub mod trend_table;
pub mod trend_words;
