//! The blocks of pages and the tables of spreadsheets that a layout may name, what each is about, and which readers may get it. Whoever asks what a reader may see asks
//! here and in [`Audience`].

/// Who reads an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Those who may see every organisation by name, and every finding about its returns.
    Office,
    /// Those who inspect every organisation: what each of them evidences, by name.
    Inspectorate,
    /// Those who inspect one organisation, and the organisation itself: its figures, findings and submissions, and sums over
    /// others. No rows of it.
    Inspection,
    /// One organisation: its own figures and findings, and sums over others.
    Force,
    /// Everybody. Nothing that is withheld, and no finding, because findings name records.
    Public,
}

impl Audience {
    /// All of them, by their names in layouts.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("office", Self::Office),
        ("inspectorate", Self::Inspectorate),
        ("inspection", Self::Inspection),
        ("force", Self::Force),
        ("public", Self::Public),
    ];

    /// Whether each organisation gets an edition of its own, which holds nothing of another but sums.
    pub fn is_of_one_organisation(self) -> bool {
        matches!(self, Self::Inspection | Self::Force)
    }
}

/// What pages of one kind are made for: one page for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    Metric,
    Organisation,
    Principle,
}

impl Each {
    /// All of them, by their names in layouts.
    pub const NAMES: [(&'static str, Self); 3] =
        [("metric", Self::Metric), ("organisation", Self::Organisation), ("principle", Self::Principle)];
}

/// What a block is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The release, or the organisation or principle that its page is made for.
    Any,
    /// The metric that its page is made for.
    Metric,
    /// The organisation that its page or its edition is made for.
    Organisation,
}

/// Readers of a block.
#[derive(Debug, Clone, Copy)]
enum Readers {
    Everyone,
    /// It names organisations, or holds figures of several.
    OfficeAndPublic,
    /// It holds what one organisation, and those who inspect it, may know of it.
    OfOne,
    /// It holds rows of one organisation, which belong to it alone.
    OfficeAndForce,
    /// It says of every organisation what it evidences.
    OfficeAndInspectorate,
    /// It holds findings or returns of several organisations.
    Office,
}

/// Declares blocks of one kind: name in layouts, what the block is about, who may get it.
macro_rules! block_names {
    (
        $(#[doc = $kind:literal])+ $type:ident:
        $($(#[doc = $about:literal])+ $name:literal $variant:ident $subject:ident $readers:ident;)+
    ) => {
        $(#[doc = $kind])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type {
            $($(#[doc = $about])+ $variant,)+
        }

        impl $type {
            /// All of them, by their names in layouts.
            pub const NAMES: &'static [(&'static str, Self)] = &[$(($name, Self::$variant)),+];

            /// Its name in layouts.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Why the block cannot stand in an edition of `audience`, where it is made for `each`; `None` where it can.
            pub(super) fn misplaced(self, audience: Audience, each: Option<Each>) -> Option<&'static str> {
                let (subject, readers) = match self {
                    $(Self::$variant => (Subject::$subject, Readers::$readers),)+
                };
                misplaced((subject, readers), audience, each)
            }
        }
    };
}

block_names! {
    /// A block of a page that a layout may name.
    BlockName:
    /// The opening sentences of the edition.
    "opening" Opening Any Everyone;
    /// The message of the edition, how the nation is doing by principle, what moved, and the standards in force.
    "at_a_glance" AtAGlance Any OfficeAndPublic;
    /// Which forces stand out and why, and which returns are missing.
    "forces_first" ForcesFirst Any Office;
    /// Every metric by principle: figure, trend, change, standard and spread of forces.
    "national_figures" NationalFigures Any OfficeAndPublic;
    /// Forces by metric: where each of them stands against its peers.
    "forces_by_metric" ForcesByMetric Any Office;
    /// Where the organisation stands out, and which of its returns are missing.
    "organisation_first" OrganisationFirst Organisation OfOne;
    /// Every metric of the organisation: figure, trend, peers, change and standard.
    "organisation_metrics" OrganisationMetrics Organisation OfOne;
    /// How to read the pages of responsibilities.
    "responsibilities_explained" ResponsibilitiesExplained Any Everyone;
    /// Roles and the metrics that they answer for.
    "roles" Roles Any Everyone;
    /// Metrics by principle with their outcomes.
    "responsibilities" Responsibilities Any Everyone;
    /// Each organisation with its outcomes.
    "organisations_by_outcome" OrganisationsByOutcome Any OfficeAndPublic;
    /// How many signals there are, and what a signal is.
    "signals_explained" SignalsExplained Any OfficeAndPublic;
    /// How many labels chance alone would raise.
    "signals_by_chance" SignalsByChance Any OfficeAndPublic;
    /// The signals that call for action, by principle.
    "signals" Signals Any OfficeAndPublic;
    /// Which rules of others figures are judged by.
    "other_rules_explained" OtherRulesExplained Any OfficeAndPublic;
    /// Figures judged by the rules of other packages.
    "other_rules" OtherRules Any OfficeAndPublic;
    /// A choice of a metric and of organisations, as chart and table.
    "explorer" Explorer Any OfficeAndPublic;
    /// What every metric measures.
    "metric_dictionary" MetricDictionary Any Everyone;
    /// What the dictionary of data holds.
    "data_dictionary_explained" DataDictionaryExplained Any Everyone;
    /// What organisations submit, field by field.
    "datasets" Datasets Any Everyone;
    /// The roll-ups that figures are made from.
    "rollups" Rollups Any Everyone;
    /// How many returns were accepted, refused and missing.
    "returns_summary" ReturnsSummary Any Office;
    /// Returns of each dataset.
    "returns_by_dataset" ReturnsByDataset Any Office;
    /// Returns that were late, refused or missing.
    "returns_not_in_time" ReturnsNotInTime Any Office;
    /// Returns of each organisation.
    "returns_by_organisation" ReturnsByOrganisation Any Office;
    /// What the checks of the data found.
    "findings" Findings Any Office;
    /// How the figures are made.
    "method" Method Any Everyone;
    /// The settings that were chosen for the release.
    "settings" Settings Any Everyone;
    /// When figures are revised, and who sees them before the others.
    "publication" Publication Any Everyone;
    /// The accessibility statement.
    "accessibility" Accessibility Any Everyone;
    /// Method, settings, publication and accessibility under one heading.
    "about" About Any Everyone;
    /// What the national figure of the metric says.
    "key_findings" KeyFindings Metric OfficeAndPublic;
    /// What the public edition withholds of the metric.
    "withheld" Withheld Metric OfficeAndPublic;
    /// The charts of the metric.
    "charts" Charts Metric OfficeAndPublic;
    /// One sentence on what the metric measures, and which direction is better.
    "meaning" Meaning Metric OfficeAndPublic;
    /// Each organisation against its peers and against a year before.
    "organisations" Organisations Metric Office;
    /// The figures of each organisation and period.
    "figures_by_period" FiguresByPeriod Metric OfficeAndPublic;
    /// What each organisation added to the national change.
    "contributions" Contributions Metric OfficeAndPublic;
    /// The figures of regions.
    "regions" Regions Metric OfficeAndPublic;
    /// The categories of the metric.
    "breakdown" Breakdown Metric OfficeAndPublic;
    /// What the metric measures, with its standards, versions, steps and decisions.
    "definition" Definition Metric OfficeAndPublic;
    /// Who returned what the metric rests on.
    "coverage" Coverage Metric OfficeAndPublic;
    /// How complete recent figures are, and what has moved.
    "late_data" LateData Metric OfficeAndPublic;
    /// Links to the metrics before and after.
    "neighbours" Neighbours Metric Everyone;
    /// The peers of the organisation.
    "peers" Peers Organisation OfOne;
    /// Every metric of the organisation in one table.
    "own_figures" OwnFigures Organisation OfOne;
    /// Every metric of the organisation with its chart, by principle.
    "own_metrics" OwnMetrics Organisation OfOne;
    /// Metrics of which the organisation has no figure.
    "not_measured" NotMeasured Organisation OfOne;
    /// The returns of the organisation.
    "own_returns" OwnReturns Organisation OfOne;
    /// The message of the organisation's edition: peers, standards, returns.
    "own_message" OwnMessage Organisation OfOne;
    /// What asks for a look: worse than peers, worse than a year before, not met; and what is better.
    "own_priorities" OwnPriorities Organisation OfOne;
    /// The returns of the organisation that were refused, late or missing, with the rows that failed.
    "own_returns_not_in_time" OwnReturnsNotInTime Organisation OfficeAndForce;
    /// How to read the metrics of the organisation: what holds for all of them is said once.
    "own_metrics_explained" OwnMetricsExplained Organisation OfOne;
    /// Links to the pages of the principles.
    "principles" Principles Any Everyone;
    /// How far the move from one system to the other is: the nation's share by month, and the regions.
    "migration" Migration Any Office;
    /// Each organisation by month, in the order in which they moved, and who has moved when.
    "migration_by_force" MigrationByForce Any Office;
    /// The figures that are split by system.
    "migration_by_system" MigrationBySystem Any Office;
    /// Every metric of the nation over all periods that it is followed in.
    "long_series" LongSeries Any Office;
    /// The metric of the nation over all periods that it is followed in.
    "national_series" NationalSeries Metric Office;
    /// What each page of the edition of trends says, in a sentence.
    "trends_summary" TrendsSummary Any Office;
    /// Who publishes the release, when the next one comes, and when figures are revised.
    "release_calendar" ReleaseCalendar Any Office;
    /// The national figures of the same months of earlier years.
    "seasons" Seasons Any Office;
    /// Every metric by region, with the places of the regions.
    "region_places" RegionPlaces Any Office;
    /// The series of each region, and their places now and a year before.
    "region_series" RegionSeries Metric Office;
    /// Of every change of a national figure: what rates and what shares of cases added.
    "change_parts" ChangeParts Any Office;
    /// The change of the national figure by region and by organisation.
    "change_of_metric" ChangeOfMetric Metric Office;
    /// All standards on one line of time, with their sources and whether the nation met them.
    "standards_over_time" StandardsOverTime Any Office;
    /// How complete national figures are, and how much they were revised.
    "late_overview" LateOverview Any Office;
    /// What was known of each month of the metric as time went on.
    "known_when" KnownWhen Metric Office;
    /// The figures that the release before published otherwise, with reasons, and the policy on revisions.
    "revisions_since" RevisionsSince Any Office;
    /// What the report is about, in a few short paragraphs.
    "introduction" Introduction Any Everyone;
    /// The questions of the edition, each with the national figure that answers it.
    "questions" Questions Any OfficeAndPublic;
    /// The forces and other organisations from A to Z, with links to their pages.
    "bodies_a_to_z" BodiesAToZ Any OfficeAndPublic;
    /// How many figures of the organisation are shown, which standards it met, and where it stands out.
    "body_message" BodyMessage Organisation OfficeAndPublic;
    /// The figures of the organisation that are shown, beside those of all.
    "body_figures" BodyFigures Organisation OfficeAndPublic;
    /// The figures of the organisation that are withheld or missing, with the reasons.
    "body_not_shown" BodyNotShown Organisation OfficeAndPublic;
    /// Terms and what they mean.
    "glossary" Glossary Any Everyone;
    /// What the checks found in the data of the organisation.
    "own_findings" OwnFindings Organisation OfOne;
    /// Each organisation with what it evidences, and the way to its evidence.
    "inspected_organisations" InspectedOrganisations Any OfficeAndInspectorate;
    /// How many duties are evidenced and met, and what the edition is.
    "evidence_summary" EvidenceSummary Organisation OfOne;
    /// The standards that held, with their sources and outcomes.
    "evidence_of_standards" EvidenceOfStandards Organisation OfOne;
    /// Every metric as evidence: duty, figure, outcome, comparisons, assurance, submissions.
    "evidence" Evidence Organisation OfOne;
    /// What inspectors ask first, each question with the figures that answer it.
    "inspector_questions" InspectorQuestions Organisation OfOne;
    /// The parts that the layout names, each with its figures over time and by category.
    "evidence_by_part" EvidenceByPart Organisation OfOne;
    /// Every submission behind the figures, with its file and SHA-256.
    "submissions" Submissions Organisation OfOne;
    /// How to follow a figure to its submission, and how to make it again.
    "verification" Verification Organisation OfOne;
    /// The files that hold the figures of the edition, such as spreadsheets.
    "take_away" TakeAway Any Everyone;
}

block_names! {
    /// A table of a spreadsheet that a layout may name.
    SheetBlock:
    /// Every metric of the nation: figure, change in a year, standard, and the forces that are clearly worse than peers.
    "national_figures" NationalFigures Any OfficeAndPublic;
    /// Every metric of the nation over all periods that it is followed in.
    "national_history" NationalHistory Any OfficeAndPublic;
    /// The figures of organisations that ask for attention, or are clearly better than others.
    "attention" Attention Any Office;
    /// Returns that were late, refused or missing.
    "returns_not_in_time" ReturnsNotInTime Any Office;
    /// What the checks of the data found.
    "findings" Findings Any Office;
    /// The figures that the release before published otherwise, with reasons.
    "revisions" Revisions Any Office;
    /// How much national figures have been revised since they were first known.
    "revision_sizes" RevisionSizes Any Office;
    /// What every metric measures.
    "definitions" Definitions Any Everyone;
    /// The standards of every metric, with their dates and sources.
    "standards" Standards Any Everyone;
    /// Terms and what they mean.
    "glossary" Glossary Any Everyone;
    /// The organisations with their codes.
    "organisations" Organisations Any OfficeAndPublic;
    /// The metric for the nation, each region and each organisation, with all comparisons.
    "figures_of_metric" FiguresOfMetric Metric Office;
    /// Every metric of every organisation.
    "figures_of_organisations" FiguresOfOrganisations Any OfficeAndPublic;
    /// Every metric of every region.
    "figures_of_regions" FiguresOfRegions Any OfficeAndPublic;
    /// The move from one system to the other by month: the nation, regions and organisations.
    "migration" Migration Any Office;
    /// Each organisation with the month in which it moved.
    "migration_by_organisation" MigrationByOrganisation Any Office;
    /// Of every change of a national figure: what rates and what shares of cases added.
    "change_parts" ChangeParts Any Office;
    /// Every metric of the organisation, beside its peers and all.
    "own_figures" OwnFigures Organisation OfOne;
    /// Every metric of the organisation over the periods of the trend, beside its peers and all.
    "own_history" OwnHistory Organisation OfOne;
    /// The metrics that few cases would have brought to their standard or to the figure of the peers.
    "own_reach" OwnReach Organisation OfOne;
    /// The returns of the organisation.
    "own_returns" OwnReturns Organisation OfOne;
    /// What the checks found in the data of the organisation.
    "own_findings" OwnFindings Organisation OfOne;
    /// Every metric as evidence: duty, figure, outcome, comparisons, assurance, submissions.
    "evidence" Evidence Organisation OfOne;
    /// Every submission behind the figures, with its files and their SHA-256.
    "submissions" Submissions Organisation OfOne;
    /// Each organisation with what it evidences.
    "inspected_organisations" InspectedOrganisations Any OfficeAndInspectorate;
}

fn misplaced((subject, readers): (Subject, Readers), audience: Audience, each: Option<Each>) -> Option<&'static str> {
    let readers = match readers {
        Readers::Everyone => true,
        Readers::OfficeAndPublic => matches!(audience, Audience::Office | Audience::Public),
        Readers::OfOne => matches!(audience, Audience::Office | Audience::Inspection | Audience::Force),
        Readers::OfficeAndForce => matches!(audience, Audience::Office | Audience::Force),
        Readers::OfficeAndInspectorate => matches!(audience, Audience::Office | Audience::Inspectorate),
        Readers::Office => audience == Audience::Office,
    };
    let has_subject = match subject {
        Subject::Any => true,
        Subject::Metric => each == Some(Each::Metric),
        Subject::Organisation => audience.is_of_one_organisation() || each == Some(Each::Organisation),
    };
    match (readers, has_subject) {
        (false, _) => Some("holds what these readers may not see"),
        (true, false) if subject == Subject::Metric => Some("needs each = \"metric\""),
        (true, false) => Some("needs each = \"organisation\", or an edition for each organisation"),
        (true, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_stands_in_the_documentation() {
        let documentation = include_str!("../../docs/definitions.md");
        let (of_pages, of_sheets) = documentation.split_once("\n### Spreadsheets\n").unwrap();
        let lacks = |part: &str, name: &str| !part.contains(&format!("\n| `{name}` | "));
        let pages = BlockName::NAMES.iter().map(|(name, _)| *name).filter(|name| lacks(of_pages, name));
        let sheets = SheetBlock::NAMES.iter().map(|(name, _)| *name).filter(|name| lacks(of_sheets, name));
        let without: Vec<&str> = pages.chain(sheets).collect();
        assert!(without.is_empty(), "docs/definitions.md lacks {}", without.join(", "));
    }
}
