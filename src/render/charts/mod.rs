//! Charts as inline SVG, drawn from their descriptions for the room there is. The same chart gives the same bytes on every run.
//! Nothing is computed, rounded or worded here: values, labels and notes come finished from the report.

mod axis;
mod canvas;
mod cells;
mod comparison;
mod curves;
mod funnel;
mod funnel_layout;
#[cfg(test)]
mod gallery;
mod grids;
mod ink;
mod inline;
mod key;
mod markers;
mod path_data;
mod period_axis;
mod picture;
mod placement;
mod places;
#[cfg(feature = "png")]
mod png;
mod row_charts;
mod rows;
mod signs;
mod squares;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod trend;
mod trend_layout;
mod trend_marks;

pub use inline::{inline, inline_styles};
pub use picture::picture;
pub use places::RowPlaces;
#[cfg(feature = "pdf")]
pub use signs::sign_drawings;
pub use signs::sign_styles;
#[cfg(feature = "pdf")]
pub use svg::as_file;

#[cfg(feature = "png")]
pub use png::{PngError, png};

use crate::report::charts::Chart;

/// The font of all words in drawings and documents that leave their pages, regular and bold: its widths are those by which the
/// drawings were laid out.
#[cfg(any(feature = "png", feature = "pdf"))]
pub const FONT_FILES: [&[u8]; 2] =
    [include_bytes!("fonts/LiberationSans-Regular.ttf"), include_bytes!("fonts/LiberationSans-Bold.ttf")];

/// The room a chart is drawn for. Text has its full size in each, so a chart is drawn again and never scaled down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartWidth {
    /// 720 px.
    Wide,
    /// 340 px.
    Narrow,
    /// 340 px and low, for pages with many charts.
    Small,
}

impl ChartWidth {
    fn px(self) -> f64 {
        match self {
            Self::Wide => 720.0,
            Self::Narrow | Self::Small => 340.0,
        }
    }
}

impl Chart {
    /// The chart as an SVG element without ids. Small drawings for cells, and matrices, have one size in every room.
    ///
    /// # Errors
    /// [`ChartError`] when there is nothing to draw, parts do not fit each other or a number is not finite.
    pub fn render(&self, room: ChartWidth) -> Result<String, ChartError> {
        match self {
            Self::Sparkline(chart) => chart.draw(),
            Self::Strip(chart) => chart.draw(),
            Self::Bullet(chart) => chart.draw(),
            Self::Spine(chart) => chart.draw(),
            Self::Squares(chart) => chart.draw(),
            Self::Cell(state) => state.draw(),
            Self::Trend(chart) => chart.render(room),
            Self::Comparison(chart) => chart.render(room),
            Self::Funnel(chart) => chart.render(room),
            Self::SmallMultiples(chart) => chart.draw(room),
            Self::Matrix(chart) => chart.draw(room),
            Self::Dumbbell(chart) => chart.draw(room),
            Self::Waterfall(chart) => chart.draw(room),
            Self::Standards(chart) => chart.draw(room),
            Self::Migration(chart) => chart.draw(room),
            Self::Share(chart) => chart.draw(room),
            Self::Delay(chart) => chart.draw(room),
            Self::Completeness(chart) => chart.draw(room),
        }
    }
}

/// Why a chart cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    #[error("the chart has no period or row to draw")]
    Empty,
    #[error("the chart has {0} series; more than {MOST_SERIES} cannot be told apart")]
    TooManySeries(usize),
    #[error("the series \"{label}\" has {points} points for {periods} periods")]
    UnequalLengths { label: String, points: usize, periods: usize },
    #[error("\"{0}\" has a number that is infinite or not a number")]
    NotFinite(String),
    #[error("\"{label}\" stands at period {index} of {periods}")]
    OutsideThePeriods { label: String, index: usize, periods: usize },
    #[error("the drawing library refused: {0}")]
    Drawing(String),
}

/// Size of every text in px: 12 pt, the least that may be shown.
const FONT: f64 = 16.0;
/// Distinct colours, dashes and markers end here.
const MOST_SERIES: usize = 4;

/// Height of a line of text as a multiple of its size.
const LINE_HEIGHT: f64 = 1.2;
/// From the middle of a text's capitals to its baseline, as a multiple of its size.
const MIDDLE_TO_BASELINE: f64 = 0.35;

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
