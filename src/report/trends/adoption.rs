//! In which order organisations moved from one system to the other: the month in which each of them passed the share from
//! which it counts as moved. Worked out from counts, in whole numbers.

use crate::definitions::model::Metric;
use crate::report::charts::MigrationStage;
use crate::report::facts::Facts;
use crate::report::trends::figures;
use crate::vocabulary::body::name_key;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Status;

/// From this share of its transactions on, in per cent, an organisation counts as moved. No source says when a move is
/// complete; nine in ten is a convention of ours.
pub const MOVED_FROM: i64 = 90;
/// From this share on, an organisation is half way.
const HALF_FROM: i64 = 50;
/// From this share on, an organisation has begun.
const BEGUN_FROM: i64 = 10;

/// The way of one organisation.
#[derive(Debug)]
pub struct Adoption<'a> {
    pub code: &'a BodyId,
    /// One for each month; `None` where the release has none.
    pub figures: Vec<Option<&'a Observation>>,
    pub moved: MoveMonth,
}

/// When an organisation had moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoveMonth {
    /// It had moved in the first month of which there is a figure: in this month or before.
    By(usize),
    /// It passed the share in this month, and an earlier month had a smaller share.
    In(usize),
    NotYet,
}

impl MoveMonth {
    /// From the figures of the months in order.
    fn of(figures: &[Option<&Observation>]) -> Self {
        let mut told = figures.iter().enumerate().filter(|(_, figure)| figure.is_some_and(is_told));
        let Some((first, figure)) = told.next() else { return Self::NotYet };
        if figure.is_some_and(|figure| reaches(figure, MOVED_FROM)) {
            return Self::By(first);
        }
        let passed = told.find(|(_, figure)| figure.is_some_and(|figure| reaches(figure, MOVED_FROM)));
        passed.map_or(Self::NotYet, |(at, _)| Self::In(at))
    }

    /// The place of the month.
    pub fn at(self) -> Option<usize> {
        match self {
            Self::By(at) | Self::In(at) => Some(at),
            Self::NotYet => None,
        }
    }
}

impl Adoption<'_> {
    /// How far the organisation was in each month.
    pub fn stages(&self) -> Vec<MigrationStage> {
        self.figures.iter().copied().map(stage).collect()
    }

    /// The last month's figure.
    pub fn now(&self) -> Option<&Observation> {
        self.figures.last().copied().flatten()
    }
}

/// The organisations that have a figure in some month and still exist, in the order in which they moved: by month, then by the
/// share now, the largest first, then by name.
pub fn adoptions<'a>(facts: &Facts<'a>, metric: &Metric, months: &[Period]) -> Vec<Adoption<'a>> {
    let of = |code: &&'a BodyId| {
        let figures = figures(facts, metric, code, months);
        Adoption { code, moved: MoveMonth::of(&figures), figures }
    };
    let mut all: Vec<Adoption<'a>> = facts.codes(metric).iter().map(of).collect();
    let has_ended = |code: &BodyId| months.last().is_some_and(|last| facts.release.lives.is_outside(code, last.first));
    all.retain(|one| one.figures.iter().flatten().any(|figure| is_told(figure)) && !has_ended(one.code));
    let share = |one: &Adoption<'_>| one.now().filter(|now| is_told(now)).and_then(|now| now.value).unwrap_or(-1.0);
    all.sort_by(|a, b| {
        let by_month = (a.moved.at().is_none(), a.moved.at()).cmp(&(b.moved.at().is_none(), b.moved.at()));
        by_month.then_with(|| share(b).total_cmp(&share(a))).then_with(|| {
            let key = |one: &Adoption<'_>| (name_key(&facts.name(one.code)), one.code.clone());
            key(a).cmp(&key(b))
        })
    });
    all
}

/// Whether a figure says how far an organisation is. A share of few cases does not.
fn is_told(figure: &Observation) -> bool {
    figure.status == Status::Value && figure.denominator.is_some_and(|cases| cases > 0) && !figure.has_few_cases()
}

/// Whether the share is so many per cent or more, before rounding.
fn reaches(figure: &Observation, per_cent: i64) -> bool {
    let counts = figure.numerator.zip(figure.denominator);
    counts.is_some_and(|(part, whole)| i128::from(part) * 100 >= i128::from(whole) * i128::from(per_cent))
}

/// How far a share is.
pub fn stage(figure: Option<&Observation>) -> MigrationStage {
    match figure.filter(|figure| is_told(figure)) {
        None => MigrationStage::Unknown,
        Some(figure) if reaches(figure, MOVED_FROM) => MigrationStage::Done,
        Some(figure) if reaches(figure, HALF_FROM) => MigrationStage::Half,
        Some(figure) if reaches(figure, BEGUN_FROM) => MigrationStage::Begun,
        Some(_) => MigrationStage::NotBegun,
    }
}

/// The first month in which a share reached so many per cent, and whether it is the first month of which there is a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passing {
    pub at: usize,
    pub from_the_start: bool,
}

/// When a series reached a share; `None` while it has not.
pub fn passing(figures: &[Option<&Observation>], per_cent: i64) -> Option<Passing> {
    let mut told = figures.iter().enumerate().filter(|(_, figure)| figure.is_some_and(is_told));
    let (first, figure) = told.next()?;
    if figure.is_some_and(|figure| reaches(figure, per_cent)) {
        return Some(Passing { at: first, from_the_start: true });
    }
    let (at, _) = told.find(|(_, figure)| figure.is_some_and(|figure| reaches(figure, per_cent)))?;
    Some(Passing { at, from_the_start: false })
}

#[cfg(test)]
mod tests {
    use MigrationStage::{Begun, Done, Half, NotBegun};

    use super::*;
    use crate::report::sample;

    fn shares(numerators: &[Option<i64>]) -> Vec<Option<Observation>> {
        numerators.iter().map(|part| part.map(|part| sample::percent(part, 1_000))).collect()
    }

    fn moved(numerators: &[Option<i64>]) -> MoveMonth {
        let figures = shares(numerators);
        MoveMonth::of(&figures.iter().map(Option::as_ref).collect::<Vec<_>>())
    }

    #[test]
    fn an_organisation_has_moved_in_the_first_month_of_nine_in_ten() {
        assert_eq!(moved(&[Some(100), Some(899), Some(900), Some(950)]), MoveMonth::In(2));
        // 89.95% rounds to 90.0% and is less.
        let almost = [sample::percent(100, 1_000), sample::percent(8_995, 10_000)];
        assert_eq!(MoveMonth::of(&almost.iter().map(Some).collect::<Vec<_>>()), MoveMonth::NotYet);
        assert_eq!(moved(&[Some(0), Some(0)]), MoveMonth::NotYet);
        assert_eq!(moved(&[]), MoveMonth::NotYet);
    }

    #[test]
    fn who_had_moved_before_the_series_begins_is_said_so() {
        assert_eq!(moved(&[Some(990), Some(1_000)]), MoveMonth::By(0));
        // Nothing is known of the first month.
        assert_eq!(moved(&[None, Some(990)]), MoveMonth::By(1));
        assert_eq!(moved(&[None, Some(100), None, Some(990)]), MoveMonth::In(3));
        // A share that falls again has been passed all the same.
        assert_eq!(moved(&[Some(100), Some(910), Some(880)]), MoveMonth::In(1));
    }

    #[test]
    fn few_cases_say_nothing_of_a_move() {
        let few = sample::percent(9, 9);
        assert_eq!(stage(Some(&few)), MigrationStage::Unknown);
        assert_eq!(MoveMonth::of(&[Some(&few)]), MoveMonth::NotYet);
        let stages = [0, 99, 100, 499, 500, 899, 900, 1_000];
        let found = stages.map(|part| stage(Some(&sample::percent(part, 1_000))));
        assert_eq!(found, [NotBegun, NotBegun, Begun, Begun, Half, Half, Done, Done]);
    }

    #[test]
    fn a_series_passes_a_share_once() {
        let figures = shares(&[Some(530), Some(760), Some(740), Some(920)]);
        let figures: Vec<Option<&Observation>> = figures.iter().map(Option::as_ref).collect();
        assert_eq!(passing(&figures, 50), Some(Passing { at: 0, from_the_start: true }));
        assert_eq!(passing(&figures, 75), Some(Passing { at: 1, from_the_start: false }));
        assert_eq!(passing(&figures, 90), Some(Passing { at: 3, from_the_start: false }));
        assert_eq!(passing(&figures, 95), None);
    }
}
