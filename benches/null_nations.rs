//! Nations in which nothing happens: forces that are alike but for their size, without trends, seasons or steps. What the
//! assessment flags there is chance or a fault of a method. The flags of each family of labels and each metric are printed
//! beside those that the method expects; the program ends with 1 where they are more than 1.3 times as many.
//!
//! `cargo bench --profile dev --config 'profile.dev.package.leds-metrics.opt-level=2' --bench null_nations`; `… -- --every` prints every metric.
//!
//! The level and the size of each metric are those of a synthetic nation (`benches/null_sizes.csv`: the national sums of
//! one month). Figures are drawn for each force and period, months and quarters: binomial counts for shares, Poisson counts
//! for rates, counts and both counts of a ratio, log-normal delays. A second set has cases that hang together in fours.

use std::collections::BTreeMap;
use std::process::ExitCode;

use leds_metrics::assessment::{Against, Assessment, AssessmentInput, PeerComparison, assess};
use leds_metrics::definitions::Definitions;
use leds_metrics::definitions::model::Metric;
use leds_metrics::history::Provisional;
use leds_metrics::settings::ParityWish;
use leds_metrics::stats::Level;
use leds_metrics::stats::benchmark::Strength;
use leds_metrics::stats::draws::{Law, Random};
use leds_metrics::stats::histogram::{DelayReading, Histogram, Percent};
use leds_metrics::stats::overdispersion::Dispersion;
use leds_metrics::stats::rate_ratio::ratio_of_counts;
use leds_metrics::stats::survival::SurvivalCurve;
use leds_metrics::vocabulary::body::{Organisation, PeerGroup};
use leds_metrics::vocabulary::body_id::BodyId;
use leds_metrics::vocabulary::lives::Lives;
use leds_metrics::vocabulary::observation::{Coverage, Observation};
use leds_metrics::vocabulary::period::Period;
use leds_metrics::vocabulary::quantity::{Shape, Status};
use leds_metrics::vocabulary::sender_code::SenderCode;

/// National sums of one month: metric, numerator and denominator.
const SIZES: &str = include_str!("null_sizes.csv");
/// Officers of the forces, by which their sizes differ.
const ORGANISATIONS: &str = include_str!("../src/synth/organisations.csv");
/// Nations of each kind.
const NATIONS: usize = 5;
/// Last period and length of the series that are drawn.
const SERIES: [(&str, i32); 2] = [("2026-03", 36), ("2025-26Q4", 16)];
/// Cases that hang together where they do: they vary twice as far as independent ones.
const TOGETHER: i64 = 4;
/// So many times the expected flags are allowed.
const ALLOWED: f64 = 1.3;
/// A number of flags that has at least this probability where 1.3 times the expected number is true is no evidence against
/// a method: some hundred numbers are looked at, many of a few flags.
const PLAUSIBLE: f64 = 0.001;
/// Most delays of a month are drawn one by one; more tell nothing more.
const MOST_DELAYS: f64 = 3_000.0;

type Failure = Box<dyn std::error::Error>;

/// A force by its share of the officers.
struct Force {
    code: SenderCode,
    share: f64,
}

/// What a metric counts in a nation in a month.
#[derive(Debug, Clone, Copy)]
struct Size {
    numerator: f64,
    denominator: f64,
}

/// How the cases of a nation come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cases {
    Independent,
    /// In groups of [`TOGETHER`] that share their outcome.
    Together,
}

/// Labels of one family that could be told, those that say something, and how many chance alone would make say something.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    tested: usize,
    flagged: usize,
    expected: f64,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.tested += other.tested;
        self.flagged += other.flagged;
        self.expected += other.expected;
    }

    fn times(&self) -> f64 {
        if self.expected > 0.0 { float(self.flagged) / self.expected } else { 0.0 }
    }

    /// Whether there are more flags than allowed, beyond what chance makes of the allowed number.
    fn is_too_many(&self) -> bool {
        self.times() > ALLOWED && poisson_at_least(self.flagged, ALLOWED * self.expected) < PLAUSIBLE
    }
}

/// By kind of cases, family with level, and metric.
type Tally = BTreeMap<(Cases, String), BTreeMap<String, Count>>;

fn main() -> Result<ExitCode, Failure> {
    let every = std::env::args().any(|argument| argument == "--every");
    let definitions = Definitions::built_in()?;
    let (forces, sizes) = (forces()?, sizes()?);
    let mut tally = Tally::new();
    for metric in definitions.metrics.iter().filter(|metric| metric.shape != Shape::Status) {
        let Some(size) = sizes.get(metric.id.as_str()) else { continue };
        for (last, periods) in SERIES {
            let trend = last.parse::<Period>()?.trend(periods);
            for (cases, nation) in
                [Cases::Independent, Cases::Together].into_iter().flat_map(|c| (0..NATIONS).map(move |n| (c, n)))
            {
                if cases == Cases::Together && !can_hang_together(metric, *size, forces.len()) {
                    continue;
                }
                let words = [metric.id.as_str(), last, &format!("{cases:?} {nation}")];
                let drawn = Nation { metric, size: *size, trend: &trend, cases, forces: &forces }
                    .draw(&mut Random::of_words(&words));
                let found = assess_nation(metric, &trend, &forces, &drawn);
                count(&mut tally, cases, &metric.id, &found);
            }
        }
    }
    Ok(print(&tally, every))
}

/// A metric whose cases are so many that control charts can show that they hang together.
fn can_hang_together(metric: &Metric, size: Size, forces: usize) -> bool {
    let rarer = match metric.shape {
        Shape::Proportion => size.numerator.min(size.denominator - size.numerator),
        Shape::Rate => size.numerator,
        _ => 0.0,
    };
    rarer > 10.0 * float(forces) * real(TOGETHER)
}

/// A nation before it is drawn.
struct Nation<'a> {
    metric: &'a Metric,
    size: Size,
    trend: &'a [Period],
    cases: Cases,
    forces: &'a [Force],
}

/// What is drawn of a force in a period.
#[derive(Debug, Clone, Default)]
struct Drawn {
    numerator: i64,
    denominator: i64,
    /// Delays with how often each occurs.
    delays: BTreeMap<i64, u64>,
}

impl Drawn {
    fn add(&mut self, other: &Self) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
        for (delay, count) in &other.delays {
            *self.delays.entry(*delay).or_default() += count;
        }
    }
}

impl Nation<'_> {
    /// The figures of every force, of its peers where they have an interval of their own, and of the nation.
    fn draw(&self, random: &mut Random) -> Vec<Observation> {
        let mut by_force: Vec<Vec<Drawn>> = Vec::new();
        for force in self.forces {
            by_force.push(self.trend.iter().map(|period| self.draw_force(force, *period, random)).collect());
        }
        let mut figures = Vec::new();
        for (place, force) in self.forces.iter().enumerate() {
            figures.extend(self.figures(&force.code, &[place], &by_force));
            if self.metric.shape == Shape::Distribution {
                let code = BodyId::peers_of(&force.code);
                let peers: Vec<usize> = peers(place, self.forces.len()).collect();
                figures.extend(self.figures(&code, &peers, &by_force));
            }
        }
        let all: Vec<usize> = (0..by_force.len()).collect();
        figures.extend(self.figures(BodyId::nation(), &all, &by_force));
        figures
    }

    fn draw_force(&self, force: &Force, period: Period, random: &mut Random) -> Drawn {
        let months = f64::from(period.kind.months());
        let of = |sum: f64| sum * force.share * months;
        let (numerator, denominator) = (of(self.size.numerator), of(self.size.denominator));
        let together = if self.cases == Cases::Together { TOGETHER } else { 1 };
        let groups = |mean: f64, random: &mut Random| Law::poisson(mean / real(together)).draw(random);
        match self.metric.shape {
            Shape::Proportion => {
                let cases = groups(denominator, random);
                // Never quite none or all, which leave nothing to draw.
                let share = (self.size.numerator + 0.5) / (self.size.denominator + 1.0);
                let numerator = if cases > 0 { Law::binomial(real(cases), share).draw(random) } else { 0 };
                Drawn { numerator: numerator * together, denominator: cases * together, ..Drawn::default() }
            }
            Shape::Rate => Drawn {
                numerator: groups(numerator, random) * together,
                denominator: whole(denominator).max(1),
                ..Drawn::default()
            },
            Shape::Distribution => {
                let cases = Law::poisson(denominator.min(MOST_DELAYS * force.share * months)).draw(random);
                let mut delays = BTreeMap::new();
                for _ in 0..cases {
                    *delays.entry(whole((24.0_f64.ln() + random.normal()).exp().ceil())).or_default() += 1;
                }
                Drawn { numerator: cases, denominator: cases, delays }
            }
            // A ratio of two counts varies in both.
            _ => Drawn {
                numerator: groups(numerator, random) * together,
                denominator: groups(denominator.max(1.0), random) * together,
                ..Drawn::default()
            },
        }
    }

    /// The figures of a sum over some of the forces, one for each period.
    fn figures(&self, code: &BodyId, places: &[usize], by_force: &[Vec<Drawn>]) -> Vec<Observation> {
        let sum = |at: usize| {
            let mut sum = Drawn::default();
            for drawn in places.iter().filter_map(|place| by_force.get(*place)?.get(at)) {
                sum.add(drawn);
            }
            sum
        };
        self.trend.iter().enumerate().map(|(at, period)| self.figure(code, *period, &sum(at))).collect()
    }

    fn figure(&self, code: &BodyId, period: Period, drawn: &Drawn) -> Observation {
        let metric = self.metric;
        let (x, n) = (drawn.numerator, drawn.denominator);
        let mut figure = Observation {
            metric_id: metric.id.clone(),
            metric_version: 1,
            org_code: code.clone(),
            period,
            category: None,
            numerator: Some(x),
            denominator: (metric.shape != Shape::Count).then_some(n),
            value: None,
            label: None,
            unit: metric.unit,
            status: Status::Value,
            interval_95: None,
            interval_998: None,
            method: "drawn",
            coverage: Some(Coverage { returned: 1, expected: 1 }),
            standard: None,
        };
        if metric.shape == Shape::Distribution {
            let bins = drawn.delays.iter().map(|(delay, count)| (*delay, true, *count));
            let curve = SurvivalCurve::new(&Histogram::new(bins, metric.cap));
            let percent = metric.percentile.and_then(Percent::new).unwrap_or_else(Percent::median);
            let interval = |level| Some(curve.percentile_interval(percent, level));
            (figure.interval_95, figure.interval_998) = (interval(Level::LOOK), interval(Level::ACT));
            figure.value = match curve.percentile(percent) {
                DelayReading::Value(value) => Some(value),
                _ => None,
            };
        } else if metric.shape == Shape::Count {
            figure.value = Some(real(x));
        } else if n > 0 {
            figure.value = Some(real(x) * f64::from(metric.unit.multiplier()) / real(n));
        }
        if metric.shape == Shape::CountRatio {
            let interval = |level| Some(ratio_of_counts(x, n, level).ok()?.interval);
            (figure.interval_95, figure.interval_998) = (interval(Level::LOOK), interval(Level::ACT));
        }
        if figure.value.is_none() {
            figure.status = Status::NotApplicable("nothing was drawn".to_owned());
        }
        figure
    }
}

/// The seven next in size.
fn peers(place: usize, forces: usize) -> impl Iterator<Item = usize> {
    (1..=7).map(move |step| (place + step) % forces)
}

fn assess_nation(metric: &Metric, trend: &[Period], forces: &[Force], drawn: &[Observation]) -> Assessment {
    let organisation = |force: &Force| Organisation {
        code: force.code.clone(),
        name: force.code.to_string(),
        short_name: force.code.to_string(),
        kind: "territorial_force".to_owned(),
        region: None,
        country: "England".to_owned(),
        officers: None,
        succeeded_by: None,
    };
    let group = |(place, force): (usize, &Force)| PeerGroup {
        org_code: BodyId::clone(&force.code),
        peers: peers(place, forces.len()).filter_map(|peer| Some(BodyId::clone(&forces.get(peer)?.code))).collect(),
        source: "the next in size".to_owned(),
    };
    let organisations: Vec<Organisation> = forces.iter().map(organisation).collect();
    assess(
        &AssessmentInput {
            metrics: std::slice::from_ref(metric),
            organisations: &organisations,
            lives: &Lives::unchanging(&organisations),
            peer_groups: &forces.iter().enumerate().map(group).collect::<Vec<_>>(),
            events: &[],
            decisions: &[],
            parity: &ParityWish::default(),
            trend,
            provisional: &Provisional::default(),
        },
        drawn,
    )
}

/// Adds what one assessment of one metric tested, flagged and expected.
fn count(tally: &mut Tally, cases: Cases, metric: &str, found: &Assessment) {
    let mut add = |family: String, count: Count| {
        tally.entry((cases, family)).or_default().entry(metric.to_owned()).or_default().add(count);
    };
    for family in &found.families {
        // Forces of cases that hang together differ by more than independent cases would.
        if cases == Cases::Together && family.family.contains("among forces") {
            continue;
        }
        let count = Count { tested: family.tested, flagged: family.flagged, expected: family.expected };
        add(format!("{} ({})", family.family, family.level), count);
    }
    let tested = |label: PeerComparison| {
        matches!(label, PeerComparison::NoClearDifference | PeerComparison::Similar) || label.strength().is_some()
    };
    let year_before: Vec<PeerComparison> = found
        .comparisons
        .iter()
        .filter(|one| one.against == Against::YearBefore && tested(one.label))
        .map(|one| one.label)
        .collect();
    let act = year_before.iter().filter(|label| label.strength() == Some(Strength::Act)).count();
    let look = year_before.iter().filter(|label| label.strength().is_some()).count();
    for (level, flagged, alpha) in [("95%", look, 0.05), ("99.8%", act, 0.002)] {
        let tested = year_before.len();
        add(
            format!("differs from a year before ({level})"),
            Count { tested, flagged, expected: alpha * float(tested) },
        );
    }
    if cases == Cases::Independent {
        for funnel in found.funnels.iter().filter(|funnel| funnel.dispersion.is_some()) {
            let flagged = usize::from(funnel.dispersion.as_ref().is_some_and(Dispersion::exceeds_chance));
            add("forces differ beyond chance".to_owned(), Count { tested: 1, flagged, expected: 0.05 });
        }
    }
}

/// Prints the families and what stands out in them; 1 where there are too many flags.
fn print(tally: &Tally, every: bool) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    println!("{:<70} {:>8} {:>8} {:>9} {:>6}", "family, metric", "tested", "flagged", "expected", "times");
    let line = |name: &str, count: &Count, mark: &str| {
        let Count { tested, flagged, expected } = *count;
        println!("{name:<70} {tested:>8} {flagged:>8} {expected:>9.1} {:>6.2}{mark}", count.times());
    };
    for ((cases, family), metrics) in tally {
        let mut all = Count::default();
        for count in metrics.values() {
            all.add(*count);
        }
        let which = if *cases == Cases::Together { "hanging together: " } else { "" };
        let mark = |count: &Count| if count.is_too_many() { "  TOO MANY" } else { "" };
        line(&format!("{which}{family}"), &all, mark(&all));
        for (metric, count) in metrics {
            if every || count.is_too_many() {
                line(&format!("    {metric}"), count, mark(count));
            }
        }
        if all.is_too_many() || metrics.values().any(Count::is_too_many) {
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// Territorial forces, largest first.
fn forces() -> Result<Vec<Force>, Failure> {
    let mut officers: Vec<(SenderCode, f64)> = Vec::new();
    for row in csv::Reader::from_reader(ORGANISATIONS.as_bytes()).deserialize() {
        let row: BTreeMap<String, String> = row?;
        let cell = |name: &str| row.get(name).cloned().unwrap_or_default();
        if cell("kind") == "territorial_force" {
            officers.push((cell("code").parse()?, cell("weight").parse()?));
        }
    }
    officers.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let all: f64 = officers.iter().map(|(_, officers)| officers).sum();
    Ok(officers.into_iter().map(|(code, officers)| Force { code, share: officers / all }).collect())
}

fn sizes() -> Result<BTreeMap<String, Size>, Failure> {
    let mut sizes = BTreeMap::new();
    for row in csv::Reader::from_reader(SIZES.as_bytes()).deserialize() {
        let (metric, numerator, denominator): (String, f64, Option<f64>) = row?;
        sizes.insert(metric, Size { numerator, denominator: denominator.unwrap_or(1.0) });
    }
    Ok(sizes)
}

/// The probability of at least so many events where `mean` are to be expected; of many, by the normal law.
fn poisson_at_least(events: usize, mean: f64) -> f64 {
    if mean > 200.0 {
        let deviate = (float(events) - 0.5 - mean) / mean.sqrt();
        return if deviate > 3.09 { PLAUSIBLE / 2.0 } else { 1.0 };
    }
    let mut term = (-mean).exp();
    let mut below = 0.0;
    for event in 0..events {
        below += term;
        term *= mean / float(event + 1);
    }
    (1.0 - below).max(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of labels are small")]
fn float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "drawn counts are far below 2^53")]
fn real(count: i64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "drawn delays and sizes are small")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}
