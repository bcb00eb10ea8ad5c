//! The second opinion on one figure: which months it may use, and what it then is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::calendar::months_earlier;
use super::nation::Nation;
use super::percentile::{Reading, of_closed_cases, with_open_cases};
use super::recipes::{RECIPES, Recipe, Shape, Span, shape_of};
use super::sums::{HEADLINE, Place, Sums};
use super::{access, amendment, audit, creation, retention, returns, security, sharing, training, validity};

/// Why there is a number, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Value,
    NotApplicable,
    CannotTell,
    /// Not returned, or not all of it.
    Absent,
}

/// A figure as it should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    pub status: Status,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    pub value: Option<f64>,
}

const ABSENT: Figure = Figure { status: Status::Absent, numerator: None, denominator: None, value: None };

/// All that is needed to say what a figure should be.
#[derive(Debug)]
pub struct Opinion {
    sums: Sums,
    /// By metric: the months of each organisation that may be used.
    usable: BTreeMap<&'static str, BTreeMap<String, BTreeSet<NaiveDate>>>,
    regions: BTreeMap<String, String>,
}

impl Opinion {
    pub fn of(nation: &Nation, months: &[NaiveDate]) -> Self {
        let mut sums = Sums::default();
        creation::count(nation, months, &mut sums);
        amendment::count(nation, &mut sums);
        validity::count(nation, &mut sums);
        returns::count(nation, months, &mut sums);
        access::count(nation, &mut sums);
        sharing::count(nation, months, &mut sums);
        retention::count(nation, &mut sums);
        security::count(nation, &mut sums);
        audit::count(nation, months, &mut sums);
        training::count(nation, &mut sums);
        let regions = nation.organisations.iter().map(|found| (found.code.clone(), found.region.clone()));
        let usable = RECIPES.iter().map(|recipe| (recipe.id, usable(nation, recipe, months, &sums)));
        Self { usable: usable.collect(), regions: regions.collect(), sums }
    }

    /// Figures that were added up, by metric and category.
    pub fn figures(&self) -> BTreeSet<(&str, &str)> {
        self.sums.counts.keys().map(|(metric, category)| (metric.as_str(), category.as_str())).collect()
    }

    /// Organisations that an organisation's code or an aggregate's stands for.
    fn members(&self, recipe: &Recipe, code: &str) -> Vec<&String> {
        let belongs = |org: &String| match code.strip_prefix("REGION:") {
            Some(region) => self.regions.get(org).is_some_and(|of| of == region),
            None => code == "NATIONAL" || code == org,
        };
        self.usable[recipe.id].keys().filter(|org| belongs(org)).collect()
    }

    /// Organisation-months that the figure of a period may use. One organisation needs all of them.
    fn places(&self, recipe: &Recipe, code: &str, period: &[NaiveDate]) -> Vec<Place> {
        let months = match recipe.span {
            Span::Flow => period,
            Span::Stock => &period[period.len() - 1..],
        };
        let mut places = Vec::new();
        for org in self.members(recipe, code) {
            let usable = &self.usable[recipe.id][org];
            places.extend(months.iter().filter(|month| usable.contains(month)).map(|month| (org.clone(), *month)));
        }
        if self.usable[recipe.id].contains_key(code) && places.len() < months.len() {
            places.clear();
        }
        places
    }

    /// Whether there should be a figure, or a reason why it cannot be worked out although all was returned.
    pub fn is_due(&self, recipe: &Recipe, code: &str, period: &[NaiveDate]) -> bool {
        let due = !self.places(recipe, code, period).is_empty();
        due && (!recipe.datasets.is_empty() || self.figure(recipe, HEADLINE, code, period).status == Status::Value)
    }

    pub fn figure(&self, recipe: &Recipe, category: &str, code: &str, period: &[NaiveDate]) -> Figure {
        let places = self.places(recipe, code, period);
        if places.is_empty() {
            return ABSENT;
        }
        match shape_of(recipe, category) {
            Shape::Grade => self.grade(category, &places),
            Shape::Delay { percent, cap } => self.delay(recipe, category, &places, (percent, cap)),
            shape => self.counted(recipe, category, &places, shape),
        }
    }

    fn counted(&self, recipe: &Recipe, category: &str, places: &[Place], shape: Shape) -> Figure {
        let found = self.sums.counts.get(&(recipe.id.to_owned(), category.to_owned()));
        let parts = places.iter().filter_map(|place| found?.get(place));
        let (up, down) = parts.fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        let numerator = Some(up);
        match shape {
            Shape::Count => Figure { status: Status::Value, numerator, denominator: None, value: Some(float(up)) },
            _ if down == 0 => Figure { status: Status::NotApplicable, numerator, denominator: Some(0), value: None },
            _ => {
                let value = Some(float(up) / float(down));
                Figure { status: Status::Value, numerator, denominator: Some(down), value }
            }
        }
    }

    fn delay(&self, recipe: &Recipe, category: &str, places: &[Place], (percent, cap): (u8, i64)) -> Figure {
        let found = self.sums.delays.get(recipe.id);
        let cases: Vec<_> = places.iter().filter_map(|place| found?.get(place)).flatten().copied().collect();
        let reading = match category {
            "percentile_of_closed_cases" => of_closed_cases(&cases, percent, cap),
            _ => with_open_cases(&cases, percent, cap),
        };
        let count = |of: usize| i64::try_from(of).ok();
        let (status, value) = match reading {
            Reading::Value(value) => (Status::Value, Some(value)),
            Reading::CannotTell => (Status::CannotTell, None),
            Reading::NoCases => (Status::NotApplicable, None),
        };
        let numerator = count(cases.iter().filter(|case| case.1).count());
        Figure { status, numerator, denominator: count(cases.len()), value }
    }

    fn grade(&self, category: &str, places: &[Place]) -> Figure {
        let grades: Vec<i64> = places.iter().filter_map(|place| self.sums.grades.get(place)).copied().collect();
        let number = match (category, grades.as_slice()) {
            (HEADLINE, [grade]) => Some(*grade),
            (HEADLINE, _) => None,
            (key, all) => {
                let level = ["poor", "fair", "good", "excellent"].iter().position(|name| *name == key);
                let level = i64::try_from(level.unwrap() + 1).unwrap();
                i64::try_from(all.iter().filter(|grade| **grade == level).count()).ok()
            }
        };
        let status = if number.is_some() { Status::Value } else { Status::NotApplicable };
        Figure { status, numerator: number, denominator: None, value: number.map(float) }
    }
}

/// A month may be used when every dataset was returned for it, and for the earlier months that it needs.
fn usable(
    nation: &Nation,
    recipe: &Recipe,
    months: &[NaiveDate],
    sums: &Sums,
) -> BTreeMap<String, BTreeSet<NaiveDate>> {
    let returned = |org: &str, month: NaiveDate| {
        let needs = recipe.needs(month);
        let needed = (0..=needs.earlier).map(|earlier| months_earlier(month, earlier)).collect::<Vec<_>>();
        needs.datasets.iter().all(|dataset| needed.iter().all(|month| nation.has(dataset, org, *month)))
    };
    let of = |org: String| {
        let usable = months.iter().copied().filter(|month| returned(&org, *month)).collect();
        (org, usable)
    };
    // Figures about the returns concern whoever had to make one or made one.
    let concerned = |org: &String| {
        let mut figures = sums.counts.iter().filter(|((metric, _), _)| metric == recipe.id);
        !recipe.datasets.is_empty() || figures.any(|(_, places)| places.keys().any(|place| place.0 == *org))
    };
    nation.bodies().into_iter().filter(concerned).map(of).collect()
}

pub fn float(number: i64) -> f64 {
    f64::from(i32::try_from(number).unwrap())
}
