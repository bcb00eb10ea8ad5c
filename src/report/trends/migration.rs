//! The move from the PNC to LEDS: the nation's share, the regions, each organisation by the month in which it moved, and the
//! figures that are split by system.

use crate::assessment::Against;
use crate::definitions::model::{Breakdown, Course, Metric};
use crate::report::charts::{
    Chart, MigrationChart, MigrationRow, PanelGroup, PointSign, SeriesRole, ShareChart, SmallMultiples, SmallPanel,
    TrendChart, TrendPoint, TrendSeries,
};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::metric::trend::period_tick;
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::report::page::download::Download;
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::sentences::standing;
use crate::report::trends::adoption::{Adoption, MOVED_FROM, MoveMonth, Passing, adoptions, passing};
use crate::report::trends::{breaks, figures, long_months, points, span_words, value};
use crate::report::words;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Ratio, Shape, Unit};
use crate::vocabulary::shorthand::Shorthand;

/// The matrix of organisations shows at most so many months, the newest.
const MONTHS_SHOWN: usize = 24;
/// The breakdown of figures that are split by system.
const BY_SYSTEM: &str = "system";
/// What pages say where the release follows no move.
const NO_MOVE: &str = "This release holds no figure of the move from the PNC to LEDS.";
/// At most so many organisations are named in a sentence.
const NAMED: usize = 8;

/// The move from one system to the other that a release follows, and its months.
#[derive(Debug, Clone, Copy)]
pub struct FollowedMove<'a> {
    pub metric: &'a Metric,
    pub months: &'a [Period],
}

/// The move that the release follows; `None` without one, or where the nation has no figure of any month.
pub fn followed_move<'a>(facts: &'a Facts<'a>) -> Option<FollowedMove<'a>> {
    SystemMigration::of(facts).map(|migration| FollowedMove { metric: migration.metric, months: migration.months })
}

/// What the sections of a move rest on.
struct SystemMigration<'a> {
    facts: &'a Facts<'a>,
    metric: &'a Metric,
    months: &'a [Period],
    nation: Vec<Option<&'a Observation>>,
}

impl<'a> SystemMigration<'a> {
    /// The move that the release follows; `None` without one, or where the nation has no figure of any month.
    fn of(facts: &'a Facts<'a>) -> Option<Self> {
        let is_move = |metric: &&Metric| metric.course == Course::Monotone && metric.shape == Shape::Proportion;
        let metric = facts.release.metrics.iter().find(is_move)?;
        let months = long_months(facts);
        let nation = figures(facts, metric, BodyId::nation(), months);
        nation.iter().any(|figure| value(*figure).is_some()).then_some(Self { facts, metric, months, nation })
    }

    /// The last month of which the nation has a figure.
    fn last(&self) -> Option<(Period, &'a Observation)> {
        let told = self.months.iter().zip(self.nation.iter().copied());
        let mut told = told.filter_map(|(month, figure)| Some((*month, figure.filter(|_| value(figure).is_some())?)));
        told.next_back()
    }

    fn title(&self) -> String {
        match self.last() {
            Some((month, figure)) => format!(
                "LEDS carried {} of transactions in {}",
                words::value_in_sentence(figure).unwrap_or_default(),
                month.words()
            ),
            None => "LEDS and PNC".to_owned(),
        }
    }
}

/// How far the move is, the nation's share by month, and the regions.
pub fn migration(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let Some(migration) = SystemMigration::of(facts) else {
        return vec![Block::Lead(NO_MOVE.into())];
    };
    let mut blocks = vec![
        Block::Lead(message(&migration).into()),
        Block::section("share", "Share of transactions", vec![Block::Figure(Box::new(share_figure(&migration)))]),
    ];
    let regions = region_figure(&migration).map(|figure| vec![Block::Figure(Box::new(figure))]);
    blocks.extend(regions.map(|figure| Block::section("by-region", "Regions", figure)));
    blocks
}

/// The message of the page: the nation's share, and how many have moved.
pub fn migration_message(facts: &Facts<'_>) -> Option<String> {
    SystemMigration::of(facts).map(|migration| message(&migration))
}

fn message(migration: &SystemMigration<'_>) -> String {
    let all = adoptions(migration.facts, migration.metric, migration.months);
    let parts = [Some(format!("{}.", migration.title())), moved_words(migration, &all)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// How many organisations have moved; `None` where nobody can have.
fn moved_words(migration: &SystemMigration<'_>, all: &[Adoption<'_>]) -> Option<String> {
    let moved = all.iter().filter(|one| one.moved != MoveMonth::NotYet).count();
    let bodies = migration.facts.bodies(migration.metric);
    Some(match (moved, all.len()) {
        (_, 0) => return None,
        (0, _) => format!("No {} has passed {MOVED_FROM}% yet.", bodies.trim_end_matches('s')),
        (moved, all) if moved == all => format!("All {} {bodies} have passed {MOVED_FROM}%.", number(all)),
        (moved, all) => {
            let have = if moved == 1 { "has" } else { "have" };
            let moved = words::sentence_case(&number(moved));
            format!("{moved} of {} {bodies} {have} passed {MOVED_FROM}%.", number(all))
        }
    })
}

fn number(count: usize) -> String {
    words::number_words(count)
}

fn share_figure(migration: &SystemMigration<'_>) -> Figure {
    let SystemMigration { facts, metric, months, ref nation } = *migration;
    let row = |(month, figure): (&Period, Option<&Observation>)| {
        let counts = figure.and_then(|one| one.numerator.zip(one.denominator)).filter(|_| value(figure).is_some());
        let count = |count: Option<i64>| count.map_or_else(|| Cell::absent(Shorthand::NotAvailable), Cell::count);
        let cells = vec![
            Cell::figure(figure),
            count(counts.map(|(leds, _)| leds)),
            count(counts.map(|(leds, all)| all - leds)),
        ];
        Row::new(month.words(), cells)
    };
    let columns = vec![
        Column::words("Month"),
        Column::in_unit("Share on LEDS", metric.unit),
        Column::numbers("Transactions on LEDS"),
        Column::numbers("Transactions on the PNC"),
    ];
    let rows = months.iter().zip(nation.iter().copied()).map(row).collect();
    let subtitle = format!("Share of transactions by system, all organisations, {}, by month", span_words(months));
    Figure {
        id: "fig-migration-share".to_owned(),
        label: String::new(),
        title: share_title(migration),
        subtitle: subtitle.clone(),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::Share(ShareChart {
            periods: months.iter().copied().map(period_tick).collect(),
            lower: points(facts, metric, BodyId::nation(), months),
            lower_label: "LEDS".to_owned(),
            upper_label: "PNC".to_owned(),
            breaks: breaks(metric, months),
        }),
        text: share_text(migration),
        table: Table::new("tab-migration-share", subtitle, columns, rows),
        table_summary: String::new(),
        downloads: vec![download::long_series(metric, "share-by-month", vec![BodyId::nation().clone()])],
    }
}

/// The first and the last share.
fn share_title(migration: &SystemMigration<'_>) -> String {
    let told = migration.months.iter().zip(&migration.nation);
    let mut told = told.filter_map(|(month, figure)| Some((figure.and_then(words::value_in_sentence)?, month.words())));
    match (told.next(), told.next_back()) {
        (Some((first, then)), Some((last, now))) => {
            format!("The share of LEDS was {first} in {then} and {last} in {now}")
        }
        (Some((only, month)), None) => format!("The share of LEDS was {only} in {month}"),
        (None, _) => "LEDS and PNC".to_owned(),
    }
}

/// When the share passed a half, three quarters and nine tenths, and what is left.
fn share_text(migration: &SystemMigration<'_>) -> String {
    let mut sentences = Vec::new();
    let levels = [(50, "half"), (75, "three quarters"), (90, "nine tenths")];
    let passed = levels.into_iter().filter_map(|(level, name)| {
        let passing = passing(&migration.nation, level).filter(|passing| !passing.from_the_start)?;
        Some(format!("{name} in {}", migration.months.get(passing.at)?.words()))
    });
    let passed: Vec<String> = passed.collect();
    if !passed.is_empty() {
        sentences.push(format!("The share passed {}.", words::list_words(&passed)));
    }
    if let Some((month, figure)) = migration.last()
        && let Some((leds, all)) = figure.numerator.zip(figure.denominator)
    {
        let left = words::ratio_in_sentence(
            100.0 - figure.value.unwrap_or(100.0),
            Some(Ratio { numerator: all - leds, denominator: all }),
            Unit::Percent,
        );
        sentences.push(format!("{} were still made on the PNC in {}.", words::sentence_case(&left), month.words()));
    }
    sentences.join(" ")
}

/// One small line for each region; `None` where there are no regions.
fn region_figure(migration: &SystemMigration<'_>) -> Option<Figure> {
    let SystemMigration { facts, metric, months, ref nation } = *migration;
    let codes = facts.region_codes(metric);
    let panel = |code: &&BodyId| SmallPanel {
        label: facts.name(code),
        points: points(facts, metric, code, months),
        limits: None,
        mark: standing::plain_mark(standing::state(facts, metric, code, Against::YearBefore)),
    };
    let with_value =
        |code: &&&BodyId| figures(facts, metric, code, months).into_iter().any(|figure| value(figure).is_some());
    let codes: Vec<&BodyId> = codes.iter().filter(with_value).copied().collect();
    let (first, last) = (months.first()?, months.last()?);
    let mut columns = vec![Column::words("Month"), Column::in_unit(facts.everyone(metric), metric.unit)];
    columns.extend(codes.iter().map(|code| Column::in_unit(facts.name(code), metric.unit)));
    let row = |(month, nation): (&Period, Option<&Observation>)| {
        let own = codes.iter().map(|code| Cell::figure(facts.figure(metric, code, *month)));
        Row::new(month.words(), std::iter::once(Cell::figure(nation)).chain(own).collect())
    };
    let subtitle = format!("{}, each region, {}, by month", metric.title, span_words(months));
    let mut now: Vec<(&BodyId, &Observation)> = codes
        .iter()
        .filter_map(|code| Some((*code, facts.figure(metric, code, *last).filter(|one| value(Some(*one)).is_some())?)))
        .collect();
    now.sort_by(|(_, a), (_, b)| a.value.unwrap_or_default().total_cmp(&b.value.unwrap_or_default()));
    let (low, high) = (now.first().copied(), now.last().copied());
    let say = |one: (&BodyId, &Observation)| {
        format!("{} in {}", words::value_in_sentence(one.1).unwrap_or_default(), facts.name(one.0))
    };
    let title = match low.zip(high) {
        Some((low, high)) if low.0 != high.0 => {
            format!("The share of LEDS lay between {} and {} in {}", say(low), say(high), last.words())
        }
        _ => format!("{} by region", metric.title),
    };
    let panels: Vec<SmallPanel> = codes.iter().map(panel).collect();
    (!panels.is_empty()).then(|| Figure {
        id: "fig-migration-regions".to_owned(),
        label: String::new(),
        title,
        subtitle: subtitle.clone(),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::SmallMultiples(SmallMultiples {
            unit: metric.unit,
            axis_title: words::sentence_case(metric.unit.words()),
            first_period: first.words(),
            last_period: last.words(),
            groups: vec![PanelGroup { title: String::new(), panels }],
        }),
        text: passed_by_region(migration, &codes),
        table: Table::new(
            "tab-migration-regions",
            subtitle,
            columns,
            months.iter().zip(nation.iter().copied()).map(row).collect(),
        ),
        table_summary: String::new(),
        downloads: vec![download::long_series(
            metric,
            "regions-by-month",
            std::iter::once(BodyId::nation()).chain(codes.iter().copied()).cloned().collect(),
        )],
    })
}

/// Which regions have passed the share, and when the last one did.
fn passed_by_region(migration: &SystemMigration<'_>, codes: &[&BodyId]) -> String {
    let facts = migration.facts;
    let when = |code: &BodyId| passing(&figures(facts, migration.metric, code, migration.months), MOVED_FROM);
    let all: Vec<(&BodyId, Option<Passing>)> = codes.iter().map(|code| (*code, when(code))).collect();
    let open: Vec<String> =
        all.iter().filter(|(_, passing)| passing.is_none()).map(|(code, _)| facts.name(code)).collect();
    if !open.is_empty() {
        return format!("These regions have not passed {MOVED_FROM}%: {}.", words::list_words(&open));
    }
    let last =
        all.iter().filter_map(|(code, passing)| Some((*code, (*passing)?))).max_by_key(|(_, passing)| passing.at);
    let month = last.and_then(|(_, passing)| migration.months.get(passing.at));
    match last.zip(month) {
        Some(((code, passing), month)) if !passing.from_the_start => {
            format!("Every region has passed {MOVED_FROM}%; the last was {} in {}.", facts.name(code), month.words())
        }
        _ => format!("Every region had passed {MOVED_FROM}% when the series begins."),
    }
}

/// Each organisation by month, in the order in which they moved, and the list of who has moved when.
pub fn migration_by_force(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let Some(migration) = SystemMigration::of(facts) else { return vec![Block::Lead(NO_MOVE.into())] };
    let all = adoptions(facts, migration.metric, migration.months);
    if all.is_empty() {
        return vec![Block::Lead("No organisation has a figure of the move from the PNC to LEDS.".into())];
    }
    let matrix = Block::Figure(Box::new(matrix_figure(&migration, &all)));
    let list = Block::Table(list_table(scope, &migration, &all));
    vec![
        Block::Lead(moved_words(&migration, &all).unwrap_or_default().into()),
        Block::section("by-organisation", "Organisations in the order in which they moved", vec![matrix]),
        Block::section("who-has-moved", "Who has moved, and when", vec![list]),
    ]
}

fn matrix_figure(migration: &SystemMigration<'_>, all: &[Adoption<'_>]) -> Figure {
    let SystemMigration { facts, metric, months, ref nation } = *migration;
    let from = months.len().saturating_sub(MONTHS_SHOWN);
    let shown = months.get(from..).unwrap_or_default();
    let share = |figure: Option<&Observation>| match figure.and_then(words::value_in_sentence) {
        Some(share) => share,
        None => Shorthand::NotAvailable.to_string(),
    };
    let everyone = Adoption { code: BodyId::nation(), figures: nation.clone(), moved: MoveMonth::NotYet };
    let chart_row = |one: &Adoption<'_>| MigrationRow {
        label: if one.code.is_nation() { facts.everyone(metric) } else { facts.name(one.code) },
        stages: one.stages().split_off(from),
        words: share(one.now()),
        emphasised: one.code.is_nation(),
    };
    let table_row = |one: &Adoption<'_>| {
        let cells = one.figures.iter().skip(from).map(|figure| Cell::figure(*figure)).collect();
        let name = if one.code.is_nation() { facts.everyone(metric) } else { facts.name(one.code) };
        Row::new(name, cells).emphasised(one.code.is_nation())
    };
    let lines = || std::iter::once(&everyone).chain(all);
    let mut columns = vec![Column::words("Organisation")];
    columns.extend(shown.iter().map(|month| Column::numbers(facts.period_heading(metric, *month))));
    let subtitle = format!("{} of each organisation, {}, by month", metric.title, span_words(shown));
    let caption = format!("{} (%) of each organisation, {}, by month", metric.title, span_words(shown));
    let codes = lines().map(|one| one.code.clone()).collect();
    Figure {
        id: "fig-migration-matrix".to_owned(),
        label: String::new(),
        title: matrix_title(migration, all),
        subtitle,
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::Migration(MigrationChart {
            periods: shown.iter().copied().map(period_tick).collect(),
            rows: lines().map(chart_row).collect(),
        }),
        text: matrix_text(migration, all),
        table: Table::new("tab-migration-matrix", caption, columns, lines().map(table_row).collect()),
        table_summary: String::new(),
        downloads: vec![download::long_series(metric, "organisations-by-month", codes)],
    }
}

/// How many had moved when the series begins, and who moved last.
fn matrix_title(migration: &SystemMigration<'_>, all: &[Adoption<'_>]) -> String {
    let (facts, bodies) = (migration.facts, migration.facts.bodies(migration.metric));
    let early = all.iter().filter(|one| matches!(one.moved, MoveMonth::By(_))).count();
    let begin = migration.months.first().map(|month| month.words()).unwrap_or_default();
    let last = all.iter().rev().find(|one| matches!(one.moved, MoveMonth::In(_)));
    let early_words = match early {
        0 => format!("No {} had moved by {begin}", bodies.trim_end_matches('s')),
        1 => format!("One of {} {bodies} had moved by {begin}", number(all.len())),
        early => {
            format!("{} of {} {bodies} had moved by {begin}", words::sentence_case(&number(early)), number(all.len()))
        }
    };
    match last {
        Some(last) => format!("{early_words}; {} moved last", facts.name(last.code)),
        None if early == 0 => format!("No {} has moved yet", bodies.trim_end_matches('s')),
        None => format!("{early_words}, and none since"),
    }
}

fn matrix_text(migration: &SystemMigration<'_>, all: &[Adoption<'_>]) -> String {
    let facts = migration.facts;
    let mut sentences = vec![format!(
        "An organisation counts as moved from the first month with {MOVED_FROM}% or more of its transactions on LEDS. No \
         source says when a move is complete; the level is a convention of this report. A share of few cases says nothing \
         here."
    )];
    let open: Vec<&Adoption<'_>> = all.iter().filter(|one| one.moved == MoveMonth::NotYet).collect();
    let names: Vec<String> = open.iter().take(NAMED).map(|one| facts.name(one.code)).collect();
    sentences.push(match open.len() {
        0 => "Every organisation has moved.".to_owned(),
        count if count <= NAMED => format!("Not moved yet: {}.", words::list_words(&names)),
        count => format!("Not moved yet: {} and {} more.", names.join(", "), number(count - NAMED)),
    });
    sentences.join(" ")
}

fn list_table(scope: &Scope<'_>, migration: &SystemMigration<'_>, all: &[Adoption<'_>]) -> Table {
    let SystemMigration { facts, months, .. } = *migration;
    let month = |at: usize| months.get(at).map(|month| month.words()).unwrap_or_default();
    let row = |one: &Adoption<'_>| {
        let moved = match one.moved {
            MoveMonth::By(at) => Cell::new(format!("by {}", month(at))),
            MoveMonth::In(at) => Cell::new(month(at)),
            MoveMonth::NotYet => Cell::new("not yet"),
        };
        let region = facts.organisation(one.code).and_then(|body| body.region.clone());
        let cells =
            vec![moved, Cell::figure_with_unit(one.now()), Cell::new(region.unwrap_or_else(|| "None".to_owned()))];
        Row::new(facts.name(one.code), cells).linked(scope.edition.organisation_address(one.code))
    };
    let last = months.last().map(|month| month.words()).unwrap_or_default();
    let columns = vec![
        Column::words("Organisation"),
        Column::words("Moved").unsorted(),
        Column::numbers(format!("Share on LEDS, {last}")),
        Column::words("Region"),
    ];
    let caption = format!("Organisations by the month in which they passed {MOVED_FROM}%");
    Table::new("tab-who-has-moved", caption, columns, all.iter().map(row).collect())
        .with_widths(Widths::Dense)
        .explained(
            "“By” a month: the organisation had passed the level in the first month of which there is a figure. A share may \
             have fallen below the level since. Organisations that have ended are left out.",
        )
}

/// The figures that are split by system, each system as a line; nothing where there are none.
pub fn migration_by_system(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let split = |metric: &'_ Metric| -> Option<Figure> {
        let breakdown = metric.breakdown.as_ref().filter(|breakdown| breakdown.column == BY_SYSTEM)?;
        system_figure(facts, metric, breakdown)
    };
    let figures: Vec<Block> =
        facts.release.metrics.iter().filter_map(split).map(|figure| Block::Figure(Box::new(figure))).collect();
    if figures.is_empty() { Vec::new() } else { vec![Block::section("by-system", "Figures by system", figures)] }
}

fn system_figure(facts: &Facts<'_>, metric: &Metric, breakdown: &Breakdown) -> Option<Figure> {
    let trend = &facts.release.trend;
    let of = |key: &str| -> Vec<Option<&Observation>> {
        trend.iter().map(|period| facts.category(metric, BodyId::nation(), key, *period)).collect()
    };
    let lines: Vec<(&str, Vec<Option<&Observation>>)> =
        breakdown.categories.iter().map(|category| (category.title.as_str(), of(&category.key))).collect();
    if !lines.iter().flat_map(|(_, figures)| figures).any(|figure| value(*figure).is_some()) {
        return None;
    }
    let roles = [SeriesRole::AllForces, SeriesRole::Subject, SeriesRole::Peers, SeriesRole::Peers];
    let point = |figure: Option<&Observation>| TrendPoint {
        value: value(figure),
        lower: None,
        upper: None,
        provisional: false,
        sign: PointSign::Plain,
    };
    let series = lines.iter().zip(roles).map(|((title, figures), role)| TrendSeries {
        role,
        label: (*title).to_owned(),
        points: figures.iter().copied().map(point).collect(),
    });
    let row = |(title, figures): &(&str, Vec<Option<&Observation>>)| {
        let cell =
            |figure: Option<&Observation>| Cell::figure(figure).with_detail(figure.and_then(words::counts_remark));
        Row::new(*title, figures.iter().copied().map(cell).collect())
    };
    let now: Vec<String> = lines
        .iter()
        .filter_map(|(title, figures)| {
            let figure = figures.last().copied().flatten()?;
            Some(format!("{} on {title}", words::value_in_sentence(figure)?))
        })
        .collect();
    let unit = words::unit_heading(metric.unit);
    let subtitle =
        format!("{}, by system, {}, by {}", metric.title, span_words(trend), facts.release.period.kind.words());
    let mut columns = vec![Column::words("System")];
    columns.extend(trend.iter().map(|period| Column::numbers(facts.period_heading(metric, *period))));
    let title = if now.is_empty() {
        format!("{}: no figure for {}", metric.title, facts.release.period.words())
    } else {
        format!("{}: {}", metric.title, words::list_words(&now))
    };
    Some(Figure {
        id: format!("fig-{}-system", metric.id),
        label: String::new(),
        title,
        subtitle: subtitle.clone(),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::Trend(TrendChart {
            unit: metric.unit,
            axis_title: words::sentence_case(metric.unit.words()),
            periods: trend.iter().copied().map(period_tick).collect(),
            series: series.collect(),
            standards: Vec::new(),
            centre: None,
            proposed: None,
            events: Vec::new(),
            breaks: facts.breaks(metric),
            control: Vec::new(),
        }),
        text: format!("Figures of {}, for both systems side by side.", facts.release.period.words()),
        table: Table::new(
            format!("tab-{}-system", metric.id),
            format!("{} ({unit}), by system and period", metric.title),
            columns,
            lines.iter().map(row).collect(),
        ),
        table_summary: String::new(),
        downloads: vec![system_download(metric)],
    })
}

fn system_download(metric: &Metric) -> Download {
    download::national_parts(metric)
}
