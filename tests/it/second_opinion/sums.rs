//! What each organisation and month contributes to each figure.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// Organisation and month.
pub type Place = (String, NaiveDate);

/// Category of the headline.
pub const HEADLINE: &str = "";

/// Settings that the metrics with a parameter are computed with; none is that of the settings file.
pub const DORMANT_DAYS: i64 = 45;
pub const DECISION_DAYS: i64 = 20;
pub const LEAVER_DAYS: u64 = 5;
pub const REFRESHER_MONTHS: u32 = 18;

/// Numerator and denominator.
pub type Parts = (i64, i64);

/// A delay: how long, and whether it is over.
pub type Delay = (i64, bool);

#[derive(Debug, Default)]
pub struct Sums {
    /// By metric and category.
    pub counts: BTreeMap<(String, String), BTreeMap<Place, Parts>>,
    /// By metric; shared by its statistics.
    pub delays: BTreeMap<String, BTreeMap<Place, Vec<Delay>>>,
    pub grades: BTreeMap<Place, i64>,
}

impl Sums {
    /// Adds to the numerator and the denominator of a figure.
    pub fn add(&mut self, (metric, category): (&str, &str), (org, month): (&str, NaiveDate), (up, down): Parts) {
        let places = self.counts.entry((metric.to_owned(), category.to_owned())).or_default();
        let sum = places.entry((org.to_owned(), month)).or_default();
        sum.0 += up;
        sum.1 += down;
    }

    /// Adds a record that belongs below the line, and above it too if `up` holds; to the headline and a part of it.
    pub fn part(&mut self, (metric, part): (&str, &str), place: (&str, NaiveDate), up: bool) {
        self.share((metric, HEADLINE), place, up);
        self.share((metric, part), place, up);
    }

    /// Adds a record that belongs below the line, and above it too if `up` holds.
    pub fn share(&mut self, figure: (&str, &str), place: (&str, NaiveDate), up: bool) {
        self.add(figure, place, (i64::from(up), 1));
    }

    pub fn delay(&mut self, metric: &str, (org, month): (&str, NaiveDate), delay: Delay) {
        self.delays.entry(metric.to_owned()).or_default().entry((org.to_owned(), month)).or_default().push(delay);
    }
}
