//! Holds our figures against those that others printed, and says how they agree.
//! A difference is a finding, never a correction of either side.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Finding, FindingLevel};
use crate::observation::Observation;
use crate::rollups::PublishedFigure;

/// How a printed figure follows from ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    Exact,
    /// Ours, rounded half up to the printed decimals.
    Rounded,
    /// Ours, cut off at the printed decimals.
    Truncated,
    Differs,
    /// We have no figure for it.
    NoFigure,
}

/// One finding for each printed figure whose metric, organisation and period were computed.
pub fn reconcile(observations: &[Observation], printed: &[PublishedFigure]) -> Vec<Finding> {
    let key = |o: &Observation| {
        let category = o.category.as_ref().map_or("headline", |category| category.key.as_str());
        (o.metric_id.to_string(), o.org_code.to_string(), category.to_owned(), o.period.to_string())
    };
    let compared: BTreeSet<&str> = printed.iter().map(|figure| figure.metric_id.as_str()).collect();
    let ours = observations.iter().filter(|observation| compared.contains(&*observation.metric_id));
    let ours: BTreeMap<_, _> = ours.map(|observation| (key(observation), observation)).collect();
    let finding = |figure: &PublishedFigure| {
        let key = (figure.metric_id.clone(), figure.org_code.clone(), figure.category.clone(), figure.period.clone());
        Some(word(figure, ours.get(&key)?))
    };
    printed.iter().filter_map(finding).collect()
}

fn word(figure: &PublishedFigure, observation: &Observation) -> Finding {
    let ours = component(figure, observation);
    let agreement = ours.as_ref().map_or(Agreement::NoFigure, |ours| agree(&figure.printed, ours));
    let ours = ours.map_or_else(|| "no figure".to_owned(), Fraction::text);
    let what = format!("{} {} of {}", figure.metric_id, figure.component, figure.category);
    let printed = &figure.printed;
    let message = match agreement {
        Agreement::Exact => format!("{what}: printed {printed}, ours is the same"),
        Agreement::Rounded => format!("{what}: printed {printed}, ours is {ours}, which rounds to it"),
        Agreement::Truncated => {
            format!("{what}: printed {printed}, ours is {ours}; the printed figure was cut, not rounded")
        }
        Agreement::Differs => {
            format!("{what}: printed {printed}, ours is {ours}; the printed figure does not follow from its parts")
        }
        Agreement::NoFigure => format!("{what}: printed {printed}, and we have no figure to hold against it"),
    };
    Finding {
        level: FindingLevel::Reconciliation,
        rule: rule_of(agreement).to_owned(),
        dataset: "published_figures".to_owned(),
        org_code: figure.org_code.clone(),
        period: figure.period.clone(),
        path: String::new(),
        column: String::new(),
        rows: 0,
        message: format!("{message} ({})", figure.source),
        failing_rows: String::new(),
    }
}

fn rule_of(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Exact => "exact",
        Agreement::Rounded => "rounds_to",
        Agreement::Truncated => "truncates_to",
        Agreement::Differs => "differs",
        Agreement::NoFigure => "no_figure",
    }
}

/// One of our numbers as an exact fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fraction {
    over: i128,
    under: i128,
}

impl Fraction {
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
fn component(figure: &PublishedFigure, observation: &Observation) -> Option<Fraction> {
    observation.value?;
    let whole = |n: i64| Fraction { over: i128::from(n), under: 1 };
    match figure.component.as_str() {
        "numerator" => observation.numerator.map(whole),
        "denominator" => observation.denominator.map(whole),
        _ => {
            let over = i128::from(observation.numerator?) * i128::from(observation.unit.multiplier());
            Some(Fraction { over, under: i128::from(observation.denominator.unwrap_or(1)) })
        }
    }
}

/// Compares in integers at the printed number of decimals.
fn agree(printed: &str, ours: &Fraction) -> Agreement {
    let decimals = printed.split_once('.').map_or(0, |(_, part)| part.len());
    let digits: String = printed.chars().filter(char::is_ascii_digit).collect();
    let (Ok(decimals), Ok(printed)) = (u32::try_from(decimals), digits.parse::<i128>()) else {
        return Agreement::Differs;
    };
    if printed * ours.under == ours.over * 10_i128.pow(decimals) {
        Agreement::Exact
    } else if printed == ours.scaled(decimals, true) {
        Agreement::Rounded
    } else if printed == ours.scaled(decimals, false) {
        Agreement::Truncated
    } else {
        Agreement::Differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_figures_agree_as_they_were_made() {
        let share = |over: i128, under: i128| Fraction { over: over * 100, under };
        assert_eq!(agree("9", &share(13, 140)), Agreement::Rounded);
        assert_eq!(agree("85", &share(120, 140)), Agreement::Truncated);
        assert_eq!(agree("40", &share(4, 10)), Agreement::Exact);
        assert_eq!(agree("55786861", &Fraction { over: 55_785_861, under: 1 }), Agreement::Differs);
        assert_eq!(agree("57.14", &share(12, 21)), Agreement::Rounded);
    }
}
