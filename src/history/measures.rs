//! Late data of one metric: what was known on earlier days, how complete recent months are, and what has moved.
//! Hands the rows of today and of earlier days to the arithmetic.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::completeness::{CompletenessInput, measure, measure_growing};
use super::day_rows::{DayBasis, Days};
use super::known::{Grown, Known, KnownInput, PastFrame};
use super::lateness::Lateness;
use super::revisions::{as_known, summarise};
use super::snapshot::{SnapshotPart, has_later_cases, is_measured};
use super::triangle::triangle;
use crate::definitions::model::Metric;
use crate::metrics::{
    Computation, FigureSource, Grid, Group, MetricError, MonthlyFrame, MonthlyRow, PeriodInput, counts_returns,
    months_used,
};
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::period::{Month, Period, PeriodType, whole_months_after};

/// What is the same for every metric of a run.
#[derive(Debug, Clone, Copy)]
pub struct LateInput<'a> {
    pub groups: &'a [Group],
    pub periods: &'a [Period],
    pub as_of: NaiveDate,
    /// A month whose end lies so many whole months back is taken as complete.
    pub lags: u32,
}

/// One metric with the figures of today.
#[derive(Clone, Copy)]
pub struct LateMetric<'a> {
    pub metric: &'a Metric,
    pub sources: &'a [FigureSource],
    /// Today's rows.
    pub frame: &'a MonthlyFrame<'a>,
    pub grid: &'a Grid,
}

/// The rows of a metric on an earlier day, and whose they are.
struct PastRows<'b> {
    day: NaiveDate,
    bodies: &'b BTreeSet<BodyId>,
    grid: &'b Grid,
    rows: Vec<MonthlyRow>,
    /// The months that are followed up on that day.
    followed: Vec<Period>,
}

impl LateInput<'_> {
    /// Completeness, revisions and what is provisional of one metric, whatever it counts.
    ///
    /// # Errors
    /// Rows of an earlier day that cannot be had.
    pub async fn lateness_of(
        &self,
        of: LateMetric<'_>,
        days: &Days,
        computation: &Computation<'_>,
    ) -> Result<Lateness, MetricError> {
        let has_later_cases = has_later_cases(of.sources);
        if !is_measured(of.metric) {
            return Ok(if has_later_cases {
                self.unmeasured(of.metric)
            } else if counts_returns(of.metric) {
                self.returns_not_due(of.metric, of.grid)
            } else {
                Lateness::default()
            });
        }
        let looked_at = if has_later_cases { SnapshotPart::LaterCases } else { SnapshotPart::Replaced };
        let mut earlier = Vec::new();
        for day in days.of_metric(looked_at, of.sources) {
            let rows = days.rows(of.metric, day, computation).await?;
            earlier.push(self.past_rows(of.metric, day, rows));
        }
        let past = earlier.iter().map(|one| self.past_frame(of, one)).collect();
        let grown = has_later_cases.then_some(Grown { sources: of.sources, grid: of.grid });
        let (metric, frame, as_of, lags) = (of.metric, of.frame, self.as_of, self.lags);
        let known = Known::new(KnownInput { metric, frame, past, grown, as_of, lags });
        Ok(known.map_or_else(Lateness::default, |known| self.measured(metric, &known, has_later_cases)))
    }

    fn past_rows<'b>(&self, metric: &Metric, day: &'b DayBasis, rows: Vec<MonthlyRow>) -> PastRows<'b> {
        let followed = self.followed_on(metric, day.day);
        PastRows { day: day.day, bodies: &day.bodies, grid: &day.grid, rows, followed }
    }

    /// The months that figures of the metric add up and that are followed up on a day.
    fn followed_on(&self, metric: &Metric, day: NaiveDate) -> Vec<Period> {
        let used: BTreeSet<Month> = self.periods.iter().flat_map(|period| months_used(metric, *period)).collect();
        let lag = |month: &Month| u32::try_from(whole_months_after(*month, day)).ok();
        let followed = used.into_iter().filter(|month| lag(month).is_some_and(|lag| lag <= self.lags));
        followed.map(|first| Period { kind: PeriodType::Month, first }).collect()
    }

    fn past_frame<'p>(&'p self, of: LateMetric<'p>, past: &'p PastRows<'p>) -> PastFrame<'p> {
        let (metric, sources, groups) = (of.metric, of.sources, self.groups);
        let (rows, grid, periods) = (&past.rows, past.grid, &past.followed);
        let frame = MonthlyFrame::of(&PeriodInput { metric, sources, rows, grid, groups, periods });
        PastFrame { day: past.day, bodies: past.bodies, frame, grid }
    }

    /// Completeness, revisions and what is provisional of a metric of which earlier days say what was known.
    fn measured(&self, metric: &Metric, known: &Known<'_>, has_later_cases: bool) -> Lateness {
        let mut found = Lateness::default();
        let least = f64::from(metric.least_completeness) / 100.0;
        for group in self.groups {
            let settled = known.is_settled(group);
            if group.code.is_aggregate() {
                let months = known.months(group);
                let (periods, lags, org_code) = (self.periods, self.lags, &group.code);
                let asked = CompletenessInput { metric, org_code, months: &months, periods, lags, least, settled };
                let measured = if has_later_cases {
                    measure_growing(&asked, &known.months_by_returns(group))
                } else {
                    measure(&asked)
                };
                for one in measured.iter().filter(|one| one.provisional && periods.contains(&one.period)) {
                    found.provisional.insert(&metric.id, &group.code, one.period);
                }
                if group.code.is_nation() {
                    let steps = if settled { Vec::new() } else { known.steps(group) };
                    found.summaries.extend(summarise(&metric.id, &months, &steps));
                    found.revisions.extend(as_known(metric, &steps));
                    found.triangle.extend(triangle(metric, &months, settled));
                }
                // Of the others only those are worth a row of which something ever came in late, and the regions whose charts
                // leave a period out, so that a reader can see why.
                let leaves_out = matches!(group.code.body(), Body::Region(_))
                    && measured.iter().any(|one| one.provisional && periods.contains(&one.period));
                if group.code.is_nation() || !settled || leaves_out {
                    found.completeness.extend(measured);
                }
            } else if !settled {
                found.revisions.extend(as_known(metric, &known.steps(group)));
            }
        }
        found
    }

    /// What is provisional of a metric that counts the returns themselves: every period of which some return may still come in
    /// time. What is due so far is another mix of returns than a whole month's.
    fn returns_not_due(&self, metric: &Metric, grid: &Grid) -> Lateness {
        let mut found = Lateness::default();
        let is_open = |period: &&Period| months_used(metric, **period).into_iter().any(|month| !grid.is_all_due(month));
        for period in self.periods.iter().filter(is_open) {
            found.provisional.insert_not_due(&metric.id, *period);
            for group in self.groups.iter().filter(|group| group.code != *BodyId::unattributed()) {
                found.provisional.insert(&metric.id, &group.code, *period);
            }
        }
        found
    }

    /// What is provisional of a metric that cannot be measured: everything that holds a month not taken as complete.
    fn unmeasured(&self, metric: &Metric) -> Lateness {
        let mut found = Lateness::default();
        let lag = |month| u32::try_from(whole_months_after(month, self.as_of)).ok();
        let is_young = |period: &&Period| {
            months_used(metric, **period).into_iter().any(|month| lag(month).is_none_or(|lag| lag < self.lags))
        };
        for period in self.periods.iter().filter(is_young) {
            for group in self.groups.iter().filter(|group| group.code != *BodyId::unattributed()) {
                found.provisional.insert(&metric.id, &group.code, *period);
            }
        }
        found
    }
}
