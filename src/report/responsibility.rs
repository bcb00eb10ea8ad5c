//! The pages of responsibilities: which metrics evidence the duties under each principle, which roles answer for them, and
//! whether they are met. The judgements were made before; here they are counted and laid out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::assessment::responsibilities::{Comparison, Outcome, Responsibility};
use crate::definitions::layout::Layout;
use crate::definitions::model::{Metric, Role};
use crate::report::edition::PageKind;
use crate::report::facts::Facts;
use crate::report::overview::section_title;
use crate::report::page::{Frame, force_frame, national_frame};
use crate::report::table::{Cell, Column, Row, Table};
use crate::report::{standard, words};
use crate::vocabulary::body::{NATIONAL, Organisation};

/// A heading with its table.
#[derive(Debug, Clone, Serialize)]
pub struct ResponsibilitySection {
    pub title: String,
    pub table: Table,
}

/// `responsibilities.html` of an edition.
#[derive(Debug, Clone, Serialize)]
pub struct ResponsibilitiesPage {
    pub frame: Frame,
    pub summary: Vec<String>,
    /// By role in a force's edition, by principle and role in the national one.
    pub matrix: Table,
    pub sections: Vec<ResponsibilitySection>,
    /// In the national edition: each organisation.
    pub organisations: Option<Table>,
}

/// One judgement for each metric and organisation: the roles share it.
type Judged<'f> = BTreeMap<(&'f str, &'f str), &'f Responsibility>;

fn judged<'f>(facts: &Facts<'f>, is_wanted: impl Fn(&Responsibility) -> bool) -> Judged<'f> {
    let wanted = facts.release.responsibilities.iter().filter(|one| is_wanted(one));
    wanted.map(|one| ((one.metric_id.as_str(), one.org_code.as_str()), one)).collect()
}

/// The page of the national edition.
pub fn build_national_responsibilities(facts: &Facts<'_>) -> ResponsibilitiesPage {
    let judged = judged(facts, |_| true);
    ResponsibilitiesPage {
        frame: national_frame(facts, PageKind::Responsibilities.title(), PageKind::Responsibilities),
        summary: national_summary(),
        matrix: principles_table(facts),
        sections: sections(&facts.layouts.national, facts, |metrics, title, number| {
            national_table(facts, &judged, metrics, (title, number))
        }),
        organisations: Some(organisations_table(facts, &judged)),
    }
}

/// The page of one organisation's edition.
pub fn build_force_responsibilities(facts: &Facts<'_>, body: &Organisation) -> ResponsibilitiesPage {
    let judged = judged(facts, |one| one.org_code == body.code);
    let own = |metric: &Metric| judged.get(&(metric.id.as_str(), body.code.as_str())).copied();
    ResponsibilitiesPage {
        frame: force_frame(facts, &format!("{}: responsibilities", body.name), body, PageKind::Responsibilities),
        summary: vec![
            format!(
                "Which metrics evidence the duties of {} under the ten principles, who answers for them, and whether they were met in {}.",
                body.name,
                facts.release.period.words()
            ),
            comparison_sentence().to_owned(),
        ],
        matrix: roles_table(facts, body, &own),
        sections: sections(&facts.layouts.force, facts, |metrics, title, number| {
            force_table(facts, metrics, &own, (title, number))
        }),
        organisations: None,
    }
}

fn national_summary() -> Vec<String> {
    vec![
        "For each principle of the Code: the metrics that evidence its duties, the roles that answer for them, and whether they are met. No source assigns metrics to roles; the assignment was made for this report. The chief officer answers for every metric as a controller and is named only where the result depends on no other role, or first of all on the chief officer’s own decision.".to_owned(),
        "Met and not met are said only where a standard held throughout the period. Where none did, the figure is compared with the same period a year before and with peers. Few cases means that a standard held and that the figure is a share of fewer than ten or a rate of fewer than five events: how many there were is said, and no verdict. Not evidenced means that there is no figure, or none that can be judged; the edition of the organisation gives the reason.".to_owned(),
        comparison_sentence().to_owned(),
    ]
}

fn comparison_sentence() -> &'static str {
    "Better and worse mean that the 95% interval of the difference lies on one side of nought; otherwise there is no clear difference. Metrics for which neither direction is better say higher or lower."
}

fn sections(
    layout: &Layout,
    facts: &Facts<'_>,
    table: impl Fn(&[&Metric], &str, usize) -> Table,
) -> Vec<ResponsibilitySection> {
    let section = |(index, section): (usize, &crate::definitions::layout::Section)| {
        let metrics = section.select(&facts.release.metrics);
        (!metrics.is_empty()).then(|| ResponsibilitySection {
            title: section_title(section.principle, &section.title),
            table: table(&metrics, &section.title, index + 1),
        })
    };
    let sections: Vec<ResponsibilitySection> = layout.sections.iter().enumerate().filter_map(section).collect();
    sections.into_iter().filter(|section| !section.table.rows.is_empty()).collect()
}

/// Principles in rows, roles in columns, ids of metrics in the cells.
fn principles_table(facts: &Facts<'_>) -> Table {
    let mut columns = vec![Column::words("Principle")];
    columns.extend(Role::ALL.iter().map(|role| Column::words(words::sentence_case(role.words()))));
    let row = |section: &crate::definitions::layout::Section| {
        let metrics = section.select(&facts.release.metrics);
        let ids = |role: &Role| {
            let ids: Vec<&str> =
                metrics.iter().filter(|m| m.responsible.contains(role)).map(|m| m.id.as_str()).collect();
            Cell::new(if ids.is_empty() { "None".to_owned() } else { ids.join(", ") })
        };
        Row::new(section_title(section.principle, &section.title), Role::ALL.iter().map(ids).collect())
    };
    let rows = facts.layouts.national.sections.iter().map(row).collect();
    Table::new("tab-roles", "Metrics by principle and responsible role", columns, rows)
}

fn national_table(
    facts: &Facts<'_>,
    judged: &Judged<'_>,
    metrics: &[&Metric],
    (title, number): (&str, usize),
) -> Table {
    let mut columns = vec![Column::words("Metric"), Column::words("Responsible"), Column::words("National figure")];
    columns.extend(Outcome::ALL.iter().map(|outcome| Column::numbers(words::sentence_case(outcome.words()))));
    columns.push(Column::words("On a year before"));
    let row = |metric: &&Metric| {
        let of_metric: Vec<&&Responsibility> =
            judged.iter().filter(|((id, code), _)| *id == metric.id && *code != NATIONAL).map(|(_, one)| one).collect();
        let count = |outcome: Outcome| of_metric.iter().filter(|one| one.outcome == outcome).count();
        let nation = judged.get(&(metric.id.as_str(), NATIONAL)).copied();
        let mut cells = vec![roles_cell(metric), outcome_cell(metric, facts, NATIONAL, nation)];
        cells.extend(Outcome::ALL.map(|outcome| Cell::new(count(outcome).to_string())));
        cells.push(Cell::new(moves_words(of_metric.iter().filter_map(|one| one.against_year_before))));
        let heading = format!("{} {}", metric.id, metric.title);
        Row { heading, link: Some(PageKind::Metric(metric).path()), emphasised: false, cells }
    };
    let rows = metrics.iter().map(row).collect();
    let caption = format!("{title}: organisations by outcome, {}", facts.release.period.words_with_short_name());
    Table::new(format!("tab-responsibility-{number}"), caption, columns, rows)
}

fn organisations_table(facts: &Facts<'_>, judged: &Judged<'_>) -> Table {
    let mut columns = vec![Column::words("Organisation")];
    columns.extend(Outcome::ALL.iter().map(|outcome| Column::numbers(words::sentence_case(outcome.words()))));
    columns.extend(["On a year before", "Against peers"].map(Column::words));
    let mut codes: BTreeSet<(String, &str)> = BTreeSet::new();
    codes.extend(judged.keys().filter(|(_, code)| *code != NATIONAL).map(|(_, code)| (facts.name(code), *code)));
    let row = |(name, code): &(String, &str)| {
        let own: Vec<&&Responsibility> = judged.iter().filter(|((_, c), _)| c == code).map(|(_, one)| one).collect();
        let count = |outcome: Outcome| own.iter().filter(|one| one.outcome == outcome).count();
        let mut cells: Vec<Cell> = Outcome::ALL.map(|outcome| Cell::new(count(outcome).to_string())).into();
        cells.push(Cell::new(moves_words(own.iter().filter_map(|one| one.against_year_before))));
        cells.push(Cell::new(moves_words(own.iter().filter_map(|one| one.against_peers))));
        Row::new(name.clone(), cells)
    };
    let caption = format!("Metrics of each organisation by outcome, {}", facts.release.period.words_with_short_name());
    Table::new("tab-responsibility-organisations", caption, columns, codes.iter().map(row).collect())
}

/// "12 better, 3 worse, 20 without a clear difference, 2 cannot tell".
fn moves_words(moves: impl Iterator<Item = Comparison>) -> String {
    let moves: Vec<Comparison> = moves.collect();
    let count = |wanted: Comparison| moves.iter().filter(|one| **one == wanted).count();
    let parts: Vec<String> = [
        (Comparison::Better, "better"),
        (Comparison::Worse, "worse"),
        (Comparison::Higher, "higher"),
        (Comparison::Lower, "lower"),
        (Comparison::NoClearDifference, "without a clear difference"),
        (Comparison::NotTested, "full counts, difference only"),
    ]
    .into_iter()
    .filter(|(one, _)| count(*one) > 0)
    .map(|(one, name)| format!("{} {name}", count(one)))
    .collect();
    if parts.is_empty() { "Nothing to compare".to_owned() } else { parts.join(", ") }
}

fn roles_table<'f>(
    facts: &Facts<'f>,
    body: &Organisation,
    own: &impl Fn(&Metric) -> Option<&'f Responsibility>,
) -> Table {
    let mut columns = vec![Column::words("Role"), Column::numbers("Metrics")];
    columns.extend(Outcome::ALL.iter().map(|outcome| Column::numbers(words::sentence_case(outcome.words()))));
    let row = |role: &Role| {
        let judged: Vec<&Responsibility> =
            facts.release.metrics.iter().filter(|m| m.responsible.contains(role)).filter_map(own).collect();
        let count = |outcome: Outcome| judged.iter().filter(|one| one.outcome == outcome).count();
        let mut cells = vec![Cell::new(judged.len().to_string())];
        cells.extend(Outcome::ALL.map(|outcome| Cell::new(count(outcome).to_string())));
        Row::new(words::sentence_case(role.words()), cells)
    };
    let caption = format!(
        "{}: metrics by responsible role and outcome, {}",
        body.short_name,
        facts.release.period.words_with_short_name()
    );
    Table::new("tab-roles", caption, columns, Role::ALL.iter().map(row).collect())
}

fn force_table<'f>(
    facts: &Facts<'f>,
    metrics: &[&Metric],
    own: &impl Fn(&Metric) -> Option<&'f Responsibility>,
    (title, number): (&str, usize),
) -> Table {
    let columns = ["Metric", "Responsible", "Outcome", "On a year before", "Against peers"].map(Column::words).to_vec();
    let row = |metric: &&Metric| {
        let one = own(metric)?;
        let compared = |comparison: Option<Comparison>| {
            Cell::new(comparison.map_or_else(|| "[z]".to_owned(), |c| words::sentence_case(c.words())))
        };
        let cells = vec![
            roles_cell(metric),
            outcome_cell(metric, facts, &one.org_code, Some(one)),
            compared(one.against_year_before),
            compared(one.against_peers),
        ];
        let heading = format!("{} {}", metric.id, metric.title);
        Some(Row { heading, link: Some(format!("index.html#metric-{}", metric.id)), emphasised: false, cells })
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
fn outcome_cell(metric: &Metric, facts: &Facts<'_>, code: &str, one: Option<&Responsibility>) -> Cell {
    let Some(one) = one else { return Cell::new("[x]") };
    let held = facts.current(metric, code).and_then(|figure| standard::held(metric, figure));
    let standard = held.map(|held| {
        let kind = words::sentence_case(standard::kind_words(held.kind));
        format!("{kind}: {}", standard::level_words(held, metric.unit))
    });
    let reason = (!one.reason.is_empty()).then(|| words::sentence_case(&one.reason));
    Cell::new(words::sentence_case(one.outcome.words())).with_detail(reason.or(standard))
}
