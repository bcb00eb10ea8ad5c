//! Values of the command line that are refused in plain words.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use clap::builder::{PathBufValueParser, TypedValueParser};

use crate::place::{Place, PlaceError};
use crate::vocabulary::copy_format::CopyFormat;
use crate::vocabulary::period::Month;

/// A day as it is written everywhere.
pub(super) fn parse_day(text: &str) -> Result<NaiveDate, String> {
    let day = text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text);
    day.filter(|day| Month::new(day.year(), day.month()).is_some())
        .ok_or_else(|| format!("“{text}” is not a day; write it as year-month-day, such as 2025-07-31"))
}

/// A time as it is written in the ledger.
pub(super) fn parse_moment(text: &str) -> Result<DateTime<Utc>, String> {
    text.parse::<DateTime<Utc>>()
        .map_err(|_| format!("“{text}” is no time; write day, time and zone, such as 2026-05-15T01:30:00Z"))
}

/// A folder on a disk, or the address of one in an object store. Paths need not be text; addresses are.
pub(super) fn place() -> impl TypedValueParser<Value = Place> {
    let parse = |path: std::path::PathBuf| match path.to_str() {
        Some(text) => text.parse::<Place>(),
        None => Ok::<Place, PlaceError>(Place::Disk(path)),
    };
    PathBufValueParser::new().try_map(parse)
}

/// The word for no copies at all.
const NO_COPIES: &str = "none";

/// The kinds of copies that a run makes, with commas between, or none.
pub(super) fn parse_copies(text: &str) -> Result<BTreeSet<CopyFormat>, String> {
    if text == NO_COPIES {
        return Ok(BTreeSet::new());
    }
    let copies = text.split(',').map(|name| CopyFormat::named(name)?.available()).collect::<Result<_, _>>();
    copies.map_err(|error| format!("{error}; write one or more with commas between, or {NO_COPIES}"))
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

    #[test]
    fn copies_are_kinds_with_commas_between_or_none() {
        assert_eq!(parse_copies("svg,svg"), Ok(BTreeSet::from([CopyFormat::Svg])));
        assert_eq!(parse_copies("none"), Ok(BTreeSet::new()));
        for (wrong, part) in [("svg,gif", "gif"), ("", ""), ("svg,", ""), ("none,svg", "none"), ("svg, png", " png")] {
            let message = parse_copies(wrong).unwrap_err();
            assert!(message.starts_with(&format!("“{part}” is no kind of copy")), "{wrong}: {message}");
        }
    }
}
