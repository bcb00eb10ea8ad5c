//! Plain Shewhart limits of counts, shares, rates and means of groups, for comparison with other tools.
//! They take chance as the only source of variation; p′ and u′ do not, and are preferred.

use super::Lines;
use super::ranges::moving_range;
use crate::stats::arithmetic::{is_usable, mean, size, total};
use crate::stats::control::Mode;
use crate::stats::real;

/// c chart: c̄ ± 3√c̄ from the mean of the base counts. None without base counts or with one below 0.
pub fn c_lines(base: &[i64]) -> Option<Lines> {
    if base.is_empty() || base.iter().any(|&count| count < 0) {
        return None;
    }
    let centre = real(base.iter().copied().map(i128::from).sum::<i128>()) / size(base.len());
    Some(Lines::around(centre, 3.0 * centre.sqrt()))
}

/// p chart: p̄ ± 3√(p̄(1 − p̄)/n) for each denominator, p̄ from the base pairs of numerator and denominator. None without
/// a base denominator or where a numerator lies outside 0 to its denominator.
pub fn p_lines(base: &[(i64, i64)], denominators: &[i64]) -> Option<Vec<Option<Lines>>> {
    if base.iter().any(|&(x, n)| x > n) {
        return None;
    }
    let centre = pooled(base)?;
    Some(around(centre, centre * (1.0 - centre), denominators))
}

/// u chart: ū ± 3√(ū/t) for each exposure, ū from the base pairs of events and exposure. None as in [`p_lines`], but
/// there may be more events than exposure.
pub fn u_lines(base: &[(i64, i64)], exposures: &[i64]) -> Option<Vec<Option<Lines>>> {
    let centre = pooled(base)?;
    Some(around(centre, centre, exposures))
}

fn pooled(base: &[(i64, i64)]) -> Option<f64> {
    let (mut events, mut exposure) = (0_i128, 0_i128);
    for &(x, n) in base {
        if x < 0 || n < 0 {
            return None;
        }
        events += i128::from(x);
        exposure += i128::from(n);
    }
    (exposure > 0).then(|| real(events) / real(exposure))
}

/// Three standard deviations √(variance/n); none where there is no denominator.
fn around(centre: f64, variance: f64, denominators: &[i64]) -> Vec<Option<Lines>> {
    let of = |&n: &i64| (n > 0).then(|| Lines::around(centre, 3.0 * (variance / real(n)).sqrt()));
    denominators.iter().map(of).collect()
}

/// A mean (or share) of a group of so many cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupMean {
    pub value: f64,
    pub cases: i64,
}

/// I′ chart: centre Σn·y/Σn; σᵢ = √(π/2)·|yᵢ − yᵢ₋₁|/√(1/nᵢ + 1/nᵢ₋₁), screened once at 3.267 times their mean; limits
/// ± 3·mean(σ)/√nᵢ. None with fewer than two groups or where a group has no cases.
pub fn i_prime_lines(groups: &[GroupMean], screen: bool) -> Option<Vec<Lines>> {
    if groups.iter().any(|group| group.cases <= 0 || !is_usable(group.value)) {
        return None;
    }
    let of_pair = |(before, group): (&GroupMean, &GroupMean)| {
        let spread = (1.0 / real(group.cases) + 1.0 / real(before.cases)).sqrt();
        std::f64::consts::FRAC_PI_2.sqrt() * (group.value - before.value).abs() / spread
    };
    let sigmas: Vec<f64> = groups.iter().zip(groups.iter().skip(1)).map(of_pair).collect();
    let sigma = moving_range(&sigmas, screen, Mode::Native)?.mean;
    let cases = total(groups.iter().map(|group| real(group.cases)));
    let centre = total(groups.iter().map(|group| group.value * real(group.cases))) / cases;
    Some(groups.iter().map(|group| Lines::around(centre, 3.0 * sigma / real(group.cases).sqrt())).collect())
}

/// t chart of times between events: `XmR` limits (3/1.128 times the mean moving range, screened once) of y^(1/3.6), turned
/// back and not below 0. None without two times or where a time is not above 0.
pub fn t_lines(times: &[f64]) -> Option<Lines> {
    const POWER: f64 = 3.6;
    if times.iter().any(|&time| !is_usable(time) || time <= 0.0) {
        return None;
    }
    let roots: Vec<f64> = times.iter().map(|time| time.powf(1.0 / POWER)).collect();
    let ranges: Vec<f64> = roots.iter().zip(roots.iter().skip(1)).map(|(a, b)| (b - a).abs()).collect();
    let range = moving_range(&ranges, true, Mode::Native)?.mean;
    let lines = Lines::around(mean(&roots)?, 3.0 * range / 1.128).drawn(None);
    let back = |line: f64| line.powf(POWER);
    Some(Lines {
        centre: back(lines.centre),
        lower: back(lines.lower),
        upper: back(lines.upper),
        near_lower: back(lines.near_lower),
        near_upper: back(lines.near_upper),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-9 * wanted.abs(), "{found}, not {wanted}");
    }

    #[test]
    fn published_limits() {
        // Montgomery, Introduction to Statistical Quality Control, example 7.4: 74 of 1,000 in samples of 50; and the
        // first two rolls of example 7.5.
        let lines = p_lines(&[(74, 1000)], &[50, 0]).unwrap();
        near(lines[0].unwrap().upper, 0.074 + 3.0 * (0.074_f64 * 0.926 / 50.0).sqrt());
        assert_eq!(lines[1], None);
        near(u_lines(&[(14, 500), (12, 400)], &[500]).unwrap()[0].unwrap().centre, 26.0 / 900.0);
        near(c_lines(&[16, 16, 25]).unwrap().upper, 19.0 + 3.0 * 19.0_f64.sqrt());
    }

    #[test]
    fn what_has_no_limits() {
        assert_eq!((c_lines(&[]), c_lines(&[3, -1])), (None, None));
        assert_eq!((p_lines(&[(3, 2)], &[2]), p_lines(&[(0, 0)], &[2]), u_lines(&[(-1, 2)], &[2])), (None, None, None));
        let group = |value, cases| GroupMean { value, cases };
        assert_eq!(i_prime_lines(&[group(1.0, 3)], true), None);
        assert_eq!(i_prime_lines(&[group(1.0, 3), group(2.0, 0)], true), None);
        assert_eq!((t_lines(&[1.0]), t_lines(&[1.0, 0.0, 2.0])), (None, None));
        // Equal means have limits of no width.
        let lines = i_prime_lines(&[group(2.0, 3), group(2.0, 9), group(2.0, 4)], true).unwrap();
        near(lines[1].upper, 2.0);
    }
}
