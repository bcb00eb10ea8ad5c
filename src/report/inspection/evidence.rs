//! Every metric as evidence about one organisation: the duty, the figure, whether it was met, what it is compared with, how
//! well the metric is documented, and the submissions that the figure rests on.

use crate::assessment::Against;
use crate::definitions::model::{Metric, Standard};
use crate::report::edition::{Scope, metric_anchor};
use crate::report::facts::Facts;
use crate::report::metric::figures_table::value_cell;
use crate::report::national::one_force::peers_cells;
use crate::report::page::block::Block;
use crate::report::page::cell::Cell;
use crate::report::page::table::{Column, Row, Table, Widths};
use crate::report::page::text::{Address, Mark, Text};
use crate::report::returns::submissions::{SubmissionsBehind, behind, dataset_anchor};
use crate::report::sentences::standard::met_state;
use crate::report::sentences::{standard, standing};
use crate::report::words;
use crate::verdict::responsibilities::{Responsibility, ResponsibilityOutcome};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;

/// What a metric says of one organisation.
#[derive(Debug, Clone, Copy)]
pub struct DutyEvidence<'a> {
    pub metric: &'a Metric,
    pub figure: Option<&'a Observation>,
    pub judged: &'a Responsibility,
}

impl<'a> DutyEvidence<'a> {
    /// The evidence that the release has about an organisation: by outcome, then in the order of the sections.
    pub fn about(facts: &Facts<'a>, body: &Organisation) -> Vec<Self> {
        let metrics = facts.layouts.sections.iter().flat_map(|section| section.select(&facts.release.metrics));
        let mut all: Vec<Self> = metrics.filter_map(|metric| Self::of(facts, metric, &body.code)).collect();
        all.sort_by_key(|one| place(one.judged.outcome));
        all
    }

    fn of(facts: &Facts<'a>, metric: &'a Metric, code: &BodyId) -> Option<Self> {
        // The roles that answer for a metric share one judgement.
        let mut own = facts.body(code).responsibilities.iter().copied();
        let judged = own.find(|one: &&Responsibility| one.metric_id == metric.id)?;
        Some(Self { metric, figure: facts.current(metric, code), judged })
    }

    /// The standard that its figure was held against.
    pub fn held(&self) -> Option<&'a Standard> {
        standard::held(self.metric, self.figure?)
    }

    /// The standard that held; where none did, the latest one that had begun. `None` where no source sets a level.
    pub fn standard(&self) -> Option<DutyStandard<'a>> {
        let end = self.judged.period.end();
        let begun = |one: &&Standard| one.from <= end && one.applies_to(&self.judged.org_code);
        let latest = || self.metric.standards.iter().filter(begun).max_by_key(|one| one.from);
        let held = self.held().map(|standard| DutyStandard { standard, in_force: true });
        held.or_else(|| latest().map(|standard| DutyStandard { standard, in_force: false }))
    }
}

/// A standard that a duty is, or once was, measured by.
#[derive(Debug, Clone, Copy)]
pub struct DutyStandard<'a> {
    pub standard: &'a Standard,
    /// Whether the figure was held against it.
    pub in_force: bool,
}

/// The place of an outcome in tables.
fn place(outcome: ResponsibilityOutcome) -> usize {
    ResponsibilityOutcome::ALL.iter().position(|one| *one == outcome).unwrap_or(ResponsibilityOutcome::ALL.len())
}

/// How many metrics have each outcome, of those that have one.
pub fn counts(evidence: &[DutyEvidence<'_>]) -> Vec<OutcomeCount> {
    let count = |outcome| OutcomeCount {
        outcome,
        metrics: evidence.iter().filter(|one| one.judged.outcome == outcome).count(),
    };
    ResponsibilityOutcome::ALL.into_iter().map(count).collect()
}

/// An outcome, and the number of metrics that have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeCount {
    pub outcome: ResponsibilityOutcome,
    pub metrics: usize,
}

/// Every metric of the organisation in one table, by outcome.
pub fn evidence_table(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let facts = scope.facts();
    let evidence = DutyEvidence::about(facts, body);
    if evidence.is_empty() {
        return vec![Block::Lead(format!("This release has no figure of {}.", body.name).into())];
    }
    let count = |one: OutcomeCount| format!(" {}: {}.", words::sentence_case(one.outcome.words()), one.metrics);
    let counts: String = counts(&evidence).into_iter().map(count).collect();
    let number = words::sentence_case(&words::number_words(evidence.len()));
    let noun = if evidence.len() == 1 { "metric has" } else { "metrics have" };
    let lead = format!("{number} {noun} a figure, or a reason why there is none.{counts}");
    vec![Block::Lead(lead.into()), Block::Table(table(scope, body, &evidence))]
}

fn table(scope: &Scope<'_>, body: &Organisation, evidence: &[DutyEvidence<'_>]) -> Table {
    let facts = scope.facts();
    let before = facts.year_before();
    let mut columns = vec![
        Column::words("Metric"),
        Column::words("Duty"),
        Column::numbers("Figure"),
        Column::words("Outcome"),
        Column::words("Peers"),
    ];
    columns.extend(before.map(|before| Column::words(before.words())));
    // A column that says of every row that nothing can be told tells nothing.
    let has_series = evidence.iter().any(|one| standing::own_past_is_told(facts, one.metric, &body.code));
    columns.extend(has_series.then(|| Column::words("Own series")));
    columns.push(Column::words("Submissions"));
    let mut shown = None;
    let row = |one: &DutyEvidence<'_>| {
        let code = &*body.code;
        let group = (shown != Some(one.judged.outcome)).then(|| words::sentence_case(one.judged.outcome.words()));
        shown = Some(one.judged.outcome);
        let mut cells =
            vec![duty_cell(one), value_cell(one.figure), outcome_cell(one), peers_cell(facts, one.metric, code)];
        cells.extend(before.map(|before| {
            let then = facts.figure(one.metric, code, before);
            let verdict = standing::verdict_cell(facts, one.metric, code, Against::YearBefore);
            Cell::figure_with_unit(then).with_detail(then.and_then(words::counts_remark)).with_lines(lines_of(verdict))
        }));
        cells.extend(has_series.then(|| standing::own_past_cell(facts, one.metric, code)));
        cells.push(submissions_cell(scope, body, one.metric));
        Row::new(one.metric.heading(), cells).with_id(metric_anchor(one.metric)).opens(group)
    };
    let rows = evidence.iter().map(row).collect();
    let caption = format!("{}: evidence, {}", body.short_name, facts.release.period.words_with_short_name());
    Table::new("tab-evidence", caption, columns, rows)
        .with_widths(Widths::DenseOfWords)
        .explained(COMPARISONS)
        .explained(if has_series { OWN_SERIES } else { NO_SERIES })
        .explained(SAME_MARKS)
}

/// When the table says that a figure is better or worse.
const COMPARISONS: &str = "“Better” and “worse” stand where the difference is sure (95% level, with “clearly” 99.8%) and larger than \
                           the margin of the metric. The 95% interval of the difference stands in brackets.";

const OWN_SERIES: &str = "The own series is the figure’s place among its earlier periods.";

const NO_SERIES: &str = "No series is long enough to say whether its figure is usual for the organisation.";

/// What the marks of documentation mean.
const SAME_MARKS: &str = "A metric is documented where a named source has its words or its level, and derived where this report built it from a duty.";

/// The principle; below it the standard that held with its source, or the latest that did, and how well the metric is
/// documented.
pub fn duty_cell(one: &DutyEvidence<'_>) -> Cell {
    let metric = one.metric;
    let level = |standard: &Standard| {
        let kind = words::sentence_case(standard::kind_words(standard.kind));
        format!("{kind}: {}", standard::level_words(standard, metric.unit))
    };
    let mut lines = match one.standard() {
        Some(DutyStandard { standard: held, in_force: true }) => vec![level(held), held.source.clone()],
        Some(DutyStandard { standard: last, in_force: false }) => vec![
            "No standard in force".to_owned(),
            format!("{}, {}", level(last), standard::dates_words(last)),
            last.source.clone(),
        ],
        None => vec!["No source sets a level".to_owned()],
    };
    lines.push(format!("Metric: {}", standard::assurance_words(metric.evidence)));
    Cell::new(format!("Principle {}", metric.principle)).with_lines(lines.into_iter().map(Text::from))
}

/// The outcome with its sign; below it why nothing is evidenced, or how many the few cases are.
pub fn outcome_cell(one: &DutyEvidence<'_>) -> Cell {
    let word = words::sentence_case(one.judged.outcome.words());
    let reason = (!one.judged.reason.is_empty()).then(|| words::sentence_case(&one.judged.reason));
    let cell = match (one.judged.outcome, one.figure) {
        (ResponsibilityOutcome::Met | ResponsibilityOutcome::NotMet, Some(figure)) => {
            Cell::marks(vec![Mark::new(met_state(figure), word)])
        }
        _ => Cell::new(word),
    };
    cell.with_detail(reason.filter(|_| one.judged.outcome != ResponsibilityOutcome::FewCases))
}

/// The figure of the peers; below it how the organisation stands against them.
pub fn peers_cell(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Cell {
    let [figure, verdict] = peers_cells(facts, metric, code);
    figure.with_lines(lines_of(verdict))
}

/// What a cell says, as lines below another.
fn lines_of(cell: Cell) -> Vec<Text> {
    let marks = cell.marks.into_iter().map(|mark| Text::default().mark(mark));
    let text = (!cell.text.is_empty()).then(|| Text::from(cell.text));
    marks.chain(text).chain(cell.detail.map(Text::from)).collect()
}

/// The datasets that the figure rests on, each with the number of its submissions and the way to them.
fn submissions_cell(scope: &Scope<'_>, body: &Organisation, metric: &Metric) -> Cell {
    let facts = scope.facts();
    let page = scope.edition.submissions_address(&body.code);
    let line = |SubmissionsBehind { dataset, used, refused }: &SubmissionsBehind<'_>| {
        let to = page.as_ref().map(|page| Address { anchor: dataset_anchor(dataset), ..page.clone() });
        let to = to.filter(|_| used + refused > 0);
        let number = match (*used, *refused) {
            (0, 0) => ": none".to_owned(),
            (used, 0) => format!(": {}", words::number_words(used)),
            (0, refused) => format!(": none, {} refused", words::number_words(refused)),
            (used, refused) => format!(": {}, {} refused", words::number_words(used), words::number_words(refused)),
        };
        Text::default().link_if(facts.layouts.sources.title(dataset), to).and(number)
    };
    let datasets = behind(facts, metric, &body.code);
    if datasets.is_empty() {
        return Cell::default().with_lines([Text::default().link_if("Every return of the period", page)]);
    }
    Cell::default().with_lines(datasets.iter().map(line))
}
