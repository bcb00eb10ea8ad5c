//! When each organisation existed, what it was at the time, and which one came after it, as the organisations dataset says.
//! Vocabulary: it knows no return and no figure.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::Month;

/// What an organisation was from one day to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    pub organisation: Organisation,
    pub from: NaiveDate,
    /// `None` while it still holds.
    pub to: Option<NaiveDate>,
}

impl Described {
    /// Whether it holds on some day of the month.
    fn touches(&self, month: Month) -> bool {
        self.from <= month.last_day() && self.to.is_none_or(|to| month.first_day() <= to)
    }

    /// Whether it holds on the day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// The descriptions of every organisation, the earliest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lives(BTreeMap<BodyId, Vec<Described>>);

impl Lives {
    /// From the rows of the organisations dataset, in any order.
    pub fn of(rows: impl IntoIterator<Item = Described>) -> Self {
        let mut lives: BTreeMap<BodyId, Vec<Described>> = BTreeMap::new();
        for row in rows {
            lives.entry(BodyId::clone(&row.organisation.code)).or_default().push(row);
        }
        for rows in lives.values_mut() {
            rows.sort_by_key(|row| row.from);
        }
        Self(lives)
    }

    /// Of organisations that have always been what they are.
    pub fn unchanging(organisations: &[Organisation]) -> Self {
        let always = |organisation: &Organisation| Described {
            organisation: organisation.clone(),
            from: NaiveDate::MIN,
            to: None,
        };
        Self::of(organisations.iter().map(always))
    }

    /// Every description, by code and first day.
    pub fn all(&self) -> impl Iterator<Item = &Described> {
        self.0.values().flatten()
    }

    /// Codes in order.
    pub fn codes(&self) -> impl Iterator<Item = &BodyId> {
        self.0.keys()
    }

    /// The organisations as described on a day: by the description that holds then, else by the latest one.
    pub fn on(&self, day: NaiveDate) -> Vec<Organisation> {
        let best = |rows: &Vec<Described>| {
            rows.iter().max_by_key(|row| (row.holds_on(day), row.from)).map(|row| row.organisation.clone())
        };
        self.0.values().filter_map(best).collect()
    }

    /// What an organisation was in a month: on the last day of it on which it existed. `None` outside its life, and of a
    /// code that the dataset does not describe.
    pub fn in_month(&self, code: &BodyId, month: Month) -> Option<&Described> {
        self.0.get(code)?.iter().rev().find(|row| row.touches(month))
    }

    /// Whether the organisation did not exist on any day of the month. What the dataset does not describe, such as rows
    /// without an organisation, has no beginning and no end.
    pub fn is_outside(&self, code: &BodyId, month: Month) -> bool {
        self.0.contains_key(code) && self.in_month(code, month).is_none()
    }

    /// Whether the organisation exists on the day.
    pub fn exists_on(&self, code: &BodyId, day: NaiveDate) -> bool {
        self.0.get(code).is_some_and(|rows| rows.iter().any(|row| row.holds_on(day)))
    }

    /// The organisation that came after this one, if it ended and the dataset names its successor.
    pub fn successor(&self, code: &BodyId) -> Option<&BodyId> {
        self.0.get(code)?.last()?.organisation.succeeded_by.as_ref()
    }

    /// The organisation that in the end stands in the place of this one: itself where nobody came after it.
    pub fn standing<'a>(&'a self, code: &'a BodyId) -> &'a BodyId {
        let mut standing = code;
        // The dataset is refused where succession goes in a circle; the bound keeps a wrong caller from hanging.
        for _ in 0..self.0.len() {
            match self.successor(standing) {
                Some(next) => standing = next,
                None => break,
            }
        }
        standing
    }

    /// Months for which each organisation belonged to each region: code, first month, and last month unless it still does.
    pub fn regions(&self) -> BTreeMap<&str, Vec<Residence<'_>>> {
        let mut regions: BTreeMap<&str, Vec<Residence<'_>>> = BTreeMap::new();
        for (code, rows) in &self.0 {
            for (at, row) in rows.iter().enumerate() {
                let Some(region) = &row.organisation.region else { continue };
                // A month that two descriptions touch belongs to the later one.
                let next = rows.get(at + 1).map(|next| Month::of(next.from).plus(-1));
                let to = row.to.map(Month::of).into_iter().chain(next).min();
                let residence = Residence { code, from: Month::of(row.from), to };
                if to.is_none_or(|to| residence.from <= to) {
                    regions.entry(region).or_default().push(residence);
                }
            }
        }
        regions
    }
}

/// An organisation in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Residence<'a> {
    pub code: &'a BodyId,
    pub from: Month,
    /// `None` while it still does.
    pub to: Option<Month>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str, region: &str, (from, to): (&str, &str)) -> Described {
        Described {
            organisation: Organisation {
                region: Some(region.to_owned()),
                succeeded_by: (code == "E1").then(|| "E5".into()),
                ..Organisation::force(code)
            },
            from: from.parse().unwrap(),
            to: to.parse().ok(),
        }
    }

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn a_body_exists_from_its_first_day_to_its_last_and_moves_with_the_month() {
        let lives = Lives::of([
            row("E1", "South", ("2025-02-10", "2025-05-15")),
            row("E1", "North", ("2000-01-01", "2025-02-09")),
            row("E5", "South", ("2025-05-16", "")),
        ]);
        let (first, next) = (BodyId::from("E1"), BodyId::from("E5"));
        assert_eq!(["2025-05", "2025-06"].map(|text| lives.is_outside(&first, month(text))), [false, true]);
        assert_eq!(["2025-04", "2025-05"].map(|text| lives.is_outside(&next, month(text))), [true, false]);
        assert!(!lives.is_outside(BodyId::unattributed(), month("1990-01")));
        assert_eq!((lives.standing(&first), lives.standing(&next)), (&next, &next));
        let regions = lives.regions();
        let stays = |region: &str| -> Vec<String> {
            let text = |one: &Residence<'_>| {
                format!("{} {} {}", one.code, one.from, one.to.map(|to| to.to_string()).unwrap_or_default())
            };
            regions[region].iter().map(text).collect()
        };
        assert_eq!(stays("North"), ["E1 2000-01 2025-01"]);
        assert_eq!(stays("South"), ["E1 2025-02 2025-05", "E5 2025-05 "]);
        let region = |day: &str| lives.on(day.parse().unwrap())[0].region.clone().unwrap();
        assert_eq!([region("2025-02-09"), region("2025-02-10"), region("2030-01-01")], ["North", "South", "South"]);
    }
}
