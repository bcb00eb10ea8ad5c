//! Charts as inline SVG: a measure over time, forces side by side, and forces by their size. The same chart gives the same bytes on every run.
//! Nothing is computed, rounded or worded here: values, labels and notes come finished from the report.

mod axis;
mod canvas;
mod comparison;
mod comparison_layout;
mod funnel;
mod funnel_layout;
mod markers;
mod placement;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod trend;
mod trend_layout;
mod trend_marks;

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

    /// Size of every text in px: 14 pt, and where room is short 12 pt, the least that may be shown.
    fn font(self) -> f64 {
        match self {
            Self::Wide => 18.67,
            Self::Narrow | Self::Small => 16.0,
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

/// Distinct colours, dashes and markers end here.
const MOST_SERIES: usize = 4;

/// Height of a line of text as a multiple of its size.
const LINE_HEIGHT: f64 = 1.2;
/// From the middle of a text's capitals to its baseline, as a multiple of its size.
const MIDDLE_TO_BASELINE: f64 = 0.35;
