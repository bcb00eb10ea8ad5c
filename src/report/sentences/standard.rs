//! Words for standards: their level, their kind and the dates they held. A standard that no longer holds is always called historical or former.
//! It never judges a figure; that was done on the unrounded value before.

use crate::definitions::model::{Comparator, Evidence, Metric, Standard, StandardKind};
use crate::report::charts::{CellState, JudgedMark, MarkLevel, MarkMeaning, MarkSide};
use crate::report::words::{FEW_CASES, counts_words, date_words, sentence_case, with_unit};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Status, Unit};

/// What a kind of standard is called.
pub fn kind_words(kind: StandardKind) -> &'static str {
    match kind {
        StandardKind::Historical => "historical standard",
        StandardKind::CurrentLaw => "limit set by law",
        StandardKind::FormerLaw => "former limit set by law",
        StandardKind::Expectation => "regulator’s expectation",
        StandardKind::Local => "local target",
    }
}

/// "90% or more", "under 24 hours", "7 days or less".
pub fn level_words(standard: &Standard, unit: Unit) -> String {
    let level = with_unit(&standard.level.to_string(), unit);
    match standard.comparator {
        Comparator::AtLeast => format!("{level} or more"),
        Comparator::AtMost => format!("{level} or less"),
        Comparator::Under => format!("under {level}"),
    }
}

/// "from 1 January 2005 to 4 April 2023", "since 25 May 2018".
pub fn dates_words(standard: &Standard) -> String {
    match (standard.to, standard.kind) {
        (Some(to), _) => format!("from {} to {}", date_words(standard.from), date_words(to)),
        (None, StandardKind::Historical | StandardKind::FormerLaw) => {
            format!("from {}; its last day is not known", date_words(standard.from))
        }
        (None, _) => format!("since {}", date_words(standard.from)),
    }
}

/// The label of a line in a chart: "Historical standard 90%, 2005 to 2023", "Limit set by law 100%".
pub fn line_label(standard: &Standard, unit: Unit) -> String {
    use chrono::Datelike;
    let level = with_unit(&standard.level.to_string(), unit);
    let kind = crate::report::words::sentence_case(kind_words(standard.kind));
    let is_current = !matches!(standard.kind, StandardKind::Historical | StandardKind::FormerLaw);
    match standard.to {
        Some(to) => format!("{kind} {level}, {} to {}", standard.from.year(), to.year()),
        None if is_current => format!("{kind} {level}"),
        None => format!("{kind} {level}, from {}", standard.from.year()),
    }
}

/// The standard that a figure was held against: the metric's own entry of that level and kind that held on the period's
/// last day.
pub fn held<'m>(metric: &'m Metric, figure: &Observation) -> Option<&'m Standard> {
    let result = figure.standard.as_ref()?;
    let end = figure.period.end();
    metric
        .standards
        .iter()
        .filter(|s| s.level.total_cmp(&result.level).is_eq() && s.kind.as_str() == result.kind)
        .filter(|s| s.applies_to(&figure.org_code))
        .find(|s| s.from <= end && s.to.is_none_or(|last| end <= last))
}

/// "Met", "Not met" or "Cannot tell"; of few cases only how many: "3 of 3".
pub fn outcome_at_a_glance(figure: &Observation) -> String {
    let few = figure.has_few_cases().then(|| counts_words(figure)).flatten();
    few.unwrap_or_else(|| sentence_case(outcome_words(figure)))
}

/// "met", "not met", that it cannot be told, or that there are few cases.
pub fn outcome_words(figure: &Observation) -> &'static str {
    if figure.has_few_cases() {
        return FEW_CASES;
    }
    match figure.standard.as_ref().and_then(|result| result.met).filter(|_| figure.status == Status::Value) {
        Some(true) => "met",
        Some(false) => "not met",
        None => "cannot tell",
    }
}

/// The sentence about the standard of a figure, also when there is none.
pub fn sentence(metric: &Metric, figure: &Observation) -> String {
    match held(metric, figure) {
        Some(standard) if figure.has_few_cases() => format!(
            "For the {} of {}, in place {}, there are too few cases ({}) to say whether it was met.",
            kind_words(standard.kind),
            level_words(standard, metric.unit),
            dates_words(standard),
            counts_words(figure).unwrap_or_default()
        ),
        Some(standard) => format!(
            "The {} of {}, in place {}, was {}.",
            kind_words(standard.kind),
            level_words(standard, metric.unit),
            dates_words(standard),
            match outcome_words(figure) {
                "cannot tell" if figure.status == Status::Value => {
                    "not judged, because the returns that are missing could turn the verdict"
                }
                "cannot tell" => "not judged, because there is no value",
                outcome => outcome,
            }
        ),
        None => none_held(metric, figure),
    }
}

/// That no standard held throughout the period, and the latest one that had begun.
pub fn none_held(metric: &Metric, figure: &Observation) -> String {
    let end = figure.period.end();
    let known = metric.standards.iter().filter(|s| s.from <= end && s.applies_to(&figure.org_code));
    let earlier = known.max_by_key(|s| s.from);
    match earlier {
        Some(standard) => format!(
            "No standard held throughout this period; the latest one is the {} of {}, in place {}.",
            kind_words(standard.kind),
            level_words(standard, metric.unit),
            dates_words(standard)
        ),
        None => "No standard is documented for this metric.".to_owned(),
    }
}

/// How well a metric itself is documented.
pub fn evidence_words(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Documented => "documented",
        Evidence::DocumentedHistorical => "documented, historical",
        Evidence::DocumentedLaw => "documented, required by law",
        Evidence::Derived => "derived for this report from a duty; no source defines it",
    }
}

/// The sign of a standard that was met, was not met, or cannot be told.
pub fn met_state(figure: &Observation) -> CellState {
    let met = figure.standard.as_ref().and_then(|result| result.met);
    let meaning = match met.filter(|_| figure.status == Status::Value && !figure.has_few_cases()) {
        Some(true) => MarkMeaning::Better,
        Some(false) => MarkMeaning::Worse,
        None => MarkMeaning::CannotTell,
    };
    CellState::Judged(JudgedMark { meaning, level: MarkLevel::Strong, side: MarkSide::Above })
}

/// The same in a word or two.
pub fn assurance_words(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Documented => "documented",
        Evidence::DocumentedHistorical => "documented, historical",
        Evidence::DocumentedLaw => "documented, law",
        Evidence::Derived => "derived",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_standard_is_named_only_for_the_dates_it_held() {
        let metric = sample::metrics().remove(0);
        let mut figure = sample::percent(80, 100);
        figure.period = "2023-03".parse().unwrap();
        figure.standard =
            Some(crate::vocabulary::observation::StandardResult { level: 90.0, kind: "historical", met: Some(false) });
        assert_eq!(
            sentence(&metric, &figure),
            "The historical standard of 90% or more, in place from 1 January 2005 to 4 April 2023, was not met."
        );
        figure.period = "2025-03".parse().unwrap();
        figure.standard = None;
        assert!(sentence(&metric, &figure).starts_with("No standard held throughout this period;"));
        assert_eq!(line_label(&metric.standards[0], metric.unit), "Historical standard 90%, 2005 to 2023");
    }
}
