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
mod facts;
mod figure;
mod force;
mod funnel;
mod funnel_words;
pub mod input;
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

pub use facts::Facts;
pub use figure::{DataFile, Drawing, Figure, Room};

use crate::definitions::model::Metric;
use crate::report::page::{Frame, Notes};
use crate::vocabulary::body::Organisation;

/// `about.html` of the national edition: method, settings, accessibility.
#[derive(Debug, Clone, Serialize)]
pub struct AboutPage {
    pub frame: Frame,
    pub notes: Notes,
}

/// A page, complete but for its drawing and its markup.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Page {
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

/// The pages of the national edition other than those of single metrics.
pub fn national_pages(facts: &Facts<'_>) -> Vec<Page> {
    let about = AboutPage {
        frame: page::national_frame(facts, "About this report", "about.html"),
        notes: page::build_notes(facts),
    };
    let parity = parity_page::build_parity(facts).map(|page| Page::Parity(Box::new(page)));
    let pages = vec![
        Page::Overview(Box::new(overview::build_overview(facts))),
        Page::Responsibilities(Box::new(responsibility::build_national_responsibilities(facts))),
        Page::Signals(Box::new(signals_page::build_signals(facts))),
        Page::MetricDictionary(Box::new(dictionary::build_metric_dictionary(facts))),
        Page::DataDictionary(Box::new(dictionary::build_data_dictionary(facts))),
        Page::Quality(Box::new(quality::build_quality(facts))),
        Page::About(Box::new(about)),
    ];
    pages.into_iter().chain(parity).collect()
}

/// The pages of the public edition other than those of single metrics: those of the national one without data quality.
pub fn public_pages(facts: &Facts<'_>) -> Vec<Page> {
    let mut pages = national_pages(facts);
    pages.retain(|page| !matches!(page, Page::Quality(_)));
    pages
}

/// The national edition's page of one metric.
pub fn metric_page(facts: &Facts<'_>, metric: &Metric) -> Page {
    Page::Metric(Box::new(metric_page::build_metric_page(facts, metric)))
}

/// The organisations that get an edition of their own, by code.
pub fn force_organisations<'f>(facts: &'f Facts<'_>) -> Vec<&'f Organisation> {
    force::organisations(facts)
}

/// The pages of an organisation's edition.
pub fn force_pages(facts: &Facts<'_>, body: &Organisation) -> [Page; 2] {
    [
        Page::Force(Box::new(force::build_force_page(facts, body))),
        Page::Responsibilities(Box::new(responsibility::build_force_responsibilities(facts, body))),
    ]
}

impl Page {
    /// Path inside its edition's folder.
    pub fn path(&self) -> String {
        match self {
            Self::Overview(_) | Self::Force(_) => "index.html".to_owned(),
            Self::Metric(page) => format!("metrics/{}.html", page.id),
            Self::Responsibilities(_) => responsibility::PATH.to_owned(),
            Self::Signals(_) => signals_page::PATH.to_owned(),
            Self::Parity(_) => parity_page::PATH.to_owned(),
            Self::MetricDictionary(_) => dictionary::METRICS_PATH.to_owned(),
            Self::DataDictionary(_) => dictionary::DATA_PATH.to_owned(),
            Self::Quality(_) => page::QUALITY_PATH.to_owned(),
            Self::About(_) => "about.html".to_owned(),
        }
    }

    /// Name of its template.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Overview(_) => "overview.html",
            Self::Metric(_) => "metric.html",
            Self::Responsibilities(_) => "responsibilities.html",
            Self::Signals(_) => "signals.html",
            Self::Parity(_) => "other-rules.html",
            Self::MetricDictionary(_) => "metric-dictionary.html",
            Self::DataDictionary(_) => "data-dictionary.html",
            Self::Quality(_) => "data-quality.html",
            Self::About(_) => "about.html",
            Self::Force(_) => "force.html",
        }
    }

    /// Path from the page back to its edition's folder: empty or `../`.
    pub fn root(&self) -> &'static str {
        match self {
            Self::Metric(page) => page.frame.root,
            _ => "",
        }
    }

    /// The data files that the page offers.
    pub fn data_files(&self) -> Vec<&DataFile> {
        let (own, late) = match self {
            Self::Metric(page) => (Some(&page.data), page.late.as_ref()),
            _ => (None, None),
        };
        let late = late.into_iter().flat_map(|late| &late.data);
        self.figures().into_iter().map(|figure| &figure.data).chain(own).chain(late).collect()
    }

    /// The figures to draw.
    pub fn figures(&self) -> Vec<&Figure> {
        match self {
            Self::Metric(page) => page.figures.iter().collect(),
            Self::Force(page) => {
                page.sections.iter().flat_map(|s| &s.metrics).filter_map(|m| m.figure.as_ref()).collect()
            }
            _ => Vec::new(),
        }
    }
}
