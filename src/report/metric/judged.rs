//! The sentences that say what a figure is worth: against its peers, among all forces, over time and against its standard.
//! They word the labels and signals of the assessment and judge nothing themselves.

use crate::assessment::{Against, FigureComparison, PeerComparison, Signal, SignalKind, TrendVerdict, VariationLabel};
use crate::definitions::model::{Metric, ReadsAs};
use crate::report::facts::Facts;
use crate::report::page::figure::CommonRemarks;
use crate::report::page::table::Cell;
use crate::report::sentences::margins::not_judged;
use crate::report::sentences::runs::on_median_sentence;
use crate::report::sentences::standing::{self, SeriesPlace};
use crate::report::words::{self, Change};
use crate::stats::benchmark::Strength;
use crate::stats::control::{Assurance, PointType, Variation};
use crate::stats::funnel::FunnelLabel;
use crate::stats::trend::{Seasons, TrendLabel};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Interval, Ratio, Status, Unit, rests_on_few_cases, value_text};

/// What is said about the figure of the report's period, at most three sentences: beside others, over time, and whether it
/// will meet its standard. None without a value, and none of few cases.
pub fn judged_sentences(facts: &Facts<'_>, (metric, code): (&Metric, &BodyId), remarks: CommonRemarks) -> Vec<String> {
    let judged = |figure: &&Observation| figure.status == Status::Value && !figure.has_few_cases();
    let Some(figure) = facts.current(metric, code).filter(judged) else {
        return Vec::new();
    };
    let labels = facts.labels(figure);
    let beside = [
        facts.comparison(metric, code, Against::Peers).and_then(|one| peers_sentence(facts, metric, one)),
        funnel_sentence(facts, metric, code),
    ];
    let over_time = [
        facts.comparison(metric, code, Against::YearBefore).and_then(|one| year_sentence(facts, metric, one)),
        labels.variation.and_then(|variation| variation_sentence(facts, (metric, code), variation, remarks)),
        labels.trend.and_then(|trend| trend_sentence(facts, (metric, code), trend)),
    ];
    let standing = labels.assurance.map(|assurance| assurance_sentence(assurance).to_owned());
    let joined = [
        words::joined_sentences(beside.into_iter().flatten()),
        words::joined_sentences(over_time.into_iter().flatten()),
        standing,
    ];
    joined.into_iter().flatten().collect()
}

/// One difference in a sentence: against peers, or against a year before. `None` where no difference is claimed.
pub fn difference_sentence(facts: &Facts<'_>, metric: &Metric, comparison: &FigureComparison) -> Option<String> {
    than_words(metric, facts.told(comparison))?;
    match comparison.against {
        Against::Peers => peers_sentence(facts, metric, comparison),
        Against::YearBefore => year_sentence(facts, metric, comparison),
    }
}

fn peers_sentence(facts: &Facts<'_>, metric: &Metric, comparison: &FigureComparison) -> Option<String> {
    let how = match facts.told(comparison) {
        PeerComparison::NotTested => return None,
        PeerComparison::CannotTell => {
            let Some(peers) = compared_words(comparison) else {
                return Some(format!("There is no figure of {} from peers to compare with.", metric.id));
            };
            let sentences = [
                Some(format!("Its peers together have {peers}. {}", difference_words(comparison, "")?)),
                Some(not_judged(facts, metric)),
                peers_basis(facts, metric, comparison),
            ];
            return words::joined_sentences(sentences.into_iter().flatten());
        }
        PeerComparison::Similar => "is close to its peers together".to_owned(),
        PeerComparison::NoClearDifference => "does not differ clearly from its peers together".to_owned(),
        label => format!("is {} its peers together", than_words(metric, label)?),
    };
    let sentences = [
        Some(format!("It {how}, who have {}.", compared_words(comparison)?)),
        difference_words(comparison, ""),
        peers_basis(facts, metric, comparison),
    ];
    words::joined_sentences(sentences.into_iter().flatten())
}

/// The figure with which another is compared.
fn compared_words(comparison: &FigureComparison) -> Option<String> {
    let counts = comparison.counts.map(|(numerator, denominator)| Ratio { numerator, denominator });
    Some(words::ratio_in_sentence(comparison.value?, counts, comparison.unit))
}

/// "Difference: 2.3 percentage points higher (95% interval from 1.1 higher to 3.5 higher)."
fn difference_words(comparison: &FigureComparison, over: &str) -> Option<String> {
    size_words(comparison).map(|size| format!("Difference: {size}{over}."))
}

/// Which peers are compared, where the sum of all returns of the peers, which stands elsewhere on the page, reads otherwise.
fn peers_basis(facts: &Facts<'_>, metric: &Metric, comparison: &FigureComparison) -> Option<String> {
    let compared = compared_words(comparison)?;
    let all = facts.peers(metric, &comparison.org_code, comparison.period).and_then(words::value_in_sentence)?;
    let resting = comparison.resting.filter(|_| all != compared)?;
    Some(format!(
        "These are the {} of {} peers that returned the whole period; all their returns together gave {all}.",
        resting.used, resting.of
    ))
}

/// Nothing where it cannot be told: the change itself, or that there is no earlier figure, is said elsewhere.
fn year_sentence(facts: &Facts<'_>, metric: &Metric, comparison: &FigureComparison) -> Option<String> {
    let period: Period = comparison.basis.parse().ok()?;
    let how = match facts.told(comparison) {
        // A full count has changed by what it has changed, which the sentence before says.
        PeerComparison::NotTested => return None,
        // Nothing is concluded from the few cases of the other period.
        _ if rests_on_few(comparison) => return None,
        PeerComparison::CannotTell => {
            let size = size_words(comparison)?;
            return Some(format!("Difference from {}: {size}. {}", period.words(), not_judged(facts, metric)));
        }
        PeerComparison::Similar => format!("is close to that of {}", period.words()),
        PeerComparison::NoClearDifference => format!("does not differ clearly from that of {}", period.words()),
        label => format!("is {} that of {}", than_words(metric, label)?, period.words()),
    };
    let both = comparison.resting.filter(|resting| resting.used < resting.of);
    let over = both.map_or_else(String::new, |resting| {
        let has = if resting.used == 1 { "has" } else { "have" };
        format!(", over the {} of {} organisations that {has} both", resting.used, resting.of)
    });
    let sentences = [Some(format!("The figure {how}.")), difference_words(comparison, &over)];
    words::joined_sentences(sentences.into_iter().flatten())
}

/// Whether the other figure has few cases.
fn rests_on_few(comparison: &FigureComparison) -> bool {
    comparison
        .counts
        .is_some_and(|(numerator, denominator)| rests_on_few_cases(Ratio { numerator, denominator }, comparison.unit))
}

/// "better", "fewer recorded"; `None` of a label that claims no difference.
fn side_words(metric: &Metric, label: PeerComparison) -> Option<&'static str> {
    match label {
        PeerComparison::Higher(_) if metric.reads_as == ReadsAs::Recorded => Some("more recorded"),
        PeerComparison::Lower(_) if metric.reads_as == ReadsAs::Recorded => Some("fewer recorded"),
        PeerComparison::Better(_) => Some("better"),
        PeerComparison::Worse(_) => Some("worse"),
        PeerComparison::Higher(_) => Some("higher"),
        PeerComparison::Lower(_) => Some("lower"),
        PeerComparison::Similar
        | PeerComparison::NoClearDifference
        | PeerComparison::NotTested
        | PeerComparison::CannotTell => None,
    }
}

/// "clearly better (at the 99.8% level) than"; `None` of a label that claims no difference.
fn than_words(metric: &Metric, label: PeerComparison) -> Option<String> {
    let how = side_words(metric, label)?;
    Some(match label.strength()? {
        Strength::Look => format!("{how} (at the 95% level) than"),
        Strength::Act => format!("clearly {how} (at the 99.8% level) than"),
    })
}

/// "2.3 percentage points higher (95% interval from 1.1 to 3.5)", "1.60 times as much (95% interval from 1.08 to 2.31)".
/// `None` where a number or one of its limits is not there.
pub fn size_words(comparison: &FigureComparison) -> Option<String> {
    let (estimate, interval) = (comparison.estimate()?, comparison.look());
    // A widening that would print as 1.0 is no news.
    let widened = comparison.widened_by.filter(|times| *times >= 1.05).map_or_else(String::new, |times| {
        let times = value_text(times, Unit::PerOfficer);
        format!("; {times} times as wide as by chance alone, because the figure varies so much")
    });
    if comparison.is_ratio() {
        let (lower, upper) = (interval.lower?, interval.upper?);
        return Some(format!(
            "{} times as much (95% interval from {} to {}{widened})",
            ratio_words(estimate),
            ratio_words(lower),
            ratio_words(upper)
        ));
    }
    change_words(&change_of(comparison, estimate), interval, comparison.unit, &widened)
}

/// A difference, from the counts where they give it exactly.
fn change_of(comparison: &FigureComparison, estimate: f64) -> Change {
    let exact = comparison.exact_difference().map(|difference| Change::of_ratios(difference, comparison.unit));
    exact.unwrap_or_else(|| Change::of(estimate, comparison.unit))
}

/// A difference or ratio, with its 95% interval below it: "+2.8" over "−1.7 to +9.1". `None` where there is no number.
pub fn estimate_cell(comparison: &FigureComparison) -> Option<Cell> {
    let (estimate, interval) = (comparison.estimate()?, comparison.look());
    let signed = |amount| Change::of(amount, comparison.unit).signed_text();
    let limit = |limit| if comparison.is_ratio() { ratio_words(limit) } else { signed(limit) };
    let limits = interval.lower.zip(interval.upper);
    let limits = limits.map(|(lower, upper)| format!("{} to {}", limit(lower), limit(upper)));
    let cell = if comparison.is_ratio() {
        Cell::shown(ratio_words(estimate), estimate, Unit::Ratio)
    } else {
        Cell::change(&change_of(comparison, estimate))
    };
    Some(cell.with_detail(limits))
}

/// A ratio with two decimals; nothing is 0, and what is more than nothing is never printed as nothing.
fn ratio_words(ratio: f64) -> String {
    match value_text(ratio, Unit::Ratio) {
        text if text != "0.00" => text,
        _ if ratio > 0.0 => "less than 0.01".to_owned(),
        _ => "0".to_owned(),
    }
}

/// "2.3 percentage points higher (95% interval from 1.1 higher to 3.5 higher)", with what is to be said of the interval;
/// `None` without both limits.
fn change_words(change: &Change, interval: Interval, unit: Unit, of_interval: &str) -> Option<String> {
    let (lower, upper) = (interval.lower?, interval.upper?);
    let limit = |amount| match Change::of(amount, unit).side_words() {
        words if words == "no difference" => words,
        words => words.replacen(" percentage points", "", 1),
    };
    let (lower, upper) = (limit(lower), limit(upper));
    Some(format!("{} (95% interval from {lower} to {upper}{of_interval})", change.side_words()))
}

/// Only what is unusual is said.
fn funnel_sentence(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Option<String> {
    let funnel = facts.funnel(metric)?;
    // Outside the limits, and by more than the margin.
    facts.verdict(metric, code)?.aspects.forces?.label.standing()?;
    let (side, level) = match funnel.label_of(code)? {
        FunnelLabel::AboveAct => ("high", "99.8%"),
        FunnelLabel::AboveLook => ("high", "95%"),
        FunnelLabel::BelowLook => ("low", "95%"),
        FunnelLabel::BelowAct => ("low", "99.8%"),
        FunnelLabel::Within | FunnelLabel::CannotTell | FunnelLabel::SpreadTooWide => return None,
    };
    let allowing = match funnel.beyond_chance() {
        Some(_) => "even allowing for how much forces usually differ",
        None => "by more than chance would give",
    };
    Some(format!("Among all forces it is unusually {side}, {allowing} (outside the {level} limits)."))
}

fn variation_sentence(
    facts: &Facts<'_>,
    (metric, code): (&Metric, &BodyId),
    variation: VariationLabel,
    remarks: CommonRemarks,
) -> Option<String> {
    if standing::own_past_is_close(facts, metric, code) {
        return Some(format!("The latest changes of {} are smaller than the margin of the metric.", metric.id));
    }
    let place = SeriesPlace { code, period: facts.release.period };
    match standing::variation(facts, metric, &place, variation) {
        VariationLabel::CannotTell => {
            let on_median = facts.run_chart(metric, code).and_then(|chart| on_median_sentence(facts, metric, chart));
            let untold = format!("It is too early to say whether the changes of {} are more than usual.", metric.id);
            on_median.or_else(|| (remarks == CommonRemarks::WithEachFigure).then_some(untold))
        }
        VariationLabel::Shift => Some(format!("The figures of {} seem to have shifted about their median.", metric.id)),
        VariationLabel::NoShift => {
            Some(format!("Nothing suggests that the figures of {} have shifted about their median.", metric.id))
        }
        VariationLabel::Judged(Variation::NoVariation) => {
            Some(format!("{} has not varied over the periods shown.", metric.id))
        }
        VariationLabel::Judged(Variation::Point(PointType::CommonCause)) => {
            Some(format!("The latest changes of {} are no more than its usual variation.", metric.id))
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
                    "on record is {} on {}",
                    words::with_article(&words::event_kind(&event.kind)),
                    words::date_words(event.happened_on)
                ),
                None => "no cause is on record".to_owned(),
            };
            Some(format!("{}{worth}; {cause}.", pattern_words(facts, signal)?))
        }
    }
}

/// The signal of the report's period that gives the point its type.
fn deciding_signal<'a>(facts: &Facts<'a>, metric: &Metric, code: &BodyId) -> Option<&'a Signal> {
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
    let id = &signal.metric_id;
    let period = facts.release.period;
    let kind = match period.kind.months() {
        1 => "month",
        3 => "quarter",
        _ => "year",
    };
    let (rule, side) = signal.rule.rsplit_once('_')?;
    let high = side == "high";
    let points = signal.points;
    Some(match rule {
        "outside_limits" if high => format!("{id} lies above the limits of its usual variation"),
        "outside_limits" => format!("{id} lies below the limits of its usual variation"),
        "trend_of_seven" => {
            let moved = if high { "risen" } else { "fallen" };
            format!("{id} has {moved} without a break over {} {kind}s", words::number_words(points))
        }
        "two_in_three" => {
            let limit = if high { "upper" } else { "lower" };
            format!("Two of three figures of {id} in a row are near the {limit} limit of its usual variation")
        }
        _ => {
            let where_ = if high { "above" } else { "below" };
            format!("{id} is {where_} its mean for the {} {kind} in a row", words::ordinal_words(points))
        }
    })
}

fn assurance_sentence(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::ConsistentlyMeets => {
            "While the work goes on as it does now, the figure will meet the standard in every period."
        }
        Assurance::ConsistentlyFails => {
            "While the work goes on as it does now, the figure will miss the standard in every period."
        }
        Assurance::HitAndMiss => {
            "While the work goes on as it does now, the figure will meet the standard in some periods and miss the standard in \
             others; chance decides in which."
        }
    }
}

fn trend_sentence(facts: &Facts<'_>, (metric, code): (&Metric, &BodyId), trend: TrendVerdict) -> Option<String> {
    let TrendVerdict::Told(label) = trend else { return None };
    let series = facts.trend(metric, code)?;
    let window = series.found.as_ref().ok()?;
    let seasons = match window.seasons {
        Seasons::None | Seasons::Fitted => "",
        Seasons::LeftOut => " (seasons are left out: these figures cannot show them)",
    };
    let over = format!("over {} periods{seasons}", words::number_words(window.periods));
    let how = match label {
        TrendLabel::Better => "become better",
        TrendLabel::Worse => "become worse",
        TrendLabel::Up => "risen",
        TrendLabel::Down => "fallen",
        TrendLabel::NoEvidence => return Some(format!("There is no evidence of a trend {over}.")),
    };
    let signal = facts.signals(metric, code).iter().find(|signal| signal.kind == SignalKind::Trend)?;
    let level = match signal.severity {
        Strength::Look => "95%",
        Strength::Act => "99.8%",
    };
    let change = Change::of(window.change.value, series.unit);
    let size = change_words(&change, window.change.look, series.unit, "");
    let size = size.map(|size| format!(": its trend line ends {size}")).unwrap_or_default();
    let whose = if code.is_nation() { "The national figure" } else { "It" };
    Some(format!("{whose} has {how} {over} (at the {level} level){size}."))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::sample;

    /// Numbers of a text: digits with points and commas inside.
    fn numbers(text: &str) -> Vec<String> {
        let split = text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','));
        split.map(|part| part.trim_matches(['.', ',']).to_owned()).filter(|part| !part.is_empty()).collect()
    }

    #[test]
    fn no_sentence_holds_a_number_that_is_not_in_the_results() {
        let (release, layouts) = (sample::release(), sample::layouts());
        let facts = Facts::new(&release, &layouts);
        let (mut said, mut trends) = (0, 0);
        for metric in &release.metrics {
            let mut known: BTreeSet<String> = ["95", "99.8"].map(str::to_owned).into();
            known.extend(numbers(&metric.id));
            for figure in release.observations.iter().filter(|figure| *figure.metric_id == *metric.id) {
                known.extend(figure.value.map(|value| value_text(value, figure.unit)));
                known.extend(numbers(&words::value_in_sentence(figure).unwrap_or_default()));
            }
            for signal in release.assessment.signals.iter().filter(|signal| signal.metric_id == metric.id) {
                known.insert(signal.points.to_string());
                let day = signal.event.as_ref().map(|event| words::date_words(event.happened_on));
                known.extend(numbers(&day.unwrap_or_default()));
            }
            for comparison in release.assessment.comparisons.iter().filter(|one| one.metric_id == metric.id) {
                let (look, unit) =
                    (comparison.look(), if comparison.is_ratio() { Unit::Ratio } else { comparison.unit });
                let published = [comparison.estimate(), look.lower, look.upper];
                known.extend(published.into_iter().flatten().map(|number| value_text(number.abs(), unit)));
                known.extend(comparison.widened_by.map(|times| value_text(times, Unit::PerOfficer)));
                known.extend(["0", "0.01"].map(str::to_owned).into_iter().filter(|_| comparison.is_ratio()));
                // "Less than" the smallest step stands for a difference that rounds to nothing.
                known.extend([Change::of(1e-9, comparison.unit).size_words()].iter().flat_map(|words| numbers(words)));
                known.extend(comparison.resting.into_iter().flat_map(|one| [one.used, one.of]).map(|n| n.to_string()));
                let period = comparison.basis.parse::<Period>().map(Period::words).unwrap_or_default();
                known.extend(numbers(&period));
            }
            for trend in release.assessment.trends.iter().filter(|one| *one.metric_id == metric.id) {
                known.extend(trend.periods().map(|periods| periods.to_string()));
                let Ok(window) = &trend.found else { continue };
                let limits = window.change.look;
                let published = [Some(window.change.value), limits.lower, limits.upper];
                known.extend(published.into_iter().flatten().map(|number| value_text(number.abs(), trend.unit)));
            }
            for chart in release.assessment.run_charts.iter().filter(|one| *one.metric_id == *metric.id) {
                known.extend([chart.on_median(), chart.points].map(|points| points.to_string()));
                known.extend(numbers(&words::limit_in_sentence(chart.centre, metric.unit)));
            }
            for code in facts.codes(metric).iter().copied().chain([BodyId::nation()]) {
                for sentence in judged_sentences(&facts, (metric, code), CommonRemarks::WithEachFigure) {
                    assert!(sentence.ends_with('.') && !sentence.contains('_'), "{sentence}");
                    for number in numbers(&sentence) {
                        let ordinal = number.trim_end_matches("th");
                        assert!(known.contains(ordinal), "{} {code}: {number} in “{sentence}”", metric.id);
                    }
                    said += 1;
                    trends += usize::from(sentence.contains("its trend line ends"));
                }
            }
        }
        assert!(said > 20 && trends > 0, "{said} sentences, {trends} with a trend");
    }
}
