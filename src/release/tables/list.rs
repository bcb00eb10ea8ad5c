//! The list of the result tables: what each is called, what one row is, and where its rows come from.

use std::sync::LazyLock;

use rayon::prelude::*;

use super::catalogue::{TableRule, TableSpec};
use super::column::RowColumn;
use super::columns::JudgedFigure;
use super::filled::{Filled, FilledTable};
use super::{
    BREAKDOWNS, COMPLETENESS, CONTRIBUTIONS, CONTROL_LIMITS, DELAYS, FUNNELS, KNOWN_COUNTS, LONG_SERIES, OBSERVATIONS,
    REVISIONS, VERDICTS, columns, rules,
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
}

impl About {
    fn spec<R>(self, columns: &[RowColumn<R>]) -> TableSpec {
        let Self { name, row, note, sorted_by, rules } = self;
        let columns = columns.iter().map(|column| column.spec.clone()).collect();
        TableSpec { name, row, note, sorted_by, columns, rules }
    }
}

const PLAIN: About = About { name: "", row: "", note: "", sorted_by: &[], rules: &[] };

fn table<R: Sync + 'static>(about: About, columns: fn() -> Vec<RowColumn<R>>, rows: RowsOf<R>) -> Box<dyn ResultTable> {
    Box::new(RowTable { spec: about.spec(&columns()), columns, rows })
}

impl<R: Sync> ResultTable for RowTable<R> {
    fn spec(&self) -> &TableSpec {
        &self.spec
    }

    fn fill<'a>(&'static self, release: &'a Release) -> Option<Box<dyn FilledTable + 'a>> {
        let rows = (self.rows)(release)?;
        Some(Box::new(Filled { spec: &self.spec, columns: (self.columns)(), further: Vec::new(), rows }))
    }
}

/// A table of figures. Its rows are made for the release: each figure with what it is labelled.
struct FigureTable {
    spec: TableSpec,
    holds: FiguresHeld,
}

/// Which figures a table holds.
#[derive(Clone, Copy)]
enum FiguresHeld {
    Headlines,
    PartsAndVariants,
    /// Headlines of the nation and its regions over more periods.
    LongSeries,
}

impl FiguresHeld {
    fn columns<'a>(self) -> Vec<RowColumn<JudgedFigure<'a>>> {
        match self {
            Self::Headlines => columns::figures(),
            Self::PartsAndVariants => columns::breakdowns(),
            Self::LongSeries => columns::long_series(),
        }
    }

    /// Sorted by all key columns, so that the same figures give the same bytes.
    fn rows(self, release: &Release) -> Vec<JudgedFigure<'_>> {
        let all = match self {
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
        figures.into_iter().map(|figure| JudgedFigure { figure, labels: judgements.of(figure) }).collect()
    }
}

fn figure_table(about: About, holds: FiguresHeld) -> Box<dyn ResultTable> {
    Box::new(FigureTable { spec: about.spec(&holds.columns()), holds })
}

impl ResultTable for FigureTable {
    fn spec(&self) -> &TableSpec {
        &self.spec
    }

    fn fill<'a>(&'static self, release: &'a Release) -> Option<Box<dyn FilledTable + 'a>> {
        if matches!(self.holds, FiguresHeld::LongSeries) && release.withheld.is_some() {
            return None;
        }
        let (columns, further) = (self.holds.columns(), columns::for_readers());
        Some(Box::new(Filled { spec: &self.spec, columns, further, rows: self.holds.rows(release) }))
    }
}

fn tables() -> Vec<Box<dyn ResultTable>> {
    [figure_tables(), vec![delays_table()], comparison_tables(), series_tables(), late_data_tables()]
        .into_iter()
        .flatten()
        .collect()
}

/// Figures, what they mean for those who answer for them, and what stands out.
fn figure_tables() -> Vec<Box<dyn ResultTable>> {
    vec![
        figure_table(
            About {
                name: OBSERVATIONS,
                row: "headline figure",
                sorted_by: &["metric_id", "org_code", "period_start"],
                rules: rules::FIGURES,
                ..PLAIN
            },
            FiguresHeld::Headlines,
        ),
        figure_table(
            About {
                name: BREAKDOWNS,
                row: "part or variant of a figure, such as transactions by application",
                sorted_by: &["metric_id", "breakdown", "category", "org_code", "period_start"],
                rules: rules::FIGURES,
                ..PLAIN
            },
            FiguresHeld::PartsAndVariants,
        ),
        figure_table(
            About {
                name: LONG_SERIES,
                row: "headline figure of the nation or a region, as far back as figures are followed",
                note: "Of a metric that can only rise or only fall there is also every organisation, in every month. The \
                       public edition does not have this table: it withholds figures of the trend's periods only.",
                sorted_by: &["metric_id", "org_code", "period_start", "period_type"],
                rules: rules::FIGURES,
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
