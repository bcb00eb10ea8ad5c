//! The list of all organisations that those who inspect begin with: what each evidences, and the way to its evidence.

use std::cmp::Reverse;

use crate::report::charts::MarkMeaning;
use crate::report::edition::{Edition, Scope};
use crate::report::facts::Facts;
use crate::report::inspection::evidence::{DutyEvidence, counts};
use crate::report::page::block::Block;
use crate::report::page::cell::Cell;
use crate::report::page::table::{Column, Row, Table, Widths};
use crate::report::page::text::{Address, Text};
use crate::report::sentences::standing;
use crate::report::words;
use crate::verdict::responsibilities::ResponsibilityOutcome;
use crate::vocabulary::body::{Organisation, name_key};
use crate::vocabulary::returns::ReturnState;

/// What one organisation evidences.
#[derive(Debug)]
pub struct InspectedLine<'a> {
    pub body: &'a Organisation,
    /// First page of its edition.
    to: Option<Address>,
    evidence: Vec<DutyEvidence<'a>>,
    /// Subjects on which it is clearly worse than its peers.
    pub worse: usize,
    /// Its returns that were refused.
    pub refused: usize,
    /// Its returns that did not come.
    pub missing: usize,
}

impl<'a> InspectedLine<'a> {
    fn of(facts: &Facts<'a>, body: &'a Organisation, to: Option<Address>) -> Self {
        let own = || facts.body(&body.code).returns.iter().copied();
        Self {
            body,
            to,
            evidence: DutyEvidence::about(facts, body),
            worse: standing::beside_peers(facts, &body.code, MarkMeaning::Worse).len(),
            refused: own().filter(|one| matches!(one.state, ReturnState::Refused { .. })).count(),
            missing: own().filter(|one| one.state == ReturnState::NotReturned).count(),
        }
    }

    /// How many metrics have an outcome.
    pub fn with(&self, outcome: ResponsibilityOutcome) -> usize {
        self.evidence.iter().filter(|one| one.judged.outcome == outcome).count()
    }

    fn row(&self) -> Row {
        let mut cells: Vec<Cell> = counts(&self.evidence).into_iter().map(|one| Cell::count(one.metrics)).collect();
        cells.extend([self.worse, self.refused, self.missing].map(Cell::count));
        Row::new(&*self.body.name, cells).linked(self.to.clone())
    }
}

/// Every organisation that has an edition for inspection, those with most standards not met first.
pub fn inspected_lines<'a>(edition: &Edition<'a>) -> Vec<InspectedLine<'a>> {
    let own = edition.folder();
    let address = |folder: &str| {
        let inside = folder.strip_prefix(&own)?.strip_prefix('/')?;
        Some(Address::page(format!("{inside}/index.html")))
    };
    let inspected = edition.inspected().into_iter();
    let mut lines: Vec<InspectedLine<'a>> =
        inspected.map(|(body, folder)| InspectedLine::of(edition.facts, body, address(&folder))).collect();
    lines.sort_by_cached_key(|line| {
        let (not_met, not_evidenced) =
            (line.with(ResponsibilityOutcome::NotMet), line.with(ResponsibilityOutcome::NotEvidenced));
        (Reverse(not_met), Reverse(not_evidenced), name_key(&line.body.name))
    });
    lines
}

/// Every organisation that has an edition for inspection, those with most standards not met first; and the run record.
pub fn inspected_organisations(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let lines = inspected_lines(&scope.edition);
    let mut columns = vec![Column::words("Organisation")];
    columns.extend(ResponsibilityOutcome::ALL.map(|outcome| Column::numbers(words::sentence_case(outcome.words()))));
    columns.extend(["Subjects clearly worse than peers", "Returns refused", "Returns missing"].map(Column::numbers));
    let caption = format!("Metrics of each organisation by outcome, {}", facts.release.period.words_with_short_name());
    let table = Table::new("tab-inspected", caption, columns, lines.iter().map(InspectedLine::row).collect())
        .with_widths(Widths::Dense)
        .explained(
            "Organisations with most standards not met come first, then those with most metrics not evidenced. A place in the \
             table is a reason to look, not a verdict: organisations answer for different numbers of metrics.",
        );
    let record = Text::default()
        .link("Run record of the release", Address::page(RUN_RECORD))
        .and(": every file of every organisation with its SHA-256, the settings and the definitions. The link works where you have the whole release.");
    let mut blocks = vec![Block::Lead(lead(&lines).into())];
    blocks.extend(table.into_block());
    blocks.push(Block::Paragraph(record));
    blocks
}

/// The run record, as the first page of the edition reaches it.
const RUN_RECORD: &str = "../run-record.json";

fn lead(lines: &[InspectedLine<'_>]) -> String {
    let having = |is_so: &dyn Fn(&InspectedLine<'_>) -> bool| lines.iter().filter(|line| is_so(line)).count();
    let number = |count: usize| if count == 0 { "none".to_owned() } else { words::number_words(count) };
    format!(
        "Of {} organisations, {} did not meet at least one standard in force, {} had a return refused and {} left a return out.",
        words::number_words(lines.len()),
        number(having(&|line| line.with(ResponsibilityOutcome::NotMet) > 0)),
        number(having(&|line| line.refused > 0)),
        number(having(&|line| line.missing > 0))
    )
}
