//! A figure of a page: its sentence, drawing, description, data table and data file. Everything in it comes from the same observations.
//! It draws nothing; the drawing's content is handed to the charts.

use serde::Serialize;

use crate::observation::{Observation, StandardResult};
use crate::quantity::{Interval, Status};
use crate::render::charts::{ComparisonChart, TrendChart};
use crate::report::facts::Facts;
use crate::report::table::Table;

/// What is drawn.
#[derive(Debug, Clone)]
pub enum Drawing {
    Trend(TrendChart),
    Comparison(ComparisonChart),
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
    pub number: usize,
    /// The message as a sentence.
    pub title: String,
    /// Measure, area and period.
    pub subtitle: String,
    pub room: Room,
    #[serde(skip)]
    pub drawing: Drawing,
    /// Says every number a reader needs and none that the table lacks.
    pub text: String,
    pub table: Table,
    pub data: DataFile,
}

/// Observations as text records, as a data file writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataFile {
    /// File name without hash and ending; unique in an edition.
    pub stem: String,
    #[serde(skip)]
    pub records: Vec<Vec<String>>,
}

/// Header of every data file.
pub const DATA_HEADER: [&str; 26] = [
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
    "returned_months",
    "expected_months",
    "standard_level",
    "standard_kind",
    "standard_met",
];

/// The data file of `figures`, in the order given. A withheld figure has no number in it.
pub fn data_file<'o>(facts: &Facts<'_>, stem: String, figures: impl IntoIterator<Item = &'o Observation>) -> DataFile {
    DataFile { stem, records: figures.into_iter().map(|figure| record(facts, figure)).collect() }
}

fn record(facts: &Facts<'_>, figure: &Observation) -> Vec<String> {
    let withheld = figure.status == Status::Suppressed;
    let whole = |n: Option<i64>| n.filter(|_| !withheld).map(|n| n.to_string()).unwrap_or_default();
    let number = |x: Option<f64>| x.filter(|_| !withheld).map(|x| x.to_string()).unwrap_or_default();
    let side = |i: &Option<Interval>, side: fn(&Interval) -> Option<f64>| number(i.as_ref().and_then(side));
    let standard = figure.standard.as_ref();
    let met = |s: &StandardResult| s.met.filter(|_| !withheld).map(|met| met.to_string());
    vec![
        figure.metric_id.clone(),
        figure.metric_version.to_string(),
        figure.org_code.clone(),
        facts.name(&figure.org_code),
        figure.period.kind.as_str().to_owned(),
        figure.period.to_string(),
        figure.period.start().to_string(),
        figure.period.end().to_string(),
        figure.category.as_ref().map(|c| c.breakdown.clone()).unwrap_or_default(),
        figure.category.as_ref().map(|c| c.key.clone()).unwrap_or_default(),
        whole(figure.numerator),
        whole(figure.denominator),
        number(figure.value),
        figure.unit.as_str().to_owned(),
        figure.status.as_str().to_owned(),
        figure.status.reason().to_owned(),
        side(&figure.interval_95, |i| i.lower),
        side(&figure.interval_95, |i| i.upper),
        side(&figure.interval_998, |i| i.lower),
        side(&figure.interval_998, |i| i.upper),
        figure.method.to_owned(),
        figure.coverage.map(|c| c.returned.to_string()).unwrap_or_default(),
        figure.coverage.map(|c| c.expected.to_string()).unwrap_or_default(),
        standard.map(|s| s.level.to_string()).unwrap_or_default(),
        standard.map(|s| s.kind.to_owned()).unwrap_or_default(),
        standard.and_then(met).unwrap_or_default(),
    ]
}
