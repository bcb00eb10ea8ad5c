//! The assessment of 50 organisations, 60 metrics and 60 months on one core: `cargo bench --bench assessment`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use leds_metrics::assessment::{AssessmentInput, assess};
use leds_metrics::definitions::Definitions;
use leds_metrics::history::Provisional;
use leds_metrics::settings::ParityWish;
use leds_metrics::vocabulary::body::{NATIONAL, Organisation, PEERS_PREFIX, PeerGroup};
use leds_metrics::vocabulary::lives::Lives;
use leds_metrics::vocabulary::metric_id::MetricId;
use leds_metrics::vocabulary::observation::{Coverage, Observation};
use leds_metrics::vocabulary::period::Period;
use leds_metrics::vocabulary::quantity::{Interval, Shape, Status};

const ORGANISATIONS: usize = 50;
/// Sizes to show that time grows in step with them.
const MONTHS: [i32; 3] = [15, 30, 60];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // One thread: the figure is of one core.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let definitions = Definitions::built_in()?;
    let last: Period = "2026-03".parse()?;
    let organisations: Vec<Organisation> = (0..ORGANISATIONS).map(organisation).collect();
    let peer_groups: Vec<PeerGroup> = (0..ORGANISATIONS).map(peer_group).collect();
    for months in MONTHS {
        let trend = last.trend(months);
        let input = AssessmentInput {
            metrics: &definitions.metrics,
            organisations: &organisations,
            lives: &Lives::unchanging(&organisations),
            peer_groups: &peer_groups,
            events: &[],
            decisions: &[],
            parity: &ParityWish::default(),
            trend: &trend,
            provisional: &Provisional::default(),
        };
        let mut times = Vec::new();
        let mut signals = 0;
        for _ in 0..3 {
            let figures = observations(&input);
            let started = Instant::now();
            signals = assess(&input, &figures).signals.len();
            times.push(started.elapsed());
        }
        times.sort_unstable();
        let middle = times.get(1).copied().unwrap_or(Duration::ZERO);
        println!(
            "{ORGANISATIONS} organisations, {} metrics, {months} months: {:.2} s, {signals} signals",
            definitions.metrics.len(),
            middle.as_secs_f64()
        );
    }
    Ok(())
}

fn code(number: usize) -> String {
    format!("F{number:02}")
}

fn organisation(number: usize) -> Organisation {
    Organisation {
        code: code(number),
        name: code(number),
        short_name: code(number),
        kind: "territorial_force".to_owned(),
        region: None,
        country: "England".to_owned(),
        officers: Some(1_000),
        succeeded_by: None,
    }
}

/// The next seven.
fn peer_group(number: usize) -> PeerGroup {
    let peers = (1..=7).map(|step| code((number + step) % ORGANISATIONS)).collect();
    PeerGroup { org_code: code(number), peers, source: "the next seven".to_owned() }
}

/// A headline of every metric, organisation and month, with its peers and the nation.
fn observations(input: &AssessmentInput<'_>) -> Vec<Observation> {
    let mut all = Vec::new();
    for metric in input.metrics {
        let own = (0..ORGANISATIONS).map(|number| (code(number), number, 1));
        let peers = (0..ORGANISATIONS).map(|number| (format!("{PEERS_PREFIX}{}", code(number)), number, 7));
        for (org, seed, times) in own.chain(peers).chain([(NATIONAL.to_owned(), 0, 50)]) {
            let org_code: Arc<str> = org.into();
            for (month, period) in input.trend.iter().enumerate() {
                let denominator = times * (400 + i64::try_from(seed * 13 % 200).unwrap_or(0));
                let noise = i64::try_from((seed * 31 + month * 17) % 41).unwrap_or(0);
                let numerator = denominator * (70 + noise / 4) / 100;
                all.push(figure((&metric.id, &org_code, *period), metric.shape, (numerator, denominator)));
            }
        }
    }
    all
}

fn figure(
    (metric_id, org_code, period): (&MetricId, &Arc<str>, Period),
    shape: Shape,
    (numerator, denominator): (i64, i64),
) -> Observation {
    #[expect(clippy::cast_precision_loss, reason = "small made-up numbers")]
    let value = numerator as f64 / denominator as f64;
    let around = |width: f64| Some(Interval { lower: Some(value - width), upper: Some(value + width) });
    Observation {
        metric_id: metric_id.clone(),
        metric_version: 1,
        org_code: Arc::clone(org_code),
        period,
        category: None,
        numerator: Some(numerator),
        denominator: (shape != Shape::Count).then_some(denominator),
        value: Some(value),
        label: None,
        unit: leds_metrics::vocabulary::quantity::Unit::Percent,
        status: Status::Value,
        interval_95: around(0.05),
        interval_998: around(0.08),
        method: "wilson",
        coverage: Some(Coverage { returned: 1, expected: 1 }),
        standard: None,
    }
}
