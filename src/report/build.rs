//! Which code builds which block. A layout names a block; this is the one place that knows what the name stands for.

use crate::definitions::blocks::BlockName;
use crate::definitions::model::Metric;
use crate::report::edition::Scope;
use crate::report::edition::frame::build_frame;
use crate::report::page::Page;
use crate::report::page::block::{Block, Links};
use crate::report::page::text::{Address, Text};
use crate::report::{about, force, inspection, metric, national, public, returns, trends};
use crate::vocabulary::body::Organisation;

/// A page of an edition; `None` where there is nothing to say on it.
pub fn build_page(scope: &Scope<'_>) -> Option<Page> {
    let mut blocks: Vec<_> = scope.page.blocks.iter().flat_map(|block| blocks_of(scope, *block)).collect();
    if blocks.is_empty() {
        return None;
    }
    blocks.extend(pages_below(scope));
    Some(Page::new(scope.path(), build_frame(scope), blocks))
}

/// The way on from a main page to the pages of its part.
fn pages_below(scope: &Scope<'_>) -> Option<Block> {
    let below = scope.edition.navigation(Some(scope.page)).into_iter().map(|entry| entry.page);
    let links: Vec<Text> =
        below.map(|page| Text::default().link(scope.fill(&page.title), Address::page(&*page.path))).collect();
    (!links.is_empty()).then(|| Block::Links(Links { label: "Further pages of this part".to_owned(), links }))
}

/// The blocks that a name stands for on a page; none where the release has nothing to say there.
fn blocks_of(scope: &Scope<'_>, name: BlockName) -> Vec<Block> {
    let (facts, layout) = (scope.facts(), scope.edition.layout);
    match name {
        BlockName::Opening => vec![Block::Lead((&*layout.summary).into())],
        BlockName::AtAGlance => national::summary::at_a_glance(scope),
        BlockName::NationalFigures => national::all_metrics::national_figures(scope),
        BlockName::ForcesFirst => national::summary::forces_first(scope),
        BlockName::ForcesByMetric => national::forces_matrix::forces_by_metric(scope),
        BlockName::OrganisationFirst => of_organisation(scope, |body| national::one_force::first(scope, body)),
        BlockName::OrganisationMetrics => of_organisation(scope, |body| [national::one_force::metrics(scope, body)]),
        BlockName::ResponsibilitiesExplained => national::responsibilities::explanation(scope),
        BlockName::Roles => vec![national::responsibilities::roles(scope)],
        BlockName::Responsibilities => national::responsibilities::responsibilities(scope),
        BlockName::OrganisationsByOutcome => vec![national::responsibilities::organisations_by_outcome(facts)],
        BlockName::SignalsExplained => national::signals::explanation(facts),
        BlockName::SignalsByChance => vec![national::signals::by_chance(facts)],
        BlockName::Signals => vec![national::signals::signals(scope)],
        BlockName::Explorer => national::explorer::explorer(scope),
        BlockName::OtherRulesExplained => national::other_rules::explanation(),
        BlockName::OtherRules => national::other_rules::tables(facts),
        BlockName::MetricDictionary => about::dictionary::metrics(scope),
        BlockName::DataDictionaryExplained => vec![about::dictionary::data_explanation()],
        BlockName::Datasets => vec![about::dictionary::datasets(facts)],
        BlockName::Rollups => vec![about::dictionary::rollups(facts)],
        BlockName::ReturnsSummary => vec![returns::quality::returns_summary(facts)],
        BlockName::ReturnsByDataset => vec![returns::quality::returns_by_dataset(facts)],
        BlockName::ReturnsNotInTime => vec![returns::quality::returns_not_in_time(facts)],
        BlockName::ReturnsByOrganisation => vec![returns::quality::returns_by_organisation(facts)],
        BlockName::Findings => vec![returns::quality::findings(facts, layout.findings_shown)],
        BlockName::Method => vec![about::notes::method(facts)],
        BlockName::Settings => about::notes::settings(facts).into_iter().collect(),
        BlockName::Publication => vec![about::notes::publication(facts)],
        BlockName::Accessibility => about::accessibility::statement(facts),
        BlockName::About => vec![about::notes::about(facts)],
        BlockName::KeyFindings => of_metric(scope, |metric| [metric::sections::key_findings(facts, metric)]),
        BlockName::Withheld => of_metric(scope, |metric| metric::sections::withheld_from_public(facts, metric)),
        BlockName::Charts => of_metric(scope, |metric| [metric::sections::charts(facts, metric)]),
        BlockName::Meaning => of_metric(scope, |metric| [metric::sections::meaning(metric)]),
        BlockName::Organisations => of_metric(scope, |metric| metric::organisations::organisations(facts, metric)),
        BlockName::FiguresByPeriod => of_metric(scope, |metric| [metric::sections::figures_by_period(facts, metric)]),
        BlockName::Contributions => of_metric(scope, |metric| metric::sections::contributions(facts, metric)),
        BlockName::Regions => of_metric(scope, |metric| metric::sections::regions(facts, metric)),
        BlockName::Breakdown => of_metric(scope, |metric| metric::sections::breakdown(facts, metric)),
        BlockName::Definition => of_metric(scope, |metric| [metric::sections::definition(facts, metric)]),
        BlockName::Coverage => of_metric(scope, |metric| [returns::coverage::coverage(facts, metric)]),
        BlockName::LateData => of_metric(scope, |metric| metric::late_data::late_data(facts, metric)),
        BlockName::Neighbours => of_metric(scope, |metric| metric::sections::neighbours(scope, metric)),
        BlockName::Peers => of_organisation(scope, |body| [force::metrics::peers(facts, body)]),
        BlockName::OwnFigures => of_organisation(scope, |body| [national::spine_table::own_figures(scope, body)]),
        BlockName::OwnMetrics => of_organisation(scope, |body| force::metrics::own_metrics(scope, body)),
        BlockName::NotMeasured => of_organisation(scope, |body| force::metrics::not_measured(scope, body)),
        BlockName::OwnReturns => of_organisation(scope, |body| [returns::quality::own_returns(facts, body)]),
        BlockName::OwnMessage => of_organisation(scope, |body| force::summary::message(facts, body)),
        BlockName::OwnPriorities => of_organisation(scope, |body| force::summary::priorities(scope, body)),
        BlockName::OwnReturnsNotInTime => of_organisation(scope, |body| force::returns::not_in_time(facts, body)),
        BlockName::OwnMetricsExplained => of_organisation(scope, |body| force::metrics::metrics_explained(scope, body)),
        BlockName::Introduction => public::questions::introduction(scope),
        BlockName::Questions => public::questions::questions(scope),
        BlockName::BodiesAToZ => public::body_list::bodies_a_to_z(scope),
        BlockName::BodyMessage => of_organisation(scope, |body| public::body_page::message(scope, body)),
        BlockName::BodyFigures => of_organisation(scope, |body| public::body_page::figures(scope, body)),
        BlockName::BodyNotShown => of_organisation(scope, |body| public::body_page::not_shown(scope, body)),
        BlockName::Glossary => public::glossary::glossary(scope),
        BlockName::Principles => force::metrics::principles(scope).into_iter().collect(),
        BlockName::Migration => trends::migration::migration(scope),
        BlockName::MigrationByForce => trends::migration::migration_by_force(scope),
        BlockName::MigrationBySystem => trends::migration::migration_by_system(scope),
        BlockName::LongSeries => trends::series::long_series(scope),
        BlockName::NationalSeries => of_metric(scope, |metric| trends::series::national_series(facts, metric)),
        BlockName::TrendsSummary => trends::summary::trends_summary(scope),
        BlockName::ReleaseCalendar => trends::revisions::release_calendar(facts),
        BlockName::Seasons => trends::seasons::seasons(scope),
        BlockName::RegionPlaces => trends::regions::region_places(scope),
        BlockName::RegionSeries => of_metric(scope, |metric| trends::regions::region_series(facts, metric)),
        BlockName::ChangeParts => trends::decomposition::change_parts(scope),
        BlockName::ChangeOfMetric => of_metric(scope, |metric| trends::decomposition::change_of_metric(facts, metric)),
        BlockName::StandardsOverTime => trends::standards::standards_over_time(scope),
        BlockName::LateOverview => trends::late::late_overview(scope),
        BlockName::KnownWhen => of_metric(scope, |metric| trends::late::known_when(facts, metric)),
        BlockName::RevisionsSince => trends::revisions::revisions_since(scope),
        BlockName::OwnFindings => {
            of_organisation(scope, |body| [returns::quality::own_findings(facts, body, layout.findings_shown)])
        }
        BlockName::InspectedOrganisations => inspection::inspected_organisations(scope),
        BlockName::EvidenceSummary => of_organisation(scope, |body| inspection::summary(scope, body)),
        BlockName::EvidenceOfStandards => of_organisation(scope, |body| inspection::standards_table(scope, body)),
        BlockName::Evidence => of_organisation(scope, |body| inspection::evidence_table(scope, body)),
        BlockName::InspectorQuestions => of_organisation(scope, |body| inspection::inspector_questions(scope, body)),
        BlockName::EvidenceByPart => of_organisation(scope, |body| inspection::parts(scope, body)),
        BlockName::Submissions => of_organisation(scope, |body| returns::submissions::submissions(scope, body)),
        BlockName::TakeAway => about::take_away::take_away(&scope.edition).into_iter().collect(),
        BlockName::Verification => of_organisation(scope, |body| inspection::verification(scope, body)),
    }
}

/// Blocks about the metric of the page. The layouts were checked: such a block stands on no other page.
fn of_metric<'a, B: IntoIterator<Item = Block>>(scope: &Scope<'a>, build: impl Fn(&'a Metric) -> B) -> Vec<Block> {
    scope.metric.map(build).into_iter().flatten().collect()
}

/// Blocks about the organisation of the page, likewise.
fn of_organisation<'a, B: IntoIterator<Item = Block>>(
    scope: &Scope<'a>,
    build: impl Fn(&'a Organisation) -> B,
) -> Vec<Block> {
    scope.organisation.map(build).into_iter().flatten().collect()
}
