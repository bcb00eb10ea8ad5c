//! How values, changes, limits and dates are worded. Every number a reader sees in a report is rounded here, once.
//! Words only: no figure is looked up and no page is laid out here.

use chrono::{Datelike, NaiveDate};

use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Month;
use crate::vocabulary::quantity::{Ratio, RatioDifference, Status, Unit, ratio_text, value_text};
use crate::vocabulary::shorthand::Shorthand;

/// What stands in an open side of an interval.
pub const NO_LIMIT: &str = "no limit";

const LOW: &str = Shorthand::RoundsToZero.as_str();

/// A date such as "15 April 2025".
pub fn date_words(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), Month::of(date).name(), date.year())
}

/// A month such as "April 2025".
pub fn month_words(month: Month) -> String {
    format!("{} {}", month.name(), month.year())
}

/// Months in order: "April, May and June 2025", with each year named once where it is the same.
pub fn months_words(months: &[Month]) -> String {
    let year = months.first().map(|month| month.year());
    match year.filter(|year| months.iter().all(|month| month.year() == *year)) {
        Some(year) => {
            let names: Vec<String> = months.iter().map(|month| month.name().to_owned()).collect();
            format!("{} {year}", list_words(&names))
        }
        None => list_words(&months.iter().map(|month| month_words(*month)).collect::<Vec<_>>()),
    }
}

/// "a", "a and b", "a, b and c".
pub fn list_words(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The first letter in upper case.
pub fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The first letter in lower case.
pub fn small_initial(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Sentences one after the other; `None` without any.
pub fn joined_sentences(sentences: impl IntoIterator<Item = String>) -> Option<String> {
    let joined = sentences.into_iter().collect::<Vec<String>>().join(" ");
    (!joined.is_empty()).then_some(joined)
}

/// At most so many names stand in a sentence.
const MOST_NAMES: usize = 5;

/// The names of a few, and the number of more: "Kent and Dorset", "23 forces".
pub fn names_or_number(names: &[String], kind: &str) -> String {
    if names.len() > MOST_NAMES { format!("{} {kind}", number_words(names.len())) } else { list_words(names) }
}

/// A title inside a sentence: its first letter small, if its first word is one of ours and not a name.
pub fn inside_sentence(title: &str) -> String {
    const COMMON: [&str; 2] = ["All", "Peers"];
    let first_word = title.split(' ').next().unwrap_or(title);
    if !COMMON.contains(&first_word) {
        return title.to_owned();
    }
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A number of things in running text: words for one to nine, figures from ten.
pub fn number_words(number: usize) -> String {
    const WORDS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let figures = || crate::vocabulary::quantity::count_text(i64::try_from(number).unwrap_or(i64::MAX));
    WORDS.get(number).map_or_else(figures, |word| (*word).to_owned())
}

/// A place in a row: "eighth", and figures from the tenth on: "12th".
pub fn ordinal_words(place: usize) -> String {
    const WORDS: [&str; 9] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    if let Some(word) = place.checked_sub(1).and_then(|before| WORDS.get(before)) {
        return (*word).to_owned();
    }
    let ending = match (place % 10, place % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{place}{ending}")
}

/// The unit of a difference.
pub fn change_unit(unit: Unit) -> &'static str {
    if unit == Unit::Percent { "percentage points" } else { unit.words() }
}

/// A name from a data file (`system_migration`) as words ("system migration").
pub fn plain_name(name: &str) -> String {
    name.replace('_', " ")
}

/// A text from a check with its names of fields and rules as words: `report_ref is empty` as “report ref is empty”.
pub fn with_plain_names(text: &str) -> String {
    let is_address = |word: &&str| word.contains("://");
    let word = |word: &str| if is_address(&word) { word.to_owned() } else { plain_name(word) };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Words with the article that their first letter asks for: "an outage", "a system migration".
pub fn with_article(words: &str) -> String {
    let article = if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {words}")
}

/// A kind of event from the events table in words; "other" alone would say nothing.
pub fn event_kind(kind: &str) -> String {
    if kind == "other" { "recorded event".to_owned() } else { plain_name(kind) }
}

/// The unit as a column heading carries it: "%" or words.
pub fn unit_heading(unit: Unit) -> &'static str {
    if unit == Unit::Percent { "%" } else { unit.words() }
}

/// A rounded number with its unit, as it stands in a sentence or in a table of mixed units: "81.0%", "1 hour".
pub fn with_unit(number: &str, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{number}%"),
        Unit::Ratio | Unit::Grade => number.to_owned(),
        other if number == "1" => format!("1 {}", other.words().trim_end_matches('s')),
        other => format!("{number} {}", other.words()),
    }
}

/// The rounded value without its unit, or the shorthand that stands in its place.
pub fn value_cell(figure: &Observation) -> String {
    match (figure.status.shorthand(), figure.value) {
        (Some(shorthand), _) => shorthand.to_string(),
        (None, Some(value)) => number_text(figure, value),
        (None, None) => Shorthand::NotAvailable.to_string(),
    }
}

fn number_text(figure: &Observation, value: f64) -> String {
    figure.label.clone().unwrap_or_else(|| rounded_text(value, ratio_of(figure), figure.unit))
}

/// A value rounded from its counts where it has them.
pub fn rounded_text(value: f64, counts: Option<Ratio>, unit: Unit) -> String {
    let exact = counts.and_then(|counts| ratio_text(counts.numerator, counts.denominator, unit));
    exact.unwrap_or_else(|| value_text(value, unit))
}

/// The value in a sentence: "81.0%", "29 hours", "less than 0.1%". `None` when there is no value to say.
pub fn value_in_sentence(figure: &Observation) -> Option<String> {
    let value = figure.value.filter(|_| figure.status == Status::Value)?;
    Some(number_in_sentence(&number_text(figure, value), value, figure.unit))
}

/// The same of a value that is no figure of the release, such as that of some peers. `counts` are those of a ratio.
pub fn ratio_in_sentence(value: f64, counts: Option<Ratio>, unit: Unit) -> String {
    number_in_sentence(&rounded_text(value, counts.filter(|_| unit.is_of_ratio()), unit), value, unit)
}

fn number_in_sentence(number: &str, value: f64, unit: Unit) -> String {
    if number == LOW {
        return format!("less than {}", with_unit(&smallest_step(unit), unit));
    }
    let capped = unit.is_share() && number == "99.9" && value_text(value, unit) == "100.0";
    let words = with_unit(number, unit);
    if capped { format!("more than {words}") } else { words }
}

/// The counts behind a figure: "3,240 of 4,000", "120 over 4,000", for a delay "390 of 400 closed". `None` for a count, and
/// where there is no value or it is withheld.
pub fn counts_words(figure: &Observation) -> Option<String> {
    let counts = figure.numerator.zip(figure.denominator).filter(|_| figure.status == Status::Value)?;
    Some(counts_in_unit(counts, figure.unit))
}

/// The same of a value in that unit that is no figure of the release.
pub fn counts_in_unit((numerator, denominator): (i64, i64), unit: Unit) -> String {
    let count = crate::vocabulary::quantity::count_text;
    let (numerator, denominator) = (count(numerator), count(denominator));
    match unit {
        unit if unit.is_share() => format!("{numerator} of {denominator}"),
        unit if unit.is_of_ratio() => format!("{numerator} over {denominator}"),
        _ => format!("{numerator} of {denominator} closed"),
    }
}

/// That a figure rests on few cases, as sentences say it.
pub const FEW_CASES: &str = "few cases";

/// The same with the shorthand of low reliability, as remarks beside a figure carry it.
pub fn few_cases_marked() -> String {
    format!("{FEW_CASES} {}", Shorthand::LowReliability)
}

/// The counts behind a figure as a remark below it, with the marker where they are few: `1 of 2, few cases [u]`.
pub fn counts_remark(figure: &Observation) -> Option<String> {
    let counts = counts_words(figure)?;
    Some(if figure.has_few_cases() { format!("{counts}, {}", few_cases_marked()) } else { counts })
}

/// One side of an interval. A limit that is not exactly at an end never prints as that end.
pub fn limit_text(limit: Option<f64>, unit: Unit) -> String {
    let Some(limit) = limit else { return NO_LIMIT.to_owned() };
    let text = value_text(limit, unit);
    match text.as_str() {
        "100.0" if unit.is_share() && limit < 100.0 => "99.9".to_owned(),
        "0.0" | "0.00" if limit > 0.0 => LOW.to_owned(),
        _ => text,
    }
}

/// A limit or mean in a sentence: "81.0%", "less than 0.1%", "more than 99.9%".
pub fn limit_in_sentence(limit: f64, unit: Unit) -> String {
    match limit_text(Some(limit), unit).as_str() {
        LOW => format!("less than {}", with_unit(&smallest_step(unit), unit)),
        text @ "99.9" if value_text(limit, unit) == "100.0" => format!("more than {}", with_unit(text, unit)),
        text => with_unit(text, unit),
    }
}

/// The smallest number that the unit's decimals can show: "0.1", "1".
fn smallest_step(unit: Unit) -> String {
    value_text(0.1_f64.powi(unit.decimals().cast_signed()), unit)
}

/// The difference of two values of one metric, worked out before rounding. It says what happened, never whether it matters.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    amount: f64,
    /// The size of the amount, rounded.
    rounded: String,
    unit: Unit,
}

impl Change {
    /// A difference that was worked out elsewhere.
    pub fn of(amount: f64, unit: Unit) -> Self {
        Self { amount, rounded: value_text(amount.abs(), unit), unit }
    }

    /// A difference of ratios, rounded from their counts and not from the binary numbers nearest to them.
    pub fn of_ratios(difference: RatioDifference, unit: Unit) -> Self {
        Self { amount: difference.amount(unit), rounded: difference.text(unit), unit }
    }

    /// `None` unless both figures are values in one unit.
    pub fn between(now: &Observation, before: &Observation) -> Option<Self> {
        let (to, from) = (now.value?, before.value?);
        let values = now.status == Status::Value && before.status == Status::Value;
        // Grades are in order, but the step from one to the next has no size.
        let values = values && now.unit == before.unit && now.unit != Unit::Grade;
        let ratios = ratio_of(now).zip(ratio_of(before));
        let exact = ratios.and_then(|(now, before)| RatioDifference::of(now, before));
        let change =
            exact.map_or_else(|| Self::of(to - from, now.unit), |difference| Self::of_ratios(difference, now.unit));
        values.then_some(change)
    }

    /// The difference, unrounded.
    pub fn amount(&self) -> f64 {
        self.amount
    }

    /// The unit of the two values.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Whether the two values are equal before rounding.
    pub fn is_none(&self) -> bool {
        self.amount == 0.0
    }

    /// "2.3 percentage points", "less than 0.1 percentage points", "3 hours".
    pub fn size_words(&self) -> String {
        let rounded = self.rounded.clone();
        let is_zero = rounded.chars().all(|c| matches!(c, '0' | '.'));
        let (number, less) =
            if is_zero && !self.is_none() { (smallest_step(self.unit), "less than ") } else { (rounded, "") };
        match self.unit {
            Unit::Percent => format!("{less}{number} percentage points"),
            unit => format!("{less}{}", with_unit(&number, unit)),
        }
    }

    /// The change under a heading that carries its unit: "+2.3", "−1.1", "less than +0.1", "0".
    pub fn signed_text(&self) -> String {
        let words = self.size_words();
        let (less, rest) = words.strip_prefix("less than ").map_or(("", words.as_str()), |rest| ("less than ", rest));
        let number = rest.split(' ').next().unwrap_or(rest);
        match self.amount {
            a if a > 0.0 => format!("{less}+{number}"),
            a if a < 0.0 => format!("{less}\u{2212}{number}"),
            _ => "0".to_owned(),
        }
    }

    /// "2.3 percentage points higher", "3 hours lower", "no difference".
    pub fn side_words(&self) -> String {
        match self.amount {
            a if a > 0.0 => format!("{} higher", self.size_words()),
            a if a < 0.0 => format!("{} lower", self.size_words()),
            _ => "no difference".to_owned(),
        }
    }

    /// "rose by 2.3 percentage points", "fell by 3 hours", "did not change".
    pub fn verb_words(&self) -> String {
        match self.amount {
            a if a > 0.0 => format!("rose by {}", self.size_words()),
            a if a < 0.0 => format!("fell by {}", self.size_words()),
            _ => "did not change".to_owned(),
        }
    }
}

/// The counts of a value that is one over the other.
fn ratio_of(figure: &Observation) -> Option<Ratio> {
    let counts = figure.numerator.zip(figure.denominator).filter(|_| figure.unit.is_of_ratio());
    counts.map(|(numerator, denominator)| Ratio { numerator, denominator })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn values_keep_their_ends_honest() {
        let mut figure = sample::percent(99_999, 100_000);
        assert_eq!(value_cell(&figure), "99.9");
        assert_eq!(value_in_sentence(&figure).unwrap(), "more than 99.9%");
        figure = sample::percent(1, 100_000);
        assert_eq!(value_cell(&figure), "[low]");
        assert_eq!(value_in_sentence(&figure).unwrap(), "less than 0.1%");
        assert_eq!(limit_text(Some(99.99), Unit::Percent), "99.9");
        assert_eq!(limit_in_sentence(99.9991, Unit::Percent), "more than 99.9%");
        assert_eq!(limit_in_sentence(99.9, Unit::Percent), "99.9%");
        assert_eq!(limit_in_sentence(100.0, Unit::Percent), "100.0%");
        assert_eq!(limit_text(None, Unit::Hours), "no limit");
        assert_eq!(with_unit("1", Unit::Hours), "1 hour");
    }

    #[test]
    fn a_few_are_named_and_more_are_counted() {
        let names = |number: usize| (0..number).map(|at| format!("F{at}")).collect::<Vec<_>>();
        assert_eq!(names_or_number(&names(2), "forces"), "F0 and F1");
        assert_eq!(names_or_number(&names(6), "forces"), "six forces");
        assert_eq!(joined_sentences(["It rose.", "It is high."].map(str::to_owned)).unwrap(), "It rose. It is high.");
        assert_eq!(joined_sentences([]), None);
    }

    #[test]
    fn changes_are_worked_out_before_rounding() {
        let words =
            |x1, n1, x2, n2| Change::between(&sample::percent(x1, n1), &sample::percent(x2, n2)).unwrap().verb_words();
        assert_eq!(words(810, 1000, 787, 1000), "rose by 2.3 percentage points");
        assert_eq!(words(8101, 10_000, 8100, 10_000), "rose by less than 0.1 percentage points");
        assert_eq!(words(1, 3, 2, 6), "did not change");
        // Exact halves: 50.15 and 50.05 less 50 are 0.15 and 0.05, which binary numbers fall short of.
        assert_eq!(words(1003, 2000, 1, 2), "rose by 0.2 percentage points");
        assert_eq!(words(1001, 2000, 1, 2), "rose by 0.1 percentage points");
        assert_eq!(words(1, 2, 1001, 2000), "fell by 0.1 percentage points");
        let mut withheld = sample::percent(1, 2);
        withheld.status = Status::Suppressed;
        assert!(Change::between(&withheld, &sample::percent(1, 2)).is_none());
    }
}
