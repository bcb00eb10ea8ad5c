//! Where labels go: pushed apart in a column, thinned out along an axis, hung on poles.
//! Only numbers and words; nothing is drawn.

use crate::render::charts::text::{Weight, widest, width, wrap};

/// Centres of boxes stacked in the order given, each as near to its wanted centre as the others and the range allow.
/// `boxes` holds (wanted centre, height), sorted by wanted centre; boxes never overlap, even if the range is too short.
pub fn spread(boxes: &[(f64, f64)], low: f64, high: f64) -> Vec<f64> {
    // Neighbours that would overlap are merged into one block, which stands at the mean of its members' wishes.
    let mut blocks: Vec<TouchingBoxes> = Vec::new();
    for &(centre, height) in boxes {
        let mut block = TouchingBoxes { wishes: centre - height / 2.0, count: 1, height, members: 1.0 };
        while let Some(above) = blocks.pop_if(|above| above.start(low, high) + above.height > block.start(low, high)) {
            block = above.joined(block);
        }
        blocks.push(block);
    }
    let mut heights = boxes.iter().map(|(_, height)| *height);
    let mut centres = Vec::with_capacity(boxes.len());
    for block in &blocks {
        let mut top = block.start(low, high);
        for height in heights.by_ref().take(block.count) {
            centres.push(top + height / 2.0);
            top += height;
        }
    }
    centres
}

/// Boxes that touch. `wishes` is the sum of the starts that the members would give the block.
#[derive(Debug, Clone, Copy)]
struct TouchingBoxes {
    wishes: f64,
    count: usize,
    members: f64,
    height: f64,
}

impl TouchingBoxes {
    fn start(&self, low: f64, high: f64) -> f64 {
        (self.wishes / self.members).min(high - self.height).max(low)
    }

    fn joined(self, below: Self) -> Self {
        Self {
            wishes: self.wishes + below.wishes - below.members * self.height,
            count: self.count + below.count,
            members: self.members + below.members,
            height: self.height + below.height,
        }
    }
}

/// A label below an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisLabel {
    pub index: usize,
    /// Middle of the words; moved inwards where they would leave the sheet.
    pub centre: f64,
    pub lines: Vec<String>,
}

/// The places of a row of labels in px: where the labels stand, evenly spaced, and how wide the sheet is.
#[derive(Debug, Clone, Copy)]
pub struct AxisRow<'x> {
    pub places: &'x [f64],
    pub sheet: f64,
    pub size: f64,
}

/// At most `most` labels for a row of places, evenly spaced and from the last place backwards.
pub fn thin_out(labels: &[String], row: AxisRow<'_>, most: usize) -> Vec<AxisLabel> {
    let strides = || (1..labels.len().max(2)).filter(|stride| labels.len().div_ceil(*stride) <= most);
    // A third line is better than a period without its name; a fourth only where none would have one.
    let choices = [3, 4].into_iter().flat_map(|lines| strides().map(move |stride| (lines, stride)));
    for (most_lines, stride) in choices {
        let chosen = every(labels, row, stride);
        let clear = |pair: &[AxisLabel]| match pair {
            [right, left] => row.start(right) - row.end(left) >= row.size / 2.0,
            _ => true,
        };
        let is_whole = |label: &AxisLabel| {
            labels.get(label.index).is_some_and(|words| {
                words.split_whitespace().eq(label.lines.iter().flat_map(|line| line.split_whitespace()))
            })
        };
        if chosen.iter().all(|label| label.lines.len() <= most_lines && is_whole(label)) && chosen.windows(2).all(clear)
        {
            return chosen;
        }
    }
    every(labels, row, labels.len().max(1))
}

/// Every `stride`-th label from the last backwards, broken to the room between two.
fn every(labels: &[String], row: AxisRow<'_>, stride: usize) -> Vec<AxisLabel> {
    let pitch = match row.places {
        [first, second, ..] => second - first,
        _ => row.sheet,
    };
    let room = (pitch * f64::from(u32::try_from(stride).unwrap_or(u32::MAX)) - row.size / 2.0).min(row.sheet);
    let chosen = labels.iter().zip(row.places).enumerate().rev().step_by(stride);
    let broken = chosen.map(|(index, (label, centre))| (index, *centre, wrap(label, room, row.size, Weight::Regular)));
    let broken: Vec<_> = broken.collect();
    // Labels that fit on one line are broken too where others are, so that the row looks like one.
    let is_broken = broken.iter().any(|(_, _, lines)| lines.len() > 1);
    let finish = |(index, place, lines): (usize, f64, Vec<String>)| {
        let lines = match lines.as_slice() {
            [line] if is_broken => wrap(line, width(line, row.size, Weight::Regular) - 1.0, row.size, Weight::Regular),
            _ => lines,
        };
        let half = widest(&lines, row.size, Weight::Regular) / 2.0;
        AxisLabel { index, centre: place.min(row.sheet - half).max(half), lines }
    };
    broken.into_iter().map(finish).collect()
}

impl AxisRow<'_> {
    fn start(&self, label: &AxisLabel) -> f64 {
        label.centre - widest(&label.lines, self.size, Weight::Regular) / 2.0
    }

    fn end(&self, label: &AxisLabel) -> f64 {
        label.centre + widest(&label.lines, self.size, Weight::Regular) / 2.0
    }
}

/// The side of its pole on which a flag hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// Rows (0 is the lowest) and sides for flags on poles, so that no flag covers another or is crossed by a pole.
/// `flags` holds (x of the pole, width of the flag), sorted by x; flags stay between 0 and `room`.
pub fn hang(flags: &[(f64, f64)], room: f64) -> Vec<(usize, Side)> {
    if flags.iter().all(|(x, flag)| x + flag <= room) {
        let mut rows = rows_from_the_free_end(flags.iter().rev(), |(x, flag), (other, _)| *other < x + flag);
        rows.reverse();
        return rows.into_iter().map(|row| (row, Side::Right)).collect();
    }
    if flags.iter().all(|(x, flag)| x - flag >= 0.0) {
        let rows = rows_from_the_free_end(flags.iter(), |(x, flag), (other, _)| *other > x - flag);
        return rows.into_iter().map(|row| (row, Side::Left)).collect();
    }
    let side = |x: f64, flag: f64| if x + flag <= room { Side::Right } else { Side::Left };
    flags.iter().enumerate().map(|(row, (x, flag))| (row, side(*x, *flag))).collect()
}

fn rows_from_the_free_end<'f>(
    flags: impl Iterator<Item = &'f (f64, f64)>,
    covers: impl Fn(&(f64, f64), &(f64, f64)) -> bool,
) -> Vec<usize> {
    let mut hung: Vec<(&(f64, f64), usize)> = Vec::new();
    for flag in flags {
        let covered = hung.iter().filter(|(other, _)| covers(flag, other)).map(|(_, row)| row + 1);
        let row = covered.max().unwrap_or(0);
        hung.push((flag, row));
    }
    hung.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(boxes: &[(f64, f64)], centres: &[f64]) -> bool {
        let ends: Vec<_> = boxes.iter().zip(centres).map(|((_, h), c)| (c - h / 2.0, c + h / 2.0)).collect();
        ends.windows(2).any(|pair| pair[0].1 > pair[1].0 + 1e-9)
    }

    #[test]
    fn boxes_stay_where_they_are_when_there_is_room() {
        assert_eq!(spread(&[(30.0, 20.0), (80.0, 20.0)], 0.0, 100.0), [30.0, 80.0]);
        assert_eq!(spread(&[(50.0, 20.0), (50.0, 20.0)], 0.0, 100.0), [40.0, 60.0]);
        assert!(spread(&[], 0.0, 1.0).is_empty());
    }

    #[test]
    fn boxes_never_overlap_and_stay_in_their_range() {
        let boxes = [(2.0, 20.0), (3.0, 40.0), (60.0, 20.0), (61.0, 20.0), (99.0, 20.0)];
        let centres = spread(&boxes, 0.0, 120.0);
        assert!(!overlap(&boxes, &centres), "{centres:?}");
        assert!(centres[0] >= 10.0 && centres[4] <= 110.0, "{centres:?}");
        assert!(!overlap(&boxes, &spread(&boxes, 0.0, 50.0)));
    }

    #[test]
    fn axis_labels_are_few_evenly_spaced_and_end_with_the_last() {
        let labels: Vec<String> = (0..24).map(|n| format!("January to March {}", 2001 + n)).collect();
        let places: Vec<f64> = (0..24).map(|n| 40.0 + 22.0 * f64::from(n)).collect();
        let row = AxisRow { places: &places, sheet: 560.0, size: 16.0 };
        let chosen = thin_out(&labels, row, 6);
        assert_eq!(chosen[0].index, 23);
        assert!((2..=6).contains(&chosen.len()));
        assert!(chosen.windows(2).all(|p| p[0].index - p[1].index == chosen[0].index - chosen[1].index));
        assert!(chosen.windows(2).all(|p| row.start(&p[0]) > row.end(&p[1])));
        assert!(row.end(&chosen[0]) <= 560.0);
        let narrow = AxisRow { places: &[300.0, 305.0], ..row };
        assert_eq!(thin_out(&labels[..2], narrow, 3).len(), 1);
        assert_eq!(thin_out(&labels[..1], AxisRow { places: &[300.0], ..row }, 6).len(), 1);
    }

    #[test]
    fn flags_are_stacked_away_from_poles() {
        assert_eq!(hang(&[(10.0, 50.0), (100.0, 50.0)], 200.0), [(0, Side::Right), (0, Side::Right)]);
        assert_eq!(hang(&[(10.0, 50.0), (40.0, 50.0)], 200.0), [(1, Side::Right), (0, Side::Right)]);
        assert_eq!(hang(&[(100.0, 80.0), (160.0, 80.0)], 200.0), [(0, Side::Left), (1, Side::Left)]);
    }
}
