//! Which code builds which block. A layout names a block; this is the one place that knows what the name stands for.

use crate::definitions::blocks::BlockName;
use crate::definitions::model::Metric;
use crate::report::block::Block;
use crate::report::edition::Scope;
use crate::report::{
    all_metrics, coverage, dictionary, force, forces_matrix, late_section, metric_page, nation, notes, one_force,
    organisations_table, own_returns, own_summary, parity_page, quality, responsibility, signals_page,
};
use crate::vocabulary::body::Organisation;

/// The blocks that a name stands for on a page; none where the release has nothing to say there.
pub fn blocks_of(scope: &Scope<'_>, name: BlockName) -> Vec<Block> {
    let (facts, layout) = (scope.facts(), scope.edition.layout);
    match name {
        BlockName::Opening => vec![Block::Lead((&*layout.summary).into())],
        BlockName::AtAGlance => nation::at_a_glance(scope),
        BlockName::NationalFigures => all_metrics::national_figures(scope),
        BlockName::ForcesFirst => nation::forces_first(scope),
        BlockName::ForcesByMetric => forces_matrix::forces_by_metric(scope),
        BlockName::OrganisationFirst => of_organisation(scope, |body| one_force::first(scope, body)),
        BlockName::OrganisationMetrics => of_organisation(scope, |body| [one_force::metrics(scope, body)]),
        BlockName::ResponsibilitiesExplained => responsibility::explanation(scope),
        BlockName::Roles => vec![responsibility::roles(scope)],
        BlockName::Responsibilities => responsibility::responsibilities(scope),
        BlockName::OrganisationsByOutcome => vec![responsibility::organisations_by_outcome(facts)],
        BlockName::SignalsExplained => signals_page::explanation(facts),
        BlockName::SignalsByChance => vec![signals_page::by_chance(facts)],
        BlockName::Signals => signals_page::signals(scope),
        BlockName::OtherRulesExplained => parity_page::explanation(),
        BlockName::OtherRules => parity_page::tables(facts),
        BlockName::MetricDictionary => dictionary::metrics(scope),
        BlockName::DataDictionaryExplained => vec![dictionary::data_explanation()],
        BlockName::Datasets => vec![dictionary::datasets(facts)],
        BlockName::Rollups => vec![dictionary::rollups(facts)],
        BlockName::ReturnsSummary => vec![quality::returns_summary(facts)],
        BlockName::ReturnsByDataset => vec![quality::returns_by_dataset(facts)],
        BlockName::ReturnsNotInTime => vec![quality::returns_not_in_time(facts)],
        BlockName::ReturnsByOrganisation => vec![quality::returns_by_organisation(facts)],
        BlockName::Findings => vec![quality::findings(facts, layout.findings_shown)],
        BlockName::Method => vec![notes::method(facts)],
        BlockName::Settings => notes::settings(facts).into_iter().collect(),
        BlockName::Publication => vec![notes::publication(facts)],
        BlockName::Accessibility => vec![notes::accessibility(facts)],
        BlockName::About => vec![notes::about(facts)],
        BlockName::KeyFindings => of_metric(scope, |metric| [metric_page::key_findings(facts, metric)]),
        BlockName::Withheld => of_metric(scope, |metric| metric_page::withheld_from_public(facts, metric)),
        BlockName::Charts => of_metric(scope, |metric| [metric_page::charts(facts, metric)]),
        BlockName::Meaning => of_metric(scope, |metric| [metric_page::meaning(metric)]),
        BlockName::Organisations => of_metric(scope, |metric| organisations_table::organisations(facts, metric)),
        BlockName::FiguresByPeriod => of_metric(scope, |metric| [metric_page::figures_by_period(facts, metric)]),
        BlockName::Contributions => of_metric(scope, |metric| metric_page::contributions(facts, metric)),
        BlockName::Regions => of_metric(scope, |metric| metric_page::regions(facts, metric)),
        BlockName::Breakdown => of_metric(scope, |metric| metric_page::breakdown(facts, metric)),
        BlockName::Definition => of_metric(scope, |metric| [metric_page::definition(facts, metric)]),
        BlockName::Coverage => of_metric(scope, |metric| [coverage::coverage(facts, metric)]),
        BlockName::LateData => of_metric(scope, |metric| late_section::late_data(facts, metric)),
        BlockName::Neighbours => of_metric(scope, |metric| metric_page::neighbours(scope, metric)),
        BlockName::Peers => of_organisation(scope, |body| [force::peers(facts, body)]),
        BlockName::OwnFigures => of_organisation(scope, |body| [force::own_figures(scope, body)]),
        BlockName::OwnMetrics => of_organisation(scope, |body| force::own_metrics(scope, body)),
        BlockName::NotMeasured => of_organisation(scope, |body| force::not_measured(scope, body)),
        BlockName::OwnReturns => of_organisation(scope, |body| [quality::own_returns(facts, body)]),
        BlockName::OwnMessage => of_organisation(scope, |body| own_summary::message(facts, body)),
        BlockName::OwnPriorities => of_organisation(scope, |body| own_summary::priorities(scope, body)),
        BlockName::OwnReturnsNotInTime => of_organisation(scope, |body| own_returns::not_in_time(facts, body)),
        BlockName::OwnMetricsExplained => of_organisation(scope, |body| force::metrics_explained(scope, body)),
        BlockName::Principles => force::principles(scope).into_iter().collect(),
        BlockName::OwnFindings => {
            of_organisation(scope, |body| [quality::own_findings(facts, body, layout.findings_shown)])
        }
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
