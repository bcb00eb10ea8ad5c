//! The list of the result tables: what each is called, what one row is, and where its rows come from.

use std::sync::LazyLock;

use rayon::prelude::*;

use super::catalogue::{TableRule, TableSpec};
use super::column::{RowColumn, names_of, with_names};
use super::columns::{DescribedBody, DescribedMetric, JudgedFigure};
use super::filled::{Filled, FilledTable};
use super::{
    BREAKDOWNS, COMPLETENESS, CONTRIBUTIONS, CONTROL_LIMITS, DELAYS, FUNNELS, KNOWN_COUNTS, LONG_SERIES, METRICS,
    OBSERVATIONS, ORGANISATIONS, REVISIONS, VERDICTS, columns, rules,
};
use crate::history::Lateness;
use crate::release::Release;
use crate::vocabulary::observation::Observation;

/// Every result table, in the order in which they are documented and published.
pub(super) static TABLES: LazyLock<Vec<Box<dyn ResultTable>>> = LazyLock::new(tables);

/// A result table, whatever the type of its rows.
pub(super) trait ResultTable: Send + Sync {
    fn spec(&self) -> &TableSpec;

    /// The table with its rows; `None` where the release does not have the table.
    fn fill<'a>(&'static self, release: &'a Release) -> Option<Box<dyn FilledTable + 'a>>;
}

/// A result table of rows of type `R`.
struct RowTable<R: 'static> {
    spec: TableSpec,
    about: About,
    columns: fn() -> Vec<RowColumn<R>>,
    rows: RowsOf<R>,
}

/// The rows of a table in a release, sorted; `None` where the release does not have the table.
type RowsOf<R> = for<'a> fn(&'a Release) -> Option<Vec<&'a R>>;

/// What a table is besides its columns, as in [`TableSpec`].
#[derive(Clone, Copy)]
struct About {
    name: &'static str,
    row: &'static str,
    note: &'static str,
    sorted_by: &'static [&'static str],
    rules: &'static [TableRule],
    /// Whether ids and codes have their names beside them, because people open the table by itself.
    named: bool,
}

impl About {
    fn spec<R>(self, columns: Vec<RowColumn<R>>) -> TableSpec {
        let columns = self.columns(columns).into_iter().map(|column| column.spec).collect();
        let Self { name, row, note, sorted_by, rules, named: _ } = self;
        TableSpec { name, row, note, sorted_by, columns, rules }
    }

    /// The columns of the table, with those of names where it has them.
    fn columns<R>(self, columns: Vec<RowColumn<R>>) -> Vec<RowColumn<R>> {
        if self.named { with_names(columns) } else { columns }
    }
}

const PLAIN: About = About { name: "", row: "", note: "", sorted_by: &[], rules: &[], named: false };

fn table<R: Sync + 'static>(about: About, columns: fn() -> Vec<RowColumn<R>>, rows: RowsOf<R>) -> Box<dyn ResultTable> {
    Box::new(RowTable { spec: about.spec(columns()), about, columns, rows })
}

impl<R: Sync> ResultTable for RowTable<R> {
    fn spec(&self) -> &TableSpec {
        &self.spec
    }

    fn fill<'a>(&'static self, release: &'a Release) -> Option<Box<dyn FilledTable + 'a>> {
        let rows = (self.rows)(release)?;
        let columns = self.about.columns((self.columns)());
        let further = names_of(&columns);
        Some(Box::new(Filled::new(&self.spec, columns, further, rows)))
    }
}

/// Rows that are made for a release and refer to it.
trait MadeRows: Send + Sync + 'static {
    type Row<'a>: Send + Sync + 'a;

    fn columns<'a>(&self) -> Vec<RowColumn<Self::Row<'a>>>;

    /// Columns that only selections have.
    fn further<'a>(&self) -> Vec<RowColumn<Self::Row<'a>>> {
        Vec::new()
    }

    /// Sorted; `None` where the release does not have the table.
    fn rows<'a>(&self, release: &'a Release) -> Option<Vec<Self::Row<'a>>>;
}

/// A result table whose rows are made for the release.
struct MadeTable<M> {
    spec: TableSpec,
    about: About,
    made: M,
}

fn made_table<M: MadeRows>(about: About, made: M) -> Box<dyn ResultTable> {
    Box::new(MadeTable { spec: about.spec(made.columns()), about, made })
}

impl<M: MadeRows> ResultTable for MadeTable<M> {
    fn spec(&self) -> &TableSpec {
        &self.spec
    }

    fn fill<'a>(&'static self, release: &'a Release) -> Option<Box<dyn FilledTable + 'a>> {
        let rows = self.made.rows(release)?;
        let columns: Vec<RowColumn<M::Row<'a>>> = self.about.columns(self.made.columns());
        let further = names_of(&columns).into_iter().chain(self.made.further()).collect();
        Some(Box::new(Filled::new(&self.spec, columns, further, rows)))
    }
}

/// The metrics of the release.
struct MetricsOfRelease;

impl MadeRows for MetricsOfRelease {
    type Row<'a> = DescribedMetric<'a>;

    fn columns<'a>(&self) -> Vec<RowColumn<DescribedMetric<'a>>> {
        columns::metrics()
    }

    fn rows<'a>(&self, release: &'a Release) -> Option<Vec<DescribedMetric<'a>>> {
        Some(DescribedMetric::all(release))
    }
}

/// The organisations of the release, and the sums over them.
struct BodiesOfRelease;

impl MadeRows for BodiesOfRelease {
    type Row<'a> = DescribedBody<'a>;

    fn columns<'a>(&self) -> Vec<RowColumn<DescribedBody<'a>>> {
        columns::bodies()
    }

    fn rows<'a>(&self, release: &'a Release) -> Option<Vec<DescribedBody<'a>>> {
        Some(DescribedBody::all(release))
    }
}

/// Which figures a table holds.
#[derive(Clone, Copy)]
enum FiguresHeld {
    Headlines,
    PartsAndVariants,
    /// Headlines of the nation and its regions over more periods.
    LongSeries,
}

/// Each figure with what it is labelled.
impl MadeRows for FiguresHeld {
    type Row<'a> = JudgedFigure<'a>;

    fn columns<'a>(&self) -> Vec<RowColumn<JudgedFigure<'a>>> {
        match self {
            Self::Headlines => columns::figures(),
            Self::PartsAndVariants => columns::breakdowns(),
            Self::LongSeries => columns::long_series(),
        }
    }

    fn further<'a>(&self) -> Vec<RowColumn<JudgedFigure<'a>>> {
        columns::for_readers()
    }

    /// Sorted by all key columns, so that the same figures give the same bytes.
    fn rows<'a>(&self, release: &'a Release) -> Option<Vec<JudgedFigure<'a>>> {
        let all = match self {
            Self::LongSeries if release.withheld.is_some() => return None,
            Self::LongSeries => &release.long_series.observations,
            Self::Headlines | Self::PartsAndVariants => &release.observations,
        };
        let is_part = |figure: &Observation| figure.category.is_some();
        let is_held = |figure: &&Observation| is_part(figure) == matches!(self, Self::PartsAndVariants);
        let mut figures: Vec<&Observation> = all.iter().filter(is_held).collect();
        figures.par_sort_unstable_by(|a, b| {
            (&a.metric_id, &a.category, &a.org_code, a.period.first, a.period.kind).cmp(&(
                &b.metric_id,
                &b.category,
                &b.org_code,
                b.period.first,
                b.period.kind,
            ))
        });
        let judgements = &release.assessment.judgements;
        Some(figures.into_iter().map(|figure| JudgedFigure { figure, labels: judgements.of(figure) }).collect())
    }
}

fn tables() -> Vec<Box<dyn ResultTable>> {
    [
        reference_tables(),
        figure_tables(),
        vec![delays_table()],
        comparison_tables(),
        series_tables(),
        late_data_tables(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the ids and codes of all other tables stand for.
fn reference_tables() -> Vec<Box<dyn ResultTable>> {
    vec![
        made_table(
            About {
                name: METRICS,
                row: "metric: what it measures, in which unit, and which side is better",
                note: "The words are those of the version that holds at the end of the report's period.",
                sorted_by: &["metric_id"],
                rules: rules::METRICS,
                named: true,
            },
            MetricsOfRelease,
        ),
        made_table(
            About {
                name: ORGANISATIONS,
                row: "organisation or sum that a code stands for",
                note: "An organisation is described as on the data date.",
                sorted_by: &["org_code"],
                rules: rules::ORGANISATIONS,
                named: true,
            },
            BodiesOfRelease,
        ),
    ]
}

/// Figures, what they mean for those who answer for them, and what stands out.
fn figure_tables() -> Vec<Box<dyn ResultTable>> {
    vec![
        made_table(
            About {
                name: OBSERVATIONS,
                row: "headline figure",
                sorted_by: &["metric_id", "org_code", "period_start"],
                rules: rules::FIGURES,
                named: true,
                ..PLAIN
            },
            FiguresHeld::Headlines,
        ),
        made_table(
            About {
                name: BREAKDOWNS,
                row: "part or variant of a figure, such as transactions by application",
                sorted_by: &["metric_id", "breakdown", "category", "org_code", "period_start"],
                rules: rules::FIGURES,
                ..PLAIN
            },
            FiguresHeld::PartsAndVariants,
        ),
        made_table(
            About {
                name: LONG_SERIES,
                row: "headline figure of the nation or a region, as far back as figures are followed",
                note: "Of a metric that can only rise or only fall there is also every organisation, in every month. The \
                       public edition does not have this table: it withholds figures of the trend's periods only.",
                sorted_by: &["metric_id", "org_code", "period_start", "period_type"],
                rules: rules::FIGURES,
                ..PLAIN
            },
            FiguresHeld::LongSeries,
        ),
        table(
            About {
                name: VERDICTS,
                row: "headline figure of the report's period: where it stands, and how much attention it asks for",
                note: "A figure stands out where a difference is sure and larger than the metric's margin.",
                sorted_by: &["metric_id", "org_code", "period_start"],
                rules: rules::VERDICTS,
                named: true,
            },
            columns::verdicts,
            |release| Some(release.verdicts.all().iter().collect()),
        ),
        table(
            About {
                name: "responsibilities",
                row: "metric, role and organisation: who answers for the metric, and whether the responsibility was met",
                sorted_by: &["principle", "metric_id", "role", "org_code", "period_start"],
                ..PLAIN
            },
            columns::responsibilities,
            |release| Some(release.responsibilities.iter().collect()),
        ),
        table(
            About {
                name: "signals",
                row: "signal: a figure that stands out against peers, among forces or over time, with a recorded event of \
                      the same time",
                sorted_by: &["metric_id", "org_code", "period_start", "kind", "rule"],
                ..PLAIN
            },
            columns::signals,
            |release| Some(release.assessment.signals.iter().collect()),
        ),
    ]
}

/// How long cases took; `None` in the public edition, which says nothing of few cases.
fn delays_table() -> Box<dyn ResultTable> {
    table(
        About {
            name: DELAYS,
            row: "metric, organisation, period and band of delays: the cases that took so long",
            note: "The public edition does not have this table: it may hold few cases.",
            sorted_by: &["metric_id", "org_code", "period_start", "period_type", "band"],
            ..PLAIN
        },
        columns::delays,
        |release| release.withheld.is_none().then(|| release.delays.iter().collect()),
    )
}

/// Figures beside other figures.
fn comparison_tables() -> Vec<Box<dyn ResultTable>> {
    vec![
        table(
            About {
                name: "comparisons",
                row: "comparison of a figure with its peers or with the year before",
                sorted_by: &["metric_id", "against", "org_code", "period_start"],
                named: true,
                ..PLAIN
            },
            columns::comparisons,
            |release| Some(release.assessment.comparisons.iter().collect()),
        ),
        table(
            About {
                name: CONTRIBUTIONS,
                row: "organisation and change of a national figure: the part that the organisation added",
                sorted_by: &["metric_id", "baseline", "org_code", "period_start"],
                ..PLAIN
            },
            columns::contributions,
            |release| Some(release.assessment.contributions.iter().collect()),
        ),
        table(
            About {
                name: "ranks",
                row: "organisation and metric (proportions and rates with a better side): its place, and the places that \
                      chance leaves open",
                sorted_by: &["metric_id", "org_code", "period_start"],
                ..PLAIN
            },
            columns::ranks,
            |release| Some(release.assessment.ranks.iter().collect()),
        ),
        table(
            About {
                name: FUNNELS,
                row: "force and metric in the funnel of all forces",
                note: "Covers proportions and rates, in the report's period.",
                sorted_by: &["metric_id", "org_code", "period_start"],
                ..PLAIN
            },
            columns::funnels,
            |release| Some(release.assessment.funnels.iter().flat_map(|funnel| &funnel.forces).collect()),
        ),
    ]
}

/// Figures over time, and the rules of others.
fn series_tables() -> Vec<Box<dyn ResultTable>> {
    vec![
        table(
            About {
                name: CONTROL_LIMITS,
                row: "series and period that has limits of usual variation",
                note: "A series without a row has too few figures, or is too rare, for limits.",
                sorted_by: &["metric_id", "org_code", "period_start"],
                ..PLAIN
            },
            columns::control_limits,
            |release| Some(release.assessment.charts.iter().flat_map(|chart| &chart.points).collect()),
        ),
        table(
            About {
                name: "run_charts",
                row: "series that is judged about its median, without limits",
                sorted_by: &["metric_id", "org_code", "period_start"],
                ..PLAIN
            },
            columns::run_charts,
            |release| Some(release.assessment.run_charts.iter().collect()),
        ),
        table(
            About {
                name: "trends",
                row: "series: its trend test, or why there is none",
                note: "Grades, and series whose periods share months (rolling years), have no row.",
                sorted_by: &["metric_id", "org_code", "period_start"],
                rules: rules::TRENDS,
                ..PLAIN
            },
            columns::trends,
            |release| Some(release.assessment.trends.iter().collect()),
        ),
        table(
            About {
                name: "change_points",
                row: "step that a series seems to have taken",
                note: "A step is a proposal: nothing follows from it by itself.",
                sorted_by: &["metric_id", "org_code", "period_start"],
                ..PLAIN
            },
            columns::change_points,
            |release| Some(release.assessment.steps.iter().collect()),
        ),
        table(
            About {
                name: "parity",
                row: "figure judged by the rules of another package, where the settings ask for such a judgement",
                note: "It decides no label elsewhere.",
                sorted_by: &["metric_id", "mode", "org_code", "period_start"],
                ..PLAIN
            },
            columns::parity,
            |release| Some(release.assessment.parity.iter().collect()),
        ),
    ]
}

/// How complete figures are, and how they were revised.
fn late_data_tables() -> Vec<Box<dyn ResultTable>> {
    vec![
        table(
            About {
                name: REVISIONS,
                row: "figure that moved, with the reason",
                note: "The public edition does not have this table: a change of a count may give away a case.",
                sorted_by: &[
                    "metric_id",
                    "kind",
                    "earlier_release",
                    "org_code",
                    "period_start",
                    "period_type",
                    "earlier_as_of",
                ],
                ..PLAIN
            },
            columns::revisions,
            |release| Some(lateness(release)?.revisions.iter().collect()),
        ),
        table(
            About {
                name: "revision_statistics",
                row: "metric and number of months: how much national figures have tended to move",
                note: "The public edition does not have this table: a change of a count may give away a case.",
                sorted_by: &["metric_id", "lag", "scale"],
                ..PLAIN
            },
            columns::revision_statistics,
            |release| Some(lateness(release)?.summaries.iter().collect()),
        ),
        table(
            About {
                name: COMPLETENESS,
                row: "aggregate and recent period: how complete the figure is",
                note: "The public edition does not have this table: a change of a count may give away a case.",
                sorted_by: &["metric_id", "org_code", "period_start", "period_type"],
                ..PLAIN
            },
            columns::completeness,
            |release| Some(lateness(release)?.completeness.iter().collect()),
        ),
        table(
            About {
                name: KNOWN_COUNTS,
                row: "national event month and number of months after its end: what was known of it then",
                note: "Only of metrics of which something came in late. The public edition does not have this table: a \
                       change of a count may give away a case.",
                sorted_by: &["metric_id", "org_code", "period_start", "lag"],
                ..PLAIN
            },
            columns::known_counts,
            |release| Some(lateness(release)?.triangle.iter().collect()),
        ),
    ]
}

/// What is known of late data; `None` in the public edition, where a change of a count may give away a case.
fn lateness(release: &Release) -> Option<&Lateness> {
    release.withheld.is_none().then_some(&release.lateness)
}
