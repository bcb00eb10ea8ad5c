//! Where the marks of a drawing stand, by the names of the rows of its data table. A page that is read with a pointer or with
//! keys takes the numbers from the table; here are places only.

use crate::render::charts::ChartWidth;
use crate::render::charts::funnel_layout::FunnelLayout;
use crate::render::charts::trend_layout::TrendLayout;
use crate::report::charts::{Chart, FunnelChart, TrendChart};

/// Where the mark of one row stands, in px of the drawing. A side is `None` where the mark is a line across the drawing: that of
/// a period, or that of an organisation in its row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarkPlace<'c> {
    /// The heading of the row in the data table.
    pub label: &'c str,
    pub x: Option<f64>,
    pub y: Option<f64>,
}

impl Chart {
    /// The places of the marks; none in charts whose marks are named in the drawing.
    pub fn places(&self, room: ChartWidth) -> Vec<MarkPlace<'_>> {
        match self {
            Self::Trend(chart) => periods(chart, room),
            Self::Funnel(chart) => forces(chart, room),
            Self::Comparison(chart) => {
                let middles = chart.row_middles(room);
                middles.into_iter().map(|(label, y)| MarkPlace { label, x: None, y: Some(y) }).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn periods(chart: &TrendChart, room: ChartWidth) -> Vec<MarkPlace<'_>> {
    let layout = TrendLayout::new(chart, room);
    let periods = chart.periods.iter().enumerate();
    periods.map(|(at, period)| MarkPlace { label: &period.full, x: Some(layout.x(at)), y: None }).collect()
}

fn forces(chart: &FunnelChart, room: ChartWidth) -> Vec<MarkPlace<'_>> {
    let layout = FunnelLayout::new(chart, room);
    let place = |size: f64, value: f64| (Some(layout.x(size)), Some(layout.y(value)));
    let points = chart.points.iter().map(|point| (point, place(point.size, point.value)));
    points.map(|(point, (x, y))| MarkPlace { label: &point.label, x, y }).collect()
}

/// The places of the rows of a table, as a page carries them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowPlaces {
    /// Whole px, one for each row from the top; `-` for a row without a mark. Empty where no mark has such a side.
    pub xs: String,
    pub ys: String,
}

impl RowPlaces {
    /// The places of rows with these headings. Rows of one name are taken in their order.
    pub fn of<'h>(mut places: Vec<MarkPlace<'_>>, headings: impl Iterator<Item = &'h str>) -> Self {
        let mut found: Vec<Option<MarkPlace<'_>>> = Vec::new();
        for heading in headings {
            let at = places.iter().position(|place| place.label == heading);
            found.push(at.map(|at| places.remove(at)));
        }
        let side = |of: fn(&MarkPlace<'_>) -> Option<f64>| {
            let px: Vec<Option<f64>> = found.iter().map(|place| place.as_ref().and_then(of)).collect();
            if px.iter().all(Option::is_none) {
                return String::new();
            }
            let words = px.iter().map(|px| px.map_or_else(|| "-".to_owned(), |px| format!("{px:.0}")));
            words.collect::<Vec<_>>().join(" ")
        };
        Self { xs: side(|place| place.x), ys: side(|place| place.y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_the_place_of_its_mark() {
        let place = |label, x, y| MarkPlace { label, x: Some(x), y: Some(y) };
        let places = vec![place("B", 10.4, 20.0), place("A", 30.6, 40.0), place("A", 5.0, 6.0)];
        let found = RowPlaces::of(places, ["A", "C", "B", "A"].into_iter());
        assert_eq!((found.xs.as_str(), found.ys.as_str()), ("31 - 10 5", "40 - 20 6"));
        let across = vec![MarkPlace { label: "A", x: None, y: Some(7.0) }];
        let found = RowPlaces::of(across, ["A"].into_iter());
        assert_eq!((found.xs.as_str(), found.ys.as_str()), ("", "7"));
    }
}
