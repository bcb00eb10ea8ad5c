//! Steps and seasons told apart: a step looks like a season to a fit that knows no steps, and a season like a step.
//! Three explanations of a series compete by BIC: steps alone, and steps and seasons estimated in turn (Verbesselt,
//! Hyndman, Newnham and Culvenor, Remote Sensing of Environment 114, 2010) from two first guesses.

use std::collections::{BTreeMap, BTreeSet};

use super::{ChangePoints, SegmentationError, change_points};
use crate::stats::arithmetic::{mean, size};

/// Rounds after which steps and seasons are taken as they are; two are usual.
const MOST_ROUNDS: usize = 8;
/// Rounds of the seasons for given steps, and the change below which they are settled.
const MOST_FITS: usize = 200;
const SETTLED: f64 = 1e-10;

/// Segments a series after taking its seasons out, where they explain more than they cost. `seasons` numbers the season of
/// each value (two values of one number share a season), and `guess` is what the season may add to each. Returns the
/// segmentation and what the season adds to each value, all 0 where steps alone explain the series better.
///
/// # Errors
/// The errors of [`change_points`].
pub fn seasonal_change_points(
    values: &[f64],
    seasons: &[u32],
    guess: &[f64],
    least_segment: usize,
    most_breaks: usize,
) -> Result<(ChangePoints, Vec<f64>), SegmentationError> {
    let search = |season: &[f64]| {
        let adjusted: Vec<f64> = values.iter().zip(season).map(|(value, season)| value - season).collect();
        change_points(&adjusted, least_segment, most_breaks)
    };
    let in_turn = |mut season: Vec<f64>| {
        let mut found = search(&season)?;
        for _ in 0..MOST_ROUNDS {
            let breaks = breaks_of(&found);
            season = seasons_between(values, seasons, &breaks);
            found = search(&season)?;
            if breaks_of(&found) == breaks {
                break;
            }
        }
        Ok::<_, SegmentationError>((found, season))
    };
    let none = vec![0.0; values.len()];
    let plain = (search(&none)?, none.clone());
    let seasonal = [in_turn(guess.to_vec())?, in_turn(none)?];
    let levels = seasons.iter().collect::<BTreeSet<_>>().len();
    let cost = size(levels.saturating_sub(1)) * size(values.len()).ln();
    let mut best = (bic(&plain.0), plain);
    for found in seasonal {
        let bic = bic(&found.0) + cost;
        if bic < best.0 {
            best = (bic, found);
        }
    }
    Ok(best.1)
}

fn breaks_of(found: &ChangePoints) -> Vec<usize> {
    found.changes.iter().map(|change| change.after).collect()
}

/// BIC of the chosen segmentation; nothing is better than means that fit exactly.
fn bic(found: &ChangePoints) -> f64 {
    found.segmentations.get(found.chosen).and_then(|chosen| chosen.bic).unwrap_or(f64::NEG_INFINITY)
}

/// What each season adds, on average nothing, by least squares between given breaks: means of segments and means of
/// seasons in turn until they are settled.
fn seasons_between(values: &[f64], seasons: &[u32], breaks: &[usize]) -> Vec<f64> {
    let mut season = vec![0.0; values.len()];
    let spread = values.iter().fold(0.0_f64, |greatest, value| greatest.max(value.abs())).max(1.0);
    for _ in 0..MOST_FITS {
        let adjusted: Vec<f64> = values.iter().zip(&season).map(|(value, season)| value - season).collect();
        let levels = super::segments(&adjusted, breaks).flat_map(|part| {
            let level = mean(part).unwrap_or(0.0);
            part.iter().map(move |_| level)
        });
        let mut left: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for ((value, level), number) in values.iter().zip(levels).zip(seasons) {
            left.entry(*number).or_default().push(value - level);
        }
        let added = |number: &u32| left.get(number).and_then(|left| mean(left)).unwrap_or(0.0);
        let new: Vec<f64> = seasons.iter().map(added).collect();
        let middle = mean(&new).unwrap_or(0.0);
        let new: Vec<f64> = new.into_iter().map(|added| added - middle).collect();
        let moved = new.iter().zip(&season).fold(0.0_f64, |greatest, (new, old)| greatest.max((new - old).abs()));
        season = new;
        if moved <= SETTLED * spread {
            break;
        }
    }
    season
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::change_point::{LEAST_SEGMENT, MOST_BREAKS};
    use crate::stats::false_alarm::tests::SplitMix;

    /// Months from January on: a level each, a season of the given height in the first half of the year, and scatter.
    fn months(levels: &[f64], height: f64) -> (Vec<f64>, Vec<u32>) {
        let mut random = SplitMix::seeded(20_250_403);
        let season = |n: usize| if n % 12 < 6 { height } else { 0.0 };
        let values = levels.iter().enumerate().map(|(n, level)| level + season(n) + random.normal()).collect();
        (values, (0..levels.len()).map(|n| u32::try_from(n % 12).unwrap()).collect())
    }

    fn found(values: &[f64], seasons: &[u32]) -> (Vec<usize>, Vec<f64>) {
        let guess = seasons_between(values, seasons, &[]);
        let (found, season) = seasonal_change_points(values, seasons, &guess, LEAST_SEGMENT, MOST_BREAKS).unwrap();
        (breaks_of(&found), season)
    }

    #[test]
    fn a_step_within_the_year_is_no_season() {
        let levels: Vec<f64> = (0..24).map(|n| if n < 11 { 100.0 } else { 90.0 }).collect();
        let (values, seasons) = months(&levels, 0.0);
        // Seasons alone would take the step for one, and leave a second one behind.
        let guess = seasons_between(&values, &seasons, &[]);
        assert!(guess.iter().any(|added| added.abs() > 2.0));
        let (breaks, season) = found(&values, &seasons);
        assert_eq!((breaks, season.iter().all(|added| *added == 0.0)), (vec![11], true));
    }

    #[test]
    fn seasons_are_no_steps_and_hide_none() {
        let level = vec![80.0; 48];
        let (values, seasons) = months(&level, 20.0);
        let plain = change_points(&values, LEAST_SEGMENT, MOST_BREAKS).unwrap();
        assert!(!plain.changes.is_empty(), "without seasons there seem to be steps");
        let (breaks, season) = found(&values, &seasons);
        assert_eq!(breaks, [0_usize; 0]);
        assert!((season[5] - season[6] - 20.0).abs() < 2.5, "{season:?}");
        let stepped: Vec<f64> = (0..48).map(|n| if n < 19 { 80.0 } else { 95.0 }).collect();
        let (values, seasons) = months(&stepped, 20.0);
        let (breaks, season) = found(&values, &seasons);
        assert_eq!(breaks, [19]);
        assert!((season[5] - season[6] - 20.0).abs() < 2.5, "{season:?}");
    }

    #[test]
    fn seasons_between_breaks_add_nothing_on_average() {
        let (values, seasons) = months(&[50.0; 36], 6.0);
        let season = seasons_between(&values, &seasons, &[13]);
        assert!(season.iter().sum::<f64>().abs() < 1e-9);
        assert!(season.iter().zip(season.iter().skip(12)).all(|(one, year_later)| (one - year_later).abs() < 1e-12));
    }
}
