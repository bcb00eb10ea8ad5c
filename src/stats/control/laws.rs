//! Laws of the charts, tried on generated series.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::stats::timeline::tests::months;

/// Values with ties, missing, excluded and provisional points among them.
fn any_series() -> impl Strategy<Value = Vec<ValuePoint>> {
    let value = prop_oneof![8 => (0..40_i32).prop_map(|v| Some(f64::from(v) / 4.0)), 1 => Just(None)];
    let standing =
        prop_oneof![12 => Just(PointUse::Final), 1 => Just(PointUse::Excluded), 1 => Just(PointUse::Provisional)];
    prop::collection::vec((value, standing), 0..60).prop_map(|points| {
        let of = |(month, (value, standing))| ValuePoint { span: months(month, 1), value, standing };
        (0..).zip(points).map(of).collect()
    })
}

fn modes() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Native), Just(Mode::MakingDataCount)]
}

fn signals(chart: &ControlAnalysis) -> Vec<Vec<RuleSignal>> {
    chart.points.iter().map(|p| p.judgement.as_ref().map(|of| of.signals.clone()).unwrap_or_default()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_finite_and_in_order(of in any_series(), mode in modes(), screen in any::<bool>()) {
        let chart = xmr(&of, &ChartSettings { mode, screen, ..ChartSettings::new(Better::Higher) }).unwrap();
        prop_assert_eq!(chart.points.len(), of.len());
        for lines in chart.points.iter().filter_map(|point| point.lines) {
            let ordered = [lines.lower, lines.near_lower, lines.centre, lines.near_upper, lines.upper];
            prop_assert!(ordered.iter().all(|line| line.is_finite()) && ordered.is_sorted(), "{lines:?}");
        }
        let judged = chart.points.iter().rposition(|point| point.judgement.is_ok());
        prop_assert!(chart.icon_point.is_none() || chart.icon_point == judged);
    }

    #[test]
    fn a_mirrored_series_has_mirrored_signals(of in any_series(), mode in modes()) {
        let settings = ChartSettings { mode, ..ChartSettings::new(Better::Higher) };
        let mirrored: Vec<_> = of.iter().map(|p| ValuePoint { value: p.value.map(|v| -v), ..*p }).collect();
        let (one, other) = (signals(&xmr(&of, &settings).unwrap()), signals(&xmr(&mirrored, &settings).unwrap()));
        for (one, other) in one.iter().flatten().zip(other.iter().flatten()) {
            prop_assert!(one.rule == other.rule && one.direction != other.direction);
        }
        prop_assert_eq!(one.iter().map(Vec::len).collect::<Vec<_>>(), other.iter().map(Vec::len).collect::<Vec<_>>());
    }

    #[test]
    fn the_better_direction_changes_no_signal(of in any_series(), mode in modes()) {
        let with = |better| signals(&xmr(&of, &ChartSettings { mode, ..ChartSettings::new(better) }).unwrap());
        prop_assert!(with(Better::Higher) == with(Better::Lower) && with(Better::Lower) == with(Better::Neutral));
    }

    #[test]
    fn an_outside_signal_is_the_position_against_the_drawn_line(of in any_series()) {
        let chart = xmr(&of, &ChartSettings::new(Better::Higher)).unwrap();
        for point in &chart.points {
            let (Ok(judged), Some(lines), Some(value)) = (&point.judgement, point.lines, point.value) else { continue };
            let tolerance = |line: f64| 1e-9 * line.abs().max(1.0);
            let beyond = value > lines.upper + tolerance(lines.upper) || value < lines.lower - tolerance(lines.lower);
            prop_assert_eq!(beyond, judged.signals.iter().any(|s| s.rule == ControlRule::OutsideLimits));
        }
    }

    #[test]
    fn a_segment_is_judged_as_if_it_stood_alone(of in any_series(), at in 0_usize..60, mode in modes()) {
        prop_assume!(at > 0 && at < of.len());
        let alone = ChartSettings { mode, ..ChartSettings::new(Better::Lower) };
        let split = ChartSettings { rebase: vec![of[at].span.first()], ..alone.clone() };
        let whole = xmr(&of, &split).unwrap();
        let (first, second) = (xmr(&of[..at], &alone).unwrap(), xmr(&of[at..], &alone).unwrap());
        prop_assert_eq!(whole.points, [first.points, second.points].concat());
        prop_assert_eq!(whole.variation, second.variation);
    }

    #[test]
    fn a_share_next_to_its_limit_is_judged_by_the_drawn_line(
        n in 20..120_i64, shares in prop::collection::vec(0.1..0.9_f64, 13..20),
    ) {
        #[expect(clippy::cast_possible_truncation, reason = "a count")]
        let count = |share: f64| (share * crate::stats::real(n)).round() as i64;
        let mut counts: Vec<i64> = shares.into_iter().map(count).collect();
        counts.push(0);
        let settings = ChartSettings { baseline: Some(12), ..ChartSettings::new(Better::Higher) };
        for last in 0..=n {
            *counts.last_mut().unwrap() = last;
            let of = |(month, &x): (u32, &i64)| CountPoint {
                span: months(month, 1), counts: Some((x, n)), standing: PointUse::Final,
            };
            let series: Vec<_> = (0..).zip(&counts).map(of).collect();
            let chart = p_prime(&series, 100, &settings).unwrap();
            let point = chart.points.last().unwrap();
            let (lines, value) = (point.lines.unwrap(), point.value.unwrap());
            let beyond = value > lines.upper + 1e-9 * lines.upper.abs().max(1.0)
                || value < lines.lower - 1e-9 * lines.lower.abs().max(1.0);
            let signals = &point.judgement.as_ref().unwrap().signals;
            prop_assert_eq!(beyond, signals.iter().any(|signal| signal.rule == ControlRule::OutsideLimits));
            if chart.segments[0].limits.is_ok() {
                prop_assert_eq!(chart.points.iter().rposition(|p| p.judgement.is_ok()), chart.icon_point);
            }
        }
    }

    #[test]
    fn shares_and_rates_differ_only_in_the_clamp(
        counts in prop::collection::vec((0..500_i64, 0..50_i64), 8..30), multiplier in 1..1000_u32,
    ) {
        let of = |(month, (fails, extra)): (u32, (i64, i64))| CountPoint {
            span: months(month, 1), counts: Some((fails, fails + extra + 1)), standing: PointUse::Final,
        };
        let series: Vec<_> = (0..).zip(counts).map(of).collect();
        let settings = ChartSettings { screen: false, ..ChartSettings::new(Better::Higher) };
        let share = p_prime(&series, multiplier, &settings).unwrap();
        let rate = u_prime(&series, multiplier, &settings).unwrap();
        for (share, rate) in share.points.iter().zip(&rate.points) {
            let (share, rate) = (share.lines.unwrap(), rate.lines.unwrap());
            prop_assert!((share.upper - rate.upper).abs() <= 1e-8 * share.upper.abs().max(1.0), "{share:?} {rate:?}");
        }
    }
}
