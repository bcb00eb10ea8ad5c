//! Charts as plain values: finished numbers and words, which a renderer draws.

mod comparison;
mod funnel;
mod trend;

pub use comparison::{ComparisonChart, ComparisonRow};
pub use funnel::{FunnelChart, FunnelPoint, LimitLevel, LimitLine};
pub use trend::{ControlLine, EventMark, PointSign, SeriesRole, StandardSpan, TrendChart, TrendPoint, TrendSeries};
