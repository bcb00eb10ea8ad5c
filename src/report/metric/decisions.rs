//! The table of what named people decided about the charts of a metric.

use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::words::{date_words, number_words};
use crate::settings::{Decision, DecisionKind};
use crate::vocabulary::body_id::BodyId;

/// One row for each decision; `None` where nothing was decided. `code` limits it to the series of one organisation.
pub fn decision_table(facts: &Facts<'_>, metric: &Metric, code: Option<&BodyId>) -> Option<Table> {
    let concerns = |one: &&Decision| {
        let own = one.organisation.as_ref();
        one.metric == metric.id && (code.is_none() || own.is_none() || own == code)
    };
    let row = |one: &Decision| {
        let series = one.organisation.as_ref().map_or_else(|| "All series".to_owned(), |code| facts.name(code));
        Row::new(series, vec![Cell::new(what_words(one)), Cell::new(&*one.reason), Cell::new(&*one.decided_by)])
    };
    let rows: Vec<Row> = facts.release.decisions.iter().filter(concerns).map(row).collect();
    let columns = ["Series", "Decision", "Reason", "Decided by"].map(Column::words).to_vec();
    let caption = format!("Decisions about the charts of {}", metric.id);
    (!rows.is_empty()).then(|| Table::new(format!("tab-{}-decisions", metric.id), caption, columns, rows))
}

fn what_words(decision: &Decision) -> String {
    let day = |day: Option<chrono::NaiveDate>| day.map(date_words).unwrap_or_default();
    match decision.kind {
        DecisionKind::Rebase => format!("Limits begin anew on {}", day(decision.from)),
        DecisionKind::Keep => format!("Limits go on through {}", day(decision.from)),
        DecisionKind::Exclude => {
            format!("Periods from {} to {} are not judged and not in the limits", day(decision.from), day(decision.to))
        }
        DecisionKind::Baseline => {
            format!("Limits come from the first {} periods", number_words(decision.points.unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_decision_says_what_why_and_who() {
        let (mut release, layouts) = (sample::release(), sample::layouts());
        let day = |day: &str| Some(day.parse().unwrap());
        let decision = |kind, organisation: Option<&str>| Decision {
            metric: "CRE-01".into(),
            organisation: organisation.map(BodyId::from),
            kind,
            from: day("2024-05-01"),
            to: day("2024-06-30"),
            points: Some(12),
            reason: "A new queue".into(),
            decided_by: "A. Analyst".into(),
        };
        release.decisions = vec![
            decision(DecisionKind::Rebase, Some("E01")),
            decision(DecisionKind::Exclude, None),
            decision(DecisionKind::Baseline, Some("E02")),
        ];
        let facts = Facts::new(&release, &layouts);
        let metric = release.metrics.iter().find(|metric| metric.id == "CRE-01").unwrap();
        let rows = decision_table(&facts, metric, None).unwrap().rows;
        let said: Vec<&str> = rows.iter().map(|row| row.cells[0].text.as_str()).collect();
        assert_eq!(
            said,
            [
                "Limits begin anew on 1 May 2024",
                "Periods from 1 May 2024 to 30 June 2024 are not judged and not in the limits",
                "Limits come from the first 12 periods"
            ]
        );
        assert_eq!(rows[1].heading, "All series");
        assert_eq!(decision_table(&facts, metric, Some(&"E01".into())).unwrap().rows.len(), 2);
        let other = release.metrics.iter().find(|metric| metric.id != "CRE-01").unwrap();
        assert_eq!(decision_table(&facts, other, None), None);
    }
}
