//! The sentences that say what a figure is worth: against its peers, among all forces, over time and against its standard.
//! They word the labels and signals of the assessment and judge nothing themselves.

use crate::assessment::{PeerComparison, Signal, SignalKind, TrendVerdict, VariationLabel};
use crate::definitions::model::Metric;
use crate::observation::NATIONAL;
use crate::quantity::Status;
use crate::report::facts::Facts;
use crate::report::words;
use crate::stats::benchmark::Strength;
use crate::stats::control::{Assurance, PointType, Variation};
use crate::stats::funnel::FunnelLabel;
use crate::stats::trend::TrendLabel;

/// What is said about the figure of the report's period, at most four sentences. None without a value.
pub fn judged_sentences(facts: &Facts<'_>, metric: &Metric, code: &str) -> Vec<String> {
    let Some(figure) = facts.current(metric, code).filter(|figure| figure.status == Status::Value) else {
        return Vec::new();
    };
    let labels = figure.labels.as_deref().copied().unwrap_or_default();
    let sentences = [
        labels.comparison.and_then(|comparison| peers_sentence(facts, (metric, code), comparison)),
        funnel_sentence(facts, metric, code),
        labels.variation.and_then(|variation| variation_sentence(facts, (metric, code), variation)),
        labels.assurance.map(|assurance| assurance_sentence(assurance).to_owned()),
        labels.trend.and_then(|trend| trend_sentence(facts, (metric, code), trend)),
    ];
    sentences.into_iter().flatten().collect()
}

fn peers_sentence(facts: &Facts<'_>, (metric, code): (&Metric, &str), comparison: PeerComparison) -> Option<String> {
    let peers = facts.peers(metric, code, facts.input.period).and_then(words::value_in_sentence);
    let than = |how: &str, strength: Strength| {
        let (clearly, level) = match strength {
            Strength::Look => ("", "95%"),
            Strength::Act => ("clearly ", "99.8%"),
        };
        Some(format!(
            "It is {clearly}{how} than its peers together, who have {} (at the {level} level).",
            peers.as_ref()?
        ))
    };
    match comparison {
        PeerComparison::Better(strength) => than("better", strength),
        PeerComparison::Worse(strength) => than("worse", strength),
        PeerComparison::Higher(strength) => than("higher", strength),
        PeerComparison::Lower(strength) => than("lower", strength),
        PeerComparison::Similar => Some(format!("It is similar to its peers together, who have {}.", peers?)),
        PeerComparison::NoClearDifference => {
            Some(format!("It does not differ clearly from its peers together, who have {}.", peers?))
        }
        PeerComparison::CannotTell => Some("Whether it differs from its peers cannot be told.".to_owned()),
    }
}

/// Only what is unusual is said.
fn funnel_sentence(facts: &Facts<'_>, metric: &Metric, code: &str) -> Option<String> {
    let funnel = facts.funnel(metric)?;
    let (side, level) = match funnel.label_of(code)? {
        FunnelLabel::AboveAct => ("high", "99.8%"),
        FunnelLabel::AboveLook => ("high", "95%"),
        FunnelLabel::BelowLook => ("low", "95%"),
        FunnelLabel::BelowAct => ("low", "99.8%"),
        FunnelLabel::Within | FunnelLabel::CannotTell => return None,
    };
    let allowing = match funnel.beyond_chance() {
        Some(_) => "even allowing for how much forces usually differ",
        None => "by more than chance would give",
    };
    Some(format!("Among all forces it is unusually {side}, {allowing} (outside the {level} limits)."))
}

fn variation_sentence(facts: &Facts<'_>, (metric, code): (&Metric, &str), variation: VariationLabel) -> Option<String> {
    match variation {
        VariationLabel::CannotTell => {
            Some("Whether its changes are more than usual variation cannot be told yet.".to_owned())
        }
        VariationLabel::Judged(Variation::NoVariation) => Some("It has not varied over the periods shown.".to_owned()),
        VariationLabel::Judged(Variation::Point(PointType::CommonCause)) => {
            Some("Its latest changes are no more than its usual variation.".to_owned())
        }
        VariationLabel::Judged(Variation::Point(point)) => {
            let signal = deciding_signal(facts, metric, code)?;
            let worth = match point {
                PointType::SpecialCauseImprovement => ", an improvement",
                PointType::SpecialCauseConcern => ", a concern",
                _ => "",
            };
            let cause = match &signal.event {
                Some(event) => format!(
                    "on record is a {} on {}",
                    words::plain_name(&event.kind),
                    words::date_words(event.happened_on)
                ),
                None => "no cause is on record".to_owned(),
            };
            Some(format!("{}{worth}; {cause}.", pattern_words(facts, signal)?))
        }
    }
}

/// The signal of the report's period that gives the point its type.
fn deciding_signal<'a>(facts: &Facts<'a>, metric: &Metric, code: &str) -> Option<&'a Signal> {
    const ORDER: [&str; 4] = ["outside_limits", "trend_of_seven", "two_in_three", "run_of_seven"];
    let rank = |signal: &&&'a Signal| ORDER.iter().position(|rule| signal.rule.starts_with(rule));
    facts
        .signals(metric, code)
        .iter()
        .filter(|signal| signal.kind == SignalKind::ControlChart)
        .min_by_key(rank)
        .copied()
}

fn pattern_words(facts: &Facts<'_>, signal: &Signal) -> Option<String> {
    let period = facts.input.period;
    let kind = match period.kind.months() {
        1 => "month",
        3 => "quarter",
        _ => "year",
    };
    let (rule, side) = signal.rule.rsplit_once('_')?;
    let high = side == "high";
    let points = signal.points;
    Some(match rule {
        "outside_limits" if high => "It lies above the limits of its usual variation".to_owned(),
        "outside_limits" => "It lies below the limits of its usual variation".to_owned(),
        "trend_of_seven" => {
            let moved = if high { "risen" } else { "fallen" };
            format!("It has {moved} without a break over {} {kind}s", words::number_words(points))
        }
        "two_in_three" => {
            let limit = if high { "upper" } else { "lower" };
            format!("Two of three figures in a row are near the {limit} limit of its usual variation")
        }
        _ => {
            let where_ = if high { "above" } else { "below" };
            format!("It is the {} {kind} in a row {where_} its mean", words::ordinal_words(points))
        }
    })
}

fn assurance_sentence(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::ConsistentlyMeets => {
            "Its usual variation lies wholly on the good side of the standard: unless something changes, it will go on meeting it."
        }
        Assurance::ConsistentlyFails => {
            "Its usual variation lies wholly on the bad side of the standard: unless something changes, it will go on missing it."
        }
        Assurance::HitAndMiss => {
            "Its usual variation lies across the standard: it will be met in some periods and missed in others, by chance."
        }
    }
}

fn trend_sentence(facts: &Facts<'_>, (metric, code): (&Metric, &str), trend: TrendVerdict) -> Option<String> {
    let TrendVerdict::Told(label) = trend else { return None };
    let how = match label {
        TrendLabel::Better => "become better",
        TrendLabel::Worse => "become worse",
        TrendLabel::Up => "risen",
        TrendLabel::Down => "fallen",
        TrendLabel::NoEvidence => return Some("There is no evidence of a trend over the periods shown.".to_owned()),
    };
    let signals = facts.signals(metric, code);
    let signal = signals.iter().find(|signal| signal.kind == SignalKind::Trend)?;
    let level = match signal.severity {
        Strength::Look => "95%",
        Strength::Act => "99.8%",
    };
    let whose = if code == NATIONAL { "The national figure" } else { "It" };
    Some(format!("{whose} has {how} over {} periods (at the {level} level).", words::number_words(signal.points)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::quantity::value_text;
    use crate::report::sample;

    /// Numbers of a text: digits with points and commas inside.
    fn numbers(text: &str) -> Vec<String> {
        let split = text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','));
        split.map(|part| part.trim_matches(['.', ',']).to_owned()).filter(|part| !part.is_empty()).collect()
    }

    #[test]
    fn no_sentence_holds_a_number_that_is_not_in_the_results() {
        let (input, layouts) = (sample::input(), sample::layouts());
        let facts = Facts::new(&input, &layouts);
        let mut said = 0;
        for metric in &input.metrics {
            let mut known: BTreeSet<String> = ["95", "99.8"].map(str::to_owned).into();
            for figure in input.observations.iter().filter(|figure| *figure.metric_id == *metric.id) {
                known.extend(figure.value.map(|value| value_text(value, figure.unit)));
                known.extend(numbers(&words::value_in_sentence(figure).unwrap_or_default()));
            }
            for signal in input.assessment.signals.iter().filter(|signal| signal.metric_id == metric.id) {
                known.insert(signal.points.to_string());
                let day = signal.event.as_ref().map(|event| words::date_words(event.happened_on));
                known.extend(numbers(&day.unwrap_or_default()));
            }
            for code in facts.codes(metric).iter().copied().chain([NATIONAL]) {
                for sentence in judged_sentences(&facts, metric, code) {
                    assert!(sentence.ends_with('.') && !sentence.contains('_'), "{sentence}");
                    for number in numbers(&sentence) {
                        let ordinal = number.trim_end_matches("th");
                        assert!(known.contains(ordinal), "{} {code}: {number} in “{sentence}”", metric.id);
                    }
                    said += 1;
                }
            }
        }
        assert!(said > 20, "{said} sentences");
    }
}
