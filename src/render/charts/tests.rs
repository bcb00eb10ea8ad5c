//! What single charts promise besides the rules of the gallery: gaps, breaks, segments, spans and errors.

use super::gallery::{attribute, number, text_boxes, trend};
use super::*;
use crate::report::charts::{
    CellState, ControlLine, EventMark, FunnelChart, FunnelPoint, JudgedMark, LimitLevel, LimitLine, MarkLevel,
    MarkMeaning, MarkSide, PeriodTick, PointSign, SeriesRole, SparkPoint, Sparkline, StandardSpan, StripPlot,
    TrendChart, TrendPoint, TrendSeries,
};
use crate::vocabulary::quantity::{Better, Unit};

fn point(value: Option<f64>, half: f64) -> TrendPoint {
    let side = |by: f64| value.map(|v| v + by).filter(|_| half > 0.0);
    TrendPoint { value, lower: side(-half), upper: side(half), provisional: false, sign: PointSign::Plain }
}

fn series(role: SeriesRole, label: &str, values: &[Option<f64>], half: f64) -> TrendSeries {
    TrendSeries { role, label: label.to_owned(), points: values.iter().map(|v| point(*v, half)).collect() }
}

fn periods(number: usize) -> Vec<PeriodTick> {
    (0..number).map(|at| PeriodTick { full: format!("Period {at}"), short: None }).collect()
}

fn own(values: &[Option<f64>]) -> TrendChart {
    trend(Unit::Percent, periods(values.len()), vec![series(SeriesRole::Subject, "Kent", values, 0.0)])
}

/// Twelve periods with a gap, a standard over the first four, an event and a provisional last point.
fn typical() -> TrendChart {
    let mut values: Vec<_> = (0..12).map(|i| Some(81.0 + f64::from(i * 7 % 5))).collect();
    values[4] = None;
    let mut chart = trend(Unit::Percent, periods(12), vec![series(SeriesRole::Subject, "Kent", &values, 2.5)]);
    chart.series[0].points[11].provisional = true;
    let label = "Historical standard 90%, 2005 to 2023".to_owned();
    chart.standards.push(StandardSpan { label, level: 90.0, from: 0, to: 3 });
    chart.events = vec![EventMark { at: 6, label: "System migration".to_owned() }];
    chart
}

/// The typical chart as a control chart of two segments, with a point of every sign.
fn controlled() -> TrendChart {
    let mut chart = typical();
    let line = |at: usize, mean: f64| ControlLine { at, mean, lower: mean - 4.0, upper: mean + 4.0 };
    let segment = |periods: std::ops::Range<usize>, mean: f64| periods.map(|at| line(at, mean)).collect();
    chart.control = vec![segment(0..7, 83.0), segment(7..12, 84.0)];
    let signs = [
        PointSign::ImprovementUp,
        PointSign::ImprovementDown,
        PointSign::Concern,
        PointSign::Neutral,
        PointSign::Usual,
    ];
    for (point, sign) in chart.series[0].points.iter_mut().zip(signs.iter().cycle()) {
        (point.lower, point.upper, point.sign) = (None, None, *sign);
    }
    chart
}

fn strokes<'s>(svg: &'s str, name: &str, value: &str) -> Vec<&'s str> {
    svg.lines().filter(|line| attribute(line, name) == Some(value)).collect()
}

#[test]
fn a_gap_is_never_joined_and_a_lone_point_is_still_seen() {
    let values = [Some(80.0), Some(90.0), None, Some(80.0), Some(90.0), None, Some(85.0)];
    let svg = own(&values).render(ChartWidth::Wide).unwrap();
    let lines = strokes(&svg, "stroke-width", "2.75");
    let ends: Vec<(f64, f64)> = lines.iter().map(|l| (number(l, "x1"), number(l, "x2"))).collect();
    assert_eq!(ends.len(), 2, "{lines:?}");
    assert!(ends[0].1 < ends[1].0);
    assert_eq!(svg.matches("<circle").count(), 5);
    let mut broken = own(&[Some(80.0); 4]);
    broken.breaks = vec![2];
    assert_eq!(strokes(&broken.render(ChartWidth::Wide).unwrap(), "stroke-width", "2.75").len(), 2);
    let mut dotted = own(&[None, Some(1.0), None]);
    dotted.series[0].role = SeriesRole::AllForces;
    assert_eq!(dotted.render(ChartWidth::Wide).unwrap().matches("<circle").count(), 1);
}

#[test]
fn a_small_line_dots_a_gap_and_leaves_a_break_open() {
    let points = |values: &[Option<f64>]| values.iter().map(|v| SparkPoint { value: *v, provisional: false }).collect();
    let line = |values: &[Option<f64>], breaks| {
        let line = Sparkline { unit: Unit::Percent, points: points(values), breaks, last: None };
        line.draw().unwrap()
    };
    let gap = [Some(80.0), Some(81.0), None, Some(83.0), Some(82.0)];
    assert_eq!(line(&gap, Vec::new()).matches("stroke-dasharray").count(), 1);
    let broken = line(&[Some(80.0), Some(81.0), Some(83.0), Some(82.0)], vec![2]);
    assert_eq!(broken.matches("stroke-dasharray").count(), 0);
    assert_eq!(broken.matches("<line").count(), 2);
}

#[test]
fn right_is_better_in_a_strip() {
    let strip = |better| StripPlot {
        unit: Unit::Percent,
        better,
        values: vec![10.0, 20.0, 30.0],
        subject: Some(30.0),
        median: None,
        standard: None,
    };
    let subject = |better| {
        let svg = strip(better).draw().unwrap();
        number(svg.lines().rfind(|line| line.starts_with("<circle")).unwrap(), "cx")
    };
    assert!(subject(Better::Higher) > 75.0 && subject(Better::Neutral) > 75.0 && subject(Better::Lower) < 75.0);
}

#[test]
fn cells_differ_without_colour() {
    let mark = |meaning, level| CellState::Judged(JudgedMark { meaning, level, side: MarkSide::Above });
    let states = [
        mark(MarkMeaning::Better, MarkLevel::Strong),
        mark(MarkMeaning::Better, MarkLevel::Weak),
        mark(MarkMeaning::Worse, MarkLevel::Strong),
        mark(MarkMeaning::Worse, MarkLevel::Weak),
        mark(MarkMeaning::NoDifference, MarkLevel::Strong),
        mark(MarkMeaning::CannotTell, MarkLevel::Strong),
        CellState::Missing,
        CellState::Withheld,
    ];
    // Colours become light or dark; what is left must tell the cells apart.
    let in_grey = |state: CellState| {
        let mut svg = state.draw().unwrap();
        for (colour, shade) in [("#12436D", "dark"), ("#F46A25", "middle"), ("#C2490D", "dark"), ("#595959", "dark")] {
            svg = svg.replace(colour, shade);
        }
        svg
    };
    for (index, state) in states.iter().enumerate() {
        assert!(states[index + 1..].iter().all(|other| in_grey(*other) != in_grey(*state)), "{state:?}");
    }
}

#[test]
fn a_standard_spans_its_periods_only_and_nothing_else_has_its_colour() {
    let mut chart = typical();
    chart.centre = Some(crate::report::charts::CentreSpan { label: "Median".to_owned(), level: 84.0, from: 0, to: 11 });
    let svg = chart.render(ChartWidth::Wide).unwrap();
    let pink = strokes(&svg, "stroke", "#801650");
    assert_eq!(pink.len(), 2, "the line and the sample beside its words");
    assert!(number(pink[0], "x2") < 320.0);
    for words in ["provisional", "95% interval", "Median"] {
        assert!(svg.contains(&format!(">{words}</text>")), "{words}");
    }
    assert!(svg.contains("(axis starts at 75%)"));
}

#[test]
fn limits_of_two_segments_are_not_joined_and_signs_differ_in_shape() {
    let svg = controlled().render(ChartWidth::Wide).unwrap();
    let mean = strokes(&svg, "stroke-dasharray", "8 3 2 3");
    assert_eq!(mean.iter().filter(|line| line.starts_with("<polyline")).count(), 2, "a mean of two segments");
    for words in ["Upper limit", "Mean", "Lower limit", "improvement", "concern", "stands out"] {
        assert!(svg.contains(&format!(">{words}</text>")), "{words}");
    }
    let small = controlled().render(ChartWidth::Small).unwrap();
    assert!(!small.contains("Upper limit") && small.contains(">limits of usual variation</text>"));
    let mut wrong = controlled();
    wrong.control[0][0].upper = f64::INFINITY;
    assert!(matches!(wrong.render(ChartWidth::Wide), Err(ChartError::NotFinite(_))));
}

fn funnel(sizes: &[f64]) -> FunnelChart {
    let line = |label: &str, width: f64| {
        let pieces = [(1..20), (22..60)].map(|steps| {
            steps.map(|step| (f64::from(step) * 20.0, 80.0 + width * 60.0 / (f64::from(step) * 20.0).sqrt())).collect()
        });
        LimitLine { label: label.to_owned(), level: LimitLevel::Outer, pieces: pieces.to_vec() }
    };
    let point = |size: &f64| FunnelPoint {
        label: "Kent".to_owned(),
        size: *size,
        value: 80.0,
        named: false,
        mark: JudgedMark::plain(MarkMeaning::NoDifference),
    };
    FunnelChart {
        unit: Unit::Percent,
        axis_title: "Per cent".to_owned(),
        size_title: "Cases".to_owned(),
        centre: ("All forces 80.0%".to_owned(), 80.0),
        limits: vec![line("99.8% limit", 1.0), line("99.8% limit", -1.0)],
        points: sizes.iter().map(point).collect(),
        held: vec![70.0, 90.0],
    }
}

#[test]
fn a_funnel_joins_no_pieces_and_its_axis_doubles_where_sizes_span_more_than_tenfold() {
    let alike = funnel(&[400.0, 800.0, 1_200.0]).render(ChartWidth::Wide).unwrap();
    let outer = strokes(&alike, "stroke-width", "1.25");
    assert_eq!(outer.iter().filter(|line| line.starts_with("<polyline")).count(), 4, "two sides of two pieces");
    assert!(!alike.contains("doubles"));
    let apart = funnel(&[20.0, 200.0, 1_200.0]).render(ChartWidth::Wide).unwrap();
    assert!(apart.contains("doubles"));
    // 20 to 200 and 200 to 2,000 are equally far apart on an axis that doubles.
    let ticks = text_boxes(&apart, 16.0);
    let middle = |words: &str| {
        let (frame, _) = ticks.iter().find(|(_, found)| found == words).unwrap_or_else(|| panic!("{words}"));
        f64::midpoint(frame[0], frame[1])
    };
    assert!((middle("200") - middle("20") - (middle("500") - middle("50"))).abs() < 0.2);
    let mut wrong = funnel(&[5.0]);
    wrong.held.push(f64::NAN);
    assert!(matches!(wrong.render(ChartWidth::Wide), Err(ChartError::NotFinite(_))));
    wrong.points.clear();
    assert_eq!(wrong.render(ChartWidth::Wide), Err(ChartError::Empty));
}

#[test]
fn a_chart_that_cannot_be_drawn_is_an_error() {
    let error = |change: fn(&mut TrendChart)| {
        let mut chart = typical();
        change(&mut chart);
        chart.render(ChartWidth::Narrow).unwrap_err()
    };
    let empty = error(|c| {
        c.periods.clear();
        c.series.clear();
    });
    assert_eq!(empty, ChartError::Empty);
    assert_eq!(error(|c| c.series = vec![c.series[0].clone(); 6]), ChartError::TooManySeries(6));
    assert!(matches!(error(|c| c.periods.truncate(3)), ChartError::UnequalLengths { points: 12, periods: 3, .. }));
    assert!(matches!(error(|c| c.series[0].points[0].value = Some(f64::NAN)), ChartError::NotFinite(_)));
    assert!(matches!(error(|c| c.events[0].at = 12), ChartError::OutsideThePeriods { index: 12, .. }));
}
