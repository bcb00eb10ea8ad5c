//! How often the rules of the control charts signal by chance alone, by the length of the series.
//!
//! From a simulation that ships with the product (the tests of this module regenerate the table): normal independent
//! points, `XmR` limits from the whole series with screening, native mode. Real series that hang together from period to
//! period signal more often.

use super::control::LEAST_POINTS;
use super::real;

#[cfg(test)]
pub(super) mod tests;

/// Simulated series of each length.
const SERIES: u32 = 100_000;

/// Of [`SERIES`] series of 8, 9, 10, … points: those with a signal at any point, and those with one at the last.
const SIGNALS: [(u32, u32); 53] = [
    (3319, 1284),
    (4327, 1367),
    (5298, 1391),
    (6176, 1353),
    (7107, 1368),
    (8129, 1406),
    (9081, 1434),
    (9956, 1437),
    (10948, 1407),
    (12096, 1552),
    (12906, 1525),
    (14041, 1599),
    (14868, 1493),
    (15811, 1613),
    (16800, 1606),
    (17630, 1630),
    (18874, 1712),
    (19465, 1503),
    (20805, 1650),
    (21465, 1700),
    (22010, 1671),
    (23312, 1777),
    (24210, 1771),
    (24945, 1702),
    (25896, 1717),
    (26643, 1651),
    (27718, 1753),
    (28254, 1802),
    (28961, 1741),
    (30070, 1780),
    (30993, 1815),
    (31603, 1792),
    (32719, 1735),
    (33329, 1663),
    (34085, 1774),
    (35076, 1721),
    (35619, 1805),
    (36432, 1808),
    (37257, 1806),
    (38045, 1830),
    (38226, 1788),
    (38976, 1817),
    (40010, 1793),
    (40673, 1820),
    (41365, 1826),
    (42315, 1882),
    (43297, 1886),
    (43498, 1861),
    (44028, 1911),
    (44785, 1825),
    (45682, 1799),
    (45995, 1807),
    (46958, 1861),
];

/// Shares of series of one length that signal by chance alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FalseAlarms {
    /// At one point or more.
    pub any_point: f64,
    /// At the last point, which gives the variation icon.
    pub last_point: f64,
}

/// The shares for a length from 8 to 60 points; none for others. A share has a standard error of at most 0.0016.
pub fn false_alarms(points: usize) -> Option<FalseAlarms> {
    let &(any, last) = SIGNALS.get(points.checked_sub(LEAST_POINTS)?)?;
    let share = |count: u32| real(count) / real(SERIES);
    Some(FalseAlarms { any_point: share(any), last_point: share(last) })
}

/// Icons with a special cause to expect by chance alone among series of the lengths given, and how many of the series
/// have a length in the table.
pub fn expected_icons(lengths: impl IntoIterator<Item = usize>) -> (f64, usize) {
    lengths.into_iter().filter_map(false_alarms).fold((0.0, 0), |(sum, n), rate| (sum + rate.last_point, n + 1))
}
