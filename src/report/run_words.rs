//! What the run chart of a series says: about its median, or that there are too few figures to judge.

use crate::assessment::SeriesRunChart;
use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::words;
use crate::stats::control::LEAST_POINTS;
use crate::stats::run_chart::{LEAST_USEFUL, RunSignal};

/// One sentence with the median, the counts and what is usual; it stands in the figure's description and above its table.
pub fn run_sentence(facts: &Facts<'_>, metric: &Metric, code: &str) -> Option<String> {
    let chart = facts.run_chart(metric, code)?;
    let median = words::limit_in_sentence(chart.centre, metric.unit);
    let kind = match facts.input.period.kind.months() {
        1 => "month",
        3 => "quarter",
        _ => "year",
    };
    Some(match chart.signal {
        RunSignal::TooFewPoints => format!("The line is the median, {median}; {}.", too_few_words(chart)),
        RunSignal::Shift => {
            format!("About the median of {median} the figures seem to have shifted: {}.", counts_words(chart, kind)?)
        }
        RunSignal::NoEvidence => {
            format!("About the median of {median} nothing suggests a shift: {}.", counts_words(chart, kind)?)
        }
    })
}

fn too_few_words(chart: &SeriesRunChart) -> String {
    let number = words::number_words;
    if chart.points < LEAST_POINTS {
        let have = words::sentence_case(&number(chart.points)).to_lowercase();
        return format!("{have} figures are too few to judge, of the {} that limits need", number(LEAST_POINTS));
    }
    format!(
        "{} figures off the line are too few to judge, of the {} needed",
        number(chart.runs.useful),
        number(LEAST_USEFUL)
    )
}

/// "the longest run on one side is five months, up to seven are usual; it is crossed nine times, at least six are usual".
fn counts_words(chart: &SeriesRunChart, kind: &str) -> Option<String> {
    let (runs, number) = (&chart.runs, words::number_words);
    let plural = if runs.longest == 1 { "" } else { "s" };
    let times = if runs.crossings == 1 { "once".to_owned() } else { format!("{} times", number(runs.crossings)) };
    Some(format!(
        "the longest run on one side is {} {kind}{plural}, up to {} are usual; the line is crossed {times}, at least {} are usual",
        number(runs.longest),
        number(runs.longest_limit?),
        number(runs.crossings_limit?)
    ))
}
