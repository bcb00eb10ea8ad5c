//! Properties of whole drawings, read back from the SVG text: nothing overlaps, leaves the sheet, joins a gap or varies.
//! It tests no looks; those were judged by eye.

use super::*;
use crate::report::charts::{
    ComparisonChart, ComparisonRow, ControlLine, EventMark, FunnelChart, FunnelPoint, LimitLevel, LimitLine, PointSign,
    SeriesRole, StandardSpan, TrendChart, TrendPoint, TrendSeries,
};
use crate::vocabulary::quantity::{Interval, Unit};
use text::{Weight, width};

const WIDTHS: [ChartWidth; 3] = [ChartWidth::Wide, ChartWidth::Narrow, ChartWidth::Small];

fn point(value: Option<f64>, half: f64) -> TrendPoint {
    let side = |by: f64| value.map(|v| v + by).filter(|_| half > 0.0);
    TrendPoint { value, lower: side(-half), upper: side(half), provisional: false, sign: PointSign::Plain }
}

fn series(role: SeriesRole, label: &str, values: &[Option<f64>], half: f64) -> TrendSeries {
    TrendSeries { role, label: label.to_owned(), points: values.iter().map(|v| point(*v, half)).collect() }
}

fn quarters(count: usize) -> Vec<String> {
    let names = ["January to March", "April to June", "July to September", "October to December"];
    (0..count).map(|i| format!("{} {}", names[i % 4], 2020 + i / 4)).collect()
}

fn trend(unit: Unit, series: Vec<TrendSeries>) -> TrendChart {
    let periods = series.first().map_or(1, |s| s.points.len());
    TrendChart {
        unit,
        axis_title: "Per cent".to_owned(),
        x_labels: quarters(periods),
        series,
        standards: Vec::new(),
        events: Vec::new(),
        breaks: Vec::new(),
        control: Vec::new(),
    }
}

/// Twelve quarters of three close series with a gap, a historical standard, an event and a provisional last point.
fn typical() -> TrendChart {
    let wave = |base: f64| (0..12).map(|i| Some(base + f64::from(i * 7 % 5))).collect::<Vec<_>>();
    let mut own = wave(81.0);
    own[4] = None;
    let mut chart = trend(
        Unit::Percent,
        vec![
            series(SeriesRole::ThisForce, "Hampshire and Isle of Wight", &own, 2.5),
            series(SeriesRole::Peers, "Peers of Hampshire and Isle of Wight", &wave(81.3), 0.0),
            series(SeriesRole::AllForces, "All forces", &wave(80.9), 0.0),
        ],
    );
    chart.series[0].points[11].provisional = true;
    chart.standards.push(StandardSpan {
        label: "Historical standard 90%, 2005 to 2023".to_owned(),
        level: 90.0,
        from: 0,
        to: 3,
    });
    let event = |at, label: &str| EventMark { at, label: label.to_owned() };
    chart.events = vec![event(6, "System migration"), event(7, "Counting rule change"), event(11, "Outage")];
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

fn trends() -> Vec<TrendChart> {
    let flat = |value, count| vec![Some(value); count];
    let mut one = trend(Unit::Percent, vec![series(SeriesRole::ThisForce, "Kent", &[Some(52.0)], 4.0)]);
    one.events.push(EventMark { at: 0, label: "Outage".to_owned() });
    let lone = [Some(1.0), None, Some(2.0), None, None];
    vec![
        typical(),
        controlled(),
        one,
        trend(Unit::Cases, vec![series(SeriesRole::ThisForce, "Kent", &flat(0.0, 8), 0.0)]),
        trend(Unit::Transactions, vec![series(SeriesRole::AllForces, "All forces", &flat(16e6, 24), 0.0)]),
        trend(
            Unit::Percent,
            [SeriesRole::ThisForce, SeriesRole::Peers, SeriesRole::AllForces]
                .map(|role| series(role, "Devon and Cornwall", &flat(100.0, 4), 0.0))
                .to_vec(),
        ),
        trend(Unit::Hours, vec![series(SeriesRole::AllForces, "All forces", &lone, 0.0)]),
        trend(Unit::Percent, vec![series(SeriesRole::ThisForce, "Kent", &[None; 6], 3.0)]),
    ]
}

fn comparison(rows: u32) -> ComparisonChart {
    let interval = |v: f64, by: f64| Some(Interval { lower: Some(v - by), upper: Some(v + by) });
    let row = |i: u32| {
        let value = 92.0 - f64::from(i) / 2.0;
        let shown = i % 20 != 19;
        ComparisonRow {
            label: ["Hampshire and Isle of Wight", "Kent", "Police Service of Northern Ireland"][i as usize % 3]
                .to_owned(),
            value: shown.then_some(value),
            interval_95: interval(value, 2.0),
            interval_998: interval(value, 3.5),
            emphasised: i == 3,
            note: "not returned by the organisation".to_owned(),
        }
    };
    ComparisonChart {
        unit: Unit::Percent,
        axis_title: "Per cent".to_owned(),
        rows: (0..rows).map(row).collect(),
        reference: Some(("All forces 81.2%".to_owned(), 81.2)),
        standard: Some(("Historical standard 90%, 2005 to 2023".to_owned(), 90.0)),
    }
}

/// Forces of falling size round 80 with limits that narrow; every third is named, some far out, some on one spot.
fn funnel(forces: u32, unit: Unit) -> FunnelChart {
    let size = |i: u32| 4_000.0 / f64::from(i * i + 1);
    let limit = |size: f64, width: f64| 80.0 + width * 300.0 / (size + 1.0).sqrt();
    let line = |label: &str, level, width: f64| {
        let sizes = (1..=40).map(|step: i32| 4_160.0 * f64::from(step * step) / 1_600.0);
        let points: Vec<_> = sizes.map(|size| (size, limit(size, width))).collect();
        let pieces = vec![points[3..20].to_vec(), points[22..].to_vec()];
        LimitLine { label: label.to_owned(), level, pieces }
    };
    let point = |i: u32| FunnelPoint {
        label: ["Hampshire and Isle of Wight", "Kent", "Police Service of Northern Ireland"][i as usize % 3].to_owned(),
        size: size(i / 2 * 2),
        value: if i.is_multiple_of(3) { 62.0 + f64::from(i) } else { 80.0 + f64::from(i % 5) },
        named: i.is_multiple_of(3),
    };
    FunnelChart {
        unit,
        axis_title: "Per cent".to_owned(),
        size_title: "Court results received in the period that are on PNC".to_owned(),
        centre: ("All forces 80.0%".to_owned(), 80.0),
        limits: vec![
            line("99.8% limit", LimitLevel::Outer, 1.0),
            line("95% limit", LimitLevel::Inner, 0.6),
            line("95% limit", LimitLevel::Inner, -0.6),
            line("99.8% limit", LimitLevel::Outer, -1.0),
        ],
        points: (0..forces).map(point).collect(),
        held: vec![70.0, 90.0],
    }
}

fn drawings() -> Vec<(String, ChartWidth)> {
    let mut all = Vec::new();
    for width in WIDTHS {
        all.extend(trends().iter().map(|chart| (chart.render(width).unwrap(), width)));
        all.extend([1, 8, 46].map(|rows| (comparison(rows).render(width).unwrap(), width)));
        let funnels = [(5, Unit::Percent), (43, Unit::Percent), (43, Unit::PerMillionTransactions)];
        all.extend(funnels.map(|(forces, unit)| (funnel(forces, unit).render(width).unwrap(), width)));
    }
    all
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).unwrap().parse().unwrap()
}

/// Left, right, top and bottom of every text, with its words.
fn text_boxes(svg: &str, size: f64) -> Vec<([f64; 4], String)> {
    let texts = svg.lines().filter(|line| line.starts_with("<text"));
    let measured = texts.map(|line| {
        let words = line.split_once('>').unwrap().1.trim_end_matches("</text>").to_owned();
        let weight = if attribute(line, "font-weight").is_some() { Weight::Bold } else { Weight::Regular };
        let (x, y, long) = (number(line, "x"), number(line, "y"), width(&words, size, weight));
        let left = match attribute(line, "text-anchor") {
            Some("end") => x - long,
            Some(_) => x - long / 2.0,
            None => x,
        };
        ([left, left + long, y - 0.72 * size, y], words)
    });
    measured.collect()
}

#[test]
fn words_stay_on_the_sheet_and_never_overlap() {
    for (svg, width) in drawings() {
        let view: Vec<f64> = attribute(&svg, "viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
        let boxes = text_boxes(&svg, width.font());
        assert!(boxes.len() >= 3);
        for (index, ([left, right, top, bottom], words)) in boxes.iter().enumerate() {
            let is_inside = *left >= -0.5 && *right <= view[2] + 0.5 && *top >= 0.0 && *bottom <= view[3];
            assert!(is_inside, "{width:?}: {words}");
            for (other, other_words) in &boxes[index + 1..] {
                let is_clear = other[0] >= *right || other[1] <= *left || other[2] >= *bottom || other[3] <= *top;
                assert!(is_clear, "{width:?}: \"{words}\" and \"{other_words}\"");
            }
        }
    }
}

#[test]
fn the_element_is_well_formed_hidden_and_sized_in_real_px() {
    for (svg, width) in drawings() {
        let root = svg.lines().next().unwrap();
        assert_eq!(attribute(root, "aria-hidden"), Some("true"));
        assert_eq!(attribute(root, "focusable"), Some("false"));
        assert!(number(root, "font-size") >= 16.0);
        assert!(root.contains(&format!("viewBox=\"0 0 {} ", width.px())));
        for absent in [" id=", " role=", " style=", " class=", "url(", "NaN", "inf"] {
            assert!(!svg.contains(absent), "{absent}");
        }
        assert_eq!(svg.matches(" font-size=").count(), 1, "every text has the size of the root");
        assert!(root.starts_with("<svg ") && svg.ends_with("</svg>"));
        for line in svg.lines().skip(1).filter(|line| *line != "</svg>") {
            let is_text = line.starts_with("<text ") && line.ends_with("</text>") && line.matches('<').count() == 2;
            assert!(is_text || (line.ends_with("/>") && line.matches('<').count() == 1), "{line}");
            let places = line.split('"').skip(1).step_by(2).flat_map(|value| value.split([' ', ',']));
            let decimals = places.filter_map(|n| n.split_once('.')).filter(|(whole, _)| whole.parse::<i32>().is_ok());
            assert!(decimals.map(|(_, part)| part.len()).all(|length| length <= 2), "{line}");
        }
    }
}

#[test]
fn drawings_are_the_same_on_every_run() {
    assert_eq!(drawings(), drawings());
}

#[test]
fn a_gap_is_never_joined_and_a_lone_point_is_still_seen() {
    let values = [Some(80.0), Some(90.0), None, Some(80.0), Some(90.0), None, Some(85.0)];
    let svg = trend(Unit::Percent, vec![series(SeriesRole::ThisForce, "Kent", &values, 0.0)])
        .render(ChartWidth::Wide)
        .unwrap();
    let lines: Vec<&str> = svg.lines().filter(|l| attribute(l, "stroke-width") == Some("2.5")).collect();
    let ends: Vec<(f64, f64)> = lines.iter().map(|l| (number(l, "x1"), number(l, "x2"))).collect();
    assert_eq!(ends.len(), 2, "{lines:?}");
    assert!(ends[0].1 < ends[1].0);
    assert_eq!(svg.matches("<circle").count(), 5);
    let mut broken = trend(Unit::Percent, vec![series(SeriesRole::ThisForce, "Kent", &[Some(80.0); 4], 0.0)]);
    broken.breaks = vec![2];
    let svg = broken.render(ChartWidth::Wide).unwrap();
    assert_eq!(svg.lines().filter(|l| attribute(l, "stroke-width") == Some("2.5")).count(), 2);
    let dotted = trend(Unit::Percent, vec![series(SeriesRole::AllForces, "All", &[None, Some(1.0), None], 0.0)]);
    assert_eq!(dotted.render(ChartWidth::Wide).unwrap().matches("<circle").count(), 1);
}

#[test]
fn a_standard_spans_its_periods_only_and_a_provisional_point_is_open_and_named() {
    let svg = typical().render(ChartWidth::Wide).unwrap();
    let pink: Vec<&str> = svg.lines().filter(|l| attribute(l, "stroke") == Some("#801650")).collect();
    assert_eq!(pink.len(), 2, "the line and the sample beside its words");
    assert!(number(pink[0], "x2") < 300.0);
    assert!(svg.contains(">provisional</text>") && svg.contains(">95% interval</text>"));
    assert!(svg.contains("(axis starts at 75%)"));
    assert!(svg.lines().any(|l| l.starts_with("<circle") && attribute(l, "fill") == Some("#FFFFFF")));
}

#[test]
fn limits_of_two_segments_are_not_joined_and_signs_differ_in_shape() {
    let svg = controlled().render(ChartWidth::Wide).unwrap();
    let dashed: Vec<&str> =
        svg.lines().filter(|l| l.starts_with("<polyline") && l.contains("stroke-dasharray=\"5 4\"")).collect();
    assert_eq!(dashed.len(), 4, "two limits of two segments");
    // Two kinds of triangles and the two parts of a diamond.
    assert!(svg.matches("<polygon").count() >= 2 * 3 + 2 * 2, "{svg}");
    for words in ["Upper limit", "Mean", "Lower limit", "improvement", "concern", "stands out"] {
        assert!(svg.contains(&format!(">{words}</text>")), "{words}");
    }
    let small = controlled().render(ChartWidth::Small).unwrap();
    assert!(!small.contains("Upper limit") && small.contains(">limits of usual variation</text>"));
    let mut wrong = controlled();
    wrong.control[0][0].upper = f64::INFINITY;
    assert!(matches!(wrong.render(ChartWidth::Wide), Err(ChartError::NotFinite(_))));
}

#[test]
fn a_funnel_joins_no_pieces_keeps_every_point_and_names_those_far_out() {
    let chart = funnel(20, Unit::Percent);
    let svg = chart.render(ChartWidth::Wide).unwrap();
    let outer: Vec<&str> =
        svg.lines().filter(|l| l.starts_with("<polyline") && attribute(l, "stroke-width") == Some("1.25")).collect();
    assert_eq!(outer.len(), 4, "two sides of two pieces");
    // Each point is drawn on its white halo.
    assert_eq!(svg.matches("<circle").count(), 40);
    let words = text_boxes(&svg, ChartWidth::Wide.font());
    let is_named = |name: &str| words.iter().any(|(_, words)| words.contains(name));
    assert!(is_named("Hampshire") && is_named("99.8% limit") && !is_named("Kent"));
    let mut wrong = funnel(5, Unit::Percent);
    wrong.held.push(f64::NAN);
    assert!(matches!(wrong.render(ChartWidth::Wide), Err(ChartError::NotFinite(_))));
    wrong.points.clear();
    assert_eq!(wrong.render(ChartWidth::Wide), Err(ChartError::Empty));
}

#[test]
fn texts_are_escaped() {
    let mut chart = typical();
    chart.series[0].label = "<b>&\"'\n\u{1}x".to_owned();
    let svg = chart.render(ChartWidth::Wide).unwrap();
    assert!(svg.contains(">&lt;b&gt;&amp;&quot;&apos;") && !svg.contains("<b>") && !svg.contains('\u{1}'));
}

#[test]
fn a_chart_that_cannot_be_drawn_is_an_error() {
    let error = |change: fn(&mut TrendChart)| {
        let mut chart = typical();
        change(&mut chart);
        chart.render(ChartWidth::Narrow).unwrap_err()
    };
    let empty = error(|c| {
        c.x_labels.clear();
        c.series.clear();
    });
    assert_eq!(empty, ChartError::Empty);
    assert_eq!(error(|c| c.series.extend(c.series.clone())), ChartError::TooManySeries(6));
    assert!(matches!(error(|c| c.x_labels.truncate(3)), ChartError::UnequalLengths { points: 12, periods: 3, .. }));
    assert!(matches!(error(|c| c.series[0].points[0].value = Some(f64::NAN)), ChartError::NotFinite(_)));
    assert!(matches!(error(|c| c.events[0].at = 12), ChartError::OutsideThePeriods { index: 12, .. }));
    let mut rows = comparison(2);
    rows.standard = Some(("x".to_owned(), f64::INFINITY));
    assert_eq!(rows.render(ChartWidth::Wide), Err(ChartError::NotFinite("x".to_owned())));
    rows.rows.clear();
    assert_eq!(rows.render(ChartWidth::Wide), Err(ChartError::Empty));
}
