//! The key below a drawing: a sample of each sign with its words, in lines that fill the width.

use crate::render::charts::canvas::{Anchor, Canvas};
use crate::render::charts::ink::MarkLook;
use crate::render::charts::ink::{Ink, Spot, Stroke};
use crate::render::charts::markers::draw_marker;
use crate::render::charts::text::{Weight, width, wrap};
use crate::render::charts::{LINE_HEIGHT, MIDDLE_TO_BASELINE, count, theme};

/// What a sample shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    Mark(MarkLook),
    Line(Stroke),
    /// An upright line.
    Tick(Stroke),
    Area(Ink),
}

/// A sign and its words.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyEntry {
    pub sample: Sample,
    pub words: String,
}

impl KeyEntry {
    pub fn new(sample: Sample, words: impl Into<String>) -> Self {
        Self { sample, words: words.into() }
    }
}

/// The key with its places.
#[derive(Debug, Clone, Default)]
pub struct Key {
    entries: Vec<(KeyEntry, Vec<String>, Spot)>,
    font: f64,
    /// Of the whole key, with the space above it; 0 without entries.
    pub height: f64,
}

/// From the start of a sample to its words.
const SAMPLE: f64 = 32.0;
const ABOVE: f64 = 10.0;
const MARK: f64 = 5.0;

impl Key {
    /// Entries from `left` on in a sheet of this width; the first line begins at `top`.
    pub fn place(entries: Vec<KeyEntry>, (left, top): Spot, sheet: f64, font: f64) -> Self {
        let mut key = Self { entries: Vec::new(), font, height: 0.0 };
        let line = font * LINE_HEIGHT;
        let (mut x, mut y, mut lines) = (left, top + ABOVE, 1);
        for entry in entries {
            let words = wrap(&entry.words, sheet - left - SAMPLE, font, Weight::Regular);
            let long = SAMPLE + words.iter().map(|words| width(words, font, Weight::Regular)).fold(0.0, f64::max);
            if x > left && x + long > sheet {
                y += count(lines) * line + 3.0;
                (x, lines) = (left, 1);
            }
            lines = lines.max(words.len());
            key.entries.push((entry, words, (x, y + font * 0.95)));
            x += long + 1.5 * font;
        }
        if !key.entries.is_empty() {
            key.height = y + count(lines) * line - top;
        }
        key
    }

    pub fn paint(&self, canvas: &mut Canvas<'_>) {
        for (KeyEntry { sample, .. }, lines, (x, baseline)) in &self.entries {
            let y = baseline - self.font * MIDDLE_TO_BASELINE;
            let (middle, end) = (x + (SAMPLE - 8.0) / 2.0, x + SAMPLE - 8.0);
            match *sample {
                Sample::Mark(look) => draw_marker(canvas, look, (middle, y), MARK),
                Sample::Line(stroke) => canvas.line((*x, y), (end, y), stroke),
                Sample::Tick(stroke) => canvas.line((middle, y - 8.0), (middle, y + 8.0), stroke),
                Sample::Area(ink) => canvas.rectangle((*x + 1.0, y - 6.0), (end - 1.0, y + 6.0), ink),
            }
            let mut baseline = *baseline;
            for words in lines {
                canvas.coloured_text((x + SAMPLE, baseline), words, (Anchor::Start, Weight::Regular), theme::SOFT_TEXT);
                baseline += self.font * LINE_HEIGHT;
            }
        }
    }
}
