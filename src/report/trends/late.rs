//! What late data did: how complete the report's period is, what was known of each month as time went on, and how much
//! figures were revised.

use std::collections::{BTreeMap, BTreeSet};

use crate::definitions::model::Metric;
use crate::history::{Completeness, KnownCount, RevisionSummary};
use crate::report::charts::{Chart, CompletenessFan, CurvePoint, FanPoint};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::metric::contributions::signed;
use crate::report::national::all_metrics::rows;
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::words::{self, Change};
use crate::stats::overdispersion::quantile;
use crate::stats::real;
use crate::stats::revision::{RevisionScale, Tendency};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::{Month, PeriodType};
use crate::vocabulary::quantity::{Unit, value_text};
use crate::vocabulary::shorthand::Shorthand;

/// A band needs so many earlier months.
const LEAST_MONTHS: usize = 4;

/// Every metric of which something came in late, or is still to come.
pub fn late_overview(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let row = |metric: &Metric| {
        let complete = completeness(facts, metric);
        let summaries = summaries(facts, metric);
        let first = summaries.first().copied();
        let last = summaries.last().copied();
        let is_open = complete.is_some_and(|one| one.provisional || one.completeness.is_none_or(|share| share < 1.0));
        if !is_open && !has_moved(&summaries) {
            return None;
        }
        let mut cells = vec![complete.map_or_else(|| Cell::absent(Shorthand::NotAvailable), complete_cell)];
        cells.extend([first, last].map(|summary| revision_cell(metric, summary)));
        cells.push(Cell::new(last.and_then(tendency_words).unwrap_or("no tendency")));
        Some(cells)
    };
    let rows = rows(scope, row);
    let mut blocks = vec![Block::Lead(message(facts).into())];
    if rows.is_empty() {
        return blocks;
    }
    let columns = vec![
        Column::words("Metric"),
        Column::numbers("Complete"),
        Column::numbers("Mean revision after a month"),
        Column::numbers("Mean revision in all"),
        Column::words("Tendency"),
    ];
    let caption = format!("National figures: completeness of {} and revisions", facts.release.period.words());
    let table = Table::new("tab-late", caption, columns, rows).with_widths(Widths::Dense).explained(
        "Complete: cases so far in per cent of those that are expected in all. Revision: a month’s figure now less the figure \
         that was known first, in the unit of the metric (percentage points for shares), over all months that were followed. A \
         tendency is stated from eight months on, where the mean is more than twice its standard error. A figure is provisional \
         while its growth is not measured on four earlier months, or while it is less complete than its metric demands. Metrics \
         without a row are complete and were not revised.",
    );
    blocks.extend([Block::Table(table), Block::Download(download::all_revisions("late-data"))]);
    blocks
}

/// How many national figures may still change, and how many have been revised.
pub fn message(facts: &Facts<'_>) -> String {
    let metrics = || facts.release.metrics.iter();
    let period = facts.release.period;
    let provisional = metrics().filter(|metric| facts.is_provisional(metric, BodyId::nation(), period)).count();
    let revised = metrics().filter(|metric| has_moved(&summaries(facts, metric))).count();
    let may = match provisional {
        0 => format!("No national figure of {} is provisional", period.words()),
        1 => format!("One national figure of {} is provisional", period.words()),
        more => {
            let count = words::sentence_case(&words::number_words(more));
            format!("{count} national figures of {} are provisional", period.words())
        }
    };
    let metrics = if revised == 1 { "metric has" } else { "metrics have" };
    format!("{may}; {} {metrics} been revised since a month was first known.", words::number_words(revised))
}

/// Whether any month moved at all.
fn has_moved(summaries: &[&RevisionSummary]) -> bool {
    summaries.iter().any(|one| one.statistics.mean_absolute > 0.0)
}

/// How complete the national figure of the report's period is.
fn completeness<'a>(facts: &Facts<'a>, metric: &Metric) -> Option<&'a Completeness> {
    let mut all = facts.release.lateness.completeness.iter();
    all.find(|one| one.metric_id == metric.id && one.org_code.is_nation() && one.period == facts.release.period)
}

fn complete_cell(one: &Completeness) -> Cell {
    let Some(share) = one.completeness else { return Cell::absent(Shorthand::NotAvailable) };
    let provisional = one.provisional.then(|| Shorthand::Provisional.to_string());
    Cell::number(100.0 * share, Unit::Percent).with_unit().with_detail(provisional)
}

/// The statistics of national revisions in the unit of the metric, by lag.
pub fn summaries<'a>(facts: &Facts<'a>, metric: &Metric) -> Vec<&'a RevisionSummary> {
    let all = facts.release.lateness.summaries.iter();
    all.filter(|one| one.metric_id == metric.id && one.scale == RevisionScale::Units).collect()
}

fn revision_cell(metric: &Metric, summary: Option<&RevisionSummary>) -> Cell {
    let Some(summary) = summary else { return Cell::absent(Shorthand::NotApplicable) };
    let months = usize::try_from(summary.statistics.number).map(words::number_words).unwrap_or_default();
    let months = format!("{months} {}", if summary.statistics.number == 1 { "month" } else { "months" });
    Cell::change(&Change::of(summary.statistics.mean, metric.unit)).with_detail(Some(months))
}

/// Which way revisions tended to go; `None` without a tendency.
pub fn tendency_words(summary: &RevisionSummary) -> Option<&'static str> {
    Some(match summary.statistics.tendency()? {
        Tendency::Upward => "upward",
        Tendency::Downward => "downward",
    })
}

/// What was known of the months of one metric as time went on; nothing where nothing came in late.
pub fn known_when(facts: &Facts<'_>, metric: &Metric) -> Vec<Block> {
    let triangle = KnownTriangle::of(facts, metric);
    if triangle.months.is_empty() {
        return Vec::new();
    }
    let mut blocks: Vec<Block> =
        fan_figure(facts, metric, &triangle).map(|figure| Block::Figure(Box::new(figure))).into_iter().collect();
    blocks.push(Block::Table(triangle_table(metric, &triangle)));
    blocks.push(Block::Download(download::known_counts(metric)));
    blocks.extend(statistics_table(facts, metric).into_block());
    vec![Block::section("known", "What was known, and when", blocks)]
}

/// The counts of event months by lag.
struct KnownTriangle<'a> {
    /// Oldest first.
    months: BTreeMap<Month, Vec<&'a KnownCount>>,
    /// The longest lag that every older month was looked at for, in whole months.
    longest: u32,
}

impl<'a> KnownTriangle<'a> {
    fn of(facts: &Facts<'a>, metric: &Metric) -> Self {
        let mut months: BTreeMap<Month, Vec<&'a KnownCount>> = BTreeMap::new();
        for one in facts.release.lateness.triangle.iter().filter(|one| one.metric_id == metric.id) {
            months.entry(one.period.first).or_default().push(one);
        }
        // Revisions are measured at every lag that is looked at. A month's own row may lie one lag farther.
        let measured = summaries(facts, metric).iter().map(|one| one.lag).max();
        let in_a_row = |counts: &Vec<&KnownCount>| {
            let lags = counts.iter().zip(0_u32..).take_while(|(count, lag)| count.lag == *lag);
            lags.map(|(_, lag)| lag).last()
        };
        let longest = measured.or_else(|| months.values().filter_map(in_a_row).max()).unwrap_or(0);
        Self { months, longest }
    }

    /// Those that were followed to the longest lag.
    fn followed(&self) -> impl Iterator<Item = &Vec<&'a KnownCount>> {
        self.months.values().filter(|counts| counts.last().is_some_and(|last| last.lag >= self.longest))
    }
}

/// A number that stands for a month at a lag: the figure where it is one count over another, else the cases.
fn known_cell(metric: &Metric, count: &KnownCount) -> Cell {
    if count.returns == 0 {
        return Cell::absent(Shorthand::NotAvailable);
    }
    match count.denominator.filter(|_| metric.unit.is_of_ratio()) {
        Some(denominator) if denominator > 0 => {
            let value = real(count.numerator) / real(denominator) * f64::from(metric.unit.multiplier());
            let text = crate::vocabulary::quantity::ratio_text(count.numerator, denominator, metric.unit);
            Cell::shown(text.unwrap_or_else(|| value_text(value, metric.unit)), value, metric.unit)
        }
        Some(_) => Cell::absent(Shorthand::NotApplicable),
        None => Cell::count(count.cases()),
    }
}

fn triangle_table(metric: &Metric, triangle: &KnownTriangle<'_>) -> Table {
    let lags: Vec<u32> = (0..=triangle.longest).collect();
    let row = |(month, counts): (&Month, &Vec<&KnownCount>)| {
        let at = |lag: &u32| match counts.iter().find(|count| count.lag == *lag) {
            Some(count) => known_cell(metric, count),
            None => Cell::absent(Shorthand::NotApplicable),
        };
        let now = counts.last().map_or_else(Cell::not_there, |count| known_cell(metric, count));
        Row::new(words::month_words(*month), lags.iter().map(at).chain([now]).collect())
    };
    let heading = |lag: &u32| match lag {
        0 => "In the month after".to_owned(),
        1 => "After 1 month".to_owned(),
        lag => format!("After {lag} months"),
    };
    let mut columns = vec![Column::words("Month")];
    columns.extend(lags.iter().map(|lag| Column::numbers(heading(lag)).unsorted()));
    columns.push(Column::numbers("Now").unsorted());
    let what = if metric.unit.is_of_ratio() { words::unit_heading(metric.unit) } else { "cases" };
    let caption = format!("{} ({what}), the nation: each month as it was known so long after its end", metric.title);
    let rows = triangle.months.iter().map(row).collect();
    Table::new(format!("tab-{}-triangle", metric.id), caption, columns, rows)
        .explained("By today’s definition, from the returns that were there by then. Read a row to the right to see how a month was revised.")
}

fn statistics_table(facts: &Facts<'_>, metric: &Metric) -> Table {
    let row = |one: &&RevisionSummary| {
        let statistics = &one.statistics;
        let months = i64::try_from(statistics.number).unwrap_or(i64::MAX);
        let cells = vec![
            Cell::count(months),
            Cell::change(&Change::of(statistics.mean, metric.unit)),
            Cell::number(statistics.mean_absolute, metric.unit),
            signed(statistics.least, metric.unit),
            signed(statistics.greatest, metric.unit),
            Cell::new(tendency_words(one).unwrap_or("no tendency")),
        ];
        let after = if one.lag == 1 { "After 1 month".to_owned() } else { format!("After {} months", one.lag) };
        Row::new(after, cells)
    };
    let headings = ["Months followed", "Mean", "Mean size", "Least", "Greatest"];
    let mut columns = vec![Column::words("Revision")];
    columns.extend(headings.map(Column::numbers));
    columns.push(Column::words("Tendency"));
    let unit = words::change_unit(metric.unit);
    let caption = format!("{}: revisions of national months since they were first known ({unit})", metric.title);
    let rows = summaries(facts, metric).iter().map(row).collect();
    Table::new(format!("tab-{}-revision-statistics", metric.id), caption, columns, rows)
}

/// How complete months that were followed to the end were at each lag; `None` of too few months.
fn fan_figure(facts: &Facts<'_>, metric: &Metric, triangle: &KnownTriangle<'_>) -> Option<Figure> {
    let followed: Vec<&Vec<&KnownCount>> = triangle.followed().filter(|counts| last_cases(counts) > 0).collect();
    if followed.len() < LEAST_MONTHS || triangle.longest == 0 {
        return None;
    }
    let shares_at = |lag: u32| {
        let share = |counts: &&Vec<&KnownCount>| {
            let then = counts.iter().find(|count| count.lag == lag)?;
            Some(100.0 * real(then.cases()) / real(last_cases(counts)))
        };
        let mut shares: Vec<f64> = followed.iter().filter_map(share).collect();
        shares.sort_by(f64::total_cmp);
        shares
    };
    let point = |lag: u32| {
        let shares = shares_at(lag);
        let at = |share: f64| quantile(&shares, share);
        let (outer, inner) = (at(0.05)?..=at(0.95)?, at(0.25)?..=at(0.75)?);
        let ends = |range: std::ops::RangeInclusive<f64>| (*range.start(), *range.end());
        Some(FanPoint { after: f64::from(lag), outer: ends(outer), inner: ends(inner), median: at(0.5)? })
    };
    let earlier: Vec<FanPoint> = (0..=triangle.longest).filter_map(point).collect();
    let youngest = YoungMonth::of(facts, metric, triangle);
    let table = fan_table(metric, &earlier, youngest.as_ref());
    let first = earlier.first()?;
    let median = words::limit_in_sentence(first.median, Unit::Percent);
    Some(Figure {
        id: format!("fig-{}-complete", metric.id),
        label: String::new(),
        title: format!("The middle month had {median} of its cases in the month after its end"),
        subtitle: format!("{}, the nation, cases so far in per cent of the final number", metric.title),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::Completeness(CompletenessFan {
            axis_title: "Months after the end of the month".to_owned(),
            earlier,
            now: youngest.as_ref().map(|young| young.points.clone()).unwrap_or_default(),
            now_label: youngest.as_ref().map_or_else(String::new, |young| words::month_words(young.month)),
        }),
        text: format!(
            "The band rests on {} months that were followed for {} months or more. The final number of a month that is still \
             growing is an estimate.",
            words::number_words(followed.len()),
            words::number_words(usize::try_from(triangle.longest).unwrap_or_default())
        ),
        table,
        table_summary: String::new(),
        downloads: vec![download::completeness_curve(metric)],
    })
}

fn last_cases(counts: &[&KnownCount]) -> i64 {
    counts.last().map_or(0, |count| count.cases())
}

/// The last month that has ended, in per cent of what it is expected to come to.
struct YoungMonth {
    month: Month,
    points: Vec<CurvePoint>,
}

impl YoungMonth {
    /// `None` where nothing is expected of it, or where it is already followed to the end.
    fn of(facts: &Facts<'_>, metric: &Metric, triangle: &KnownTriangle<'_>) -> Option<Self> {
        let (month, counts) = triangle.months.iter().next_back()?;
        let mut all = facts.release.lateness.completeness.iter();
        let own = all.find(|one| {
            let is_month = one.period.kind == PeriodType::Month && one.period.first == *month;
            one.metric_id == metric.id && one.org_code.is_nation() && is_month
        })?;
        let expected = own.denominator.unwrap_or(own.numerator).ultimate.filter(|cases| *cases > 0.0)?;
        let point = |count: &&KnownCount| CurvePoint {
            after: f64::from(count.lag),
            share: 100.0 * real(count.cases()) / expected,
        };
        let lags: BTreeSet<u32> = (0..=triangle.longest).collect();
        let points: Vec<CurvePoint> = counts.iter().filter(|count| lags.contains(&count.lag)).map(point).collect();
        Some(Self { month: *month, points })
    }
}

fn fan_table(metric: &Metric, earlier: &[FanPoint], young: Option<&YoungMonth>) -> Table {
    let share = |share: f64| Cell::number(share, Unit::Percent);
    let row = |point: &FanPoint| {
        let mut cells = [point.outer.0, point.inner.0, point.median, point.inner.1, point.outer.1].map(share).to_vec();
        let own = young.map(|young| young.points.iter().find(|one| one.after.total_cmp(&point.after).is_eq()));
        cells.extend(own.map(|own| own.map_or_else(|| Cell::absent(Shorthand::NotApplicable), |own| share(own.share))));
        Row::new(value_text(point.after, Unit::Cases), cells)
    };
    let mut columns = vec![Column::words("Months after the end of the month")];
    let headings = ["Lowest of nine in ten", "Lowest of half", "Median", "Highest of half", "Highest of nine in ten"];
    columns.extend(headings.map(|heading| Column::in_unit(heading, Unit::Percent)));
    columns.extend(young.map(|young| Column::in_unit(words::month_words(young.month), Unit::Percent)));
    let caption = format!("{}: cases so far in per cent of the final number, earlier months", metric.title);
    Table::new(format!("tab-{}-complete", metric.id), caption, columns, earlier.iter().map(row).collect())
}
