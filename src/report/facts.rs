//! Finds a figure, a name or a return in the release. It looks up and sorts; it words and rounds nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::assessment::{
    Against, ControlChart, FigureComparison, FunnelSummary, Labels, MatchedChange, PeerComparison, Resting,
    SeriesRunChart, SeriesTrend, Signal,
};
use crate::definitions::layout::Layouts;
use crate::definitions::model::Metric;
use crate::release::names::Names;
use crate::release::tables::ReleaseTables;
use crate::release::{FigureBasis, Release, SubmissionLine};
use crate::report::words::{self, Change};
use crate::verdict::responsibilities::Responsibility;
use crate::verdict::{AspectFound, AspectLabel, BodySummary, FigureVerdict, NationalSummary, Standing};
use crate::vocabulary::body::{Organisation, PeerGroup, name_key};
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::Status;
use crate::vocabulary::returns::{Return, ReturnState};
use crate::vocabulary::shorthand::Shorthand;

/// Where a figure of one metric stands: organisation, period and category.
type MetricFigureKey<'a> = (&'a BodyId, Period, Option<&'a str>);

/// Where a change of a sum stands: code, category, period and the earlier period.
type MatchedPlace<'a> = (&'a BodyId, Option<&'a str>, Period, Period);

/// What the release says of one organisation outside its figures, in the order of the release.
#[derive(Debug, Default)]
pub struct BodyFacts<'a> {
    pub submissions: Vec<&'a SubmissionLine>,
    pub returns: Vec<&'a Return>,
    pub responsibilities: Vec<&'a Responsibility>,
}

/// How a figure moved from an earlier one, as pages say it.
#[derive(Debug, Clone)]
pub enum Moved<'a> {
    /// Both figures are of the same organisations.
    Told { change: Change, before: &'a Observation },
    /// Over the organisations that returned both periods in full.
    Matched(MatchedMove<'a>),
    /// Too few organisations returned both.
    TooFew,
    /// The figure counts returns, and those of its period are not all due yet.
    NotDue,
}

impl Moved<'_> {
    /// The change, where it is told.
    pub fn change(&self) -> Option<&Change> {
        match self {
            Self::Told { change, .. } => Some(change),
            Self::Matched(matched) => Some(&matched.change),
            Self::TooFew | Self::NotDue => None,
        }
    }

    /// What stands below a change in a table: over whom it is, and what was before; nothing where nobody lacks.
    pub fn basis_words(&self) -> Option<String> {
        match self {
            Self::Told { .. } => None,
            Self::Matched(matched) => Some(matched.basis_words()),
            Self::TooFew => Some("too few organisations returned both periods".to_owned()),
            Self::NotDue => Some("the returns are not all due yet".to_owned()),
        }
    }
}

/// How a sum moved over the organisations that returned both periods in full. Their figures need not be those of all returns,
/// which stand elsewhere on the same page.
#[derive(Debug, Clone)]
pub struct MatchedMove<'a> {
    pub change: Change,
    pub now: &'a Observation,
    pub before: &'a Observation,
    /// The figure of all returns of the period, and that of the earlier one.
    pub all_now: &'a Observation,
    pub all_before: &'a Observation,
    pub resting: Resting,
}

impl MatchedMove<'_> {
    /// What they had before, in words.
    pub fn earlier_words(&self) -> Option<String> {
        words::value_in_sentence(self.before)
    }

    /// What they have now, where that does not read like the figure of all returns.
    fn now_where_other(&self) -> Option<String> {
        words::value_in_sentence(self.now).filter(|now| words::value_in_sentence(self.all_now).as_ref() != Some(now))
    }

    /// "over 44 of 46 organisations, which had 61.7% and now have 61.1%".
    fn basis_words(&self) -> String {
        let now = self.now_where_other().map(|now| format!(" and now have {now}")).unwrap_or_default();
        format!("over {}, which had {}{now}", both_words(self.resting), self.earlier_words().unwrap_or_default())
    }

    /// The same in a sentence that has said what they had before: "over the 44 of 46 organisations that returned both".
    pub fn basis_clause(&self) -> String {
        format!("over the {} that returned both", both_words(self.resting))
    }

    /// The figures that a reader meets elsewhere, where they read otherwise: "They now have 61.1%. All returns of that period
    /// together gave 61.4%."
    pub fn basis_sentences(&self) -> Vec<String> {
        let now = self.now_where_other().map(|now| match self.resting.used {
            1 => format!("It now has {now}."),
            _ => format!("They now have {now}."),
        });
        let all = words::value_in_sentence(self.all_before).filter(|all| self.earlier_words().as_ref() != Some(all));
        let all = all.map(|all| format!("All returns of {} together gave {all}.", self.all_before.period.words()));
        now.into_iter().chain(all).collect()
    }
}

/// What stands below a table of which some change leaves organisations out.
pub const MATCHED_NOTE: &str = "A change over some of the organisations leaves out those that did not return both periods in \
                                full. It need not be the difference of the two figures, which count every return.";

/// "45 of 46 organisations".
pub fn both_words(resting: Resting) -> String {
    format!("{} of {} organisations", resting.used, resting.of)
}

/// The release with its indexes. Built once for all pages.
#[derive(Debug)]
pub struct Facts<'a> {
    pub release: &'a Release,
    pub layouts: &'a Layouts,
    /// By metric.
    figures: HashMap<&'a str, HashMap<MetricFigureKey<'a>, &'a Observation>>,
    names: Names<'a>,
    /// The result tables of the release.
    pub tables: ReleaseTables<'a>,
    /// Codes by metric: organisations in order of their names, then regions.
    codes: BTreeMap<&'a str, Vec<&'a BodyId>>,
    regions: BTreeMap<&'a str, BTreeSet<&'a BodyId>>,
    /// Signals of the report's period by metric and code.
    signals: HashMap<&'a str, HashMap<&'a BodyId, Vec<&'a Signal>>>,
    /// Comparisons by metric and code.
    comparisons: HashMap<&'a str, HashMap<&'a BodyId, Vec<&'a FigureComparison>>>,
    /// Sums of two periods in which organisations lack, by metric, then code, category, period and earlier period.
    matched: HashMap<&'a str, HashMap<MatchedPlace<'a>, &'a MatchedChange>>,
    /// Metric, code and period of sums that lack too many of their usual cases.
    incomplete: BTreeSet<(&'a str, &'a BodyId, Period)>,
    /// By metric and code.
    charts: HashMap<(&'a str, &'a BodyId), &'a ControlChart>,
    /// By metric and code.
    run_charts: HashMap<(&'a str, &'a BodyId), &'a SeriesRunChart>,
    /// By metric and code.
    trends: HashMap<(&'a str, &'a BodyId), &'a SeriesTrend>,
    /// By code.
    bodies: HashMap<&'a BodyId, BodyFacts<'a>>,
    /// How many organisations have a headline with a numerator, by metric and period.
    counted: HashMap<(&'a str, Period), usize>,
    nobody: BodyFacts<'a>,
}

impl<'a> Facts<'a> {
    /// Indexes the release.
    pub fn new(release: &'a Release, layouts: &'a Layouts) -> Self {
        let mut facts = Self {
            release,
            layouts,
            figures: HashMap::new(),
            names: Names::new(release),
            tables: ReleaseTables::new(release),
            codes: BTreeMap::new(),
            regions: BTreeMap::new(),
            signals: HashMap::new(),
            comparisons: HashMap::new(),
            matched: HashMap::new(),
            incomplete: (release.assessment.incomplete.iter())
                .map(|sum| (sum.metric_id.as_str(), &sum.org_code, sum.period))
                .collect(),
            charts: release.assessment.charts.iter().map(|c| ((&*c.metric_id, &c.org_code), c)).collect(),
            run_charts: release.assessment.run_charts.iter().map(|c| ((&*c.metric_id, &c.org_code), c)).collect(),
            trends: release.assessment.trends.iter().map(|t| ((&*t.metric_id, &t.org_code), t)).collect(),
            bodies: bodies(release),
            counted: HashMap::new(),
            nobody: BodyFacts::default(),
        };
        for change in &release.assessment.matched {
            let category = change.category.as_ref().map(|category| category.key.as_str());
            let place = (&change.org_code, category, change.period, change.earlier_period);
            facts.matched.entry(&change.metric_id).or_default().insert(place, change);
        }
        for comparison in &release.assessment.comparisons {
            let of_metric = facts.comparisons.entry(&comparison.metric_id).or_default();
            of_metric.entry(&comparison.org_code).or_default().push(comparison);
        }
        for signal in release.assessment.signals.iter().filter(|signal| signal.period == release.period) {
            let of_metric = facts.signals.entry(&signal.metric_id).or_default();
            of_metric.entry(&signal.org_code).or_default().push(signal);
        }
        let mut codes: BTreeMap<&str, BTreeSet<(String, &BodyId)>> = BTreeMap::new();
        for figure in &release.observations {
            let category = figure.category.as_ref().map(|c| c.key.as_str());
            let (metric, code) = (&*figure.metric_id, &figure.org_code);
            facts.figures.entry(metric).or_default().insert((code, figure.period, category), figure);
            if matches!(code.body(), Body::Region(_)) {
                facts.regions.entry(metric).or_default().insert(code);
            } else if code.is_organisation() && category.is_none() {
                codes.entry(metric).or_default().insert((name_key(facts.short_name(code)), code));
                *facts.counted.entry((metric, figure.period)).or_default() += usize::from(figure.numerator.is_some());
            }
        }
        for figure in &release.long_series.observations {
            let place = (&figure.org_code, figure.period, None);
            facts.figures.entry(&*figure.metric_id).or_default().entry(place).or_insert(figure);
        }
        facts.codes =
            codes.into_iter().map(|(id, set)| (id, set.into_iter().map(|(_, code)| code).collect())).collect();
        facts
    }

    /// The headline of a metric for an organisation or aggregate in a period of the trend; of the nation and regions in any
    /// period that they are followed in.
    pub fn figure(&self, metric: &Metric, code: &BodyId, period: Period) -> Option<&'a Observation> {
        self.figures.get(metric.id.as_str())?.get(&(code, period, None)).copied()
    }

    /// Whether the metric has figures besides its headlines: categories, or further percentiles of a delay.
    pub fn has_parts(&self, metric: &Metric) -> bool {
        let figures = self.figures.get(metric.id.as_str());
        figures.is_some_and(|figures| figures.keys().any(|(_, _, category)| category.is_some()))
    }

    /// What stands out about a figure of the report's period.
    pub fn signals(&self, metric: &Metric, code: &BodyId) -> &[&'a Signal] {
        self.signals.get(metric.id.as_str()).and_then(|of_metric| of_metric.get(code)).map_or(&[], Vec::as_slice)
    }

    /// The figure of the report's period held against another, if that other is there at all.
    pub fn comparison(&self, metric: &Metric, code: &BodyId, against: Against) -> Option<&'a FigureComparison> {
        let of_code = self.comparisons.get(metric.id.as_str())?.get(code)?;
        of_code.iter().copied().find(|comparison| comparison.against == against)
    }

    /// The run chart of a code's series, where it has no control chart.
    pub fn run_chart(&self, metric: &Metric, code: &BodyId) -> Option<&'a SeriesRunChart> {
        self.run_charts.get(&(metric.id.as_str(), code)).copied()
    }

    /// What the trend test says of a code's series, if it has a final figure.
    pub fn trend(&self, metric: &Metric, code: &BodyId) -> Option<&'a SeriesTrend> {
        self.trends.get(&(metric.id.as_str(), code)).copied()
    }

    /// The control chart of a code's series, where it has one.
    pub fn control_chart(&self, metric: &Metric, code: &BodyId) -> Option<&'a ControlChart> {
        self.charts.get(&(metric.id.as_str(), code)).copied()
    }

    /// The verdict on a figure of the report's period; `None` where the release has no such figure.
    pub fn verdict(&self, metric: &Metric, code: &BodyId) -> Option<&'a FigureVerdict> {
        self.release.verdicts.get(&metric.id, code)
    }

    /// What a metric measures together with others; `None` of one that is not ranked.
    pub fn subject(&self, metric: &Metric, code: &BodyId) -> Option<&'a str> {
        self.verdict(metric, code)?.subject.as_deref()
    }

    /// What a comparison says, surely and by more than the margin. Pages take the word for a comparison from here, so that
    /// no two of them contradict each other.
    pub fn told(&self, comparison: &FigureComparison) -> PeerComparison {
        if comparison.label == PeerComparison::NotTested {
            return PeerComparison::NotTested;
        }
        match self.aspect(comparison).map_or(AspectLabel::CannotTell, |found| found.label) {
            AspectLabel::StandsOut(Standing::Better, strength) => PeerComparison::Better(strength),
            AspectLabel::StandsOut(Standing::Worse, strength) => PeerComparison::Worse(strength),
            AspectLabel::StandsOut(Standing::Higher, strength) => PeerComparison::Higher(strength),
            AspectLabel::StandsOut(Standing::Lower, strength) => PeerComparison::Lower(strength),
            AspectLabel::Close | AspectLabel::Usual => PeerComparison::Similar,
            AspectLabel::Unclear => PeerComparison::NoClearDifference,
            AspectLabel::TooWide | AspectLabel::CannotTell => PeerComparison::CannotTell,
        }
    }

    /// How far the figures of a comparison lie apart, in margins; 0 where that is no number.
    pub fn margins_apart(&self, comparison: &FigureComparison) -> f64 {
        self.aspect(comparison).and_then(|found| found.size).map_or(0.0, f64::abs)
    }

    fn aspect(&self, comparison: &FigureComparison) -> Option<AspectFound> {
        let verdict = self.release.verdicts.get(&comparison.metric_id, &comparison.org_code);
        let aspects = verdict.filter(|verdict| verdict.period == comparison.period)?.aspects;
        match comparison.against {
            Against::Peers => aspects.peers,
            Against::YearBefore => aspects.year_before,
        }
    }

    /// Where a body stands, by subject.
    pub fn summary_of(&self, code: &BodyId) -> BodySummary<'a> {
        self.release.verdicts.summary_of(code)
    }

    /// Where the nation stands, and the forces to look at first.
    pub fn national_summary(&self) -> NationalSummary<'a> {
        self.release.verdicts.national_summary(|code| self.is_force(code))
    }

    /// What a figure is labelled; no label where nothing is said of it.
    pub fn labels(&self, figure: &Observation) -> Labels {
        self.release.assessment.judgements.of(figure).copied().unwrap_or_default()
    }

    /// The headline in the period of the report.
    pub fn current(&self, metric: &Metric, code: &BodyId) -> Option<&'a Observation> {
        self.figure(metric, code, self.release.period)
    }

    /// One category of a metric in a period.
    pub fn category(&self, metric: &Metric, code: &BodyId, key: &str, period: Period) -> Option<&'a Observation> {
        self.figures.get(metric.id.as_str())?.get(&(code, period, Some(key))).copied()
    }

    /// Codes of the organisations that have a figure in any period, in order of their names.
    pub fn codes(&self, metric: &Metric) -> &[&'a BodyId] {
        self.codes.get(metric.id.as_str()).map_or(&[], Vec::as_slice)
    }

    /// Codes of the regional sums, in order.
    pub fn region_codes(&self, metric: &Metric) -> Vec<&'a BodyId> {
        self.regions.get(metric.id.as_str()).map(|set| set.iter().copied().collect()).unwrap_or_default()
    }

    /// How many organisations other than this one have a numerator of the headline in a period.
    pub fn others_counted(&self, metric: &Metric, own: &BodyId, period: Period) -> usize {
        let all = self.counted.get(&(metric.id.as_str(), period)).copied().unwrap_or(0);
        let own_figure = self.figure(metric, own, period).filter(|_| own.is_organisation());
        all.saturating_sub(usize::from(own_figure.is_some_and(|own| own.numerator.is_some())))
    }

    /// The submissions, returns and responsibilities of an organisation.
    pub fn body(&self, code: &BodyId) -> &BodyFacts<'a> {
        self.bodies.get(code).unwrap_or(&self.nobody)
    }

    /// The organisation's description, if the organisations dataset has one.
    pub fn organisation(&self, code: &BodyId) -> Option<&'a Organisation> {
        self.names.organisation(code)
    }

    fn short_name(&self, code: &'a BodyId) -> &'a str {
        self.organisation(code).map_or(code, |o| o.short_name.as_str())
    }

    /// The name shown for any code of an organisation or aggregate.
    pub fn name(&self, code: &BodyId) -> String {
        self.names.body(code).to_owned()
    }

    /// A police force, or a body that the organisations dataset does not describe.
    pub fn is_force(&self, code: &BodyId) -> bool {
        self.organisation(code).is_none_or(|o| o.kind.contains("force"))
    }

    /// Where forces stand among all forces, for a metric that has a funnel.
    pub fn funnel(&self, metric: &Metric) -> Option<&'a FunnelSummary> {
        self.release.assessment.funnels.iter().find(|funnel| funnel.metric_id == metric.id)
    }

    /// "forces", or "organisations" where the metric is also measured for others.
    pub fn bodies(&self, metric: &Metric) -> &'static str {
        if self.codes(metric).iter().all(|code| self.is_force(code)) { "forces" } else { "organisations" }
    }

    /// "All forces" or "All organisations": the name of the national figure.
    pub fn everyone(&self, metric: &Metric) -> String {
        format!("All {}", self.bodies(metric))
    }

    /// The period before that of the report, if the trend has it.
    pub fn previous(&self) -> Option<Period> {
        self.in_trend(self.release.period.step(-1))
    }

    /// Positions in the trend at which another version of the metric takes effect.
    pub fn breaks(&self, metric: &Metric) -> Vec<usize> {
        let later = self.release.trend.iter().enumerate().skip(1);
        later.filter(|(_, period)| metric.breaks_in(**period)).map(|(at, _)| at).collect()
    }

    /// Words of a period as a column's heading, marked where a series breaks.
    pub fn period_heading(&self, metric: &Metric, period: Period) -> String {
        let at = self.release.trend.iter().position(|p| *p == period);
        let breaks = at.is_some_and(|at| self.breaks(metric).contains(&at)) || metric.mixes_in(period);
        if breaks { format!("{} {}", period.words(), Shorthand::Break) } else { period.words() }
    }

    /// How a figure moved from an earlier one of the same code: a sum over the organisations that returned both periods.
    /// `None` where one of them is no value, where another version of the metric lies between them, and of figures that are a
    /// level only.
    pub fn moved(&self, metric: &Metric, now: &'a Observation, before: &'a Observation) -> Option<Moved<'a>> {
        if metric.level_only(now.metric_version).is_some() {
            return None;
        }
        let same = metric.version_at(before.period.first).map(|version| version.version) == Some(now.metric_version);
        let change = Change::between(now, before).filter(|_| same)?;
        if self.release.lateness.provisional.is_not_due(&metric.id, now.period) {
            return Some(Moved::NotDue);
        }
        let category = now.category.as_ref().map(|category| category.key.as_str());
        let place = (&now.org_code, category, now.period, before.period);
        let matched = self.matched.get(metric.id.as_str()).and_then(|of_metric| of_metric.get(&place));
        match matched.map(|matched| (&matched.figures, matched.resting)) {
            None => Some(Moved::Told { change, before }),
            Some((Err(_), _)) => Some(Moved::TooFew),
            Some((Ok(figures), resting)) => {
                let (all_now, all_before) = (now, before);
                let (now, before) = (&figures.now, &figures.before);
                let change = Change::between(now, before);
                Some(change.map_or(Moved::TooFew, |change| {
                    Moved::Matched(MatchedMove { change, now, before, all_now, all_before, resting })
                }))
            }
        }
    }

    /// Whether a sum lacks so many of its usual cases that nothing is said of it over time.
    pub fn lacks_cases(&self, metric: &Metric, code: &BodyId, period: Period) -> bool {
        self.incomplete.contains(&(metric.id.as_str(), code, period))
    }

    /// The same period a year before, if the trend has it and it is not simply the one before.
    pub fn year_before(&self) -> Option<Period> {
        let period = self.release.period;
        let yearly = matches!(period.kind, PeriodType::FinancialYear | PeriodType::CalendarYear);
        self.in_trend(period.year_before()).filter(|_| !yearly)
    }

    fn in_trend(&self, period: Period) -> Option<Period> {
        self.release.trend.contains(&period).then_some(period)
    }

    /// The peer group of an organisation.
    pub fn peer_group(&self, code: &BodyId) -> Option<&'a PeerGroup> {
        self.release.peer_groups.iter().find(|group| group.org_code == *code)
    }

    /// The sum over an organisation's peers in a period.
    pub fn peers(&self, metric: &Metric, code: &BodyId, period: Period) -> Option<&'a Observation> {
        self.figure(metric, &BodyId::peers_of(code), period)
    }

    /// Names of the datasets that a metric rests on in the report's period.
    pub fn datasets(&self, metric: &Metric) -> BTreeSet<&'a str> {
        self.basis(metric).datasets
    }

    /// What the figures of a metric in the report's period rest on.
    pub fn basis<'m>(&self, metric: &'m Metric) -> FigureBasis<'m, 'a> {
        FigureBasis::of(metric, self.release.period, &self.layouts.sources)
    }

    /// Names of the datasets that some version of a metric rests on.
    pub fn all_datasets(&self, metric: &Metric) -> BTreeSet<&'a str> {
        metric.rollups.iter().filter_map(|rollup| self.layouts.sources.dataset_of(rollup)).collect()
    }

    /// The grid's cells that a metric rests on.
    pub fn returns(&self, metric: &Metric) -> Vec<&'a Return> {
        let datasets = self.datasets(metric);
        self.release.returns.iter().filter(|r| datasets.contains(r.dataset.as_str())).collect()
    }

    /// Whether a figure may still grow: it was measured to be incomplete, or a return that a figure of the report's period
    /// rests on is not yet due.
    pub fn is_provisional(&self, metric: &Metric, code: &BodyId, period: Period) -> bool {
        let measured = self.release.lateness.provisional.contains(&metric.id, code, period);
        measured || (period == self.release.period && self.rests_on_returns_not_due(metric, code))
    }

    fn rests_on_returns_not_due(&self, metric: &Metric, code: &BodyId) -> bool {
        let datasets = self.datasets(metric);
        let group = self.release.peer_groups.iter().find(|group| BodyId::peers_of(&group.org_code) == *code);
        let is_peer = |other: &BodyId| group.is_some_and(|group| group.peers.contains(other));
        let concerns = |other: &BodyId| code.is_nation() || other == code || is_peer(other);
        self.release.returns.iter().any(|r| {
            r.state == ReturnState::NotYetDue && datasets.contains(r.dataset.as_str()) && concerns(&r.org_code)
        })
    }
}

fn bodies(release: &Release) -> HashMap<&BodyId, BodyFacts<'_>> {
    let mut bodies: HashMap<&BodyId, BodyFacts<'_>> = HashMap::new();
    for line in &release.submissions {
        bodies.entry(&line.org_code).or_default().submissions.push(line);
    }
    for one in &release.returns {
        bodies.entry(&one.org_code).or_default().returns.push(one);
    }
    for one in &release.responsibilities {
        bodies.entry(&one.org_code).or_default().responsibilities.push(one);
    }
    bodies
}

/// The state of a figure that the release does not hold at all.
pub fn absent() -> Status {
    Status::Missing("its data were neither due nor returned".to_owned())
}
