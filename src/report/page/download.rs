//! The files that pages offer. Each is a choice of rows and columns from a result table; nothing is worked out or rounded here.
//! A force's page asks for named bodies only, so that its files hold no other force.

use serde::Serialize;

use crate::contract::FailingFile;
use crate::definitions::model::Metric;
use crate::release::tables::{
    BREAKDOWNS, Beside, Bodies, COMPLETENESS, CONTRIBUTIONS, CONTROL_LIMITS, DELAYS, FUNNELS, KNOWN_COUNTS,
    LONG_SERIES, OBSERVATIONS, REVISIONS, Selection,
};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::copy_format::{CopyFormat, SpreadsheetFormat};
use crate::vocabulary::period::Period;

/// What is in a file that a page offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// Some rows and columns of a result table, one selection after the other.
    Rows(Vec<Selection>),
    /// The bytes of a file that was written before.
    Kept(Vec<u8>),
    /// The tables of the edition as a spreadsheet.
    Workbook(SpreadsheetFormat),
    /// The pages of the edition that readers take away on paper, as a PDF document.
    Pack,
}

impl FileContent {
    /// The kind of file, as words of links name it.
    fn kind(&self) -> String {
        match self {
            Self::Rows(_) | Self::Kept(_) => "CSV".to_owned(),
            Self::Workbook(format) => format.ending().to_uppercase(),
            Self::Pack => "PDF".to_owned(),
        }
    }
}

/// A file that a page offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Download {
    /// What a reader gets, as the words of a link without the size. In a figure: the words that stand before its number.
    pub words: String,
    /// Name of the file, that of data without hash and ending; unique in an edition.
    pub stem: String,
    #[serde(skip)]
    pub content: FileContent,
}

impl Download {
    /// The words of the link to a file of so many bytes.
    pub fn words_with_size(&self, bytes: usize) -> String {
        format!("{} ({}, {} KB)", self.words, self.content.kind(), bytes.div_ceil(1_000))
    }
}

/// All tables of an edition as a spreadsheet in a file of that name.
pub fn workbook(stem: &str, format: SpreadsheetFormat) -> Download {
    let program = match format {
        SpreadsheetFormat::Ods => "an open document spreadsheet",
        SpreadsheetFormat::Xlsx => "an Excel workbook",
    };
    Download {
        words: format!("Download all tables as {program}"),
        stem: format!("{stem}.{}", format.ending()),
        content: FileContent::Workbook(format),
    }
}

/// The pages of an edition that readers take away on paper, in a file of that name.
pub fn pack(stem: &str) -> Download {
    Download {
        words: "Download the main pages as a document to print or send".to_owned(),
        stem: format!("{stem}.{}", CopyFormat::Pdf.ending()),
        content: FileContent::Pack,
    }
}

/// Of the figures of an organisation in many metrics.
const OWN: &[&str] = &[
    "metric_id",
    "metric_version",
    "org_code",
    "org_name",
    "metric_name",
    "period",
    "period_start",
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

/// Of the figures of a metric. Its title and the type of its periods would be the same in every row.
const FIGURES: &[&str] = &[
    "metric_id",
    "metric_version",
    "org_code",
    "org_name",
    "period",
    "period_start",
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

/// What stands of others beside the figures of an organisation.
const OF_OTHERS: &[&str] = &["numerator", "denominator", "value", "status"];

const PARTS: &[&str] = &[
    "metric_id",
    "metric_version",
    "org_code",
    "org_name",
    "period",
    "period_start",
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
];

const LIMITS: &[&str] = &[
    "metric_id",
    "metric_name",
    "org_code",
    "org_name",
    "period_type",
    "period",
    "period_start",
    "period_end",
    "chart",
    "segment",
    "mean",
    "lower_limit",
    "upper_limit",
    "point_type",
];

const OF_FUNNEL: &[&str] = &[
    "metric_id",
    "metric_name",
    "org_code",
    "org_name",
    "period_type",
    "period",
    "period_start",
    "period_end",
    "numerator",
    "denominator",
    "size",
    "value",
    "centre",
    "lower_95",
    "upper_95",
    "lower_998",
    "upper_998",
    "label",
    "adjusted_lower_95",
    "adjusted_upper_95",
    "adjusted_lower_998",
    "adjusted_upper_998",
    "adjusted_label",
    "phi",
    "phi_by_chance",
    "tau2",
    "forces",
];

const OF_REVISIONS: &[&str] = &[
    "metric_id",
    "metric_name",
    "org_code",
    "org_name",
    "kind",
    "earlier_release",
    "period_type",
    "period",
    "earlier_as_of",
    "earlier_numerator",
    "earlier_denominator",
    "earlier_value",
    "earlier_status",
    "later_as_of",
    "later_numerator",
    "later_denominator",
    "later_value",
    "later_status",
    "reason",
];

const OF_COMPLETENESS: &[&str] = &[
    "metric_id",
    "metric_name",
    "org_code",
    "org_name",
    "period_type",
    "period",
    "earlier_months",
    "numerator",
    "numerator_expected",
    "denominator",
    "denominator_expected",
    "completeness",
    "completeness_lower_95",
    "completeness_upper_95",
    "value_all_failing",
    "value_all_passing",
    "provisional",
];

const OF_DELAYS: &[&str] =
    &["metric_id", "metric_name", "org_code", "org_name", "period", "longer_than", "up_to", "ended", "cases"];

/// Every headline figure of a metric but those of peers.
pub fn all_figures(metric: &Metric) -> Download {
    let bodies = Bodies::ButPeers;
    let words = format!("Download all figures of {} with their counts", metric.id);
    download(metric, "all-figures", words, of(metric, OBSERVATIONS, bodies, FIGURES))
}

/// Every category or further percentile of a metric in the report's period, but those of peers. Earlier periods are in the
/// result tables: with them this would be the largest file of a release, many times over.
pub fn all_parts(metric: &Metric, period: Period) -> Download {
    let bodies = Bodies::ButPeers;
    let parts = if metric.breakdown.is_some() { "all categories" } else { "further percentiles" };
    let words = format!("Download {parts} of {} in {} with their counts", metric.id, period.words());
    let selection = Selection { period: Some(period), ..of(metric, BREAKDOWNS, bodies, PARTS) };
    download(metric, "categories", words, selection)
}

/// What a file of an organisation holds of one metric.
#[derive(Debug)]
pub struct OwnFigures<'m> {
    pub metric: &'m Metric,
    /// The peers, where their sum may be shown.
    pub peers: Option<BodyId>,
    /// All forces, likewise.
    pub all: Option<BodyId>,
}

/// The figures of one organisation in some metrics, each with those of peers and of all beside it.
pub fn own_figures(stem: String, metrics: Vec<OwnFigures<'_>>, code: &BodyId) -> Download {
    let selection = |own: OwnFigures<'_>| Selection {
        beside: vec![
            Beside { name: "peers", code: own.peers, columns: OF_OTHERS },
            Beside { name: "all", code: own.all, columns: OF_OTHERS },
        ],
        ..of(own.metric, OBSERVATIONS, only(code), OWN)
    };
    let words = "Download the figures of this page with those of peers and of all".to_owned();
    Download { words, stem, content: FileContent::Rows(metrics.into_iter().map(selection).collect()) }
}

/// Mean and limits of the series of one organisation in some metrics.
pub fn own_limits(stem: String, metrics: &[&Metric], code: &BodyId) -> Download {
    let bodies = only(code);
    let selections = metrics.iter().map(|metric| of(metric, CONTROL_LIMITS, bodies.clone(), LIMITS)).collect();
    let words = "Download the limits of usual variation of this page".to_owned();
    Download { words, stem, content: FileContent::Rows(selections) }
}

/// The long series of some bodies.
pub fn long_series(metric: &Metric, name: &str, codes: Vec<BodyId>) -> Download {
    download(metric, name, "the data", of(metric, LONG_SERIES, Bodies::These(codes), FIGURES))
}

/// The long series of the nation, of every metric.
pub fn all_long_series(stem: &str) -> Download {
    let bodies = only(BodyId::nation());
    let selection = of_every_metric(LONG_SERIES, bodies, OWN);
    let words = "Download every national series with its counts".to_owned();
    Download { words, stem: stem.to_owned(), content: FileContent::Rows(vec![selection]) }
}

/// The long series of the nation, of every metric, as the data of a figure.
pub fn national_series(stem: &str) -> Download {
    Download { words: "the data".to_owned(), ..all_long_series(stem) }
}

/// The figures of all regions in a period, of every metric.
pub fn regions(period: Period) -> Download {
    let bodies = Bodies::Regions;
    let selection = Selection { period: Some(period), ..of_every_metric(LONG_SERIES, bodies, OWN) };
    let words = "Download the figures of all regions with their counts".to_owned();
    Download { words, stem: "regions".to_owned(), content: FileContent::Rows(vec![selection]) }
}

const OF_CONTRIBUTIONS: &[&str] = &[
    "metric_id",
    "metric_name",
    "org_code",
    "org_name",
    "period_type",
    "period",
    "baseline",
    "base_period",
    "numerator_before",
    "denominator_before",
    "numerator_after",
    "denominator_after",
    "rate_effect",
    "mix_effect",
    "change_without",
];

/// What each organisation added to the changes of a national figure.
pub fn contributions(metric: &Metric) -> Download {
    download(metric, "contributions", "the parts", of(metric, CONTRIBUTIONS, Bodies::All, OF_CONTRIBUTIONS))
}

/// What each organisation added to the changes of every national figure.
pub fn all_contributions() -> Download {
    let selection = of_every_metric(CONTRIBUTIONS, Bodies::All, OF_CONTRIBUTIONS);
    let words = "Download the parts of every organisation".to_owned();
    Download { words, stem: "contributions".to_owned(), content: FileContent::Rows(vec![selection]) }
}

/// Every revision of national figures.
pub fn all_revisions(stem: &str) -> Download {
    let bodies = only(BodyId::nation());
    let selection = of_every_metric(REVISIONS, bodies, OF_REVISIONS);
    let words = "Download every revision of national figures".to_owned();
    Download { words, stem: stem.to_owned(), content: FileContent::Rows(vec![selection]) }
}

const OF_KNOWN_COUNTS: &[&str] = &[
    "metric_id",
    "metric_name",
    "org_code",
    "org_name",
    "period_type",
    "period",
    "lag",
    "returns",
    "numerator",
    "denominator",
];

/// What was known of the months of a metric as time went on.
pub fn known_counts(metric: &Metric) -> Download {
    let words = format!("Download what was known of each month of {}", metric.id);
    download(metric, "known-counts", words, of(metric, KNOWN_COUNTS, Bodies::All, OF_KNOWN_COUNTS))
}

/// The counts that the completeness of months is worked out from.
pub fn completeness_curve(metric: &Metric) -> Download {
    download(metric, "known-by-month", "the counts", of(metric, KNOWN_COUNTS, Bodies::All, OF_KNOWN_COUNTS))
}

/// The categories of a metric for the nation.
pub fn national_parts(metric: &Metric) -> Download {
    download(metric, "by-category", "the data", of(metric, BREAKDOWNS, only(BodyId::nation()), PARTS))
}

/// Mean and limits of the series of a trend figure.
pub fn usual_variation(metric: &Metric, code: &BodyId) -> Download {
    let bodies = only(code);
    download(metric, "limits", "the limits of usual variation", of(metric, CONTROL_LIMITS, bodies, LIMITS))
}

/// The forces of a funnel with their limits.
pub fn funnel(metric: &Metric) -> Download {
    download(metric, "funnel", "the data", of(metric, FUNNELS, Bodies::All, OF_FUNNEL))
}

/// Every revision of a metric's figures.
pub fn revisions(metric: &Metric) -> Download {
    let words = format!("Download all revisions of {}", metric.id);
    download(metric, "revisions", words, of(metric, REVISIONS, Bodies::All, OF_REVISIONS))
}

/// How complete the national figures of a metric are.
pub fn completeness(metric: &Metric) -> Download {
    let bodies = only(BodyId::nation());
    let words = format!("Download completeness of {}", metric.id);
    download(metric, "completeness", words, of(metric, COMPLETENESS, bodies, OF_COMPLETENESS))
}

/// How long the cases of an organisation took.
pub fn delays(metric: &Metric, code: &BodyId) -> Download {
    let bodies = only(code);
    download(metric, "delays", "the data", of(metric, DELAYS, bodies, OF_DELAYS))
}

/// The rows for which a submission was refused, as the checks wrote them. They belong to the organisation that sent them, and
/// to no other.
pub fn failing_rows(stem: &str, file: &FailingFile) -> Download {
    let words = "Download the rows that the check concerns".to_owned();
    Download { words, stem: format!("failing-rows-{stem}"), content: FileContent::Kept(file.bytes.clone()) }
}

fn of(metric: &Metric, table: &'static str, bodies: Bodies, columns: &'static [&'static str]) -> Selection {
    Selection { table, metric: Some(metric.id.clone()), bodies, period: None, columns, beside: Vec::new() }
}

fn of_every_metric(table: &'static str, bodies: Bodies, columns: &'static [&'static str]) -> Selection {
    Selection { table, metric: None, bodies, period: None, columns, beside: Vec::new() }
}

fn only(code: &BodyId) -> Bodies {
    Bodies::These(vec![code.clone()])
}

fn download(metric: &Metric, name: &str, words: impl Into<String>, selection: Selection) -> Download {
    let (words, content) = (words.into(), FileContent::Rows(vec![selection]));
    Download { words, stem: format!("{}-{name}", metric.id), content }
}
