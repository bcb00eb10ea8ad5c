//! Dataset `outages`: interruptions of PNC and LEDS, as the body that runs them reports them.
//! Planned work has its nights; the rest comes by chance. Some are reported twice or reach into the next month.

use chrono::{Datelike, Days};

use super::SynthError;
use super::draw::{Draw, whole};
use super::moments::{DAY_US, HOUR_US, clock_change};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;
use crate::vocabulary::period::Month;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("outage_ref", ColumnType::Text, Need::Required),
    ("system", ColumnType::Text, Need::Required),
    ("started_at", ColumnType::Time, Need::Required),
    ("ended_at", ColumnType::Time, Need::Optional),
    ("planned", ColumnType::Flag, Need::Required),
];

/// Each system with the letters of its references and its failures in a month.
const SYSTEMS: [(&str, &str, f64); 2] = [("PNC", "OP", 0.9), ("LEDS", "OL", 1.8)];
/// Minutes: median and longest failure.
const FAILURE_MINUTES: (f64, f64) = (38.0, 2_400.0);
const SECOND_US: i64 = 1_000_000;

struct Outage {
    started: i64,
    ended: i64,
    planned: bool,
}

impl Outage {
    fn of_minutes(started: i64, minutes: f64, planned: bool) -> Self {
        Self { started, ended: started + whole(minutes) * 60 * SECOND_US, planned }
    }
}

/// Writes the outages of a submission: those that began in its month, and those of the month before that reach into it.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let start = submission.month.start_utc().timestamp_micros();
    for month in [submission.month.plus(-1), submission.month] {
        for (system, letters, failures) in SYSTEMS {
            for (number, outage) in (1..).zip(begun_in(submission, month, system, failures)) {
                if outage.ended <= start {
                    continue;
                }
                rows.text(submission.code().as_str());
                rows.text(submission.reference_of(month, letters, number).as_str());
                rows.text(system);
                rows.time(outage.started);
                rows.time(submission.known_instant(Some(outage.ended)));
                rows.flag(outage.planned);
                rows.end_row()?;
            }
        }
    }
    Ok(())
}

fn begun_in(submission: &Sending<'_>, month: Month, system: &str, failures: f64) -> Vec<Outage> {
    let mut draw = Draw::new(submission.nation.plan.seed, &["outages", system, &month.to_string()]);
    let mut outages = planned_in(month, system, &mut draw);
    let (first, next) = (month.start_utc().timestamp_micros(), month.plus(1).start_utc().timestamp_micros());
    for _ in 0..draw.poisson(failures) {
        let seconds = draw.below(((next - first) / SECOND_US).cast_unsigned()).cast_signed();
        let started = first + seconds * SECOND_US;
        let minutes = draw.log_normal(FAILURE_MINUTES.0, 1.1).clamp(1.0, FAILURE_MINUTES.1);
        outages.push(Outage::of_minutes(started, minutes, false));
        if draw.chance(0.15) {
            // The same failure again, as another team saw it.
            let later = whole(minutes * draw.between(0.1, 0.9)) * 60 * SECOND_US;
            let again = (started + later).min(next - SECOND_US);
            outages.push(Outage::of_minutes(again, minutes, false));
        }
    }
    outages.sort_by_key(|outage| outage.started);
    outages
}

/// Work on the second Sunday of the month, over the hour of a clock change, and on LEDS over the end of a quarter.
fn planned_in(month: Month, system: &str, draw: &mut Draw) -> Vec<Outage> {
    let first = month.first_day();
    let sunday = first + Days::new(u64::from((7 - first.weekday().num_days_from_sunday()) % 7 + 7));
    let night = i64::from(sunday.to_epoch_days()) * DAY_US + 2 * HOUR_US;
    let mut outages = vec![Outage::of_minutes(night, draw.between(45.0, 180.0), true)];
    if let Some(change) = clock_change(month) {
        outages.push(Outage::of_minutes(change - HOUR_US / 2, 90.0, true));
    }
    if system == "LEDS" && month.number().is_multiple_of(3) {
        let end = month.plus(1).start_utc().timestamp_micros();
        outages.push(Outage::of_minutes(end - HOUR_US, draw.between(90.0, 240.0), true));
    }
    outages
}
