//! The page of what stands out: the signals of the report's period that call for action, and how many labels of each kind
//! chance alone would raise. Counts and words only; the signals were found before.

use serde::Serialize;

use crate::assessment::{Signal, SignalKind};
use crate::report::edition::PageKind;
use crate::report::facts::Facts;
use crate::report::overview::section_title;
use crate::report::page::{Frame, national_frame};
use crate::report::table::{Cell, Column, Row, Table};
use crate::report::words;
use crate::stats::benchmark::Strength;
use crate::vocabulary::quantity::{Unit, count_text, value_text};

/// A principle's signals.
#[derive(Debug, Clone, Serialize)]
pub struct SignalSection {
    pub title: String,
    pub table: Table,
}

/// `signals.html` of the national edition.
#[derive(Debug, Clone, Serialize)]
pub struct SignalsPage {
    pub frame: Frame,
    pub summary: Vec<String>,
    pub chance: Table,
    pub sections: Vec<SignalSection>,
}

/// Builds the page.
pub fn build_signals(facts: &Facts<'_>) -> SignalsPage {
    let current: Vec<&Signal> =
        facts.release.assessment.signals.iter().filter(|signal| signal.period == facts.release.period).collect();
    let shown: Vec<&Signal> = current.iter().copied().filter(|signal| signal.severity == Strength::Act).collect();
    let section = |section: &crate::definitions::layout::Section| {
        let metrics = section.select(&facts.release.metrics);
        let mut rows = Vec::new();
        for metric in &metrics {
            let of_metric = shown.iter().filter(|signal| signal.metric_id == metric.id);
            rows.extend(of_metric.map(|signal| row(facts, (&metric.title, PageKind::Metric(metric).path()), signal)));
        }
        (!rows.is_empty()).then(|| {
            let title = section_title(section.principle, &section.title);
            let columns = ["Metric", "Organisation", "What stands out", "Recorded event"].map(Column::words);
            let id = format!("tab-signals-{}", section.principle.unwrap_or_default());
            let caption = format!("{}: signals, {}", section.title, facts.release.period.words_with_short_name());
            SignalSection { table: Table::new(id, caption, columns.into(), rows), title }
        })
    };
    SignalsPage {
        frame: national_frame(facts, PageKind::Signals.title(), PageKind::Signals),
        summary: summary(facts, current.len(), shown.len()),
        chance: chance_table(facts),
        sections: facts.layouts.national.sections.iter().filter_map(section).collect(),
    }
}

fn summary(facts: &Facts<'_>, all: usize, shown: usize) -> Vec<String> {
    let period = facts.release.period.words();
    vec![
        format!(
            "{} signals were raised for {period}. {} of them call for action and are listed here: they lie beyond a control \
             limit or hold at the 99.8% level. All are in results/signals.csv.",
            words::sentence_case(&words::number_words(all)),
            words::sentence_case(&words::number_words(shown))
        ),
        "A signal is a reason to look, not a verdict. A recorded event in its window may be the cause; where there is none, \
         no cause is on record."
            .to_owned(),
    ]
}

/// What chance alone would raise, beside what was raised.
fn chance_table(facts: &Facts<'_>) -> Table {
    let count = |number: usize| Cell::new(count_text(i64::try_from(number).unwrap_or(i64::MAX)));
    let row = |family: &crate::assessment::LabelFamily| {
        let expected = Cell::new(value_text(family.expected, Unit::Percent));
        let cells = vec![Cell::new(family.level), count(family.tested), count(family.flagged), expected];
        Row::new(words::sentence_case(family.family), cells)
    };
    let mut columns = vec![Column::words("Label"), Column::words("Level")];
    columns.extend(["Labels that could be told", "Labels that stand out", "Expected by chance"].map(Column::numbers));
    let rows = facts.release.assessment.families.iter().map(row).collect();
    let caption = format!("Labels that chance alone would raise, {}", facts.release.period.words_with_short_name());
    Table::new("tab-chance", caption, columns, rows).explained(
        "With this many labels some stand out although nothing is behind them. Expected by chance is how many would if \
         chance alone were at work. Forces are counted against the limits of chance here; the list below also allows for how \
         much forces usually differ.",
    )
}

fn row(facts: &Facts<'_>, (title, path): (&str, String), signal: &Signal) -> Row {
    let event = match &signal.event {
        Some(event) => {
            let kind = words::sentence_case(&words::event_kind(&event.kind));
            Cell::new(format!("{kind}, {}", words::date_words(event.happened_on)))
        }
        None => Cell::new("None on record"),
    };
    Row {
        heading: format!("{} {title}", signal.metric_id),
        link: Some(path),
        emphasised: false,
        cells: vec![Cell::new(facts.name(&signal.org_code)), Cell::new(what_words(signal)), event],
    }
}

/// A signal in a few words.
fn what_words(signal: &Signal) -> String {
    let plain = words::plain_name(&signal.rule);
    match signal.kind {
        SignalKind::ControlChart => {
            let (rule, side) = signal.rule.rsplit_once('_').unwrap_or((&signal.rule, ""));
            match rule {
                "outside_limits" if side == "high" => "Above its control limits".to_owned(),
                "outside_limits" => "Below its control limits".to_owned(),
                _ => words::sentence_case(&plain),
            }
        }
        SignalKind::RunChart => format!("Shift about its median: {plain}"),
        SignalKind::Trend => {
            format!("Trend over {} periods: {plain}", words::number_words(signal.points))
        }
        SignalKind::ChangePoint => words::sentence_case(&plain),
        SignalKind::Funnel => {
            let side = if signal.rule.starts_with("above") { "high" } else { "low" };
            format!("Unusually {side} among forces")
        }
        SignalKind::Peers => {
            let how = signal.rule.split('_').next().unwrap_or_default();
            format!("Clearly {how} than its peers")
        }
    }
}
