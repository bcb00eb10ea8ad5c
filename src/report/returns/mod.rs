//! Which returns arrived, were late, refused or missing, and what the checks of the data found.

pub mod coverage;
pub mod quality;
pub mod submissions;
