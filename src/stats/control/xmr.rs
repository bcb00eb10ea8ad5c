//! The `XmR` chart of single values.

use super::engine::{ControlKind, GivenPoint, build};
use super::{ChartSettings, ControlAnalysis, ControlError, ValuePoint};
use crate::stats::arithmetic::is_usable;

/// Limits ȳ ± 2.66·A and near limits ȳ ± 2.66·A·⅔ from the mean ȳ and the mean moving range A of the base points (all
/// points of a segment, or its first ones where a baseline is fixed), with the rules of [`super::rules`].
///
/// No moving range and no rule crosses a gap, an excluded or provisional point, or the start of a segment.
///
/// # Errors
/// Periods that share days, are out of order or (unless allowed) irregular; a baseline under 12 points; a value that is
/// not a number.
pub fn xmr(series: &[ValuePoint], settings: &ChartSettings) -> Result<ControlAnalysis, ControlError> {
    let mut entries = Vec::with_capacity(series.len());
    for point in series {
        if point.value.is_some_and(|value| !is_usable(value)) {
            return Err(ControlError::NotANumber(point.span.first()));
        }
        entries.push(GivenPoint { span: point.span, value: point.value, counts: None, standing: point.standing });
    }
    build(&entries, ControlKind::Xmr, settings)
}
