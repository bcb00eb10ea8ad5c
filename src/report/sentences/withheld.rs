//! What a public edition withholds and why, in plain words: on every page, in the notes and for each metric.
//! It words; what is withheld was decided before.

use crate::definitions::model::{Disclosure, Metric};
use crate::release::{Together, Withheld, WorkWithheld};
use crate::report::facts::Facts;
use crate::report::words;
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Shape, Status, Unit, ratio_text};

/// In the public edition: why nothing says how figures have moved.
pub const CHANGES_WITHHELD: &str = "How figures have changed from one day to another is not published, because the change of \
                                    a count may give away a single case.";

/// The line that stands on every page of a public edition.
pub fn note(withheld: &Withheld) -> String {
    format!(
        "Some figures are withheld because few cases lie behind them: {} or fewer cases about persons, or fewer than {} \
         cases of an organisation’s work. Good results and bad results are treated alike.",
        most(withheld),
        withheld.minimum_denominator
    )
}

/// The rules at length, for the notes of the report.
pub fn rules(withheld: &Withheld) -> Vec<String> {
    vec![
        format!(
            "Most figures say how an organisation does its work, such as how many requests it answered in time. Such a figure \
             is withheld when fewer than {} cases lie behind it, because it then says little. Only the number of cases \
             decides, never the result.",
            withheld.minimum_denominator
        ),
        format!(
            "Some figures count cases about persons: misuse, data breaches, records deleted by mistake. Where somebody could \
             recognise the persons, the count is withheld: a count from 1 to {}, and every other count from which readers \
             could work it out. Such a figure is shown for all organisations or for none, and likewise for all regions or for \
             none.",
            most(withheld)
        ),
    ]
}

fn most(withheld: &Withheld) -> i64 {
    withheld.threshold - 1
}

/// What is withheld of one metric; none in an edition that withholds nothing, and for a metric that is shown whole.
pub fn sentences(facts: &Facts<'_>, metric: &Metric) -> Vec<String> {
    let Some(withheld) = &facts.release.withheld else { return Vec::new() };
    if metric.disclosure.is_of_persons() {
        return of_persons(facts, metric, withheld);
    }
    match withheld.work.get(&metric.id).filter(|of| metric.disclosure == Disclosure::Work && of.hidden() > 0) {
        Some(of) => of_work(facts, metric, (withheld.minimum_denominator, of)),
        None => Vec::new(),
    }
}

/// Why a figure of the metric is withheld, as words without a full stop.
pub fn reason(facts: &Facts<'_>, metric: &Metric) -> String {
    match &facts.release.withheld {
        Some(withheld) if metric.disclosure.is_of_persons() => {
            format!("It counts cases about persons, and {} or fewer of them could point to somebody", most(withheld))
        }
        Some(withheld) => {
            format!("Fewer than {} cases lie behind it, so it would say little", withheld.minimum_denominator)
        }
        None => words::sentence_case(Status::Suppressed.reason()),
    }
}

/// Whether so few organisations are shown that a chart or a ranking of them would say nothing of all.
pub fn is_remnant(facts: &Facts<'_>, metric: &Metric) -> bool {
    let of = facts.release.withheld.as_ref().and_then(|withheld| withheld.work.get(&metric.id));
    of.is_some_and(|of| of.shown.organisations < of.hidden())
}

/// How many organisations are shown of how many: "21 of 46 forces". `None` where all are.
pub fn shown_words(facts: &Facts<'_>, metric: &Metric) -> Option<String> {
    let of = facts.release.withheld.as_ref()?.work.get(&metric.id).filter(|of| of.hidden() > 0)?;
    let shown = words::number_words(of.shown.organisations);
    Some(format!("{shown} of {} {}", of.all.organisations, facts.bodies(metric)))
}

impl WorkWithheld {
    fn hidden(&self) -> usize {
        self.all.organisations - self.shown.organisations
    }
}

fn of_work(facts: &Facts<'_>, metric: &Metric, (least, of): (i64, &WorkWithheld)) -> Vec<String> {
    let bodies = facts.bodies(metric);
    let mut sentences = vec![format!(
        "{} of {} {bodies} {} not shown, because fewer than {least} cases lie behind the figure. The result plays no part in \
         this.",
        words::sentence_case(&words::number_words(of.hidden())),
        of.all.organisations,
        if of.hidden() == 1 { "is" } else { "are" }
    )];
    if of.shown.organisations == 0 {
        return sentences;
    }
    let share = ratio_text(of.shown.denominator, of.all.denominator, Unit::Percent);
    sentences.extend(share.map(|share| format!("The {bodies} that are shown have {share}% of all cases.")));
    let pooled = |sum: Together| {
        let number = ratio_text(sum.numerator, sum.denominator, metric.unit)?;
        Some(words::with_unit(&number, metric.unit))
    };
    if matches!(metric.shape, Shape::Proportion | Shape::Rate)
        && let (Some(shown), Some(all)) = (pooled(of.shown), pooled(of.all))
    {
        sentences.push(if shown == all {
            format!("Taken together they stand at {shown}, as do all {bodies}.")
        } else {
            format!("Taken together they stand at {shown}, and all {bodies} at {all}.")
        });
    }
    if is_remnant(facts, metric) {
        sentences.push(format!("There is no chart of so few {bodies}."));
    }
    sentences
}

/// Bodies that are shown together or not at all.
struct WithheldLevel {
    /// The begin of the sentence that says that they are not shown.
    subject: String,
    holds: fn(&BodyId) -> bool,
}

/// Which levels are not shown in which periods, and why.
fn of_persons(facts: &Facts<'_>, metric: &Metric, withheld: &Withheld) -> Vec<String> {
    let levels = [
        WithheldLevel {
            subject: format!("Figures of single {} are", facts.bodies(metric)),
            holds: BodyId::is_organisation,
        },
        WithheldLevel {
            subject: "Figures of regions are".to_owned(),
            holds: |code| matches!(code.body(), Body::Region(_)),
        },
        WithheldLevel { subject: "The figure of the nation is".to_owned(), holds: BodyId::is_nation },
    ];
    let mut sentences: Vec<String> = levels.iter().filter_map(|level| not_shown(facts, metric, level)).collect();
    if !sentences.is_empty() {
        sentences.push(format!(
            "The figure counts cases about persons. A count from 1 to {} could point to somebody, and others would give it \
             away.",
            most(withheld)
        ));
        sentences.push(
            "Periods with few cases are missing, so those that are shown may have more cases than usual.".to_owned(),
        );
    }
    sentences
}

/// In which periods a level is not shown; none where it always is.
fn not_shown(facts: &Facts<'_>, metric: &Metric, level: &WithheldLevel) -> Option<String> {
    let trend = &facts.release.trend;
    let hidden: Vec<String> =
        trend.iter().filter(|period| is_hidden(facts, metric, **period, level)).map(|period| period.words()).collect();
    let subject = &level.subject;
    match hidden.len() {
        0 => None,
        all if all == trend.len() => Some(format!("{subject} not shown in any period.")),
        _ => Some(format!("{subject} not shown in {}.", words::list_words(&hidden))),
    }
}

fn is_hidden(facts: &Facts<'_>, metric: &Metric, period: Period, level: &WithheldLevel) -> bool {
    let codes = facts.codes(metric).iter().copied().chain(facts.region_codes(metric)).chain([BodyId::nation()]);
    let mut figures = codes.filter(|code| (level.holds)(code)).filter_map(|code| facts.figure(metric, code, period));
    figures.any(|figure| figure.status == Status::Suppressed)
}
