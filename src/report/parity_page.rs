//! The page of figures judged by the rules of other packages. It is there only where the settings ask for them, and nothing
//! on it decides what other pages say.

use serde::Serialize;

use crate::assessment::{ParityFigure, ParityMode};
use crate::definitions::model::Metric;
use crate::report::edition::PageKind;
use crate::report::facts::Facts;
use crate::report::page::{Frame, national_frame};
use crate::report::table::{Cell, Column, Row, Table};
use crate::report::words;
use crate::vocabulary::quantity::value_text;

/// `other-rules.html` of the national edition.
#[derive(Debug, Clone, Serialize)]
pub struct ParityPage {
    pub frame: Frame,
    pub summary: Vec<String>,
    pub tables: Vec<Table>,
}

/// Builds the page; `None` where no metric is judged by other rules.
pub fn build_parity(facts: &Facts<'_>) -> Option<ParityPage> {
    let all = &facts.release.assessment.parity;
    if all.is_empty() {
        return None;
    }
    let mut tables = Vec::new();
    for metric in &facts.release.metrics {
        for mode in [ParityMode::Phe, ParityMode::MakingDataCount] {
            let own = all.iter().filter(|one| one.metric_id == metric.id && one.mode == mode);
            tables.extend(table(facts, metric, (mode, &own.collect::<Vec<_>>())));
        }
    }
    Some(ParityPage {
        frame: national_frame(facts, PageKind::OtherRules.title(), PageKind::OtherRules),
        summary: vec![
            "The tables of this page judge figures the way other packages do, for those who publish by their rules. Each \
             table names its rules."
                .to_owned(),
            "These words are not those of the other pages, and the two may differ: their limits come from other formulas. \
             No label, signal or sentence elsewhere rests on them."
                .to_owned(),
        ],
        tables,
    })
}

fn table(facts: &Facts<'_>, metric: &Metric, (mode, figures): (ParityMode, &[&ParityFigure])) -> Option<Table> {
    let unit = words::unit_heading(metric.unit);
    let number = |value: Option<f64>| Cell::new(value.map_or_else(|| "[x]".to_owned(), |v| value_text(v, metric.unit)));
    let period = facts.release.period;
    let id = format!("tab-{}-{}", metric.id, mode.as_str().replace('_', "-"));
    let centre = match mode {
        ParityMode::Phe => format!("All forces ({unit})"),
        ParityMode::MakingDataCount => format!("Mean ({unit})"),
    };
    let limits = match mode {
        ParityMode::Phe => ["Lower 95% limit", "Upper 95% limit"],
        ParityMode::MakingDataCount => ["Lower process limit", "Upper process limit"],
    };
    let mut columns = vec![Column::words("Organisation"), Column::numbers(format!("Value ({unit})"))];
    columns.push(Column::numbers(centre));
    columns.extend(limits.map(|limit| Column::numbers(format!("{limit} ({unit})"))));
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
    use crate::lateness::Provisional;
    use crate::report::sample;
    use crate::settings::ParityWish;
    use crate::vocabulary::quantity::Unit;

    #[test]
    fn the_page_is_there_when_asked_for_and_names_its_rules() {
        let (mut release, layouts) = (sample::release(), sample::layouts());
        assert!(build_parity(&Facts::new(&release, &layouts)).is_none());
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
            &mut release.observations,
        );
        release.assessment = found;
        let facts = Facts::new(&release, &layouts);
        let page = build_parity(&facts).unwrap();
        let captions: Vec<bool> = page.tables.iter().map(|t| t.caption.contains(", as PHE, ")).collect();
        assert_eq!(captions, [true, false]);
        let phe: Vec<&ParityFigure> =
            release.assessment.parity.iter().filter(|one| one.mode == ParityMode::Phe).collect();
        let table = &page.tables[0];
        assert_eq!(table.rows.len(), phe.len());
        for (row, figure) in table.rows.iter().zip(phe) {
            assert_eq!(row.cells[0].text, value_text(figure.value, Unit::Percent));
            assert_eq!(row.cells[4].text, figure.label);
        }
    }
}
