//! A figure of a page: its sentence, drawing, description, data table and files.
//! Everything in it comes from the same observations.//! It draws nothing; the drawing's content is handed to the charts.

use serde::Serialize;

use crate::report::charts::Chart;
use crate::report::page::download::Download;
use crate::report::page::table::Table;

/// How much room a figure has on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// A drawing for wide and one for narrow screens; the style sheet shows one.
    Full,
    /// One small drawing.
    Small,
}

/// Where a remark stands that holds for many figures of a page: recorded events, and that a series is too short to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommonRemarks {
    WithEachFigure,
    OncePerPage,
}

/// One chart block.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// Unique on its page, such as `fig-CRE-01-trend`.
    pub id: String,
    /// "Figure 1": its number among the figures of its page, which the page gives.
    pub label: String,
    /// The message as a sentence.
    pub title: String,
    /// Measure, area and period.
    pub subtitle: String,
    /// What the control chart says of the series, in the words of its icons.
    pub icons: Vec<String>,
    pub room: Room,
    #[serde(skip)]
    pub drawing: Chart,
    /// Says every number a reader needs and none that the table lacks.
    pub text: String,
    pub table: Table,
    /// The summary of the folded table.
    pub table_summary: String,
    pub downloads: Vec<Download>,
}

impl Figure {
    /// Gives the figure its number on the page.
    pub(super) fn set_number(&mut self, number: usize) {
        self.label = format!("Figure {number}");
        self.table_summary = format!("Data for figure {number}");
        for download in &mut self.downloads {
            download.words = format!("Download {} for figure {number}", download.words);
        }
    }
}
