//! A figure of a page: its sentence, drawing, description, data table and data file. Everything in it comes from the same observations.
//! It draws nothing; the drawing's content is handed to the charts.

use std::fmt::{Display, Write as _};

use csv::StringRecord;
use serde::Serialize;

use crate::report::block::Download;
use crate::report::charts::{ComparisonChart, FunnelChart, TrendChart};
use crate::report::facts::Facts;
use crate::report::table::Table;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::Status;

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawing {
    Trend(TrendChart),
    Comparison(ComparisonChart),
    Funnel(FunnelChart),
}

/// How much room a figure has on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// A drawing for wide and one for narrow screens; the style sheet shows one.
    Full,
    /// One small drawing.
    Small,
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
    pub drawing: Drawing,
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
            download.words = format!("Download the data for figure {number}");
        }
    }
}

/// Rows as text records, as a data file writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataFile {
    /// File name without hash and ending; unique in an edition.
    pub stem: String,
    #[serde(skip)]
    pub header: Vec<&'static str>,
    #[serde(skip)]
    pub records: Vec<StringRecord>,
}

/// Header of a data file of observations.
const DATA_HEADER: [&str; 27] = [
    "metric_id",
    "metric_version",
    "org_code",
    "organisation",
    "period_type",
    "period",
    "period_start",
    "period_end",
    "breakdown",
    "category",
    "numerator",
    "denominator",
    "value",
    "unit",
    "status",
    "reason",
    "lower_95",
    "upper_95",
    "lower_998",
    "upper_998",
    "method",
    "reliability",
    "returned_months",
    "expected_months",
    "standard_level",
    "standard_kind",
    "standard_met",
];

/// The data file of `figures`, in the order given. A withheld figure has no number in it.
pub fn data_file<'o>(facts: &Facts<'_>, stem: String, figures: impl IntoIterator<Item = &'o Observation>) -> DataFile {
    let header = DATA_HEADER.to_vec();
    DataFile { stem, header, records: figures.into_iter().map(|figure| record(facts, figure)).collect() }
}

impl DataFile {
    /// The same with more columns; `cells` holds those of each record.
    #[must_use]
    pub fn with_columns<const N: usize>(
        mut self,
        header: [&'static str; N],
        cells: impl IntoIterator<Item = [String; N]>,
    ) -> Self {
        self.header.extend(header);
        for (record, cells) in self.records.iter_mut().zip(cells) {
            for cell in &cells {
                record.push_field(cell);
            }
        }
        self
    }
}

fn record(facts: &Facts<'_>, figure: &Observation) -> StringRecord {
    let withheld = figure.status == Status::Suppressed;
    let mut record = StringRecord::with_capacity(256, DATA_HEADER.len());
    let mut scratch = String::new();
    let mut text = |cell: &str| record.push_field(cell);
    text(&figure.metric_id);
    text(&figure.metric_version.to_string());
    text(&figure.org_code);
    text(&facts.name(&figure.org_code));
    text(figure.period.kind.as_str());
    text(&figure.period.to_string());
    text(&figure.period.start().to_string());
    text(&figure.period.end().to_string());
    text(figure.category.as_ref().map_or("", |c| &c.breakdown));
    text(figure.category.as_ref().map_or("", |c| &c.key));
    // A number that is not there is an empty cell.
    let mut number = |number: Option<&dyn Display>, text: &mut dyn FnMut(&str)| {
        scratch.clear();
        // Writing into a String cannot fail.
        let _ = number.map(|number| write!(scratch, "{number}"));
        text(&scratch);
    };
    let shown = |x: Option<f64>| x.filter(|_| !withheld);
    for count in [figure.numerator, figure.denominator] {
        number(count.filter(|_| !withheld).as_ref().map(|n| n as &dyn Display), &mut text);
    }
    number(shown(figure.value).as_ref().map(|x| x as &dyn Display), &mut text);
    text(figure.unit.as_str());
    text(figure.status.as_str());
    text(figure.status.reason());
    for interval in [figure.interval_95, figure.interval_998] {
        for limit in [interval.and_then(|i| i.lower), interval.and_then(|i| i.upper)] {
            number(shown(limit).as_ref().map(|x| x as &dyn Display), &mut text);
        }
    }
    text(figure.method);
    text(figure.reliability());
    for months in [figure.coverage.map(|c| c.returned), figure.coverage.map(|c| c.expected)] {
        number(months.as_ref().map(|n| n as &dyn Display), &mut text);
    }
    let standard = figure.standard.as_ref();
    number(standard.map(|s| &s.level as &dyn Display), &mut text);
    text(standard.map_or("", |s| s.kind));
    number(standard.and_then(|s| s.met).filter(|_| !withheld).as_ref().map(|met| met as &dyn Display), &mut text);
    record
}
