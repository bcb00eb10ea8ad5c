//! The assessment of 50 organisations, 60 metrics and 60 months on one core: `cargo bench --bench assessment`.

use std::time::{Duration, Instant};

use leds_metrics::assessment::{AssessmentInput, assess};
use leds_metrics::definitions::Definitions;
use leds_metrics::history::Provisional;
use leds_metrics::settings::ParityWish;
use leds_metrics::vocabulary::body::{Organisation, PeerGroup};
use leds_metrics::vocabulary::body_id::BodyId;
use leds_metrics::vocabulary::lives::Lives;
use leds_metrics::vocabulary::metric_id::MetricId;
use leds_metrics::vocabulary::observation::{Coverage, Observation};
use leds_metrics::vocabulary::period::Period;
use leds_metrics::vocabulary::quantity::{Interval, Shape, Status};
use leds_metrics::vocabulary::sender_code::{SenderCode, SenderCodeError};

const ORGANISATIONS: usize = 50;
/// Sizes to show that time grows in step with them.
const MONTHS: [i32; 3] = [15, 30, 60];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // One thread: the figure is of one core.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let definitions = Definitions::built_in()?;
    let last: Period = "2026-03".parse()?;
    let codes: Vec<SenderCode> = (0..ORGANISATIONS).map(code).collect::<Result<_, _>>()?;
    let organisations: Vec<Organisation> = codes.iter().map(organisation).collect();
    let peer_groups: Vec<PeerGroup> = codes.iter().enumerate().map(|own| peer_group(own, &codes)).collect();
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

fn code(number: usize) -> Result<SenderCode, SenderCodeError> {
    format!("F{number:02}").parse()
}

fn organisation(code: &SenderCode) -> Organisation {
    Organisation {
        code: code.clone(),
        name: code.to_string(),
        short_name: code.to_string(),
        kind: "territorial_force".to_owned(),
        region: None,
        country: "England".to_owned(),
        officers: Some(1_000),
        succeeded_by: None,
    }
}

/// The next seven.
fn peer_group((number, own): (usize, &SenderCode), codes: &[SenderCode]) -> PeerGroup {
    let next = codes.iter().cycle().skip(number + 1).take(7);
    let peers = next.map(|code| BodyId::clone(code)).collect();
    PeerGroup { org_code: BodyId::clone(own), peers, source: "the next seven".to_owned() }
}

/// A headline of every metric, organisation and month, with its peers and the nation.
fn observations(input: &AssessmentInput<'_>) -> Vec<Observation> {
    let mut all = Vec::new();
    for metric in input.metrics {
        let codes = || input.organisations.iter().map(|organisation| &*organisation.code).enumerate();
        let own = codes().map(|(number, code)| (code.clone(), number, 1));
        let peers = codes().map(|(number, code)| (BodyId::peers_of(code), number, 7));
        for (org_code, seed, times) in own.chain(peers).chain([(BodyId::nation().clone(), 0, 50)]) {
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
    (metric_id, org_code, period): (&MetricId, &BodyId, Period),
    shape: Shape,
    (numerator, denominator): (i64, i64),
) -> Observation {
    #[expect(clippy::cast_precision_loss, reason = "small made-up numbers")]
    let value = numerator as f64 / denominator as f64;
    let around = |width: f64| Some(Interval { lower: Some(value - width), upper: Some(value + width) });
    Observation {
        metric_id: metric_id.clone(),
        metric_version: 1,
        org_code: org_code.clone(),
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
