//! The evidence about one organisation as HMICFRS and the ICO read it: each duty with its figure and outcome, the
//! submissions behind every figure with their hashes, and the way to check them; and the list of all organisations. Of
//! others an edition about one organisation holds sums alone.

mod delays;
pub mod evidence;
pub mod organisations;
mod parts;
mod questions;
mod summary;
mod verification;

pub use evidence::evidence_table;
pub use organisations::inspected_organisations;
pub use parts::parts;
pub use questions::inspector_questions;
pub use summary::{standards_table, summary};
pub use verification::verification;
