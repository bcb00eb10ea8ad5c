//! Who is responsible for what, and whether it is met: each metric's figure of the period, seen by the roles that answer
//! for it. It judges with what was computed before; it computes no figure.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::assessment::{Against, Assessment, PeerComparison};
use crate::definitions::model::{Metric, Role};
use crate::vocabulary::body::{NATIONAL, is_organisation};
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Better, Status, Unit};

/// Whether a responsibility is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResponsibilityOutcome {
    Met,
    NotMet,
    /// No standard held: the figure is compared with a year before and with peers instead.
    NoStandard,
    /// A standard held, and the figure rests on too few cases to say more than how many.
    FewCases,
    /// There is no figure, or it cannot be judged.
    NotEvidenced,
}

impl ResponsibilityOutcome {
    /// All outcomes, in the order of tables.
    pub const ALL: [Self; 5] = [Self::Met, Self::NotMet, Self::FewCases, Self::NoStandard, Self::NotEvidenced];

    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not_met",
            Self::FewCases => "few_cases",
            Self::NoStandard => "no_standard",
            Self::NotEvidenced => "not_evidenced",
        }
    }

    /// The outcome in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not met",
            Self::FewCases => "few cases",
            Self::NoStandard => "no standard",
            Self::NotEvidenced => "not evidenced",
        }
    }
}

/// How a figure compares with another, judged at 95 % with the statistics of the assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Better,
    Worse,
    /// Of a metric for which neither is better.
    Higher,
    Lower,
    NoClearDifference,
    /// Two full counts: the difference is given elsewhere, and chance is not tested.
    NotTested,
    CannotTell,
}

impl Comparison {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::NoClearDifference => "no_clear_difference",
            Self::NotTested => "not_tested",
            Self::CannotTell => "cannot_tell",
        }
    }
}

/// One metric's figure as one role answers for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Responsibility {
    pub principle: u8,
    pub role: Role,
    pub metric_id: MetricId,
    pub org_code: String,
    pub period: Period,
    pub outcome: ResponsibilityOutcome,
    /// Level and kind of the standard that held.
    pub standard: Option<(f64, &'static str)>,
    /// With the same period a year before; `None` where the release does not hold it.
    pub against_year_before: Option<Comparison>,
    /// With the sum over its peers; `None` for the nation and for an organisation without peers.
    pub against_peers: Option<Comparison>,
    /// Why nothing is evidenced, or how many the few cases are; empty otherwise.
    pub reason: String,
}

/// The responsibilities of every organisation and of the nation in `period`, by principle, metric, role and organisation.
/// Nothing is compared a second time here, so that no two pages disagree.
pub fn assess_responsibilities(
    metrics: &[Metric],
    observations: &[Observation],
    assessment: &Assessment,
    period: Period,
) -> Vec<Responsibility> {
    let year_before = period.year_before();
    let relevant = |o: &&Observation| o.category.is_none() && (o.period == period || o.period == year_before);
    let figures: HashMap<(&str, &str, Period), &Observation> =
        observations.iter().filter(relevant).map(|o| ((&*o.metric_id, &*o.org_code, o.period), o)).collect();
    let of_year_before = assessment.comparisons.iter().filter(|one| one.against == Against::YearBefore);
    let compared: HashMap<(&str, &str), Comparison> =
        of_year_before.map(|one| ((one.metric_id.as_str(), one.org_code.as_str()), one.label.into())).collect();
    let mut codes: Vec<&str> = figures.keys().map(|(_, code, _)| *code).filter(|code| answers(code)).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut metrics: Vec<&Metric> = metrics.iter().collect();
    metrics.sort_by_key(|metric| (metric.principle, metric.id.as_str()));
    let mut all = Vec::new();
    for metric in metrics {
        let of = |code: &str, period: Period| figures.get(&(metric.id.as_str(), code, period)).copied();
        let judged: Vec<Responsibility> = codes
            .iter()
            .filter_map(|code| {
                let figure = of(code, period)?;
                let labels = assessment.judgements.of(figure);
                let compared = Compared {
                    with_year_before: compared.get(&(metric.id.as_str(), *code)).copied(),
                    with_peers: labels.and_then(|labels| labels.comparison).map(Comparison::from),
                };
                Some(judge(metric, figure, of(code, year_before), compared))
            })
            .collect();
        let mut roles = metric.responsible.clone();
        roles.sort_unstable();
        for role in roles {
            all.extend(judged.iter().map(|one| Responsibility { role, ..one.clone() }));
        }
    }
    all
}

fn answers(code: &str) -> bool {
    code == NATIONAL || is_organisation(code)
}

/// What the assessment says of a figure beside others.
#[derive(Clone, Copy)]
struct Compared {
    with_year_before: Option<Comparison>,
    with_peers: Option<Comparison>,
}

fn judge(metric: &Metric, figure: &Observation, before: Option<&Observation>, compared: Compared) -> Responsibility {
    let standard = figure.standard.as_ref();
    let outcome = match (&figure.status, standard.map(|standard| standard.met)) {
        (Status::Value, Some(_)) if figure.has_few_cases() => ResponsibilityOutcome::FewCases,
        (Status::Value, Some(Some(true))) => ResponsibilityOutcome::Met,
        (Status::Value, Some(Some(false))) => ResponsibilityOutcome::NotMet,
        (Status::Value, None) => ResponsibilityOutcome::NoStandard,
        _ => ResponsibilityOutcome::NotEvidenced,
    };
    let comparable = |other: &&Observation| {
        other.metric_version == figure.metric_version && metric.level_only(figure.metric_version).is_none()
    };
    Responsibility {
        principle: metric.principle,
        role: metric.responsible.first().copied().unwrap_or(Role::ChiefOfficer),
        metric_id: metric.id.clone(),
        org_code: figure.org_code.to_string(),
        period: figure.period,
        outcome,
        standard: standard.map(|standard| (standard.level, standard.kind)),
        against_year_before: before.filter(comparable).map(|before| match figure.unit {
            Unit::Grade => compare_grades(metric, figure, before),
            _ => compared.with_year_before.unwrap_or(Comparison::CannotTell),
        }),
        against_peers: compared.with_peers,
        reason: match (outcome, &figure.status) {
            (ResponsibilityOutcome::FewCases, _) => few_cases_reason(figure),
            (ResponsibilityOutcome::NotEvidenced, Status::Value) => {
                "the returns that are missing could turn the verdict".to_owned()
            }
            (ResponsibilityOutcome::NotEvidenced, status) => status.reason().to_owned(),
            _ => String::new(),
        },
    }
}

/// "few cases: 3 of 3".
fn few_cases_reason(figure: &Observation) -> String {
    let counts = figure.numerator.zip(figure.denominator);
    counts.map_or_else(|| "few cases".to_owned(), |(x, n)| format!("few cases: {x} of {n}"))
}

/// Grades have an order and no size: a higher one is higher, without a test.
fn compare_grades(metric: &Metric, figure: &Observation, other: &Observation) -> Comparison {
    let (Some(now), Some(then)) = (figure.value, other.value) else { return Comparison::CannotTell };
    Comparison::turned(now.total_cmp(&then), metric.better)
}

impl Comparison {
    fn turned(ordering: Ordering, better: Better) -> Self {
        match (ordering, better) {
            (Ordering::Equal, _) => Self::NoClearDifference,
            (Ordering::Greater, Better::Neutral) => Self::Higher,
            (Ordering::Less, Better::Neutral) => Self::Lower,
            (Ordering::Greater, Better::Higher) | (Ordering::Less, Better::Lower) => Self::Better,
            (Ordering::Greater, Better::Lower) | (Ordering::Less, Better::Higher) => Self::Worse,
        }
    }
}

/// The comparison without its level.
impl From<PeerComparison> for Comparison {
    fn from(comparison: PeerComparison) -> Self {
        match comparison {
            PeerComparison::Better(_) => Self::Better,
            PeerComparison::Worse(_) => Self::Worse,
            PeerComparison::Higher(_) => Self::Higher,
            PeerComparison::Lower(_) => Self::Lower,
            PeerComparison::Similar | PeerComparison::NoClearDifference => Self::NoClearDifference,
            PeerComparison::NotTested => Self::NotTested,
            PeerComparison::CannotTell => Self::CannotTell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::{FigureComparison, Judgements, Labels};
    use crate::report::sample;
    use crate::stats::benchmark::Strength;
    use crate::vocabulary::observation::StandardResult;

    fn figure(code: &str, period: &str, x: i64, n: i64) -> Observation {
        let period = period.parse().unwrap();
        Observation { metric_id: "CRE-01".parse().unwrap(), org_code: code.into(), period, ..sample::percent(x, n) }
    }

    fn one(observations: &[Observation], code: &str) -> Responsibility {
        with_judgements(observations, code, Judgements::default())
    }

    fn with_judgements(observations: &[Observation], code: &str, judgements: Judgements) -> Responsibility {
        let metric = sample::metrics().into_iter().find(|metric| metric.id == "CRE-01").unwrap();
        let period = "2025-26Q1".parse().unwrap();
        let compared = |label| FigureComparison {
            metric_id: "CRE-01".parse().unwrap(),
            org_code: code.into(),
            period,
            shape: metric.shape,
            unit: metric.unit,
            against: Against::YearBefore,
            basis: "2024-25Q1".into(),
            counts: None,
            value: None,
            label,
            found: Err(Status::NotReturned),
            difference: None,
            widened_by: None,
            resting: None,
            averages: [None; 4],
        };
        let comparisons = vec![compared(PeerComparison::Better(Strength::Look))];
        let assessment = Assessment { judgements, comparisons, ..Assessment::default() };
        let all = assess_responsibilities(std::slice::from_ref(&metric), observations, &assessment, period);
        all.into_iter().find(|one| one.org_code == code).unwrap()
    }

    #[test]
    fn without_a_standard_the_year_before_and_peers_tell() {
        let figures = [figure("E01", "2025-26Q1", 900, 1000), figure("E01", "2024-25Q1", 700, 1000)];
        let labels = Labels { comparison: Some(PeerComparison::NoClearDifference), ..Labels::default() };
        let judgements = Judgements::from_iter([(figures[0].id(), labels)]);
        let found = with_judgements(&figures, "E01", judgements);
        assert_eq!(found.outcome, ResponsibilityOutcome::NoStandard);
        assert_eq!(found.against_year_before, Some(Comparison::Better));
        assert_eq!(found.against_peers, Some(Comparison::NoClearDifference));
    }

    #[test]
    fn a_standard_is_met_or_not_and_a_missing_figure_evidences_nothing() {
        let standard = |met| Some(StandardResult { level: 90.0, kind: "historical", met });
        let met = Observation { standard: standard(Some(true)), ..figure("E01", "2025-26Q1", 9, 10) };
        let not_met = Observation { standard: standard(Some(false)), ..figure("E02", "2025-26Q1", 1, 10) };
        let mut missing = figure("E03", "2025-26Q1", 1, 10);
        missing.status = Status::NotReturned;
        (missing.value, missing.interval_95) = (None, None);
        let figures = [met, not_met, missing];
        assert_eq!(one(&figures, "E01").outcome, ResponsibilityOutcome::Met);
        assert_eq!(one(&figures, "E02").outcome, ResponsibilityOutcome::NotMet);
        let found = one(&figures, "E03");
        assert_eq!(
            (found.outcome, found.reason.as_str()),
            (ResponsibilityOutcome::NotEvidenced, "not returned by the organisation")
        );
        assert_eq!(found.against_year_before, None);
    }

    #[test]
    fn another_version_of_the_definition_is_not_compared() {
        let before = Observation { metric_version: 2, ..figure("E01", "2024-25Q1", 7, 10) };
        assert_eq!(one(&[figure("E01", "2025-26Q1", 9, 10), before], "E01").against_year_before, None);
    }
}
