//! What the spreadsheet of an edition says of standing. Both formats hold the same cells, so one is read.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, DataType as _};

use super::known::{Against, Judged};
use super::places::Reader;
use crate::reading::ReadSheet;

/// Sheets that define words, and say nothing of a figure.
const NOT_READ: [&str; 4] = ["Cover_sheet", "Table_of_contents", "Notes", "Glossary"];

/// Columns with a word for a figure.
const WORDS: [(&str, Against); 5] = [
    ("Against peers", Against::Peers),
    ("Against a year before", Against::YearBefore),
    ("Among all forces", Against::Forces),
    ("Own series", Against::OwnPast),
    ("Attention", Against::Attention),
];

/// What stands where there is nothing to say.
const NOTHING: &str = "[z]";

/// Columns that count metrics by outcome.
const OUTCOMES: [&str; 5] = ["Met", "Not met", "Few cases", "No standard", "Not evidenced"];

/// Columns with cases that lack.
const REACH: [(&str, &str); 2] =
    [("Cases to the standard", "cases_to_standard"), ("Cases to the figure of the peers", "cases_to_peers")];

/// Reads every sheet of a file.
pub fn read(reader: &mut Reader<'_, '_, '_>, file: &Path) {
    for sheet in ReadSheet::all(file).iter().filter(|sheet| !NOT_READ.contains(&sheet.name.as_str())) {
        let place = format!("{} {}", reader.path, sheet.name);
        sheet.lines().iter().for_each(|line| reader.plain(&place, line, &[]));
        // Definitions have a row for each metric or standard, and no figure.
        let headings = sheet.headings();
        let unread = headings.iter().filter(|heading| !OUTCOMES.contains(&heading.as_str()));
        unread.for_each(|heading| reader.plain(&place, heading, &[]));
        for row in sheet.table() {
            self::row(reader, &place, &sheet.name, &row);
        }
    }
}

fn row(reader: &mut Reader<'_, '_, '_>, place: &str, sheet: &str, row: &BTreeMap<String, Data>) {
    let text = |column: &str| row.get(column).map(ToString::to_string);
    let metric = text("Metric code").or_else(|| reader.names.metric_in(sheet)).unwrap_or_default();
    let body = text("Code").unwrap_or_else(|| reader.own_body());
    let body = if body == "[z]" { reader.own_body() } else { body };
    let judged = Judged::new(&metric, &body);
    let place = format!("{place} {metric} {body}");
    let known = reader.ledger.known;
    let period = text("Period code").unwrap_or_else(|| known.period.clone());
    for (column, cell) in row {
        let said = cell.to_string();
        let place = format!("{place} “{column}”");
        if let Some((_, against)) = WORDS.iter().find(|(name, _)| name == column).filter(|_| !metric.is_empty()) {
            assert_eq!(period, known.period, "{place}: a verdict is of the report's period");
            // The release has no figure of the body, and so no verdict.
            if said == NOTHING && known.label(&judged, "attention").is_empty() {
                continue;
            }
            reader.ledger.says(&place, &judged, *against, said.strip_suffix(" than usual").unwrap_or(&said));
        } else if column == "Reason" && row.contains_key("Attention") {
            if said != NOTHING || !known.label(&judged, "attention").is_empty() {
                reader.ledger.says(&place, &judged, Against::Reason, &said);
            }
        } else if column == "Outcome" && !metric.is_empty() {
            if sheet == "Evidence" {
                reader.ledger.says(&place, &judged, Against::Outcome, &said);
            } else {
                let said = if said == NOTHING { "none" } else { &said };
                reader.standard_then(&place, &judged, &period, said);
            }
        } else if OUTCOMES.contains(&column.as_str()) {
            let wanted = column.to_lowercase();
            let counted = known.of_body(&body).filter(|one| known.word(one, Against::Outcome) == wanted).count();
            reader.ledger.counts(&place, "metrics with the outcome", number(cell), counted);
        } else if column == "Subjects clearly worse than peers" {
            let counted = reader.worse_subjects(&body);
            reader.ledger.counts(&place, column, number(cell), counted);
        } else if column == "Forces clearly worse than peers" {
            let worse = reader.clearly_worse(|one| one.metric == metric && reader.names.is_force(&one.body));
            reader.ledger.counts(&place, column, number(cell), worse.len());
        } else if let Some((_, label)) = REACH.iter().find(|(name, _)| name == column) {
            // An edition of a force may know less.
            if let Some(said) = number(cell) {
                let counted = known.label(&judged, label).parse().unwrap_or_default();
                reader.ledger.counts(&place, column, Some(said), counted);
            }
        } else {
            reader.plain(&place, &said, &[]);
        }
    }
}

fn number(cell: &Data) -> Option<usize> {
    cell.as_i64().and_then(|number| usize::try_from(number).ok())
}
