//! The run chart: are the points spread about their middle as chance would spread them?
//! Rules of Anhøj and Olesen (Public Library of Science One 9, 2014).

use super::arithmetic::{median, size};
use super::real;

/// From so many points off the line a run chart is judged.
pub const LEAST_USEFUL: usize = 10;
/// A crossing limit leaves about this probability below it.
const TAIL: f64 = 0.05;
/// Values this close to the line (absolutely up to 1, relatively above) are on it.
const EQUAL: f64 = 1e-9;

/// Runs about a line. Points on it are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    /// Points off the line.
    pub useful: usize,
    /// The most points in a row on one side.
    pub longest: usize,
    /// round(log₂ useful) + 3; a longer run is a signal. None without useful points.
    pub longest_limit: Option<usize>,
    /// How often the series crosses the line.
    pub crossings: usize,
    /// The smallest c with P(Binomial(useful − 1, ½) ≤ c) ≥ 0.05; fewer crossings are a signal.
    pub crossings_limit: Option<usize>,
}

/// What a run chart says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunSignal {
    /// Too long a run, too few crossings, or both.
    Shift,
    NoEvidence,
    /// Fewer than [`LEAST_USEFUL`] points off the line.
    TooFewPoints,
    /// The line is the least or the greatest value that there can be: every other point lies on one side of it.
    EndOfScale,
    /// Every point off the line lies on one side of it, because most lie on it: the two sides are not equally likely.
    OneSide,
}

impl RunSignal {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shift => "shift",
            Self::NoEvidence => "no_evidence",
            Self::TooFewPoints => "too_few_points",
            Self::EndOfScale => "end_of_scale",
            Self::OneSide => "one_side",
        }
    }
}

/// The ends of the scale of the values, where it has ends.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScaleEnds {
    pub least: Option<f64>,
    pub greatest: Option<f64>,
}

impl ScaleEnds {
    fn ends_at(self, value: f64) -> bool {
        [self.least, self.greatest].into_iter().flatten().any(|end| (value - end).abs() <= tolerance(end))
    }
}

/// A run chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunChart {
    /// Median of the base points.
    pub centre: f64,
    /// Points that are there, those on the line among them.
    pub points: usize,
    pub runs: Runs,
    pub signal: RunSignal,
}

/// How far from a line a value may lie and still be on it.
fn tolerance(line: f64) -> f64 {
    EQUAL * line.abs().max(1.0)
}

impl Runs {
    /// Runs of the values about a line, missing values left out; with `tolerant`, values within rounding of the line are
    /// on it.
    pub fn about(line: f64, values: &[Option<f64>], tolerant: bool) -> Self {
        let tolerance = if tolerant { tolerance(line) } else { 0.0 };
        let off = values.iter().copied().flatten().map(|value| value - line).filter(|from| from.abs() > tolerance);
        let sides: Vec<bool> = off.map(|from| from > 0.0).collect();
        let runs = || sides.chunk_by(|a, b| a == b);
        let useful = sides.len();
        Self {
            useful,
            longest: runs().map(<[bool]>::len).max().unwrap_or(0),
            longest_limit: longest_limit(useful),
            crossings: runs().count().saturating_sub(1),
            crossings_limit: crossings_limit(useful),
        }
    }

    /// Whether the points off the line never cross it.
    fn are_on_one_side(&self) -> bool {
        self.useful > 0 && self.crossings == 0
    }

    /// Whether either limit is broken, whatever the number of points.
    pub fn breaks_a_limit(&self) -> bool {
        self.longest_limit.is_some_and(|limit| self.longest > limit)
            || self.crossings_limit.is_some_and(|limit| self.crossings < limit)
    }
}

/// The run chart of a series about the median of its first `baseline` points, or of all. Missing values are left out, as
/// points on the line are. None without values.
///
/// The limits take the two sides of the line for equally likely. Where more than half of the points share one value, the
/// median is that value and the others may all lie on one side; at an end of the scale they always do. Such a series gives
/// no signal.
pub fn run_chart(values: &[Option<f64>], baseline: Option<usize>, scale: ScaleEnds) -> Option<RunChart> {
    let present: Vec<f64> = values.iter().copied().flatten().filter(|value| value.is_finite()).collect();
    let centre = median(present.get(..baseline.unwrap_or(usize::MAX)).unwrap_or(&present))?;
    let runs = Runs::about(centre, values, true);
    let signal = match runs {
        _ if present.len() >= LEAST_USEFUL && scale.ends_at(centre) => RunSignal::EndOfScale,
        _ if runs.useful < LEAST_USEFUL => RunSignal::TooFewPoints,
        _ if runs.are_on_one_side() => RunSignal::OneSide,
        _ if runs.breaks_a_limit() => RunSignal::Shift,
        _ => RunSignal::NoEvidence,
    };
    Some(RunChart { centre, points: present.len(), runs, signal })
}

/// How often chance alone breaks a limit when so many points fall independently on either side of the line with equal
/// chances: 1 − P(longest ≤ its limit and crossings ≥ theirs), counted exactly. `None` below [`LEAST_USEFUL`] points. About
/// their own median points are a little more evenly spread, so the true share is somewhat lower.
pub fn false_alarm(useful: usize) -> Option<f64> {
    let (most, fewest) = (longest_limit(useful)?, crossings_limit(useful)?);
    if useful < LEAST_USEFUL {
        return None;
    }
    // By length of the last run, then crossings: the probability that no run was too long so far.
    let mut states = vec![vec![0.0; useful]; most];
    if let Some(first) = states.first_mut().and_then(|crossings| crossings.first_mut()) {
        *first = 1.0;
    }
    for _ in 1..useful {
        let mut next = vec![vec![0.0; useful]; most];
        for (run, crossings) in states.iter().enumerate() {
            for (crossed, probability) in crossings.iter().enumerate() {
                let mut add = |run: usize, crossed: usize| {
                    if let Some(slot) = next.get_mut(run).and_then(|crossings| crossings.get_mut(crossed)) {
                        *slot += probability / 2.0;
                    }
                };
                add(run + 1, crossed);
                add(0, crossed + 1);
            }
        }
        states = next;
    }
    let usual: f64 = states.iter().flat_map(|crossings| crossings.iter().skip(fewest)).sum();
    Some((1.0 - usual).clamp(0.0, 1.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a logarithm of a size lies from 0 to 64")]
fn longest_limit(useful: usize) -> Option<usize> {
    (useful > 0).then(|| size(useful).log2().round() as usize + 3)
}

/// Weights of the binomial distribution outwards from the middle, so that no power of a half is too small to be written.
fn crossings_limit(useful: usize) -> Option<usize> {
    let trials = u64::try_from(useful.checked_sub(1)?).ok()?;
    let middle = trials / 2;
    let mut weights = vec![1.0];
    let mut lowest = middle;
    while let Some(weight) = weights.last().copied().filter(|&weight: &f64| lowest > 0 && weight > 1e-40) {
        weights.push(weight * real(lowest) / real(trials - lowest + 1));
        lowest -= 1;
    }
    // The upper half mirrors the lower one; an even number of trials has one middle.
    let lower: f64 = weights.iter().rev().sum();
    let all = if trials.is_multiple_of(2) { 2.0 * lower - 1.0 } else { 2.0 * lower };
    let mut below = 0.0;
    let steps = weights.iter().rev().position(|weight| {
        below += weight;
        // A probability of exactly 0.05 counts as reached.
        below >= TAIL * (1.0 - 1e-12) * all
    })?;
    usize::try_from(lowest).ok()?.checked_add(steps)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    /// On a scale without ends.
    fn chart(values: &[Option<f64>], baseline: Option<usize>) -> Option<RunChart> {
        run_chart(values, baseline, ScaleEnds::default())
    }

    #[test]
    fn limits_as_published() {
        // Anhøj and Olesen 2014, and qicharts2 0.8.1: useful points, longest run, fewest crossings.
        for (useful, longest, crossings) in
            [(6, 6, 1), (10, 6, 2), (20, 7, 6), (24, 8, 8), (28, 8, 9), (44, 8, 16), (64, 9, 25)]
        {
            assert_eq!((longest_limit(useful), crossings_limit(useful)), (Some(longest), Some(crossings)), "{useful}");
        }
        assert_eq!((longest_limit(0), crossings_limit(0), crossings_limit(1)), (None, None, Some(0)));
        // At large sizes the normal approximation is good: mean 500,000, deviation 500.
        let limit = crossings_limit(1_000_001).unwrap();
        assert!(limit.abs_diff(500_000 - 822) <= 1, "{limit}");
    }

    #[test]
    fn false_alarms_are_counted_over_all_sequences() {
        assert_eq!(false_alarm(9), None);
        for useful in [10, 12, 14] {
            let broken = (0..1_u32 << useful).filter(|sequence| {
                let values: Vec<_> = (0..useful).map(|at| Some(f64::from(sequence >> at & 1))).collect();
                Runs::about(0.5, &values, true).breaks_a_limit()
            });
            let share = size(broken.count()) / f64::from(1_u32 << useful);
            assert!((false_alarm(useful).unwrap() - share).abs() < 1e-12, "{useful}");
        }
        let rates: Vec<f64> = (10..=60).filter_map(false_alarm).collect();
        assert!(rates.iter().all(|rate| (0.02..0.12).contains(rate)), "{rates:?}");
    }

    #[test]
    fn points_on_the_line_and_missing_ones_are_left_out() {
        let chart = chart(&[Some(1.0), Some(2.0), None, Some(2.0), Some(3.0), Some(1.0)], None).unwrap();
        assert_eq!((chart.centre, chart.signal), (2.0, RunSignal::TooFewPoints));
        assert_eq!((chart.runs.useful, chart.runs.longest, chart.runs.crossings), (3, 1, 2));
        assert_eq!(super::run_chart(&[None, None], None, ScaleEnds::default()), None);
        let constant = super::run_chart(&some(&[7.0; 30]), None, ScaleEnds::default()).unwrap();
        assert_eq!((constant.runs.useful, constant.signal), (0, RunSignal::TooFewPoints));
    }

    #[test]
    fn a_shift_and_a_zigzag() {
        let step: Vec<f64> = (0..20).map(|i| if i < 10 { 1.0 + f64::from(i) / 100.0 } else { 5.0 }).collect();
        assert_eq!(chart(&some(&step), None).unwrap().signal, RunSignal::Shift);
        let zigzag: Vec<f64> = (0..20).map(|i| f64::from(i % 2)).collect();
        assert_eq!(chart(&some(&zigzag), None).unwrap().signal, RunSignal::NoEvidence);
        // Judged about the median of the first eight.
        assert!((chart(&some(&step), Some(8)).unwrap().centre - 1.035).abs() < 1e-12);
    }

    /// 23 perfect months of 36: chance alone puts the other 13 on one side.
    #[test]
    fn a_median_at_an_end_of_the_scale_gives_no_signal() {
        let perfect: Vec<f64> = (0..36).map(|month| if month % 3 == 1 || month == 35 { 90.0 } else { 100.0 }).collect();
        let share = ScaleEnds { least: Some(0.0), greatest: Some(100.0) };
        let of = |values: &[f64], scale| run_chart(&some(values), None, scale).unwrap();
        let found = of(&perfect, share);
        assert_eq!(
            (found.centre, found.points, found.runs.useful, found.signal),
            (100.0, 36, 13, RunSignal::EndOfScale)
        );
        // The same figures upside down, and of a count, which has no greatest value.
        let empty: Vec<f64> = perfect.iter().map(|value| 100.0 - value).collect();
        assert_eq!(of(&empty, share).signal, RunSignal::EndOfScale);
        assert_eq!(of(&empty, ScaleEnds { least: Some(0.0), greatest: None }).signal, RunSignal::EndOfScale);
        // Away from the ends most points may share a value too.
        assert_eq!(of(&perfect, ScaleEnds { least: Some(0.0), greatest: None }).signal, RunSignal::OneSide);
        // Too few points to judge anything.
        assert_eq!(of(&perfect[..9], share).signal, RunSignal::TooFewPoints);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn mirroring_and_reversing_change_no_number(values in prop::collection::vec(prop::option::weighted(0.9, -20..20_i32), 0..60)) {
            let values: Vec<Option<f64>> = values.into_iter().map(|v| v.map(f64::from)).collect();
            let mirrored: Vec<_> = values.iter().map(|v| v.map(|v| -v)).collect();
            let reversed: Vec<_> = values.iter().rev().copied().collect();
            let runs = |of: &[Option<f64>]| chart(of, None).map(|chart| (chart.runs, chart.signal));
            prop_assert_eq!(runs(&values), runs(&mirrored));
            prop_assert_eq!(runs(&values), runs(&reversed));
        }

        #[test]
        fn the_crossing_limit_is_the_binomial_quantile(useful in 1..60_usize) {
            let trials = useful - 1;
            let mut term = 0.5_f64.powi(i32::try_from(trials).unwrap());
            let (mut below, mut limit) = (term, 0);
            while below < 0.05 {
                term *= size(trials - limit) / size(limit + 1);
                below += term;
                limit += 1;
            }
            prop_assert_eq!(crossings_limit(useful), Some(limit));
        }
    }
}
