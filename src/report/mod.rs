//! The report model: what each page says, as blocks built from plain values. Pure; numbers are rounded and worded here, and
//! nothing here knows HTML, files or an engine.

pub mod about;
mod build;
pub mod charts;
pub mod edition;
mod facts;
mod force;
mod inspection;
mod metric;
mod national;
pub mod page;
mod public;
mod returns;
#[cfg(test)]
pub(crate) mod sample;
pub mod search;
mod sentences;
mod trends;
mod words;

pub use build::build_page;
pub use edition::{Edition, PictureSource, Scope};
pub use facts::Facts;
pub use page::Page;
pub use page::download::FileContent;
pub use page::figure::{Figure, Room};
pub use search::SearchIndex;
