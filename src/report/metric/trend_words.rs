//! The sentences about a trend: title, subtitle, description, and the key findings that repeat them.
//! "Rose" and "fell" only say what happened.

use crate::definitions::model::{Metric, Standard};
use crate::report::facts::{Facts, Moved};
use crate::report::metric::figures_table::reason;
use crate::report::metric::trend_data::TrendData;
use crate::report::page::figure::Room;
use crate::report::sentences::standard;
use crate::report::words::{self, Change};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::quantity::Status;

/// How the value moved on the period before.
pub fn title(data: &TrendData<'_>) -> String {
    let (facts, request) = (data.facts, data.request);
    let subject = &request.subject;
    let now = facts.current(request.metric, request.code);
    let Some((value, now)) = now.and_then(|f| Some((words::value_in_sentence(f)?, f))) else {
        return format!("{subject}: no figure for {}", facts.release.period.words());
    };
    if now.has_few_cases() {
        let counts = words::counts_words(now).unwrap_or_default();
        return format!("{subject}: the figure was {value} ({counts}, {})", words::FEW_CASES);
    }
    let before = facts.previous().and_then(|period| facts.figure(request.metric, request.code, period));
    match before.and_then(|before| facts.moved(request.metric, now, before)) {
        Some(Moved::Told { change, .. }) if change.is_none() => format!("{subject}: the figure stayed at {value}"),
        Some(Moved::Told { change, .. }) => format!("{subject}: the figure {} to {value}", change.verb_words()),
        // The change over some of the organisations does not lead to the figure of all.
        Some(Moved::Matched(_) | Moved::TooFew | Moved::NotDue) | None => {
            format!("{subject}: the figure was {value}")
        }
    }
}

/// Measure, area, span of time and kind of period.
pub fn subtitle(data: &TrendData<'_>) -> String {
    let period = data.facts.release.period;
    let first = data.facts.release.trend.first().copied().unwrap_or(period);
    let kind = period.kind.words();
    let subject = words::inside_sentence(&data.request.subject);
    let (from, to) = (words::month_words(first.first), words::month_words(period.last()));
    format!("{}, {subject}, {from} to {to}, by {kind}", data.request.metric.title)
}

/// What the figure says, for those who do not see it. Every number in it stands in the figure's table.
pub fn description(data: &TrendData<'_>) -> String {
    let (facts, request) = (data.facts, data.request);
    // On the page of the metric the key findings have said it.
    let is_said = request.room == Room::Full;
    let mut sentences = if is_said { Vec::new() } else { now_sentences(facts, request.metric, request.code) };
    sentences.extend(compared_sentence(data));
    // Figures by two definitions have no common lowest and highest.
    sentences.extend(data.breaks.is_empty().then(|| range_sentence(&data.figures)).flatten());
    sentences.extend(data.control.map(|control| control.sentences()).unwrap_or_default());
    sentences.extend(data.run_sentence());
    let standards: Vec<String> =
        data.standards.iter().map(|(held, _)| format!("the {}", standard_words(request.metric, held))).collect();
    if !standards.is_empty() {
        sentences.push(format!("The chart shows {}.", words::list_words(&standards)));
    }
    sentences.extend(gaps_sentence(data));
    sentences.extend(unjudged_sentence(data));
    sentences.extend(provisional_sentence(data));
    sentences.extend(data.breaks.iter().map(|at| format!("{}.", words::sentence_case(&break_words(data, *at)))));
    let events: Vec<String> = data.told_events().iter().map(|(_, event)| event_words(event)).collect();
    if !events.is_empty() {
        sentences.push(format!("Recorded events: {}.", words::list_words(&events)));
    }
    sentences.join(" ")
}

/// That another version of the definition takes effect in a period of the trend.
pub fn break_words(data: &TrendData<'_>, at: usize) -> String {
    let period = data.facts.release.trend.get(at).copied().unwrap_or(data.facts.release.period);
    let version = data.request.metric.version_at(period.last());
    // It holds for the whole month, whatever the day.
    let (number, from) = version.map_or((1, String::new()), |v| (v.version, words::month_words(Month::of(v.date))));
    format!("break in the series: version {number} of the definition holds from {from}; earlier figures do not compare")
}

/// The value now, and how it moved. Key findings use it too, so that both say the same.
pub fn now_sentences(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Vec<String> {
    let name = if code.is_nation() { facts.everyone(metric) } else { facts.name(code) };
    let period = facts.release.period;
    let now = facts.current(metric, code);
    let Some((value, now)) = now.and_then(|f| Some((words::value_in_sentence(f)?, f))) else {
        let reason = reason(now).unwrap_or_default();
        return vec![format!("{name}: there is no figure for {} ({reason}).", period.words())];
    };
    if now.has_few_cases() {
        let counts = words::counts_words(now).unwrap_or_default();
        return vec![format!(
            "{name}: {value} ({counts}, {}) in {}, too few to say how the figure moves.",
            words::FEW_CASES,
            period.words()
        )];
    }
    let counts = words::counts_words(now).map(|c| format!(" ({c})")).unwrap_or_default();
    if metric.level_only(now.metric_version).is_some() {
        let value = format!("{name}: {value}{counts} in {}. Earlier figures do not compare with it.", period.words());
        return vec![value];
    }
    let mut sentences = vec![format!("{name}: {value}{counts} in {}.", period.words())];
    sentences.extend(moved_sentences(facts, metric, now));
    sentences
}

/// How the figure of the report's period moved since the period before and since a year before.
fn moved_sentences(facts: &Facts<'_>, metric: &Metric, now: &Observation) -> Vec<String> {
    let (mut told, mut of_some) = (Vec::new(), Vec::new());
    let (mut too_few, mut not_due) = (Vec::new(), Vec::new());
    for earlier in [facts.previous(), facts.year_before()].into_iter().flatten() {
        let before = facts.figure(metric, &now.org_code, earlier);
        let Some(moved) = before.and_then(|before| facts.moved(metric, now, before)) else { continue };
        match moved {
            Moved::TooFew => too_few.push(earlier.words()),
            Moved::NotDue => not_due.push(earlier.words()),
            Moved::Told { change, before } => told.extend(move_words(&change, before)),
            Moved::Matched(matched) => {
                let moved = move_words(&matched.change, matched.before);
                let moved = moved.map(|words| format!("The figure {words}, {}.", matched.basis_clause()));
                of_some.extend(words::joined_sentences(moved.into_iter().chain(matched.basis_sentences())));
            }
        }
    }
    let mut sentences = Vec::new();
    if !told.is_empty() {
        sentences.push(format!("The figure {}.", words::list_words(&told)));
    }
    sentences.extend(of_some);
    let reasons = [
        (too_few, "too few organisations returned both periods"),
        (not_due, "the returns of the period are not all due yet"),
    ];
    for (periods, reason) in reasons.into_iter().filter(|(periods, _)| !periods.is_empty()) {
        let since = words::list_words(&periods);
        sentences.push(format!("We do not say how the figure moved since {since}, because {reason}."));
    }
    if sentences.is_empty() {
        sentences.push("There is no earlier figure to compare it with.".to_owned());
    }
    sentences
}

/// "rose by 2.3 percentage points from 78.7% in April 2025".
fn move_words(change: &Change, before: &Observation) -> Option<String> {
    let from = words::value_in_sentence(before)?;
    Some(format!("{} from {from} in {}", change.verb_words(), before.period.words()))
}

/// "Peers: 81.2% (x of n); all forces: 83.0% (x of n)."
fn compared_sentence(data: &TrendData<'_>) -> Option<String> {
    let say = |(label, figure): (&str, Option<&Observation>)| {
        let value = figure.and_then(words::value_in_sentence);
        let counts = figure.and_then(words::counts_words).map(|c| format!(" ({c})")).unwrap_or_default();
        match value {
            Some(value) => format!("{label}: {value}{counts}"),
            None => format!("{label}: no figure, {}", reason(figure).unwrap_or_default()),
        }
    };
    let line = |(index, label): (usize, &str)| {
        let label = if index == 0 { label.to_owned() } else { words::inside_sentence(label) };
        let figure = data.compared.get(index).and_then(|c| c.figures.last().copied().flatten());
        say((&label, figure))
    };
    let parts: Vec<String> = data.compared.iter().map(|c| c.line.label.as_str()).enumerate().map(line).collect();
    (!parts.is_empty()).then(|| format!("{}.", parts.join("; ")))
}

fn range_sentence(figures: &[Option<&Observation>]) -> Option<String> {
    let values: Vec<&Observation> =
        figures.iter().copied().flatten().filter(|f| f.status == Status::Value && f.value.is_some()).collect();
    let value = |f: &Observation| f.value.unwrap_or_default();
    let lowest = values.iter().min_by(|a, b| value(a).total_cmp(&value(b)))?;
    let highest = values.iter().max_by(|a, b| value(a).total_cmp(&value(b)))?;
    if values.len() < 3 || value(lowest).total_cmp(&value(highest)).is_eq() {
        return None;
    }
    let say = |f: &Observation| Some(format!("{} in {}", words::value_in_sentence(f)?, f.period.words()));
    Some(format!("Over the periods shown it was lowest at {} and highest at {}.", say(lowest)?, say(highest)?))
}

/// Earlier periods without a figure, those of one reason together.
fn gaps_sentence(data: &TrendData<'_>) -> Option<String> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (period, figure) in data.facts.release.trend.iter().zip(&data.figures) {
        let Some(reason) = reason(*figure).filter(|_| *period != data.facts.release.period) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, periods)) => periods.push(period.words()),
            None => groups.push((reason, vec![period.words()])),
        }
    }
    let sentence = |(reason, periods): &(String, Vec<String>)| {
        format!(
            "“{}”: no figure for {} ({reason}).",
            data.request.metric.title,
            words::names_or_number(periods, "earlier periods")
        )
    };
    words::joined_sentences(groups.iter().map(sentence))
}

/// Periods of which so many cases lack that they are drawn and not judged.
fn unjudged_sentence(data: &TrendData<'_>) -> Option<String> {
    let (facts, request) = (data.facts, data.request);
    let lacks = |period: &&Period| facts.lacks_cases(request.metric, request.code, **period);
    let periods: Vec<String> = facts.release.trend.iter().filter(lacks).map(|period| period.words()).collect();
    let are = if periods.len() == 1 { "is" } else { "are" };
    (!periods.is_empty()).then(|| {
        format!(
            "{} {are} drawn and not judged, because too many of the usual cases have not been returned.",
            words::list_words(&periods)
        )
    })
}

fn provisional_sentence(data: &TrendData<'_>) -> Option<String> {
    let last = |provisional: &[bool]| provisional.last().is_some_and(|is| *is);
    let own = last(&data.provisional).then(|| words::inside_sentence(&data.request.subject));
    let others = data.compared.iter().filter(|c| last(&c.provisional)).map(|c| words::inside_sentence(&c.line.label));
    let names: Vec<String> = own.into_iter().chain(others).collect();
    let (whose, period) = (words::list_words(&names), data.facts.release.period.words());
    (!names.is_empty())
        .then(|| format!("The figure of {period} for {whose} is provisional: it may change as more data come in."))
}

/// "historical standard of 90% or more, in place from … to …".
pub fn standard_words(metric: &Metric, held: &Standard) -> String {
    let (kind, level) = (standard::kind_words(held.kind), standard::level_words(held, metric.unit));
    format!("{kind} of {level}, in place {}", standard::dates_words(held))
}

/// "system migration on 12 May 2025 (description)"; of an event without a kind, "12 May 2025 (description)".
pub fn event_words(event: &RecordedEvent) -> String {
    let (day, description) = (words::date_words(event.happened_on), event.description.trim_end_matches('.'));
    if event.kind == "other" {
        return format!("{day} ({description})");
    }
    format!("{} on {day} ({description})", words::plain_name(&event.kind))
}

#[cfg(test)]
mod tests {
    use crate::report::{Edition, Facts, Page, build_page, sample};

    fn numbers(text: &str) -> Vec<String> {
        let is_part = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
        let trimmed = |n: &str| n.trim_matches(|c| c == ',' || c == '.').to_owned();
        text.split(|c| !is_part(c)).map(trimmed).filter(|n| !n.is_empty()).collect()
    }

    #[test]
    fn every_number_of_a_description_stands_in_its_table() {
        let (release, layouts) = (sample::release(), sample::layouts());
        let facts = Facts::new(&release, &layouts);
        let copies = std::collections::BTreeSet::new();
        let editions = Edition::all(&facts, None, &copies);
        let pages: Vec<Page> =
            editions.iter().flat_map(Edition::pages).filter_map(|scope| build_page(&scope)).collect();
        let mut checked = 0;
        for figure in pages.iter().flat_map(Page::figures) {
            let table = &figure.table;
            let headings = table.columns.iter().map(|c| &c.heading);
            let cells = table.rows.iter().flat_map(|r| r.cells.iter().flat_map(|c| [Some(&c.text), c.detail.as_ref()]));
            let texts = headings.chain(table.rows.iter().map(|r| &r.heading)).chain(cells.flatten());
            let known: Vec<String> =
                texts.chain([&table.caption]).chain(&table.explanations).flat_map(|text| numbers(text)).collect();
            for number in numbers(&figure.text) {
                let step = figure.text.contains(&format!("less than {number}"));
                assert!(
                    known.contains(&number) || step,
                    "{}: {number} of “{}” is not in the table",
                    figure.id,
                    figure.text
                );
                checked += 1;
            }
            assert!(figure.table.rows.iter().flat_map(|r| &r.cells).all(|c| !c.text.is_empty()), "{}", figure.id);
        }
        assert!(checked > 100, "only {checked} numbers checked");
    }
}
