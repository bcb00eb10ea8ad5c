//! The series of a metric: its headline, and one for each part or variant.

use std::sync::Arc;

use crate::definitions::model::{BreakdownKind, Grade, Metric};
use crate::vocabulary::observation::Category;
use crate::vocabulary::quantity::{Shape, Unit};

/// Which figures of a metric: its headline or a category, and from which result rows they are added up.
#[derive(Debug, Clone)]
pub(super) struct MetricSeries {
    pub category: Option<Arc<Category>>,
    pub from: Vec<Option<String>>,
    pub shape: Shape,
    /// For a distribution.
    pub delay: Option<DelayStatistic>,
    /// For the number of organisations that have this grade.
    pub grade: Option<i64>,
    pub unit: Unit,
}

/// What is read off a delay histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DelayStatistic {
    /// A percentile with open cases counted for as long as they have waited (Kaplan-Meier).
    WithOpenCases(u8),
    /// A percentile of the closed cases alone, to be held against the other.
    ClosedOnly(u8),
}

/// Breakdown of a status: how many organisations have each grade.
const GRADE: &str = "grade";

/// Headline first, then each category. A distribution also gets its median, and its percentile over closed cases alone; a
/// status the number of organisations at each grade.
pub(super) fn series_of(metric: &Metric) -> Vec<MetricSeries> {
    let headline = |categories: Vec<Option<String>>| MetricSeries {
        category: None,
        from: categories,
        shape: metric.shape,
        unit: metric.unit,
        delay: metric.percentile.map(DelayStatistic::WithOpenCases),
        grade: None,
    };
    if metric.shape == Shape::Status {
        let bodies_at = |grade: &Grade| MetricSeries {
            category: Some(Arc::new(Category { breakdown: GRADE.to_owned(), key: grade.key.clone() })),
            shape: Shape::Count,
            unit: Unit::Organisations,
            grade: Some(grade.level),
            ..headline(vec![None])
        };
        return std::iter::once(headline(vec![None])).chain(metric.grades.iter().map(bodies_at)).collect();
    }
    if let Some(percent) = metric.percentile {
        let statistic = |key: &str, delay| MetricSeries {
            category: Some(Arc::new(Category { breakdown: "statistic".to_owned(), key: key.to_owned() })),
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
    let categories = breakdown.categories.iter().map(|category| MetricSeries {
        category: Some(Arc::new(Category { breakdown: breakdown.column.clone(), key: category.key.clone() })),
        from: vec![Some(category.key.clone())],
        shape: category.shape.unwrap_or(metric.shape),
        unit: category.unit.unwrap_or(metric.unit),
        delay: None,
        grade: None,
    });
    std::iter::once(headline(of_headline)).chain(categories).collect()
}
