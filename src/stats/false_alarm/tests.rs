//! The simulation behind the table. To regenerate it:
//! `cargo test --release --lib -- --ignored --nocapture false_alarm`, and copy what it prints.

use super::*;
use crate::stats::control::{ChartSettings, PointUse, ValuePoint, xmr};
use crate::stats::timeline::tests::months;
use crate::vocabulary::quantity::Better;

/// The 64-bit generator of Steele, Lea and Flood (OOPSLA 2014).
pub(in crate::stats) struct SplitMix(u64);

impl SplitMix {
    pub(in crate::stats) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Above 0 and below 1.
    fn uniform(&mut self) -> f64 {
        (real(self.next() >> 12) + 0.5) / real(1_u64 << 52)
    }

    /// A standard normal number (Box and Muller, 1958).
    pub(in crate::stats) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }
}

/// Of so many series of a length: those with a signal at any point and at the last.
fn simulate(points: usize, series: u32) -> (u32, u32) {
    let mut random = SplitMix::seeded(20_250_401 + points as u64);
    let settings = ChartSettings::new(Better::Neutral);
    let spans: Vec<_> = (0..).take(points).map(|month| months(month, 1)).collect();
    let (mut any, mut last) = (0, 0);
    for _ in 0..series {
        let observation = |&span| ValuePoint { span, value: Some(random.normal()), standing: PointUse::Final };
        let of: Vec<ValuePoint> = spans.iter().map(observation).collect();
        let chart = xmr(&of, &settings).unwrap();
        let signals = |point: &crate::stats::control::ChartPoint| !point.judgement.as_ref().unwrap().signals.is_empty();
        any += u32::from(chart.points.iter().any(signals));
        last += u32::from(chart.points.last().is_some_and(signals));
    }
    (any, last)
}

#[test]
#[ignore = "takes minutes; run it to regenerate the table"]
fn the_table_is_what_the_simulation_gives() {
    let found: Vec<_> = (LEAST_POINTS..).take(SIGNALS.len()).map(|points| simulate(points, SERIES)).collect();
    for (any, last) in &found {
        println!("    ({any}, {last}),");
    }
    // The last digit of a logarithm differs between systems and may turn a comparison.
    let near = |a: u32, b: u32| a.abs_diff(b) <= 3;
    assert!(found.iter().zip(SIGNALS).all(|(a, b)| near(a.0, b.0) && near(a.1, b.1)));
}

#[test]
fn some_entries_by_a_smaller_simulation() {
    for points in [8, 13, 24, 60] {
        const FEW: u32 = 2_000;
        let (any, last) = simulate(points, FEW);
        let rates = false_alarms(points).unwrap();
        for (found, rate) in [(any, rates.any_point), (last, rates.last_point)] {
            let error = (rate * (1.0 - rate) / real(FEW)).sqrt();
            assert!((real(found) / real(FEW) - rate).abs() < 4.0 * error, "{points}: {found} of {FEW}, not {rate}");
        }
    }
}

#[test]
fn lengths_outside_the_table_and_sums() {
    assert_eq!((false_alarms(7), false_alarms(61), false_alarms(0)), (None, None, None));
    assert!(false_alarms(8).is_some() && false_alarms(60).is_some());
    assert!(SIGNALS.windows(2).all(|pair| pair[0].0 < pair[1].0 + 800), "longer series signal more often");
    let one = false_alarms(24).unwrap().last_point;
    let (sum, counted) = expected_icons([24, 24, 7]);
    assert!((sum - 2.0 * one).abs() < 1e-12 && counted == 2);
    assert!(SIGNALS.iter().all(|(any, last)| last <= any && *any <= SERIES));
}
