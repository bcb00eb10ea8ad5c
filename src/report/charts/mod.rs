//! Charts as plain values: finished numbers and words, which a renderer draws.

mod cells;
mod comparison;
mod curves;
mod funnel;
mod grids;
mod marks;
mod rows;
mod squares;
mod trend;

pub use cells::{BulletBar, CellState, SparkPoint, Sparkline, SpineRow, StripPlot, ValueRange};
pub use comparison::{ComparisonChart, ComparisonRow};
pub use curves::{CompletenessFan, CurvePoint, DelayChart, DelayCurve, DelayLimit, FanPoint, ShareChart};
pub use funnel::{FunnelChart, FunnelPoint, LimitLevel, LimitLine};
pub use grids::{ColumnGroup, MatrixChart, MatrixRow, PanelGroup, SmallMultiples, SmallPanel};
pub use marks::{JudgedMark, MarkLevel, MarkMeaning, MarkSide};
pub use rows::{
    ContributionStep, DumbbellChart, DumbbellRow, MigrationChart, MigrationRow, MigrationStage, NamedLevel,
    StandardBar, StandardBasis, StandardRow, StandardsTimeline, WaterfallChart,
};
pub use squares::SquaresChart;
pub use trend::{
    CentreSpan, ControlLine, EventMark, PeriodTick, PointSign, ProposedLevels, SeriesRole, ShortPeriod, StandardSpan,
    TrendChart, TrendPoint, TrendSeries,
};

/// Any chart. Each has its own description; a renderer draws it for the room there is.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    Sparkline(Sparkline),
    Strip(StripPlot),
    Bullet(BulletBar),
    Spine(SpineRow),
    Squares(SquaresChart),
    Cell(CellState),
    Trend(TrendChart),
    Comparison(ComparisonChart),
    Funnel(FunnelChart),
    SmallMultiples(SmallMultiples),
    Matrix(MatrixChart),
    Dumbbell(DumbbellChart),
    Waterfall(WaterfallChart),
    Standards(StandardsTimeline),
    Migration(MigrationChart),
    Share(ShareChart),
    Delay(DelayChart),
    Completeness(CompletenessFan),
}
