//! The nation of a plan, and one submission: one dataset of one body for one month, as sent on one day.
//! It says who sends what, where it lies and which stream of chance fills it; it fills nothing.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::accounts::Roster;
use super::character::Character;
use super::draw::Draw;
use super::faults::{Faults, State};
use super::member::Member;
use super::moments::DAY_US;
use super::organisations::{Sender, load_bodies};
use super::{Dataset, NationPlan, SynthError};
use crate::vocabulary::period::Month;
use crate::vocabulary::sender_code::SenderCode;

/// Everything that the files of a plan are made from.
#[derive(Debug)]
pub struct Nation {
    pub plan: NationPlan,
    pub faults: Faults,
    /// The bodies of the table, then the stream without an organisation.
    pub members: Vec<Member>,
    total_weight: f64,
    police_weight: f64,
}

impl Nation {
    /// The nation of `plan`.
    pub fn new(plan: &NationPlan) -> Result<Self, SynthError> {
        let mut bodies = load_bodies()?;
        let total_weight: f64 = bodies.iter().map(|body| body.weight).sum();
        let police_weight = bodies.iter().filter(|body| body.is_police()).map(|body| body.weight).sum();
        bodies.push(Sender::unattributed(total_weight));
        let mut members = Vec::with_capacity(bodies.len());
        let mut first_user = 1;
        for (index, body) in bodies.into_iter().enumerate() {
            let character = Character::new(plan.seed, &body.code);
            let roster = Roster::new(plan, &body.code, first_user, body.weight / total_weight);
            first_user += roster.accounts_by(plan.to);
            members.push(Member { body, character, roster, number: index + 1 });
        }
        Ok(Self { plan: *plan, faults: Faults::new(plan), members, total_weight, police_weight })
    }

    /// Share of a member in the volumes that all bodies have.
    pub fn share(&self, member: &Member) -> f64 {
        member.body.weight / self.total_weight
    }

    /// Share of a member in the volumes that only police bodies have.
    pub fn police_share(&self, member: &Member) -> f64 {
        member.body.weight / self.police_weight
    }

    /// Every submission: month by month, then by body.
    pub fn submissions(&self) -> Vec<Sending<'_>> {
        let mut all = Vec::new();
        for month in self.plan.months() {
            for member in &self.members {
                let sent = |dataset: &Dataset| member.submits(*dataset) && dataset.is_sent_for(month);
                for dataset in Dataset::ALL.into_iter().filter(sent) {
                    let sent = self.faults.submissions(dataset, &member.body, month);
                    let with = |(submitted, state)| Sending { nation: self, dataset, member, month, submitted, state };
                    all.extend(sent.into_iter().map(with));
                }
            }
        }
        all
    }
}

/// One dataset of one body for one month, as sent on one day.
#[derive(Debug)]
pub struct Sending<'n> {
    pub nation: &'n Nation,
    pub dataset: Dataset,
    pub member: &'n Member,
    pub month: Month,
    pub submitted: NaiveDate,
    pub state: State,
}

impl Sending<'_> {
    /// The organisation's code.
    pub fn code(&self) -> &SenderCode {
        &self.member.body.code
    }

    /// The stream of chance of this dataset, body and month; the same for a resubmission, so that records keep their
    /// identity.
    pub fn draw(&self) -> Draw {
        self.draw_of(self.month)
    }

    /// The stream of chance of this dataset and body for another month, whose cases may still be listed in this one.
    pub fn draw_of(&self, month: Month) -> Draw {
        self.draw_for(self.dataset, month)
    }

    /// The stream of chance of another dataset of this body, whose records this one lists too.
    pub fn draw_for(&self, dataset: Dataset, month: Month) -> Draw {
        Draw::new(self.nation.plan.seed, &[dataset.as_str(), self.code(), &month.to_string()])
    }

    /// The file.
    pub fn path(&self, out: &Path) -> PathBuf {
        out.join(self.dataset.as_str())
            .join(format!("submitted={}", self.submitted))
            .join(format!("org={}", self.code()))
            .join(format!("period={}", self.month))
            .join("data.parquet")
    }

    /// Midnight UTC at the start of the submitted day, in microseconds: nothing recorded from then on is known.
    pub fn known_until(&self) -> i64 {
        i64::from(self.submitted.to_epoch_days()) * DAY_US
    }

    /// First and last day of the month, as days since 1970-01-01.
    pub fn days(&self) -> (i32, i32) {
        (self.month.first_day().to_epoch_days(), self.month.last_day().to_epoch_days())
    }

    /// What the sender knows of an instant: nothing when it lies at or after the submitted day.
    pub fn known_instant(&self, instant: Option<i64>) -> Option<i64> {
        instant.filter(|at| *at < self.known_until())
    }

    /// What the sender knows of a day (since 1970-01-01).
    pub fn known_day(&self, day: Option<i32>) -> Option<i32> {
        day.filter(|day| *day < self.submitted.to_epoch_days())
    }

    /// Whether the events of the turning month have happened by this month.
    pub fn after_turning(&self) -> bool {
        self.month >= self.nation.faults.turning
    }

    /// A reference that only this body gives out, unique over all months: `SYN-AS-07-2504-000012`.
    pub fn reference(&self, prefix: &str, number: u64) -> String {
        self.reference_of(self.month, prefix, number)
    }

    /// The reference of a case that began in `month`.
    pub fn reference_of(&self, month: Month, prefix: &str, number: u64) -> String {
        let (year, month) = (month.year() % 100, month.number());
        format!("SYN-{prefix}-{:02}-{year:02}{month:02}-{number:06}", self.member.number)
    }
}

/// Which records of a submission are left out or written twice, by its state.
#[derive(Debug)]
pub struct RecordSelection {
    state: State,
    draw: Draw,
    seen: u64,
}

impl RecordSelection {
    /// The selection for a submission.
    pub fn new(submission: &Sending<'_>) -> Self {
        let month = submission.month.to_string();
        let words = ["selection", submission.dataset.as_str(), submission.code(), month.as_str()];
        Self { state: submission.state, draw: Draw::new(submission.nation.plan.seed, &words), seen: 0 }
    }

    /// How often the next record is written.
    pub fn copies(&mut self) -> u32 {
        self.seen += 1;
        match self.state {
            State::Partial => u32::from(self.draw.chance(0.7)),
            State::RepeatedKeys if self.seen <= 3 => 2,
            _ => 1,
        }
    }

    /// Whether the record that was just counted shall break a rule of severity warning.
    pub fn is_implausible(&self) -> bool {
        self.state == State::Implausible && self.seen <= 3
    }
}
