//! The p′ and u′ charts of proportions and rates with unequal denominators (Laney, Quality Engineering 14, 2002).

use super::engine::{ControlKind, GivenPoint, build};
use super::{ChartSettings, ControlAnalysis, ControlError, CountPoint};
use crate::stats::real;

/// p̄ = Σx/Σn over the base points, sᵢ = √(p̄(1 − p̄)/nᵢ), zᵢ = (pᵢ − p̄)/sᵢ, R the mean moving range of z and
/// σz = R/1.128: limits p̄ ± 3·sᵢ·σz and near limits p̄ ± 2·sᵢ·σz, all times `multiplier`. Where p̄ is 0 or 1 there is
/// no variation.
///
/// # Errors
/// As [`super::xmr()`], and counts below 0 or a numerator above its denominator.
pub fn p_prime(
    series: &[CountPoint],
    multiplier: u32,
    settings: &ChartSettings,
) -> Result<ControlAnalysis, ControlError> {
    laney(series, ControlKind::PPrime(real(multiplier)), multiplier, settings)
}

/// As [`p_prime`] with sᵢ = √(ū/tᵢ); there may be more events than exposure.
///
/// # Errors
/// As [`super::xmr()`], and counts below 0.
pub fn u_prime(
    series: &[CountPoint],
    multiplier: u32,
    settings: &ChartSettings,
) -> Result<ControlAnalysis, ControlError> {
    laney(series, ControlKind::UPrime(real(multiplier)), multiplier, settings)
}

fn laney(
    series: &[CountPoint],
    kind: ControlKind,
    multiplier: u32,
    settings: &ChartSettings,
) -> Result<ControlAnalysis, ControlError> {
    let share = matches!(kind, ControlKind::PPrime(_));
    let mut entries = Vec::with_capacity(series.len());
    for point in series {
        if point.counts.is_some_and(|(x, n)| x < 0 || n < 0 || (share && x > n)) {
            return Err(ControlError::FaultyCounts(point.span.first()));
        }
        let counts = point.counts.filter(|&(_, n)| n > 0);
        let value = counts.map(|(x, n)| real(x) * real(multiplier) / real(n));
        entries.push(GivenPoint { span: point.span, value, counts, standing: point.standing });
    }
    build(&entries, kind, settings)
}
