//! Sums over organisations of which some did not return: whether a period's sum rests on enough of the usual cases to be
//! judged, and how it compares with an earlier one over the organisations that returned both. Comparisons,
//! responsibilities, contributions and pages all take it from here, so that they cannot contradict each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::headlines::{Headlines, LEAST_USUAL, Presence, share};
use crate::metrics::figure_of_counts;
use crate::stats::counts::Counts;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::{Category, Observation};
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Status, Unit, value_text};

/// A sum that lacks so many of its usual cases that it is neither judged within its series nor part of any limits.
#[derive(Debug, Clone, PartialEq)]
pub struct IncompleteSum {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    /// Share of the usual cases that the organisations carry whose returns are there, from 0 to 1.
    pub carried: f64,
}

/// How many organisations a comparison rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resting {
    /// Peers with a value; of a sum, organisations with a value in both periods.
    pub used: usize,
    pub of: usize,
}

/// A sum in two periods of which some organisation did not return both.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedChange {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    /// `None` for the headline.
    pub category: Option<Arc<Category>>,
    pub period: Period,
    pub earlier_period: Period,
    pub resting: Resting,
    /// The sums over the organisations that returned both, or why they are not compared.
    pub figures: Result<MatchedFigures, Status>,
}

/// The figures of two periods over the same organisations.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedFigures {
    pub now: Observation,
    pub before: Observation,
}

/// An organisation that returned all of both periods: it and those that it came after, which stand together for it.
#[derive(Debug, Clone)]
pub(super) struct MatchedMember<'a> {
    pub(super) code: &'a BodyId,
    now: Vec<&'a Observation>,
    before: Vec<&'a Observation>,
}

impl MatchedMember<'_> {
    /// Counts of now.
    pub(super) fn now(&self) -> Counts {
        let (numerator, denominator) = pooled(self.now.iter().copied());
        Counts::new(numerator, denominator)
    }

    pub(super) fn before(&self) -> Counts {
        let (numerator, denominator) = pooled(self.before.iter().copied());
        Counts::new(numerator, denominator)
    }
}

/// What is there of an organisation and those before it in a period.
#[derive(Debug, Default)]
struct LineageFigures<'a> {
    whole: Vec<&'a Observation>,
    lacking: bool,
    /// Whether some months of what lacks are in the sum.
    partial: bool,
    withheld: bool,
    /// Cases that those who are expected usually have.
    usual: i64,
}

impl<'a> LineageFigures<'a> {
    fn is_outside(&self) -> bool {
        self.whole.is_empty() && !self.lacking && !self.withheld
    }

    fn is_there(&self) -> bool {
        !self.lacking && !self.is_outside()
    }

    fn figures(self) -> Option<Vec<&'a Observation>> {
        (self.is_there() && !self.withheld).then_some(self.whole)
    }
}

/// Who can be compared between two periods of a sum.
#[derive(Debug)]
pub(super) struct Matching<'a> {
    /// Organisations that returned all of both periods.
    pub(super) members: Vec<MatchedMember<'a>>,
    pub(super) resting: Resting,
    /// Whether somebody is in one of the sums and not in the other, or in part of a period only.
    differs: bool,
    /// Whether the figure of somebody is withheld.
    pub(super) withheld: bool,
    /// Share of the usual cases of all that those carry whose figures are compared.
    carried: f64,
}

impl Matching<'_> {
    /// Whether the sums themselves must not be compared.
    fn is_needed(&self) -> bool {
        self.differs || self.refusal().is_some()
    }

    /// Why the two periods are not compared.
    pub(super) fn refusal(&self) -> Option<Status> {
        let reason = if self.differs && self.members.is_empty() {
            "no organisation returned both periods in full".to_owned()
        } else if self.carried < LEAST_USUAL {
            format!(
                "the organisations that returned both periods in full usually have {}% of the cases, and at least {}% are needed",
                per_cent(self.carried),
                per_cent(LEAST_USUAL)
            )
        } else {
            return None;
        };
        Some(Status::CannotTell(reason))
    }
}

fn per_cent(share: f64) -> String {
    value_text(100.0 * share, Unit::Percent)
}

impl<'a> Headlines<'a> {
    /// Who can be compared between two positions of the trend; `None` of a code that is no sum.
    pub(super) fn matching(&self, code: &BodyId, (at, earlier): (usize, usize)) -> Option<Matching<'a>> {
        let mut units: BTreeMap<&BodyId, Vec<&'a BodyId>> = BTreeMap::new();
        for member in self.members_of(code)?.iter().copied() {
            units.entry(self.input.lives.standing(member)).or_default().push(member);
        }
        let mut found = Matching {
            members: Vec::new(),
            resting: Resting { used: 0, of: 0 },
            differs: false,
            withheld: false,
            carried: 1.0,
        };
        let (mut of_there, mut of_matched) = (Vec::new(), Vec::new());
        for (standing, members) in &units {
            let (now, before) = (self.standing(code, members, at), self.standing(code, members, earlier));
            if now.is_outside() && before.is_outside() {
                continue;
            }
            found.withheld |= now.withheld || before.withheld;
            let both_there = now.is_there() && before.is_there();
            // Who is in neither sum changes nothing from one to the other.
            let in_neither = !now.is_there() && !before.is_there() && !now.partial && !before.partial;
            found.differs |= !both_there && !in_neither;
            found.resting.of += usize::from(now.is_there() || before.is_there());
            let usual = now.usual.max(before.usual);
            let both = now.figures().zip(before.figures());
            of_there.push((usual, both_there));
            of_matched.push((usual, both.is_some()));
            let code = members.iter().copied().find(|member| member == standing).or_else(|| members.first().copied());
            let member = code.zip(both).map(|(code, (now, before))| MatchedMember { code, now, before });
            found.members.extend(member);
        }
        found.resting.used = found.members.len();
        let compared = if found.differs { of_matched } else { of_there };
        found.carried = share(compared.into_iter());
        Some(found)
    }

    fn standing(&self, sum: &BodyId, members: &[&'a BodyId], at: usize) -> LineageFigures<'a> {
        let mut standing = LineageFigures::default();
        for member in members {
            let presence = self.presence(sum, member, at);
            match presence {
                Presence::Whole(figure) => standing.whole.push(figure),
                Presence::Lacking => {
                    let coverage = self.figure(member, at).and_then(|figure| figure.coverage);
                    standing.partial |= coverage.is_some_and(|coverage| coverage.returned > 0);
                    standing.lacking = true;
                }
                Presence::Withheld => standing.withheld = true,
                Presence::Outside => continue,
            }
            standing.usual += self.usual.cases(member);
        }
        standing
    }

    /// The sums of a code at two positions over the organisations that returned both; `None` where the sums themselves are of
    /// the same organisations, and of enough of them.
    pub(super) fn matched_change(&self, code: &BodyId, (at, earlier): (usize, usize)) -> Option<MatchedChange> {
        let matching = self.matching(code, (at, earlier)).filter(Matching::is_needed)?;
        let (now, before) = (self.figure(code, at)?, self.figure(code, earlier)?);
        let figures = match matching.refusal() {
            Some(reason) => Err(reason),
            None => self.matched_figures((now, before), &matching),
        };
        Some(MatchedChange {
            metric_id: self.metric.id.clone(),
            org_code: code.to_owned(),
            category: None,
            period: now.period,
            earlier_period: before.period,
            resting: matching.resting,
            figures,
        })
    }

    fn matched_figures(
        &self,
        (now, before): (&Observation, &Observation),
        matching: &Matching<'_>,
    ) -> Result<MatchedFigures, Status> {
        let sum_now = pooled(matching.members.iter().flat_map(|member| &member.now).copied());
        let sum_before = pooled(matching.members.iter().flat_map(|member| &member.before).copied());
        let now = figure_of_counts(self.metric, now, sum_now);
        let before = figure_of_counts(self.metric, before, sum_before);
        now.zip(before).map(|(now, before)| MatchedFigures { now, before }).ok_or_else(not_additive)
    }

    /// Every change of a sum, on the period before and on a year before, in which organisations lack. The categories are
    /// those of the nation in the report's period, on the period before: no page says more of them.
    pub(super) fn matched_changes(&self) -> Vec<MatchedChange> {
        let trend = self.input.trend;
        let position = |period: Period| trend.iter().position(|one| *one == period);
        let mut found = Vec::new();
        for code in self.codes() {
            for (at, period) in trend.iter().enumerate() {
                let mut earlier: Vec<usize> =
                    [period.step(-1), period.year_before()].into_iter().filter_map(position).collect();
                earlier.dedup();
                found.extend(earlier.into_iter().filter_map(|earlier| self.matched_change(code, (at, earlier))));
            }
        }
        let previous = trend.last().and_then(|period| position(period.step(-1)));
        found.extend(previous.map(|earlier| self.matched_categories((self.last(), earlier))).unwrap_or_default());
        found
    }

    fn matched_categories(&self, (at, earlier): (usize, usize)) -> Vec<MatchedChange> {
        let matching = self.matching(BodyId::nation(), (at, earlier)).filter(Matching::is_needed);
        let periods = self.input.trend.get(at).zip(self.input.trend.get(earlier));
        let (Some(matching), Some((period, earlier_period))) = (matching, periods) else { return Vec::new() };
        let mut categories: BTreeMap<(&BodyId, Period, &Category), &Observation> = BTreeMap::new();
        for observation in self.observations.iter().filter(|one| [*period, *earlier_period].contains(&one.period)) {
            if let Some(category) = &observation.category {
                categories.insert((&observation.org_code, observation.period, category), observation);
            }
        }
        let of_nation = categories.iter().filter(|((code, of, _), _)| code.is_nation() && of == period);
        let change = |((_, _, category), now): (&(&BodyId, Period, &Category), &&Observation)| {
            let before = categories.get(&(BodyId::nation(), *earlier_period, *category))?;
            let sum = |of: Period| {
                let figures =
                    |member: &MatchedMember<'a>| if of == *period { member.now.clone() } else { member.before.clone() };
                let codes = matching.members.iter().flat_map(figures).map(|figure| &figure.org_code);
                let part = |code| Presence::of(categories.get(&(code, of, *category)).copied()).whole();
                codes.map(part).collect::<Option<Vec<&Observation>>>().map(|parts| pooled(parts.into_iter()))
            };
            let figures = || {
                let now = sum(*period).and_then(|sum| figure_of_counts(self.metric, now, sum));
                let before = sum(*earlier_period).and_then(|sum| figure_of_counts(self.metric, before, sum));
                now.zip(before).map(|(now, before)| MatchedFigures { now, before }).ok_or_else(not_additive)
            };
            let figures = matching.refusal().map_or_else(figures, Err);
            Some(MatchedChange {
                metric_id: self.metric.id.clone(),
                org_code: BodyId::nation().clone(),
                category: now.category.clone(),
                period: *period,
                earlier_period: *earlier_period,
                resting: matching.resting,
                figures,
            })
        };
        of_nation.filter_map(change).collect()
    }

    /// The sums that lack too many of their usual cases, by code and period.
    pub(super) fn incomplete_sums(&self) -> Vec<IncompleteSum> {
        let sum = |code: &BodyId, at: usize| {
            Some(IncompleteSum {
                metric_id: self.metric.id.clone(),
                org_code: code.to_owned(),
                period: self.input.trend.get(at).copied()?,
                carried: self.usual.lacks(self.metric.shape, code, at)?,
            })
        };
        self.codes().flat_map(|code| (0..self.input.trend.len()).filter_map(move |at| sum(code, at))).collect()
    }
}

fn pooled<'o>(figures: impl Iterator<Item = &'o Observation>) -> (i64, i64) {
    let add = |sum: (i64, i64), figure: &Observation| {
        let (numerator, denominator) = (figure.numerator.unwrap_or(0), figure.denominator.unwrap_or(0));
        (sum.0.saturating_add(numerator), sum.1.saturating_add(denominator))
    };
    figures.fold((0, 0), add)
}

fn not_additive() -> Status {
    Status::CannotTell(
        "figures of single organisations do not add up to this one, and some did not return both periods".to_owned(),
    )
}
