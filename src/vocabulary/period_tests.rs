//! Tests of months and periods: writing, reading, words, clock changes, leap days.

use chrono::{NaiveDate, TimeZone as _, Utc};

use crate::vocabulary::period::{
    Month, Period, PeriodType, ambiguity, london_date, london_midnight, months_earlier, whole_months_after,
};

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_month_that_could_be_a_financial_year_is_said_to_be_read_as_a_month() {
    let said = "2002-03 was read as March 2002; the financial year April 2002 to March 2003 is written FY2002-03";
    assert_eq!(ambiguity("2002-03").as_deref(), Some(said));
    for clear in ["2002-04", "2025-26", "FY2002-03", "2002", "2012-13", "2002-03Q1", "12m-to-2002-03", "March"] {
        assert_eq!(ambiguity(clear), None, "{clear}");
    }
}

#[test]
fn each_kind_is_read_with_its_days_and_words() {
    let cases = [
        ("2025-04", "2025-04-01", "2025-04-30", "April 2025"),
        ("2025-26Q1", "2025-04-01", "2025-06-30", "April to June 2025"),
        ("2025-26Q4", "2026-01-01", "2026-03-31", "January to March 2026"),
        ("2025Q2", "2025-04-01", "2025-06-30", "April to June 2025"),
        ("2025-26", "2025-04-01", "2026-03-31", "financial year April 2025 to March 2026"),
        ("2025", "2025-01-01", "2025-12-31", "2025"),
        ("12m-to-2025-06", "2024-07-01", "2025-06-30", "year ending June 2025 (rolling)"),
        ("1999-00", "1999-04-01", "2000-03-31", "financial year April 1999 to March 2000"),
    ];
    for (text, start, end, words) in cases {
        let read = period(text);
        assert_eq!((read.start(), read.end()), (day(start), day(end)), "{text}");
        assert_eq!((read.words().as_str(), read.to_string().as_str()), (words, text));
    }
    assert_eq!(period("2025-26Q1").words_with_short_name(), "April to June 2025 (2025/26 Q1)");
}

#[test]
fn what_is_not_a_period_is_refused() {
    for text in [
        "",
        "2025-13",
        "2025-00",
        "2025-27",
        "2025Q5",
        "2025-26Q0",
        "25-04",
        "2025-4",
        "12m-to-2025",
        "1899",
        "２０２５",
    ] {
        assert!(text.parse::<Period>().is_err(), "{text}");
    }
}

#[test]
fn a_year_like_2011_12_is_the_month_and_its_financial_year_has_a_prefix() {
    assert_eq!(period("2011-12").kind, PeriodType::Month);
    assert_eq!(period("FY2011-12").start(), day("2011-04-01"));
    assert_eq!(period("FY2011-12").to_string(), "FY2011-12");
    assert_eq!(period("FY2025-26"), period("2025-26"));
}

#[test]
fn every_period_of_two_centuries_reads_back_as_it_is_written_and_holds_its_months() {
    for n in 0..12 * 299 {
        let month = Month::new(1901, 1).unwrap().plus(n);
        for kind in PeriodType::ALL {
            let held = Period::holding(kind, month);
            assert_eq!(period(&held.to_string()), held);
            assert!(held.covers(month, month));
            assert_eq!(held.months().count(), usize::try_from(kind.months()).unwrap());
        }
    }
}

#[test]
fn a_trend_ends_with_its_period_and_has_no_gaps() {
    let trend: Vec<String> = period("2025-26Q1").trend(3).iter().map(ToString::to_string).collect();
    assert_eq!(trend, ["2024-25Q3", "2024-25Q4", "2025-26Q1"]);
    let rolling: Vec<String> = period("12m-to-2025-06").trend(2).iter().map(ToString::to_string).collect();
    assert_eq!(rolling, ["12m-to-2025-03", "12m-to-2025-06"]);
}

#[test]
fn midnight_in_london_is_one_hour_earlier_in_utc_in_summer() {
    for year in 2016..2036 {
        for (month, hour) in [(1, 0), (4, 23), (10, 23), (11, 0)] {
            let start = Month::new(year, month).unwrap().start_utc();
            assert_eq!(start.format("%H").to_string(), format!("{hour:02}"), "{year}-{month}");
            assert_eq!(london_date(start.naive_utc()), Month::new(year, month).unwrap().first_day());
        }
    }
    // The days on which the clocks changed in 2025 have 23 and 25 hours.
    let hours = |date: &str| (london_midnight(day(date).succ_opt().unwrap()) - london_midnight(day(date))).num_hours();
    assert_eq!((hours("2025-03-30"), hours("2025-10-26"), hours("2025-06-01")), (23, 25, 24));
    let instant = Utc.with_ymd_and_hms(2025, 3, 31, 23, 30, 0).unwrap();
    assert_eq!(london_date(instant.naive_utc()), day("2025-04-01"));
}

#[test]
fn months_have_their_last_days() {
    let last = |text: &str| text.parse::<Month>().unwrap().last_day();
    assert_eq!(
        (last("2024-02"), last("2025-02"), last("2025-12")),
        (day("2024-02-29"), day("2025-02-28"), day("2025-12-31"))
    );
}

#[test]
fn whole_months_are_counted_from_the_end_of_a_month_to_the_same_day_of_a_later_one() {
    let after = |month: &str, date: &str| whole_months_after(month.parse().unwrap(), day(date));
    assert_eq!((after("2025-04", "2025-04-29"), after("2025-04", "2025-04-30")), (-1, 0));
    assert_eq!((after("2025-04", "2025-05-30"), after("2025-04", "2025-05-31")), (0, 1));
    assert_eq!((after("2025-04", "2025-06-29"), after("2024-12", "2025-02-28")), (1, 2));
    assert_eq!(months_earlier(day("2025-07-15"), 2), day("2025-05-15"));
    assert_eq!(months_earlier(day("2025-03-30"), 1), day("2025-02-28"), "no later than its end");
    assert_eq!(months_earlier(day("2025-02-28"), 2), day("2024-12-31"), "a last day stays a last day");
    for (month, as_of) in [("2024-11", "2025-07-15"), ("2024-11", "2025-06-30"), ("2025-01", "2025-05-31")] {
        // One month less is one lag less, down to the day that lies within a month of the event month's end.
        let lag = after(month, as_of);
        let first = months_earlier(day(as_of), lag.unsigned_abs());
        assert_eq!(after(month, &first.to_string()), 0, "{month} {as_of}");
    }
}
