//! The percentile of delays: off the curve of Kaplan and Meier, and of the closed cases alone.

use super::sums::Delay;

/// What can be read off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    Value(f64),
    CannotTell,
    NoCases,
}

/// Slack for shares that are products of fractions.
const CLOSE: f64 = 1e-9;

/// The delay after which at most the rest of the cases is open; half way where exactly the rest is open for a while. Every
/// case is looked at, one delay after the other. Fewer than five closures before the cap are too few.
pub fn with_open_cases(cases: &[Delay], percent: u8, cap: i64) -> Reading {
    if cases.is_empty() {
        return Reading::NoCases;
    }
    if cases.iter().filter(|(delay, closed)| *closed && *delay < cap).count() < 5 {
        return Reading::CannotTell;
    }
    let mut ends: Vec<i64> =
        cases.iter().filter(|(delay, closed)| *closed && *delay < cap).map(|case| case.0).collect();
    ends.sort_unstable();
    ends.dedup();
    let rest = 1.0 - f64::from(percent) / 100.0;
    let mut open = 1.0;
    let mut reached = None;
    for end in ends {
        let at_risk = number(cases.iter().filter(|case| case.0 >= end).count());
        let closing = number(cases.iter().filter(|case| case.0 == end && case.1).count());
        open *= 1.0 - closing / at_risk;
        if open < rest - CLOSE {
            return Reading::Value(reached.map_or(middle(end, end), |first| middle(first, end)));
        }
        if open <= rest + CLOSE && reached.is_none() {
            reached = Some(end);
        }
    }
    let longest = cases.iter().map(|case| case.0).max().unwrap_or(0);
    match reached {
        Some(first) if longest < cap => Reading::Value(middle(first, longest)),
        _ => Reading::CannotTell,
    }
}

/// The percentile of closed cases as spreadsheets have it: linear between the two nearest of them.
pub fn of_closed_cases(cases: &[Delay], percent: u8, cap: i64) -> Reading {
    let mut delays: Vec<i64> = cases.iter().filter(|case| case.1).map(|case| case.0).collect();
    delays.sort_unstable();
    if delays.is_empty() {
        return Reading::NoCases;
    }
    let hundredths = (delays.len() - 1) * usize::from(percent);
    let (below, part) = (hundredths / 100, hundredths % 100);
    let above = if part == 0 { below } else { below + 1 };
    if delays[above] >= cap {
        return Reading::CannotTell;
    }
    let step = number(part) / 100.0 * (middle(delays[above], delays[above]) - middle(delays[below], delays[below]));
    Reading::Value(middle(delays[below], delays[below]) + step)
}

fn middle(first: i64, second: i64) -> f64 {
    f64::from(i32::try_from(first + second).unwrap()) / 2.0
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

#[test]
fn percentiles_worked_by_hand() {
    let closed = |delays: &[i64]| delays.iter().map(|delay| (*delay, true)).collect::<Vec<_>>();
    let ten = closed(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(with_open_cases(&ten, 90, 100), Reading::Value(9.5), "a tenth is open from 9 to 10");
    assert_eq!(of_closed_cases(&ten, 90, 100), Reading::Value(9.1));
    let waiting = [closed(&[1, 2, 3, 4, 5]), vec![(3, false); 5]].concat();
    assert_eq!(with_open_cases(&waiting, 50, 100), Reading::Value(4.0), "shares 9/10, 8/10, 7/10, then 35/100");
    assert_eq!(with_open_cases(&waiting[1..], 50, 100), Reading::CannotTell, "four closures");
}
