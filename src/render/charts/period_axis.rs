//! The axis of periods: as many labels as fit. Many short ones share the year below them; else whole names are thinned out.

use crate::render::charts::canvas::{Anchor, Canvas};
use crate::render::charts::placement::{AxisLabel, AxisRow, thin_out};
use crate::render::charts::text::{Weight, width};
use crate::render::charts::{ChartWidth, FONT, LINE_HEIGHT, count, theme};
use crate::report::charts::PeriodTick;

const TICK: f64 = 5.0;
/// Least blank between two labels, as a part of the text size.
const CLEAR: f64 = 0.3;

/// The labels of an axis with their places.
#[derive(Debug, Clone)]
pub struct PeriodAxis {
    labels: Vec<AxisLabel>,
    font: f64,
}

impl PeriodAxis {
    /// Labels for periods at these places in the sheet of a room.
    pub fn place(periods: &[PeriodTick], places: &[f64], room: ChartWidth) -> Self {
        let (font, sheet) = (FONT, room.px());
        let full: Vec<String> = periods.iter().map(|period| period.full.clone()).collect();
        let whole = thin_out(&full, AxisRow { places, sheet, size: font }, places.len());
        let short = short_labels(periods, places, sheet, font);
        let labels = match short {
            // Whole names are better where all of them fit.
            Some(short) if whole.len() < periods.len() && short.len() > whole.len() => short,
            _ => whole,
        };
        Self { labels, font }
    }

    /// From the ticks to the end of the last line.
    pub fn height(&self) -> f64 {
        let lines = self.labels.iter().map(|label| label.lines.len()).max().unwrap_or(0);
        count(lines) * self.font * LINE_HEIGHT + 4.0
    }

    /// Ticks and labels below the axis line at `base`.
    pub fn paint(&self, places: &[f64], base: f64, canvas: &mut Canvas<'_>) {
        let ticks: Vec<_> = places.iter().map(|x| ((*x, base), (*x, base + TICK))).collect();
        canvas.lines(&ticks, theme::AXIS);
        for label in &self.labels {
            let mut baseline = base + TICK + self.font;
            for words in &label.lines {
                canvas.text((label.centre, baseline), words, Anchor::Middle, Weight::Regular);
                baseline += self.font * LINE_HEIGHT;
            }
        }
    }
}

/// Short labels of every period, or of every second and so on from the last backwards, with the year below the first of
/// each year; `None` where a period has no short name.
fn short_labels(periods: &[PeriodTick], places: &[f64], sheet: f64, font: f64) -> Option<Vec<AxisLabel>> {
    let shorts: Vec<_> = periods.iter().map(|period| period.short.as_ref()).collect::<Option<_>>()?;
    let long = |words: &str| width(words, font, Weight::Regular);
    // In steps that meet the same periods in each year.
    for stride in [1, 2, 3, 4, 6, 12, 24, 36, 60, 120] {
        let mut labels: Vec<AxisLabel> = Vec::new();
        let mut year = None;
        let first = periods.len().saturating_sub(1) % stride;
        for (index, (short, place)) in shorts.iter().zip(places).enumerate().skip(first).step_by(stride) {
            let mut lines = vec![short.words.clone()];
            if year != Some(&short.year) {
                lines.push(short.year.clone());
                year = Some(&short.year);
            }
            let half = lines.iter().map(|line| long(line)).fold(0.0, f64::max) / 2.0;
            labels.push(AxisLabel { index, centre: place.min(sheet - half).max(half), lines });
        }
        // Each line of words must be clear of the same line of its neighbours.
        let is_clear = (0..2).all(|line| {
            let row: Vec<(f64, f64)> = labels
                .iter()
                .filter_map(|label| label.lines.get(line).map(|words| (label.centre, long(words) / 2.0)))
                .collect();
            row.windows(2).all(|pair| match pair {
                [(a, one), (b, other)] => b - other - (a + one) >= font * CLEAR,
                _ => true,
            })
        });
        if is_clear {
            return Some(labels);
        }
    }
    None
}
