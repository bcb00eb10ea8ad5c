//! Dataset `incidents`: breaches of data protection and misuse of the systems, from awareness to closure.
//! What had not yet happened on the submitted day is not known. All shares are inventions.

use super::SynthError;
use super::character::Character;
use super::draw::{Draw, days, whole};
use super::lives::{at_most, each_case};
use super::moments::{DAY_US, HOUR_US};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("incident_ref", ColumnType::Text, Need::Required),
    ("aware_at", ColumnType::Time, Need::Required),
    ("notifiable", ColumnType::Flag, Need::Required),
    ("ico_notified_at", ColumnType::Time, Need::Optional),
    ("category", ColumnType::Text, Need::Required),
    ("closed_on", ColumnType::Date, Need::Optional),
    ("outcome", ColumnType::Text, Need::Optional),
];

/// Incidents of the nation in a year at scale 1: four times the 420 a year that forces named as data protection cases
/// from 2009 to 2013, because mistakes, losses and misuse without a breach are here too.
const PER_YEAR: f64 = 1_700.0;
/// Every incident is closed after so many months, and before so many days.
const LONGEST_MONTHS: i32 = 24;
const LONGEST_DAYS: f64 = 720.0;
/// Hours from awareness within which the ICO is to be told.
const TELL_HOURS: i64 = 72;
const MINUTE_US: i64 = HOUR_US / 60;

/// A category with the chance that the ICO has to be told, and median days to closure.
struct IncidentCategory {
    name: &'static str,
    notifiable: f64,
    median_days: f64,
    misuse: bool,
}

const fn category(name: &'static str, notifiable: f64, median_days: f64, misuse: bool) -> IncidentCategory {
    IncidentCategory { name, notifiable, median_days, misuse }
}

static ERROR: IncidentCategory = category("error", 0.20, 20.0, false);
static LOSS: IncidentCategory = category("loss", 0.30, 25.0, false);
static UNAUTHORISED_ACCESS: IncidentCategory = category("unauthorised_access", 0.35, 110.0, true);
static UNAUTHORISED_DISCLOSURE: IncidentCategory = category("unauthorised_disclosure", 0.60, 150.0, true);
static OTHER_MISUSE: IncidentCategory = category("other_misuse", 0.0, 60.0, true);

/// Writes the incidents of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (nation, member) = (submission.nation, submission.member);
    let character = &member.character;
    let per_year = PER_YEAR * nation.plan.record_scale() * nation.share(member) * character.incidents;
    let (first, _) = submission.days();
    each_case(submission, LONGEST_MONTHS, per_year, |begun, draw| {
        let kinds =
            [(&LOSS, 0.09), (&UNAUTHORISED_ACCESS, 0.36), (&UNAUTHORISED_DISCLOSURE, 0.14), (&OTHER_MISUSE, 0.08)];
        let category = draw.choose(&kinds, &ERROR);
        let aware = i64::from(begun.day) * DAY_US + whole(draw.between(8.0, 18.0) * 60.0) * MINUTE_US;
        let notifiable = draw.chance(category.notifiable);
        let told = told_at(aware, character, draw).filter(|_| notifiable);
        let open = at_most(LONGEST_DAYS, draw.log_normal(category.median_days, 0.8), draw);
        let closed = begun.day + days(open);
        let outcome = category.misuse.then(|| outcome(draw));
        if begun.month < submission.month && closed < first {
            return Ok(());
        }
        let closed = submission.known_day(Some(closed));
        rows.text(submission.code().as_str());
        rows.text(submission.reference_of(begun.month, "IN", begun.number).as_str());
        rows.time(aware);
        rows.flag(notifiable);
        rows.time(submission.known_instant(told));
        rows.text(category.name);
        rows.date(closed);
        rows.text(outcome.filter(|_| closed.is_some()));
        rows.end_row()
    })
}

/// Most are told in time, some on the last moment, others late; one in forty never.
fn told_at(aware: i64, character: &Character, draw: &mut Draw) -> Option<i64> {
    let hours = draw.between(1.0, 71.0);
    let late = draw.exponential(150.0);
    let in_time = draw.chance(character.told_in_time);
    let last_moment = draw.chance(0.05);
    (!draw.chance(0.025)).then(|| match (in_time, last_moment) {
        (true, true) => aware + TELL_HOURS * HOUR_US,
        (true, false) => aware + whole(hours * 60.0) * MINUTE_US,
        (false, _) => aware + TELL_HOURS * HOUR_US + (1 + whole(late * 60.0)) * MINUTE_US,
    })
}

fn outcome(draw: &mut Draw) -> &'static str {
    draw.choose(&[("warning", 0.36), ("resigned_or_dismissed", 0.17), ("criminal", 0.09)], "no_action")
}
