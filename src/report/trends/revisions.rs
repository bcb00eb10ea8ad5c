//! What has changed since the release before: which figures, from what to what, and why; and when figures are revised.

use std::collections::BTreeMap;

use crate::definitions::model::Metric;
use crate::history::{Reason, Revision, RevisionKind};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::metric::late_data::{change_cells, reason_words};
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::report::page::frame::NOT_GIVEN;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::page::text::Fact;
use crate::report::words;
use crate::vocabulary::body_id::Body;
use crate::vocabulary::period::Period;

/// More changes of national figures than these are left to the data file.
const MOST_ROWS: usize = 300;

fn since_last<'a>(facts: &Facts<'a>) -> Vec<&'a Revision> {
    let all = facts.release.lateness.revisions.iter();
    all.filter(|one| one.kind == RevisionKind::SinceLastRelease).collect()
}

/// The figures that an earlier release published otherwise, and the policy on revisions.
pub fn revisions_since(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let all = since_last(facts);
    let mut blocks = vec![Block::Lead(message(facts).into()), policy(facts)];
    if all.is_empty() {
        return blocks;
    }
    blocks.push(Block::section("reasons", "Why figures changed", vec![Block::Table(reasons_table(&all))]));
    let national = national_table(scope, &all);
    let national = national.map_or_else(
        || vec![Block::paragraph("No national figure changed.")],
        |table| vec![Block::Table(table), Block::Download(download::all_revisions("national-revisions"))],
    );
    blocks.push(Block::section("changes", "National figures that changed", national));
    blocks
}

/// How many figures changed, and since which release.
pub fn message(facts: &Facts<'_>) -> String {
    let all = since_last(facts);
    let Some(release) = all.first().map(|one| release_words(&one.earlier_release)) else {
        return "No figure of an earlier release has changed.".to_owned();
    };
    let national = all.iter().filter(|one| one.org_code.body() == Body::Nation).count();
    let others = all.iter().filter(|one| matches!(one.org_code.body(), Body::Organisation(_))).count();
    let figures = |count: usize| if count == 1 { "figure" } else { "figures" };
    format!(
        "{} national {} and {} {} of single organisations have changed since {release}.",
        words::sentence_case(&words::number_words(national)),
        figures(national),
        words::number_words(others),
        figures(others)
    )
}

/// "revision 1 of January to March 2026", from `2025-26Q4 r1`.
fn release_words(release: &str) -> String {
    let parts = release.split_once(" r").and_then(|(of, revision)| Some((of.parse::<Period>().ok()?, revision)));
    parts.map_or_else(|| release.to_owned(), |(of, revision)| format!("revision {revision} of {}", of.words()))
}

fn policy(facts: &Facts<'_>) -> Block {
    let policy = facts.release.publication.revision_policy.clone().unwrap_or_else(|| NOT_GIVEN.to_owned());
    Block::section("policy", "When figures are revised", vec![Block::paragraph(policy)])
}

fn reasons_table(all: &[&Revision]) -> Table {
    let mut by_reason: BTreeMap<Reason, [i64; 3]> = BTreeMap::new();
    for one in all {
        let place = match one.org_code.body() {
            Body::Nation => 0,
            Body::Region(_) => 1,
            Body::Organisation(_) => 2,
            Body::PeersOf(_) | Body::Unattributed => continue,
        };
        if let Some(count) = by_reason.entry(one.reason).or_default().get_mut(place) {
            *count += 1;
        }
    }
    let row = |(reason, counts): (&Reason, &[i64; 3])| {
        Row::new(reason_words(*reason), counts.iter().map(|count| Cell::count(*count)).collect())
    };
    let mut columns = vec![Column::words("Reason")];
    columns.extend(["National figures", "Figures of regions", "Figures of organisations"].map(Column::numbers));
    let caption = "Figures that changed since the release before, by reason";
    Table::new("tab-revision-reasons", caption, columns, by_reason.iter().map(row).collect())
}

fn national_table(scope: &Scope<'_>, all: &[&Revision]) -> Option<Table> {
    let facts = scope.facts();
    let metric = |id: &str| facts.release.metrics.iter().find(|metric| metric.id == id);
    let national: Vec<(&Metric, &Revision)> = all
        .iter()
        .filter(|one| one.org_code.is_nation())
        .filter_map(|one| Some((metric(&one.metric_id)?, *one)))
        .collect();
    let row = |(metric, one): &(&Metric, &Revision)| {
        let mut cells = vec![Cell::new(one.period.words_with_short_name())];
        let [then, now, change, reason] = change_cells(metric.unit, one);
        cells.extend([then.with_unit(), now.with_unit(), change, reason]);
        Row::new(metric.heading(), cells).linked(scope.edition.figures_address(metric))
    };
    let columns = vec![
        Column::words("Metric"),
        Column::words("Period"),
        Column::numbers("Published then"),
        Column::numbers("Now"),
        Column::numbers("Change"),
        Column::words("Reason"),
    ];
    let rows: Vec<Row> = national.iter().take(MOST_ROWS).map(row).collect();
    let table = Table::new("tab-revisions", "National figures that changed since the release before", columns, rows);
    let left_out = national.len().saturating_sub(MOST_ROWS);
    let table = if left_out > 0 {
        table.explained(format!("The file below the table has {} more.", words::number_words(left_out)))
    } else {
        table
    };
    (!table.rows.is_empty()).then_some(table)
}

/// Who publishes the release, when the next one comes, and who sees it before the others.
pub fn release_calendar(facts: &Facts<'_>) -> Vec<Block> {
    let release = facts.release;
    let publication = &release.publication;
    let given = |text: &Option<String>| text.clone().unwrap_or_else(|| NOT_GIVEN.to_owned());
    let next = publication.next_release.map(words::date_words);
    let early = match publication.pre_release_access.as_deref() {
        None => NOT_GIVEN.to_owned(),
        Some([]) => "Nobody sees the release before it is published".to_owned(),
        Some(offices) => offices.join("; "),
    };
    let facts = vec![
        Fact::new("This release", words::date_words(release.published_on)),
        Fact::new("Next release", given(&next)),
        Fact::new("Publisher", given(&publication.publisher)),
        Fact::new("Contact", given(&publication.contact)),
        Fact::new("Access before publication", early),
        Fact::new("Revisions", given(&publication.revision_policy)),
    ];
    vec![Block::section("calendar", "Release calendar", vec![Block::Facts(facts)])]
}
