//! The table of one metric that holds each organisation's figure against its peers and against a year before, with words for
//! what each comparison says. It words the verdicts and judges nothing itself.

use crate::assessment::{Against, FigureComparison};
use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::metric::judged::estimate_cell;
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::sentences::margins::without_margin;
use crate::report::sentences::standing;
use crate::report::words;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::quantity::Shape;
use crate::vocabulary::shorthand::Shorthand;

/// Every organisation with a figure of the report's period; `None` where nobody is compared with anybody.
pub fn organisations(facts: &Facts<'_>, metric: &Metric) -> Option<Block> {
    let lines: Vec<Line<'_>> = facts.codes(metric).iter().map(|code| Line::of(facts, metric, code)).collect();
    let columns = ShownComparisons {
        peers: lines.iter().any(|line| line.peers.is_some()),
        year: lines.iter().any(|line| line.year.is_some()),
    };
    if !columns.peers && !columns.year {
        return None;
    }
    let rows = lines.iter().map(|line| line.row(facts, metric, columns)).collect();
    let caption = format!("{}, each organisation, {}", metric.title, facts.release.period.words_with_short_name());
    let table = Table::new(format!("tab-{}-organisations", metric.id), caption, headings(metric, columns), rows);
    let mut blocks = vec![Block::paragraph(without_margin(facts, metric).unwrap_or_else(|| {
        "A difference has a word where it is sure and larger than the margin of the metric; “clearly” stands for the 99.8% level. \
         “Close” and “little change” say that a difference, if there is one, is smaller. A word in this table is a reason to look, and no verdict."
            .to_owned()
    }))];
    blocks.push(Block::Table(table));
    Some(Block::section("organisations", "Each organisation against its peers and a year before", blocks))
}

/// Which comparisons the table has room for: those that some organisation has.
#[derive(Debug, Clone, Copy)]
struct ShownComparisons {
    peers: bool,
    year: bool,
}

/// One organisation with its comparisons.
struct Line<'a> {
    code: &'a BodyId,
    peers: Option<&'a FigureComparison>,
    year: Option<&'a FigureComparison>,
}

fn headings(metric: &Metric, shown: ShownComparisons) -> Vec<Column> {
    let mut columns = vec![Column::words("Organisation"), Column::in_unit("Value", metric.unit)];
    let size = if is_held_as_ratio(metric) { "times as much" } else { words::change_unit(metric.unit) };
    if shown.peers {
        columns.extend([
            Column::in_unit("Peers together", metric.unit),
            Column::numbers(format!("Against peers ({size})")),
            Column::words("Against peers, in words"),
        ]);
    }
    if shown.year {
        columns.extend([
            Column::numbers(format!("On a year before ({size})")),
            Column::words("On a year before, in words"),
        ]);
    }
    columns
}

fn is_held_as_ratio(metric: &Metric) -> bool {
    matches!(metric.shape, Shape::Rate | Shape::CountRatio)
}

impl<'a> Line<'a> {
    fn of(facts: &Facts<'a>, metric: &Metric, code: &'a BodyId) -> Self {
        Self {
            code,
            peers: facts.comparison(metric, code, Against::Peers),
            year: facts.comparison(metric, code, Against::YearBefore),
        }
    }

    fn row(&self, facts: &Facts<'_>, metric: &Metric, shown: ShownComparisons) -> Row {
        let mut cells = vec![Cell::figure(facts.current(metric, self.code))];
        if shown.peers {
            let value = self.peers.and_then(|one| Some((one.value?, one.unit)));
            cells.push(value.map_or_else(not_compared, |(value, unit)| Cell::number(value, unit)));
            cells.extend(self.cells(facts, metric, self.peers, Against::Peers));
        }
        if shown.year {
            cells.extend(self.cells(facts, metric, self.year, Against::YearBefore));
        }
        Row::new(facts.name(self.code), cells)
    }

    /// The difference or ratio with its 95% interval, and the verdict.
    fn cells(
        &self,
        facts: &Facts<'_>,
        metric: &Metric,
        comparison: Option<&FigureComparison>,
        against: Against,
    ) -> [Cell; 2] {
        let estimate = comparison.and_then(estimate_cell).unwrap_or_else(not_compared);
        [estimate, standing::verdict_cell(facts, metric, self.code, against)]
    }
}

fn not_compared() -> Cell {
    Cell::absent(Shorthand::NotApplicable)
}
