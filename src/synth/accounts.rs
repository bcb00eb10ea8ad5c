//! User accounts that live from month to month: when each was opened, trained, used, left and closed.
//! An account is a function of its number, so any month can be told without the months before it; nothing is stored.

use chrono::{Days, Months, NaiveDate};

use super::NationPlan;
use super::character::Character;
use super::draw::{Draw, count, days, float};
use crate::vocabulary::period::Month;
use crate::vocabulary::sender_code::SenderCode;

/// Accounts of the nation at scale 1.
const NATIONAL_ACCOUNTS: f64 = 140_000.0;
/// New accounts a year, and leavers, as shares of all accounts.
const TURNOVER: f64 = 0.08;
/// Smallest roster.
const FEWEST: u64 = 5;
/// A closed account stays in the returns for so many months after its closure.
const SHOWN_AFTER_CLOSURE: u32 = 12;

/// The accounts of one body over all months of a plan.
#[derive(Debug, Clone)]
pub struct Roster {
    base: u64,
    first_user: u64,
    initial: u64,
    from: Month,
}

/// One account; everything that will ever happen to it. Days since 1970-01-01.
#[derive(Debug, Clone)]
pub struct Account {
    number: u64,
    base: u64,
    pub user: u64,
    pub role: &'static str,
    pub access_level: &'static str,
    pub entitled_level: Option<&'static str>,
    pub created: i32,
    pub first_access: Option<i32>,
    pub left: i32,
    pub moved: Option<i32>,
    pub closed: i32,
    pub trained: Option<i32>,
    pub national_course: Option<bool>,
    /// Chance of a login in any one month.
    habit: f64,
    refreshed: f64,
}

impl Roster {
    /// The roster of the body `code` with `share` of the national accounts; users are numbered from `first_user`.
    pub fn new(plan: &NationPlan, code: &SenderCode, first_user: u64, share: f64) -> Self {
        let initial = count(NATIONAL_ACCOUNTS * share * plan.record_scale()).max(FEWEST);
        Self { base: Draw::new(plan.seed, &["accounts", code]).bits(), first_user, initial, from: plan.from }
    }

    /// Accounts opened by the end of `month`, closed ones included.
    pub fn accounts_by(&self, month: Month) -> u64 {
        let months = f64::from(month.months_since(self.from) + 1);
        self.initial + count((float(self.initial) * TURNOVER / 12.0 * months).floor())
    }

    /// Accounts that a return for `month` lists: opened by its end, not closed long before.
    pub fn listed(&self, month: Month, character: &Character) -> impl Iterator<Item = Account> {
        let horizon = month.last_day().checked_sub_months(Months::new(SHOWN_AFTER_CLOSURE));
        let horizon = horizon.map_or(i32::MIN, |day| day.to_epoch_days());
        let shown = move |account: &Account| account.closed > horizon;
        (0..self.accounts_by(month)).map(|number| self.account(number, character)).filter(shown)
    }

    /// Users who worked with the system in `month`, as references; all users of the roster when nobody did.
    pub fn users_in(&self, month: Month, character: &Character) -> Vec<String> {
        let start = month.first_day().to_epoch_days();
        let ready = |account: &Account| account.first_access.is_some_and(|day| day <= start) && account.works_in(month);
        let accounts = || (0..self.accounts_by(month)).map(|number| self.account(number, character));
        let users: Vec<String> = accounts().filter(ready).map(|account| account.reference()).collect();
        if users.is_empty() { accounts().map(|account| account.reference()).collect() } else { users }
    }

    fn opened_on(&self, number: u64, draw: &mut Draw) -> i32 {
        let start = self.from.first_day().to_epoch_days();
        if number < self.initial {
            return start - 1 - days(draw.between(0.0, 12.0 * 365.0));
        }
        let monthly = float(self.initial) * TURNOVER / 12.0;
        let months = (float(number - self.initial + 1) / monthly).ceil() - 1.0;
        let month = self.from.plus(days(months));
        month.first_day().to_epoch_days() + days(draw.between(0.0, 27.0))
    }

    fn account(&self, number: u64, character: &Character) -> Account {
        let mut draw = Draw::numbered(self.base, number);
        let draw = &mut draw;
        let created = self.opened_on(number, draw);
        let role = draw.choose(&[("staff", 0.30), ("partner", 0.04)], "officer");
        let access_level = draw.choose(&[("update", 0.30), ("full", 0.08)], "view");
        let first_access = (!draw.chance(0.03)).then(|| created + days(draw.exponential(9.0)));
        let (left, closed) = self.leaving(created, character, draw);
        let first_access = first_access.filter(|day| *day < left);
        let asleep = draw.chance(character.dormant);
        Account {
            number,
            base: self.base,
            user: self.first_user + number,
            role,
            access_level,
            entitled_level: entitled(access_level, character, draw),
            created,
            first_access,
            left,
            moved: draw.chance(0.04).then(|| created + 30 + days(draw.between(0.0, 2500.0))),
            closed,
            trained: trained(created, first_access, character, draw),
            national_course: (!draw.chance(0.04)).then(|| draw.chance(0.93)),
            habit: if asleep { 0.03 } else { draw.between(0.80, 1.0) },
            refreshed: character.refreshed,
        }
    }

    /// The day of leaving, at the rate of the turnover from the plan's start on, and the day of closure after it.
    fn leaving(&self, created: i32, character: &Character, draw: &mut Draw) -> (i32, i32) {
        let start = created.max(self.from.first_day().to_epoch_days());
        let left = start + 1 + days(draw.exponential(365.25 / TURNOVER));
        let prompt = draw.chance(character.prompt_closure);
        let lag = if prompt { draw.between(0.0, 7.0) } else { 8.0 + draw.exponential(75.0) };
        (left, left + days(lag))
    }
}

fn entitled(level: &'static str, character: &Character, draw: &mut Draw) -> Option<&'static str> {
    if draw.chance(0.03) {
        return None;
    }
    if draw.chance(character.level_matches) {
        return Some(level);
    }
    Some(if level == "view" { "update" } else { "view" })
}

fn trained(created: i32, first_access: Option<i32>, character: &Character, draw: &mut Draw) -> Option<i32> {
    if draw.chance(character.trained_first) {
        return Some(created - days(draw.exponential(20.0)));
    }
    // Late training, or none at all.
    draw.chance(0.7).then(|| first_access.unwrap_or(created) + 1 + days(draw.exponential(60.0)))
}

impl Account {
    /// The opaque reference of its user.
    pub fn reference(&self) -> String {
        format!("syn-u-{:06}", self.user)
    }

    /// The last login by the end of `month`, if there ever was one.
    pub fn last_login(&self, month: Month) -> Option<i32> {
        let first = self.first_access?;
        if first > month.last_day().to_epoch_days() {
            return None;
        }
        let oldest = Month::of(NaiveDate::from_epoch_days(first)?);
        let mut at = month;
        while at > oldest {
            if self.works_in(at) {
                return Some(self.last_day_in(at).max(first));
            }
            at = at.plus(-1);
        }
        Some(first)
    }

    /// Whether its user logs in during `month`: not before the first access and not after leaving.
    fn works_in(&self, month: Month) -> bool {
        let gone = self.left < month.last_day().to_epoch_days();
        !gone && self.monthly(month).unit() < self.habit
    }

    /// Day of the last login in a month with one: mostly in its last days.
    fn last_day_in(&self, month: Month) -> i32 {
        let mut draw = self.monthly(month);
        let back = days(draw.exponential(3.0)).min(27);
        (month.last_day() - Days::new(u64::from(back.unsigned_abs()))).to_epoch_days()
    }

    fn monthly(&self, month: Month) -> Draw {
        let months = u64::from(month.year().unsigned_abs()) * 12 + u64::from(month.number());
        Draw::numbered(self.base ^ months.rotate_left(40), self.number)
    }

    /// The day on which refresher training falls due, as known at the end of `month`: every 24 months, done in time by
    /// most, never again by the rest.
    pub fn refresher_due(&self, month: Month) -> Option<i32> {
        let end = month.last_day().to_epoch_days();
        let mut draw = Draw::numbered(self.base.rotate_left(7), self.number);
        let mut due = self.trained.filter(|trained| *trained <= end)? + 730;
        while due <= end && draw.chance(self.refreshed) {
            due += 730;
        }
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster() -> (Roster, Character) {
        let from: Month = "2024-04".parse().unwrap();
        let (plan, code) = (NationPlan { from, to: from.plus(23), scale: 1.0, seed: 3 }, "X".parse().unwrap());
        (Roster::new(&plan, &code, 1, 0.01), Character::new(3, &code))
    }

    #[test]
    fn an_account_keeps_its_past() {
        let (roster, character) = roster();
        let month: Month = "2024-09".parse().unwrap();
        let later: Vec<Account> = roster.listed(month.plus(1), &character).collect();
        for account in roster.listed(month, &character) {
            let Some(same) = later.iter().find(|other| other.user == account.user) else { continue };
            assert_eq!((same.created, same.trained), (account.created, account.trained));
            assert!(same.last_login(month.plus(1)) >= account.last_login(month));
        }
        assert!(roster.accounts_by(month.plus(1)) > roster.accounts_by(month));
    }

    #[test]
    fn dates_of_an_account_are_in_order() {
        let (roster, character) = roster();
        let month: Month = "2026-03".parse().unwrap();
        for account in roster.listed(month, &character) {
            assert!(account.created <= month.last_day().to_epoch_days());
            assert!(account.first_access.is_none_or(|first| first >= account.created));
            assert!(account.closed >= account.left && account.closed > account.created);
            assert!(
                account.last_login(month) >= account.first_access.filter(|f| *f <= month.last_day().to_epoch_days())
            );
        }
    }
}
