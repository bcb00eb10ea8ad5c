//! Values of the command line that are refused in plain words.

use chrono::{Datelike as _, NaiveDate};

use crate::vocabulary::period::Month;

/// A day as it is written everywhere.
pub(super) fn parse_day(text: &str) -> Result<NaiveDate, String> {
    let day = text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text);
    day.filter(|day| Month::new(day.year(), day.month()).is_some())
        .ok_or_else(|| format!("“{text}” is not a day; write it as year-month-day, such as 2025-07-31"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_form() {
        assert_eq!(parse_day("2025-07-31").unwrap().to_string(), "2025-07-31");
        for wrong in ["31/07/2025", "2025-7-31", "+2025-07-31", " 2025-07-31", "2025-02-30", "9999-12-31", "today"] {
            let message = format!("“{wrong}” is not a day; write it as year-month-day, such as 2025-07-31");
            assert_eq!(parse_day(wrong).unwrap_err(), message);
        }
    }
}
