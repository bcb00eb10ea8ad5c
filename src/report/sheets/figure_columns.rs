//! Columns of sheets whose rows are figures: whose figure it is, the figure with its limits and counts, what it is compared
//! with, its standard, and how much attention it asks for. One thing stands in one column.

use crate::assessment::{Against, FigureComparison};
use crate::definitions::model::Metric;
use crate::report::facts::{Facts, Moved, both_words};
use crate::report::metric::figures_table::{count_cell, limit_cells, remark};
use crate::report::metric::judged::estimate_cell;
use crate::report::national::all_metrics::change_cells;
use crate::report::page::cell::Cell;
use crate::report::page::table::Column;
use crate::report::sentences::{standard, standing};
use crate::report::sheets::columns::SheetColumns;
use crate::report::sheets::notes::SheetNote;
use crate::report::words;
use crate::verdict::FigureVerdict;
use crate::vocabulary::body::name_key;
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Ratio, Shape, Unit};
use crate::vocabulary::shorthand::Shorthand;

/// A figure that is a row of a sheet.
#[derive(Clone, Copy)]
pub struct FigureRow<'a> {
    pub facts: &'a Facts<'a>,
    pub metric: &'a Metric,
    pub code: &'a BodyId,
    pub period: Period,
}

/// Columns of figures.
pub type FigureColumns<'a> = SheetColumns<'a, FigureRow<'a>>;

/// What the numbers of a sheet measure.
#[derive(Debug, Clone, Copy)]
pub enum SheetMeasure<'a> {
    /// All of them one metric, whose unit stands in the headings.
    Metric(&'a Metric),
    /// Several metrics: the unit stands in a column.
    Several,
}

impl<'a> FigureRow<'a> {
    /// The figure of the report's period.
    pub fn current(facts: &'a Facts<'a>, metric: &'a Metric, code: &'a BodyId) -> Self {
        Self { facts, metric, code, period: facts.release.period }
    }

    /// The figure; `None` where the release has none.
    pub fn figure(&self) -> Option<&'a Observation> {
        self.facts.figure(self.metric, self.code, self.period)
    }

    /// What the figure is held against, if it is.
    pub fn comparison(&self, against: Against) -> Option<&'a FigureComparison> {
        self.facts.comparison(self.metric, self.code, against)
    }

    fn verdict(&self) -> Option<&'a FigureVerdict> {
        self.facts.verdict(self.metric, self.code)
    }
}

/// A column of numbers: with the unit where it is one.
fn measured(heading: &str, measure: SheetMeasure<'_>) -> Column {
    match measure {
        SheetMeasure::Metric(metric) => Column::in_unit(heading, metric.unit),
        SheetMeasure::Several => Column::numbers(heading),
    }
}

/// No such thing.
pub fn nothing() -> Cell {
    Cell::absent(Shorthand::NotApplicable)
}

/// Words where there are any.
pub fn words_or_nothing(words: Option<impl Into<String>>) -> Cell {
    words.map_or_else(nothing, Cell::new)
}

/// Code and title of the metric, and its principle.
pub fn of_metric<'a>() -> FigureColumns<'a> {
    FigureColumns::new()
        .with(Column::words("Metric code"), |row| Cell::new(row.metric.id.as_str()))
        .with(Column::words("Metric"), |row| Cell::new(&*row.metric.title))
        .with(Column::numbers("Principle"), |row| Cell::count(row.metric.principle))
}

/// Code and name of whom the figure is of.
pub fn of_body<'a>() -> FigureColumns<'a> {
    FigureColumns::new()
        .with(Column::words("Code"), |row| Cell::new(&**row.code))
        .with(Column::words("Organisation"), |row| Cell::new(row.facts.name(row.code)))
}

/// Whether the figure is of the nation, a region or an organisation, and of whom.
pub fn of_any_body<'a>() -> FigureColumns<'a> {
    let region = |row: &FigureRow<'a>| match row.code.body() {
        Body::Region(region) => Some(region.to_owned()),
        _ => row.facts.organisation(row.code).and_then(|body| body.region.clone()),
    };
    FigureColumns::new()
        .with(Column::words("Level"), |row| Cell::new(level_words(row.code)))
        .and(of_body())
        .with(Column::words("Region"), move |row| words_or_nothing(region(row)))
}

/// What a code stands for, in a word.
pub fn level_words(code: &BodyId) -> &'static str {
    match code.body() {
        Body::Nation => "Nation",
        Body::Region(_) => "Region",
        Body::PeersOf(_) => "Peers",
        Body::Unattributed | Body::Organisation(_) => "Organisation",
    }
}

/// The period in words, and as data files name it.
pub fn of_period<'a>() -> FigureColumns<'a> {
    FigureColumns::new()
        .with(Column::words("Period"), |row| Cell::new(row.facts.period_heading(row.metric, row.period)))
        .with(Column::words("Period code"), |row| Cell::new(row.period.to_string()))
}

/// The figure with its limits and counts.
pub fn value(measure: SheetMeasure<'_>) -> FigureColumns<'_> {
    let unit = match measure {
        SheetMeasure::Metric(_) => None,
        SheetMeasure::Several => {
            Some(FigureColumns::new().with(Column::words("Unit"), |row| Cell::new(row.metric.unit.words())))
        }
    };
    let limit = |place: usize| {
        move |row: &FigureRow<'_>| {
            let limits = limit_cells(row.figure(), row.metric.unit);
            limits.into_iter().nth(place).unwrap_or_else(nothing)
        }
    };
    let values = FigureColumns::new()
        .with(measured("Value", measure), |row| Cell::figure(row.figure()))
        .with(measured("Lower 95% limit", measure), limit(0))
        .noted(SheetNote::Limits)
        .with(measured("Upper 95% limit", measure), limit(1))
        .noted(SheetNote::Limits)
        .with(Column::numbers("Numerator"), |row| {
            count_cell(row.figure(), row.figure().and_then(|figure| figure.numerator))
        })
        .noted(SheetNote::Counts)
        .with(Column::numbers("Denominator"), |row| {
            count_cell(row.figure(), row.figure().and_then(|figure| figure.denominator))
        })
        .noted(SheetNote::Counts);
    FigureColumns::new().and_if(unit).and(values)
}

/// How many monthly returns the figure rests on, of how many.
pub fn coverage<'a>() -> FigureColumns<'a> {
    let count = |read: fn(&Observation) -> Option<u32>| {
        move |row: &FigureRow<'a>| row.figure().and_then(read).map_or_else(nothing, Cell::count)
    };
    FigureColumns::new()
        .with(Column::numbers("Monthly returns used"), count(|figure| Some(figure.coverage?.returned)))
        .noted(SheetNote::Coverage)
        .with(Column::numbers("Monthly returns expected"), count(|figure| Some(figure.coverage?.expected)))
        .noted(SheetNote::Coverage)
}

/// The figure of the peers, how the figure differs from it, and what that says.
pub fn peers(measure: SheetMeasure<'_>) -> FigureColumns<'_> {
    let limit = |upper: bool| {
        move |row: &FigureRow<'_>| {
            let found = row.comparison(Against::Peers).filter(|found| is_measured(found));
            let Some(found) = found else { return nothing() };
            let limits = found.look();
            Cell::limit(if upper { limits.upper } else { limits.lower }, unit_of(found))
        }
    };
    let how = |row: &FigureRow<'_>| {
        let found = row.comparison(Against::Peers).filter(|found| is_measured(found));
        words_or_nothing(found.map(measured_as))
    };
    let (name, unit, how) = match measure {
        SheetMeasure::Metric(metric) if is_compared_by_ratio(metric) => ("Ratio to peers", "times as much", None),
        SheetMeasure::Metric(metric) => ("Difference from peers", words::change_unit(metric.unit), None),
        SheetMeasure::Several => {
            let column = Column::words("Measure of the comparison with peers");
            let how = FigureColumns::new().with(column, how).noted(SheetNote::PeersMeasure);
            ("Difference from peers or ratio to them", "", Some(how))
        }
    };
    let heading = |part: &str| {
        Column::numbers(if unit.is_empty() { format!("{name}{part}") } else { format!("{name}{part} ({unit})") })
    };
    FigureColumns::new()
        .with(measured("Peers together", measure), peers_cell)
        .noted(SheetNote::Peers)
        .and_if(how)
        .with(heading(""), |row| row.comparison(Against::Peers).and_then(estimate_cell).unwrap_or_else(nothing))
        .with(heading(", lower 95% limit"), limit(false))
        .noted(SheetNote::Limits)
        .with(heading(", upper 95% limit"), limit(true))
        .noted(SheetNote::Limits)
        .with(Column::words("Against peers"), |row| {
            standing::verdict_cell(row.facts, row.metric, row.code, Against::Peers)
        })
        .noted(SheetNote::AgainstPeers)
}

/// The figure of the peers that the organisation was held against; without a comparison their sum.
pub fn peers_cell(row: &FigureRow<'_>) -> Cell {
    let Some(found) = row.comparison(Against::Peers) else {
        let peers = row.facts.peers(row.metric, row.code, row.period);
        return peers.map_or_else(nothing, |peers| Cell::figure(Some(peers)));
    };
    let counts = found.counts.map(|(numerator, denominator)| Ratio { numerator, denominator });
    let value = found.value.map(|value| {
        let counts = counts.filter(|_| found.unit.is_of_ratio());
        Cell::shown(words::rounded_text(value, counts, found.unit), value, found.unit)
    });
    value.unwrap_or_else(Cell::not_there)
}

fn is_compared_by_ratio(metric: &Metric) -> bool {
    matches!(metric.shape, Shape::Rate | Shape::CountRatio)
}

/// A ratio to peers without a case has no number, and yet a lower limit.
fn is_measured(found: &FigureComparison) -> bool {
    let limits = found.look();
    [found.estimate(), limits.lower, limits.upper].iter().any(Option::is_some)
}

fn unit_of(found: &FigureComparison) -> Unit {
    if found.is_ratio() { Unit::Ratio } else { found.unit }
}

fn measured_as(found: &FigureComparison) -> String {
    if found.is_ratio() {
        "ratio, times as much".to_owned()
    } else {
        format!("difference, {}", words::change_unit(found.unit))
    }
}

/// The figure of a year before, the change, and what that says; none where the release has no such period.
pub fn year_before<'a>(facts: &Facts<'_>, measure: SheetMeasure<'a>) -> Option<FigureColumns<'a>> {
    let before = facts.year_before()?;
    let change = |place: usize| {
        move |row: &FigureRow<'_>| {
            let cells = change_cells(row.facts, row.metric, row.code, before);
            cells.into_iter().nth(place).unwrap_or_else(nothing)
        }
    };
    let heading = match measure {
        SheetMeasure::Metric(metric) => {
            Column::numbers(format!("Change in a year ({})", words::change_unit(metric.unit)))
        }
        SheetMeasure::Several => Column::numbers("Change in a year"),
    };
    let mut columns = FigureColumns::new()
        .with(measured(&format!("Value, {}", before.words()), measure), move |row| {
            Cell::figure(row.facts.figure(row.metric, row.code, before))
        })
        .with(heading, change(0))
        .noted(SheetNote::YearBefore);
    if matches!(measure, SheetMeasure::Several) {
        columns = columns.noted(SheetNote::ChangeInUnits);
    }
    let columns = columns.with(Column::words("Against a year before"), change(1)).noted(SheetNote::AgainstYearBefore);
    Some(columns)
}

/// Over which organisations the change of a sum is; none where the release has no period of a year before.
pub fn change_basis<'a>(facts: &Facts<'_>) -> Option<FigureColumns<'a>> {
    let before = facts.year_before()?;
    let basis = move |row: &FigureRow<'a>| {
        let then = row.facts.figure(row.metric, row.code, before);
        let moved = row.figure().zip(then).and_then(|(now, then)| row.facts.moved(row.metric, now, then));
        match moved {
            Some(Moved::Told { .. }) => Cell::new("All organisations"),
            Some(Moved::Matched(matched)) => Cell::new(words::sentence_case(&both_words(matched.resting))),
            Some(Moved::TooFew) => Cell::new("Too few organisations returned both periods"),
            Some(Moved::NotDue) => Cell::new("The returns are not all due yet"),
            None => nothing(),
        }
    };
    Some(FigureColumns::new().with(Column::words("The change is over"), basis).noted(SheetNote::YearBefore))
}

/// Where the figure stands among all.
pub fn among_all<'a>() -> FigureColumns<'a> {
    let cell = |row: &FigureRow<'a>| standing::among_all_cell(row.facts, row.metric, row.code);
    FigureColumns::new().with(Column::words("Among all forces"), cell).noted(SheetNote::AmongAll)
}

/// The standard that held, and whether it was met.
pub fn standard<'a>() -> FigureColumns<'a> {
    FigureColumns::new()
        .with(Column::words("Standard"), |row| match held(row) {
            Some(held) => Cell::new(words::sentence_case(&standard::level_words(held, row.metric.unit))),
            None if row.metric.standards.is_empty() => Cell::new("None documented"),
            None => Cell::new("None in force"),
        })
        .with(Column::words("Kind of standard"), |row| {
            words_or_nothing(held(row).map(|held| words::sentence_case(standard::kind_words(held.kind))))
        })
        .and(outcome())
}

/// Whether the standard that held was met.
pub fn outcome<'a>() -> FigureColumns<'a> {
    let outcome = |row: &FigureRow<'a>| {
        let figure = row.figure().filter(|_| held(row).is_some());
        words_or_nothing(figure.map(|figure| words::sentence_case(standard::outcome_words(figure))))
    };
    FigureColumns::new().with(Column::words("Outcome"), outcome).noted(SheetNote::Outcome)
}

fn held<'a>(row: &FigureRow<'a>) -> Option<&'a crate::definitions::model::Standard> {
    standard::held(row.metric, row.figure()?)
}

/// How much attention the figure asks for, what decided that, and by how much.
pub fn attention<'a>() -> FigureColumns<'a> {
    FigureColumns::new()
        .with(Column::words("Attention"), |row| {
            words_or_nothing(row.verdict().map(|verdict| standing::attention_words(verdict.attention)))
        })
        .noted(SheetNote::Attention)
        .with(Column::words("Reason"), |row| words_or_nothing(row.verdict().map(standing::reason_words)))
        .with(Column::numbers("Size (margins)"), |row| {
            let size = row.verdict().and_then(|verdict| verdict.size);
            size.map_or_else(nothing, |size| Cell::number(size, Unit::PerOfficer))
        })
        .noted(SheetNote::Margins)
}

/// Why there is no value, or what to keep in mind with it.
pub fn note<'a>() -> FigureColumns<'a> {
    let note = |row: &FigureRow<'a>| {
        let mut parts: Vec<String> = remark(row.figure()).into_iter().collect();
        if row.facts.is_provisional(row.metric, row.code, row.period) {
            parts.push(format!("provisional {}", Shorthand::Provisional));
        }
        if parts.is_empty() { Cell::new("No note") } else { Cell::new(words::sentence_case(&parts.join("; "))) }
    };
    FigureColumns::new().with(Column::words("Note"), note)
}

/// The nation, the regions and the organisations of a metric; organisations in the order of their names.
pub fn bodies<'a>(facts: &'a Facts<'a>, metric: &Metric, levels: &[&'static str]) -> Vec<&'a BodyId> {
    let nation = std::iter::once(BodyId::nation());
    let mut codes: Vec<&BodyId> = facts.codes(metric).to_vec();
    codes.sort_by_cached_key(|code| name_key(&facts.name(code)));
    let all = nation.chain(facts.region_codes(metric)).chain(codes);
    all.filter(|code| levels.contains(&level_words(code))).collect()
}
