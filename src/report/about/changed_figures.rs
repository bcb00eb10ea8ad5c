//! Every figure that two releases do not have in common, metric by metric: what it was, what it is, by how much they differ, and
//! why.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::definitions::model::Metric;
use crate::release::ComparedNames;
use crate::release::comparison::{
    ComparedFigure, FigureChange, MovedSubmission, NO_REASON, ReleaseComparison, WhatBecame,
};
use crate::report::metric::late_data::{change_columns, reason_words};
use crate::report::page::block::{Block, Details};
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::page::text::{Address, Text};
use crate::report::words::{self, Change};
use crate::vocabulary::body::name_key;
use crate::vocabulary::body_id::Body;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Ratio, RatioDifference, Unit, count_text};
use crate::vocabulary::shorthand::Shorthand;

/// So many figures of a metric and unit have rows: a figure of each organisation and sum in two periods, or more. With all of them
/// a page could be as large as the results.
const MOST_ROWS: usize = 200;

/// A page with more figures than these folds its tables.
const MOST_OPEN: usize = 60;

/// More submissions than these are not named beside a figure.
const MOST_NAMED: usize = 2;

/// Where the list of submissions stands on the page.
pub(super) const SUBMISSIONS: &str = "submissions";

/// Where the whole of a list is that was cut.
pub(super) const WHOLE_LIST: &str = "The JSON of the same comparison has them all.";

/// All that the page is made of.
#[derive(Debug, Clone, Copy)]
pub struct ComparisonInput<'a> {
    pub compared: &'a ReleaseComparison,
    pub names: &'a ComparedNames,
    /// The definitions at hand: they name parts and variants.
    pub metrics: &'a [Metric],
    pub program_version: &'a str,
}

/// The figures of one metric that differ.
struct OfMetric<'a> {
    input: &'a ComparisonInput<'a>,
    id: &'a str,
    /// In the order in which readers meet them.
    changes: Vec<&'a FigureChange>,
}

/// A list of the metrics, then their figures.
pub(super) fn by_metric(input: &ComparisonInput<'_>) -> Vec<Block> {
    let mut by_id: BTreeMap<&str, Vec<&FigureChange>> = BTreeMap::new();
    for change in &input.compared.changes {
        by_id.entry(&change.metric_id).or_default().push(change);
    }
    if by_id.is_empty() {
        return vec![Block::paragraph("Both releases have the same figures.")];
    }
    let metrics: Vec<OfMetric<'_>> =
        by_id.into_iter().map(|(id, changes)| OfMetric { input, id, changes }.in_order()).collect();
    let is_open = input.compared.changes.len() <= MOST_OPEN;
    let reasons = reasons_table(&input.compared.changes).into_block();
    let list = (metrics.len() > 1).then(|| Block::Table(list_of(&metrics)));
    reasons.into_iter().chain(list).chain(metrics.iter().map(|metric| metric.section(is_open))).collect()
}

/// Why figures changed, the reason of most figures first.
fn reasons_table(changes: &[FigureChange]) -> Table {
    let mut by_reason: BTreeMap<String, usize> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.change == WhatBecame::Changed) {
        *by_reason.entry(changed_because(change)).or_default() += 1;
    }
    let mut reasons: Vec<(String, usize)> = by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, count)| Reverse(*count));
    let rows = reasons.into_iter().map(|(reason, count)| Row::new(reason, vec![Cell::count(count)])).collect();
    let columns = vec![Column::words("Reason"), Column::numbers("Figures")];
    Table::new("tab-reasons", "Why figures changed", columns, rows)
}

/// Why a figure changed.
fn changed_because(change: &FigureChange) -> String {
    change.reason.map_or_else(|| words::sentence_case(NO_REASON), |reason| reason_words(reason.0).to_owned())
}

fn list_of(metrics: &[OfMetric<'_>]) -> Table {
    let row = |metric: &OfMetric<'_>| {
        let counts = [WhatBecame::Changed, WhatBecame::New, WhatBecame::Gone].map(|what| metric.count(what));
        Row::new(metric.heading(), counts.map(Cell::count).into()).linked(Some(Address::here(metric.anchor())))
    };
    let columns = ["Changed", "New", "Gone"].map(Column::numbers);
    let columns = std::iter::once(Column::words("Metric")).chain(columns).collect();
    Table::new("tab-metrics", "Figures that differ, by metric", columns, metrics.iter().map(row).collect())
}

impl<'a> OfMetric<'a> {
    /// The newest periods first, headline figures before parts, sums before organisations.
    fn in_order(mut self) -> Self {
        self.changes.sort_by_cached_key(|change| {
            let name = self.input.names.body(&change.org_code);
            let place = match change.org_code.body() {
                Body::Nation => 0,
                Body::Region(_) => 1,
                Body::Organisation(_) => 2,
                Body::Unattributed => 3,
                Body::PeersOf(_) => 4,
            };
            (Reverse(newness(change.period)), &change.category, place, name_key(name), &change.org_code)
        });
        self
    }

    fn heading(&self) -> String {
        self.input.names.heading(self.id)
    }

    fn anchor(&self) -> String {
        format!("metric-{}", self.id)
    }

    fn count(&self, what: WhatBecame) -> usize {
        self.changes.iter().filter(|change| change.change == what).count()
    }

    fn section(&self, is_open: bool) -> Block {
        let mut by_unit: BTreeMap<&str, (Unit, Vec<&FigureChange>)> = BTreeMap::new();
        for change in &self.changes {
            let unit = self.unit(change);
            by_unit.entry(unit.as_str()).or_insert_with(|| (unit, Vec::new())).1.push(change);
        }
        let tables = by_unit.values().map(|(unit, changes)| Block::Table(self.table(*unit, changes))).collect();
        let blocks = if is_open {
            tables
        } else {
            vec![Block::Details(Details { summary: self.counts_words().into(), blocks: tables })]
        };
        Block::section(self.anchor(), self.heading(), blocks)
    }

    /// "15 figures: 12 changed, 3 new", or "15 figures changed".
    fn counts_words(&self) -> String {
        let kinds = [(WhatBecame::Changed, "changed"), (WhatBecame::New, "new"), (WhatBecame::Gone, "gone")];
        let counts = kinds.map(|(what, word)| (self.count(what), word));
        let counts: Vec<(usize, &str)> = counts.into_iter().filter(|(count, _)| *count > 0).collect();
        let all = self.changes.len();
        let figures = format!("{} {}", count_of(all), if all == 1 { "figure" } else { "figures" });
        if let [(_, word)] = counts.as_slice() {
            return match *word {
                "changed" => format!("{figures} changed"),
                other => format!("{figures} {} {other}", if all == 1 { "is" } else { "are" }),
            };
        }
        let parts: Vec<String> = counts.iter().map(|(count, word)| format!("{} {word}", count_of(*count))).collect();
        format!("{figures}: {}", parts.join(", "))
    }

    fn metric(&self) -> Option<&'a Metric> {
        self.input.metrics.iter().find(|metric| metric.id == self.id)
    }

    /// That of the later figure. A release that does not say it was made by a program older than the definitions at hand.
    fn unit(&self, change: &FigureChange) -> Unit {
        let said = [&change.later, &change.earlier].into_iter().flatten().find_map(|figure| figure.unit);
        said.or_else(|| self.metric().map(|metric| metric.unit)).unwrap_or(Unit::Ratio)
    }

    fn table(&self, unit: Unit, changes: &[&FigureChange]) -> Table {
        let mut columns = vec![Column::words("Figure of"), Column::words("Period")];
        columns.extend(change_columns("Earlier", "Later", unit));
        let rows = changes.iter().take(MOST_ROWS).map(|change| self.row(unit, change)).collect();
        let caption = format!("{}, {}: figures that differ", self.heading(), unit.words());
        let table = Table::new(format!("tab-{}-{}", self.id, unit.as_str()), caption, columns, rows);
        let table = table.with_widths(Widths::DenseOfWords);
        if changes.len() <= MOST_ROWS {
            return table;
        }
        let (shown, all) = (count_of(MOST_ROWS), count_of(changes.len()));
        table.explained(format!(
            "The table shows {shown} of {all} figures, those of the newest periods first. {WHOLE_LIST}"
        ))
    }

    fn row(&self, unit: Unit, change: &FigureChange) -> Row {
        let name = self.input.names.body(&change.org_code);
        let name =
            change.category.as_ref().map_or_else(|| name.to_owned(), |key| format!("{name}: {}", self.part(key)));
        let cells = vec![
            Cell::new(change.period.words_with_short_name()),
            side_cell(change.earlier.as_ref(), unit),
            side_cell(change.later.as_ref(), unit),
            difference_cell(change, unit),
            self.why(change),
        ];
        Row::new(name, cells)
    }

    /// The title of a part or variant.
    fn part(&self, key: &str) -> String {
        let categories = self.metric().and_then(|metric| metric.breakdown.as_ref()).map(|one| &one.categories);
        let title = categories.into_iter().flatten().find(|category| category.key == key);
        title.map_or_else(|| words::plain_name(key), |category| category.title.clone())
    }

    /// The reason, and the submissions behind it: a few by name, more by number.
    fn why(&self, change: &FigureChange) -> Cell {
        let words = match change.change {
            WhatBecame::New => "New in the later release".to_owned(),
            WhatBecame::Gone => "Gone from the later release".to_owned(),
            WhatBecame::Changed => changed_because(change),
        };
        let all = &self.input.compared.submissions;
        if change.submissions_behind > MOST_NAMED {
            let words_of_link = format!("{} submissions", count_of(change.submissions_behind));
            return Cell::new(words).with_lines([Text::default().link(words_of_link, Address::here(SUBMISSIONS))]);
        }
        let named = change.submissions.iter().filter_map(|place| all.get(*place));
        Cell::new(words).with_lines(named.map(|one| self.submission_words(one).into()))
    }

    /// "Kent, arrest summons, April 2025, submitted on 1 June 2025".
    fn submission_words(&self, submission: &MovedSubmission) -> String {
        format!(
            "{}, {}, {}, submitted on {}",
            self.input.names.body(&submission.org_code),
            words::plain_name(&submission.dataset),
            months_words(submission),
            words::date_words(submission.submitted)
        )
    }
}

/// What puts the newest periods first, and of two that end together the longer one.
fn newness(period: Period) -> impl Ord {
    (period.last(), Reverse(period.first))
}

fn side_cell(figure: Option<&ComparedFigure>, unit: Unit) -> Cell {
    let Some(figure) = figure else { return Cell::new("not there") };
    let counts = figure.numerator.zip(figure.denominator);
    let Some(value) = figure.value else { return Cell::new(words::plain_name(&figure.status)) };
    let text = words::rounded_text(value, ratio(figure, unit), unit);
    Cell::shown(text, value, unit).with_detail(counts.map(|counts| words::counts_in_unit(counts, unit)))
}

fn ratio(figure: &ComparedFigure, unit: Unit) -> Option<Ratio> {
    let counts = figure.numerator.zip(figure.denominator).filter(|_| unit.is_of_ratio());
    counts.map(|(numerator, denominator)| Ratio { numerator, denominator })
}

fn difference_cell(change: &FigureChange, unit: Unit) -> Cell {
    let sides = change.earlier.as_ref().zip(change.later.as_ref());
    // Grades are in order, but the step from one to the next has no size.
    let sides = sides.filter(|(then, now)| unit != Unit::Grade && then.unit == now.unit);
    let difference = sides.and_then(|(then, now)| {
        let amount = now.value? - then.value?;
        let exact = ratio(now, unit).zip(ratio(then, unit)).and_then(|(now, then)| RatioDifference::of(now, then));
        Some(exact.map_or_else(|| Change::of(amount, unit), |exact| Change::of_ratios(exact, unit)))
    });
    difference.map_or_else(|| Cell::absent(Shorthand::NotApplicable), |difference| Cell::change(&difference))
}

/// "April 2025", "January 2025 to March 2025".
pub(super) fn months_words(submission: &MovedSubmission) -> String {
    let MovedSubmission { first_month, last_month, .. } = submission;
    if first_month == last_month {
        first_month.words()
    } else {
        format!("{} to {}", first_month.words(), last_month.words())
    }
}

/// A number of things in figures.
pub(super) fn count_of(count: usize) -> String {
    count_text(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::history::Reason;
    use crate::release::comparison::{
        ChangeClass, ComparedRelease, FigureCounts, NamedReason, OtherChanges, WholeOnes,
    };

    fn figure(value: Option<f64>) -> ComparedFigure {
        let status = if value.is_some() { "value" } else { "not_returned" }.to_owned();
        let (numerator, denominator) = (value.map(|_| 1), value.map(|_| 3));
        ComparedFigure { metric_version: 1, numerator, denominator, value, unit: Some(Unit::Percent), status }
    }

    fn change(org: &str, period: &str, sides: [Option<ComparedFigure>; 2]) -> FigureChange {
        let [earlier, later] = sides;
        let change = match (&earlier, &later) {
            (Some(_), Some(_)) => WhatBecame::Changed,
            (None, _) => WhatBecame::New,
            (_, None) => WhatBecame::Gone,
        };
        FigureChange {
            metric_id: "CRE-01".to_owned(),
            category: None,
            org_code: org.into(),
            period: period.parse().unwrap(),
            change,
            earlier,
            later,
            reason: (change == WhatBecame::Changed).then_some(NamedReason(Reason::Correction)),
            submissions: Vec::new(),
            submissions_behind: if org == "NATIONAL" { 137 } else { 0 },
        }
    }

    fn section_of(changes: Vec<FigureChange>) -> Vec<Block> {
        let side = |revision: u32| ComparedRelease {
            name: format!("2025-04 r{revision}"),
            period: "2025-04".parse().unwrap(),
            revision,
            as_of: NaiveDate::default(),
            published_on: NaiveDate::default(),
            program_version: String::new(),
        };
        let compared = ReleaseComparison {
            class: ChangeClass::Minor,
            earlier: side(1),
            later: side(2),
            same_period: true,
            periods: Vec::new(),
            figures: FigureCounts::default(),
            gone: WholeOnes::default(),
            new: WholeOnes::default(),
            other: OtherChanges::default(),
            changes,
            submissions: Vec::new(),
        };
        by_metric(&ComparisonInput {
            compared: &compared,
            names: &ComparedNames::default(),
            metrics: &[],
            program_version: "0.1.0",
        })
    }

    fn table_in(block: &Block) -> &Table {
        match block {
            Block::Table(table) => table,
            other => table_in(other.inner().first().unwrap()),
        }
    }

    #[test]
    fn the_newest_figures_of_the_nation_come_first_and_long_tables_end() {
        let months = ["2025-04", "2025-05", "2025-06"];
        let bodies = (1..=80).map(|number| format!("E{number:02}")).chain(["NATIONAL".to_owned()]);
        let changes = bodies.flat_map(|body| months.map(|month| (body.clone(), month)));
        let sides = || [Some(figure(Some(33.333_333))), Some(figure(Some(33.3)))];
        let blocks = section_of(changes.map(|(body, month)| change(&body, month, sides())).collect());
        let table = table_in(blocks.last().unwrap());
        assert_eq!(table.rows.len(), MOST_ROWS);
        assert!(table.explanations[0].starts_with("The table shows 200 of 243 figures"), "{:?}", table.explanations);
        let first = &table.rows[0];
        assert_eq!((&*first.heading, &*first.cells[0].text), ("NATIONAL", "June 2025"));
        assert_eq!(first.cells[4].lines[0].plain(), "137 submissions");
        assert_eq!(table.rows[1].heading, "E01");
        // So many figures are folded, under the number of them.
        let Block::Section(section) = blocks.last().unwrap() else { panic!("{blocks:?}") };
        let Block::Details(details) = &section.blocks[0] else { panic!("{section:?}") };
        assert_eq!(details.summary.plain(), "243 figures changed");
    }

    #[test]
    fn a_side_without_a_value_says_why_and_has_no_difference() {
        let blocks = section_of(vec![
            change("E1", "2025-04", [Some(figure(None)), Some(figure(Some(33.333_333)))]),
            change("E2", "2025-04", [None, Some(figure(Some(33.333_333)))]),
            change("E3", "2025-04", [Some(figure(Some(33.333_333))), None]),
        ]);
        let rows = &table_in(blocks.last().unwrap()).rows;
        let texts = |row: &Row| row.cells[1..].iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&rows[0]), ["not returned", "33.3", "[z]", "A return was replaced"]);
        assert_eq!(texts(&rows[1]), ["not there", "33.3", "[z]", "New in the later release"]);
        assert_eq!(texts(&rows[2]), ["33.3", "not there", "[z]", "Gone from the later release"]);
        assert_eq!(rows[0].cells[2].detail.as_deref(), Some("1 of 3"));
        assert!(matches!(&blocks[0], Block::Table(reasons) if reasons.rows.len() == 1));
    }
}
