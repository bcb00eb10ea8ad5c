//! Every function against a published or worked figure; the statistics' own tests name the sources in full.

use super::*;
use crate::engine::functions::{AggregateFunction, Bars};
use crate::stats::survival::tests::SIX_MP;

fn call(name: &str, arguments: &[f64]) -> Answer<f64> {
    match scalar(name, arguments).compute {
        Compute::Number(compute) => compute(arguments),
        Compute::Text(_) => panic!("{name} gives a text"),
    }
}

fn word(name: &str, arguments: &[f64]) -> Answer<&'static str> {
    match scalar(name, arguments).compute {
        Compute::Number(_) => panic!("{name} gives a number"),
        Compute::Text(compute) => compute(arguments),
    }
}

fn scalar(name: &str, arguments: &[f64]) -> &'static ScalarFunction {
    let function = FUNCTIONS.scalars().find(|function| function.name == name).unwrap();
    assert_eq!(function.arguments.len(), arguments.len(), "{name}");
    function
}

fn aggregate(name: &str, bars: &Bars, settings: &[f64]) -> Answer<f64> {
    let function = FUNCTIONS.aggregates().find(|function| function.name == name).unwrap();
    assert!(settings.len() - function.settings.len() <= 1, "{name}");
    (function.compute)(bars, settings)
}

#[track_caller]
fn near(name: &str, arguments: &[f64], expected: f64, within: f64) {
    let found = call(name, arguments).unwrap().unwrap();
    assert!((found - expected).abs() <= within, "{name}: {found}, expected {expected}");
}

/// Newcombe 1998: the first paper's table I, methods 3 and 5, and the second paper's table II, method 10.
#[test]
fn proportions_and_their_difference() {
    near("wilson_lower", &[81.0, 263.0, 0.95], 0.2553, 5e-5);
    near("wilson_upper", &[81.0, 263.0, 0.95], 0.3662, 5e-5);
    near("exact_lower", &[81.0, 263.0, 0.95], 0.2527, 5e-5);
    near("exact_upper", &[81.0, 263.0, 0.95], 0.3676, 5e-5);
    near("newcombe_difference", &[56.0, 70.0, 48.0, 80.0], 0.2, 1e-12);
    near("newcombe_lower", &[56.0, 70.0, 48.0, 80.0, 0.95], 0.0524, 5e-5);
    near("newcombe_upper", &[56.0, 70.0, 48.0, 80.0, 0.95], 0.3339, 5e-5);
    near("newcombe_upper", &[10.0, 10.0, 0.0, 20.0, 0.95], 1.0, 0.0);
    near("newcombe_p", &[720.0, 900.0, 5100.0, 6000.0], 0.000_11, 5e-6);
}

/// `poisson.test` of R, and the test data of `PHEindicatormethods` 2.1.0.
#[test]
fn counts_rates_and_ratios() {
    near("poisson_lower", &[20.0, 0.95], 12.216_520, 5e-7);
    near("poisson_upper", &[20.0, 0.95], 30.888_378, 5e-7);
    near("byar_lower", &[65.0, 0.95], 50.163_187_710_459_454, 1e-9);
    near("byar_upper", &[65.0, 0.95], 82.849_138_545_939_84, 1e-9);
    near("rate_lower", &[5.0, 100.0, 100.0, 0.998], 0.739_371_731_917_839, 1e-9);
    near("rate_upper", &[5.0, 100.0, 100.0, 0.998], 16.454_745_203_680_105, 1e-8);
    near("rate_ratio", &[11.0, 800.0, 21.0, 3011.0], 1.971_488_095_238_095_3, 1e-12);
    near("rate_ratio_lower", &[11.0, 800.0, 21.0, 3011.0, 0.95], 0.858_426_403_391_639_2, 1e-9);
    near("rate_ratio_upper", &[11.0, 800.0, 21.0, 3011.0, 0.95], 4.277_265_943_654_071, 1e-8);
    near("rate_ratio_p", &[11.0, 800.0, 21.0, 3011.0], 0.112_017_319_575_399_39, 1e-9);
    near("count_ratio", &[81.0, 64.0], 1.27, 5e-3);
    near("count_ratio_lower", &[81.0, 64.0, 0.95], 0.90, 5e-3);
    near("count_ratio_upper", &[81.0, 64.0, 0.95], 1.79, 5e-3);
}

/// An indirectly standardised rate of the same test data: ratio and limits times the reference's 9,349.883 per 100,000.
#[test]
fn standardised_ratios() {
    let (observed, expected, reference) = (9.0, 835.883_561_231_174, 9_349.883_092_211);
    near("standardised_ratio", &[observed, expected], 100.670_658 / reference, 1e-9);
    near("standardised_ratio_lower", &[observed, expected, 0.95], 46.033_035 / reference, 1e-9);
    near("standardised_ratio_upper", &[observed, expected, 0.95], 191.104_267 / reference, 1e-9);
}

/// The worked examples of the funnel's own tests: 30 cases round 90 %, and 6.4 expected events.
#[test]
fn funnels() {
    near("funnel_lower", &[9.0, 10.0, 30.0, 0.95], 0.7657, 5e-5);
    near("funnel_lower", &[9.0, 10.0, 30.0, 0.998], 0.6839, 5e-5);
    assert_eq!(call("funnel_upper", &[9.0, 10.0, 30.0, 0.95]), Ok(None));
    near("funnel_upper", &[1.0, 10.0, 30.0, 0.95], 1.0 - 0.7657, 5e-5);
    near("rate_funnel_lower", &[64.0, 1000.0, 100.0, 1000.0, 0.95], 14.90, 5e-3);
    near("rate_funnel_upper", &[64.0, 1000.0, 100.0, 1000.0, 0.998], 159.91, 5e-3);
    assert_eq!(call("rate_funnel_lower", &[64.0, 1000.0, 100.0, 1.0, 0.998]), Ok(None));
    for (x, label) in [(20.0, "below_99_8"), (22.0, "below_95"), (23.0, "within"), (30.0, "within")] {
        assert_eq!(word("funnel_label", &[9.0, 10.0, x, 30.0]), Ok(Some(label)));
    }
    for (x, label) in [(1.0, "below_95"), (12.0, "within"), (13.0, "above_95"), (16.0, "above_99_8")] {
        assert_eq!(word("rate_funnel_label", &[64.0, 1000.0, x, 100.0]), Ok(Some(label)));
    }
    // Too few cases to tell, and a centre without variation.
    assert_eq!(word("funnel_label", &[1.0, 2.0, 0.0, 3.0]), Ok(None));
    assert_eq!(word("funnel_label", &[10.0, 10.0, 3.0, 3.0]), Ok(None));
}

/// The worked examples of the benchmark's and the targets' own tests.
#[test]
fn labels_of_comparisons_and_targets() {
    assert_eq!(word("proportion_benchmark", &[720.0, 900.0, 5100.0, 6000.0, 0.0]), Ok(Some("lower_99_8")));
    let similar = |margin| word("proportion_benchmark", &[8000.0, 10_000.0, 80_500.0, 100_000.0, margin]);
    assert_eq!((similar(0.02), similar(0.0)), (Ok(Some("similar")), Ok(Some("no_clear_difference"))));
    assert_eq!(word("rate_benchmark", &[36.0, 1200.0, 150.0, 8000.0, 1.0]), Ok(Some("higher_95")));
    assert_eq!(word("rate_benchmark", &[5000.0, 100.0, 49_800.0, 1000.0, 1.1]), Ok(Some("similar")));
    for (x, at_least, at_most) in [
        (990.0, "met_clearly", "not_met_clearly"),
        (950.0, "met", "met"),
        (949.0, "not_met", "met"),
        (900.0, "not_met_clearly", "met_clearly"),
    ] {
        assert_eq!(word("target_at_least", &[x, 1000.0, 95.0, 100.0, 0.95]), Ok(Some(at_least)));
        assert_eq!(word("target_at_most", &[x, 1000.0, 95.0, 100.0, 0.95]), Ok(Some(at_most)));
    }
}

fn bars(rows: &[(i64, bool, u64)]) -> Bars {
    rows.iter().map(|&(value, ended, count)| ((value, ended), count)).collect()
}

/// Weeks in remission on 6-mercaptopurine (Freireich and others 1963); ranks as tabled for order statistics.
#[test]
fn percentiles_of_delays() {
    let remission = bars(&SIX_MP);
    assert_eq!(aggregate("km_percentile", &remission, &[25.0]), Ok(Some(13.0)));
    assert_eq!(aggregate("km_percentile", &remission, &[50.0]), Ok(Some(23.0)));
    assert_eq!(aggregate("km_percentile", &remission, &[90.0]), Ok(None));
    assert_eq!(aggregate("km_percentile_lower", &remission, &[50.0, 0.95]), Ok(Some(13.0)));
    assert_eq!(aggregate("km_percentile_upper", &remission, &[50.0, 0.95]), Ok(None));
    // From the cap on nothing is known but that it lasted so long.
    assert_eq!(aggregate("km_percentile", &remission, &[50.0, 23.0]), Ok(None));
    assert_eq!(aggregate("km_percentile", &remission, &[25.0, 23.0]), Ok(Some(13.0)));

    let tens: Vec<(i64, bool, u64)> = (1..=10).map(|i| (i * 10, true, 1)).collect();
    assert_eq!(aggregate("percentile_of", &bars(&tens), &[25.0]), Ok(Some(32.5)));
    assert_eq!(aggregate("percentile_of", &bars(&tens), &[90.0]), Ok(Some(91.0)));
    assert_eq!(aggregate("percentile_of", &bars(&tens), &[90.0, 95.0]), Ok(None));
    let ranks: Vec<(i64, bool, u64)> = (1..=25).map(|i| (i, true, 1)).collect();
    assert_eq!(aggregate("percentile_of_lower", &bars(&ranks), &[50.0, 0.95]), Ok(Some(8.0)));
    assert_eq!(aggregate("percentile_of_upper", &bars(&ranks), &[50.0, 0.95]), Ok(Some(18.0)));
    assert_eq!(aggregate("percentile_of_upper", &bars(&ranks), &[50.0, 0.95, 18.0]), Ok(None));
    assert_eq!(aggregate("percentile_of_lower", &Bars::new(), &[50.0, 0.95]), Ok(None));
}

#[test]
fn what_cannot_exist_is_no_answer() {
    for (name, arguments) in [
        ("wilson_lower", &[0.0, 0.0, 0.95][..]),
        ("exact_upper", &[0.0, 0.0, 0.95]),
        ("newcombe_p", &[0.0, 0.0, 1.0, 2.0]),
        ("byar_lower", &[0.0, 0.95]),
        ("byar_lower", &[1.0, 0.998]),
        ("rate_upper", &[3.0, 0.0, 100.0, 0.95]),
        ("rate_ratio", &[5.0, 100.0, 0.0, 100.0]),
        ("rate_ratio_upper", &[5.0, 100.0, 0.0, 100.0, 0.95]),
        ("rate_ratio_p", &[0.0, 100.0, 0.0, 100.0]),
        ("count_ratio", &[3.0, 0.0]),
        ("standardised_ratio", &[3.0, 0.0]),
        ("funnel_lower", &[9.0, 10.0, 0.0, 0.95]),
    ] {
        assert_eq!(call(name, arguments), Ok(None), "{name} {arguments:?}");
    }
    assert_eq!(word("target_at_least", &[0.0, 0.0, 1.0, 2.0, 0.95]), Ok(None));
    assert_eq!(word("rate_benchmark", &[0.0, 1.0, 0.0, 2.0, 1.0]), Ok(None));
}

#[test]
fn what_makes_no_sense_is_an_error() {
    for (name, arguments, words) in [
        ("wilson_lower", &[3.0, 2.0, 0.95][..], "the numerator is not from 0 to the denominator"),
        ("wilson_lower", &[0.5, 2.0, 0.95], "numerator 0.5 is not a whole number below 2^53"),
        ("exact_lower", &[-1.0, 2.0, 0.95], "numerator -1 is below zero"),
        ("poisson_lower", &[f64::NAN, 0.95], "count NaN is not a whole number below 2^53"),
        ("poisson_lower", &[1e300, 0.95], "is not a whole number below 2^53"),
        ("poisson_lower", &[3.0, 95.0], "a confidence level lies from 0.9 to below 1, and 95 does not"),
        ("byar_lower", &[f64::INFINITY, 0.95], "count inf is below zero or endless"),
        ("rate_lower", &[3.0, -1.0, 100.0, 0.95], "exposure -1 is below zero"),
        ("rate_lower", &[3.0, 1.0, 0.0, 0.95], "multiplier 0 is not from 1 to 4294967295"),
        ("newcombe_lower", &[3.0, 2.0, 1.0, 2.0, 0.95], "the numerator is not from 0 to the denominator"),
        ("rate_ratio_p", &[3.0, 2.0, -1.0, 2.0], "x2 -1 is below zero"),
        ("standardised_ratio", &[3.0, -2.0], "expected -2 is below zero or endless"),
        ("funnel_lower", &[9.0, 10.0, 30.0, 0.99], "a funnel has the levels 0.95 and 0.998, and 0.99 is neither"),
        ("funnel_lower", &[11.0, 10.0, 30.0, 0.95], "the centre is not from 0 to 1"),
        ("wilson_lower", &[3.0], "takes 3 arguments"),
    ] {
        let function = FUNCTIONS.scalars().find(|function| function.name == name).unwrap();
        let Compute::Number(compute) = function.compute else { panic!("{name}") };
        let found = compute(arguments).unwrap_err();
        assert!(found.contains(words), "{name} {arguments:?}: {found}");
    }
    for (name, arguments, words) in [
        ("funnel_label", &[9.0, 10.0, 31.0, 30.0][..], "the numerator is not from 0 to the denominator"),
        ("proportion_benchmark", &[1.0, 2.0, 1.0, 2.0, 2.0], "margin 2 is not from 0 to 1"),
        ("rate_benchmark", &[1.0, 2.0, 1.0, 2.0, 0.1], "margin 0.1 is not a factor from 1 on"),
        ("target_at_least", &[1.0, 2.0, 0.0, 0.0, 0.95], "the target has no denominator"),
        ("target_at_most", &[1.0, 2.0, 95.0, 1.0, 0.95], "the numerator is not from 0 to the denominator"),
    ] {
        let found = word(name, arguments).unwrap_err();
        assert!(found.contains(words), "{name} {arguments:?}: {found}");
    }
    for (name, settings, words) in [
        ("km_percentile", &[0.0][..], "percent 0 is not a whole number from 1 to 99"),
        ("km_percentile", &[0.5], "percent 0.5 is not a whole number from 1 to 99"),
        ("percentile_of", &[50.0, -2.0], "cap -2 is below zero"),
        ("percentile_of_upper", &[50.0, 95.0], "a confidence level lies from 0.9 to below 1"),
    ] {
        let found = aggregate(name, &bars(&[(1, true, 1)]), settings).unwrap_err();
        assert!(found.contains(words), "{name} {settings:?}: {found}");
    }
}

#[test]
fn every_function_has_a_name_of_its_own_and_a_line_that_fits() {
    let names = FUNCTIONS.scalars().map(|function| function.name);
    let mut names: Vec<&str> = names.chain(FUNCTIONS.aggregates().map(|function| function.name)).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    // Help is wrapped at 100 columns where it is not printed on a wider terminal.
    for (title, functions) in FUNCTIONS.sections() {
        assert!(title.lines().all(|line| line.chars().count() <= 100), "{title}");
        let width = functions.iter().map(|(call, _)| call.len()).max().unwrap();
        for (call, summary) in functions {
            let line = format!("  {call:<width$}  {summary}");
            assert!(line.chars().count() <= 100, "{title}: {line}");
            assert!(!summary.is_empty() && !summary.contains('\n'), "{call}");
        }
    }
    let observed: Vec<&AggregateFunction> = FUNCTIONS.aggregates().filter(|function| function.observed).collect();
    assert_eq!(observed.len(), 3);
    assert_eq!(observed[1].call(), "km_percentile_lower(value, observed, count, percent, level [, cap])");
}
