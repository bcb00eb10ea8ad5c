//! A share as a number of squares. It holds no words: the number stands beside it.

use crate::render::charts::canvas;
use crate::render::charts::ink::{Sheet, Spot};
use crate::render::charts::{ChartError, theme};
use crate::report::charts::SquaresChart;

/// Width of the drawing in px. It fits every screen.
const WIDTH: f64 = 330.0;
/// The part of its place that a square fills.
const FILLED: f64 = 0.78;

impl SquaresChart {
    /// 330 px wide: 20 squares in a row, or 50 where there are many.
    pub(super) fn draw(self) -> Result<String, ChartError> {
        if self.of == 0 || self.filled > self.of {
            return Err(ChartError::Empty);
        }
        let in_row = if self.of > 100 { 50 } else { 20 };
        let side = WIDTH / f64::from(in_row);
        let sheet = Sheet { width: WIDTH, height: f64::from(self.of.div_ceil(in_row)) * side, font: 0.0 };
        let square = |at: u32| -> [Spot; 4] {
            let inset = side * (1.0 - FILLED) / 2.0;
            let (left, top) = (f64::from(at % in_row) * side + inset, f64::from(at / in_row) * side + inset);
            let (right, bottom) = (left + side * FILLED, top + side * FILLED);
            [(left, top), (right, top), (right, bottom), (left, bottom)]
        };
        canvas::draw(sheet, |canvas| {
            let filled: Vec<[Spot; 4]> = (0..self.filled).map(square).collect();
            let others: Vec<[Spot; 4]> = (self.filled..self.of).map(square).collect();
            canvas.quadrangles(&filled, theme::GROWING_PART);
            canvas.quadrangles(&others, theme::TRACK);
        })
    }
}
