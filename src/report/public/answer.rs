//! The answer to a question: the national figure of its metric as a number, a picture, and how it stands.

use crate::assessment::{Against, PeerComparison};
use crate::definitions::edition_words::Question;
use crate::definitions::model::{Aggregation, Comparator, Metric, Standard, StandardKind};
use crate::report::charts::{CellState, Chart, SeriesRole, SquaresChart, TrendChart, TrendPoint, TrendSeries};
use crate::report::edition::Scope;
use crate::report::facts::{Facts, MatchedMove, Moved, both_words};
use crate::report::metric::trend::build_trend;
use crate::report::metric::trend_data::TrendRequest;
use crate::report::page::block::{AnsweredQuestion, link};
use crate::report::page::cell::CellDrawing;
use crate::report::page::figure::{CommonRemarks, Room};
use crate::report::page::text::{Mark, Text};
use crate::report::public::in_hundred::InHundred;
use crate::report::sentences::{standard, standing, withheld};
use crate::report::words;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Shape, Status, Unit, count_text};

/// The answer that the release gives.
pub fn answer(scope: &Scope<'_>, question: &Question, metric: &Metric) -> AnsweredQuestion {
    let facts = scope.facts();
    let figure = facts.current(metric, BodyId::nation());
    let given = figure.and_then(|figure| Some((figure, number(figure)?)));
    let (number, words, sentences) = match given {
        Some((figure, number)) => {
            let sentences = [basis_sentence(facts, metric, figure), move_sentence(facts, metric, figure)];
            (Some(number), question.counts.as_str().into(), sentences.into_iter().flatten().map(Text::from).collect())
        }
        None => (None, not_given(facts, metric, figure), Vec::new()),
    };
    AnsweredQuestion {
        id: format!("question-{}", metric.id),
        question: question.question.clone(),
        number,
        words,
        sentences,
        drawing: figure.and_then(|figure| drawing(facts, metric, figure)),
        more: scope.edition.metric_address(metric).map(|page| link(format!("All figures: {}", metric.title), page)),
    }
}

/// "84 in 100", "87,525", "42 days"; `None` without a value.
fn number(figure: &Observation) -> Option<String> {
    if let Some(share) = InHundred::of_figure(figure) {
        return Some(share.words());
    }
    let is_value = figure.status == Status::Value && figure.value.is_some();
    match figure.unit {
        Unit::Percent | Unit::Hours | Unit::Days => words::value_in_sentence(figure),
        _ => is_value.then(|| words::value_cell(figure)),
    }
}

/// Why there is no number.
fn not_given(facts: &Facts<'_>, metric: &Metric, figure: Option<&Observation>) -> Text {
    let is_withheld = figure.is_some_and(|figure| figure.status == Status::Suppressed);
    let (state, word) = if is_withheld { (CellState::Withheld, "Withheld") } else { (CellState::Missing, "No figure") };
    let reason = match figure {
        Some(_) if is_withheld => withheld::reason(facts, metric),
        Some(figure) => words::sentence_case(figure.status.reason()),
        None => "This report has no figure of it".to_owned(),
    };
    Text::default().mark(Mark::new(state, word)).and(format!(". “{}” is not shown. {reason}.", metric.title))
}

/// What the number is made from, and the standard that holds for it.
fn basis_sentence(facts: &Facts<'_>, metric: &Metric, figure: &Observation) -> Option<String> {
    let basis = basis_words(facts, metric, figure);
    let standard = standard::held(metric, figure).map(|held| standard_words(metric, held, figure));
    match (basis, standard) {
        (Some(basis), Some(standard)) => Some(format!("That is {basis}; {standard}.")),
        (Some(basis), None) => Some(format!("That is {basis}.")),
        (None, standard) => standard.map(|standard| format!("{}.", words::sentence_case(&standard))),
    }
}

/// "671 of 775", "about 970 a day".
fn basis_words(facts: &Facts<'_>, metric: &Metric, figure: &Observation) -> Option<String> {
    if figure.unit.is_share() {
        let counts = words::counts_words(figure)?;
        return Some(if figure.has_few_cases() { format!("{counts}, too few to judge") } else { counts });
    }
    let is_flow = metric.shape == Shape::Count && metric.aggregation == Aggregation::Flow;
    let total = figure.numerator.filter(|_| is_flow && figure.status == Status::Value)?;
    let period = facts.release.period;
    let days = (period.end() - period.start()).num_days() + 1;
    let per_day = (2 * total + days).checked_div(2 * days).filter(|per_day| *per_day > 0)?;
    Some(format!("about {} a day", count_text(per_day)))
}

/// "the law asks for 100 in 100, which was not met".
fn standard_words(metric: &Metric, held: &Standard, figure: &Observation) -> String {
    let who = match held.kind {
        StandardKind::CurrentLaw => "the law asks for",
        StandardKind::FormerLaw => "the law of the time asked for",
        StandardKind::Historical => "the standard of the time was",
        StandardKind::Expectation => "the regulator expects",
        StandardKind::Local => "the target is",
    };
    let outcome = match standard::outcome_words(figure) {
        "met" => "which was met",
        "not met" => "which was not met",
        _ => "and there are too few cases to say whether that was met",
    };
    format!("{who} {}, {outcome}", level_words(metric, held))
}

/// "100 in 100", "90 in 100 or more", "7 days or less".
fn level_words(metric: &Metric, held: &Standard) -> String {
    let is_whole_share = metric.unit == Unit::Percent && held.level.fract() == 0.0;
    match held.comparator {
        _ if !is_whole_share => standard::level_words(held, metric.unit),
        Comparator::AtLeast if held.level >= 100.0 => "100 in 100".to_owned(),
        Comparator::AtLeast => format!("{} in 100 or more", held.level),
        Comparator::AtMost => format!("{} in 100 or less", held.level),
        Comparator::Under => format!("less than {} in 100", held.level),
    }
}

/// What the figure was a year before, and what the verdict says of it; `None` where the release knows no such period.
fn move_sentence(facts: &Facts<'_>, metric: &Metric, now: &Observation) -> Option<String> {
    let before = facts.year_before()?;
    let title = format!("“{}”", metric.title);
    let Some(then) = facts.figure(metric, BodyId::nation(), before).filter(|then| then.value.is_some()) else {
        return Some(format!("There is no figure of {title} for {}.", before.words()));
    };
    let now = facts.current(metric, BodyId::nation()).filter(|current| std::ptr::eq(*current, now))?;
    Some(match facts.moved(metric, now, then) {
        Some(Moved::Told { before, .. }) => {
            let then = with_counts(before)?;
            format!("A year before it was {then}{}.", verdict_clause(facts, metric))
        }
        Some(Moved::Matched(matched)) => matched_sentence(facts, metric, &matched)?,
        Some(Moved::TooFew) => {
            format!("Too few organisations returned both periods to say how {title} moved in a year.")
        }
        Some(Moved::NotDue) => format!("Not all returns for {title} are due yet, so we do not say how it moved."),
        None => format!("{title} is not compared with {}.", before.words()),
    })
}

fn matched_sentence(facts: &Facts<'_>, metric: &Metric, matched: &MatchedMove<'_>) -> Option<String> {
    let (then, now) = (number(matched.before)?, number(matched.now)?);
    let values =
        if then == now { format!("{then} then and now") } else { format!("{then} a year before and is {now}") };
    let over = both_words(matched.resting);
    Some(format!("Over the {over} that returned both periods, it was {values}{}.", verdict_clause(facts, metric)))
}

/// "58 in 100 (201 of 347)".
fn with_counts(figure: &Observation) -> Option<String> {
    let number = number(figure)?;
    let counts = words::counts_words(figure).filter(|_| figure.unit.is_share());
    Some(counts.map_or_else(|| number.clone(), |counts| format!("{number} ({counts})")))
}

/// What the verdict says of the change, as the end of a sentence; nothing of a full count, which has no verdict.
fn verdict_clause(facts: &Facts<'_>, metric: &Metric) -> String {
    let comparison = facts.comparison(metric, BodyId::nation(), Against::YearBefore);
    if comparison.is_some_and(|one| facts.told(one) == PeerComparison::NotTested) {
        return String::new();
    }
    let state = standing::state(facts, metric, BodyId::nation(), Against::YearBefore);
    let word = standing::words_of(metric, state, Against::YearBefore);
    match state {
        _ if !standing::is_told(state) => "; we cannot say whether that is a change".to_owned(),
        CellState::Judged(mark) if mark.meaning.is_unremarkable() => format!("; that is {word}"),
        _ => format!("; it is {word} now"),
    }
}

/// A share as squares, anything else as a line over the periods; `None` where there is nothing to draw.
fn drawing(facts: &Facts<'_>, metric: &Metric, figure: &Observation) -> Option<CellDrawing> {
    let chart = match InHundred::of_figure(figure) {
        Some(share) => Chart::Squares(SquaresChart { filled: share.filled(), of: share.of }),
        None => line(facts, metric).filter(|_| figure.status == Status::Value)?,
    };
    Some(CellDrawing { id: format!("answer-{}", metric.id), words: String::new(), drawing: Box::new(chart) })
}

/// The national series without anything that needs explaining.
fn line(facts: &Facts<'_>, metric: &Metric) -> Option<Chart> {
    let request = TrendRequest {
        metric,
        code: BodyId::nation(),
        role: SeriesRole::Subject,
        subject: facts.everyone(metric),
        compared: Vec::new(),
        room: Room::Small,
        remarks: CommonRemarks::OncePerPage,
    };
    let Chart::Trend(chart) = build_trend(facts, &request)?.drawing else { return None };
    let bare = |point: TrendPoint| TrendPoint { lower: None, upper: None, ..point };
    let series = chart
        .series
        .into_iter()
        .map(|series| TrendSeries { points: series.points.into_iter().map(bare).collect(), ..series });
    let series = series.collect();
    Some(Chart::Trend(TrendChart {
        series,
        centre: None,
        proposed: None,
        events: Vec::new(),
        control: Vec::new(),
        ..chart
    }))
}
