//! Dataset `transactions`: every check and update on PNC and LEDS, in the order of time.
//! The application mix is the published one of 1997-98; the rest are inventions.

use super::SynthError;
use super::character::Character;
use super::draw::{Draw, SampledValues, whole};
use super::moments::{Rhythm, each_instant, expected};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;
use crate::vocabulary::period::Month;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("occurred_at", ColumnType::Time, Need::Required),
    ("user_ref", ColumnType::Text, Need::Required),
    ("system", ColumnType::Text, Need::Required),
    ("application", ColumnType::Text, Need::Required),
    ("channel", ColumnType::Text, Need::Required),
    ("reason_code", ColumnType::Int, Need::Optional),
    ("justification_length", ColumnType::Int, Need::Optional),
    ("on_behalf_of", ColumnType::Flag, Need::Required),
    ("outcome", ColumnType::Text, Need::Required),
    ("response_ms", ColumnType::Int, Need::Optional),
];

/// Transactions of the nation in a year at scale 1: 185 million in the 12 months to October 2009.
const PER_YEAR: f64 = 185.0e6;
/// Longest justification that LEDS takes.
const LONGEST_JUSTIFICATION: i64 = 250;
/// Reason code “on behalf of another authorised agency”.
const ON_BEHALF: i64 = 8;

/// An application and what is usual in it.
#[derive(Debug, Clone, Copy)]
struct Application {
    name: &'static str,
    /// Share of all transactions, percent.
    percent: f64,
    /// Months that its move to LEDS lags behind the first applications.
    later: f64,
    /// Shares of no match, update and error; the rest are matches.
    outcomes: [(&'static str, f64); 3],
}

const fn application(name: &'static str, percent: f64, later: f64, outcomes: [f64; 3]) -> Application {
    let [no_match, update, error] = outcomes;
    Application { name, percent, later, outcomes: [("no_match", no_match), ("update", update), ("error", error)] }
}

const OTHER: Application = application("other", 5.2, 4.0, [0.30, 0.15, 0.020]);
static APPLICATIONS: [Application; 7] = [
    application("vehicles", 46.0, 0.0, [0.12, 0.02, 0.010]),
    application("names", 45.0, 1.0, [0.38, 0.11, 0.012]),
    OTHER,
    application("fingerprints", 1.5, 9.0, [0.25, 0.20, 0.020]),
    application("transaction_log", 1.1, 4.0, [0.05, 0.00, 0.005]),
    application("comparative_case_analysis", 0.8, 9.0, [0.45, 0.05, 0.015]),
    application("property", 0.4, 6.0, [0.70, 0.10, 0.015]),
];

/// What is the same for all rows of a file.
struct Habits {
    users: Vec<String>,
    /// Each application with its share on LEDS, and its share of the body's transactions.
    applications: Vec<((&'static Application, f64), f64)>,
    mobile: f64,
    reason_given: f64,
    justification: SampledValues<i64>,
    pnc_ms: SampledValues<i64>,
    leds_ms: SampledValues<i64>,
}

impl Habits {
    fn new(submission: &Sending<'_>, draw: &mut Draw) -> Self {
        let (member, month) = (submission.member, submission.month);
        let character = &member.character;
        let users = if member.is_unattributed() {
            vec!["syn-u-000000".to_owned()]
        } else {
            member.roster.users_in(month, character)
        };
        Self {
            users,
            applications: application_shares(character, month),
            mobile: mobile_share(month),
            reason_given: character.reason_given,
            justification: SampledValues::new(|| whole(draw.log_normal(28.0, 0.7)).clamp(3, LONGEST_JUSTIFICATION)),
            pnc_ms: SampledValues::new(|| whole(draw.log_normal(520.0, 0.6))),
            leds_ms: SampledValues::new(|| whole(draw.log_normal(340.0, 0.7))),
        }
    }

    /// A user; some do more of the work than others.
    fn user(&self, draw: &mut Draw) -> Option<&str> {
        let all = u64::try_from(self.users.len()).ok()?;
        let among = if draw.chance(0.5) { draw.below(all) + 1 } else { all };
        self.users.get(usize::try_from(draw.below(among)).ok()?).map(String::as_str)
    }
}

fn application_shares(character: &Character, month: Month) -> Vec<((&'static Application, f64), f64)> {
    let weight = |app: &Application| app.percent * if app.name == "vehicles" { character.vehicle_tilt } else { 1.0 };
    let total: f64 = APPLICATIONS.iter().map(weight).sum();
    let share = |app: &'static Application| ((app, character.leds_share(month, app.later)), weight(app) / total);
    APPLICATIONS.iter().map(share).collect()
}

/// Checks from hand-held devices, more every year.
fn mobile_share(month: Month) -> f64 {
    (0.34 + 0.035 * f64::from(month.year() - 2021)).clamp(0.1, 0.6)
}

/// Transactions of the submission's body in a year.
pub fn per_year(submission: &Sending<'_>) -> f64 {
    PER_YEAR * submission.nation.plan.scale * submission.nation.share(submission.member)
}

/// Writes the transactions of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let member = submission.member;
    let rhythm = if member.body.is_police() || member.is_unattributed() { Rhythm::Patrol } else { Rhythm::Office };
    let mut draw = submission.draw();
    let habits = Habits::new(submission, &mut draw);
    let mean = expected(per_year(submission), rhythm, submission.month);
    each_instant(submission.month, rhythm, mean, &mut draw, |at, draw| {
        rows.text(submission.code().as_str());
        rows.time(at);
        write_check(&habits, draw, rows);
        rows.end_row()
    })
}

fn write_check(habits: &Habits, draw: &mut Draw, rows: &mut RowFile) {
    let (application, leds_share) = draw.choose(&habits.applications, (&OTHER, 0.0));
    let leds = draw.chance(leds_share);
    let (reason, justification) = reason_of(habits, draw);
    let milliseconds = if leds { &habits.leds_ms } else { &habits.pnc_ms };
    rows.text(habits.user(draw));
    rows.text(if leds { "LEDS" } else { "PNC" });
    rows.text(application.name);
    rows.text(channel_of(application, habits, draw));
    rows.int(reason);
    rows.int(justification);
    rows.flag(reason == Some(ON_BEHALF) || draw.chance(0.04));
    rows.text(draw.choose(&application.outcomes, "match"));
    let bits = draw.bits();
    rows.int((bits >> 52 != 0).then(|| milliseconds.at(bits)));
}

/// Reason code 0 to 9 and length of the justification; one of them is missing or too short where a user was careless.
fn reason_of(habits: &Habits, draw: &mut Draw) -> (Option<i64>, Option<i64>) {
    let bits = draw.bits();
    let length = habits.justification.at(bits);
    let reason = match (bits >> 12) % 100 {
        0..=27 => 1,
        28..=39 => 2,
        40..=44 => 3,
        45..=61 => 4,
        62..=68 => 5,
        69..=83 => 6,
        84..=88 => 7,
        89..=93 => ON_BEHALF,
        94..=97 => 9,
        _ => 0,
    };
    if draw.chance(habits.reason_given) {
        return (Some(reason), Some(length));
    }
    match (bits >> 32) % 4 {
        0 => (None, Some(length)),
        1 => (Some(reason), None),
        _ => (Some(reason), Some((bits >> 40).cast_signed() % 3)),
    }
}

fn channel_of(application: &Application, habits: &Habits, draw: &mut Draw) -> &'static str {
    let interface = if application.name == "vehicles" { 0.16 } else { 0.05 };
    draw.choose(&[("interface", interface), ("mobile", habits.mobile)], "desktop")
}
