//! Editions: which readers a release is written for, which pages each of them gets, and under which name and address a page
//! stands. Whoever asks what a reader may see asks here.

use crate::definitions::model::Metric;
use crate::release::store::PUBLIC_FOLDER;
use crate::report::facts::Facts;
use crate::report::force::{build_force_page, organisations};
use crate::report::metric_page::build_metric_page;
use crate::report::overview::build_overview;
use crate::report::page::{build_notes, national_frame};
use crate::report::parity_page::build_parity;
use crate::report::quality::build_quality;
use crate::report::responsibility::{build_force_responsibilities, build_national_responsibilities};
use crate::report::signals_page::build_signals;
use crate::report::{AboutPage, Page, View, dictionary};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::code::Code;

/// Folder of the edition that names every organisation.
pub const NATIONAL_FOLDER: &str = "national";

/// Who reads an edition.
#[derive(Debug, Clone, Copy)]
pub enum Audience<'a> {
    /// Those who may see every organisation by name, and every finding about its returns.
    Office,
    /// One organisation: its own figures and findings, and sums over others.
    Organisation(&'a Organisation),
    /// Everybody. Nothing that is withheld, and no finding, because findings name records.
    Public,
}

/// A page that an edition may hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PageKind<'a> {
    Overview,
    Metric(&'a Metric),
    Responsibilities,
    Signals,
    OtherRules,
    MetricDictionary,
    DataDictionary,
    Quality,
    About,
    /// The main page of one organisation.
    Organisation,
}

/// One edition of a release.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    pub audience: Audience<'a>,
    facts: &'a Facts<'a>,
}

impl Audience<'_> {
    /// Who reads the edition of the nation that is made from these facts.
    pub fn of_nation(facts: &Facts<'_>) -> Self {
        if facts.release.withheld.is_some() { Self::Public } else { Self::Office }
    }

    /// The pages that stand in the navigation of every page of the edition, in its order.
    pub fn main_pages(self, facts: &Facts<'_>) -> Vec<PageKind<'static>> {
        let all: &[PageKind<'static>] = match self {
            Self::Organisation(_) => &[PageKind::Organisation, PageKind::Responsibilities],
            Self::Office | Self::Public => &[
                PageKind::Overview,
                PageKind::Responsibilities,
                PageKind::Signals,
                PageKind::OtherRules,
                PageKind::MetricDictionary,
                PageKind::DataDictionary,
                PageKind::Quality,
                PageKind::About,
            ],
        };
        all.iter().copied().filter(|kind| self.gets(*kind, facts)).collect()
    }

    /// Whether there is something on the page that this reader may see.
    fn gets(self, kind: PageKind<'_>, facts: &Facts<'_>) -> bool {
        match kind {
            PageKind::Quality => !matches!(self, Self::Public),
            PageKind::OtherRules => !facts.release.assessment.parity.is_empty(),
            _ => true,
        }
    }
}

impl PageKind<'_> {
    /// Path inside its edition's folder.
    pub fn path(self) -> String {
        match self {
            Self::Metric(metric) => format!("metrics/{}.html", metric.id),
            Self::Overview | Self::Organisation => "index.html".to_owned(),
            Self::Responsibilities => "responsibilities.html".to_owned(),
            Self::Signals => "signals.html".to_owned(),
            Self::OtherRules => "other-rules.html".to_owned(),
            Self::MetricDictionary => "metric-dictionary.html".to_owned(),
            Self::DataDictionary => "data-dictionary.html".to_owned(),
            Self::Quality => "data-quality.html".to_owned(),
            Self::About => "about.html".to_owned(),
        }
    }

    /// Name of its template.
    pub fn template(self) -> &'static str {
        match self {
            Self::Overview => "overview.html",
            Self::Metric(_) => "metric.html",
            Self::Responsibilities => "responsibilities.html",
            Self::Signals => "signals.html",
            Self::OtherRules => "other-rules.html",
            Self::MetricDictionary => "metric-dictionary.html",
            Self::DataDictionary => "data-dictionary.html",
            Self::Quality => "data-quality.html",
            Self::About => "about.html",
            Self::Organisation => "force.html",
        }
    }

    /// Its name in the navigation.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Metric(_) => "Metric",
            Self::Responsibilities => "Responsibilities",
            Self::Signals => "What stands out",
            Self::OtherRules => "By the rules of others",
            Self::MetricDictionary => "Metric dictionary",
            Self::DataDictionary => "Data dictionary",
            Self::Quality => "Data quality",
            Self::About => "About this report",
            Self::Organisation => "Report",
        }
    }
}

impl<'a> Edition<'a> {
    /// The edition of the nation: for the public where something is withheld, else for the office.
    pub fn of_nation(facts: &'a Facts<'a>) -> Self {
        Self { audience: Audience::of_nation(facts), facts }
    }

    /// One for each organisation of a kind that the layout names and that has a figure in the report's period, by code.
    pub fn of_organisations(facts: &'a Facts<'a>) -> impl Iterator<Item = Self> {
        organisations(facts).into_iter().map(move |body| Self { audience: Audience::Organisation(body), facts })
    }

    /// Folder inside the release.
    ///
    /// # Errors
    /// The organisation whose code cannot be the name of a folder.
    pub fn folder(&self) -> Result<String, &'a Organisation> {
        match self.audience {
            Audience::Office => Ok(NATIONAL_FOLDER.to_owned()),
            Audience::Public => Ok(PUBLIC_FOLDER.to_owned()),
            Audience::Organisation(body) => Code::parse(&body.code).map(|code| format!("forces/{code}")).ok_or(body),
        }
    }

    /// Every page of the edition.
    pub fn pages(&self) -> Vec<PageKind<'a>> {
        let of_metrics = || self.facts.release.metrics.iter().map(PageKind::Metric);
        let mut pages: Vec<PageKind<'a>> = self.audience.main_pages(self.facts);
        match self.audience {
            Audience::Office | Audience::Public => pages.extend(of_metrics()),
            Audience::Organisation(_) => {}
        }
        pages
    }

    /// One page of [`Edition::pages`]; `None` where there is nothing to say on it.
    pub fn page(&self, kind: PageKind<'a>) -> Option<Page> {
        let facts = self.facts;
        let view = match (kind, self.audience) {
            (PageKind::Overview, _) => View::Overview(Box::new(build_overview(facts))),
            (PageKind::Metric(metric), _) => View::Metric(Box::new(build_metric_page(facts, metric))),
            (PageKind::Responsibilities, Audience::Organisation(body)) => {
                View::Responsibilities(Box::new(build_force_responsibilities(facts, body)))
            }
            (PageKind::Responsibilities, _) => View::Responsibilities(Box::new(build_national_responsibilities(facts))),
            (PageKind::Signals, _) => View::Signals(Box::new(build_signals(facts))),
            (PageKind::OtherRules, _) => View::Parity(Box::new(build_parity(facts)?)),
            (PageKind::MetricDictionary, _) => {
                View::MetricDictionary(Box::new(dictionary::build_metric_dictionary(facts)))
            }
            (PageKind::DataDictionary, _) => View::DataDictionary(Box::new(dictionary::build_data_dictionary(facts))),
            (PageKind::Quality, _) => View::Quality(Box::new(build_quality(facts))),
            (PageKind::About, _) => View::About(Box::new(AboutPage {
                frame: national_frame(facts, kind.title(), kind),
                notes: build_notes(facts),
            })),
            (PageKind::Organisation, Audience::Organisation(body)) => {
                View::Force(Box::new(build_force_page(facts, body)))
            }
            (PageKind::Organisation, _) => return None,
        };
        Some(Page { path: kind.path(), template: kind.template(), view })
    }
}
