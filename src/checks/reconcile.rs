//! Holds our figures against those that others printed, and says how they agree.
//! A difference is a finding, never a correction of either side.

use std::collections::{BTreeMap, BTreeSet};

use crate::definitions::model::Metric;
use crate::rollups::PublishedFigure;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, ambiguity};

/// What a printed figure of a metric as a whole has as its category.
const HEADLINE: &str = "headline";

/// How a printed figure follows from ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    Exact,
    /// Ours, rounded half up to the printed decimals.
    Rounded,
    /// Ours, cut off at the printed decimals, although all that it was made of was printed and is ours.
    Truncated,
    /// Another number, although all that it was made of was printed and is ours.
    Contradicts,
    /// Another number, or ours cut off; what it was made of was not printed, or is not ours either.
    Differs,
    /// We have no figure for it.
    NoFigure,
}

/// One finding for each printed figure of a period of the run, and for each that belongs nowhere: to no metric, to no
/// organisation, category or period that there is, or to a period that may have been misread.
pub fn reconcile(metrics: &[Metric], observations: &[Observation], printed: &[PublishedFigure]) -> Vec<Finding> {
    let compared: BTreeSet<&str> = printed.iter().map(|figure| figure.metric_id.as_str()).collect();
    let ours = observations.iter().filter(|observation| compared.contains(&*observation.metric_id));
    let ours = Ours {
        metrics,
        figures: ours.map(|observation| (FigurePlace::of_ours(observation), observation)).collect(),
        periods: observations.iter().map(|observation| observation.period).collect(),
    };
    let prints: Printed<'_> = printed
        .iter()
        .filter_map(|figure| Some(((FigurePlace::of_printed(figure)?, &*figure.source, &*figure.component), figure)))
        .collect();
    printed.iter().filter_map(|figure| finding(figure, &ours, &prints)).collect()
}

/// Where a figure belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct FigurePlace<'a> {
    metric_id: &'a str,
    org_code: &'a BodyId,
    category: &'a str,
    period: Period,
}

impl<'a> FigurePlace<'a> {
    fn of_ours(observation: &'a Observation) -> Self {
        Self {
            metric_id: &observation.metric_id,
            org_code: &observation.org_code,
            category: observation.category.as_ref().map_or(HEADLINE, |category| &category.key),
            period: observation.period,
        }
    }

    /// `None` where its period is none.
    fn of_printed(figure: &'a PublishedFigure) -> Option<Self> {
        let period = figure.period.parse().ok()?;
        let PublishedFigure { metric_id, org_code, category, .. } = figure;
        Some(Self { metric_id, org_code, category, period })
    }
}

/// All printed numbers by place, publication and component.
type Printed<'a> = BTreeMap<(FigurePlace<'a>, &'a str, &'a str), &'a PublishedFigure>;

/// Our figures of the metrics that something was printed of.
struct Ours<'a> {
    metrics: &'a [Metric],
    figures: BTreeMap<FigurePlace<'a>, &'a Observation>,
    /// The periods of the run.
    periods: BTreeSet<Period>,
}

fn finding(figure: &PublishedFigure, ours: &Ours<'_>, printed: &Printed<'_>) -> Option<Finding> {
    let Some(place) = FigurePlace::of_printed(figure) else {
        return Some(not_placed(figure, &format!("“{}” is not a period", figure.period)));
    };
    match ours.figures.get(&place) {
        Some(observation) => Some(word(figure, observation, follows_from_printed(place, figure, ours, printed))),
        None => ours.why_not(place, &figure.period).map(|why| not_placed(figure, &why)),
    }
}

impl Ours<'_> {
    /// Why there is no such figure; `None` of a period that belongs to another release.
    fn why_not(&self, place: FigurePlace<'_>, written: &str) -> Option<String> {
        if !self.metrics.iter().any(|metric| metric.id == place.metric_id) {
            return Some(format!("there is no metric {}", place.metric_id));
        }
        if !self.periods.contains(&place.period) {
            return ambiguity(written);
        }
        let has_headline = self.figures.contains_key(&FigurePlace { category: HEADLINE, ..place });
        Some(if has_headline {
            format!("{} has no category “{}” of {}", place.metric_id, place.category, place.org_code)
        } else {
            format!("this release has no figure of {} of “{}”", place.metric_id, place.org_code)
        })
    }

    /// The parts that the figure of a place adds up, where it does.
    fn parts_of(&self, place: FigurePlace<'_>) -> Vec<(FigurePlace<'_>, &Observation)> {
        let same = |one: &FigurePlace<'_>| {
            one.metric_id == place.metric_id && one.org_code == place.org_code && one.period == place.period
        };
        let parts: Vec<(FigurePlace<'_>, &Observation)> = self
            .figures
            .iter()
            .filter(|(one, _)| same(one) && one.category != HEADLINE)
            .map(|(one, observation)| (*one, *observation))
            .collect();
        let sum: i128 = parts.iter().filter_map(|(_, part)| part.numerator).map(i128::from).sum();
        let whole = self.figures.get(&FigurePlace { category: HEADLINE, ..place });
        let adds_up = whole.and_then(|whole| whole.numerator).is_some_and(|whole| i128::from(whole) == sum);
        if place.category == HEADLINE && adds_up { parts } else { Vec::new() }
    }
}

/// Whether the same publication printed everything that the figure is made of, and all of it is ours: of a share or a rate
/// numerator and denominator, of a count its parts.
fn follows_from_printed(
    place: FigurePlace<'_>,
    figure: &PublishedFigure,
    ours: &Ours<'_>,
    printed: &Printed<'_>,
) -> bool {
    let is_ours = |place: FigurePlace<'_>, observation: &Observation, component: &str| {
        let number = printed.get(&(place, &*figure.source, component));
        let ours = component_of(component, observation);
        number.zip(ours).is_some_and(|(number, ours)| agree(&number.printed, ours) == Closeness::Exact)
    };
    let Some(observation) = ours.figures.get(&place) else { return false };
    if figure.component == "value" && observation.denominator.is_some() {
        return is_ours(place, observation, "numerator") && is_ours(place, observation, "denominator");
    }
    let parts = ours.parts_of(place);
    let printed_part = |(place, part): &(FigurePlace<'_>, &Observation)| {
        is_ours(*place, part, "value") || is_ours(*place, part, "numerator")
    };
    figure.component != "denominator" && !parts.is_empty() && parts.iter().all(printed_part)
}

fn word(figure: &PublishedFigure, observation: &Observation, follows: bool) -> Finding {
    let ours = component_of(&figure.component, observation);
    let agreement = match ours.map(|ours| agree(&figure.printed, ours)) {
        None => Agreement::NoFigure,
        Some(Closeness::Exact) => Agreement::Exact,
        Some(Closeness::Rounded) => Agreement::Rounded,
        Some(Closeness::Truncated) if follows => Agreement::Truncated,
        Some(Closeness::Differs) if follows => Agreement::Contradicts,
        Some(Closeness::Truncated | Closeness::Differs) => Agreement::Differs,
    };
    let ours = ours.map_or_else(|| "no figure".to_owned(), ExactNumber::text);
    let printed = &figure.printed;
    let message = match agreement {
        Agreement::Exact => format!("printed {printed}, ours is the same"),
        Agreement::Rounded => format!("printed {printed}, ours is {ours}, which rounds to it"),
        Agreement::Truncated => format!("printed {printed}, ours is {ours}; the printed figure was cut, not rounded"),
        Agreement::Contradicts => {
            format!("printed {printed}, ours is {ours}; the printed figure does not follow from its parts")
        }
        Agreement::Differs if figure.component == "value" && observation.denominator.is_some() => {
            format!("printed {printed}, ours is {ours}: differs; the publication may divide by something else")
        }
        Agreement::Differs => {
            format!("printed {printed}, ours is {ours}: differs; the publication may count something else")
        }
        Agreement::NoFigure => format!("printed {printed}, and we have no figure to hold against it"),
    };
    listed(figure, rule_of(agreement), &message)
}

/// A printed figure that belongs to none of ours.
fn not_placed(figure: &PublishedFigure, why: &str) -> Finding {
    listed(figure, "not_placed", &format!("printed {}, and it could not be placed: {why}", figure.printed))
}

fn listed(figure: &PublishedFigure, rule: &str, message: &str) -> Finding {
    let what = match &*figure.category {
        HEADLINE => format!("{} {}", figure.metric_id, figure.component),
        category => format!("{} {} of {category}", figure.metric_id, figure.component),
    };
    Finding {
        level: FindingLevel::Reconciliation,
        rule: rule.to_owned(),
        dataset: "published_figures".to_owned(),
        org_code: Some(figure.org_code.clone()),
        period: figure.period.clone(),
        message: format!("{what}: {message} ({})", figure.source),
        ..Finding::default()
    }
}

fn rule_of(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Exact => "exact",
        Agreement::Rounded => "rounds_to",
        Agreement::Truncated => "truncates_to",
        Agreement::Contradicts => "contradicts_its_parts",
        Agreement::Differs => "differs",
        Agreement::NoFigure => "no_figure",
    }
}

/// One of our numbers as an exact fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ExactNumber {
    over: i128,
    under: i128,
}

impl ExactNumber {
    /// The fraction times 10^decimals, cut to a whole number; with `half` rounded half up. For fractions from 0.
    fn scaled(self, decimals: u32, half: bool) -> i128 {
        let over = self.over * 10_i128.pow(decimals);
        if half { (2 * over + self.under) / (2 * self.under) } else { over / self.under }
    }

    fn text(self) -> String {
        if self.over % self.under == 0 {
            return (self.over / self.under).to_string();
        }
        let scaled = self.scaled(4, true);
        format!("{}.{:04}", scaled / 10_000, scaled % 10_000)
    }
}

/// Our counterpart of the printed component, from integers where there are any.
fn component_of(component: &str, observation: &Observation) -> Option<ExactNumber> {
    observation.value?;
    let whole = |n: i64| ExactNumber { over: i128::from(n), under: 1 };
    match component {
        "numerator" => observation.numerator.map(whole),
        "denominator" => observation.denominator.map(whole),
        _ => {
            let over = i128::from(observation.numerator?) * i128::from(observation.unit.multiplier());
            Some(ExactNumber { over, under: i128::from(observation.denominator.unwrap_or(1)) })
        }
    }
}

/// How near a printed number is to ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closeness {
    Exact,
    Rounded,
    Truncated,
    Differs,
}

/// Compares in integers at the printed number of decimals.
fn agree(printed: &str, ours: ExactNumber) -> Closeness {
    let decimals = printed.split_once('.').map_or(0, |(_, part)| part.len());
    let digits: String = printed.chars().filter(char::is_ascii_digit).collect();
    let (Ok(decimals), Ok(printed)) = (u32::try_from(decimals), digits.parse::<i128>()) else {
        return Closeness::Differs;
    };
    if printed * ours.under == ours.over * 10_i128.pow(decimals) {
        Closeness::Exact
    } else if printed == ours.scaled(decimals, true) {
        Closeness::Rounded
    } else if printed == ours.scaled(decimals, false) {
        Closeness::Truncated
    } else {
        Closeness::Differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn printed_figures_agree_as_they_were_made() {
        let share = |over: i128, under: i128| ExactNumber { over: over * 100, under };
        assert_eq!(agree("9", share(13, 140)), Closeness::Rounded);
        assert_eq!(agree("85", share(120, 140)), Closeness::Truncated);
        assert_eq!(agree("40", share(4, 10)), Closeness::Exact);
        assert_eq!(agree("55786861", ExactNumber { over: 55_785_861, under: 1 }), Closeness::Differs);
        assert_eq!(agree("57.14", share(12, 21)), Closeness::Rounded);
    }

    fn printed(component: &str, category: &str, number: &str) -> PublishedFigure {
        PublishedFigure {
            org_code: "E01".into(),
            metric_id: "CRE-01".to_owned(),
            category: category.to_owned(),
            period: "2025-26Q1".to_owned(),
            component: component.to_owned(),
            printed: number.to_owned(),
            source: "a survey".to_owned(),
        }
    }

    fn rules(ours: &[Observation], printed: &[PublishedFigure]) -> Vec<(String, String)> {
        let found = reconcile(&sample::metrics(), ours, printed);
        found.into_iter().map(|finding| (finding.rule, finding.message)).collect()
    }

    fn ours(x: i64, n: i64) -> Observation {
        let (metric_id, org_code) = ("CRE-01".parse().unwrap(), "E01".into());
        Observation { metric_id, org_code, period: "2025-26Q1".parse().unwrap(), ..sample::percent(x, n) }
    }

    /// 1,283 of 2,315 breaches are 55.42 per cent, 70 are 3.02; of the 1,908 with an outcome they are 67.2432 and 3.6688.
    #[test]
    fn an_error_is_alleged_only_where_both_counts_were_printed_and_are_ours() {
        let found = rules(&[ours(1_283, 1_908)], &[printed("value", "headline", "55")]);
        let said = "CRE-01 value: printed 55, ours is 67.2432: differs; the publication may divide by something \
                    else (a survey)";
        assert_eq!(found, [("differs".to_owned(), said.to_owned())]);
        let cut = |counts: [&str; 2]| {
            let [numerator, denominator] = counts;
            let all = [
                printed("numerator", "headline", numerator),
                printed("denominator", "headline", denominator),
                printed("value", "headline", "3"),
            ];
            rules(&[ours(70, 1_908)], &all).pop().unwrap().0
        };
        assert_eq!(cut(["70", "2315"]), "differs", "it divides by something else");
        assert_eq!(cut(["70", "1908"]), "truncates_to");
        let other =
            PublishedFigure { source: "another survey".to_owned(), ..printed("denominator", "headline", "1908") };
        let apart = [printed("numerator", "headline", "70"), other, printed("value", "headline", "3")];
        assert_eq!(rules(&[ours(70, 1_908)], &apart)[2].0, "differs", "another publication printed the denominator");
    }

    #[test]
    fn printed_figures_that_belong_nowhere_are_listed_and_those_of_other_releases_are_not() {
        let of = |change: fn(&mut PublishedFigure)| {
            let mut figure = printed("value", "headline", "50");
            change(&mut figure);
            rules(&[ours(1, 2)], &[figure]).pop()
        };
        let why = |change: fn(&mut PublishedFigure)| {
            of(change).map(|(rule, message)| (rule, message.rsplit(": ").next().unwrap_or_default().to_owned()))
        };
        let not_placed = |why: &str| Some(("not_placed".to_owned(), format!("{why} (a survey)")));
        assert_eq!(why(|f| f.metric_id = "CRE-99".into()), not_placed("there is no metric CRE-99"));
        assert_eq!(why(|f| f.period = "1999/2000".into()), not_placed("“1999/2000” is not a period"));
        assert_eq!(why(|f| f.category = "x".into()), not_placed("CRE-01 has no category “x” of E01"));
        assert_eq!(why(|f| f.org_code = "E99".into()), not_placed("this release has no figure of CRE-01 of “E99”"));
        let read = "2002-03 was read as March 2002; the financial year April 2002 to March 2003 is written FY2002-03";
        assert_eq!(why(|f| f.period = "2002-03".into()), not_placed(read));
        assert_eq!(why(|f| f.period = "FY2002-03".into()), None, "it belongs to another release");
        assert_eq!(of(|_| ()).unwrap().0, "exact");
    }
}
