//! The words that the whole program shares: periods, quantities, bodies, returns, findings and figures.
//! They import no other module but each other.

pub mod body;
pub mod body_id;
pub mod causes;
pub mod clock;
pub mod copy_format;
pub mod delay;
pub mod event;
pub mod finding;
pub mod lives;
pub mod metric_id;
pub mod observation;
pub mod period;
#[cfg(test)]
mod period_tests;
pub mod quantity;
#[cfg(test)]
mod quantity_tests;
pub mod returns;
pub mod schedule_name;
pub mod sender_code;
mod shared_text;
pub mod shorthand;
pub mod stop;
