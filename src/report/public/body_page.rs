//! The page of one organisation for everybody: how it is doing, its figures beside those of all, and what is not shown.

use std::collections::{BTreeMap, BTreeSet};

use crate::assessment::Against;
use crate::definitions::model::Metric;
use crate::report::charts::{CellState, MarkMeaning};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::national::all_metrics::{rows, standard_cell};
use crate::report::page::block::{Block, Section, SectionStyle};
use crate::report::page::table::{Cell, Column, Table, Widths};
use crate::report::page::text::{Mark, Text};
use crate::report::sentences::standing::Unremarkable;
use crate::report::sentences::{standard, standing, withheld};
use crate::report::words;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::Status;

/// The headline figures of an organisation in the report's period, by what became of them.
#[derive(Debug, Default)]
pub struct Shown<'a> {
    pub figures: Vec<(&'a Metric, &'a Observation)>,
    pub withheld: Vec<&'a Metric>,
    /// Should be there, or cannot be; with the reason.
    pub missing: Vec<(&'a Metric, &'a str)>,
}

impl<'a> Shown<'a> {
    /// Those of the release.
    pub fn of(facts: &Facts<'a>, body: &Organisation) -> Self {
        let mut shown = Self::default();
        for metric in &facts.release.metrics {
            let Some(figure) = facts.current(metric, &body.code) else { continue };
            match &figure.status {
                Status::Value => shown.figures.push((metric, figure)),
                Status::Suppressed => shown.withheld.push(metric),
                other => shown.missing.push((metric, other.reason())),
            }
        }
        shown
    }

    fn count(&self) -> usize {
        self.figures.len() + self.withheld.len() + self.missing.len()
    }
}

/// How many figures are shown, which standards were met, and where the organisation stands out among all.
pub fn message(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let facts = scope.facts();
    let shown = Shown::of(facts, body);
    let sentences = [Some(shown_words(body, &shown)), standards_words(&shown)];
    let lead: Vec<String> = sentences.into_iter().flatten().collect();
    let mut blocks = vec![Block::Lead(lead.join(" ").into())];
    if !shown
        .figures
        .iter()
        .any(|(metric, _)| standing::among_all(facts, metric, &body.code) != CellState::NotApplicable)
    {
        return blocks;
    }
    let better = stand_out(scope, &shown, body, (MarkMeaning::Better, "better", "Clearly better than most forces"));
    let worse = stand_out(scope, &shown, body, (MarkMeaning::Worse, "worse", "Clearly worse than most forces"));
    let has_none = better.is_none() && worse.is_none();
    blocks.push(Block::paragraph(if has_none { NOTHING_STANDS_OUT } else { STANDING_OUT }));
    if !has_none {
        blocks.push(Block::columns(better.into_iter().collect(), worse.into_iter().collect()));
    }
    blocks
}

const NOTHING_STANDS_OUT: &str = "Among all forces, none of these figures is clearly better or worse than the others. A figure \
                                  may still be high or low: forces of its size differ by that much.";

const STANDING_OUT: &str = "A figure is clearly better or worse where it lies outside the range that is usual for forces of its \
                            size, by more than chance is likely to give. That is a reason to ask, not a verdict.";

fn shown_words(body: &Organisation, shown: &Shown<'_>) -> String {
    let number = words::number_words;
    let mut others = Vec::new();
    match shown.withheld.len() {
        0 => {}
        1 => others.push("one is withheld".to_owned()),
        more => others.push(format!("{} are withheld", number(more))),
    }
    match shown.missing.len() {
        0 => {}
        1 => others.push("for one there is no figure".to_owned()),
        more => others.push(format!("for {} there is no figure", number(more))),
    }
    let (figures, all) = (shown.figures.len(), shown.count());
    if others.is_empty() {
        return format!("This page shows all {} figures of {}.", number(all), body.short_name);
    }
    format!(
        "This page shows {} of {} figures of {}: {}.",
        number(figures),
        number(all),
        body.short_name,
        words::list_words(&others)
    )
}

/// Which of the standards that were in force it met; `None` where there was none.
fn standards_words(shown: &Shown<'_>) -> Option<String> {
    let held = |(metric, figure): &&(&Metric, &Observation)| standard::held(metric, figure).is_some();
    let outcomes = shown.figures.iter().filter(held).map(|(_, figure)| standard::outcome_words(figure));
    let outcomes: Vec<&str> = outcomes.collect();
    let (met, not_met) = (count_of(&outcomes, "met"), count_of(&outcomes, "not met"));
    let number = words::number_words;
    let judged = match (met, not_met) {
        (0, 0) if outcomes.is_empty() => return None,
        (0, 0) => return Some("There are too few cases to say whether it met a standard.".to_owned()),
        (1, 0) => "It met the one standard in force that can be judged.".to_owned(),
        (0, 1) => "It did not meet the one standard in force that can be judged.".to_owned(),
        (met, 0) => format!("It met all {} standards in force that can be judged.", number(met)),
        (0, not_met) => format!("It met none of the {} standards in force that can be judged.", number(not_met)),
        (met, not_met) => {
            format!("It met {} of the {} standards in force that can be judged.", number(met), number(met + not_met))
        }
    };
    Some(judged)
}

fn count_of(outcomes: &[&str], wanted: &str) -> usize {
    outcomes.iter().filter(|outcome| **outcome == wanted).count()
}

/// Where the organisation stands out on one side, each subject once; `None` where it does not.
fn stand_out(
    scope: &Scope<'_>,
    shown: &Shown<'_>,
    body: &Organisation,
    (meaning, id, title): (MarkMeaning, &str, &str),
) -> Option<Block> {
    let facts = scope.facts();
    let mut subjects = BTreeSet::new();
    let line = |(metric, figure): &(&Metric, &Observation)| {
        let state = standing::among_all(facts, metric, &body.code);
        if !standing::is_clear(state, meaning) || !subjects.insert(facts.subject(metric, &body.code)?) {
            return None;
        }
        let words = standing::words_for(metric, state, Unremarkable::AMONG_ALL);
        let text = Text::default().mark(Mark::alone(state, words)).and(" ");
        let text = text.link_if(&*metric.title, scope.edition.metric_address(metric));
        let all = facts.current(metric, BodyId::nation()).and_then(words::value_in_sentence)?;
        Some(text.and(format!(": {}, all together {all}", words::value_in_sentence(figure)?)))
    };
    let lines: Vec<Text> = shown.figures.iter().filter_map(line).collect();
    (!lines.is_empty()).then(|| Block::section(id, title, vec![Block::List(lines)]))
}

/// Each figure that is shown, beside that of all.
pub fn figures(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let facts = scope.facts();
    let code = &*body.code;
    let before = facts.year_before();
    let mut columns =
        vec![Column::words("Figure"), Column::numbers(&*body.short_name), Column::numbers("All together")];
    columns.push(Column::words("Among all forces"));
    columns.extend(before.map(|_| Column::words("Change in a year")));
    columns.push(Column::words("Standard"));
    let row = |metric: &Metric| {
        let figure = facts.current(metric, code).filter(|figure| figure.status == Status::Value)?;
        let value = Cell::figure_with_unit(Some(figure)).with_detail(words::counts_remark(figure));
        let all = Cell::figure_with_unit(facts.current(metric, BodyId::nation()));
        let mut cells = vec![value, all, standing::among_all_cell(facts, metric, code)];
        cells.extend(before.map(|_| standing::verdict_cell(facts, metric, code, Against::YearBefore)));
        cells.push(standard_cell(metric, Some(figure)));
        Some(cells)
    };
    let caption = format!("{}, {}", body.short_name, facts.release.period.words_with_short_name());
    let reading = "“All together” is the figure of all forces, or of all organisations that the figure is for.";
    let table = Table::new("tab-figures", caption, columns, rows(scope, row)).with_widths(Widths::Dense);
    table
        .explained(reading)
        .into_block()
        .map(|table| Block::section("figures", "Its figures", vec![table]))
        .into_iter()
        .collect()
}

/// What is withheld and what is missing, each with the reason.
pub fn not_shown(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let facts = scope.facts();
    let shown = Shown::of(facts, body);
    let mut withheld_for: BTreeMap<String, Vec<&Metric>> = BTreeMap::new();
    for metric in &shown.withheld {
        withheld_for.entry(withheld::reason(facts, metric)).or_default().push(metric);
    }
    let mut missing_for: BTreeMap<String, Vec<&Metric>> = BTreeMap::new();
    for (metric, reason) in &shown.missing {
        missing_for.entry(words::sentence_case(reason)).or_default().push(metric);
    }
    let parts = [("withheld", "Withheld figures", withheld_for), ("missing", "No figure", missing_for)];
    parts.into_iter().filter_map(|(id, title, by_reason)| boxed(scope, (id, title), by_reason)).collect()
}

/// Metrics by the reason why their figures are not shown, in a box; `None` where there are none.
fn boxed(scope: &Scope<'_>, (id, title): (&str, &str), by_reason: BTreeMap<String, Vec<&Metric>>) -> Option<Block> {
    let part = |(reason, metrics): (String, Vec<&Metric>)| {
        let lines = metrics.into_iter().map(|metric| line(scope, metric)).collect();
        [Block::paragraph(format!("{reason}:")), Block::List(lines)]
    };
    let blocks: Vec<Block> = by_reason.into_iter().flat_map(part).collect();
    let is_empty = blocks.is_empty();
    let section = Section { id: id.to_owned(), title: title.into(), style: SectionStyle::Withheld, blocks };
    (!is_empty).then_some(Block::Section(section))
}

fn line(scope: &Scope<'_>, metric: &Metric) -> Text {
    Text::default().link_if(&*metric.title, scope.edition.metric_address(metric))
}
