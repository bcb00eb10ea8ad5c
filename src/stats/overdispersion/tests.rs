//! Published figures of the spread between forces, and its laws.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::stats::funnel::{Centre, proportion_funnel, ratio_funnel};

#[track_caller]
fn near(found: f64, wanted: f64, within: f64) {
    assert!((found - wanted).abs() <= within, "{found}, not {wanted}");
}

/// The six rows of the test of `FunnelPlotR` 0.6.0.
fn six() -> Vec<SizedCount> {
    let rows = [(100, 108.0), (150, 112.0), (180, 165.0), (80, 95.0), (120, 100.0), (225, 220.0)];
    rows.into_iter().map(|(observed, size)| SizedCount { observed, size }).collect()
}

fn any_number() -> Trimming {
    Trimming { least_forces: 2, ..Trimming::default() }
}

#[test]
fn limits_from_a_published_variance() {
    // FunnelPlotR 0.6.0 on its six rows: tau² 0.01947753, limits for an expected count of 108.
    let limits = |level| SpreadModel::log_ratio().limits(108.0, 0.019_477_530_578, level);
    near(limits(Level::LOOK).lower.unwrap(), 0.717_307, 5e-7);
    near(limits(Level::LOOK).upper.unwrap(), 1.394_104, 5e-7);
    near(limits(Level::ACT).lower.unwrap(), 0.592_234, 5e-7);
    near(limits(Level::ACT).upper.unwrap(), 1.688_523, 1e-6);
}

#[test]
fn published_estimate() {
    let found = dispersion(SpreadModel::log_ratio(), &six(), any_number()).unwrap();
    near(found.phi, 2.948_033, 5e-7);
    near(found.tau2, 0.019_477_53, 5e-9);
}

#[test]
fn fewer_than_ten_forces_give_no_estimate() {
    let found = dispersion(SpreadModel::log_ratio(), &six(), Trimming::default());
    assert_eq!(found, Err(Status::CannotTell("fewer than 10 forces".to_owned())));
    assert!(dispersion(SpreadModel::log_ratio(), &six(), any_number()).is_ok());
    assert!(dispersion(SpreadModel::log_ratio(), &[], Trimming { least_forces: 0, share: 0.1 }).is_err());
}

#[test]
fn a_force_without_events_is_left_out_and_named() {
    let mut forces = six();
    forces.insert(2, SizedCount { observed: 0, size: 3.0 });
    let found = dispersion(SpreadModel::log_ratio(), &forces, any_number()).unwrap();
    assert_eq!(found.left_out, [2]);
    assert_eq!(
        Dispersion { left_out: Vec::new(), ..found },
        dispersion(SpreadModel::log_ratio(), &six(), any_number()).unwrap()
    );
}

#[test]
fn the_variance_by_hand() {
    // Without trimming: z² sums to the dispersion, the weights are the expected counts themselves.
    let forces = six();
    let plain = Trimming { share: 0.0, least_forces: 2 };
    let found = dispersion(SpreadModel::log_ratio(), &forces, plain).unwrap();
    let squares: f64 = forces.iter().map(|f| (real(f.observed) / f.size).ln().powi(2) * f.size).sum();
    near(found.phi, squares / 6.0, 1e-12);
    let (w, w2) = (
        800.0,
        108.0_f64.powi(2)
            + 112.0_f64.powi(2)
            + 165.0_f64.powi(2)
            + 95.0_f64.powi(2)
            + 100.0_f64.powi(2)
            + 220.0_f64.powi(2),
    );
    near(found.tau2, (squares - 5.0) / (w - w2 / w), 1e-12);
}

#[test]
fn equal_forces_show_no_spread() {
    let forces = vec![SizedCount { observed: 90, size: 100.0 }; 12];
    let model = SpreadModel::proportion(0.9).unwrap();
    let found = dispersion(model, &forces, Trimming::default()).unwrap();
    assert!(found.phi.abs() < 1e-20 && found.tau2.abs() <= 0.0 && !found.beyond_chance());
    let plain = proportion_funnel(Centre::standard(9, 10), 100).unwrap();
    assert_eq!(model.adjust(plain, 100.0, &found), plain);
    assert_eq!(model.spread(&found).words(), "no sign of differences beyond chance");
}

fn spread_of(tau: f64) -> Dispersion {
    Dispersion {
        phi: 2.0,
        tau2: tau * tau,
        kept: 43,
        trimmed: 0,
        left_out: Vec::new(),
        share: 0.1,
        by_chance: Some(1.5),
    }
}

#[test]
fn the_spread_in_words() {
    let words = SpreadModel::proportion(0.9).unwrap().spread(&spread_of(0.03)).words();
    assert_eq!(words, "forces typically differ by about 1.8 percentage points either way, beyond chance");
    let words = SpreadModel::log_ratio().spread(&spread_of(0.2)).words();
    assert_eq!(words, "forces typically differ by a factor of about 1.22 either way, beyond chance");
}

#[test]
fn limits_stay_on_the_scale() {
    let limits = SpreadModel::proportion(0.98).unwrap().limits(2.0, 0.5, Level::ACT);
    assert_eq!(limits, Interval { lower: Some(0.0), upper: Some(1.0) });
    assert_eq!(SpreadModel::log_ratio().limits(0.0, 1.0, Level::ACT), Interval { lower: None, upper: None });
    assert_eq!((SpreadModel::proportion(1.0), SpreadModel::count_ratio(0.0)), (None, None));
    assert_eq!(SpreadModel::proportion(0.5).unwrap().point(SizedCount { observed: 5, size: 4.0 }), None);
    assert_eq!(SpreadModel::log_ratio().point(SizedCount { observed: 5, size: f64::NAN }), None);
}

#[test]
fn a_ratio_of_counts_is_judged_at_the_expected_numerator() {
    let model = SpreadModel::count_ratio(2.0).unwrap();
    let limits = model.boundaries(50.0, &spread_of(0.0));
    let s = (100.0 / 100.5_f64.powi(2) + 50.0 / 50.5_f64.powi(2)).sqrt();
    near(limits.look.upper.unwrap(), 100.0 * (1.959_963_984_540_054 * s).exp(), 1e-9);
    assert_eq!(limits.rule, BoundaryMethod::Adjusted);
}

fn forces() -> impl Strategy<Value = Vec<SizedCount>> {
    prop::collection::vec((1..5_000_i64, 0.0..=1.0_f64), 12..50).prop_map(|rows| {
        rows.into_iter()
            .map(|(n, share)| {
                #[expect(clippy::cast_possible_truncation, reason = "below the denominator")]
                let observed = (real(n) * share) as i64;
                SizedCount { observed, size: real(n) }
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_estimate_is_finite_and_rows_may_come_in_any_order(forces in forces(), share in 0.0..0.4_f64) {
        let trimming = Trimming { share, least_forces: 2 };
        let mut turned = forces.clone();
        turned.reverse();
        let models = [SpreadModel::proportion(0.4).unwrap(), SpreadModel::log_ratio(), SpreadModel::count_ratio(0.4).unwrap()];
        for model in models {
            if let (Ok(found), Ok(back)) = (dispersion(model, &forces, trimming), dispersion(model, &turned, trimming)) {
                prop_assert!(found.phi.is_finite() && found.phi >= 0.0 && found.tau2.is_finite() && found.tau2 >= 0.0);
                prop_assert!((found.tau2 - back.tau2).abs() <= 1e-9 * found.tau2.max(1.0));
                prop_assert_eq!(found.kept, back.kept);
            }
        }
    }

    #[test]
    fn adjusted_limits_are_never_narrower(n in 1..100_000_i64, x in 1..99_i64, tau in 0.0..0.5_f64) {
        let centre = Centre::standard(x, 100);
        let dispersion = spread_of(tau);
        let p = real(x) / 100.0;
        let plain = proportion_funnel(centre, n).unwrap();
        let ratio = ratio_funnel(real(n) * p).unwrap();
        let pairs = [
            (plain, SpreadModel::proportion(p).unwrap().adjust(plain, real(n), &dispersion)),
            (ratio, SpreadModel::log_ratio().adjust(ratio, real(n) * p, &dispersion)),
        ];
        for (plain, adjusted) in pairs {
            for (a, b) in [(plain.look, adjusted.look), (plain.act, adjusted.act)] {
                prop_assert_eq!((a.lower.is_some(), a.upper.is_some()), (b.lower.is_some(), b.upper.is_some()));
                prop_assert!(b.lower <= a.lower && b.upper >= a.upper);
            }
        }
    }
}

/// φ counts only against what chance gives at the same sizes.
#[test]
fn what_a_spread_says_depends_on_chance() {
    let model = SpreadModel::proportion(0.9).unwrap();
    let of = |phi, tau2, by_chance| model.spreading(&Dispersion { phi, tau2, by_chance, ..spread_of(0.0) }, 400.0);
    assert_eq!(of(2.0, 0.01, Some(1.5)), Spreading::BeyondChance);
    // Forces with a case or two each: φ is as large by chance.
    assert_eq!(of(2.0, 0.01, Some(2.5)), Spreading::Chance);
    assert_eq!(of(2.0, 0.01, None), Spreading::Chance);
    // Trimming hides the variance and not the fact.
    assert_eq!(of(0.77, 0.0, Some(0.7)), Spreading::Slight);
    assert_eq!(of(10.5, 0.01, Some(1.5)), Spreading::TooMuch);
    // 99.8 % limits from 0 to 100 % at the largest size: θ = 1.249, and 3.09 · 0.41 reaches 0 and π/2.
    assert_eq!(of(2.0, 0.41 * 0.41, Some(1.5)), Spreading::TooMuch);
    assert_eq!(of(2.0, 0.39 * 0.39, Some(1.5)), Spreading::BeyondChance);
}
