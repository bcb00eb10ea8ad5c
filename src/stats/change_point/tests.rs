//! Change points: published numbers and laws.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

/// Annual flow of the Nile at Aswan, 1871 to 1970 (R data set Nile; Cobb, Biometrika 65, 1978).
const NILE: [u16; 100] = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831,
    726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845,
    944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918,
    986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
];

#[test]
fn nile_as_published() {
    // R strucchange 1.5.4, breakpoints(Nile ~ 1).
    let found = change_points(&NILE.map(f64::from), 15, 5).unwrap();
    let wanted = [(2_835_156.75, 1318.2418), (1_597_457.194_4, 1270.0837), (1_552_923.615_8, 1276.4667)];
    for (found, (rss, bic)) in found.segmentations.iter().zip(wanted) {
        assert!((found.rss - rss).abs() < 1e-3 && (found.bic.unwrap() - bic).abs() < 1e-3, "{found:?}");
    }
    assert_eq!((found.chosen, found.segmentations.len()), (1, 6));
    let change = found.changes[0];
    assert_eq!((change.after, change.interval), (28, Some((Some(25), Some(32)))));
    assert!((change.means.0 - 1097.75).abs() < 1e-9 && (change.means.1 - 849.972_222_222_222_2).abs() < 1e-9);
}

#[test]
fn series_without_variation() {
    let constant = change_points(&[0.1; 30], 6, 5).unwrap();
    assert_eq!((constant.chosen, constant.changes.len(), constant.segmentations[0].bic), (0, 0, None));
    let step: Vec<f64> = (0..30).map(|i| if i < 12 { 0.1 } else { 0.7 }).collect();
    let found = change_points(&step, 6, 5).unwrap();
    assert_eq!(found.chosen, 1);
    assert_eq!((found.changes[0].after, found.changes[0].interval), (12, None));
}

#[test]
fn room_and_refusals() {
    assert_eq!(change_points(&[1.0, 2.0, 4.0], 2, 5).unwrap().segmentations.len(), 1);
    assert_eq!(change_points(&[1.0, 2.0, 4.0], 6, 5), Err(SegmentationError::SeriesTooShort));
    assert_eq!(change_points(&[1.0, 2.0, 4.0], 1, 5), Err(SegmentationError::SegmentTooShort));
    assert_eq!(change_points(&[1.0, f64::INFINITY], 2, 5), Err(SegmentationError::NotANumber));
    assert_eq!(change_points(&[], 6, 5), Err(SegmentationError::SeriesTooShort));
}

/// The least sum of squares with so many breaks, by trying all.
fn by_search(values: &[f64], least: usize, breaks: usize) -> f64 {
    if breaks == 0 {
        return squares_about_mean(values);
    }
    let ends = least..=values.len() - least * breaks;
    ends.map(|end| squares_about_mean(&values[..end]) + by_search(&values[end..], least, breaks - 1))
        .fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_other_breaks_are_better(values in prop::collection::vec(-50..50_i32, 4..16), least in 2..4_usize) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let found = change_points(&values, least, 3).unwrap();
        for (breaks, segmentation) in found.segmentations.iter().enumerate() {
            prop_assert_eq!(segmentation.breaks.len(), breaks);
            prop_assert!((segmentation.rss - by_search(&values, least, breaks)).abs() < 1e-7);
            prop_assert!(segments(&values, &segmentation.breaks).all(|segment| segment.len() >= least));
        }
        for change in &found.changes {
            let (lower, upper) = change.interval.unwrap_or((None, None));
            prop_assert!(lower.is_none_or(|lower| lower <= change.after) && upper.is_none_or(|upper| upper >= change.after));
        }
    }

    #[test]
    fn level_and_unit_change_no_break(values in prop::collection::vec(-50..50_i32, 12..40)) {
        let one: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
        let other: Vec<f64> = one.iter().map(|value| 1000.0 + 8.0 * value).collect();
        let (one, other) = (change_points(&one, 6, 5).unwrap(), change_points(&other, 6, 5).unwrap());
        prop_assert_eq!(one.chosen, other.chosen);
        for (one, other) in one.segmentations.iter().zip(&other.segmentations) {
            prop_assert!((64.0 * one.rss - other.rss).abs() <= 1e-9 * other.rss);
        }
    }
}
