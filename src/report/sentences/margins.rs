//! How a metric without a margin is judged, in words: nothing says then which difference between organisations is large.

use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::words;
use crate::stats::spread::LEAST_VALUES;
use crate::verdict::NoMargin;
use crate::vocabulary::body_id::BodyId;

/// How the figures are judged; `None` where the metric has a margin.
pub fn without_margin(facts: &Facts<'_>, metric: &Metric) -> Option<String> {
    let least = words::number_words(LEAST_VALUES);
    let why = match no_margin(facts, metric)? {
        NoMargin::Grades => return None,
        NoMargin::FewValues(0) => format!("no organisation has enough cases, and a margin takes {least} that have"),
        NoMargin::FewValues(1) => format!("one organisation has enough cases, and a margin takes {least}"),
        NoMargin::FewValues(count) => {
            format!("{} organisations have enough cases, and a margin takes {least}", words::number_words(count))
        }
        NoMargin::NoSpread => "all organisations have the same figure".to_owned(),
    };
    let standard = if metric.standards.is_empty() { "" } else { " A standard that is in force is judged as always." };
    Some(format!(
        "This metric has no margin in {}: {why}. Differences are therefore given and not judged.{standard}",
        facts.release.period.words()
    ))
}

/// A sentence behind a difference that is given and not judged.
pub fn not_judged(facts: &Facts<'_>, metric: &Metric) -> String {
    match no_margin(facts, metric) {
        Some(NoMargin::NoSpread) => {
            format!("All organisations have the same figure of {}, so nothing says whether that is much.", metric.id)
        }
        _ => format!("Too few organisations have a figure of {} to say whether that is much.", metric.id),
    }
}

/// Why the metric has no margin, as every verdict of the metric says.
fn no_margin(facts: &Facts<'_>, metric: &Metric) -> Option<NoMargin> {
    let mut codes = facts.codes(metric).iter().copied().chain([BodyId::nation()]);
    codes.find_map(|code| facts.verdict(metric, code))?.margin.err()
}
