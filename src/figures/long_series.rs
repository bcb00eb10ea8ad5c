//! Figures of the nation and its regions over more periods than the trend: as far back as the source goes, if the settings
//! ask for that. A metric that can only rise also gets the months of every organisation. Nothing is judged over time here.

use std::collections::BTreeSet;

use crate::definitions::model::{Course, Metric};
use crate::intake::Opened;
use crate::metrics::{Group, PeriodInput, observe};
use crate::settings::Settings;
use crate::vocabulary::body_id::Body;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Month, Period, PeriodType, months_of};

/// Headline figures of long series.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LongSeries {
    /// The periods of the report's kind, oldest first; the last is the report's.
    pub periods: Vec<Period>,
    /// The months that metrics which can only rise are followed by, oldest first.
    pub months: Vec<Period>,
    /// Of the nation and regions in `periods`. Of a metric that can only rise, of every organisation too, in `months`. Those of
    /// the trend among them are the release's own.
    pub observations: Vec<Observation>,
}

/// Which periods the long series of a run have besides those of its trend.
#[derive(Debug, Clone)]
pub(super) struct LongPeriods {
    /// Of the report's kind, oldest first, with those of the trend.
    all: Vec<Period>,
    /// Those before the trend.
    before_trend: Vec<Period>,
    /// Every month that the series touch.
    months: Vec<Period>,
}

impl LongPeriods {
    /// The trend, and as many periods before it as the settings ask for and the source has returns of.
    pub(super) fn of(opened: &Opened, settings: &Settings, trend: &[Period]) -> Self {
        let Some(last) = trend.last().copied() else {
            return Self { all: Vec::new(), before_trend: Vec::new(), months: Vec::new() };
        };
        let all = opened.long_periods(last, settings);
        let before_trend = all.iter().copied().filter(|period| !trend.contains(period)).collect();
        let months = months_of(&all).into_iter().map(|first| Period { kind: PeriodType::Month, first });
        Self { months: months.collect(), before_trend, all }
    }

    /// The months that the statements of metrics must know.
    pub(super) fn months(&self) -> Vec<Month> {
        self.months.iter().map(|month| month.first).collect()
    }

    /// The figures of a metric that those of the trend lack, categories too. A sum that lacks a return is not held against a
    /// standard: how many cases are missing is not known so far back.
    pub(super) fn observe(&self, input: &PeriodInput<'_>) -> Vec<Observation> {
        let is_sum = |group: &&Group| matches!(group.code.body(), Body::Nation | Body::Region(_));
        let sums: Vec<Group> = input.groups.iter().filter(is_sum).cloned().collect();
        let mut found = Vec::new();
        if !self.before_trend.is_empty() {
            found = observe(&PeriodInput { groups: &sums, periods: &self.before_trend, ..*input });
        }
        if input.metric.course == Course::Monotone {
            let is_followed = |group: &&Group| !matches!(group.code.body(), Body::PeersOf(_));
            let followed: Vec<Group> = input.groups.iter().filter(is_followed).cloned().collect();
            let is_new = |month: &&Period| !input.periods.contains(month);
            let months: Vec<Period> = self.months.iter().filter(is_new).copied().collect();
            found.retain(|one| one.period.kind != PeriodType::Month);
            found.extend(observe(&PeriodInput { groups: &followed, periods: &months, ..*input }));
        }
        for one in &mut found {
            let is_whole = one.coverage.is_some_and(|coverage| coverage.returned >= coverage.expected);
            if let Some(standard) = one.standard.as_mut().filter(|_| !is_whole) {
                standard.met = None;
            }
        }
        found
    }

    /// The long series of a run: the figures before the trend, and those of the trend.
    pub(super) fn series(self, metrics: &[Metric], before: Vec<Observation>, trend: &[Observation]) -> LongSeries {
        let monotone: BTreeSet<&str> = metrics
            .iter()
            .filter(|metric| metric.course == Course::Monotone)
            .map(|metric| metric.id.as_str())
            .collect();
        let belongs = |one: &&Observation| {
            let is_followed = one.period.kind == PeriodType::Month && monotone.contains(&*one.metric_id);
            match one.org_code.body() {
                Body::Nation | Body::Region(_) => true,
                Body::PeersOf(_) => false,
                _ => is_followed && one.org_code.is_organisation(),
            }
        };
        let of_trend = trend.iter().filter(belongs).cloned();
        let mut observations: Vec<Observation> =
            before.into_iter().filter(|one| belongs(&one)).chain(of_trend).collect();
        observations.retain(|one| one.category.is_none());
        observations.sort_by(|a, b| {
            (&a.metric_id, &a.org_code, a.period.first, a.period.kind).cmp(&(
                &b.metric_id,
                &b.org_code,
                b.period.first,
                b.period.kind,
            ))
        });
        LongSeries { periods: self.all, months: self.months, observations }
    }
}
