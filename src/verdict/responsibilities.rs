//! Who is responsible for what, and whether it is met: each metric's figure of the period, seen by the roles that answer
//! for it. It says what the verdict on the figure says; it compares and computes nothing.

use super::{AspectLabel, FigureVerdict, Verdicts};
use crate::definitions::model::{Metric, Role};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Status;

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

/// One metric's figure as one role answers for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Responsibility {
    pub principle: u8,
    pub role: Role,
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    pub outcome: ResponsibilityOutcome,
    /// Level and kind of the standard that held.
    pub standard: Option<(f64, &'static str)>,
    /// What the verdict says against the same period a year before; `None` where nothing is compared.
    pub against_year_before: Option<AspectLabel>,
    /// What it says against the peers.
    pub against_peers: Option<AspectLabel>,
    /// Why nothing is evidenced, or how many the few cases are; empty otherwise.
    pub reason: String,
}

/// The responsibilities of every organisation and of the nation in `period`, by principle, metric, role and organisation.
/// Nothing is compared a second time here, so that no two pages disagree.
pub fn assess_responsibilities(
    metrics: &[Metric],
    observations: &[Observation],
    verdicts: &Verdicts,
    period: Period,
) -> Vec<Responsibility> {
    let is_judged = |o: &&Observation| o.category.is_none() && o.period == period && answers(&o.org_code);
    let mut figures: Vec<&Observation> = observations.iter().filter(is_judged).collect();
    figures.sort_by(|a, b| a.org_code.cmp(&b.org_code));
    let mut metrics: Vec<&Metric> = metrics.iter().collect();
    metrics.sort_by_key(|metric| (metric.principle, metric.id.as_str()));
    let mut all = Vec::new();
    for metric in metrics {
        let own = figures.iter().filter(|figure| figure.metric_id == metric.id);
        let judged: Vec<Responsibility> =
            own.map(|figure| judge(metric, figure, verdicts.get(&metric.id, &figure.org_code))).collect();
        let mut roles = metric.responsible.clone();
        roles.sort_unstable();
        for role in roles {
            all.extend(judged.iter().map(|one| Responsibility { role, ..one.clone() }));
        }
    }
    all
}

fn answers(code: &BodyId) -> bool {
    code.is_nation() || code.is_organisation()
}

fn judge(metric: &Metric, figure: &Observation, verdict: Option<&FigureVerdict>) -> Responsibility {
    let standard = figure.standard.as_ref();
    let aspects = verdict.map(|verdict| verdict.aspects).unwrap_or_default();
    let outcome = match (&figure.status, standard, aspects.standard.map(|found| found.label)) {
        (Status::Value, None, _) => ResponsibilityOutcome::NoStandard,
        (Status::Value, Some(_), _) if figure.has_few_cases() => ResponsibilityOutcome::FewCases,
        (Status::Value, Some(_), Some(AspectLabel::StandsOut(..))) => ResponsibilityOutcome::NotMet,
        (Status::Value, Some(_), Some(_)) => ResponsibilityOutcome::Met,
        _ => ResponsibilityOutcome::NotEvidenced,
    };
    Responsibility {
        principle: metric.principle,
        role: metric.responsible.first().copied().unwrap_or(Role::ChiefOfficer),
        metric_id: metric.id.clone(),
        org_code: figure.org_code.clone(),
        period: figure.period,
        outcome,
        standard: standard.map(|standard| (standard.level, standard.kind)),
        against_year_before: aspects.year_before.map(|found| found.label),
        against_peers: aspects.peers.map(|found| found.label),
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

#[cfg(test)]
mod tests {
    use super::super::VerdictInput;
    use super::*;
    use crate::assessment::Assessment;
    use crate::report::sample;
    use crate::vocabulary::observation::StandardResult;

    fn figure(code: &str, x: i64, n: i64) -> Observation {
        let period = "2025-26Q1".parse().unwrap();
        Observation { metric_id: "CRE-01".parse().unwrap(), org_code: code.into(), period, ..sample::percent(x, n) }
    }

    /// What is said of each figure, in order of codes, where nothing is compared.
    fn judged(figures: &[Observation]) -> Vec<Responsibility> {
        let metric = sample::metrics().into_iter().find(|metric| metric.id == "CRE-01").unwrap();
        let (metrics, period) = (std::slice::from_ref(&metric), "2025-26Q1".parse().unwrap());
        let assessment = Assessment::default();
        let input = VerdictInput { metrics, organisations: &[], assessment: &assessment, period, margin_percent: 25 };
        let verdicts = Verdicts::of(&input, figures);
        let mut all = assess_responsibilities(metrics, figures, &verdicts, period);
        all.dedup_by(|one, other| one.org_code == other.org_code);
        all
    }

    #[test]
    fn a_standard_is_met_or_not_and_a_missing_figure_evidences_nothing() {
        let standard = |met| Some(StandardResult { level: 90.0, kind: "historical", met });
        let met = Observation { standard: standard(Some(true)), ..figure("E01", 95, 100) };
        let not_met = Observation { standard: standard(Some(false)), ..figure("E02", 10, 100) };
        let few = Observation { standard: standard(Some(true)), ..figure("E03", 9, 9) };
        let mut missing = figure("E04", 1, 10);
        missing.status = Status::NotReturned;
        (missing.value, missing.interval_95) = (None, None);
        let undecided = Observation { standard: standard(None), ..figure("E05", 95, 100) };
        let found = judged(&[met, not_met, few, missing, undecided, figure("E06", 95, 100)]);
        let outcomes: Vec<&str> = found.iter().map(|one| one.outcome.as_str()).collect();
        assert_eq!(outcomes, ["met", "not_met", "few_cases", "not_evidenced", "not_evidenced", "no_standard"]);
        assert_eq!(found[2].reason, "few cases: 9 of 9");
        assert_eq!(found[3].reason, "not returned by the organisation");
        assert!(found.iter().all(|one| one.against_peers.is_none() && one.against_year_before.is_none()));
    }
}
