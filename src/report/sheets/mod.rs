//! The spreadsheet of an edition: which tables it has, what every sheet says above its table, and how the tables are put
//! together from figures, comparisons and words that pages have too. Nothing is worked out or judged here.

mod assemble;
mod columns;
mod definitions;
mod figure_columns;
mod first_sheets;
mod force;
mod form;
mod inspection;
mod metric;
mod national;
mod notes;
mod returns;
#[cfg(test)]
mod tests;
mod trends;
mod workbook;

use crate::definitions::blocks::SheetBlock;
use crate::definitions::layout::SheetLayout;
use crate::definitions::model::Metric;
use crate::report::edition::Edition;
use crate::report::facts::Facts;
use crate::report::sheets::columns::SheetDraft;
use crate::vocabulary::body::Organisation;

pub use workbook::{
    LANGUAGE, LineStyle, SheetCell, SheetColumn, SheetLimits, SheetLine, SheetTable, ShownNumber, Workbook,
    WorkbookProperties, Worksheet,
};

/// What a sheet is made for.
#[derive(Clone, Copy)]
struct SheetScope<'a> {
    edition: Edition<'a>,
    metric: Option<&'a Metric>,
}

/// The spreadsheet of an edition; `None` where its layout has none.
pub fn build_workbook(edition: &Edition<'_>, limits: SheetLimits) -> Option<Workbook> {
    let layout = edition.layout.workbook.as_ref()?;
    let mut sheets = Vec::new();
    for sheet in &layout.sheets {
        for scope in SheetScope::all(*edition, sheet) {
            let draft = scope.draft(sheet.block).filter(|draft| !draft.rows.is_empty());
            sheets.extend(draft.map(|draft| assemble::NamedDraft {
                name: scope.fill(&sheet.name),
                title: scope.fill(&sheet.title),
                draft,
            }));
        }
    }
    Some(assemble::workbook(edition, sheets, limits))
}

impl<'a> SheetScope<'a> {
    fn all(edition: Edition<'a>, sheet: &SheetLayout) -> Vec<Self> {
        let once = Self { edition, metric: None };
        if sheet.each.is_none() {
            return vec![once];
        }
        once.metrics().into_iter().map(|metric| Self { edition, metric: Some(metric) }).collect()
    }

    fn facts(&self) -> &'a Facts<'a> {
        self.edition.facts
    }

    fn fill(&self, text: &str) -> String {
        self.edition.fill(self.metric, self.edition.organisation(), text)
    }

    /// Every metric in the order of the sections.
    fn metrics(&self) -> Vec<&'a Metric> {
        let facts = self.facts();
        facts.layouts.sections.iter().flat_map(|section| section.select(&facts.release.metrics)).collect()
    }

    /// The table that a name stands for; `None` where the layout was not checked against what the sheet is made for.
    fn draft(&self, block: SheetBlock) -> Option<SheetDraft> {
        let organisation = self.edition.organisation();
        let of_organisation =
            |build: fn(&Self, &'a Organisation) -> SheetDraft| organisation.map(|body| build(self, body));
        Some(match block {
            SheetBlock::NationalFigures => national::national_figures(self),
            SheetBlock::NationalHistory => national::national_history(self),
            SheetBlock::Attention => national::attention(self),
            SheetBlock::ReturnsNotInTime => returns::not_in_time(self),
            SheetBlock::Findings => returns::findings(self),
            SheetBlock::Revisions => trends::revisions(self),
            SheetBlock::RevisionSizes => trends::revision_sizes(self),
            SheetBlock::Definitions => definitions::definitions(self),
            SheetBlock::Standards => definitions::standards(self),
            SheetBlock::Glossary => definitions::glossary(self),
            SheetBlock::Organisations => definitions::organisations(self),
            SheetBlock::FiguresOfMetric => metric::figures_of_metric(self, self.metric?),
            SheetBlock::FiguresOfOrganisations => metric::figures_of_organisations(self),
            SheetBlock::FiguresOfRegions => metric::figures_of_regions(self),
            SheetBlock::Migration => trends::migration(self)?,
            SheetBlock::MigrationByOrganisation => trends::migration_by_organisation(self)?,
            SheetBlock::ChangeParts => trends::change_parts(self),
            SheetBlock::OwnFigures => of_organisation(force::own_figures)?,
            SheetBlock::OwnHistory => of_organisation(force::own_history)?,
            SheetBlock::OwnReach => of_organisation(force::own_reach)?,
            SheetBlock::OwnReturns => of_organisation(returns::own_returns)?,
            SheetBlock::OwnFindings => of_organisation(returns::own_findings)?,
            SheetBlock::Evidence => of_organisation(inspection::evidence)?,
            SheetBlock::Submissions => of_organisation(inspection::submissions)?,
            SheetBlock::InspectedOrganisations => inspection::inspected_organisations(self),
        })
    }
}
