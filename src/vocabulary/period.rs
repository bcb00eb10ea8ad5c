//! Months and review periods: parsing, arithmetic, and the words a report uses for them.
//! Calendar only: it knows no data, no clock and no file.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::London;
use serde::{Deserialize, Serialize};

/// A text that is not a period, with the forms that are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a period; write 2025-04 (month), 2025-26Q1 (financial quarter), 2025Q2 (calendar quarter), \
     2025-26 (financial year), 2025 (calendar year) or 12m-to-2025-06 (rolling 12 months)"
)]
pub struct PeriodError(pub String);

/// A calendar month in Europe/London, counted from year 0 so that arithmetic is integer arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month `month` (1 to 12) of `year`; `None` outside that range or outside years 1900 to 2200.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let month0 = i32::try_from(month).ok()?.checked_sub(1)?;
        ((0..12).contains(&month0) && (1900..=2200).contains(&year)).then_some(Self(year * 12 + month0))
    }

    /// The month that holds `date`.
    pub fn of(date: NaiveDate) -> Self {
        Self(date.year() * 12 + date.month0().cast_signed())
    }

    /// Calendar year.
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Month of the year, 1 to 12.
    pub fn number(self) -> u32 {
        self.0.rem_euclid(12).cast_unsigned() + 1
    }

    /// The month `n` months later (earlier when negative).
    #[must_use]
    pub fn plus(self, n: i32) -> Self {
        Self(self.0 + n)
    }

    /// Number of months from `earlier` to this one.
    pub fn months_since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// First day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.number(), 1).unwrap_or(NaiveDate::MIN)
    }

    /// Last day.
    pub fn last_day(self) -> NaiveDate {
        self.plus(1).first_day() - Days::new(1)
    }

    /// The instant at which this month begins in London, in UTC.
    pub fn start_utc(self) -> DateTime<Utc> {
        london_midnight(self.first_day())
    }

    /// Name and year, such as "April 2025".
    pub fn words(self) -> String {
        format!("{} {}", self.name(), self.year())
    }

    /// English name, such as "April".
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        NAMES.get(self.number() as usize - 1).copied().unwrap_or("")
    }
}

/// Midnight at the start of `date` in London, as a UTC instant. London changes its clocks at 01:00 UTC, so midnight exists once.
pub fn london_midnight(date: NaiveDate) -> DateTime<Utc> {
    let naive = date.and_time(chrono::NaiveTime::MIN);
    London.from_local_datetime(&naive).earliest().map_or_else(|| naive.and_utc(), |t| t.with_timezone(&Utc))
}

/// The London calendar date of a UTC instant.
pub fn london_date(instant: NaiveDateTime) -> NaiveDate {
    let offset = London.offset_from_utc_datetime(&instant).fix();
    (instant + offset).date()
}

/// A time in London in words, such as "15 May 2026, 01:30 BST".
pub fn london_moment(instant: DateTime<Utc>) -> String {
    instant.with_timezone(&London).format("%-d %B %Y, %H:%M %Z").to_string()
}

/// The instants of a year at which the clocks of London change.
pub fn clock_changes(year: i32) -> Vec<DateTime<Utc>> {
    let Some(first) = NaiveDate::from_ymd_opt(year, 1, 1) else { return Vec::new() };
    let begins = first.and_time(chrono::NaiveTime::MIN).and_utc();
    let offset = |at: DateTime<Utc>| London.offset_from_utc_datetime(&at.naive_utc()).fix();
    let hours = (1..).map(|hour| begins + TimeDelta::hours(hour)).take_while(|at| at.year() == year);
    hours.filter(|at| offset(*at) != offset(*at - TimeDelta::hours(1))).collect()
}

/// Whole months from the end of `month` to `day`: 0 until a month has passed, negative before the month's last day.
pub fn whole_months_after(month: Month, day: NaiveDate) -> i32 {
    Month::of(day + Days::new(1)).months_since(month) - 1
}

/// The same day of the month `months` earlier, and no later than its end; the last day of a month stays a last day.
pub fn months_earlier(day: NaiveDate, months: u32) -> NaiveDate {
    let back = Month::of(day).plus(0_i32.saturating_sub_unsigned(months));
    let is_last = Month::of(day).last_day() == day;
    let same = back.first_day() + Days::new(u64::from(day.day0()));
    if is_last { back.last_day() } else { same.min(back.last_day()) }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl FromStr for Month {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let parse = || {
            let (year, month) = text.split_once('-')?;
            (month.len() == 2).then(|| Self::new(year_of(year)?, digits(month)?))?
        };
        parse().ok_or_else(|| PeriodError(text.to_owned()))
    }
}

/// The six kinds of review period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodType {
    Month,
    FyQuarter,
    CalQuarter,
    FinancialYear,
    CalendarYear,
    #[serde(rename = "rolling_12m")]
    Rolling12m,
}

impl PeriodType {
    /// All kinds, shortest first.
    pub const ALL: [Self; 6] =
        [Self::Month, Self::FyQuarter, Self::CalQuarter, Self::FinancialYear, Self::CalendarYear, Self::Rolling12m];

    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::FyQuarter => "fy_quarter",
            Self::CalQuarter => "cal_quarter",
            Self::FinancialYear => "financial_year",
            Self::CalendarYear => "calendar_year",
            Self::Rolling12m => "rolling_12m",
        }
    }

    /// The name in sentences.
    pub fn words(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::FyQuarter => "quarter of the financial year",
            Self::CalQuarter => "quarter of the calendar year",
            Self::FinancialYear => "financial year",
            Self::CalendarYear => "calendar year",
            Self::Rolling12m => "rolling 12 months",
        }
    }

    /// An example of how to write one.
    pub fn example(self) -> &'static str {
        match self {
            Self::Month => "2025-04",
            Self::FyQuarter => "2025-26Q1",
            Self::CalQuarter => "2025Q2",
            Self::FinancialYear => "2025-26",
            Self::CalendarYear => "2025",
            Self::Rolling12m => "12m-to-2025-06",
        }
    }

    /// Length in months.
    pub fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::FyQuarter | Self::CalQuarter => 3,
            Self::FinancialYear | Self::CalendarYear | Self::Rolling12m => 12,
        }
    }

    /// Months from one period of a trend to the next. Rolling years move by a quarter: neighbours share nine months.
    pub fn step(self) -> i32 {
        match self {
            Self::Rolling12m => 3,
            other => other.months(),
        }
    }
}

/// A review period: a kind and its first month. Written and parsed as in [`PeriodType::example`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub kind: PeriodType,
    pub first: Month,
}

impl Period {
    /// The period of `kind` that holds `month` (for a rolling year: that ends with it).
    pub fn holding(kind: PeriodType, month: Month) -> Self {
        let back = match kind {
            PeriodType::Month => 0,
            PeriodType::FyQuarter | PeriodType::CalQuarter => (month.number().cast_signed() - 1) % 3,
            PeriodType::FinancialYear => (month.number().cast_signed() + 8) % 12,
            PeriodType::CalendarYear => month.number().cast_signed() - 1,
            PeriodType::Rolling12m => 11,
        };
        Self { kind, first: month.plus(-back) }
    }

    /// Last month.
    pub fn last(self) -> Month {
        self.first.plus(self.kind.months() - 1)
    }

    /// All months, in order.
    pub fn months(self) -> impl Iterator<Item = Month> {
        (0..self.kind.months()).map(move |n| self.first.plus(n))
    }

    /// First day.
    pub fn start(self) -> NaiveDate {
        self.first.first_day()
    }

    /// Last day.
    pub fn end(self) -> NaiveDate {
        self.last().last_day()
    }

    /// Whether every month from `first` to `last` lies inside.
    pub fn covers(self, first: Month, last: Month) -> bool {
        self.first <= first && last <= self.last()
    }

    /// The period `n` steps of a trend later (earlier when negative).
    #[must_use]
    pub fn step(self, n: i32) -> Self {
        Self { first: self.first.plus(n * self.kind.step()), ..self }
    }

    /// The same months a year earlier.
    #[must_use]
    pub fn year_before(self) -> Self {
        Self { first: self.first.plus(-12), ..self }
    }

    /// The `n` periods of a trend that end with this one, oldest first.
    pub fn trend(self, n: i32) -> Vec<Self> {
        (0..n).map(|i| self.step(i + 1 - n)).collect()
    }

    /// The period in full words, such as "April to June 2025".
    pub fn words(self) -> String {
        let (first, last) = (self.first, self.last());
        match self.kind {
            PeriodType::Month => format!("{} {}", first.name(), first.year()),
            PeriodType::CalendarYear => format!("{}", first.year()),
            PeriodType::FinancialYear => format!("financial year April {} to March {}", first.year(), last.year()),
            PeriodType::Rolling12m => format!("year ending {} {} (rolling)", last.name(), last.year()),
            PeriodType::FyQuarter | PeriodType::CalQuarter => {
                format!("{} to {} {}", first.name(), last.name(), last.year())
            }
        }
    }

    /// Words with the short name beside them, such as "April to June 2025 (2025/26 Q1)".
    pub fn words_with_short_name(self) -> String {
        match self.kind {
            PeriodType::FyQuarter => {
                let (year, quarter) = fy_quarter_of(self.first);
                format!("{} ({}/{:02} Q{})", self.words(), year, (year + 1) % 100, quarter)
            }
            _ => self.words(),
        }
    }
}

/// Financial year (its first calendar year) and quarter 1 to 4 of a month.
fn fy_quarter_of(month: Month) -> (i32, u32) {
    let from_april = (month.number() + 8) % 12;
    let year = if month.number() >= 4 { month.year() } else { month.year() - 1 };
    (year, from_april / 3 + 1)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            PeriodType::Month => write!(f, "{}", self.first),
            PeriodType::FyQuarter => {
                let (year, quarter) = fy_quarter_of(self.first);
                write!(f, "{year:04}-{:02}Q{quarter}", (year + 1) % 100)
            }
            PeriodType::CalQuarter => write!(f, "{:04}Q{}", self.first.year(), (self.first.number() - 1) / 3 + 1),
            PeriodType::FinancialYear => {
                let next = (self.first.year() + 1) % 100;
                let prefix = if (1..=12).contains(&next) { "FY" } else { "" };
                write!(f, "{prefix}{:04}-{next:02}", self.first.year())
            }
            PeriodType::CalendarYear => write!(f, "{:04}", self.first.year()),
            PeriodType::Rolling12m => write!(f, "12m-to-{}", self.last()),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    /// Reads the six written forms. The two digits of a financial year must follow its first year, so `2025-26` is one.
    /// `2011-12` could be both and is the month; the financial year is then written `FY2011-12`.
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        parse_period(text).ok_or_else(|| PeriodError(text.to_owned()))
    }
}

/// What is said of a text such as `2002-03`, which is read as a month and could be meant as a financial year; `None` of every
/// other text.
pub fn ambiguity(text: &str) -> Option<String> {
    let (month, year) = (text.parse::<Month>().ok()?, parse_financial_year(text)?);
    Some(format!("{text} was read as {}; the {} is written {year}", month.words(), year.words()))
}

fn parse_period(text: &str) -> Option<Period> {
    if let Some(month) = text.strip_prefix("12m-to-") {
        return Some(Period::holding(PeriodType::Rolling12m, month.parse().ok()?));
    }
    if let Some(years) = text.strip_prefix("FY") {
        return parse_financial_year(years);
    }
    if let Some((years, quarter)) = text.split_once('Q') {
        return parse_quarter(years, quarter);
    }
    if let Ok(month) = text.parse::<Month>() {
        return Some(Period { kind: PeriodType::Month, first: month });
    }
    parse_financial_year(text)
        .or_else(|| Some(Period { kind: PeriodType::CalendarYear, first: Month::new(year_of(text)?, 1)? }))
}

fn parse_quarter(years: &str, quarter: &str) -> Option<Period> {
    let index = match quarter {
        "1" => 0,
        "2" => 3,
        "3" => 6,
        "4" => 9,
        _ => return None,
    };
    if let Some(year) = year_of(years) {
        return Some(Period { kind: PeriodType::CalQuarter, first: Month::new(year, 1)?.plus(index) });
    }
    let year = parse_financial_year(years)?;
    Some(Period { kind: PeriodType::FyQuarter, first: year.first.plus(index) })
}

fn parse_financial_year(text: &str) -> Option<Period> {
    let (year, next) = text.split_once('-')?;
    let year = year_of(year)?;
    let follows = next.len() == 2 && digits(next)? == (year + 1).rem_euclid(100).cast_unsigned();
    (follows).then_some(Period { kind: PeriodType::FinancialYear, first: Month::new(year, 4)? })
}

fn year_of(text: &str) -> Option<i32> {
    (text.len() == 4).then(|| digits(text))?.and_then(|year| i32::try_from(year).ok())
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Every month that any period touches, oldest first.
pub fn months_of(periods: &[Period]) -> Vec<Month> {
    let mut months: Vec<Month> = periods.iter().flat_map(|period| period.months()).collect();
    months.sort_unstable();
    months.dedup();
    months
}

macro_rules! serde_as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
serde_as_text!(Month);
serde_as_text!(Period);
