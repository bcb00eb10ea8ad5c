//! Editions: which readers a release is written for, and which pages each of them gets. The layouts say so; here they meet
//! the release.

pub mod frame;
mod picture;

pub use picture::PictureSource;

use std::collections::BTreeSet;

use crate::definitions::blocks::{Audience, BlockName, Each};
use crate::definitions::layout::{Layout, MetricSection, PageLayout, Placeholders};
use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::page::text::Address;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::copy_format::CopyFormat;

/// One edition of a release.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    pub layout: &'a Layout,
    pub facts: &'a Facts<'a>,
    /// Whom an edition of one organisation is about.
    organisation: Option<&'a Organisation>,
    /// The kinds of files that stand beside its pages.
    pub copies: &'a BTreeSet<CopyFormat>,
}

/// One page of an edition, and what it is made for.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub edition: Edition<'a>,
    pub page: &'a PageLayout,
    pub metric: Option<&'a Metric>,
    /// The organisation of the page, or that of its edition.
    pub organisation: Option<&'a Organisation>,
    pub section: Option<&'a MetricSection>,
}

/// A page that stands in the navigation.
#[derive(Debug, Clone, Copy)]
pub struct NavigationEntry<'a> {
    /// Its name there.
    pub name: &'a str,
    pub page: &'a PageLayout,
}

impl<'a> Edition<'a> {
    /// Every edition of a release, with the copies that are wanted beside the pages. Editions for the public are made from the facts of the public release, where there is one,
    /// and from no others.
    pub fn all(office: &'a Facts<'a>, public: Option<&'a Facts<'a>>, copies: &'a BTreeSet<CopyFormat>) -> Vec<Self> {
        let mut editions = Vec::new();
        for layout in &office.layouts.editions {
            match layout.audience {
                Audience::Office | Audience::Inspectorate => {
                    editions.push(Self { layout, facts: office, organisation: None, copies });
                }
                Audience::Public => {
                    let facts = public.filter(|facts| facts.release.withheld.is_some());
                    editions.extend(facts.map(|facts| Self { layout, facts, organisation: None, copies }));
                }
                Audience::Inspection | Audience::Force => {
                    let of = |body| Self { layout, facts: office, organisation: Some(body), copies };
                    editions.extend(organisations(office, layout).into_iter().map(of));
                }
            }
        }
        editions
    }

    /// Whom an edition of one organisation is about.
    pub fn organisation(&self) -> Option<&'a Organisation> {
        self.organisation
    }

    /// A path, name or title about a metric or an organisation with its placeholders replaced.
    pub fn fill(&self, metric: Option<&Metric>, organisation: Option<&Organisation>, text: &str) -> String {
        let period = self.facts.release.period.words();
        let mut placeholders = Placeholders::default().with("report", &self.layout.title).with("period", &period);
        if let Some(metric) = metric {
            placeholders = placeholders.with("metric", &metric.id).with("metric_title", &metric.title);
        }
        if let Some(body) = organisation {
            placeholders = placeholders.with("code", &body.code).with("organisation", &body.name);
        }
        placeholders.fill(text)
    }

    /// Name of its spreadsheet without the ending, such as `force-figures-E23000013-2025-26Q4-r1`; `None` where it has none.
    pub fn workbook_stem(&self) -> Option<String> {
        Some(self.file_stem(&self.layout.workbook.as_ref()?.file))
    }

    /// Name of its pack without the ending, such as `force-pack-E23000013-2025-26Q4-r1`; `None` where it has none.
    pub fn pack_stem(&self) -> Option<String> {
        Some(self.file_stem(&self.layout.pack.as_ref()?.file))
    }

    /// A name of a file that says on its own what is in it.
    fn file_stem(&self, file: &str) -> String {
        let release = self.facts.release;
        let code = self.organisation.map(|body| format!("-{}", body.code)).unwrap_or_default();
        format!("{file}{code}-{}-r{}", release.period, release.revision)
    }

    /// The pages of its pack, in the order of the layout's list.
    pub fn pack_pages(&self) -> Vec<Scope<'a>> {
        let Some(pack) = &self.layout.pack else { return Vec::new() };
        let page = |path: &String| self.layout.pages.iter().find(|page| page.path == *path);
        pack.pages.iter().filter_map(page).flat_map(|page| self.scopes(page)).collect()
    }

    /// Whether its pages have rows of several organisations, of which a reader can highlight one.
    pub fn names_several(&self) -> bool {
        !self.layout.audience.is_of_one_organisation()
    }

    /// Folder inside the release.
    pub fn folder(&self) -> String {
        let of_one = |body: &Organisation| Placeholders::default().with("code", &body.code).fill(&self.layout.folder);
        self.organisation.map_or_else(|| self.layout.folder.clone(), of_one)
    }

    /// Every page of the edition, in the order of its layout.
    pub fn pages(&self) -> Vec<Scope<'a>> {
        self.layout.pages.iter().filter(|page| self.has_something(page)).flat_map(|page| self.scopes(page)).collect()
    }

    /// The pages that stand in the navigation below a page, or at its top.
    pub fn navigation(&self, above: Option<&PageLayout>) -> Vec<NavigationEntry<'a>> {
        let is_there = |page: &&PageLayout| page.below.as_ref() == above.map(|page| &page.path);
        let pages = self.layout.pages.iter().filter(is_there).filter(|page| self.has_something(page));
        pages.filter_map(|page| Some(NavigationEntry { name: page.navigation.as_deref()?, page })).collect()
    }

    /// Where a metric has a page of its own; `None` in an edition without such pages.
    pub fn metric_address(&self, metric: &Metric) -> Option<Address> {
        let page = self.layout.pages.iter().find(|page| page.each == Some(Each::Metric))?;
        Some(Address::page(Placeholders::default().with("metric", &metric.id).fill(&page.path)))
    }

    /// Where an organisation has a page of its own; `None` in an edition without such pages, and of a code that has none.
    pub fn organisation_address(&self, code: &BodyId) -> Option<Address> {
        let page = self.layout.pages.iter().find(|page| page.each == Some(Each::Organisation))?;
        let body = self.facts.organisation(code).filter(|body| has_figure(self.facts, body))?;
        Some(Address::page(Placeholders::default().with("code", &body.code).fill(&page.path)))
    }

    /// Where the submissions of an organisation stand; `None` in an edition without them, and of a code that has no page.
    pub fn submissions_address(&self, code: &BodyId) -> Option<Address> {
        let page = self.layout.pages.iter().find(|page| page.blocks.contains(&BlockName::Submissions))?;
        if page.each.is_none() {
            return Some(Address::page(&*page.path));
        }
        let body = self.facts.organisation(code).filter(|body| has_figure(self.facts, body))?;
        Some(Address::page(Placeholders::default().with("code", &body.code).fill(&page.path)))
    }

    /// The page that holds a block; `None` where no page of the edition does, or one for each metric or organisation.
    pub fn page_with(&self, block: BlockName) -> Option<Address> {
        let page = self.layout.pages.iter().find(|page| page.each.is_none() && page.blocks.contains(&block))?;
        Some(Address::page(&*page.path))
    }

    /// Whether readers may see organisations by name, and returns that are missing.
    pub fn names_organisations(&self) -> bool {
        self.layout.audience == Audience::Office
    }

    /// Where the figures of a metric stand: on a page of its own, or under its heading on the page of the organisation.
    pub fn figures_address(&self, metric: &Metric) -> Option<Address> {
        let on_own_page = || {
            let page = self.layout.pages.iter().find(|page| page.blocks.contains(&BlockName::OwnMetrics))?;
            let path = match page.each {
                None => page.path.clone(),
                Some(Each::Principle) => self.principle_path(page, metric)?,
                Some(Each::Metric | Each::Organisation) => return None,
            };
            Some(Address::on(path, metric_anchor(metric)))
        };
        self.metric_address(metric).or_else(on_own_page).or_else(|| self.evidence_address(metric))
    }

    /// The row of a metric among the evidence; `None` in an edition without evidence.
    fn evidence_address(&self, metric: &Metric) -> Option<Address> {
        let page = self.page_with(BlockName::Evidence)?;
        Some(Address { anchor: metric_anchor(metric), ..page })
    }

    /// The organisations of the editions for those who inspect one organisation: each with its folder inside the release.
    pub fn inspected(&self) -> Vec<(&'a Organisation, String)> {
        let of_one = |layout: &&Layout| layout.audience == Audience::Inspection;
        let Some(layout) = self.facts.layouts.editions.iter().find(of_one) else { return Vec::new() };
        let bodies = organisations(self.facts, layout).into_iter();
        let folder = |body: &Organisation| Placeholders::default().with("code", &body.code).fill(&layout.folder);
        bodies.map(|body| (body, folder(body))).collect()
    }

    /// The pages of the principles: each with its section and its path; none in an edition without such pages.
    pub fn principle_pages(&self) -> Vec<(&'a MetricSection, String)> {
        let pages = self.layout.pages.iter().filter(|page| page.each == Some(Each::Principle)).take(1);
        let scopes = pages.flat_map(|page| self.scopes(page));
        scopes.filter_map(|scope| Some((scope.section?, scope.path()))).collect()
    }

    fn principle_path(&self, page: &'a PageLayout, metric: &Metric) -> Option<String> {
        let holds = |section: &MetricSection| !section.select(std::slice::from_ref(metric)).is_empty();
        let mut scopes = self.scopes(page).into_iter();
        scopes.find(|scope| scope.section.is_some_and(holds)).map(|scope| scope.path())
    }

    /// Whether the release has anything for a block of the page.
    fn has_something(&self, page: &PageLayout) -> bool {
        page.blocks.iter().any(|block| match block {
            BlockName::OtherRulesExplained | BlockName::OtherRules => !self.facts.release.assessment.parity.is_empty(),
            _ => true,
        })
    }

    fn scopes(&self, page: &'a PageLayout) -> Vec<Scope<'a>> {
        let facts = self.facts;
        let own = Scope { edition: *self, page, metric: None, organisation: self.organisation, section: None };
        match page.each {
            None => vec![own],
            Some(Each::Metric) => {
                facts.release.metrics.iter().map(|metric| Scope { metric: Some(metric), ..own }).collect()
            }
            Some(Each::Organisation) => {
                let with_figure = facts.release.organisations.iter().filter(|body| has_figure(facts, body));
                with_figure.map(|body| Scope { organisation: Some(body), ..own }).collect()
            }
            Some(Each::Principle) => {
                facts.layouts.sections.iter().map(|section| Scope { section: Some(section), ..own }).collect()
            }
        }
    }
}

impl<'a> Scope<'a> {
    /// Where the figures of a metric stand: on this page, or elsewhere in the edition.
    pub fn figures_address(&self, metric: &Metric) -> Option<Address> {
        if self.section.is_none() && self.page.blocks.contains(&BlockName::OwnMetrics) {
            return Some(Address::here(metric_anchor(metric)));
        }
        self.edition.figures_address(metric)
    }

    /// The facts of the edition.
    pub fn facts(&self) -> &'a Facts<'a> {
        self.edition.facts
    }

    /// The sections of the page: that of its principle, or all.
    pub fn sections(&self) -> Vec<&'a MetricSection> {
        self.section.map_or_else(|| self.facts().layouts.sections.iter().collect(), |section| vec![section])
    }

    /// Path of the page inside the edition's folder.
    pub fn path(&self) -> String {
        self.fill(&self.page.path)
    }

    /// The number of its principle; the place of a section of chosen metrics.
    pub fn name_of(&self, section: &MetricSection) -> String {
        let place = self.facts().layouts.sections.iter().position(|other| other == section).unwrap_or_default();
        section.principle.map_or_else(|| format!("section-{}", place + 1), |number| number.to_string())
    }

    /// A path or title with its placeholders replaced.
    pub fn fill(&self, text: &str) -> String {
        let text = self.edition.fill(self.metric, self.organisation, text);
        let Some(section) = self.section else { return text };
        let (name, heading) = (self.name_of(section), section.heading());
        let placeholders = Placeholders::default().with("principle", &name).with("principle_title", &section.title);
        placeholders.with("section", &heading).fill(&text)
    }
}

/// Id of the heading of a metric on the page of an organisation.
pub fn metric_anchor(metric: &Metric) -> String {
    format!("metric-{}", metric.id)
}

/// The organisations that get an edition: of a kind that the layout names, with a figure in the report's period, by code.
fn organisations<'a>(facts: &'a Facts<'a>, layout: &Layout) -> Vec<&'a Organisation> {
    let all = facts.release.organisations.iter();
    let mut chosen: Vec<&Organisation> =
        all.filter(|body| layout.kinds.contains(&body.kind) && has_figure(facts, body)).collect();
    chosen.sort_by(|a, b| a.code.cmp(&b.code));
    chosen
}

fn has_figure(facts: &Facts<'_>, body: &Organisation) -> bool {
    facts.release.metrics.iter().any(|metric| facts.current(metric, &body.code).is_some())
}
