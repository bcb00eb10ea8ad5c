//! What the run chart of a series says: about its median, or that there are too few figures to judge.

use crate::assessment::SeriesRunChart;
use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::page::figure::CommonRemarks;
use crate::report::words;
use crate::stats::control::LEAST_POINTS;
use crate::stats::run_chart::{LEAST_USEFUL, RunSignal};
use crate::vocabulary::body_id::BodyId;

/// One sentence with the median, the counts and what is usual; it stands in the figure's description and above its table.
///
/// That there are too few figures is a remark common to most figures of a page.
pub fn run_sentence(facts: &Facts<'_>, (metric, code): (&Metric, &BodyId), remarks: CommonRemarks) -> Option<String> {
    let chart = facts.run_chart(metric, code)?;
    let median = words::limit_in_sentence(chart.centre, metric.unit);
    Some(match chart.signal {
        RunSignal::TooFewPoints if remarks == CommonRemarks::OncePerPage => return None,
        RunSignal::TooFewPoints => format!("The line is the median, {median}; {}.", too_few_words(chart)),
        RunSignal::Shift => {
            format!("About the median of {median} the figures seem to have shifted: {}.", counts_words(facts, chart)?)
        }
        RunSignal::NoEvidence => {
            format!("About the median of {median} nothing suggests a shift: {}.", counts_words(facts, chart)?)
        }
        RunSignal::EndOfScale | RunSignal::OneSide => on_median_sentence(facts, metric, chart)?,
    })
}

/// How many figures equal the median, where that is why no shift can be told: "The figure was 100.0% in 23 of 36 months,
/// and it cannot be higher; so the chart is not tested for a shift."
pub fn on_median_sentence(facts: &Facts<'_>, metric: &Metric, chart: &SeriesRunChart) -> Option<String> {
    let why = match chart.signal {
        RunSignal::EndOfScale if chart.centre > 0.0 => "it cannot be higher",
        RunSignal::EndOfScale => "it cannot be lower",
        RunSignal::OneSide => "all other figures lie on one side of that",
        RunSignal::Shift | RunSignal::NoEvidence | RunSignal::TooFewPoints => return None,
    };
    let (median, number) = (words::limit_in_sentence(chart.centre, metric.unit), words::number_words);
    Some(format!(
        "The figure was {median} in {} of {} {}s, and {why}; so the chart is not tested for a shift.",
        number(chart.on_median()),
        number(chart.points),
        period_word(facts)
    ))
}

fn period_word(facts: &Facts<'_>) -> &'static str {
    match facts.release.period.kind.months() {
        1 => "month",
        3 => "quarter",
        _ => "year",
    }
}

fn too_few_words(chart: &SeriesRunChart) -> String {
    let number = words::number_words;
    if chart.points < LEAST_POINTS {
        let have = words::sentence_case(&number(chart.points)).to_lowercase();
        return format!("{have} figures are too few to judge, of the {} that limits need", number(LEAST_POINTS));
    }
    let off = match chart.runs.useful {
        0 => "no figure lies off the line".to_owned(),
        1 => "only one figure lies off the line".to_owned(),
        useful => format!("only {} figures lie off the line", number(useful)),
    };
    format!("{off}, and it takes {} to judge", number(LEAST_USEFUL))
}

/// "the longest run on one side is five months, up to seven are usual; it is crossed nine times, at least six are usual".
fn counts_words(facts: &Facts<'_>, chart: &SeriesRunChart) -> Option<String> {
    let (runs, number, kind) = (&chart.runs, words::number_words, period_word(facts));
    let plural = if runs.longest == 1 { "" } else { "s" };
    let times = if runs.crossings == 1 { "once".to_owned() } else { format!("{} times", number(runs.crossings)) };
    Some(format!(
        "the longest run on one side is {} {kind}{plural}, up to {} are usual; the line is crossed {times}, at least {} are usual",
        number(runs.longest),
        number(runs.longest_limit?),
        number(runs.crossings_limit?)
    ))
}
