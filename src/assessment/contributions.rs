//! What each organisation added to a change of the national figure: by its own rate, and by its share of all cases.

use super::headlines::Headlines;
use crate::stats::counts::Counts;
use crate::stats::decomposition::{Contributor, decompose};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Ratio, RatioDifference, Shape, Unit};

/// The earlier period that a change is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Baseline {
    PeriodBefore,
    YearBefore,
}

impl Baseline {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PeriodBefore => "period_before",
            Self::YearBefore => "year_before",
        }
    }
}

/// One organisation's part of the change of a national figure, on the scale of the unit.
#[derive(Debug, Clone, PartialEq)]
pub struct NationalContribution {
    pub metric_id: MetricId,
    pub unit: Unit,
    pub org_code: BodyId,
    pub period: Period,
    pub baseline: Baseline,
    /// The earlier period.
    pub base_period: Period,
    /// Numerator and denominator, `None` where it had no cases.
    pub before: Option<(i64, i64)>,
    pub after: Option<(i64, i64)>,
    pub rate_effect: f64,
    pub mix_effect: f64,
    /// The change recomputed from everybody else.
    pub change_without: Option<RatioDifference>,
}

/// The change that parts of one metric and baseline add up to, from the sums of their counts; `None` without cases.
pub fn change_of(parts: &[&NationalContribution]) -> Option<RatioDifference> {
    let sum = |counts: fn(&NationalContribution) -> Option<(i64, i64)>| {
        let all = parts.iter().filter_map(|part| counts(part));
        all.fold(Ratio { numerator: 0, denominator: 0 }, |sum, (numerator, denominator)| Ratio {
            numerator: sum.numerator.saturating_add(numerator),
            denominator: sum.denominator.saturating_add(denominator),
        })
    };
    RatioDifference::of(sum(|part| part.after), sum(|part| part.before))
}

/// The parts of the change since the period before and since a year before, for proportions and rates. They add up to the
/// change over the organisations that returned both periods in full, which is the change that is told of the nation.
pub(super) fn of_metric(headlines: &Headlines<'_>) -> Vec<NationalContribution> {
    if !matches!(headlines.metric.shape, Shape::Proportion | Shape::Rate | Shape::CountRatio) || headlines.is_rolling()
    {
        return Vec::new();
    }
    let Some(period) = headlines.input.trend.last().copied() else { return Vec::new() };
    let bases = [(Baseline::PeriodBefore, period.step(-1)), (Baseline::YearBefore, period.year_before())];
    let is_new =
        |(baseline, base): &(Baseline, Period)| *baseline == Baseline::PeriodBefore || *base != period.step(-1);
    bases.into_iter().filter(is_new).flat_map(|(baseline, base)| since(headlines, period, (baseline, base))).collect()
}

fn since(
    headlines: &Headlines<'_>,
    period: Period,
    (baseline, base_period): (Baseline, Period),
) -> Vec<NationalContribution> {
    let metric = headlines.metric;
    let position = headlines.input.trend.iter().position(|one| *one == base_period);
    let same_version =
        metric.version_at(base_period.last()).map(|v| v.version) == metric.version_at(period.last()).map(|v| v.version);
    let Some(base) = position.filter(|_| same_version) else { return Vec::new() };
    // Without a national figure there is no change to take apart.
    if headlines.figure(BodyId::nation(), base).is_none()
        || headlines.figure(BodyId::nation(), headlines.last()).is_none()
    {
        return Vec::new();
    }
    // The parts of a change are those of who is compared: the others added nothing that can be told.
    let Some(matching) = headlines.matching(BodyId::nation(), (headlines.last(), base)) else { return Vec::new() };
    if headlines.is_all_due(period).is_err() || matching.withheld || matching.refusal().is_some() {
        return Vec::new();
    }
    let members: Vec<(&BodyId, Contributor)> = matching
        .members
        .iter()
        .map(|one| (one.code, Contributor { before: Some(one.before()), after: Some(one.now()) }))
        .collect();
    let Ok(decomposition) = decompose(&members.iter().map(|(_, member)| *member).collect::<Vec<_>>()) else {
        return Vec::new();
    };
    let scale = f64::from(metric.unit.multiplier());
    let pair = |counts: Option<Counts>| counts.map(|counts| (counts.numerator, counts.denominator));
    members
        .iter()
        .zip(&decomposition.contributions)
        .map(|((code, member), part)| NationalContribution {
            metric_id: metric.id.clone(),
            unit: metric.unit,
            org_code: (*code).to_owned(),
            period,
            baseline,
            base_period,
            before: pair(member.before),
            after: pair(member.after),
            rate_effect: part.rate * scale,
            mix_effect: part.mix * scale,
            change_without: part.change_without,
        })
        .collect()
}
