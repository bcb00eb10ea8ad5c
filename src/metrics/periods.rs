//! The period engine: adds months up to review periods and organisations up to aggregates, always from integers.
//! It decides what may be computed from what was returned; the statistics are in `assess`.

use std::collections::{BTreeMap, BTreeSet};

use super::assess::{self, DelayStatistic, Series, Totals};
use super::monthly::MonthlyRow;
use super::returns::{Cell, FigureSource, Grid};
use crate::definitions::model::{Aggregation, BreakdownKind, Metric};
use crate::observation::{Category, Coverage, NATIONAL, Observation};
use crate::period::{Month, Period};
use crate::quantity::Status;

/// One body or aggregate that gets figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Organisation code or aggregate code.
    pub code: String,
    /// Organisations that are added up; one for an organisation itself. Ignored for the nation, which adds every row.
    pub members: Vec<String>,
}

/// All that the engine needs for one metric.
#[derive(Debug)]
pub struct PeriodInput<'a> {
    pub metric: &'a Metric,
    /// What must be there for the metric's roll-ups.
    pub sources: &'a [FigureSource],
    pub rows: &'a [MonthlyRow],
    pub grid: &'a Grid,
    pub groups: &'a [Group],
    pub periods: &'a [Period],
}

/// Monthly totals of one organisation, by category.
type OrgTotals = BTreeMap<Option<String>, BTreeMap<Month, Totals>>;

/// Headline and category observations of every group and period, in a fixed order. A body that neither had to return the
/// metric's datasets nor did has none.
pub fn observe(input: &PeriodInput<'_>) -> Vec<Observation> {
    let totals = totals_by_org(input.rows);
    let series = series_of(input.metric);
    let mut observations = Vec::new();
    for group in input.groups {
        let members = members_of(input, group, &totals);
        if members.is_empty() {
            continue;
        }
        let single = group.code == members.first().map_or("", String::as_str) && members.len() == 1;
        for period in input.periods {
            let basis = Basis::of(input, *period, &members);
            if basis.expected == 0 && basis.usable.is_empty() {
                continue;
            }
            let status = if single { basis.single_status(input, *period, &group.code) } else { basis.group_status() };
            for series in &series {
                let coverage = Coverage { returned: basis.returned(), expected: basis.expected };
                let at = assess::Place { org_code: &group.code, period: *period, coverage };
                let observation = match &status {
                    Some(status) => assess::absent(input.metric, series, &at, status.clone()),
                    None => assess::present(input.metric, series, &at, &basis.sum(&totals, series)),
                };
                observations.push(observation);
            }
        }
    }
    observations
}

fn totals_by_org(rows: &[MonthlyRow]) -> BTreeMap<&str, OrgTotals> {
    let mut totals: BTreeMap<&str, OrgTotals> = BTreeMap::new();
    for row in rows {
        let months = totals.entry(&row.org_code).or_default().entry(row.category.clone()).or_default();
        months.entry(row.month).or_default().add(row.amounts);
    }
    totals
}

/// Headline first, then each category. A distribution also gets its median, and its percentile over closed cases alone.
fn series_of(metric: &Metric) -> Vec<Series> {
    let headline = |categories: Vec<Option<String>>| Series {
        category: None,
        from: categories,
        shape: metric.shape,
        unit: metric.unit,
        delay: metric.percentile.map(DelayStatistic::WithOpenCases),
    };
    if let Some(percent) = metric.percentile {
        let statistic = |key: &str, delay| Series {
            category: Some(Category { breakdown: "statistic".to_owned(), key: key.to_owned() }),
            delay: Some(delay),
            ..headline(vec![None])
        };
        return vec![
            headline(vec![None]),
            statistic("median", DelayStatistic::WithOpenCases(50)),
            statistic("percentile_of_closed_cases", DelayStatistic::ClosedOnly(percent)),
        ];
    }
    let Some(breakdown) = &metric.breakdown else { return vec![headline(vec![None])] };
    let keys = || breakdown.categories.iter().map(|category| Some(category.key.clone()));
    let of_headline = match breakdown.kind {
        BreakdownKind::Parts => keys().collect(),
        BreakdownKind::Variants => keys().take(1).collect(),
    };
    let categories = breakdown.categories.iter().map(|category| Series {
        category: Some(Category { breakdown: breakdown.column.clone(), key: category.key.clone() }),
        from: vec![Some(category.key.clone())],
        shape: category.shape.unwrap_or(metric.shape),
        unit: category.unit.unwrap_or(metric.unit),
        delay: None,
    });
    std::iter::once(headline(of_headline)).chain(categories).collect()
}

fn members_of(input: &PeriodInput<'_>, group: &Group, totals: &BTreeMap<&str, OrgTotals>) -> Vec<String> {
    let mut bodies: BTreeSet<String> =
        input.sources.iter().flat_map(|source| input.grid.organisations(source)).collect();
    bodies.extend(totals.keys().map(|org| (*org).to_owned()));
    if group.code == NATIONAL {
        return bodies.into_iter().collect();
    }
    group.members.iter().filter(|member| bodies.contains(*member)).cloned().collect()
}

/// What a period's figure can rest on: usable organisation-months, and how many there should be.
struct Basis {
    usable: Vec<(String, Month)>,
    months: Vec<Month>,
    expected: u32,
}

impl Basis {
    fn of(input: &PeriodInput<'_>, period: Period, members: &[String]) -> Self {
        let months: Vec<Month> = match input.metric.aggregation {
            Aggregation::Flow => period.months().collect(),
            Aggregation::Stock => vec![period.last()],
        };
        let mut basis = Self { usable: Vec::new(), months: months.clone(), expected: 0 };
        for member in members {
            for month in &months {
                let usable = absent_reasons(input, period, member, *month).is_empty();
                let expected = input.sources.iter().any(|source| input.grid.expects(&source.dataset, member));
                if usable {
                    basis.usable.push((member.clone(), *month));
                }
                basis.expected += u32::from(usable || expected);
            }
        }
        basis
    }

    fn returned(&self) -> u32 {
        u32::try_from(self.usable.len()).unwrap_or(u32::MAX)
    }

    /// Why one organisation has no figure; `None` when every month is there.
    fn single_status(&self, input: &PeriodInput<'_>, period: Period, org_code: &str) -> Option<Status> {
        if self.usable.len() == self.months.len() {
            return None;
        }
        let absent = self.months.iter().filter(|month| !self.usable.contains(&(org_code.to_owned(), **month)));
        let reasons: BTreeSet<AbsentReason> =
            absent.clone().flat_map(|month| absent_reasons(input, period, org_code, *month)).collect();
        if self.usable.is_empty() && reasons.iter().all(|reason| *reason == AbsentReason::NotReturned) {
            return Some(Status::NotReturned);
        }
        let months: Vec<String> = absent.map(|month| month.words()).collect();
        let words = reasons.iter().map(AbsentReason::words).collect::<Vec<_>>().join("; ");
        Some(Status::Missing(format!("{words} ({})", months.join(", "))))
    }

    /// An aggregate is given as soon as anything was returned; its coverage says on what it rests.
    fn group_status(&self) -> Option<Status> {
        self.usable.is_empty().then_some(Status::NotReturned)
    }

    fn sum(&self, totals: &BTreeMap<&str, OrgTotals>, series: &Series) -> Totals {
        let mut sum = Totals::default();
        for (org, month) in &self.usable {
            let Some(categories) = totals.get(org.as_str()) else { continue };
            for category in &series.from {
                if let Some(part) = categories.get(category).and_then(|months| months.get(month)) {
                    sum.merge(part);
                }
            }
        }
        sum
    }
}

/// A month returned for a longer span counts only in a period that covers the whole span.
fn usable(cell: &Cell, period: Period) -> bool {
    matches!(cell, Cell::Accepted { span, .. } if span.first == span.last || period.covers(span.first, span.last))
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum AbsentReason {
    Refused(String),
    OnlyLonger(String),
    /// Records of this earlier month count here too, and are not there.
    EarlierMonth(Month),
    NotYetDue,
    NotReturned,
}

impl AbsentReason {
    fn words(&self) -> String {
        match self {
            Self::Refused(dataset) => format!("{dataset} refused by a check"),
            Self::OnlyLonger(span) => format!("returned only for {span} as a whole"),
            Self::EarlierMonth(month) => format!("needs the return of {} too", month.words()),
            Self::NotYetDue => "not yet due".to_owned(),
            Self::NotReturned => "not returned".to_owned(),
        }
    }
}

/// Why a month cannot be used; nothing when it can. Returns of earlier months are needed where the metric counts them
/// here.
fn absent_reasons(input: &PeriodInput<'_>, period: Period, org_code: &str, month: Month) -> Vec<AbsentReason> {
    let mut reasons = Vec::new();
    for source in input.sources {
        reasons.extend(absent_reason(input, source, period, (org_code, month)));
        if input.grid.rests_on_earlier(source, org_code, month) {
            let earlier = (1..=i32::from(input.metric.earlier_months)).map(|n| month.plus(-n));
            let absent = earlier.filter(|m| absent_reason(input, source, period, (org_code, *m)).is_some());
            reasons.extend(absent.map(AbsentReason::EarlierMonth));
        }
    }
    reasons
}

fn absent_reason(
    input: &PeriodInput<'_>,
    source: &FigureSource,
    period: Period,
    (org_code, month): (&str, Month),
) -> Option<AbsentReason> {
    match input.grid.cell(source, org_code, month) {
        Cell::Refused { .. } => Some(AbsentReason::Refused(source.dataset.replace('_', " "))),
        Cell::NotYetDue => Some(AbsentReason::NotYetDue),
        Cell::NotReturned | Cell::NotExpected => Some(AbsentReason::NotReturned),
        cell @ Cell::Accepted { span, .. } => (!usable(&cell, period)).then(|| AbsentReason::OnlyLonger(span.text())),
    }
}
