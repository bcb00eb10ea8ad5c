//! Days, months and London midnights, from chrono and chrono-tz alone. A month is written as its first day.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Europe::London;

/// Microseconds of an hour.
pub const HOUR: i64 = 3_600_000_000;

pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap()
}

pub fn last_day(month: NaiveDate) -> NaiveDate {
    month.checked_add_months(Months::new(1)).unwrap().pred_opt().unwrap()
}

/// Months later; where the later month is shorter, its last day.
pub fn months_later(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap()
}

pub fn months_earlier(month: NaiveDate, months: u32) -> NaiveDate {
    month.checked_sub_months(Months::new(months)).unwrap()
}

pub fn days_later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap()
}

/// First days of the months from the first to the last, both included.
pub fn months_between(first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let all = std::iter::successors(Some(first), |month| Some(months_later(*month, 1)));
    all.take_while(|month| *month <= last).collect()
}

/// The date in London at an instant, given in microseconds since 1970 in UTC.
pub fn london_day(instant: i64) -> NaiveDate {
    DateTime::from_timestamp_micros(instant).unwrap().with_timezone(&London).date_naive()
}

/// The instant at which a day begins in London.
pub fn midnight(day: NaiveDate) -> i64 {
    London.from_local_datetime(&day.and_time(NaiveTime::MIN)).unwrap().timestamp_micros()
}

/// The month in London at an instant.
pub fn london_month(instant: i64) -> NaiveDate {
    month_of(london_day(instant))
}

#[test]
fn london_is_an_hour_ahead_in_summer() {
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    assert_eq!(midnight(day(2024, 7, 1)), midnight(day(2024, 1, 1)) + (182 * 24 - 1) * HOUR);
    assert_eq!(london_month(midnight(day(2024, 7, 1)) - 1), day(2024, 6, 1));
    assert_eq!(months_later(day(2024, 1, 31), 1), day(2024, 2, 29));
}
