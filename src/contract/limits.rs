//! The limits of dates and numbers that hold for every dataset, whatever its contract says: what a calendar and a count
//! can be, and that nothing has happened that lies after the day of submission.

use chrono::{Days, NaiveDate};

use super::days_since_epoch;
use crate::definitions::model::FieldType;
use crate::sources::Submission;
use crate::vocabulary::period::london_midnight;

/// First and last year of any date. What lies outside stands for something else, such as “no end”.
pub(super) const YEARS: [i32; 2] = [1900, 2200];

/// No number that a force counts comes near it.
pub(super) const LARGEST_NUMBER: i64 = 1_000_000_000_000;

/// Most that the numbers of one column may add up to in one submission, in millions. Ninety thousand such submissions add
/// up in 64 bits.
pub(super) const MOST_IN_TOTAL_MILLIONS: i64 = 100_000_000;

/// An hour in microseconds.
const HOUR: i64 = 3_600_000_000;

/// What the least and greatest value of a column are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnLimits {
    /// The submission's months.
    Period,
    /// The years in which anything is dated.
    Calendar,
    /// The same until the end of the day of submission, in London.
    Past,
    /// The size of any number.
    Number,
}

/// First and last value allowed: days for dates, microseconds for timestamps, numbers for integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowed {
    pub first: i64,
    pub last: i64,
}

impl ColumnLimits {
    /// The values that a submission may hold.
    pub fn allowed(self, submission: &Submission, field_type: FieldType) -> Allowed {
        let days = |first, last| between(first, last, field_type);
        match (self, &submission.scope) {
            (Self::Number, _) => Allowed { first: -LARGEST_NUMBER, last: LARGEST_NUMBER },
            (Self::Calendar, _) => days(first_day(), last_day()),
            (Self::Past, _) => days(first_day(), submission.submitted),
            (Self::Period, Some(scope)) => days(scope.span.first.first_day(), scope.span.last.last_day()),
            (Self::Period, None) => Allowed { first: i64::MIN, last: i64::MAX },
        }
    }

    /// A condition in SQL that is true on every value outside the limits, and on few others; `None` where the limits of a
    /// submission do not follow from the columns of its path.
    pub fn screening_condition(self, column: &str, field_type: FieldType) -> Option<String> {
        let Allowed { first, last } = match self {
            Self::Number => Allowed { first: -LARGEST_NUMBER, last: LARGEST_NUMBER },
            Self::Calendar | Self::Past => between(first_day(), last_day(), field_type),
            Self::Period => return None,
        };
        let last = match (self, field_type) {
            (Self::Past, FieldType::Date) => "CAST(submitted AS INT)".to_owned(),
            // In summer the day of submission ends in London an hour before it ends by universal time.
            (Self::Past, _) => format!("(CAST(CAST(submitted AS INT) AS BIGINT) * 24 + 23) * {HOUR} - 1"),
            _ => last.to_string(),
        };
        Some(format!("CAST({column} AS {}) NOT BETWEEN {first} AND {last}", number_type(field_type)))
    }
}

/// The type in SQL of the numbers that values are held against their limits as.
pub(super) fn number_type(field_type: FieldType) -> &'static str {
    if field_type == FieldType::Date { "INT" } else { "BIGINT" }
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(YEARS[0], 1, 1).unwrap_or_default()
}

fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(YEARS[1], 12, 31).unwrap_or_default()
}

/// The days from `first` to `last` by the calendar in London.
fn between(first: NaiveDate, last: NaiveDate, field_type: FieldType) -> Allowed {
    if field_type == FieldType::Date {
        return Allowed { first: i64::from(days_since_epoch(first)), last: i64::from(days_since_epoch(last)) };
    }
    let after = london_midnight(last + Days::new(1)).timestamp_micros();
    Allowed { first: london_midnight(first).timestamp_micros(), last: after - 1 }
}
