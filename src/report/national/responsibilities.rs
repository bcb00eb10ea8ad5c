//! Responsibilities: which metrics evidence the duties under each principle, which roles answer for them, and
//! whether they are met. The judgements were made before; here they are counted and laid out.

use std::collections::{BTreeMap, BTreeSet};

use crate::assessment::Against;
use crate::definitions::model::{Metric, Role};
use crate::report::charts::{CellState, MarkMeaning, MarkSide};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::sentences::{standard, standing};
use crate::report::words;
use crate::verdict::responsibilities::{Responsibility, ResponsibilityOutcome};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::shorthand::Shorthand;

/// One judgement for each metric and organisation: the roles share it.
type Judged<'f> = BTreeMap<(&'f str, &'f BodyId), &'f Responsibility>;

fn judged<'f>(facts: &Facts<'f>, is_wanted: impl Fn(&Responsibility) -> bool) -> Judged<'f> {
    let wanted = facts.release.responsibilities.iter().filter(|one| is_wanted(one));
    wanted.map(|one| ((one.metric_id.as_str(), &one.org_code), one)).collect()
}

/// How to read the page: of the nation, or of the organisation that the page is for.
pub fn explanation(scope: &Scope<'_>) -> Vec<Block> {
    let sentences = match scope.organisation {
        Some(body) => vec![
            format!(
                "Which metrics evidence the duties of {} under the ten principles, who answers for them, and whether they \
                 were met in {}.",
                body.name,
                scope.facts().release.period.words()
            ),
            comparison_sentence().to_owned(),
        ],
        None => national_summary(),
    };
    Block::opening(sentences)
}

/// Roles and the metrics that they answer for: with the outcomes of one organisation, or by principle.
pub fn roles(scope: &Scope<'_>) -> Block {
    let facts = scope.facts();
    let table = match scope.organisation {
        Some(body) => roles_table(facts, body, &own_judgements(facts, body)),
        None => principles_table(scope),
    };
    Block::section("roles", "Who answers for what", vec![Block::Table(table)])
}

/// Metrics by section with their outcomes: of one organisation, or how many organisations have which.
pub fn responsibilities(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let judged = match scope.organisation {
        Some(body) => own_judgements(facts, body),
        None => judged(facts, |_| true),
    };
    let mut blocks = Vec::new();
    for (index, section) in scope.sections().into_iter().enumerate() {
        let metrics = section.select(&facts.release.metrics);
        let (number, title) = (index + 1, section.title.as_str());
        let table = match scope.organisation {
            Some(body) => force_table(scope, (body, &judged), &metrics, (title, number)),
            None => national_table(scope, &judged, &metrics, (title, number)),
        };
        let table = table.with_widths(Widths::WideFirst).into_block();
        blocks.extend(table.map(|table| Block::section(format!("section-{number}"), section.heading(), vec![table])));
    }
    blocks
}

/// Each organisation with its outcomes.
pub fn organisations_by_outcome(facts: &Facts<'_>) -> Block {
    let table = organisations_table(facts, &judged(facts, |_| true));
    Block::section("organisations", "By organisation", vec![Block::Table(table)])
}

fn own_judgements<'f>(facts: &Facts<'f>, body: &Organisation) -> Judged<'f> {
    judged(facts, |one| one.org_code == body.code)
}

fn of_metric<'f>(judged: &Judged<'f>, metric: &Metric, code: &BodyId) -> Option<&'f Responsibility> {
    judged.get(&(metric.id.as_str(), code)).copied()
}

fn national_summary() -> Vec<String> {
    vec![
        "For each principle of the Code: the metrics that evidence its duties, the roles that answer for them, and whether they are met. No source assigns metrics to roles; the assignment was made for this report. The chief officer answers for every metric as a controller and is named only where the result depends on no other role, or first of all on the chief officer’s own decision.".to_owned(),
        "Met and not met are said only where a standard held throughout the period. Where none did, the figure is compared with the same period a year before and with peers. Few cases means that a standard held and that the figure is a share of fewer than ten or a rate of fewer than five events: how many there were is said, and no verdict. Not evidenced means that there is no figure, or none that can be judged; the edition of the organisation gives the reason.".to_owned(),
        comparison_sentence().to_owned(),
    ]
}

fn comparison_sentence() -> &'static str {
    "Better and worse mean that the whole 95% interval of the difference is larger than the margin of the metric. Close means that a difference, if there is one, is smaller; otherwise there is no clear difference. Metrics for which neither direction is better say higher or lower."
}

/// Principles in rows, roles in columns, ids of metrics in the cells.
fn principles_table(scope: &Scope<'_>) -> Table {
    let mut columns = vec![Column::words("Principle")];
    columns.extend(Role::ALL.iter().map(|role| Column::words(words::sentence_case(role.words())).unsorted()));
    let mut rows = Vec::new();
    for section in scope.sections() {
        let metrics = section.select(&scope.facts().release.metrics);
        let ids = |role: &Role| {
            let ids: Vec<&str> =
                metrics.iter().filter(|m| m.responsible.contains(role)).map(|m| m.id.as_str()).collect();
            Cell::new(if ids.is_empty() { "None".to_owned() } else { ids.join(", ") })
        };
        rows.push(Row::new(section.heading(), Role::ALL.iter().map(ids).collect()));
    }
    Table::new("tab-roles", "Metrics by principle and responsible role", columns, rows)
}

fn national_table(
    scope: &Scope<'_>,
    judged: &Judged<'_>,
    metrics: &[&Metric],
    (title, number): (&str, usize),
) -> Table {
    let facts = scope.facts();
    let mut columns = vec![Column::words("Metric"), Column::words("Responsible"), Column::words("National figure")];
    columns.extend(
        ResponsibilityOutcome::ALL.iter().map(|outcome| Column::numbers(words::sentence_case(outcome.words()))),
    );
    columns.push(Column::words("On a year before"));
    let row = |metric: &&Metric| {
        let of_metric: Vec<&&Responsibility> =
            judged.iter().filter(|((id, code), _)| *id == metric.id && !code.is_nation()).map(|(_, one)| one).collect();
        let count = |outcome: ResponsibilityOutcome| of_metric.iter().filter(|one| one.outcome == outcome).count();
        let nation = self::of_metric(judged, metric, BodyId::nation());
        let mut cells = vec![roles_cell(metric), outcome_cell(metric, facts, BodyId::nation(), nation)];
        cells.extend(ResponsibilityOutcome::ALL.map(|outcome| Cell::count(count(outcome))));
        cells.push(Cell::new(moves_words(facts, of_metric.iter().copied().copied(), Against::YearBefore)));
        Row::new(metric.heading(), cells).linked(scope.edition.metric_address(metric))
    };
    let rows = metrics.iter().map(row).collect();
    let caption = format!("{title}: organisations by outcome, {}", facts.release.period.words_with_short_name());
    Table::new(format!("tab-responsibility-{number}"), caption, columns, rows)
}

fn organisations_table(facts: &Facts<'_>, judged: &Judged<'_>) -> Table {
    let mut columns = vec![Column::words("Organisation")];
    columns.extend(
        ResponsibilityOutcome::ALL.iter().map(|outcome| Column::numbers(words::sentence_case(outcome.words()))),
    );
    columns.extend(["On a year before", "Against peers"].map(Column::words));
    let mut codes: BTreeSet<(String, &BodyId)> = BTreeSet::new();
    codes.extend(judged.keys().filter(|(_, code)| !code.is_nation()).map(|(_, code)| (facts.name(code), *code)));
    let row = |(name, code): &(String, &BodyId)| {
        let own: Vec<&&Responsibility> = judged.iter().filter(|((_, c), _)| c == code).map(|(_, one)| one).collect();
        let count = |outcome: ResponsibilityOutcome| own.iter().filter(|one| one.outcome == outcome).count();
        let mut cells: Vec<Cell> = ResponsibilityOutcome::ALL.map(|outcome| Cell::count(count(outcome))).into();
        let moves = |against| Cell::new(moves_words(facts, own.iter().copied().copied(), against));
        cells.extend([Against::YearBefore, Against::Peers].map(moves));
        Row::new(name.clone(), cells)
    };
    let caption = format!("Metrics of each organisation by outcome, {}", facts.release.period.words_with_short_name());
    Table::new("tab-responsibility-organisations", caption, columns, codes.iter().map(row).collect())
}

/// "12 better, 3 worse, 20 close, 2 without a clear difference": how figures stand against others or against a year before.
fn moves_words<'f>(facts: &Facts<'_>, judged: impl Iterator<Item = &'f Responsibility>, against: Against) -> String {
    let state = |one: &Responsibility| {
        let metric = facts.release.metrics.iter().find(|metric| metric.id == one.metric_id)?;
        Some(standing::state(facts, metric, &one.org_code, against))
    };
    let states: Vec<CellState> = judged.filter_map(state).collect();
    let count = |is_counted: &dyn Fn(CellState) -> bool| states.iter().filter(|state| is_counted(**state)).count();
    let different = |side: MarkSide| {
        count(
            &|state| matches!(state, CellState::Judged(mark) if mark.meaning == MarkMeaning::Different && mark.side == side),
        )
    };
    let of = |meaning: MarkMeaning| count(&|state| standing::is(state, meaning));
    let parts: Vec<String> = [
        (of(MarkMeaning::Better), "better"),
        (of(MarkMeaning::Worse), "worse"),
        (different(MarkSide::Above), "higher"),
        (different(MarkSide::Below), "lower"),
        (of(MarkMeaning::Close), "close"),
        (of(MarkMeaning::NoDifference), "without a clear difference"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, name)| format!("{count} {name}"))
    .collect();
    if parts.is_empty() { "Nothing to compare".to_owned() } else { parts.join(", ") }
}

fn roles_table(facts: &Facts<'_>, body: &Organisation, own: &Judged<'_>) -> Table {
    let mut columns = vec![Column::words("Role"), Column::numbers("Metrics")];
    columns.extend(
        ResponsibilityOutcome::ALL.iter().map(|outcome| Column::numbers(words::sentence_case(outcome.words()))),
    );
    let row = |role: &Role| {
        let answered = facts.release.metrics.iter().filter(|metric| metric.responsible.contains(role));
        let judged: Vec<&Responsibility> = answered.filter_map(|metric| of_metric(own, metric, &body.code)).collect();
        let count = |outcome: ResponsibilityOutcome| judged.iter().filter(|one| one.outcome == outcome).count();
        let mut cells = vec![Cell::count(judged.len())];
        cells.extend(ResponsibilityOutcome::ALL.map(|outcome| Cell::count(count(outcome))));
        Row::new(words::sentence_case(role.words()), cells)
    };
    let caption = format!(
        "{}: metrics by responsible role and outcome, {}",
        body.short_name,
        facts.release.period.words_with_short_name()
    );
    Table::new("tab-roles", caption, columns, Role::ALL.iter().map(row).collect())
}

fn force_table(
    scope: &Scope<'_>,
    (body, own): (&Organisation, &Judged<'_>),
    metrics: &[&Metric],
    (title, number): (&str, usize),
) -> Table {
    let facts = scope.facts();
    let columns = ["Metric", "Responsible", "Outcome", "On a year before", "Against peers"].map(Column::words).to_vec();
    let row = |metric: &&Metric| {
        let one = of_metric(own, metric, &body.code)?;
        let compared = |against| standing::verdict_cell(facts, metric, &body.code, against);
        let cells = vec![
            roles_cell(metric),
            outcome_cell(metric, facts, &one.org_code, Some(one)),
            compared(Against::YearBefore),
            compared(Against::Peers),
        ];
        Some(Row::new(metric.heading(), cells).linked(scope.edition.figures_address(metric)))
    };
    let rows = metrics.iter().filter_map(row).collect();
    let caption = format!("{title}: responsibilities, {}", facts.release.period.words_with_short_name());
    Table::new(format!("tab-responsibility-{number}"), caption, columns, rows)
}

fn roles_cell(metric: &Metric) -> Cell {
    let roles: Vec<String> = metric.responsible.iter().map(|role| role.words().to_owned()).collect();
    Cell::new(words::sentence_case(&words::list_words(&roles)))
}

/// The outcome; below it the standard, or why nothing is evidenced.
fn outcome_cell(metric: &Metric, facts: &Facts<'_>, code: &BodyId, one: Option<&Responsibility>) -> Cell {
    let Some(one) = one else { return Cell::absent(Shorthand::NotAvailable) };
    let held = facts.current(metric, code).and_then(|figure| standard::held(metric, figure));
    let standard = held.map(|held| {
        let kind = words::sentence_case(standard::kind_words(held.kind));
        format!("{kind}: {}", standard::level_words(held, metric.unit))
    });
    let reason = (!one.reason.is_empty()).then(|| words::sentence_case(&one.reason));
    Cell::new(words::sentence_case(one.outcome.words())).with_detail(reason.or(standard))
}
