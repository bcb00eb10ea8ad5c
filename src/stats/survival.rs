//! Delays with cases still open: the Kaplan-Meier curve and the percentiles read off it.
//! It assumes that open cases close like the others, and it judges nothing.

use super::histogram::{DelayReading, Histogram, Percent};
use super::{Level, real};
use crate::vocabulary::quantity::Interval;

/// With fewer closed cases than this no percentile is read off a curve.
const LEAST_CLOSED: u64 = 5;
/// A curve this close to the share sought is on it.
const TOLERANCE: f64 = 1.5e-8;

/// The curve just after a delay at which cases closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurveStep {
    /// Whole hours or days.
    pub delay: i64,
    /// Share of cases still open after the delay.
    pub open_share: f64,
    /// Variance of the share's logarithm (Greenwood, 1926); infinite where the share is 0.
    pub log_variance: f64,
}

impl CurveStep {
    /// Limits of the share, S^exp(±θ) with θ = z√v / ln S, symmetric on the scale of the logarithm of the negative logarithm;
    /// none where it is 0 or 1.
    pub fn limits(&self, level: Level) -> Option<(f64, f64)> {
        let share = self.open_share;
        if share <= 0.0 || share >= 1.0 {
            return None;
        }
        let spread = level.z() * self.log_variance.sqrt();
        let theta = spread / -share.ln();
        Some((share.powf(theta.exp()), share.powf((-theta).exp())))
    }
}

/// The product-limit estimate of the share of cases still open after each delay (Kaplan and Meier, JASA 53, 1958).
#[derive(Debug, Clone, PartialEq)]
pub struct SurvivalCurve {
    steps: Vec<CurveStep>,
    /// Closures that the curve rests on; those at the cap count as open there.
    closures: u64,
    /// The longest delay, and whether it stands for everything longer too.
    last: Option<(i64, bool)>,
}

impl SurvivalCurve {
    /// The curve of closed and open cases; at one delay closures come before cases still open.
    pub fn new(histogram: &Histogram) -> Self {
        let mut at_risk = histogram.closed().saturating_add(histogram.open());
        let (mut open_share, mut log_variance, mut closures) = (1.0, 0.0, 0_u64);
        let mut steps = Vec::new();
        for bin in histogram.bins() {
            if bin.closed > 0 && !histogram.is_capped(bin.delay) {
                let remaining = at_risk.saturating_sub(bin.closed);
                open_share *= real(remaining) / real(at_risk);
                log_variance += real(bin.closed) / (real(at_risk) * real(remaining));
                closures = closures.saturating_add(bin.closed);
                steps.push(CurveStep { delay: bin.delay, open_share, log_variance });
            }
            at_risk = at_risk.saturating_sub(bin.closed.saturating_add(bin.open));
        }
        let last = histogram.bins().last().map(|bin| (bin.delay, histogram.is_capped(bin.delay)));
        Self { steps, closures, last }
    }

    /// The curve's steps, shortest delay first. They are read by the comparison with the published curve, which is the only
    /// proof from outside of what percentiles are read off.
    pub fn steps(&self) -> &[CurveStep] {
        &self.steps
    }

    /// The shortest delay after which at most 1 − q of the cases are open. Where exactly 1 − q are open over a stretch of
    /// delays it is the middle of that stretch, the longest delay being the end of the last one.
    pub fn percentile(&self, percent: Percent) -> DelayReading {
        match self.last {
            None => DelayReading::NoCases,
            Some(_) if self.closures < LEAST_CLOSED => DelayReading::TooFewClosed,
            Some(last) => crossing(self.steps.iter().map(|step| (step.delay, step.open_share)), percent, last),
        }
    }

    /// The percentile read off the curve's lower and upper limits (Brookmeyer and Crowley, Biometrics 38, 1982). A side is open
    /// where the limits do not come down far enough, at the cap, and with fewer than five closures.
    pub fn percentile_interval(&self, percent: Percent, level: Level) -> Interval {
        let Some(last) = self.last.filter(|_| self.closures >= LEAST_CLOSED) else {
            return Interval { lower: None, upper: None };
        };
        let limits = || {
            let of = |step: &CurveStep| step.limits(level).map(|limits| (step.delay, limits));
            self.steps.iter().filter_map(of)
        };
        let lower = crossing(limits().map(|(delay, (lower, _))| (delay, lower)), percent, last);
        let upper = crossing(limits().map(|(delay, (_, upper))| (delay, upper)), percent, last);
        Interval { lower: lower.value(), upper: upper.value() }
    }
}

/// Where a falling curve of (delay, share) first comes down to 1 − q. `last` is the longest delay and whether it is capped.
fn crossing(mut curve: impl Iterator<Item = (i64, f64)>, percent: Percent, last: (i64, bool)) -> DelayReading {
    let target = f64::from(100 - percent.number()) / 100.0;
    let (longest, capped) = last;
    let Some((reached, share)) = curve.find(|&(_, share)| share <= target + TOLERANCE) else {
        return if capped { DelayReading::MoreThan(longest) } else { DelayReading::NotReached };
    };
    if share < target - TOLERANCE {
        return DelayReading::Value(real(reached));
    }
    let left = curve.find(|&(_, share)| share < target - TOLERANCE).map(|(delay, _)| delay);
    let doubled = i128::from(reached) + i128::from(left.unwrap_or(longest));
    if left.is_none() && capped {
        return DelayReading::MoreThan(i64::try_from(doubled / 2).unwrap_or(longest));
    }
    DelayReading::Value(real(doubled) / 2.0)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Weeks in remission on 6-mercaptopurine, closed when it ended (Freireich and others, Blood 21, 1963): 9 of 21 closed.
    pub(crate) const SIX_MP: [(i64, bool, u64); 18] = [
        (6, true, 3),
        (6, false, 1),
        (7, true, 1),
        (9, false, 1),
        (10, true, 1),
        (10, false, 1),
        (11, false, 1),
        (13, true, 1),
        (16, true, 1),
        (17, false, 1),
        (19, false, 1),
        (20, false, 1),
        (22, true, 1),
        (23, true, 1),
        (25, false, 1),
        (32, false, 2),
        (34, false, 1),
        (35, false, 1),
    ];

    fn percent(p: u8) -> Percent {
        Percent::new(p).unwrap()
    }

    fn curve(rows: &[(i64, bool, u64)], cap: Option<i64>) -> SurvivalCurve {
        SurvivalCurve::new(&Histogram::new(rows.iter().copied(), cap))
    }

    fn interval(curve: &SurvivalCurve, p: u8) -> (Option<f64>, Option<f64>) {
        let found = curve.percentile_interval(percent(p), Level::LOOK);
        (found.lower, found.upper)
    }

    #[test]
    fn published_curve() {
        let curve = curve(&SIX_MP, None);
        let wanted = [
            (6, 0.857_143),
            (7, 0.806_723),
            (10, 0.752_941),
            (13, 0.690_196),
            (16, 0.627_451),
            (22, 0.537_815),
            (23, 0.448_179),
        ];
        assert_eq!(curve.steps().len(), wanted.len());
        for (step, (delay, share)) in curve.steps().iter().zip(wanted) {
            assert!(step.delay == delay && (step.open_share - share).abs() < 5e-7, "{step:?}");
        }
        let ten = curve.steps().iter().find(|step| step.delay == 10).unwrap();
        let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 5e-7, "{found}, not {wanted}");
        close(ten.open_share * ten.log_variance.sqrt(), 0.096_350);
        let (lower, upper) = ten.limits(Level::LOOK).unwrap();
        close(lower, 0.503_200);
        close(upper, 0.889_362);
    }

    #[test]
    fn published_percentiles() {
        let curve = curve(&SIX_MP, None);
        assert_eq!(curve.percentile(percent(25)), DelayReading::Value(13.0));
        assert_eq!(curve.percentile(percent(50)), DelayReading::Value(23.0));
        assert_eq!(curve.percentile(percent(90)), DelayReading::NotReached);
        assert_eq!(interval(&curve, 50), (Some(13.0), None));
    }

    #[test]
    fn a_level_stretch_gives_its_middle() {
        let all_closed: Vec<_> = (1..=10).map(|delay| (delay, true, 1)).collect();
        assert_eq!(curve(&all_closed, None).percentile(percent(50)), DelayReading::Value(5.5));
        assert_eq!(curve(&all_closed, None).percentile(percent(25)), DelayReading::Value(3.0));
        // Half the cases stay open: the stretch runs to the longest delay seen.
        let half_open: Vec<_> = (1..=5).map(|delay| (delay, true, 1)).chain([(20, false, 5)]).collect();
        assert_eq!(curve(&half_open, None).percentile(percent(50)), DelayReading::Value(12.5));
        assert_eq!(curve(&half_open, Some(20)).percentile(percent(50)), DelayReading::MoreThan(12));
    }

    #[test]
    fn cases_at_the_cap_count_as_open_there() {
        let closed = curve(&[(1, true, 6), (30, true, 20)], Some(30));
        assert_eq!(closed, curve(&[(1, true, 6), (45, false, 20)], Some(30)));
        assert_eq!(closed.percentile(percent(50)), DelayReading::MoreThan(30));
        assert_eq!(closed.percentile(percent(20)), DelayReading::Value(1.0));
        assert_eq!(interval(&closed, 50), (None, None));
    }

    #[test]
    fn too_few_closures_give_no_percentile() {
        let four = curve(&[(1, true, 4), (3, false, 9), (-1, true, 6)], None);
        assert_eq!(four.percentile(percent(10)), DelayReading::TooFewClosed);
        assert_eq!(interval(&four, 10), (None, None));
        assert_eq!(curve(&[], None).percentile(percent(50)), DelayReading::NoCases);
        assert_eq!(curve(&[(3, false, 9)], None).percentile(percent(50)), DelayReading::TooFewClosed);
        assert_eq!(curve(&[(2, true, 5)], None).percentile(percent(90)), DelayReading::Value(2.0));
    }

    #[test]
    fn a_curve_without_limits_leaves_both_sides_open() {
        // All close at once: the curve falls from 1 to 0, where it has no limits.
        let at_once = curve(&[(2, true, 50)], None);
        assert_eq!(at_once.percentile(percent(50)), DelayReading::Value(2.0));
        assert_eq!(interval(&at_once, 50), (None, None));
    }
}
