//! The report model: what each page says, as blocks built from plain values. Pure; numbers are rounded and worded here, and
//! nothing here knows HTML, files or an engine.

pub mod about;
mod build;
pub mod charts;
mod digest;
pub mod edition;
mod facts;
mod force;
mod inspection;
mod metric;
mod national;
mod pack;
pub mod page;
mod public;
mod returns;
#[cfg(test)]
pub(crate) mod sample;
pub mod search;
mod sentences;
pub mod sheets;
mod trends;
mod words;

pub use build::build_page;
pub use digest::{BodyLine, Digest, NewToActOn, SinceLast, build_digest};
pub use edition::{Edition, PictureSource, Scope};
pub use facts::Facts;
pub use pack::{Pack, build_pack};
pub use page::Page;
pub use page::download::FileContent;
pub use page::figure::{Figure, Room};
pub use page::table::Align;
pub use search::SearchIndex;
