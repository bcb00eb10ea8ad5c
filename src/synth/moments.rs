//! When things happen: instants and days of a London month, by the hour of the week and the season.
//! It draws how many and when; it does not know what happened.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Europe::London;

use super::SynthError;
use super::draw::{Draw, float, whole};
use crate::vocabulary::period::Month;

/// Microseconds in an hour.
pub const HOUR_US: i64 = 3_600_000_000;
/// Microseconds in a day of 24 hours.
pub const DAY_US: i64 = 24 * HOUR_US;

/// The rhythm of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// Police work round the clock, most of it in the day and evening.
    Patrol,
    /// Arrests: afternoons to midnight, Friday to Sunday above the rest.
    Arrests,
    /// Court offices: working hours, few on Saturdays, none on Sundays and the Christmas holidays.
    Courts,
    /// Offices without weekends, such as non-police bodies and request desks.
    Office,
}

impl Rhythm {
    fn weight(self, local: &DateTime<chrono_tz::Tz>) -> f64 {
        let (day, hour) = (local.weekday().num_days_from_monday(), local.hour());
        match self {
            Self::Patrol => patrol_hour(hour) * if (4..=5).contains(&day) { 1.12 } else { 1.0 },
            Self::Arrests => arrest_hour(hour) * if day >= 4 { 1.25 } else { 0.95 },
            Self::Courts if is_christmas(local.date_naive()) || !(8..19).contains(&hour) => 0.0,
            Self::Courts => match day {
                0..=4 => 1.0,
                5 => 0.15,
                _ => 0.0,
            },
            Self::Office => match day {
                0..=4 if (8..18).contains(&hour) => 1.0,
                0..=4 => 0.03,
                _ => 0.01,
            },
        }
    }

    /// Factor of the month of the year; the twelve average about one.
    fn season(self, month: Month) -> f64 {
        match (self, month.number()) {
            (Self::Patrol | Self::Arrests, 6..=8) => 1.05,
            (Self::Patrol | Self::Arrests, 1 | 2) => 0.95,
            (Self::Courts, 8) => 0.90,
            (Self::Courts | Self::Office, 12) => 0.82,
            (Self::Courts, 3 | 10) => 1.08,
            _ => 1.0,
        }
    }
}

fn patrol_hour(hour: u32) -> f64 {
    match hour {
        0..=2 => 0.75,
        3..=5 => 0.40,
        6..=8 => 0.85,
        9..=17 => 1.25,
        _ => 1.15,
    }
}

fn arrest_hour(hour: u32) -> f64 {
    match hour {
        2..=7 => 0.55,
        8..=13 => 0.95,
        14..=23 => 1.30,
        _ => 1.10,
    }
}

fn is_christmas(date: NaiveDate) -> bool {
    matches!((date.month(), date.day()), (12, 25 | 26) | (1, 1))
}

/// How many things a month holds on average, from a yearly figure.
pub fn expected(per_year: f64, rhythm: Rhythm, month: Month) -> f64 {
    per_year * f64::from(month.last_day().day()) / 365.25 * rhythm.season(month)
}

/// Visits about `mean` instants (microseconds, UTC) of the London month in rising order.
/// A month with a clock change has its 23- or 25-hour day.
pub fn each_instant(
    month: Month,
    rhythm: Rhythm,
    mean: f64,
    draw: &mut Draw,
    mut visit: impl FnMut(i64, &mut Draw) -> Result<(), SynthError>,
) -> Result<(), SynthError> {
    let hours = hours_of(month, rhythm);
    let total: f64 = hours.iter().map(|(_, weight)| weight).sum();
    for (start, weight) in hours {
        let events = draw.poisson(mean * weight / total);
        let slot = whole(3.6e9 / float(events.max(1)));
        for event in 0..events.cast_signed() {
            let within = draw.below(slot.cast_unsigned()).cast_signed();
            visit((start + event * slot + within).min(start + HOUR_US - 1), draw)?;
        }
    }
    Ok(())
}

/// The hours of a London month that have any weight: first microsecond and weight.
fn hours_of(month: Month, rhythm: Rhythm) -> Vec<(i64, f64)> {
    let (first, end) = (month.start_utc().timestamp_micros(), month.plus(1).start_utc().timestamp_micros());
    let step = usize::try_from(HOUR_US).unwrap_or(usize::MAX);
    (first..end)
        .step_by(step)
        .filter_map(|start| {
            let local = DateTime::<Utc>::from_timestamp_micros(start)?.with_timezone(&London);
            Some((start, rhythm.weight(&local)))
        })
        .filter(|(_, weight)| *weight > 0.0)
        .collect()
}

/// The London day of an instant in microseconds, as days since 1970-01-01.
pub fn london_day(instant: i64) -> i32 {
    let utc = DateTime::<Utc>::from_timestamp_micros(instant).unwrap_or_default();
    crate::vocabulary::period::london_date(utc.naive_utc()).to_epoch_days()
}

/// The instant at which the clocks change in this London month: 01:00 UTC on the last Sunday of March or October.
pub fn clock_change(month: Month) -> Option<i64> {
    matches!(month.number(), 3 | 10).then(|| {
        let last = month.last_day();
        let sunday = last - chrono::Days::new(u64::from(last.weekday().num_days_from_sunday()));
        i64::from(sunday.to_epoch_days()) * DAY_US + HOUR_US
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_lie_in_the_london_month_and_rise() {
        for text in ["2024-03", "2024-10", "2025-06"] {
            let month: Month = text.parse().unwrap();
            let mut seen: Vec<i64> = Vec::new();
            let mut draw = Draw::new(1, &[text]);
            each_instant(month, Rhythm::Patrol, 5000.0, &mut draw, |at, _| {
                seen.push(at);
                Ok(())
            })
            .unwrap();
            assert!(seen.is_sorted() && (4500..5500).contains(&seen.len()));
            assert!(seen[0] >= month.start_utc().timestamp_micros());
            assert!(*seen.last().unwrap() < month.plus(1).start_utc().timestamp_micros());
        }
    }

    #[test]
    fn clock_changes_are_those_of_the_calendar() {
        let at =
            |text: &str| clock_change(text.parse().unwrap()).map(|us| DateTime::from_timestamp_micros(us).unwrap());
        assert_eq!(at("2024-03").unwrap().to_rfc3339(), "2024-03-31T01:00:00+00:00");
        assert_eq!(at("2025-10").unwrap().to_rfc3339(), "2025-10-26T01:00:00+00:00");
        assert_eq!(at("2025-06"), None);
    }
}
