//! The headline figures of one metric, found by organisation and period: what is there of each sum, and how many cases its
//! organisations usually have.

use std::collections::{BTreeMap, HashMap};

use super::AssessmentInput;
use super::signals::{Signal, SignalKind};
use crate::definitions::model::Metric;
use crate::stats::real;
use crate::stats::widening::Widening;
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Month, Period, PeriodType};
use crate::vocabulary::quantity::{Shape, Status};

/// Least share of the usual cases that organisations must carry for a sum to be judged or compared over time. Our
/// convention; no source sets one.
pub const LEAST_USUAL: f64 = 0.9;

/// The least share of the usual returns for a count within its series. A share loses cases above and below the line when an
/// organisation does not return; a count loses all of the cases, so that one case in ten missing would be read as a fall of
/// ten per cent.
pub const LEAST_USUAL_OF_COUNT: f64 = 0.99;

/// The headline figures of one metric, found by organisation and period.
pub(super) struct Headlines<'a> {
    pub(super) input: &'a AssessmentInput<'a>,
    pub(super) metric: &'a Metric,
    /// The categories too.
    pub(super) observations: &'a [Observation],
    /// For each code its figures, one slot for each period of the trend.
    figures: BTreeMap<&'a BodyId, Vec<Option<&'a Observation>>>,
    /// How far the cases of a code's series hang together, where its control chart tells.
    widenings: BTreeMap<BodyId, Widening>,
    /// For each sum the organisations that it adds up in some period of the trend.
    pub(super) sums: BTreeMap<&'a BodyId, Vec<&'a BodyId>>,
    pub(super) usual: UsualCases<'a>,
}

impl<'a> Headlines<'a> {
    /// `is_wanted` leaves out figures of which nothing is to be said.
    pub(super) fn of(
        input: &'a AssessmentInput<'a>,
        metric: &'a Metric,
        observations: &'a [Observation],
        is_wanted: impl Fn(&Observation) -> bool,
    ) -> Self {
        let index: HashMap<Period, usize> = input.trend.iter().copied().zip(0..).collect();
        let mut figures: BTreeMap<&BodyId, Vec<Option<&Observation>>> = BTreeMap::new();
        for observation in observations {
            if observation.category.is_some() || !is_wanted(observation) {
                continue;
            }
            let Some(&at) = index.get(&observation.period) else { continue };
            let of_code = figures.entry(&observation.org_code).or_insert_with(|| vec![None; input.trend.len()]);
            if let Some(slot) = of_code.get_mut(at) {
                *slot = Some(observation);
            }
        }
        let (sums, usual) = (BTreeMap::new(), UsualCases::default());
        let mut headlines = Self { input, metric, observations, figures, widenings: BTreeMap::new(), sums, usual };
        let found = headlines.figures.keys().filter_map(|code| Some((*code, headlines.find_members(code)?)));
        headlines.sums = found.collect();
        headlines.usual = UsualCases::of(&headlines);
        headlines
    }

    /// What the intervals of a code's differences are widened by.
    ///
    /// # Errors
    /// Units that are no independent cases, and no chart that tells how far they vary.
    pub(super) fn widening(&self, code: &BodyId) -> Result<Widening, Status> {
        match self.widenings.get(code) {
            Some(widening) => Ok(*widening),
            None if self.metric.dependent_units => Err(Status::CannotTell(
                "its units hang together, and too few periods show how far the figure varies".to_owned(),
            )),
            None => Ok(Widening::NONE),
        }
    }

    /// σz of that widening, where it is one.
    pub(super) fn widened_by(&self, code: &BodyId) -> Option<f64> {
        self.widenings.get(code).map(|widening| widening.factor()).filter(|factor| *factor > 1.0)
    }

    /// With what is known of how far the cases of each series hang together: comparisons allow for it.
    pub(super) fn widened_by_series(self, widenings: BTreeMap<BodyId, Widening>) -> Self {
        Self { widenings, ..self }
    }

    /// Whether a signal speaks of one figure alone, and that figure has few cases.
    pub(super) fn is_of_few_cases(&self, signal: &Signal) -> bool {
        match signal.kind {
            SignalKind::Peers | SignalKind::Funnel | SignalKind::ControlChart => {
                let at = self.input.trend.iter().position(|period| *period == signal.period);
                let figure = at.and_then(|at| self.figure(&signal.org_code, at));
                figure.is_some_and(Observation::has_few_cases)
            }
            SignalKind::RunChart | SignalKind::Trend | SignalKind::ChangePoint => false,
        }
    }

    /// Organisations that a sum adds up in some period of the trend; `None` of a code that is no sum.
    pub(super) fn members_of(&self, code: &BodyId) -> Option<&[&'a BodyId]> {
        self.sums.get(code).map(Vec::as_slice)
    }

    /// The headline figure of a code at a position of the trend.
    pub(super) fn figure(&self, code: &BodyId, at: usize) -> Option<&'a Observation> {
        *self.figures.get(code)?.get(at)?
    }

    /// What is there of an organisation for a sum at a position: nothing of it where it belonged to another region, and not
    /// all of it where it moved within the period.
    pub(super) fn presence(&self, sum: &BodyId, member: &BodyId, at: usize) -> Presence<'a> {
        let found = Presence::of(self.figure(member, at));
        let (Body::Region(region), Some(period)) = (sum.body(), self.input.trend.get(at)) else {
            return found;
        };
        let lived = period.months().filter(|month| !self.input.lives.is_outside(member, *month));
        let belongs: Vec<bool> = lived.map(|month| self.region_in(member, month) == Some(region)).collect();
        match (belongs.contains(&true), belongs.contains(&false), found) {
            (false, ..) => Presence::Outside,
            (true, true, Presence::Whole(_)) => Presence::Lacking,
            _ => found,
        }
    }

    /// The region that an organisation belonged to in a month.
    fn region_in(&self, member: &BodyId, month: Month) -> Option<&'a str> {
        self.input.lives.in_month(member, month)?.organisation.region.as_deref()
    }

    /// The members of a code, worked out from who belongs where.
    fn find_members(&self, code: &BodyId) -> Option<Vec<&'a BodyId>> {
        let among = |own: &dyn Fn(&BodyId) -> bool| self.organisations().filter(|member| own(member)).collect();
        match code.body() {
            Body::Nation => {
                let rest = self.figures.keys().copied().filter(|code| *code == BodyId::unattributed());
                Some(self.organisations().chain(rest).collect())
            }
            Body::Region(region) => {
                let trend = self.input.trend;
                let months = || trend.iter().flat_map(|period| period.months());
                let belongs = |member: &BodyId, month| self.region_in(member, month) == Some(region);
                Some(among(&|member: &BodyId| months().any(|month| belongs(member, month))))
            }
            Body::PeersOf(own) => {
                let group = self.input.peer_groups.iter().find(|group| group.org_code == *own)?;
                Some(among(&|member: &BodyId| group.peers.iter().any(|peer| peer == member)))
            }
            Body::Organisation(_) | Body::Unattributed => None,
        }
    }

    /// The position of the report's period.
    pub(super) fn last(&self) -> usize {
        self.input.trend.len().saturating_sub(1)
    }

    /// Codes of the organisations themselves.
    pub(super) fn organisations(&self) -> impl Iterator<Item = &'a BodyId> {
        self.figures.keys().copied().filter(|code| code.is_organisation())
    }

    /// Codes whose figures make a series of their own: organisations, regions and the nation.
    pub(super) fn codes(&self) -> impl Iterator<Item = &'a BodyId> {
        let has_series = |code: &&BodyId| !matches!(code.body(), Body::PeersOf(_) | Body::Unattributed);
        self.figures.keys().copied().filter(has_series)
    }

    /// Whether the periods share months, so that no rule about neighbouring points holds.
    pub(super) fn is_rolling(&self) -> bool {
        self.input.trend.iter().any(|period| period.kind == PeriodType::Rolling12m)
    }

    /// # Errors
    /// An error where returns that the figures of the period are about are not all due yet.
    pub(super) fn is_all_due(&self, period: Period) -> Result<(), Status> {
        if self.input.provisional.is_not_due(&self.metric.id, period) {
            return Err(Status::CannotTell("returns of the period are not all due yet".to_owned()));
        }
        Ok(())
    }

    /// A police force, or a body that the organisations dataset does not describe.
    pub(super) fn is_force(&self, code: &BodyId) -> bool {
        self.input.organisations.iter().find(|o| o.code == *code).is_none_or(|o| o.kind.contains("force"))
    }
}

/// What is there of an organisation in a period.
#[derive(Debug, Clone, Copy)]
pub(super) enum Presence<'a> {
    /// All of it, with or without cases or a value.
    Whole(&'a Observation),
    /// The return should be there, and is not, or only in part.
    Lacking,
    /// The return is there and withheld.
    Withheld,
    /// Nothing is expected of the organisation, and nothing came.
    Outside,
}

impl<'a> Presence<'a> {
    pub(super) fn of(figure: Option<&'a Observation>) -> Self {
        let Some(figure) = figure else { return Self::Outside };
        match &figure.status {
            Status::Suppressed => Self::Withheld,
            Status::NotReturned | Status::Missing(_) => Self::Lacking,
            Status::Value | Status::NotApplicable(_) | Status::CannotTell(_) => Self::Whole(figure),
        }
    }

    pub(super) fn whole(self) -> Option<&'a Observation> {
        match self {
            Self::Whole(figure) => Some(figure),
            Self::Lacking | Self::Withheld | Self::Outside => None,
        }
    }
}

/// Cases that each organisation usually has, and which sums lack too many of them: asked of every position of the trend.
#[derive(Debug, Default)]
pub(super) struct UsualCases<'a> {
    by_code: BTreeMap<&'a BodyId, i64>,
    /// Of each sum, by position: the share of the usual cases that is there; `None` where the sum has no figure.
    carried: BTreeMap<&'a BodyId, Vec<Option<f64>>>,
}

impl<'a> UsualCases<'a> {
    fn of(headlines: &Headlines<'a>) -> Self {
        let by_code = headlines.figures.keys().map(|code| (*code, usual_cases(headlines, code))).collect();
        let mut usual = Self { by_code, carried: BTreeMap::new() };
        for code in headlines.codes() {
            let Some(members) = headlines.members_of(code) else { continue };
            let share = |at: usize| {
                headlines.figure(code, at)?;
                let asked = members.iter().filter_map(|member| match headlines.presence(code, member, at) {
                    Presence::Whole(_) | Presence::Withheld => Some((usual.cases(member), true)),
                    Presence::Lacking => Some((usual.cases(member), false)),
                    Presence::Outside => None,
                });
                Some(share(asked))
            };
            let shares = (0..headlines.input.trend.len()).map(share).collect();
            usual.carried.insert(code, shares);
        }
        usual
    }

    /// Cases that an organisation usually has in a period that has any; 0 where it never returned.
    pub(super) fn cases(&self, code: &BodyId) -> i64 {
        self.by_code.get(code).copied().unwrap_or(0)
    }

    /// The share that is there of a sum at a position, where that is too little for it to be judged.
    pub(super) fn lacks(&self, shape: Shape, code: &BodyId, at: usize) -> Option<f64> {
        let least = if shape == Shape::Count { LEAST_USUAL_OF_COUNT } else { LEAST_USUAL };
        self.carried.get(code)?.get(at).copied().flatten().filter(|carried| *carried < least)
    }
}

/// The share of all usual cases that those of `true` carry; of the organisations where nobody usually has cases.
pub(super) fn share(members: impl Iterator<Item = (i64, bool)>) -> f64 {
    let (mut there, mut all, mut bodies_there, mut bodies) = (0_i128, 0_i128, 0_i128, 0_i128);
    for (usual, is_there) in members {
        let cases = i128::from(usual.max(0));
        (all, bodies) = (all + cases, bodies + 1);
        if is_there {
            (there, bodies_there) = (there + cases, bodies_there + 1);
        }
    }
    match (all, bodies) {
        (0, 0) => 1.0,
        (0, _) => real(bodies_there) / real(bodies),
        _ => real(there) / real(all),
    }
}

/// The middle one of the cases that an organisation had in those periods of the run in which it had any: denominators, or the
/// counts themselves where there is none.
fn usual_cases(headlines: &Headlines<'_>, code: &BodyId) -> i64 {
    let figures = (0..headlines.input.trend.len()).filter_map(|at| headlines.figure(code, at));
    let whole = figures.filter_map(|figure| Presence::of(Some(figure)).whole());
    let cases = whole.filter_map(|figure| figure.denominator.or(figure.numerator));
    let mut cases: Vec<i64> = cases.filter(|cases| *cases > 0).collect();
    cases.sort_unstable();
    cases.get(cases.len() / 2).copied().unwrap_or(0)
}
