//! Chart drawings a second on one core: `cargo bench --bench charts`.

use std::hint::black_box;
use std::time::Instant;

use leds_metrics::render::charts::{ChartError, ChartWidth};
use leds_metrics::report::charts::{
    PeriodTick, PointSign, SeriesRole, StandardSpan, TrendChart, TrendPoint, TrendSeries,
};
use leds_metrics::vocabulary::quantity::Unit;

const DRAWINGS: u32 = 10_000;

fn main() -> Result<(), ChartError> {
    let chart = chart();
    for width in [ChartWidth::Wide, ChartWidth::Narrow, ChartWidth::Small] {
        let started = Instant::now();
        let mut bytes = 0;
        for _ in 0..DRAWINGS {
            bytes += black_box(&chart).render(width)?.len();
        }
        let a_second = f64::from(DRAWINGS) / started.elapsed().as_secs_f64();
        println!("{width:?}: {a_second:.0} drawings a second, {bytes} bytes in all");
    }
    Ok(())
}

/// A force beside its peers and the nation over twelve quarters, with intervals and a historical standard.
fn chart() -> TrendChart {
    let points = |level: f64, half_width: Option<f64>| {
        let point = |quarter: u32| {
            let value = level + f64::from(quarter * 7 % 5);
            let limit = |sign: f64| half_width.map(|half| value + sign * half);
            TrendPoint {
                value: Some(value),
                lower: limit(-1.0),
                upper: limit(1.0),
                provisional: quarter == 11,
                sign: PointSign::Plain,
            }
        };
        (0..12).map(point).collect()
    };
    let series = |role, label: &str, points| TrendSeries { role, label: label.to_owned(), points };
    TrendChart {
        unit: Unit::Percent,
        axis_title: "Per cent".to_owned(),
        periods: (0..12)
            .map(|quarter| PeriodTick { full: format!("January to March {}", 2013 + quarter), short: None })
            .collect(),
        series: vec![
            series(SeriesRole::Subject, "Hampshire and Isle of Wight", points(81.0, Some(2.5))),
            series(SeriesRole::Peers, "Peers", points(83.0, None)),
            series(SeriesRole::AllForces, "All forces", points(82.0, None)),
        ],
        standards: vec![StandardSpan {
            label: "Historical standard 90%, 2005 to 2023".to_owned(),
            level: 90.0,
            from: 0,
            to: 4,
        }],
        centre: None,
        proposed: None,
        events: Vec::new(),
        breaks: Vec::new(),
        control: Vec::new(),
    }
}
