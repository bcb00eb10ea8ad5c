//! The faults planted in the synthetic nation, so that a run has something to find: who, what and when.
//! It decides which submissions exist and in what state; it writes none.

use chrono::{Days, NaiveDate};

use super::draw::Draw;
use super::member::Member;
use super::organisations::Sender;
use super::{Dataset, NationPlan};
use crate::vocabulary::period::Month;
use crate::vocabulary::sender_code::SenderCode;

/// State of one submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Whole,
    /// A first return that lacks about three rows in ten; a whole one follows.
    Partial,
    /// The file ends in the middle.
    CutOff,
    /// Some keys occur twice: a blocking violation.
    RepeatedKeys,
    /// Some rows break a rule of severity warning.
    Implausible,
}

const LATE: &str = "E23000018";
const RESUBMITS: &str = "E23000011";
const MISSING: &str = "E23000016";
const SILENT: &str = "E23000039";
const BROKEN: &str = "E23000024";
const REPEATS_KEYS: &str = "E23000032";
const IMPLAUSIBLE: &str = "E23000003";
/// The force whose arrest and summons timeliness steps up with a new system.
pub const STEPS_UP: &str = "E23000013";
/// The force that clears a backlog of court results.
pub const CLEARS_BACKLOG: &str = "E23000007";
/// The force that is given the rare dates: clock changes, month ends and leap days.
pub const RARE_DATES: &str = "E23000001";

/// Forces that state a wrong number of records: who, of which dataset, in the last month or the one before it, and how
/// many too many.
const MISSTATES: [(&str, Dataset, bool, i64); 3] = [
    ("E23000020", Dataset::ArrestSummons, true, 3),
    ("E23000029", Dataset::UserAccounts, false, -12),
    ("E23000035", Dataset::HearingMessages, true, 2),
];

const DAYS_LATE: u64 = 9;
const RESUBMITTED_AFTER: u64 = 30;

/// Months of the planted faults in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    seed: u64,
    last: Month,
    last_but_one: Month,
    /// Month in which the step and the clearance happen.
    pub turning: Month,
}

impl Faults {
    /// The faults of `plan`: near its end, where a report of the newest quarter meets them; the step in its middle.
    pub fn new(plan: &NationPlan) -> Self {
        let months = plan.to.months_since(plan.from);
        Self {
            seed: plan.seed,
            last: plan.to,
            last_but_one: plan.to.plus(-1).max(plan.from),
            turning: plan.from.plus((months + 1) / 2),
        }
    }

    /// Day on which the turning event happens.
    pub fn turning_day(&self) -> NaiveDate {
        self.turning.first_day()
    }

    /// When and in what state `body` submits `dataset` for `month`: nothing, one submission, or two.
    pub fn submissions(&self, dataset: Dataset, body: &Sender, month: Month) -> Vec<(NaiveDate, State)> {
        let usual = self.usual_date(dataset, &body.code, month);
        let records = matches!(dataset, Dataset::ArrestSummons | Dataset::CourtResults);
        match (body.code.as_str(), dataset) {
            (MISSING, _) if month == self.last_but_one => Vec::new(),
            (SILENT, Dataset::RightsRequests) => Vec::new(),
            (LATE, _) if month == self.last => {
                vec![(month.last_day() + Days::new(dataset.deadline_days() + DAYS_LATE), State::Whole)]
            }
            (RESUBMITS, _) if records && month == self.last_but_one => {
                vec![(usual, State::Partial), (usual + Days::new(RESUBMITTED_AFTER), State::Whole)]
            }
            (BROKEN, Dataset::CourtResults) if month == self.last => vec![(usual, State::CutOff)],
            (REPEATS_KEYS, Dataset::ArrestSummons) if month == self.last => vec![(usual, State::RepeatedKeys)],
            (IMPLAUSIBLE, Dataset::ArrestSummons) if month == self.last => vec![(usual, State::Implausible)],
            _ => vec![(usual, State::Whole)],
        }
    }

    /// By how much the body `code` overstates the records of its return; 0 for all but the planted totals.
    pub fn stated_too_many(&self, dataset: Dataset, code: &SenderCode, month: Month) -> i64 {
        let planted = |(body, of, in_last, _): &(&str, Dataset, bool, i64)| {
            *body == code.as_str() && *of == dataset && self.month_of(*in_last) == month
        };
        MISSTATES.into_iter().find(planted).map_or(0, |(_, _, _, off)| off)
    }

    fn month_of(&self, last: bool) -> Month {
        if last { self.last } else { self.last_but_one }
    }

    /// A day inside the deadline; a body sends its datasets together, transactions first.
    fn usual_date(&self, dataset: Dataset, code: &SenderCode, month: Month) -> NaiveDate {
        let transactions = dataset == Dataset::Transactions;
        let batch = if transactions { "transactions" } else { "other" };
        let spare = Draw::new(self.seed, &["submitted", batch, code, &month.to_string()]).below(7);
        month.last_day() + Days::new(dataset.deadline_days() - spare)
    }

    /// Every planted fault in words, for the summary and the marker file.
    pub fn words(&self, members: &[Member]) -> Vec<String> {
        let name = |code: &'static str| {
            let member = members.iter().find(|member| member.body.code.as_str() == code);
            member.map_or_else(|| code.to_owned(), |member| format!("{} ({code})", member.body.short_name))
        };
        let (last, before, day) = (self.last, self.last_but_one, self.turning_day());
        let misstated = |(code, dataset, in_last, off): (&'static str, Dataset, bool, i64)| {
            let (month, much) = (self.month_of(in_last), if off > 0 { "more" } else { "fewer" });
            let (name, dataset, off) = (name(code), dataset.as_str(), off.abs());
            format!("{name}: stated_totals for {month} names {off} records {much} than {dataset} holds")
        };
        let mut words = vec![
            format!("{}: everything for {last} is {DAYS_LATE} days late", name(LATE)),
            format!(
                "{}: arrest_summons and court_results for {before} are submitted twice, first without about three rows \
                 in ten, then whole {RESUBMITTED_AFTER} days later",
                name(RESUBMITS)
            ),
            format!("{}: nothing is submitted for {before}", name(MISSING)),
            format!("{}: rights_requests is never submitted", name(SILENT)),
            format!("{}: the court_results file for {last} is cut off in the middle", name(BROKEN)),
            format!("{}: arrest_summons for {last} repeats keys (blocking)", name(REPEATS_KEYS)),
            format!("{}: arrest_summons for {last} has records created before the event (warning)", name(IMPLAUSIBLE)),
            format!("{}: arrest and summons timeliness steps up on {day} (event system_migration)", name(STEPS_UP)),
            format!("{}: court results speed up on {day} (event backlog_clearance)", name(CLEARS_BACKLOG)),
            format!(
                "{}: arrests around each clock change, and requests received on 31 January and 29 February",
                name(RARE_DATES)
            ),
            "UNATTRIBUTED: arrest_summons, hearing_messages and transactions that name no organisation".to_owned(),
        ];
        words.extend(MISSTATES.map(misstated));
        words
    }
}
