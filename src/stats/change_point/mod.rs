//! Change points: where a series may have moved from one level to another. They only propose; a person decides.
//! Least squares segmentation into constant means, the number of breaks by BIC (Bai and Perron, Econometrica 66, 1998).

use super::arithmetic::{is_usable, mean, size, total};
use super::real;
use crate::vocabulary::quantity::Interval;

mod date;
mod false_alarm;
mod season;

#[cfg(test)]
mod tests;

pub use false_alarm::false_alarm;
pub use season::seasonal_change_points;

/// Fewest periods in a segment, unless the caller says otherwise.
pub const LEAST_SEGMENT: usize = 6;
/// Most breaks looked for, unless the caller says otherwise.
pub const MOST_BREAKS: usize = 5;
/// A series this close to its segments' means (absolutely up to 1, relatively above) lies on them.
const EQUAL: f64 = 1e-9;

/// Why a series has no segmentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentationError {
    #[error("a value is not a number")]
    NotANumber,
    #[error("a segment of fewer than two periods has no variance")]
    SegmentTooShort,
    #[error("the series is shorter than one segment")]
    SeriesTooShort,
}

/// The best segmentation with a number of breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// Each break stands after so many periods.
    pub breaks: Vec<usize>,
    /// Residual sum of squares.
    pub rss: f64,
    /// N(ln RSS − ln N + 1 + ln 2π) + 2(m + 1) ln N; none where the means fit exactly, which nothing can better.
    pub bic: Option<f64>,
}

/// A proposed change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// Periods before it.
    pub after: usize,
    /// Interval of [`ChangePoint::after`] at 95 %; a side is open where it leaves the series.
    /// None where a segment does not vary, so that there is no scale.
    pub interval: Option<(Option<usize>, Option<usize>)>,
    /// Means of the segments before and after.
    pub means: (f64, f64),
}

/// Segmentations with 0, 1, 2, … breaks, as far as the series has room, and which is best.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangePoints {
    pub segmentations: Vec<Segmentation>,
    /// The number of breaks with the lowest BIC; of equals the fewest.
    pub chosen: usize,
    /// The breaks of the chosen segmentation.
    pub changes: Vec<ChangePoint>,
}

/// Segments a series of separate, seasonally adjusted periods in order of time. The work grows with the square of its
/// length.
///
/// # Errors
/// A value that is not a number, a least segment under two periods, a series shorter than one segment.
pub fn change_points(
    values: &[f64],
    least_segment: usize,
    most_breaks: usize,
) -> Result<ChangePoints, SegmentationError> {
    if !values.iter().all(|&value| is_usable(value)) {
        return Err(SegmentationError::NotANumber);
    }
    if least_segment < 2 {
        return Err(SegmentationError::SegmentTooShort);
    }
    if values.len() < least_segment {
        return Err(SegmentationError::SeriesTooShort);
    }
    let best = best_breaks(values, least_segment, most_breaks.min(values.len() / least_segment - 1));
    let segmentations: Vec<Segmentation> = best.into_iter().map(|breaks| segmentation(values, breaks)).collect();
    let exact = segmentations.iter().position(|found| found.bic.is_none());
    let mut chosen = exact.unwrap_or(0);
    if exact.is_none() {
        let mut lowest = f64::INFINITY;
        for (breaks, bic) in segmentations.iter().map(|found| found.bic).enumerate() {
            if let Some(bic) = bic.filter(|&bic| bic < lowest) {
                (chosen, lowest) = (breaks, bic);
            }
        }
    }
    let breaks = segmentations.get(chosen).map(|found| found.breaks.as_slice()).unwrap_or_default();
    let changes = changes(values, breaks);
    Ok(ChangePoints { segmentations, chosen, changes })
}

fn segmentation(values: &[f64], breaks: Vec<usize>) -> Segmentation {
    let rss = total(segments(values, &breaks).map(squares_about_mean));
    let n = size(values.len());
    let greatest = values.iter().fold(1.0_f64, |greatest, value| greatest.max(value.abs()));
    let exact = rss <= n * (EQUAL * greatest).powi(2);
    let parameters = 2.0 * size(breaks.len() + 1);
    let bic = n * (rss.ln() - n.ln() + 1.0 + (2.0 * std::f64::consts::PI).ln()) + parameters * n.ln();
    Segmentation { breaks, rss, bic: (!exact).then_some(bic) }
}

/// The stretches between breaks.
fn segments<'a>(values: &'a [f64], breaks: &'a [usize]) -> impl Iterator<Item = &'a [f64]> {
    let starts = std::iter::once(0).chain(breaks.iter().copied());
    let ends = breaks.iter().copied().chain([values.len()]);
    starts.zip(ends).map(|(start, end)| values.get(start..end).unwrap_or_default())
}

fn squares_about_mean(values: &[f64]) -> f64 {
    let middle = mean(values).unwrap_or(0.0);
    total(values.iter().map(|value| (value - middle).powi(2)))
}

/// The breaks with the least sum of squares for each number of them, by dynamic programming: the best end of a stretch
/// with m breaks is the best end with m − 1 breaks and one more segment. Of equal ends the earlier one is taken.
fn best_breaks(values: &[f64], least: usize, most: usize) -> Vec<Vec<usize>> {
    let middle = mean(values).unwrap_or(0.0);
    let (mut sums, mut squares) = (vec![0.0], vec![0.0]);
    let (mut sum, mut square) = (0.0, 0.0);
    for value in values {
        sum += value - middle;
        square += (value - middle).powi(2);
        sums.push(sum);
        squares.push(square);
    }
    let at = |of: &[f64], index: usize| of.get(index).copied().unwrap_or(0.0);
    let cost = |start: usize, end: usize| {
        let part = at(&sums, end) - at(&sums, start);
        at(&squares, end) - at(&squares, start) - part * part / size(end - start)
    };
    // For each end: the least sum of squares, and the breaks that give it.
    let ends = 0..=values.len();
    let mut layer: Vec<Option<(f64, Vec<usize>)>> =
        ends.clone().map(|end| (end >= least).then(|| (cost(0, end), Vec::new()))).collect();
    let mut best = vec![Vec::new()];
    for _ in 0..most {
        let longer = |end: usize| {
            let mut found: Option<(f64, usize)> = None;
            for start in least..(end + 1).saturating_sub(least) {
                let Some((before, _)) = layer.get(start).and_then(Option::as_ref) else { continue };
                let together = before + cost(start, end);
                if found.is_none_or(|(least, _)| together < least) {
                    found = Some((together, start));
                }
            }
            let (together, start) = found?;
            let mut breaks = layer.get(start)?.as_ref()?.1.clone();
            breaks.push(start);
            Some((together, breaks))
        };
        let next: Vec<_> = ends.clone().map(longer).collect();
        layer = next;
        best.extend(layer.last().and_then(Option::as_ref).map(|(_, breaks)| breaks.clone()));
    }
    best
}

/// The breaks with their intervals.
fn changes(values: &[f64], breaks: &[usize]) -> Vec<ChangePoint> {
    let parts: Vec<&[f64]> = segments(values, breaks).collect();
    let pairs = parts.iter().zip(parts.iter().skip(1));
    let of = |(&after, (before, following)): (&usize, (&&[f64], &&[f64]))| {
        let moments = |part: &[f64]| (mean(part).unwrap_or(0.0), squares_about_mean(part) / size(part.len()));
        let ((mean_before, variance_before), (mean_after, variance_after)) = (moments(before), moments(following));
        let interval = date::interval((mean_before, variance_before), (mean_after, variance_after));
        ChangePoint {
            after,
            interval: interval.map(|interval| within(after, interval, values.len())),
            means: (mean_before, mean_after),
        }
    };
    breaks.iter().zip(pairs).map(of).collect()
}

/// An interval of shifts as positions; open where it leaves the series.
fn within(after: usize, shift: Interval, length: usize) -> (Option<usize>, Option<usize>) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers inside the series")]
    let position = |shift: Option<f64>| {
        let found = size(after) + shift?;
        (found > 0.0 && found < size(length)).then_some(found as usize)
    };
    (position(shift.lower), position(shift.upper))
}
