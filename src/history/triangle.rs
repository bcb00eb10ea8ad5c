//! What was known of the nation's event months as time went on: the counts that completeness and revisions are measured on.

use super::known::{KnownCounts, KnownMonth};
use crate::definitions::model::Metric;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::Shape;

/// The counts of an event month so many whole months after its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCount {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    /// The event month.
    pub period: Period,
    /// Whole months from its end.
    pub lag: u32,
    /// Organisations whose month was there.
    pub returns: u32,
    /// For a distribution: closed cases.
    pub numerator: i64,
    /// For a distribution: all cases. `None` for a count.
    pub denominator: Option<i64>,
}

impl KnownCount {
    /// What the rows of the result file are sorted by.
    pub(super) fn key(&self) -> (&str, &BodyId, Period, u32) {
        (&self.metric_id, &self.org_code, self.period, self.lag)
    }

    /// How many cases there were: those of the denominator, or of a count those that are counted.
    pub fn cases(&self) -> i64 {
        self.denominator.unwrap_or(self.numerator)
    }
}

/// The nation's months at each lag that is looked at, and at the lag of the data date. Nothing where nothing came in late.
pub fn triangle(metric: &Metric, months: &[KnownMonth], settled: bool) -> Vec<KnownCount> {
    if settled {
        return Vec::new();
    }
    let count = |month: &KnownMonth, lag: u32, counts: KnownCounts| KnownCount {
        metric_id: metric.id.clone(),
        org_code: BodyId::nation().clone(),
        period: Period { kind: PeriodType::Month, first: month.month },
        lag,
        returns: counts.returns,
        numerator: counts.numerator,
        denominator: (metric.shape != Shape::Count).then_some(counts.denominator),
    };
    let of_month = |month: &KnownMonth| {
        let lags = month.counts.iter().zip(0_u32..).map(|(counts, lag)| count(month, lag, *counts));
        let mut found: Vec<KnownCount> = lags.collect();
        let is_older = found.last().is_none_or(|last| last.lag < month.lag);
        found.extend(is_older.then(|| count(month, month.lag, month.now)));
        found
    };
    months.iter().flat_map(of_month).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_month_is_told_at_each_lag_and_on_the_data_date() {
        let metric = sample::metrics().remove(0);
        let counts = |returns, numerator, denominator| KnownCounts { returns, numerator, denominator };
        let month = "2025-01".parse::<Period>().unwrap().first;
        let known = [
            KnownMonth { month, lag: 4, counts: vec![counts(1, 8, 10), counts(2, 15, 20)], now: counts(2, 16, 20) },
            KnownMonth { month: month.plus(3), lag: 0, counts: vec![counts(1, 9, 10)], now: counts(1, 9, 10) },
        ];
        let found = triangle(&metric, &known, false);
        let told: Vec<(u32, u32, i64, i64)> =
            found.iter().map(|one| (one.lag, one.returns, one.numerator, one.cases())).collect();
        assert_eq!(told, [(0, 1, 8, 10), (1, 2, 15, 20), (4, 2, 16, 20), (0, 1, 9, 10)]);
        assert!(triangle(&metric, &known, true).is_empty());
    }
}
