//! Checks of the two larger parts of a metric: its dated standards and its breakdown.
//! It compares what the file says with itself only; nothing is read here.

use crate::vocabulary::quantity::{Better, Shape, Unit};

use super::model::{Breakdown, BreakdownKind, Comparator, Metric, Standard, StandardKind};
use super::problem::Problems;
use super::problem::is_identifier;

/// Columns of a metric's result that a breakdown cannot be named after.
const RESULT_COLUMNS: [&str; 7] = ["org_code", "month", "numerator", "denominator", "value", "observed", "count"];
/// What data files write where a figure has no category.
const HEADLINE: &str = "headline";

/// Notes standards that run backwards, overlap, or say something that their kind or the metric contradicts.
pub(super) fn check_standards(metric: &Metric, problems: &mut Problems<'_>) {
    for (at, standard) in metric.standards.iter().enumerate() {
        let key = format!("standards[{at}]");
        check_dates(&key, standard, problems);
        problems.check_text(&format!("{key}.source"), &standard.source);
        problems.check_text(&format!("{key}.address"), &standard.address);
        let highest = if metric.shape == Shape::Proportion { 100.0 } else { f64::MAX };
        if !(0.0..=highest).contains(&standard.level) {
            problems.add(format!("{key}.level"), format!("{} cannot be reached by this metric", standard.level));
        }
        let against = match metric.better {
            Better::Higher => standard.comparator != Comparator::AtLeast,
            Better::Lower => standard.comparator == Comparator::AtLeast,
            Better::Neutral => true,
        };
        if against {
            problems.add(format!("{key}.comparator"), "goes against what `better` says");
        }
        if metric.standards.iter().take(at).any(|earlier| overlap(earlier, standard)) {
            problems.add(format!("{key}.from"), "overlaps an earlier standard: only one may hold on a day");
        }
    }
}

fn check_dates(key: &str, standard: &Standard, problems: &mut Problems<'_>) {
    match (standard.kind, standard.to) {
        (_, Some(to)) if to < standard.from => {
            problems.add(format!("{key}.from"), format!("{} is after the last day, {to}", standard.from));
        }
        (StandardKind::CurrentLaw, Some(_)) => problems.add(format!("{key}.to"), "a law in force has no last day"),
        (StandardKind::FormerLaw, None) => problems.add(format!("{key}.to"), "a former law has a last day"),
        _ => {}
    }
}

/// An open end overlaps everything later only if the standard is in force; of a historical one the end is not known.
fn overlap(a: &Standard, b: &Standard) -> bool {
    let reaches = |one: &Standard, other: &Standard| match one.to {
        Some(to) => other.from <= to,
        None => one.kind != StandardKind::Historical || other.from <= one.from,
    };
    reaches(a, b) && reaches(b, a)
}

/// Notes a breakdown without categories, with names used twice, or whose categories do not fit its kind.
pub(super) fn check_breakdown(metric: &Metric, problems: &mut Problems<'_>) {
    let Some(breakdown) = &metric.breakdown else { return };
    if !is_identifier(&breakdown.column) || RESULT_COLUMNS.contains(&breakdown.column.as_str()) {
        problems.add("breakdown.column", format!("“{}” cannot name a breakdown", breakdown.column));
    }
    problems.check_text("breakdown.title", &breakdown.title);
    if breakdown.categories.is_empty() {
        problems.add("breakdown.categories", "needs at least one");
    }
    problems.check_unique("breakdown.categories", breakdown.categories.iter().map(|category| category.key.as_str()));
    check_categories(metric, breakdown, problems);
}

fn check_categories(metric: &Metric, breakdown: &Breakdown, problems: &mut Problems<'_>) {
    for (at, category) in breakdown.categories.iter().enumerate() {
        let key = format!("breakdown.categories[{at}]");
        if category.key.trim().is_empty() || category.key == HEADLINE {
            problems.add(format!("{key}.key"), format!("“{}” cannot name a category", category.key));
        }
        problems.check_text(&format!("{key}.title"), &category.title);
        let shape = category.shape.unwrap_or(metric.shape);
        let unit = category.unit.unwrap_or(metric.unit);
        let better = category.better.unwrap_or(metric.better);
        let same = (shape, unit, better) == (metric.shape, metric.unit, metric.better);
        match breakdown.kind {
            BreakdownKind::Parts if !same => problems.add(key, "a part has the shape and unit of its whole"),
            BreakdownKind::Variants if at == 0 && !same => {
                problems.add(key, "the first variant is the headline and has the shape and unit of the metric");
            }
            _ if category.shape.is_some() || category.unit.is_some() => {
                check_unit(&format!("{key}.unit"), shape, unit, problems);
            }
            _ => {}
        }
    }
}

/// Notes a unit that a value of this shape cannot have.
pub(super) fn check_unit(key: &str, shape: Shape, unit: Unit, problems: &mut Problems<'_>) {
    let wanted = match shape {
        Shape::Proportion if !unit.is_share() => "a proportion has the unit percent or per_100_results",
        Shape::Distribution if !matches!(unit, Unit::Hours | Unit::Days) => "a distribution has the unit hours or days",
        Shape::Status if unit != Unit::Grade => "a status has the unit grade",
        Shape::Count if !counts(unit) => "a count has the unit of a thing counted, such as records",
        Shape::Rate if unit.is_share() || !unit.as_str().starts_with("per_") => {
            "a rate has a unit that begins with per_ and is no share"
        }
        Shape::CountRatio if unit != Unit::Ratio => "a rate whose denominator varies has the unit ratio",
        _ => return,
    };
    problems.add(key, format!("{wanted}, not {}", unit.as_str()));
}

fn counts(unit: Unit) -> bool {
    matches!(unit, Unit::Records | Unit::Cases | Unit::Transactions | Unit::Requests | Unit::Organisations)
}

#[cfg(test)]
mod tests {
    use super::super::metric_file::parse_metric;

    const COUNT: &str = include_str!("../../queries/metrics/CRE-06/metric.toml");
    const SHARE: &str = include_str!("../../queries/metrics/SHA-03/metric.toml");

    fn problems(id: &str, toml: &str) -> Vec<String> {
        let file = format!("queries/metrics/{id}/metric.toml");
        let found = parse_metric(&file, toml, &[(1, "SELECT 1".to_owned())]).unwrap_err();
        found.iter().map(|problem| format!("{}: {}", problem.key, problem.message)).collect()
    }

    #[test]
    fn standards_follow_their_kind_and_never_overlap() {
        let bad = SHARE
            .replace("to = \"2018-05-24\"", "to = \"2018-05-25\"")
            .replace("from = \"2018-05-25\"\n", "from = \"2018-05-25\"\nto = \"2020-01-01\"\n")
            .replace(
                "level = 100\ncomparator = \">=\"\nfrom = \"2000",
                "level = 101\ncomparator = \"<=\"\nfrom = \"2000",
            );
        let expected = [
            "standards[0].level: 101 cannot be reached by this metric",
            "standards[0].comparator: goes against what `better` says",
            "standards[1].to: a law in force has no last day",
            "standards[1].from: overlaps an earlier standard: only one may hold on a day",
        ];
        assert_eq!(problems("SHA-03", &bad), expected);
    }

    #[test]
    fn the_first_variant_is_the_headline_and_keys_are_unique() {
        let bad = COUNT
            .replace("column = \"measure\"", "column = \"month\"")
            .replace("key = \"records\"", "key = \"per_1000_officers\", unit = \"percent\"")
            .replace("shape = \"rate\"", "shape = \"count\"");
        let expected = [
            "breakdown.column: “month” cannot name a breakdown",
            "breakdown.categories[1]: “per_1000_officers” is there twice",
            "breakdown.categories[0]: the first variant is the headline and has the shape and unit of the metric",
            "breakdown.categories[1].unit: a count has the unit of a thing counted, such as records, not per_1000_officers",
        ];
        assert_eq!(problems("CRE-06", &bad), expected);
    }

    #[test]
    fn parts_are_of_one_kind_and_a_breakdown_has_categories() {
        let parts = COUNT.replace("kind = \"variants\"", "kind = \"parts\"");
        let whole = "breakdown.categories[1]: a part has the shape and unit of its whole";
        assert_eq!(problems("CRE-06", &parts), [whole]);
        let (before, rest) = COUNT.split_once("categories = [").unwrap();
        let none = format!("{before}categories = [{}", &rest[rest.find(']').unwrap()..]);
        assert_eq!(problems("CRE-06", &none), ["breakdown.categories: needs at least one"]);
    }
}
