//! Holds the figures of a run against the invariants of the definitions.
//! A broken one means that a definition or a return is wrong; it corrects nothing.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::definitions::invariant_file::{Component, Invariant, InvariantScope, OnBreach, Operand, OperandPart};
use crate::definitions::model::Metric;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Shape, Status};

/// Broken invariants that a message lists at most.
const LISTED: usize = 20;

/// Figures that contradict each other. Nothing is published with them.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{} between figures; nothing was published\n{}", count_words(.0.len()), list(.0))]
pub struct BrokenInvariants(pub Vec<String>);

fn count_words(count: usize) -> String {
    if count == 1 { "1 contradiction".to_owned() } else { format!("{count} contradictions") }
}

fn list(broken: &[String]) -> String {
    let mut lines: Vec<String> = broken.iter().take(LISTED).map(|line| format!("  {line}")).collect();
    if broken.len() > LISTED {
        lines.push(format!("  and {} more", broken.len() - LISTED));
    }
    lines.join("\n")
}

/// Checks every invariant for every organisation, aggregate and period. Withholds the figures that break one which says so,
/// with a finding for each; any other breach is the error.
pub fn enforce_invariants(
    invariants: &[Invariant],
    metrics: &[Metric],
    observations: &mut [Observation],
) -> Result<Vec<Finding>, BrokenInvariants> {
    let breaches = breaches(invariants, metrics, observations);
    let (withheld, stopping): (Vec<Breach>, Vec<Breach>) =
        breaches.into_iter().partition(|breach| breach.reaction == OnBreach::Withhold);
    if !stopping.is_empty() {
        return Err(BrokenInvariants(stopping.into_iter().map(|breach| breach.message).collect()));
    }
    for breach in &withheld {
        for observation in observations.iter_mut().filter(|observation| breach.is_about(observation)) {
            observation.status = Status::Missing(breach.statement.clone());
            (observation.value, observation.interval_95, observation.interval_998) = (None, None, None);
        }
    }
    Ok(withheld.iter().map(Breach::finding).collect())
}

/// A figure that breaks an invariant.
#[derive(Debug)]
struct Breach {
    reaction: OnBreach,
    metric: String,
    part: OperandPart,
    org_code: BodyId,
    period: Period,
    /// Why the figure is withheld.
    statement: String,
    message: String,
}

impl Breach {
    fn is_about(&self, observation: &Observation) -> bool {
        let same_part = match (&self.part, &observation.category) {
            (OperandPart::Headline, None) => true,
            (OperandPart::Category(key), Some(category)) => *key == category.key,
            _ => false,
        };
        same_part
            && *observation.metric_id == *self.metric
            && observation.org_code == self.org_code
            && observation.period == self.period
    }

    fn finding(&self) -> Finding {
        Finding {
            level: FindingLevel::Warning,
            rule: "invariant".to_owned(),
            dataset: "figures".to_owned(),
            org_code: Some(self.org_code.clone()),
            period: self.period.to_string(),
            message: format!("withheld: {}", self.message),
            ..Finding::default()
        }
    }
}

fn breaches(invariants: &[Invariant], metrics: &[Metric], observations: &[Observation]) -> Vec<Breach> {
    let figures = FigureIndex::of(observations);
    let broken = |invariant| {
        let mut breaches = Vec::new();
        for (metric, part) in asked_of(invariant, metrics) {
            // Two metrics may rest on different returns: only the figures of one organisation can be held together.
            let alone = |place: &&BodyPeriod| {
                invariant.each.is_some() || !figures.code(**place).is_some_and(BodyId::is_aggregate)
            };
            for place in figures.places.get(metric).into_iter().flatten().filter(alone) {
                breaches.extend(figures.contradiction(invariant, (metric, &part), *place));
            }
        }
        breaches
    };
    invariants.par_iter().flat_map_iter(broken).collect()
}

/// The metrics whose organisations and periods an invariant is asked for, with the figure that stands where the operands
/// of an `each` invariant name none.
fn asked_of<'d>(invariant: &'d Invariant, metrics: &'d [Metric]) -> Vec<(&'d str, OperandPart)> {
    let Some(each) = invariant.each else { return vec![(&invariant.left.metric, OperandPart::Headline)] };
    let chosen =
        metrics.iter().filter(|metric| each.includes(metric) && !invariant.except.iter().any(|id| *id == metric.id));
    let parts = |metric: &'d Metric| {
        let categories = metric.breakdown.iter().flat_map(|breakdown| &breakdown.categories);
        let proportions = categories.filter(move |category| {
            each == InvariantScope::Proportion && category.shape.unwrap_or(metric.shape) == Shape::Proportion
        });
        let headline = each == InvariantScope::Parts || metric.shape == Shape::Proportion;
        let headline = headline.then_some(OperandPart::Headline);
        headline.into_iter().chain(proportions.map(|category| OperandPart::Category(category.key.clone())))
    };
    chosen.flat_map(|metric| parts(metric).map(|part| (metric.id.as_str(), part))).collect()
}

/// Where a figure stands: the number of its organisation or aggregate, and the period.
type BodyPeriod = (usize, Period);

struct FigureIndex<'o> {
    /// By metric and category, then place.
    by_part: HashMap<(&'o str, Option<&'o str>), HashMap<BodyPeriod, &'o Observation>>,
    /// Categories of each metric.
    categories: HashMap<&'o str, Vec<&'o str>>,
    /// Places at which a metric has a headline.
    places: HashMap<&'o str, Vec<BodyPeriod>>,
    /// Codes of organisations and aggregates by their number.
    codes: Vec<&'o BodyId>,
}

impl<'o> FigureIndex<'o> {
    fn of(observations: &'o [Observation]) -> Self {
        let (by_part, categories, places) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut figures = Self { by_part, categories, places, codes: Vec::new() };
        let mut numbers: HashMap<&BodyId, usize> = HashMap::new();
        for observation in observations {
            let code = &observation.org_code;
            let number = *numbers.entry(code).or_insert_with(|| {
                figures.codes.push(code);
                figures.codes.len() - 1
            });
            let (metric, place) = (&*observation.metric_id, (number, observation.period));
            let category = observation.category.as_ref().map(|category| category.key.as_str());
            figures.by_part.entry((metric, category)).or_default().insert(place, observation);
            match category {
                None => figures.places.entry(metric).or_default().push(place),
                Some(key) => {
                    let known = figures.categories.entry(metric).or_default();
                    if !known.contains(&key) {
                        known.push(key);
                    }
                }
            }
        }
        figures
    }

    fn code(&self, place: BodyPeriod) -> Option<&'o BodyId> {
        self.codes.get(place.0).copied()
    }

    fn number(&self, metric: &str, category: Option<&str>, place: BodyPeriod, component: Component) -> Option<i64> {
        let observation = self.by_part.get(&(metric, category))?.get(&place)?;
        match component {
            Component::Numerator => observation.numerator,
            Component::Rest => Some(observation.denominator? - observation.numerator?),
            Component::Denominator => observation.denominator,
        }
    }

    /// `None` where the figure, or any category of a sum, is not there.
    fn operand(&self, operand: &Operand, asked: (&str, &OperandPart), place: BodyPeriod) -> Option<i64> {
        let metric = if operand.metric.is_empty() { asked.0 } else { &operand.metric };
        let part =
            if operand.metric.is_empty() && operand.part == OperandPart::Headline { asked.1 } else { &operand.part };
        match part {
            OperandPart::Headline => self.number(metric, None, place, operand.component),
            OperandPart::Category(key) => self.number(metric, Some(key), place, operand.component),
            OperandPart::AllCategories => {
                let keys = self.categories.get(metric)?;
                keys.iter().map(|key| self.number(metric, Some(key), place, operand.component)).sum()
            }
        }
    }

    fn contradiction(&self, invariant: &Invariant, asked: (&str, &OperandPart), place: BodyPeriod) -> Option<Breach> {
        let code = self.code(place)?;
        let left = self.operand(&invariant.left, asked, place)?;
        let right: i64 =
            invariant.right.iter().map(|operand| self.operand(operand, asked, place)).sum::<Option<i64>>()?;
        let words = |operand: &Operand| {
            let metric = if operand.metric.is_empty() { asked.0 } else { &operand.metric };
            let part = if operand.metric.is_empty() && operand.part == OperandPart::Headline {
                asked.1
            } else {
                &operand.part
            };
            let part = match part {
                OperandPart::Headline => String::new(),
                OperandPart::Category(key) => format!(" of {key}"),
                OperandPart::AllCategories => " of all categories".to_owned(),
            };
            format!("{metric} {}{part}", operand.component.as_str())
        };
        (!invariant.relation.holds(left, right)).then(|| {
            let sum: Vec<String> = invariant.right.iter().map(words).collect();
            let (left_words, relation) = (words(&invariant.left), invariant.relation.as_str());
            let statement = format!("{left_words} {left} should be {relation} {} {right}", sum.join(" + "));
            let message = format!("{code} in {}: {statement} ({}: {})", place.1, invariant.id, invariant.statement);
            let own = invariant.left.metric.is_empty();
            Breach {
                reaction: invariant.on_breach,
                metric: if own { asked.0 } else { &invariant.left.metric }.to_owned(),
                part: if own && invariant.left.part == OperandPart::Headline { asked.1 } else { &invariant.left.part }
                    .clone(),
                org_code: code.clone(),
                period: place.1,
                statement,
                message,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::definitions::Definitions;
    use crate::report::sample;
    use crate::vocabulary::observation::Category;

    fn figure(metric: &str, category: Option<(&str, &str)>, numerator: i64, denominator: i64) -> Observation {
        let category =
            category.map(|(breakdown, key)| Arc::new(Category { breakdown: breakdown.into(), key: key.into() }));
        Observation {
            metric_id: metric.parse().unwrap(),
            org_code: "E23000002".into(),
            period: "2025-04".parse().unwrap(),
            category,
            ..sample::percent(numerator, denominator)
        }
    }

    fn broken(observations: &[Observation]) -> Vec<String> {
        let definitions = Definitions::built_in().unwrap();
        let mut observations = observations.to_vec();
        match enforce_invariants(&definitions.invariants, &definitions.metrics, &mut observations) {
            Ok(findings) => findings.into_iter().map(|finding| finding.message).collect(),
            Err(error) => error.0,
        }
    }

    #[test]
    fn figures_that_agree_are_left_alone() {
        assert_eq!(broken(&[figure("CRE-01", None, 8, 10), figure("CRE-02", None, 9, 10)]), [""; 0]);
    }

    #[test]
    fn a_contradiction_names_both_figures_and_their_place() {
        let expected = "E23000002 in 2025-04: CRE-01 numerator 9 should be <= CRE-02 numerator 8 \
                        (day_within_three_days: No more reports are on PNC within 24 hours than within three days.)";
        assert_eq!(broken(&[figure("CRE-01", None, 9, 10), figure("CRE-02", None, 8, 10)]), [expected]);
    }

    #[test]
    fn shares_of_more_than_the_whole_and_parts_that_do_not_add_up() {
        let over = broken(&[figure("SHA-04", Some(("age", "over_one_month")), 3, 2), figure("SHA-04", None, 2, 2)]);
        assert_eq!(over.len(), 1);
        assert!(
            over[0].contains("SHA-04 numerator of over_one_month 3 should be <= SHA-04 denominator"),
            "{}",
            over[0]
        );
        let parts = [
            figure("ACC-01", None, 5, 5),
            figure("ACC-01", Some(("application", "vehicles")), 3, 3),
            figure("ACC-01", Some(("application", "names")), 1, 1),
        ];
        assert!(broken(&parts)[0].contains("ACC-01 numerator 5 should be = ACC-01 numerator of all categories 4"));
    }

    #[test]
    fn a_withheld_figure_says_why() {
        let definitions = Definitions::built_in().unwrap();
        let mut figures = [figure("AUD-01", None, 7, 4), figure("AUD-01", None, 1, 4)];
        figures[1].org_code = "E23000003".into();
        let findings = enforce_invariants(&definitions.invariants, &definitions.metrics, &mut figures).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(
            findings[0].to_string(),
            "warning: figures E23000002 2025-04: withheld: E23000002 in 2025-04: AUD-01 numerator 7 should be <= AUD-01 \
             denominator 4 (audits_within_transactions: No more transactions are audited than were made; an audit may \
             concern one of an earlier month.)"
        );
        assert_eq!((figures[0].status.as_str(), figures[0].value), ("missing", None));
        assert_eq!(figures[0].status.reason(), "AUD-01 numerator 7 should be <= AUD-01 denominator 4");
        assert_eq!(figures[1].status, Status::Value);
    }

    #[test]
    fn a_long_list_is_cut() {
        let many = BrokenInvariants((0..22).map(|n| n.to_string()).collect());
        let text = many.to_string();
        assert!(text.starts_with("22 contradictions between figures; nothing was published\n  0\n"));
        assert!(text.ends_with("  19\n  and 2 more"));
    }
}
