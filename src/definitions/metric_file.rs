//! Reads `queries/metrics/<ID>/metric.toml` and the SQL of its versions, strictly.
//! It looks at one metric alone: what it names elsewhere is checked in `references`, and no SQL is planned here.

use crate::vocabulary::quantity::{Better, Shape, Unit};

use super::metric_parts::{check_breakdown, check_standards, check_unit};
use super::model::{Aggregation, Breakdown, BreakdownCategory, BreakdownKind, Disclosure, Grade, Metric, ReadsAs};
use super::problem::{DefinitionProblem, Problems};

/// Prefixes of the metric ids, in the order of the ten principles of the Code.
const PRINCIPLE_PREFIXES: [&str; 10] = ["SEC", "CRE", "AMD", "VAL", "RRD", "ACC", "REP", "SHA", "AUD", "TRN"];

/// A metric from its files. `file` is the path of the TOML inside the definitions, whose folder must be the id;
/// `sqls` are the numbers and texts of the `v<number>.sql` files beside it.
///
/// Errors: every problem found. A text that is no metric at all is one problem, with line and column.
pub fn parse_metric(file: &str, toml: &str, sqls: &[(u32, String)]) -> Result<Metric, Vec<DefinitionProblem>> {
    let mut metric: Metric =
        toml::from_str(toml).map_err(|error| vec![DefinitionProblem::from_toml(file, toml, &error)])?;

    let mut problems = Problems::of(file);
    check_denominator(&metric, &mut problems);
    if metric.denominator_varies && metric.shape == Shape::Rate {
        metric.shape = Shape::CountRatio;
    }
    check_id(&metric, file, &mut problems);
    check_texts(&metric, &mut problems);
    check_shape(&metric, &mut problems);
    check_disclosure(&metric, &mut problems);
    check_lists(&metric, &mut problems);
    check_standards(&metric, &mut problems);
    check_breakdown(&metric, &mut problems);
    check_grades(&metric, &mut problems);
    check_delays(&metric, &mut problems);
    check_versions(&metric, sqls, &mut problems);
    for version in &mut metric.versions {
        if let Some((_, sql)) = sqls.iter().find(|(number, _)| *number == version.version) {
            sql.clone_into(&mut version.sql);
        }
    }
    if metric.shape == Shape::Status {
        metric.breakdown = Some(organisations_by_grade(&metric));
    }
    problems.unless_any(metric)
}

/// Delays are counted over the months of a period, in hours or days, and their bands rise.
fn check_delays(metric: &Metric, problems: &mut Problems<'_>) {
    let Some(delays) = &metric.delays else { return };
    if metric.aggregation != Aggregation::Flow {
        problems.add("delays", "need aggregation = \"flow\": the cases of the months of a period are added");
    }
    if !matches!(delays.unit, Unit::Hours | Unit::Days) {
        problems.add("delays.unit", "must be hours or days");
    }
    if delays.bands.is_empty() || !delays.bands.is_sorted_by(|one, next| one < next) {
        problems.add("delays.bands", "must be rising numbers");
    }
    for (place, text) in [("delays.title", &delays.title), ("delays.not_ended", &delays.not_ended)] {
        if text.trim().is_empty() {
            problems.add(place, "is empty");
        }
    }
}

/// What a status is for several organisations: how many of them have each grade.
fn organisations_by_grade(metric: &Metric) -> Breakdown {
    let category = |grade: &Grade| BreakdownCategory {
        key: grade.key.clone(),
        title: grade.title.clone(),
        shape: Some(Shape::Count),
        unit: Some(Unit::Organisations),
        better: None,
    };
    Breakdown {
        column: "grade".to_owned(),
        title: "Grade".to_owned(),
        kind: BreakdownKind::Variants,
        categories: metric.grades.iter().map(category).collect(),
    }
}

fn check_id(metric: &Metric, file: &str, problems: &mut Problems<'_>) {
    let folder = file.rsplit('/').nth(1).unwrap_or_default();
    if metric.id != folder {
        problems.add("id", format!("is “{}”, but the folder is named “{folder}”", metric.id));
    }
    let Some((prefix, number)) = metric.id.split_once('-') else {
        problems.add("id", "must be three letters, a hyphen and two digits, such as CRE-01");
        return;
    };
    if number.len() != 2 || !number.bytes().all(|b| b.is_ascii_digit()) {
        problems.add("id", "must end with a hyphen and two digits, such as CRE-01");
    }
    let wanted = usize::from(metric.principle).checked_sub(1).and_then(|at| PRINCIPLE_PREFIXES.get(at));
    match wanted {
        None => problems.add("principle", "must be 1 to 10, the number of a principle of the Code"),
        Some(wanted) if *wanted != prefix => {
            problems.add("principle", format!("is {} ({wanted}), but the id begins with {prefix}", metric.principle));
        }
        Some(_) => {}
    }
}

fn check_texts(metric: &Metric, problems: &mut Problems<'_>) {
    let texts = [
        ("title", &metric.title),
        ("definition", &metric.definition),
        ("numerator", &metric.numerator),
        ("denominator", &metric.denominator),
        ("counted_by", &metric.counted_by),
    ];
    for (key, text) in texts {
        problems.check_text(key, text);
    }
    for (key, text) in [("subject", &metric.subject), ("not_ranked", &metric.not_ranked)] {
        if let Some(text) = text {
            problems.check_text(key, text);
        }
    }
    if metric.not_ranked.is_some() && metric.subject.is_some() {
        problems.add("not_ranked", "says that the metric has no subject, but it has one");
    }
    if metric.better == Better::Neutral && metric.subject.is_some() {
        problems.add("subject", "belongs to a metric with a better direction");
    }
    for (at, caveat) in metric.caveats.iter().enumerate() {
        problems.check_text(&format!("caveats[{at}]"), caveat);
    }
}

/// A percentile is the delay of a single case, so a distribution cannot be protected by withholding counts.
fn check_disclosure(metric: &Metric, problems: &mut Problems<'_>) {
    let is_share = metric.shape == Shape::Proportion;
    match (metric.disclosure, metric.shape) {
        (Disclosure::PersonsInDenominator, _) if !is_share => {
            problems.add("disclosure", "persons_in_denominator belongs to a proportion");
        }
        (Disclosure::Persons, Shape::Distribution | Shape::Status) => problems.add(
            "disclosure",
            "persons belongs to a count, a proportion or a rate: a percentile gives the delay of a single case away",
        ),
        _ => {}
    }
}

fn check_shape(metric: &Metric, problems: &mut Problems<'_>) {
    check_unit("unit", metric.shape, metric.unit, problems);
    let margin = metric.margin.filter(|margin| margin.is_finite() && *margin > 0.0);
    match (metric.shape, metric.margin, margin) {
        (_, None, _) => {}
        (Shape::Count | Shape::Status, Some(_), _) => {
            problems.add("margin", "belongs to figures that are held against peers: proportions, rates and delays");
        }
        (Shape::Rate | Shape::CountRatio, _, margin) if margin.is_none_or(|margin| margin <= 1.0) => {
            problems.add("margin", "of a rate is a factor above 1, such as 1.1");
        }
        (_, _, None) => problems.add("margin", "must be a number above 0"),
        _ => {}
    }
    if metric.dependent_units && metric.shape != Shape::Proportion {
        problems.add("dependent_units", "belongs to a proportion only");
    }
    if metric.least_completeness > 100 {
        problems.add("least_completeness", "is a share in per cent, from 0 to 100");
    }
    match (metric.shape, metric.percentile) {
        (Shape::Distribution, None) => problems.add("percentile", "is missing: a distribution needs one"),
        (Shape::Distribution, Some(percentile)) if !(1..=99).contains(&percentile) => {
            problems.add("percentile", "must be 1 to 99");
        }
        (Shape::Distribution, Some(_)) | (_, None) => {}
        (_, Some(_)) => problems.add("percentile", "belongs to a distribution only"),
    }
}

/// Notes a denominator that is said to vary where it cannot, and words about recording where one side is better.
fn check_denominator(metric: &Metric, problems: &mut Problems<'_>) {
    if metric.denominator_varies && metric.shape != Shape::Rate {
        problems.add("denominator_varies", "belongs to a rate: the denominator of other shapes is known");
    }
    if metric.reads_as == ReadsAs::Recorded && metric.better != Better::Neutral {
        problems.add("reads_as", "recorded belongs to a metric for which neither side is better");
    }
}

fn check_lists(metric: &Metric, problems: &mut Problems<'_>) {
    if metric.rollups.is_empty() {
        problems.add("rollups", "needs at least one");
    }
    if metric.responsible.is_empty() {
        problems.add("responsible", "needs at least one role");
    }
    for (at, role) in metric.responsible.iter().enumerate() {
        if metric.responsible.iter().take(at).any(|earlier| earlier == role) {
            problems.add(format!("responsible[{at}]"), "is there twice");
        }
    }
    problems.check_unique("rollups", metric.rollups.iter().map(String::as_str));
    problems.check_unique("parameters", metric.parameters.iter().map(String::as_str));
    for name in metric.parameters_at_most.keys().filter(|name| !metric.parameters.contains(name)) {
        problems.add("parameters_at_most", format!("{name} is not among the parameters"));
    }
}

fn check_grades(metric: &Metric, problems: &mut Problems<'_>) {
    match (metric.shape, metric.grades.is_empty()) {
        (Shape::Status, true) => problems.add("grades", "are missing: a status needs them"),
        (Shape::Status, false) | (_, true) => {}
        (_, false) => problems.add("grades", "belong to a status only"),
    }
    if metric.shape == Shape::Status && metric.breakdown.is_some() {
        problems.add("breakdown", "a status is broken down by its grades and by nothing else");
    }
    for (at, grade) in metric.grades.iter().enumerate() {
        problems.check_text(&format!("grades[{at}].title"), &grade.title);
        if metric.grades.iter().take(at).any(|earlier| earlier.level == grade.level || earlier.key == grade.key) {
            problems.add(format!("grades[{at}]"), "has the level or key of another grade");
        }
    }
}

/// Versions count up from 1, never go back in time, and each has its SQL; SQL without a version is refused too.
fn check_versions(metric: &Metric, sqls: &[(u32, String)], problems: &mut Problems<'_>) {
    if metric.versions.is_empty() {
        problems.add("versions", "needs at least one");
    }
    for (at, (number, version)) in (1_u32..).zip(&metric.versions).enumerate() {
        let key = format!("versions[{at}]");
        if version.version != number {
            problems.add(format!("{key}.version"), format!("is {}, but must be {number}", version.version));
        }
        problems.check_text(&format!("{key}.reason"), &version.reason);
        if let Some(why) = &version.level_only {
            problems.check_text(&format!("{key}.level_only"), why);
        }
        for unknown in version.rollups.iter().filter(|name| !metric.rollups.contains(name)) {
            problems.add(format!("{key}.rollups"), format!("“{unknown}” is not among the roll-ups of the metric"));
        }
        match sqls.iter().find(|(number, _)| *number == version.version) {
            None => problems.add(&key, format!("v{}.sql is missing", version.version)),
            Some((_, sql)) if sql.trim().is_empty() => problems.add(&key, format!("v{}.sql is empty", version.version)),
            Some(_) => {}
        }
        if metric.versions.iter().take(at).any(|earlier| earlier.date > version.date) {
            problems.add(format!("{key}.date"), "is before that of an earlier version");
        }
    }
    for (number, _) in sqls {
        if !metric.versions.iter().any(|version| version.version == *number) {
            problems.add("versions", format!("v{number}.sql has no entry"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "queries/metrics/CRE-01/metric.toml";
    const GOOD: &str = include_str!("../../queries/metrics/CRE-01/metric.toml");

    fn sqls(numbers: &[u32]) -> Vec<(u32, String)> {
        numbers.iter().map(|number| (*number, format!("SELECT {number}"))).collect()
    }

    fn problems(toml: &str, sqls: &[(u32, String)]) -> Vec<String> {
        let found = parse_metric(FILE, toml, sqls).unwrap_err();
        let prefix = format!("{FILE}: ");
        found.iter().map(|problem| problem.to_string().strip_prefix(&prefix).unwrap().to_owned()).collect()
    }

    #[test]
    fn reads_a_metric_with_its_sql() {
        let metric = parse_metric(FILE, GOOD, &sqls(&[1])).unwrap();
        assert_eq!(
            (metric.id.as_str(), metric.standards.len(), metric.versions[0].sql.as_str()),
            ("CRE-01", 2, "SELECT 1")
        );
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let bad = GOOD
            .replace("id = \"CRE-01\"", "id = \"CRE-1\"")
            .replace("principle = 2", "principle = 3")
            .replace("unit = \"percent\"", "unit = \"hours\"\npercentile = 90")
            .replace("counted_by = \"the month of the arrest, report or summons\"", "counted_by = \"\"")
            .replace("[\"manager\"]", "[\"manager\", \"manager\"]")
            .replace("to = \"2004-12-31\"", "to = \"1999-12-31\"")
            .replace("version = 1", "version = 2");
        let expected = [
            "id: is “CRE-1”, but the folder is named “CRE-01”",
            "id: must end with a hyphen and two digits, such as CRE-01",
            "principle: is 3 (AMD), but the id begins with CRE",
            "counted_by: is empty",
            "unit: a proportion has the unit percent or per_100_results, not hours",
            "percentile: belongs to a distribution only",
            "responsible[1]: is there twice",
            "standards[0].from: 2000-04-27 is after the last day, 1999-12-31",
            "versions[0].version: is 2, but must be 1",
            "versions[0]: v2.sql is missing",
            "versions: v1.sql has no entry",
        ];
        assert_eq!(problems(&bad, &sqls(&[1])), expected);
    }

    #[test]
    fn a_distribution_needs_a_percentile_and_a_principle_exists() {
        let bad = GOOD
            .replace("shape = \"proportion\"", "shape = \"distribution\"")
            .replace("unit = \"percent\"", "unit = \"days\"")
            .replace("principle = 2", "principle = 11");
        let expected = [
            "principle: must be 1 to 10, the number of a principle of the Code",
            "percentile: is missing: a distribution needs one",
        ];
        assert_eq!(problems(&bad, &sqls(&[1])), expected);
    }

    #[test]
    fn a_metric_measures_work_unless_it_says_that_its_cases_are_about_persons() {
        let with = |word: &str| {
            let line = format!("evidence = \"documented_historical\"\ndisclosure = \"{word}\"");
            let toml = GOOD.replace("evidence = \"documented_historical\"", &line);
            assert_ne!(toml, GOOD);
            parse_metric(FILE, &toml, &sqls(&[1])).map(|metric| metric.disclosure)
        };
        assert_eq!(parse_metric(FILE, GOOD, &sqls(&[1])).unwrap().disclosure, Disclosure::Work);
        assert_eq!((with("none"), with("persons")), (Ok(Disclosure::None), Ok(Disclosure::Persons)));
        assert_eq!(with("persons_in_denominator"), Ok(Disclosure::PersonsInDenominator));
        assert!(with("small").is_err());
        let delay = GOOD
            .replace(
                "shape = \"proportion\"",
                "shape = \"distribution\"\npercentile = 90\ncap = 30\ndisclosure = \"persons\"",
            )
            .replace("unit = \"percent\"", "unit = \"days\"");
        let found = problems(&delay, &sqls(&[1]));
        assert!(found.iter().any(|problem| problem.starts_with("disclosure: persons belongs to")), "{found:?}");
    }

    #[test]
    fn a_margin_is_above_nothing_and_of_a_rate_a_factor() {
        let with = |shape: &str, unit: &str, margin: &str| {
            let toml = GOOD
                .replace("shape = \"proportion\"", &format!("margin = {margin}\nshape = \"{shape}\""))
                .replace("unit = \"percent\"", &format!("unit = \"{unit}\""));
            problems(&toml, &sqls(&[1]))
        };
        assert_eq!(
            parse_metric(FILE, &GOOD.replace("shape =", "margin = 2.5\nshape ="), &sqls(&[1])).unwrap().margin,
            Some(2.5)
        );
        assert_eq!(with("proportion", "percent", "0.0"), ["margin: must be a number above 0"]);
        assert_eq!(with("rate", "per_user", "0.9"), ["margin: of a rate is a factor above 1, such as 1.1"]);
        assert!(with("count", "records", "1.5")[0].starts_with("margin: belongs to figures"));
    }

    #[test]
    fn the_denominator_of_a_rate_alone_may_vary_and_only_a_neutral_figure_reads_as_recorded() {
        let rate = |line: &str, unit: &str| {
            GOOD.replace("shape = \"proportion\"", &format!("{line}\nshape = \"rate\""))
                .replace("unit = \"percent\"", &format!("unit = \"{unit}\""))
        };
        let parsed = |toml: &str| parse_metric(FILE, toml, &sqls(&[1])).unwrap().shape;
        assert_eq!(parsed(&rate("", "per_user")), Shape::Rate);
        assert_eq!(parsed(&rate("denominator_varies = true", "ratio")), Shape::CountRatio);
        let found = problems(&rate("denominator_varies = true", "per_user"), &sqls(&[1]));
        assert_eq!(found, ["unit: a rate whose denominator varies has the unit ratio, not per_user"]);
        let found = problems(&rate("", "ratio"), &sqls(&[1]));
        assert_eq!(found, ["unit: a rate has a unit that begins with per_ and is no share, not ratio"]);
        let share = GOOD.replace("shape =", "denominator_varies = true\nreads_as = \"recorded\"\nshape =");
        let expected = [
            "denominator_varies: belongs to a rate: the denominator of other shapes is known",
            "reads_as: recorded belongs to a metric for which neither side is better",
        ];
        assert_eq!(problems(&share, &sqls(&[1])), expected);
    }

    #[test]
    fn a_figure_is_provisional_below_98_per_cent_unless_its_metric_says_otherwise() {
        let with = |line: &str| GOOD.replace("shape =", &format!("{line}\nshape ="));
        let least = |toml: &str| parse_metric(FILE, toml, &sqls(&[1])).unwrap().least_completeness;
        assert_eq!((least(GOOD), least(&with("least_completeness = 95"))), (98, 95));
        let found = problems(&with("least_completeness = 101"), &sqls(&[1]));
        assert_eq!(found, ["least_completeness: is a share in per cent, from 0 to 100"]);
    }

    #[test]
    fn a_wrong_word_is_refused_with_its_place() {
        let found = problems(&GOOD.replace("shape = \"proportion\"", "shape = \"share\""), &sqls(&[1]));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("line 6, column 9: "), "{}", found[0]);
    }
}
