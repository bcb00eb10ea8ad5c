//! Blocks for readers who know neither the systems nor statistics: questions with their answers, one page for each
//! organisation, a glossary, the accessibility statement. They show what the release of their edition holds, and no more.

mod answer;
pub mod body_list;
pub mod body_page;
pub mod glossary;
pub mod in_hundred;
pub mod questions;
