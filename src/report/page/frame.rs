//! What every page has round its blocks: headings, navigation, warnings, and the dates and numbers of the release.

use serde::Serialize;

use crate::report::page::text::{Address, Fact, Text};
use crate::settings::PublicationSection;

/// Stands where a setting of the publication is not given.
pub const NOT_GIVEN: &str = "Not given by the publisher";

/// The frame of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frame {
    /// The page's own heading.
    pub heading: String,
    /// The page's name outside the page, such as in the list of open windows.
    pub title: String,
    /// Name of the report.
    pub report: String,
    pub period: String,
    /// The protective marking.
    pub marking: Option<String>,
    /// The link past the navigation.
    pub skip: &'static str,
    /// That the data are synthetic.
    pub banner: Option<Text>,
    pub navigation: Option<Navigation>,
    /// In the public edition: what is withheld, as a sentence. In those for inspection: whom they are for.
    pub notice: Option<String>,
    /// The release: dates, state, contact, run.
    pub release: Vec<Fact>,
    /// Whether the edition has rows of several organisations, of which a reader can highlight one.
    pub names_several: bool,
}

/// Links to the main pages of the edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Navigation {
    pub label: &'static str,
    pub links: Vec<NavigationLink>,
    /// The pages below the main page that the page belongs to; empty where there are none.
    pub part: Vec<NavigationLink>,
}

/// A link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NavigationLink {
    pub words: String,
    pub to: Address,
    /// What it has to do with the page that it stands on; `None` where that is nothing.
    pub leads_to: Option<LinkedPlace>,
}

/// What a link of the navigation has to do with the page that it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkedPlace {
    /// It leads to that page.
    ThisPage,
    /// It leads to the page above that page.
    PageAbove,
}

impl Frame {
    /// The frame of a page that belongs to no release.
    pub fn outside_releases(heading: String, period: String, publication: &PublicationSection) -> Self {
        let report = "Police use of PNC and LEDS".to_owned();
        let given = |text: &Option<String>| text.clone().unwrap_or_else(|| NOT_GIVEN.to_owned());
        Self {
            title: format!("{heading} – {report}"),
            heading,
            report,
            period,
            marking: publication.marking.clone(),
            skip: "Skip to main content",
            banner: None,
            navigation: None,
            notice: None,
            release: vec![
                Fact::new("Publisher", given(&publication.publisher)),
                Fact::new("Contact", given(&publication.contact)),
            ],
            names_several: false,
        }
    }
}

/// That the data are synthetic, as pages say it above everything else.
pub fn synthetic_banner() -> Text {
    let rest = " Every figure on this page was made up by a program. None describes a real organisation.";
    Text::default().strong("Synthetic data.").and(rest)
}
