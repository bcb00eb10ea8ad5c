//! Cases that outlive a month: each is drawn once, from the month in which it begins, and is the same in every return
//! that lists it. It draws how many begin and when; what becomes of them is for each dataset to tell. Nothing is stored.

use super::SynthError;
use super::draw::Draw;
use super::moments::{Rhythm, expected};
use super::submission::Sending;
use crate::vocabulary::period::Month;

/// A case at its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beginning {
    pub month: Month,
    /// Among the cases of the body that began in the month, from 1.
    pub number: u64,
    /// Days since 1970-01-01.
    pub day: i32,
}

/// Visits every case that began in the submission's month or in the `months` before it, of `per_year` in a year.
/// The stream that `visit` gets is the case's own: it is the same in every return, however much of it is used.
pub fn each_case(
    submission: &Sending<'_>,
    months: i32,
    per_year: f64,
    mut visit: impl FnMut(Beginning, &mut Draw) -> Result<(), SynthError>,
) -> Result<(), SynthError> {
    for back in (0..=months).rev() {
        let month = submission.month.plus(-back);
        let mut draw = submission.draw_of(month);
        let (base, begun) = (draw.bits(), draw.poisson(expected(per_year, Rhythm::Office, month)));
        for number in 1..=begun {
            let mut life = Draw::numbered(base, number);
            let day = a_day_of(month, &mut life);
            visit(Beginning { month, number, day }, &mut life)?;
        }
    }
    Ok(())
}

/// A day of the month; fewer things begin at the weekend.
pub fn a_day_of(month: Month, draw: &mut Draw) -> i32 {
    let (first, last) = (month.first_day().to_epoch_days(), month.last_day().to_epoch_days());
    let mut any = || first + i32::try_from(draw.below(u64::from((last - first + 1).unsigned_abs()))).unwrap_or(0);
    let (day, another) = (any(), any());
    // 1970-01-01 was a Thursday, so Saturdays and Sundays are the days with remainders 2 and 3.
    if matches!(day.rem_euclid(7), 2 | 3) { another } else { day }
}

/// `drawn` days, or an even number below `most` where that is too long to be looked for in later months.
pub fn at_most(most: f64, drawn: f64, draw: &mut Draw) -> f64 {
    let instead = draw.between(0.75 * most, most);
    if drawn > most { instead } else { drawn }
}
