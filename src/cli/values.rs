//! Values of the command line that are refused in plain words.

use chrono::{Datelike as _, NaiveDate};

use crate::render::charts::PictureFormat;
use crate::vocabulary::period::Month;

/// A day as it is written everywhere.
pub(super) fn parse_day(text: &str) -> Result<NaiveDate, String> {
    let day = text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text);
    day.filter(|day| Month::new(day.year(), day.month()).is_some())
        .ok_or_else(|| format!("“{text}” is not a day; write it as year-month-day, such as 2025-07-31"))
}

/// A kind of file for charts that this build of the program can write.
pub(super) fn parse_picture_format(text: &str) -> Result<PictureFormat, String> {
    let named = PictureFormat::NAMES.iter().find(|(name, _)| *name == text).map(|(_, format)| *format);
    match named {
        Some(PictureFormat::Png) if cfg!(not(feature = "png")) => {
            Err("this program was built without pictures of pixels; build it with --features png, or write svg"
                .to_owned())
        }
        Some(format) => Ok(format),
        None => Err(format!("“{text}” is no kind of file for charts; write svg or png, or both with a comma between")),
    }
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
    fn a_kind_of_file_is_one_that_can_be_written() {
        assert_eq!(parse_picture_format("svg"), Ok(PictureFormat::Svg));
        let png = parse_picture_format("png");
        assert_eq!(png.is_ok(), cfg!(feature = "png"));
        assert!(parse_picture_format("gif").unwrap_err().contains("“gif” is no kind of file for charts"));
    }
}
