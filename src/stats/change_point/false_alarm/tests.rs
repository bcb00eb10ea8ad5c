//! The simulation behind the table. To regenerate it:
//! `cargo test --release --lib -- --ignored --nocapture change_point::false_alarm`, and copy what it prints.

use super::super::{MOST_BREAKS, change_points};
use super::*;
use crate::stats::false_alarm::tests::SplitMix;

/// Of so many series of a length: those with a break.
fn simulate(points: usize, series: u32) -> u32 {
    let mut random = SplitMix::seeded(20_250_401 + points as u64);
    let broken = |_: &u32| {
        let values: Vec<f64> = (0..points).map(|_| random.normal()).collect();
        !change_points(&values, LEAST_SEGMENT, MOST_BREAKS).unwrap().changes.is_empty()
    };
    u32::try_from((0..series).filter(broken).count()).unwrap()
}

#[test]
#[ignore = "takes minutes; run it to regenerate the table"]
fn the_table_is_what_the_simulation_gives() {
    let found: Vec<u32> = (2 * LEAST_SEGMENT..=60).map(|points| simulate(points, SERIES)).collect();
    println!("{found:?}");
    // The last digit of a logarithm differs between systems and may turn a comparison.
    assert!(found.len() == BROKEN.len() && found.iter().zip(BROKEN).all(|(one, other)| one.abs_diff(other) <= 3));
}

#[test]
fn some_entries_by_a_smaller_simulation() {
    for points in [12, 15, 24] {
        const FEW: u32 = 1_500;
        let (found, rate) = (simulate(points, FEW), false_alarm(points).unwrap());
        let error = (rate * (1.0 - rate) / real(FEW)).sqrt();
        assert!((real(found) / real(FEW) - rate).abs() < 4.0 * error, "{points}: {found} of {FEW}, not {rate}");
    }
    assert_eq!((false_alarm(11), false_alarm(61)), (None, None));
}
