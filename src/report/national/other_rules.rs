//! Figures judged by the rules of other packages. They are there only where the settings ask for them, and nothing in them
//! decides what other pages say.

use crate::assessment::{ParityFigure, ParityMode};
use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::words;
use crate::vocabulary::shorthand::Shorthand;

/// Which rules of others figures are judged by.
pub fn explanation() -> Vec<Block> {
    let sentences = [
        "The tables of this page judge figures the way other packages do, for those who publish by their rules. Each table \
         names its rules.",
        "These words are not those of the other pages, and the two may differ: their limits come from other formulas. No \
         label, signal or sentence elsewhere rests on them.",
    ];
    Block::opening(sentences.map(str::to_owned))
}

/// A table for each metric and set of rules that the settings ask for.
pub fn tables(facts: &Facts<'_>) -> Vec<Block> {
    let all = &facts.release.assessment.parity;
    let mut tables = Vec::new();
    for metric in &facts.release.metrics {
        for mode in [ParityMode::Phe, ParityMode::MakingDataCount] {
            let own = all.iter().filter(|one| one.metric_id == metric.id && one.mode == mode);
            tables.extend(table(facts, metric, (mode, &own.collect::<Vec<_>>())));
        }
    }
    tables.into_iter().map(Block::Table).collect()
}

fn table(facts: &Facts<'_>, metric: &Metric, (mode, figures): (ParityMode, &[&ParityFigure])) -> Option<Table> {
    let unit = metric.unit;
    let number = |value: Option<f64>| {
        value.map_or_else(|| Cell::absent(Shorthand::NotAvailable), |value| Cell::number(value, unit))
    };
    let period = facts.release.period;
    let id = format!("tab-{}-{}", metric.id, mode.as_str().replace('_', "-"));
    let centre = match mode {
        ParityMode::Phe => "All forces",
        ParityMode::MakingDataCount => "Mean",
    };
    let limits = match mode {
        ParityMode::Phe => ["Lower 95% limit", "Upper 95% limit"],
        ParityMode::MakingDataCount => ["Lower process limit", "Upper process limit"],
    };
    let mut columns = vec![Column::words("Organisation"), Column::in_unit("Value", unit)];
    columns.push(Column::in_unit(centre, unit));
    columns.extend(limits.map(|limit| Column::in_unit(limit, unit)));
    let row = |figure: &&ParityFigure| {
        let mut cells = vec![number(Some(figure.value)), number(figure.centre)];
        cells.extend([number(figure.limits.lower), number(figure.limits.upper), Cell::new(said(figure.label))]);
        if mode == ParityMode::MakingDataCount {
            cells.push(Cell::new(figure.assurance.map_or_else(|| "No target".to_owned(), said)));
        }
        Row::new(facts.name(&figure.org_code), cells)
    };
    let (caption, explanation) = match mode {
        ParityMode::Phe => {
            columns.push(Column::words("Label"));
            (
                format!("{} {}, as PHE, {}", metric.id, metric.title, period.words_with_short_name()),
                "As PHEindicatormethods 2.1.0: each force in the funnel of all.",
            )
        }
        ParityMode::MakingDataCount => {
            columns.extend([Column::words("Variation"), Column::words("Assurance")]);
            (
                format!("{} {}, as Making Data Count, {}", metric.id, metric.title, period.words_with_short_name()),
                "As NHSRplotthedots 0.2.2: the last point of each series. Neither recorded events nor decisions begin new \
                 limits here.",
            )
        }
    };
    // Of a series its last point is shown; all are in the results.
    let rows: Vec<Row> = figures.iter().filter(|figure| figure.period == period).map(row).collect();
    (!rows.is_empty()).then(|| Table::new(id, caption, columns, rows).explained(explanation))
}

fn said(label: &str) -> String {
    words::sentence_case(&words::plain_name(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::{AssessmentInput, assess};
    use crate::history::Provisional;
    use crate::report::sample;
    use crate::settings::ParityWish;
    use crate::vocabulary::quantity::{Unit, value_text};

    #[test]
    fn the_page_is_there_when_asked_for_and_names_its_rules() {
        let (mut release, layouts) = (sample::release(), sample::layouts());
        assert!(tables(&Facts::new(&release, &layouts)).is_empty());
        let wish = || vec!["CRE-01".to_owned()];
        let found = assess(
            &AssessmentInput {
                metrics: &release.metrics,
                organisations: &release.organisations,
                lives: &release.lives,
                peer_groups: &release.peer_groups,
                events: &release.events,
                decisions: &[],
                parity: &ParityWish { as_phe: wish(), as_making_data_count: wish() },
                trend: &release.trend,
                provisional: &Provisional::default(),
            },
            &release.observations,
        );
        release.assessment = found;
        let facts = Facts::new(&release, &layouts);
        let blocks = tables(&facts);
        let tables: Vec<&Table> = blocks
            .iter()
            .filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None })
            .collect();
        let captions: Vec<bool> = tables.iter().map(|t| t.caption.contains(", as PHE, ")).collect();
        assert_eq!(captions, [true, false]);
        let phe: Vec<&ParityFigure> =
            release.assessment.parity.iter().filter(|one| one.mode == ParityMode::Phe).collect();
        let table = tables[0];
        assert_eq!(table.rows.len(), phe.len());
        for (row, figure) in table.rows.iter().zip(phe) {
            assert_eq!(row.cells[0].text, value_text(figure.value, Unit::Percent));
            assert_eq!(row.cells[4].text, figure.label);
        }
    }
}
