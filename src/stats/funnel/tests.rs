//! Worked examples of funnel limits, and the law that the label is the point's place against the line.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::FunnelLabel::{AboveAct, AboveLook, BelowAct, BelowLook, Within};
use super::*;

#[track_caller]
fn near(found: Option<f64>, wanted: f64, places: f64) {
    let found = found.unwrap();
    assert!((found - wanted).abs() <= 0.5 * 10_f64.powf(-places) + 1e-12, "{found}, not {wanted}");
}

fn ninety_per_cent() -> Centre {
    Centre::standard(9, 10)
}

#[test]
fn thirty_cases_round_ninety_per_cent() {
    let limits = proportion_funnel(ninety_per_cent(), 30).unwrap();
    near(limits.look.lower, 22.971, 3.0);
    near(limits.act.lower, 20.517, 3.0);
    assert_eq!((limits.look.upper, limits.act.upper), (None, None));
    let drawn = limits.look.drawn(100.0, 30.0);
    near(drawn.lower, 76.57, 2.0);
    near(limits.act.drawn(100.0, 30.0).lower, 68.39, 2.0);
    let labels: Vec<FunnelLabel> = [20, 21, 22, 23, 30].into_iter().map(|x| limits.label(x)).collect();
    assert_eq!(labels, [BelowAct, BelowLook, BelowLook, Within, Within]);
}

#[test]
fn few_expected_events() {
    let limits = ratio_funnel(6.4).unwrap();
    near(limits.look.lower, 1.490, 3.0);
    near(limits.look.upper, 12.278, 3.0);
    assert_eq!(limits.act.lower, None);
    near(limits.act.upper, 15.991, 3.0);
    let labels: Vec<FunnelLabel> = [1, 2, 12, 13, 16].into_iter().map(|x| limits.label(x)).collect();
    assert_eq!(labels, [BelowLook, Within, Within, AboveLook, AboveAct]);
    assert_eq!(rate_funnel(Centre::standard(64, 1000), 100).unwrap().label(1), BelowLook);
}

#[test]
fn no_answer_has_a_reason() {
    assert!(matches!(proportion_funnel(ninety_per_cent(), 0), Err(Status::NotApplicable(_))));
    for flat in [Centre::standard(0, 10), Centre::standard(10, 10)] {
        assert_eq!(proportion_funnel(flat, 9), Err(Status::CannotTell("no variation".to_owned())));
    }
    assert!(matches!(proportion_funnel(Centre::standard(11, 10), 9), Err(Status::Missing(_))));
    assert!(matches!(rate_funnel(Centre::standard(0, 10), 9), Err(Status::CannotTell(_))));
    assert!(matches!(rate_funnel(Centre::standard(1, 10), 0), Err(Status::NotApplicable(_))));
    for expected in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(ratio_funnel(expected), Err(Status::NotApplicable(_))));
    }
    let few = proportion_funnel(Centre::standard(1, 2), 3).unwrap();
    assert_eq!(few.label(0), FunnelLabel::CannotTell);
}

#[test]
fn large_expected_counts_have_no_step() {
    // The series and the tails meet where one takes over from the other.
    let (tails, series) = (ratio_funnel(SERIES_FROM - 1.0).unwrap(), ratio_funnel(SERIES_FROM).unwrap());
    for (a, b) in [(tails.look, series.look), (tails.act, series.act)] {
        assert!((b.lower.unwrap() - a.lower.unwrap() - 1.0).abs() < 1e-3, "{a:?} {b:?}");
        assert!((b.upper.unwrap() - a.upper.unwrap() - 1.0).abs() < 1e-3, "{a:?} {b:?}");
    }
    let huge = ratio_funnel(1e18).unwrap().look;
    near(huge.lower.map(|b| (b - 1e18) / 1e9), -1.96, 2.0);
    near(huge.upper.map(|b| (b - 1e18) / 1e9), 1.96, 2.0);
}

#[test]
fn the_centre_pools_forces_with_a_value() {
    let force = |x, n| Some(Counts::new(x, n));
    let forces = [force(1, 10), None, force(2, 10), force(3, 10), force(0, 0), force(4, 10), force(5, 60)];
    let centre = Centre::of_forces(forces).unwrap();
    assert_eq!((centre.counts, centre.forces), (Counts::new(15, 100), 5));
    assert!(matches!(Centre::of_forces(forces.into_iter().take(6)), Err(Status::CannotTell(_))));
    assert!(matches!(Centre::of_forces([force(i64::MAX, i64::MAX); 5]), Err(Status::Missing(_))));
}

/// Centres strictly between 0 and 1 and sizes of every magnitude.
fn settings() -> impl Strategy<Value = (Centre, i64)> {
    (2..1000_i64).prop_flat_map(|n| {
        let centre = (1..n).prop_map(move |x| Centre::standard(x, n));
        (centre, (0..24_u32).prop_flat_map(|bits| 1..=(1_i64 << bits)))
    })
}

/// Whole counts at and next to a boundary.
#[expect(clippy::cast_possible_truncation, reason = "boundaries are small")]
fn beside(boundary: Option<f64>, most: i64) -> Vec<i64> {
    let at = boundary.map_or(0, |b| b as i64);
    (at - 1..=at + 2).map(|x| x.clamp(0, most)).collect()
}

fn counts_to_try(limits: &FunnelLimits, most: i64) -> Vec<i64> {
    let boundaries = [limits.look.lower, limits.look.upper, limits.act.lower, limits.act.upper];
    boundaries.into_iter().flat_map(|boundary| beside(boundary, most)).chain([0, most]).collect()
}

/// The label that the exact tails of a count give.
fn by_tails(ln_below: f64, ln_above: f64) -> FunnelLabel {
    let [look, act] = [Level::LOOK, Level::ACT].map(|level| level.tail().ln());
    match (ln_below, ln_above) {
        (_, above) if above < act => FunnelLabel::AboveAct,
        (below, _) if below < act => FunnelLabel::BelowAct,
        (_, above) if above < look => FunnelLabel::AboveLook,
        (below, _) if below < look => FunnelLabel::BelowLook,
        _ => FunnelLabel::Within,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_label_is_the_place_against_the_drawn_line((centre, n) in settings()) {
        let limits = proportion_funnel(centre, n).unwrap();
        prop_assume!(limits.look.lower.is_some() || limits.look.upper.is_some());
        let (look, act) = (limits.look.drawn(100.0, real(n)), limits.act.drawn(100.0, real(n)));
        for x in counts_to_try(&limits, n) {
            let value = 100.0 * real(x) / real(n);
            let outside = |line: Interval| (
                line.lower.is_some_and(|lower| value < lower * (1.0 - 1e-9)),
                line.upper.is_some_and(|upper| value > upper * (1.0 + 1e-9)),
            );
            let wanted = match (outside(act), outside(look)) {
                ((_, true), _) => FunnelLabel::AboveAct,
                ((true, _), _) => FunnelLabel::BelowAct,
                (_, (_, true)) => FunnelLabel::AboveLook,
                (_, (true, _)) => FunnelLabel::BelowLook,
                _ => FunnelLabel::Within,
            };
            prop_assert_eq!(limits.label(x), wanted, "{} of {} {:?}", x, n, limits);
        }
    }

    #[test]
    fn exact_labels_are_those_of_the_tails((centre, n) in settings()) {
        let limits = proportion_funnel(centre, n).unwrap();
        let Counts { numerator, denominator } = centre.counts;
        let chance = Chance::of_parts(numerator, denominator - numerator);
        prop_assume!(limits.look.lower.is_some() || limits.look.upper.is_some());
        for x in counts_to_try(&limits, n) {
            let (below, above) =
                (ln_binomial_at_most(real(x), real(n), chance), ln_binomial_at_least(real(x), real(n), chance));
            prop_assert_eq!(limits.label(x), by_tails(below, above), "{} of {} {:?}", x, n, limits);
        }
        let rate = rate_funnel(centre, n).unwrap();
        let expected = real(numerator) / real(denominator) * real(n);
        for x in counts_to_try(&rate, i64::MAX / 2) {
            let (below, above) = (ln_poisson_at_most(real(x), expected), ln_poisson_at_least(real(x), expected));
            prop_assert_eq!(rate.label(x), by_tails(below, above), "{} for {} {:?}", x, expected, rate);
        }
    }

    #[test]
    fn boundaries_of_the_complement_are_mirrored((centre, n) in settings()) {
        let Counts { numerator, denominator } = centre.counts;
        let other = Centre::standard(denominator - numerator, denominator);
        let (one, two) = (
            proportion_funnel(centre, n).unwrap(),
            proportion_funnel(other, n).unwrap(),
        );
        for (a, b) in [(one.look, two.look), (one.act, two.act)] {
            prop_assert_eq!(a.lower.is_some(), b.upper.is_some());
            if let (Some(lower), Some(upper)) = (a.lower, b.upper) {
                prop_assert!((lower + upper - real(n)).abs() <= 1e-9 * real(n), "{lower} {upper}");
            }
        }
    }

    #[test]
    fn the_higher_level_reaches_further_and_both_stay_on_the_scale((centre, n) in settings()) {
        let binomial = proportion_funnel(centre, n).unwrap();
        let poisson = rate_funnel(centre, n).unwrap();
        for (limits, most) in [(binomial, real(n)), (poisson, f64::INFINITY)] {
            let mean = real(centre.counts.numerator) / real(centre.counts.denominator) * real(n);
            let (wide, narrow) = (limits.act.lower, limits.look.lower);
            prop_assert!(wide.is_none_or(|wide| wide >= 0.0 && narrow.is_some_and(|narrow| wide <= narrow)));
            prop_assert!(narrow.is_none_or(|narrow| narrow <= mean));
            let (wide, narrow) = (limits.act.upper, limits.look.upper);
            prop_assert!(wide.is_none_or(|wide| wide <= most && narrow.is_some_and(|narrow| wide >= narrow)));
        }
    }
}
