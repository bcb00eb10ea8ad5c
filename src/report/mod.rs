//! The report model: what each page says, as typed views built from plain values. Pure; numbers are rounded and worded
//! here, and nothing here knows HTML, files or an engine.

mod breakdown;
pub mod charts;
mod comparison;
mod contribution_table;
mod control;
mod coverage;
mod decision_table;
mod dictionary;
mod edition;
mod facts;
mod figure;
mod force;
mod funnel;
mod funnel_words;
mod judged;
mod late_section;
mod metric_page;
mod overview;
mod page;
mod parity_page;
mod quality;
mod responsibility;
mod run_words;
#[cfg(test)]
pub(crate) mod sample;
mod signals_page;
mod standard;
mod step_table;
mod table;
mod trend;
mod trend_table;
mod trend_words;
mod withheld;
mod words;

use serde::Serialize;

pub use edition::{Edition, NATIONAL_FOLDER, PageKind};
pub use facts::Facts;
pub use figure::{DataFile, Drawing, Figure, Room};

use crate::report::page::{Frame, Notes};

/// `about.html` of the national edition: method, settings, accessibility.
#[derive(Debug, Clone, Serialize)]
pub struct AboutPage {
    pub frame: Frame,
    pub notes: Notes,
}

/// A page, complete but for its drawing and its markup.
#[derive(Debug, Clone)]
pub struct Page {
    /// Path inside its edition's folder.
    pub path: String,
    /// Name of its template.
    pub template: &'static str,
    pub view: View,
}

/// What a page says.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum View {
    Overview(Box<overview::OverviewPage>),
    Metric(Box<metric_page::MetricPage>),
    Responsibilities(Box<responsibility::ResponsibilitiesPage>),
    Signals(Box<signals_page::SignalsPage>),
    Parity(Box<parity_page::ParityPage>),
    MetricDictionary(Box<dictionary::MetricDictionary>),
    DataDictionary(Box<dictionary::DataDictionary>),
    Quality(Box<quality::QualityPage>),
    About(Box<AboutPage>),
    Force(Box<force::ForcePage>),
}

impl Page {
    /// Path from the page back to its edition's folder: empty or `../`.
    pub fn root(&self) -> &'static str {
        root_of(&self.path)
    }

    /// The data files that the page offers.
    pub fn data_files(&self) -> Vec<&DataFile> {
        let (own, late) = match &self.view {
            View::Metric(page) => (Some(&page.data), page.late.as_ref()),
            _ => (None, None),
        };
        let late = late.into_iter().flat_map(|late| &late.data);
        self.figures().into_iter().map(|figure| &figure.data).chain(own).chain(late).collect()
    }

    /// The figures to draw.
    pub fn figures(&self) -> Vec<&Figure> {
        match &self.view {
            View::Metric(page) => page.figures.iter().collect(),
            View::Force(page) => {
                page.sections.iter().flat_map(|s| &s.metrics).filter_map(|m| m.figure.as_ref()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Path from a page back to its edition's folder: empty or `../`.
fn root_of(path: &str) -> &'static str {
    if path.contains('/') { "../" } else { "" }
}
