//! Every chart in every state that a report may meet, held to the rules that hold for all, and written into one page to
//! look at: `target/gallery.html`.

use std::fmt::Write as _;

use super::text::{Weight, width};
use super::*;
use crate::report::charts::*;
use crate::vocabulary::period::Month;
use crate::vocabulary::quantity::{Better, Interval, Unit};

/// A chart in one state.
pub(super) struct Exhibit {
    pub(super) kind: &'static str,
    pub(super) state: &'static str,
    pub(super) chart: Chart,
}

/// A name that is as long and as nasty as a file allows.
fn hostile() -> String {
    let mut name = "<script>alert(\"1\")</script> & 'Heddlu Gŵyr' \u{202e}tfel\u{1}\u{7}\n\u{feff}]]> 警察 ".to_owned();
    while name.chars().count() < 500 {
        name.push_str("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch");
    }
    name
}

const FORCES: [&str; 12] = [
    "Hampshire and Isle of Wight",
    "Kent",
    "Police Service of Northern Ireland",
    "Avon and Somerset",
    "Metropolitan Police",
    "Devon and Cornwall",
    "Sussex",
    "Dyfed-Powys",
    "Greater Manchester",
    "British Transport Police",
    "City of London",
    "North Yorkshire",
];

fn force(index: usize) -> String {
    FORCES[index % FORCES.len()].to_owned()
}

/// A sequence without order and without chance: from 0 to below 1.
fn scatter(index: usize) -> f64 {
    (count(index) * 0.618_033_988_75).fract()
}

fn judged(meaning: MarkMeaning, level: MarkLevel, side: MarkSide) -> JudgedMark {
    JudgedMark { meaning, level, side }
}

/// Marks in turn, most of them plain.
fn mark(index: usize) -> JudgedMark {
    let side = if index.is_multiple_of(2) { MarkSide::Above } else { MarkSide::Below };
    match index % 9 {
        0 => judged(MarkMeaning::Better, MarkLevel::Strong, side),
        1 => judged(MarkMeaning::Worse, MarkLevel::Strong, side),
        2 => judged(MarkMeaning::Better, MarkLevel::Weak, side),
        3 => judged(MarkMeaning::Worse, MarkLevel::Weak, side),
        4 => judged(MarkMeaning::Different, MarkLevel::Strong, side),
        5 => JudgedMark::plain(MarkMeaning::CannotTell),
        _ => JudgedMark::plain(MarkMeaning::NoDifference),
    }
}

fn months(number: usize) -> Vec<PeriodTick> {
    let first: Month = "2025-01".parse().unwrap();
    let tick = |month: Month| {
        let short = ShortPeriod { words: month.name()[..3].to_owned(), year: month.year().to_string() };
        PeriodTick { full: month.words(), short: Some(short) }
    };
    (0..i32::try_from(number).unwrap()).map(|at| tick(first.plus(at))).collect()
}

fn quarters(number: usize) -> Vec<PeriodTick> {
    let names = ["January to March", "April to June", "July to September", "October to December"];
    let short = ["Jan to Mar", "Apr to Jun", "Jul to Sep", "Oct to Dec"];
    let tick = |at: usize| {
        let year = (2021 + at / 4).to_string();
        let words = short[at % 4].to_owned();
        PeriodTick { full: format!("{} {year}", names[at % 4]), short: Some(ShortPeriod { words, year }) }
    };
    (0..number).map(tick).collect()
}

fn spark(values: &[Option<f64>]) -> Vec<SparkPoint> {
    values.iter().map(|value| SparkPoint { value: *value, provisional: false }).collect()
}

fn wave(number: usize, level: f64, height: f64) -> Vec<Option<f64>> {
    (0..number).map(|at| Some(level + height * (scatter(at * 3 + 1) - 0.5))).collect()
}

fn sparklines() -> Vec<(&'static str, Chart)> {
    let line = |values: &[Option<f64>]| Sparkline {
        unit: Unit::Percent,
        points: spark(values),
        breaks: Vec::new(),
        last: None,
    };
    let usual = wave(15, 82.0, 20.0);
    let judged = Sparkline { last: Some(mark(1)), ..line(&usual) };
    let mut provisional = Sparkline { last: Some(mark(0)), ..line(&usual) };
    provisional.points[14].provisional = true;
    let mut missing = usual.clone();
    (missing[5], missing[6], missing[14]) = (None, None, None);
    let rebased = Sparkline { breaks: vec![8], ..line(&usual) };
    let sparse = [None, Some(3.0), None, Some(4.0), None];
    vec![
        ("ordinary", Chart::Sparkline(line(&usual))),
        ("of concern", Chart::Sparkline(judged)),
        ("provisional", Chart::Sparkline(provisional)),
        ("missing", Chart::Sparkline(line(&missing))),
        ("withheld throughout", Chart::Sparkline(line(&[None; 15]))),
        ("broken", Chart::Sparkline(rebased)),
        ("constant", Chart::Sparkline(line(&[Some(100.0); 15]))),
        ("one period", Chart::Sparkline(line(&[Some(52.0)]))),
        ("no period", Chart::Sparkline(line(&[]))),
        ("lone points", Chart::Sparkline(line(&sparse))),
        ("120 months", Chart::Sparkline(line(&wave(120, 50.0, 60.0)))),
    ]
}

fn strips() -> Vec<(&'static str, Chart)> {
    let values = |number: usize| (0..number).map(|at| 60.0 + 38.0 * scatter(at)).collect::<Vec<_>>();
    let strip = |values: Vec<f64>| StripPlot {
        unit: Unit::Percent,
        better: Better::Higher,
        subject: values.first().copied(),
        median: Some(80.0),
        standard: Some(90.0),
        values,
    };
    vec![
        ("ordinary", Chart::Strip(strip(values(46)))),
        ("lower is better", Chart::Strip(StripPlot { better: Better::Lower, ..strip(values(46)) })),
        ("no subject", Chart::Strip(StripPlot { subject: None, standard: None, ..strip(values(46)) })),
        ("all equal", Chart::Strip(StripPlot { median: Some(100.0), standard: None, ..strip(vec![100.0; 46]) })),
        ("one body", Chart::Strip(strip(vec![71.0]))),
        ("60 bodies", Chart::Strip(strip(values(60)))),
        ("no value", Chart::Strip(StripPlot { median: None, standard: None, ..strip(Vec::new()) })),
    ]
}

fn bullets() -> Vec<(&'static str, Chart)> {
    let bar = |value: Option<f64>, met| BulletBar {
        unit: Unit::Percent,
        value,
        interval_95: value.map(|value| Interval { lower: Some(value - 4.0), upper: Some(value + 3.0) }),
        standard: 90.0,
        met,
        provisional: false,
    };
    vec![
        ("met", Chart::Bullet(bar(Some(94.0), Some(true)))),
        ("not met", Chart::Bullet(bar(Some(72.0), Some(false)))),
        ("cannot tell", Chart::Bullet(bar(Some(88.0), None))),
        ("provisional", Chart::Bullet(BulletBar { provisional: true, ..bar(Some(72.0), Some(false)) })),
        ("missing", Chart::Bullet(bar(None, None))),
        ("nought", Chart::Bullet(BulletBar { interval_95: None, ..bar(Some(0.0), Some(false)) })),
        ("all", Chart::Bullet(BulletBar { interval_95: None, standard: 100.0, ..bar(Some(100.0), Some(true)) })),
        ("hours", Chart::Bullet(BulletBar { unit: Unit::Hours, standard: 72.0, ..bar(Some(60.0), Some(true)) })),
    ]
}

fn squares() -> Vec<(&'static str, Chart)> {
    let chart = |filled, of| Chart::Squares(SquaresChart { filled, of });
    vec![
        ("ordinary", chart(61, 100)),
        ("none", chart(0, 100)),
        ("all", chart(100, 100)),
        ("small share", chart(6, 1_000)),
    ]
}

fn spines() -> Vec<(&'static str, Chart)> {
    let row = SpineRow {
        better: Better::Higher,
        all: 82.0,
        middle_half: Some(ValueRange { low: 78.0, high: 88.0 }),
        most: Some(ValueRange { low: 66.0, high: 96.0 }),
        subject: Some(71.0),
        mark: mark(1),
        peers: Some(84.0),
        standard: Some(90.0),
    };
    let point = ValueRange { low: 100.0, high: 100.0 };
    vec![
        ("ordinary", Chart::Spine(row.clone())),
        ("lower is better", Chart::Spine(SpineRow { better: Better::Lower, mark: mark(0), ..row.clone() })),
        ("no peers", Chart::Spine(SpineRow { peers: None, standard: None, mark: mark(8), ..row.clone() })),
        ("missing", Chart::Spine(SpineRow { subject: None, ..row.clone() })),
        (
            "all equal",
            Chart::Spine(SpineRow {
                all: 100.0,
                middle_half: Some(point),
                most: Some(point),
                subject: Some(100.0),
                mark: mark(8),
                peers: Some(100.0),
                standard: None,
                ..row.clone()
            }),
        ),
        ("few bodies", Chart::Spine(SpineRow { middle_half: None, most: None, ..row })),
    ]
}

fn cells() -> Vec<(&'static str, Chart)> {
    let judged = ["better", "worse", "better 95%", "worse 95%", "different", "cannot tell", "no difference"];
    let judged = judged.into_iter().enumerate().map(|(at, words)| (words, CellState::Judged(mark(at))));
    let states = [
        ("missing", CellState::Missing),
        ("withheld", CellState::Withheld),
        ("not applicable", CellState::NotApplicable),
    ];
    judged.chain(states).map(|(words, state)| (words, Chart::Cell(state))).collect()
}

fn trend_series(role: SeriesRole, label: &str, values: &[Option<f64>], half: f64) -> TrendSeries {
    let point = |value: &Option<f64>| TrendPoint {
        value: *value,
        lower: value.map(|value| value - half).filter(|_| half > 0.0),
        upper: value.map(|value| value + half).filter(|_| half > 0.0),
        provisional: false,
        sign: PointSign::Plain,
    };
    TrendSeries { role, label: label.to_owned(), points: values.iter().map(point).collect() }
}

pub(super) fn trend(unit: Unit, periods: Vec<PeriodTick>, series: Vec<TrendSeries>) -> TrendChart {
    TrendChart {
        unit,
        axis_title: "Per cent".to_owned(),
        periods,
        series,
        standards: Vec::new(),
        centre: None,
        proposed: None,
        events: Vec::new(),
        breaks: Vec::new(),
        control: Vec::new(),
    }
}

fn event(at: usize, label: &str) -> EventMark {
    EventMark { at, label: label.to_owned() }
}

fn trends() -> Vec<(&'static str, Chart)> {
    let three = |number: usize| {
        vec![
            trend_series(SeriesRole::Subject, "Hampshire and Isle of Wight", &wave(number, 83.0, 8.0), 2.5),
            trend_series(SeriesRole::Peers, "Peers of Hampshire and Isle of Wight", &wave(number, 83.4, 3.0), 0.0),
            trend_series(SeriesRole::AllForces, "All forces", &wave(number, 82.8, 2.0), 0.0),
        ]
    };
    let own = |values: &[Option<f64>]| vec![trend_series(SeriesRole::Subject, "All forces", values, 0.0)];
    let standard = StandardSpan { label: "Standard 90%".to_owned(), level: 90.0, from: 0, to: 3 };
    let mut ordinary = trend(Unit::Percent, quarters(12), three(12));
    ordinary.standards.push(standard.clone());
    ordinary.events = vec![event(6, "System migration"), event(7, "Counting rule change"), event(11, "Outage")];
    let mut provisional = trend(Unit::Percent, months(15), own(&wave(15, 83.0, 9.0)));
    (provisional.series[0].points[13].provisional, provisional.series[0].points[14].provisional) = (true, true);
    let mut gaps = wave(15, 83.0, 9.0);
    (gaps[0], gaps[4], gaps[5], gaps[7], gaps[14]) = (None, None, None, None, None);
    let mut broken = trend(Unit::Percent, months(15), own(&wave(15, 83.0, 9.0)));
    broken.breaks = vec![8];
    broken.events = vec![event(8, "New definition")];
    let mut run = trend(Unit::Percent, months(15), own(&wave(15, 83.0, 9.0)));
    run.centre = Some(CentreSpan { label: "Median 83.1%".to_owned(), level: 83.1, from: 0, to: 14 });
    run.standards.push(StandardSpan { to: 14, ..standard });
    let mut nasty = trend(Unit::Percent, quarters(5), three(5));
    nasty.series[0].label = hostile();
    nasty.axis_title = hostile();
    nasty.standards.push(StandardSpan { label: hostile(), level: 90.0, from: 0, to: 4 });
    nasty.events = vec![event(0, &hostile()), event(4, &hostile())];
    vec![
        ("ordinary", Chart::Trend(ordinary)),
        ("provisional", Chart::Trend(provisional)),
        ("missing", Chart::Trend(trend(Unit::Percent, months(15), own(&gaps)))),
        ("withheld throughout", Chart::Trend(trend(Unit::Percent, months(15), own(&[None; 15])))),
        ("broken", Chart::Trend(broken)),
        ("run chart", Chart::Trend(run)),
        ("five quarters", Chart::Trend(trend(Unit::Percent, quarters(5), three(5)))),
        ("constant", Chart::Trend(trend(Unit::Cases, months(15), own(&[Some(0.0); 15])))),
        ("one point", Chart::Trend(trend(Unit::Percent, quarters(1), three(1)))),
        ("120 months", Chart::Trend(trend(Unit::Transactions, months(120), own(&wave(120, 16e6, 4e6))))),
        ("hostile names", Chart::Trend(nasty)),
    ]
}

fn controls() -> Vec<(&'static str, Chart)> {
    let values = wave(15, 83.0, 9.0);
    let mut chart =
        trend(Unit::Percent, months(15), vec![trend_series(SeriesRole::Subject, "All forces", &values, 0.0)]);
    let line = |at: usize, mean: f64| ControlLine { at, mean, lower: mean - 4.0, upper: mean + 4.0 };
    chart.control = vec![(0..7).map(|at| line(at, 82.0)).collect(), (7..15).map(|at| line(at, 84.0)).collect()];
    chart.events = vec![event(7, "System migration: new limits")];
    let signs = [
        PointSign::Usual,
        PointSign::Usual,
        PointSign::ImprovementUp,
        PointSign::Usual,
        PointSign::Concern,
        PointSign::Usual,
        PointSign::Neutral,
    ];
    for (point, sign) in chart.series[0].points.iter_mut().zip(signs.iter().cycle()) {
        point.sign = *sign;
    }
    chart.series[0].points[14].sign = PointSign::NotJudged;
    chart.series[0].points[14].provisional = true;
    let mut proposed = chart.clone();
    proposed.control = vec![(0..15).map(|at| line(at, 83.0)).collect()];
    proposed.events.clear();
    let label = "proposed step, not decided: 81.5% before October 2025, 84.6% since".to_owned();
    proposed.proposed = Some(ProposedLevels { label, at: 9, before: 81.5, after: 84.6 });
    let mut down = chart.clone();
    for point in &mut down.series[0].points {
        if point.sign == PointSign::ImprovementUp {
            point.sign = PointSign::ImprovementDown;
        }
    }
    down.series.push(trend_series(SeriesRole::Peers, "Peers", &wave(15, 80.0, 3.0), 0.0));
    vec![
        ("new limits", Chart::Trend(chart)),
        ("proposed step", Chart::Trend(proposed)),
        ("lower is better, with peers", Chart::Trend(down)),
    ]
}

fn comparison(rows: usize, value: impl Fn(usize) -> Option<f64>, width: impl Fn(usize) -> f64) -> ComparisonChart {
    let row = |at: usize| {
        let value = value(at);
        let side = |value: f64| Some(value.clamp(0.0, 100.0));
        let interval = |half: f64| value.map(|value| Interval { lower: side(value - half), upper: side(value + half) });
        ComparisonRow {
            label: force(at),
            value,
            interval_95: interval(width(at)).filter(|_| width(at) > 0.0),
            interval_998: interval(1.6 * width(at)).filter(|_| width(at) > 0.0),
            emphasised: at == 3,
            mark: Some(if at < rows / 9 {
                judged(
                    MarkMeaning::Better,
                    if at.is_multiple_of(2) { MarkLevel::Strong } else { MarkLevel::Weak },
                    MarkSide::Above,
                )
            } else if at > rows - rows / 8 {
                judged(
                    MarkMeaning::Worse,
                    if at.is_multiple_of(2) { MarkLevel::Strong } else { MarkLevel::Weak },
                    MarkSide::Below,
                )
            } else {
                JudgedMark::plain(MarkMeaning::NoDifference)
            }),
            note: "not returned by the organisation".to_owned(),
        }
    };
    ComparisonChart {
        unit: Unit::Percent,
        axis_title: "Per cent".to_owned(),
        rows: (0..rows).map(row).collect(),
        reference: Some(("All forces 81.2%".to_owned(), 81.2)),
        standard: Some(("Standard 90%".to_owned(), 90.0)),
        marked_for: "beyond the limits for its size".to_owned(),
        held: Vec::new(),
    }
}

fn comparisons() -> Vec<(&'static str, Chart)> {
    let falling = |at: usize| Some(97.0 - count(at) * 0.7);
    let mut tiny = comparison(46, falling, |at| if at == 44 { 60.0 } else { 1.0 + scatter(at) * 4.0 });
    tiny.held = vec![60.0, 100.0];
    let mut nasty = comparison(8, falling, |_| 3.0);
    (nasty.rows[0].label, nasty.rows[1].label) = (hostile(), hostile());
    (nasty.rows[2].value, nasty.rows[2].note) = (None, hostile());
    nasty.standard = Some((hostile(), 90.0));
    let mut many_nasty = comparison(60, falling, |_| 3.0);
    for row in &mut many_nasty.rows {
        row.label = hostile();
    }
    let few = comparison(8, |at| (at != 6).then(|| 97.0 - count(at) * 3.0), |at| 1.0 + scatter(at) * 4.0);
    let gaps = comparison(46, |at| (at % 10 != 9).then(|| 97.0 - count(at) * 0.7), |_| 2.5);
    vec![
        ("few", Chart::Comparison(few)),
        ("many, one tiny body", Chart::Comparison(tiny)),
        ("missing", Chart::Comparison(gaps)),
        ("all withheld", Chart::Comparison(comparison(46, |_| None, |_| 1.0))),
        ("all equal", Chart::Comparison(comparison(46, |_| Some(100.0), |_| 0.0))),
        ("one body", Chart::Comparison(comparison(1, |_| Some(52.0), |_| 9.0))),
        ("60 bodies", Chart::Comparison(comparison(60, falling, |at| 0.5 + scatter(at) * 5.0))),
        ("hostile names", Chart::Comparison(nasty)),
        ("60 hostile names", Chart::Comparison(many_nasty)),
    ]
}

/// Forces round 80 with limits that narrow.
fn funnel(forces: usize, size: impl Fn(usize) -> f64, value: impl Fn(usize) -> f64) -> FunnelChart {
    let greatest = (0..forces).map(&size).fold(0.0, f64::max);
    let limit = |size: f64, width: f64| 80.0 + width * 60.0 / (size + 0.1).sqrt();
    let line = |label: &str, level, width: f64| {
        let sizes = (1..=120).map(|step: i32| greatest * (f64::from(step) / 120.0).powi(3) * 1.04);
        let points: Vec<_> = sizes.map(|size| (size, limit(size, width))).collect();
        LimitLine { label: label.to_owned(), level, pieces: vec![points] }
    };
    let point = |at: usize| {
        let (size, value) = (size(at), value(at));
        let where_it_lies = if value > 80.0 { MarkSide::Above } else { MarkSide::Below };
        let meaning = if value > 80.0 { MarkMeaning::Better } else { MarkMeaning::Worse };
        let off = (value - 80.0).abs();
        let mark = if off > limit(size, 1.0) - 80.0 {
            judged(meaning, MarkLevel::Strong, where_it_lies)
        } else if off > limit(size, 0.63) - 80.0 {
            judged(meaning, MarkLevel::Weak, where_it_lies)
        } else {
            JudgedMark::plain(MarkMeaning::NoDifference)
        };
        FunnelPoint { label: force(at), size, value, named: mark.meaning != MarkMeaning::NoDifference, mark }
    };
    FunnelChart {
        unit: Unit::Percent,
        axis_title: "Per cent".to_owned(),
        size_title: "Court results received in the period".to_owned(),
        centre: ("All forces 80.0%".to_owned(), 80.0),
        limits: vec![
            line("99.8% limit", LimitLevel::Outer, 1.0),
            line("95% limit", LimitLevel::Inner, 0.63),
            line("95% limit", LimitLevel::Inner, -0.63),
            line("99.8% limit", LimitLevel::Outer, -1.0),
        ],
        points: (0..forces).map(point).collect(),
        held: vec![70.0, 90.0],
    }
}

fn funnels() -> Vec<(&'static str, Chart)> {
    let doubling = |at: usize| 10.0 * 2_f64.powf(scatter(at * 7 + 2) * 7.0);
    let usual = |at: usize| 80.0 + (scatter(at * 5 + 3) - 0.5) * 24.0;
    let mut nasty = funnel(20, doubling, usual);
    for point in &mut nasty.points {
        point.label = hostile();
    }
    (nasty.size_title, nasty.axis_title, nasty.centre.0) = (hostile(), hostile(), hostile());
    let mut bare = funnel(20, doubling, usual);
    bare.limits.clear();
    vec![
        ("sizes double", Chart::Funnel(funnel(46, doubling, usual))),
        (
            "sizes alike",
            Chart::Funnel(funnel(46, |at| 400.0 + 900.0 * scatter(at), |at| 80.0 + (scatter(at * 5 + 3) - 0.5) * 9.0)),
        ),
        ("many beyond", Chart::Funnel(funnel(60, doubling, |at| 80.0 + (scatter(at * 5 + 3) - 0.5) * 38.0))),
        ("all equal", Chart::Funnel(funnel(46, doubling, |_| 80.0))),
        ("zero denominators", Chart::Funnel(funnel(8, |at| if at % 2 == 0 { 0.0 } else { 50.0 }, |_| 80.0))),
        ("no size at all", Chart::Funnel(funnel(3, |_| 0.0, |_| 80.0))),
        ("one body", Chart::Funnel(funnel(1, |_| 120.0, |_| 80.0))),
        ("without limits", Chart::Funnel(bare)),
        ("hostile names", Chart::Funnel(nasty)),
    ]
}

fn panel(at: usize, values: &[Option<f64>]) -> SmallPanel {
    SmallPanel {
        label: force(at),
        points: spark(values),
        limits: Some(ValueRange { low: 72.0, high: 92.0 }),
        mark: mark(at),
    }
}

fn multiples() -> Vec<(&'static str, Chart)> {
    let chart = |groups| SmallMultiples {
        unit: Unit::Percent,
        axis_title: "Per cent".to_owned(),
        first_period: "January 2025".to_owned(),
        last_period: "March 2026".to_owned(),
        groups,
    };
    let group = |title: &str, panels| PanelGroup { title: title.to_owned(), panels };
    let panels = |number: usize| (0..number).map(|at| panel(at, &wave(15, 70.0 + 25.0 * scatter(at), 12.0))).collect();
    let mut gaps: Vec<SmallPanel> = panels(6);
    for (at, panel) in gaps.iter_mut().enumerate() {
        panel.points[at].value = None;
        panel.points[14].provisional = true;
        panel.limits = None;
    }
    gaps[5].points[14].value = None;
    let equal = vec![panel(0, &[Some(100.0); 15]), panel(1, &[Some(100.0); 15])];
    let nasty = SmallPanel { label: hostile(), ..panel(0, &wave(15, 80.0, 9.0)) };
    vec![
        (
            "46 forces",
            Chart::SmallMultiples(chart(vec![group("Of concern: 3", panels(3)), group("The others: 43", panels(43))])),
        ),
        ("missing, provisional", Chart::SmallMultiples(chart(vec![group("", gaps)]))),
        ("constant", Chart::SmallMultiples(chart(vec![group("", equal)]))),
        ("withheld throughout", Chart::SmallMultiples(chart(vec![group("", vec![panel(0, &[None; 15])])]))),
        ("one point", Chart::SmallMultiples(chart(vec![group("", vec![panel(0, &[Some(80.0)])])]))),
        ("120 months", Chart::SmallMultiples(chart(vec![group("", vec![panel(0, &wave(120, 80.0, 20.0))])]))),
        ("hostile names", Chart::SmallMultiples(chart(vec![group(&hostile(), vec![nasty.clone(), nasty])]))),
    ]
}

fn matrices() -> Vec<(&'static str, Chart)> {
    let state = |at: usize| match at % 23 {
        20 => CellState::Missing,
        21 => CellState::Withheld,
        22 => CellState::NotApplicable,
        at if at < 6 => CellState::Judged(mark(at)),
        _ => CellState::Judged(JudgedMark::plain(MarkMeaning::NoDifference)),
    };
    let chart = |rows: usize, groups: &[(&str, usize)]| {
        let columns: usize = groups.iter().map(|(_, columns)| columns).sum();
        let mut number = 0;
        let group = |(title, columns): &(&str, usize)| {
            let columns = (0..*columns).map(|_| {
                number += 1;
                number.to_string()
            });
            ColumnGroup { title: (*title).to_owned(), columns: columns.collect() }
        };
        let groups = groups.iter().map(group).collect();
        let row = |at: usize| MatrixRow {
            label: force(at),
            emphasised: at == 2,
            cells: (0..columns).map(|column| state(at * 37 + column * 11)).collect(),
        };
        MatrixChart { groups, rows: (0..rows).map(row).collect() }
    };
    let principles = [
        ("Accessibility", 6),
        ("Creation", 6),
        ("Amendment", 10),
        ("Validation", 7),
        ("Retention", 5),
        ("Sharing", 5),
        ("Audit", 7),
        ("Training", 4),
        ("Security", 7),
    ];
    let mut by_month = chart(46, &[("2025", 12), ("2026", 3)]);
    for group in &mut by_month.groups {
        group.columns = months(group.columns.len()).into_iter().filter_map(|m| m.short).map(|m| m.words).collect();
    }
    let mut nasty = chart(3, &[("A", 2), ("B", 2)]);
    (nasty.rows[0].label, nasty.groups[0].title) = (hostile(), hostile());
    vec![
        ("46 forces by 57 metrics", Chart::Matrix(chart(46, &principles))),
        ("46 forces by 15 months", Chart::Matrix(by_month)),
        ("one body", Chart::Matrix(chart(1, &[("", 1)]))),
        ("hostile names", Chart::Matrix(nasty)),
    ]
}

fn dumbbells() -> Vec<(&'static str, Chart)> {
    let row = |at: usize| DumbbellRow {
        label: force(at),
        before: Some(60.0 + 30.0 * scatter(at)),
        now: Some(62.0 + 34.0 * scatter(at + 1)),
        mark: mark(at),
        words: format!("+{}.4", at + 1),
        provisional: false,
        emphasised: at == 2,
    };
    let chart = |rows| DumbbellChart {
        unit: Unit::Percent,
        axis_title: "Per cent".to_owned(),
        before: "March 2025".to_owned(),
        now: "March 2026".to_owned(),
        rows,
    };
    let provisional = (0..4).map(|at| DumbbellRow { provisional: true, ..row(at) }).collect();
    let missing = vec![
        DumbbellRow { before: None, words: "[x] a year before".to_owned(), ..row(0) },
        DumbbellRow { now: None, words: "[x]".to_owned(), ..row(1) },
        DumbbellRow { now: None, before: None, words: "[c]".to_owned(), ..row(2) },
    ];
    let equal =
        (0..3).map(|at| DumbbellRow { before: Some(100.0), now: Some(100.0), mark: mark(8), ..row(at) }).collect();
    let nasty = vec![DumbbellRow { label: hostile(), words: hostile(), ..row(0) }, row(1)];
    vec![
        ("ordinary", Chart::Dumbbell(chart((0..8).map(row).collect()))),
        ("provisional", Chart::Dumbbell(chart(provisional))),
        ("missing", Chart::Dumbbell(chart(missing))),
        ("all equal", Chart::Dumbbell(chart(equal))),
        ("60 bodies", Chart::Dumbbell(chart((0..60).map(row).collect()))),
        ("hostile names", Chart::Dumbbell(chart(nasty))),
    ]
}

fn waterfalls() -> Vec<(&'static str, Chart)> {
    let step = |label: &str, change: f64, meaning| ContributionStep {
        label: label.to_owned(),
        change,
        words: format!("{}{:.2}", if change < 0.0 { "\u{2212}" } else { "+" }, change.abs()),
        meaning,
    };
    let level = |label: &str, value: f64| NamedLevel { label: label.to_owned(), value, words: format!("{value:.1}%") };
    let chart = |steps: Vec<ContributionStep>| {
        let end = 82.3 + steps.iter().map(|step| step.change).sum::<f64>();
        WaterfallChart {
            unit: Unit::Percent,
            axis_title: "Per cent".to_owned(),
            start: level("March 2025", 82.3),
            steps,
            end: level("March 2026", end),
        }
    };
    let usual = vec![
        step("Police Scotland", 0.96, MarkMeaning::Better),
        step("Greater Manchester", 0.53, MarkMeaning::Better),
        step("The other 43", 2.02, MarkMeaning::Better),
        step("Northumbria", -0.30, MarkMeaning::Worse),
    ];
    vec![
        ("ordinary", Chart::Waterfall(chart(usual))),
        ("no part", Chart::Waterfall(chart(Vec::new()))),
        ("nothing changed", Chart::Waterfall(chart(vec![step("Kent", 0.0, MarkMeaning::NoDifference)]))),
        ("hostile names", Chart::Waterfall(chart(vec![step(&hostile(), 3.0, MarkMeaning::Different)]))),
    ]
}

fn timelines() -> Vec<(&'static str, Chart)> {
    let bar = |from: f64, to: Option<f64>, words: &str, basis| StandardBar { from, to, words: words.to_owned(), basis };
    let rows = |labels: &[&str]| {
        let row = |label: &&str| StandardRow {
            label: (*label).to_owned(),
            bars: vec![
                bar(2005.0, Some(2023.25), "90%", StandardBasis::Historical),
                bar(2023.25, None, "95%", StandardBasis::InForce),
            ],
        };
        labels.iter().map(row).collect()
    };
    let chart = |rows| StandardsTimeline { first_year: 2000, last_year: 2026, rows };
    let nasty = hostile();
    vec![
        (
            "ordinary",
            Chart::Standards(chart(rows(&["Arrest/summons on PNC within 24 hours", "Court results in 10 days"]))),
        ),
        ("no bar", Chart::Standards(chart(vec![StandardRow { label: "No standard".to_owned(), bars: Vec::new() }]))),
        (
            "short span",
            Chart::Standards(StandardsTimeline { first_year: 2024, ..chart(rows(&["Requests answered in a month"])) }),
        ),
        ("hostile names", Chart::Standards(chart(rows(&[nasty.as_str()])))),
    ]
}

fn migrations() -> Vec<(&'static str, Chart)> {
    let stages = [MigrationStage::NotBegun, MigrationStage::Begun, MigrationStage::Half, MigrationStage::Done];
    let row = |at: usize, periods: usize| MigrationRow {
        label: force(at),
        stages: (0..periods)
            .map(|period| stages[(period * 6 / periods.max(1)).saturating_sub(at / 12).min(3)])
            .collect(),
        words: "92%".to_owned(),
        emphasised: at == 3,
    };
    let chart = |forces: usize, periods: usize| MigrationChart {
        periods: months(periods),
        rows: (0..forces).map(|at| row(at, periods)).collect(),
    };
    let mut missing = chart(5, 15);
    missing.rows[2].stages = vec![MigrationStage::Unknown; 15];
    missing.rows[3].stages[4] = MigrationStage::Unknown;
    let mut nasty = chart(2, 15);
    nasty.rows[0].label = hostile();
    vec![
        ("46 forces", Chart::Migration(chart(46, 15))),
        ("missing", Chart::Migration(missing)),
        ("one period", Chart::Migration(chart(3, 1))),
        ("120 months", Chart::Migration(chart(3, 120))),
        ("hostile names", Chart::Migration(nasty)),
    ]
}

fn shares() -> Vec<(&'static str, Chart)> {
    let chart = |values: &[Option<f64>]| ShareChart {
        periods: months(values.len()),
        lower: spark(values),
        lower_label: "LEDS".to_owned(),
        upper_label: "PNC".to_owned(),
        breaks: Vec::new(),
    };
    let growing: Vec<Option<f64>> = (0..15).map(|at| Some(40.0 + 4.0 * count(at))).collect();
    let mut gaps = growing.clone();
    (gaps[3], gaps[4], gaps[14]) = (None, None, None);
    let mut provisional = chart(&growing);
    provisional.lower[14].provisional = true;
    let nasty = ShareChart { lower_label: hostile(), upper_label: hostile(), ..chart(&growing) };
    vec![
        ("ordinary", Chart::Share(chart(&growing))),
        ("provisional", Chart::Share(provisional)),
        ("missing", Chart::Share(chart(&gaps))),
        ("broken", Chart::Share(ShareChart { breaks: vec![7], ..chart(&growing) })),
        ("constant", Chart::Share(chart(&[Some(100.0); 15]))),
        ("nought", Chart::Share(chart(&[Some(0.0); 15]))),
        ("one period", Chart::Share(chart(&[Some(40.0)]))),
        ("withheld throughout", Chart::Share(chart(&[None; 15]))),
        ("120 months", Chart::Share(chart(&wave(120, 50.0, 90.0)))),
        ("hostile names", Chart::Share(nasty)),
    ]
}

fn delays() -> Vec<(&'static str, Chart)> {
    let curve = |role, label: &str, speed: f64| DelayCurve {
        role,
        label: label.to_owned(),
        points: (0..30)
            .map(|day| CurvePoint { after: f64::from(day), share: 100.0 - 85.0 * (-f64::from(day) * speed).exp() })
            .collect(),
    };
    let chart = |curves| DelayChart {
        axis_title: "Days after the court".to_owned(),
        curves,
        limit: Some(DelayLimit { label: "Standard: 10 days".to_owned(), after: 10.0, share: Some(90.0) }),
        until: 30.0,
    };
    let three = vec![
        curve(SeriesRole::Subject, "Kent", 0.15),
        curve(SeriesRole::Peers, "Peers of Kent", 0.17),
        curve(SeriesRole::AllForces, "All forces", 0.12),
    ];
    let none = DelayCurve { points: Vec::new(), ..curve(SeriesRole::Subject, "Kent", 0.1) };
    let one = DelayCurve { points: vec![CurvePoint { after: 0.0, share: 100.0 }], ..none.clone() };
    let mut nasty = chart(vec![curve(SeriesRole::Subject, &hostile(), 0.1)]);
    (nasty.limit, nasty.axis_title) = (Some(DelayLimit { label: hostile(), after: 29.0, share: None }), hostile());
    vec![
        ("ordinary", Chart::Delay(chart(three.clone()))),
        ("no peers", Chart::Delay(DelayChart { limit: None, ..chart(three[..1].to_vec()) })),
        ("one point", Chart::Delay(chart(vec![one]))),
        ("zero denominators", Chart::Delay(chart(vec![none]))),
        ("no time", Chart::Delay(DelayChart { until: 0.0, limit: None, ..chart(three) })),
        ("hostile names", Chart::Delay(nasty)),
    ]
}

fn fans() -> Vec<(&'static str, Chart)> {
    let grown = |day: u32, low: f64| 100.0 - (100.0 - low) * (-f64::from(day) / 25.0).exp();
    let earlier: Vec<FanPoint> = (0..10)
        .map(|step| {
            let day = step * 10;
            FanPoint {
                after: f64::from(day),
                outer: (grown(day, 55.0), grown(day, 95.0)),
                inner: (grown(day, 68.0), grown(day, 86.0)),
                median: grown(day, 76.0),
            }
        })
        .collect();
    let now: Vec<CurvePoint> =
        (0..4).map(|step| CurvePoint { after: f64::from(step * 10), share: grown(step * 10, 62.0) }).collect();
    let chart = |earlier, now| CompletenessFan {
        axis_title: "Days after the end of the period".to_owned(),
        earlier,
        now,
        now_label: "January to March 2026".to_owned(),
    };
    let nasty = CompletenessFan { axis_title: hostile(), now_label: hostile(), ..chart(earlier.clone(), now.clone()) };
    vec![
        ("ordinary", Chart::Completeness(chart(earlier.clone(), now.clone()))),
        ("nothing earlier", Chart::Completeness(chart(Vec::new(), now))),
        ("one point", Chart::Completeness(chart(earlier[..1].to_vec(), vec![CurvePoint { after: 0.0, share: 60.0 }]))),
        ("nothing yet", Chart::Completeness(chart(earlier, Vec::new()))),
        ("hostile names", Chart::Completeness(nasty)),
    ]
}

pub(super) fn exhibits() -> Vec<Exhibit> {
    let kinds: [(&'static str, Vec<(&'static str, Chart)>); 19] = [
        ("Sparkline", sparklines()),
        ("Strip plot", strips()),
        ("Bar against a standard", bullets()),
        ("Spine", spines()),
        ("Squares", squares()),
        ("Cell", cells()),
        ("Trend", trends()),
        ("Control chart", controls()),
        ("Comparison", comparisons()),
        ("Funnel", funnels()),
        ("Small multiples", multiples()),
        ("Matrix", matrices()),
        ("This and last year", dumbbells()),
        ("Contributions", waterfalls()),
        ("Standards over time", timelines()),
        ("Migration", migrations()),
        ("Share of two", shares()),
        ("Delays", delays()),
        ("Completeness", fans()),
    ];
    let of_kind = |(kind, states): (&'static str, Vec<(&'static str, Chart)>)| {
        states.into_iter().map(move |(state, chart)| Exhibit { kind, state, chart })
    };
    kinds.into_iter().flat_map(of_kind).collect()
}

/// Every exhibit drawn for each room in which it differs.
fn drawn() -> Vec<(String, &'static str, String)> {
    let mut all = Vec::new();
    for Exhibit { kind, state, chart } in exhibits() {
        let mut before: Option<String> = None;
        for room in [ChartWidth::Wide, ChartWidth::Narrow, ChartWidth::Small] {
            let svg = chart.render(room).unwrap_or_else(|error| panic!("{kind}, {state}: {error}"));
            assert_eq!(Ok(&svg), chart.render(room).as_ref(), "{kind}, {state}: another drawing the second time");
            if before.as_ref() != Some(&svg) {
                let size = match room {
                    ChartWidth::Wide => "w",
                    ChartWidth::Narrow => "n",
                    ChartWidth::Small => "s",
                };
                all.push((format!("{kind}, {state}, {room:?}"), size, svg.clone()));
                before = Some(svg);
            }
        }
    }
    all
}

pub(super) fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

pub(super) fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).and_then(|value| value.parse().ok()).unwrap_or(0.0)
}

/// The words of a text as a reader sees them.
fn unescaped(words: &str) -> String {
    let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    words.replace("&amp;", "&")
}

/// Left, right, top and bottom of every text, with its words.
pub(super) fn text_boxes(svg: &str, size: f64) -> Vec<([f64; 4], String)> {
    let texts = svg.lines().filter(|line| line.starts_with("<text"));
    let measured = texts.map(|line| {
        let words = unescaped(line.split_once('>').unwrap().1.trim_end_matches("</text>"));
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

/// Places that an element reaches, outline left out.
fn reached(line: &str) -> Vec<(f64, f64)> {
    let at = |name| number(line, name);
    match line.split([' ', '>']).next().unwrap_or_default() {
        "<line" => vec![(at("x1"), at("y1")), (at("x2"), at("y2"))],
        "<rect" => vec![(at("x"), at("y")), (at("x") + at("width"), at("y") + at("height"))],
        "<circle" => vec![(at("cx") - at("r"), at("cy") - at("r")), (at("cx") + at("r"), at("cy") + at("r"))],
        "<polyline" | "<polygon" => {
            let points = attribute(line, "points").unwrap_or_default().split(' ');
            points
                .filter_map(|point| point.split_once(','))
                .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
                .collect()
        }
        "<path" => {
            let starts = attribute(line, "d").unwrap_or_default().split('M').skip(1);
            let place = |start: &str| {
                let (x, rest) = start.split_once(' ').unwrap();
                let y = rest.split(['h', 'v', 'l', 'z']).next().unwrap();
                (x.parse().unwrap(), y.parse().unwrap())
            };
            starts.map(place).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_chart_in_every_state_keeps_the_rules() {
    let drawn = drawn();
    write_page(&drawn);
    let offences: Vec<String> = drawn
        .iter()
        .flat_map(|(name, _, svg)| offences(svg).into_iter().map(move |offence| format!("{name}: {offence}")))
        .collect();
    assert!(offences.is_empty(), "{} offences\n{}", offences.len(), offences.join("\n"));
}

/// What is wrong with a drawing.
fn offences(svg: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |holds: bool, what: &dyn Fn() -> String| {
        if !holds {
            found.push(what());
        }
    };
    let root = svg.lines().next().unwrap();
    check(root.starts_with("<svg class=\"chart\" ") && svg.ends_with("</svg>"), &|| format!("the root is {root}"));
    check(root.contains(" aria-hidden=\"true\" focusable=\"false\""), &|| {
        "it is not hidden from readers of screens".into()
    });
    for absent in [" id=", " role=", " style=", "url(", "NaN", "inf", "<script", "\u{202e}", "\u{1}"] {
        check(!svg.contains(absent), &|| format!("it holds {absent}"));
    }
    let view: Vec<f64> = attribute(root, "viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    let has_words = svg.lines().any(|line| line.starts_with("<text"));
    check(!has_words || number(root, "font-size") >= 16.0, &|| "text is small".into());
    check(svg.matches(" font-size=").count() == usize::from(root.contains("font-size")), &|| "sizes differ".into());
    for line in svg.lines().skip(1).filter(|line| *line != "</svg>") {
        let is_text = line.starts_with("<text ") && line.ends_with("</text>") && line.matches('<').count() == 2;
        check(is_text || (line.ends_with("/>") && line.matches('<').count() == 1), &|| {
            format!("not one element: {line}")
        });
        let is_inside = |(x, y): &(f64, f64)| (-1.0..=view[2] + 1.0).contains(x) && (-1.0..=view[3] + 1.0).contains(y);
        check(reached(line).iter().all(is_inside), &|| {
            format!("{} leaves the sheet {view:?}", line.get(..160).unwrap_or(line))
        });
    }
    let boxes = text_boxes(svg, 16.0);
    for (index, ([left, right, top, bottom], words)) in boxes.iter().enumerate() {
        let is_inside = *left >= -0.5 && *right <= view[2] + 0.5 && *top >= -0.5 && *bottom <= view[3];
        check(is_inside, &|| format!("“{words}” leaves the sheet"));
        for (other, other_words) in &boxes[index + 1..] {
            let is_beside = other[0] >= right - 0.1 || other[1] <= left + 0.1;
            let is_clear = is_beside || other[2] >= bottom - 0.1 || other[3] <= top + 0.1;
            check(is_clear, &|| format!("“{words}” and “{other_words}” overlap"));
        }
    }
    found
}

#[test]
fn drawings_for_cells_are_small() {
    for (name, chart) in [sparklines(), strips(), bullets(), spines(), cells()].concat() {
        let bytes = chart.render(ChartWidth::Wide).unwrap().len();
        assert!(bytes <= if name.starts_with("120") { 2_400 } else { 1_500 }, "{name}: {bytes} bytes");
    }
    // A national table has a line and a strip in each of 60 rows.
    let row = [&sparklines()[0], &strips()[5]].map(|(_, chart)| chart.render(ChartWidth::Wide).unwrap().len());
    assert!(60 * row.iter().sum::<usize>() < 120_000, "{row:?}");
    let heat = matrices()[0].1.render(ChartWidth::Wide).unwrap().len();
    assert!(heat < 150_000, "a matrix of all forces and metrics has {heat} bytes");
}

fn write_page(drawn: &[(String, &'static str, String)]) {
    let mut page = String::from(
        "<!doctype html><html lang=\"en-GB\"><meta charset=\"utf-8\"><title>Gallery</title><style>body{font:16px Arial,\
         'Liberation Sans',sans-serif;margin:16px}figure{margin:0 0 32px}.w svg{width:720px;max-width:none}.n svg,.s svg\
         {width:340px}svg[width]{width:auto!important}figcaption{color:#595959}svg.chart,svg.chart *{forced-color-adjust:none}\
         svg.chart{background:#fff;display:block}@media(max-width:760px){.w{display:none}}</style>",
    );
    for (name, size, svg) in drawn {
        let _ = write!(page, "<figure class=\"{size}\"><figcaption>{name}</figcaption>{svg}</figure>");
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery.html");
    std::fs::create_dir_all(path.parent().unwrap()).and_then(|()| std::fs::write(&path, page)).unwrap();
}
