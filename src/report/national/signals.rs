//! What stands out: the signals of the report's period that call for action, and how many labels of each kind
//! chance alone would raise. Counts and words only; the signals were found before.

use crate::assessment::{Signal, SignalKind};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::page::text::Address;
use crate::report::words;
use crate::stats::benchmark::Strength;
use crate::verdict::AspectLabel;
use crate::vocabulary::quantity::Unit;

/// How many signals there are, and what a signal is.
pub fn explanation(facts: &Facts<'_>) -> Vec<Block> {
    Block::opening(summary(facts, current(facts).len(), shown(facts).len()))
}

/// How many labels chance alone would raise.
pub fn by_chance(facts: &Facts<'_>) -> Block {
    Block::section("chance", "How much chance alone would raise", vec![Block::Table(chance_table(facts))])
}

/// The signals that call for action, by principle.
pub fn signals(scope: &Scope<'_>) -> Block {
    let facts = scope.facts();
    let shown = shown(facts);
    let mut rows = Vec::new();
    for section in scope.sections() {
        let mut heading = Some(section.heading());
        for metric in section.select(&facts.release.metrics) {
            let address = scope.edition.metric_address(metric);
            for signal in shown.iter().filter(|signal| signal.metric_id == metric.id) {
                let row = row(facts, (&metric.heading(), address.clone()), signal);
                rows.push(row.opens(heading.take()));
            }
        }
    }
    let columns = vec![
        Column::words("Metric"),
        Column::words("Organisation").chosen_by(),
        Column::words("What stands out").chosen_by(),
        Column::words("Recorded event"),
    ];
    let caption = format!("Signals that call for action, {}", facts.release.period.words_with_short_name());
    let table = Table::new("tab-signals", caption, columns, rows).into_block();
    let none = || Block::paragraph("No signal calls for action in this period.");
    Block::section("signals", "Signals by principle", vec![table.unwrap_or_else(none)])
}

/// The signals of the report's period.
fn current<'f>(facts: &Facts<'f>) -> Vec<&'f Signal> {
    let period = facts.release.period;
    facts.release.assessment.signals.iter().filter(|signal| signal.period == period).collect()
}

/// Those that call for action and do not contradict the verdict on their figure.
fn shown<'f>(facts: &Facts<'f>) -> Vec<&'f Signal> {
    let is_shown = |signal: &&Signal| signal.severity == Strength::Act && is_clear(facts, signal);
    current(facts).into_iter().filter(is_shown).collect()
}

/// Whether a difference from others stands out at the 99.8% level by more than the margin. Signals of a series are about more
/// than one figure.
fn is_clear(facts: &Facts<'_>, signal: &Signal) -> bool {
    let aspects = || facts.release.verdicts.get(&signal.metric_id, &signal.org_code).map(|verdict| verdict.aspects);
    let found = match signal.kind {
        SignalKind::Peers => aspects().and_then(|aspects| aspects.peers),
        SignalKind::Funnel => aspects().and_then(|aspects| aspects.forces),
        SignalKind::ControlChart | SignalKind::RunChart | SignalKind::Trend | SignalKind::ChangePoint => return true,
    };
    found.is_some_and(|found| matches!(found.label, AspectLabel::StandsOut(_, Strength::Act)))
}

fn summary(facts: &Facts<'_>, all: usize, shown: usize) -> Vec<String> {
    let period = facts.release.period.words();
    vec![
        format!(
            "{} signals were raised for {period}. {} of them call for action and are listed here: they lie beyond a control \
             limit, or hold at the 99.8% level and are larger than the margin of the metric. All are in results/signals.csv.",
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
    let row = |family: &crate::assessment::LabelFamily| {
        let expected = Cell::number(family.expected, Unit::Percent);
        let cells = vec![Cell::new(family.level), Cell::count(family.tested), Cell::count(family.flagged), expected];
        Row::new(words::sentence_case(family.family), cells)
    };
    let mut columns = vec![Column::words("Label"), Column::words("Level")];
    columns.extend(["Labels that could be given", "Labels that stand out", "Expected by chance"].map(Column::numbers));
    let rows = facts.release.assessment.families.iter().map(row).collect();
    let caption = format!("Labels that chance alone would raise, {}", facts.release.period.words_with_short_name());
    Table::new("tab-chance", caption, columns, rows).explained(
        "With this many labels some stand out although nothing is behind them. Expected by chance is how many would if \
         chance alone were at work. Forces are counted against the limits of chance here; the list below also allows for how \
         much forces usually differ.",
    )
}

fn row(facts: &Facts<'_>, (metric, address): (&str, Option<Address>), signal: &Signal) -> Row {
    let event = match &signal.event {
        Some(event) => {
            let kind = words::sentence_case(&words::event_kind(&event.kind));
            Cell::new(format!("{kind}, {}", words::date_words(event.happened_on)))
        }
        None => Cell::new("None on record"),
    };
    let cells = vec![Cell::new(facts.name(&signal.org_code)), Cell::new(what_words(signal)), event];
    Row::new(metric, cells).linked(address)
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
