//! Why a national rate changed: the part that comes from the members' rates and the part that comes from their shares
//! (Kitagawa, JASA 50, 1955), with the mix part centred on the national rate.

use super::arithmetic::total;
use super::counts::Counts;
use super::real;
use crate::vocabulary::quantity::{Ratio, RatioDifference};

/// Further apart than this, relatively, the parts do not make the change.
const TOLERANCE: f64 = 1e-12;

/// One member of the whole, a force or the pool of others, in both periods. `None` where it did not report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contributor {
    pub before: Option<Counts>,
    pub after: Option<Counts>,
}

/// What one member adds to the change, in units of the rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// (w₀ + w₁)/2 · (r₁ − r₀).
    pub rate: f64,
    /// ((r₀ + r₁)/2 − R)(w₁ − w₀).
    pub mix: f64,
    /// The whole's change recomputed from the other members; `None` where they have no cases in one of the periods.
    pub change_without: Option<RatioDifference>,
}

/// A change taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// The whole's rate in the first period, R₀.
    pub before: f64,
    /// The whole's rate in the second period, R₁.
    pub after: f64,
    /// One for each member, in the order given.
    pub contributions: Vec<Contribution>,
}

/// Why a change cannot be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DecompositionError {
    #[error("there are no cases in the first period")]
    NoCasesBefore,
    #[error("there are no cases in the second period")]
    NoCasesAfter,
    #[error("member {0} has a negative count")]
    NegativeCount(usize),
    #[error("the parts differ from the change by {0}")]
    DoesNotSum(f64),
}

impl Decomposition {
    /// R₁ − R₀.
    pub fn change(&self) -> f64 {
        self.after - self.before
    }

    /// Sum of the rate parts.
    pub fn rate_effect(&self) -> f64 {
        total(self.contributions.iter().map(|part| part.rate))
    }

    /// Sum of the mix parts.
    pub fn mix_effect(&self) -> f64 {
        total(self.contributions.iter().map(|part| part.mix))
    }
}

/// Takes the change of Σx/Σn apart. With shares w = n/Σn and rates r = x/n in periods 0 and 1 and R = (R₀ + R₁)/2 the
/// parts are those of [`Contribution`], and they sum to R₁ − R₀, which is checked.
///
/// A member without cases in one period has no rate there: its one rate stands for both, so all it adds is mix. A member
/// without cases in both periods adds nothing.
pub fn decompose(members: &[Contributor]) -> Result<Decomposition, DecompositionError> {
    let negative = |counts: Option<Counts>| counts.is_some_and(|c| c.numerator < 0 || c.denominator < 0);
    if let Some(position) = members.iter().position(|m| negative(m.before) || negative(m.after)) {
        return Err(DecompositionError::NegativeCount(position));
    }
    let whole_before = Whole::of(members.iter().map(|member| member.before));
    let whole_after = Whole::of(members.iter().map(|member| member.after));
    let before = whole_before.rate().ok_or(DecompositionError::NoCasesBefore)?;
    let after = whole_after.rate().ok_or(DecompositionError::NoCasesAfter)?;
    let middle = f64::midpoint(before, after);
    let contributions = members
        .iter()
        .map(|member| {
            let (w0, r0) = whole_before.share_and_rate(member.before);
            let (w1, r1) = whole_after.share_and_rate(member.after);
            let (rate, mix) = match (r0.or(r1), r1.or(r0)) {
                (Some(r0), Some(r1)) => {
                    (f64::midpoint(w0, w1) * (r1 - r0), (f64::midpoint(r0, r1) - middle) * (w1 - w0))
                }
                _ => (0.0, 0.0),
            };
            let rest = |whole: Whole, own| whole.without(own).ratio();
            let change_without = rest(whole_after, member.after).zip(rest(whole_before, member.before));
            let change_without = change_without.and_then(|(now, then)| RatioDifference::of(now, then));
            Contribution { rate, mix, change_without }
        })
        .collect();
    let found = Decomposition { before, after, contributions };
    let off = found.rate_effect() + found.mix_effect() - found.change();
    if off.abs() <= TOLERANCE * before.max(after).max(1.0) {
        Ok(found)
    } else {
        Err(DecompositionError::DoesNotSum(off))
    }
}

/// Sums over all members in one period.
#[derive(Clone, Copy)]
struct Whole {
    numerator: i128,
    denominator: i128,
}

impl Whole {
    /// Members without cases have no part in the rate.
    fn of(members: impl Iterator<Item = Option<Counts>>) -> Self {
        members.flatten().filter(|counts| counts.denominator > 0).fold(
            Self { numerator: 0, denominator: 0 },
            |sum, counts| Self {
                numerator: sum.numerator + i128::from(counts.numerator),
                denominator: sum.denominator + i128::from(counts.denominator),
            },
        )
    }

    fn rate(self) -> Option<f64> {
        (self.denominator > 0).then(|| real(self.numerator) / real(self.denominator))
    }

    /// `None` where the sums are beyond 64 bits.
    fn ratio(self) -> Option<Ratio> {
        let (numerator, denominator) = (i64::try_from(self.numerator).ok()?, i64::try_from(self.denominator).ok()?);
        Some(Ratio { numerator, denominator })
    }

    /// The member's share of all cases and its rate, if it has cases.
    fn share_and_rate(self, own: Option<Counts>) -> (f64, Option<f64>) {
        own.filter(|counts| counts.denominator > 0).map_or((0.0, None), |counts| {
            (real(counts.denominator) / real(self.denominator), Some(real(counts.numerator) / real(counts.denominator)))
        })
    }

    /// The sums without one member. Sums are integers, so the difference is the recomputed sum.
    fn without(self, own: Option<Counts>) -> Self {
        own.filter(|counts| counts.denominator > 0).map_or(self, |counts| Self {
            numerator: self.numerator - i128::from(counts.numerator),
            denominator: self.denominator - i128::from(counts.denominator),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    const fn of(numerator: i64, denominator: i64) -> Counts {
        Counts { numerator, denominator }
    }

    fn close(found: f64, wanted: f64, tolerance: f64) {
        assert!((found - wanted).abs() < tolerance, "{found} {wanted}");
    }

    #[test]
    fn three_forces_in_both_periods() {
        let members = [
            Contributor { before: Some(of(320, 400)), after: Some(of(425, 500)) },
            Contributor { before: Some(of(225, 250)), after: Some(of(215, 250)) },
            Contributor { before: Some(of(210, 350)), after: Some(of(160, 250)) },
        ];
        let found = decompose(&members).unwrap();
        close(found.before, 0.755, 1e-15);
        close(found.after, 0.8, 1e-15);
        for (part, (rate, mix)) in found.contributions.iter().zip([(0.0225, 0.00475), (-0.01, 0.0), (0.012, 0.015_75)])
        {
            close(part.rate, rate, 1e-15);
            // The second force keeps its share: -0 and 0 are the same number.
            close(part.mix, mix, 1e-15);
        }
        close(found.rate_effect(), 0.0245, 1e-15);
        close(found.mix_effect(), 0.0205, 1e-15);
        close(found.contributions[0].change_without.unwrap().value(), 375.0 / 500.0 - 435.0 / 600.0, 1e-15);
    }

    #[test]
    fn a_force_that_stops_and_one_that_starts_are_all_mix() {
        let members = [
            Contributor { before: Some(of(320, 400)), after: Some(of(340, 400)) },
            Contributor { before: Some(of(120, 200)), after: None },
            Contributor { before: None, after: Some(of(50, 100)) },
            Contributor { before: None, after: None },
        ];
        let found = decompose(&members).unwrap();
        close(found.change(), 0.046_67, 5e-6);
        for (part, (rate, mix)) in
            found.contributions.iter().zip([(0.036_67, 0.009_11), (0.0, 0.052_22), (0.0, -0.051_33), (0.0, 0.0)])
        {
            close(part.rate, rate, 5e-6);
            close(part.mix, mix, 5e-6);
        }
        // A zero denominator is the same as no report.
        let mut zero = members;
        zero[1].after = Some(of(0, 0));
        zero[2].before = Some(of(3, 0));
        assert_eq!(decompose(&zero).unwrap(), found);
    }

    #[test]
    fn what_cannot_be_taken_apart_says_why() {
        let lone = Contributor { before: Some(of(1, 2)), after: Some(of(2, 2)) };
        assert_eq!(decompose(&[]), Err(DecompositionError::NoCasesBefore));
        assert_eq!(decompose(&[Contributor { after: None, ..lone }]), Err(DecompositionError::NoCasesAfter));
        assert_eq!(
            decompose(&[lone, Contributor { after: Some(of(-1, 2)), ..lone }]),
            Err(DecompositionError::NegativeCount(1))
        );
        // Nothing is left without the only force.
        assert_eq!(decompose(&[lone]).unwrap().contributions[0].change_without, None);
    }

    fn counts() -> impl Strategy<Value = Option<Counts>> {
        prop::option::weighted(
            0.8,
            (0..40_u32, 0..=100_i64).prop_map(|(bits, percent)| {
                let denominator = 1_i64 << bits;
                Counts { numerator: denominator / 100 * percent, denominator }
            }),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_parts_make_the_change_and_exchanging_periods_turns_the_sign(
            pairs in prop::collection::vec((counts(), counts()), 1..60),
        ) {
            let members: Vec<Contributor> = pairs.iter().map(|&(before, after)| Contributor { before, after }).collect();
            let turned: Vec<Contributor> = pairs.iter().map(|&(after, before)| Contributor { before, after }).collect();
            if let (Ok(forth), Ok(back)) = (decompose(&members), decompose(&turned)) {
                prop_assert!((forth.rate_effect() + forth.mix_effect() - forth.change()).abs() <= 1e-12);
                for (one, other) in forth.contributions.iter().zip(&back.contributions) {
                    prop_assert!((one.rate + other.rate).abs() <= 1e-12 && (one.mix + other.mix).abs() <= 1e-12);
                }
            }
        }

        #[test]
        fn without_a_force_is_the_change_of_the_others(pairs in prop::collection::vec((counts(), counts()), 2..20)) {
            let members: Vec<Contributor> = pairs.iter().map(|&(before, after)| Contributor { before, after }).collect();
            if let Ok(all) = decompose(&members) {
                let others = decompose(&members[1..]).ok().map(|found| found.change());
                let without = all.contributions[0].change_without.map(RatioDifference::value);
                prop_assert_eq!(without.is_some(), others.is_some());
                prop_assert!(without.zip(others).is_none_or(|(one, other)| (one - other).abs() <= 1e-12));
            }
        }
    }
}
