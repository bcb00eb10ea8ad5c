//! A small invented release for tests: every shape of metric, every state of a figure, awkward names.
//! It is no demonstration data and no test of the metrics themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};

use crate::assessment::{AssessmentInput, assess, withdraw_open_verdicts};
use crate::contract::FailingFile;
use crate::definitions::Definitions;
use crate::definitions::layout::{Layouts, SourceNames, parse_layouts};
use crate::definitions::model::{
    Aggregation, Breakdown, BreakdownCategory, BreakdownKind, Comparator, Course, Disclosure, Evidence, Metric,
    MetricVersion, ReadsAs, Role, Rollup, Standard, StandardKind,
};
use crate::definitions::read_metrics::ReadMetrics;
use crate::figures::LongSeries;
use crate::history::{Lateness, Provisional};
use crate::release::{FindingLine, Release, RuleFailure, SubmissionLine, SubmittedFile, Withheld};
use crate::render::html::Templates;
use crate::settings::{ParityWish, PublicationSection, VerdictSection};
use crate::verdict::responsibilities::assess_responsibilities;
use crate::verdict::{VerdictInput, Verdicts};
use crate::vocabulary::body::{Organisation, PeerGroup};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::observation::{Category, Coverage, Observation, StandardResult};
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::quantity::{Better, Interval, Shape, Status, Unit};
use crate::vocabulary::returns::{Return, ReturnState};

/// A withheld count, as it would be written if it leaked.
pub const WITHHELD_NUMBERS: [&str; 2] = ["98765", "98,765"];

/// Texts that only other forces' editions may hold; none of them is a peer of E01.
pub const UNRELATED_FORCE_TEXTS: [&str; 4] = ["Northmoor", "Oldcastle", "duplicate report_ref", "Trentside"];

const NAMES: [(&str, &str); 14] = [
    ("E01", "Ashdown & <Vale>"),
    ("E02", "Bramblewick"),
    ("E03", "Calderbrook"),
    ("E04", "Dunmere"),
    ("E05", "Eastholme"),
    ("E06", "Fenwick & Marsh"),
    ("E07", "Greywater"),
    ("E08", "Hallamdale"),
    ("E09", "Kingsbourne"),
    ("E10", "Northmoor and Upper Severndale"),
    ("E11", "Oldcastle"),
    ("E12", "Penmarsh"),
    ("E13", "Quarrydale"),
    ("E14", "Trentside"),
];

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn metric(id: &str, title: &str, (shape, unit, better): (Shape, Unit, Better), rollup: &str) -> Metric {
    Metric {
        id: id.parse().unwrap(),
        title: title.to_owned(),
        definition: format!("{title}, counted for each organisation and review period."),
        principle: 2,
        responsible: vec![Role::Manager],
        shape,
        numerator: "recordable reports created within the limit".to_owned(),
        denominator: if shape == Shape::Count { String::new() } else { "recordable reports started".to_owned() },
        sampled: false,
        denominator_varies: false,
        unit,
        better,
        subject: None,
        not_ranked: None,
        reads_as: ReadsAs::Level,
        aggregation: Aggregation::Flow,
        earlier_months: 0,
        counted_by: "the month of the arrest, report or summons".to_owned(),
        percentile: (shape == Shape::Distribution).then_some(90),
        cap: None,
        rollups: vec![rollup.to_owned()],
        parameters: Vec::new(),
        parameters_at_most: BTreeMap::new(),
        evidence: Evidence::Derived,
        disclosure: Disclosure::Work,
        dependent_units: false,
        course: Course::default(),
        margin: None,
        least_completeness: 98,
        caveats: Vec::new(),
        standards: Vec::new(),
        grades: Vec::new(),
        breakdown: None,
        delays: None,
        versions: vec![MetricVersion {
            version: 1,
            date: date("2025-06-01"),
            reason: "First version".to_owned(),
            rollups: Vec::new(),
            earlier_months: None,
            level_only: None,
            sql: String::new(),
        }],
    }
}

fn standard(level: f64, (from, to): (&str, Option<&str>), kind: StandardKind) -> Standard {
    Standard {
        organisations: Vec::new(),
        level,
        comparator: Comparator::AtLeast,
        from: date(from),
        to: to.map(date),
        kind,
        source: "PNC Code of Practice 2005, as summarised by Police Professional".to_owned(),
        address: "https://policeprofessional.com/?p=91736".to_owned(),
        note: String::new(),
    }
}

fn category(key: &str, title: &str, unit: Option<Unit>) -> BreakdownCategory {
    let shape = unit.map(|_| Shape::Rate);
    BreakdownCategory { key: key.to_owned(), title: title.to_owned(), shape, unit, better: None }
}

/// One metric of each shape; the first has a historical standard.
pub fn metrics() -> Vec<Metric> {
    let mut share = metric(
        "CRE-01",
        "Arrest/summons on PNC within 24 hours",
        (Shape::Proportion, Unit::Percent, Better::Higher),
        "arrest_summons_delay",
    );
    share.evidence = Evidence::DocumentedHistorical;
    share.standards = vec![standard(90.0, ("2005-01-01", Some("2023-04-04")), StandardKind::Historical)];
    share.caveats =
        vec!["Reports of an organisation that returned only some months count for those months.".to_owned()];
    let delay = metric(
        "CRE-03",
        "Hours to create 90% of arrest/summons records (90th percentile)",
        (Shape::Distribution, Unit::Hours, Better::Lower),
        "arrest_summons_delay",
    );
    let mut created = metric(
        "CRE-06",
        "Arrest/summons records created",
        (Shape::Count, Unit::Records, Better::Neutral),
        "arrest_summons_created",
    );
    created.breakdown = Some(Breakdown {
        column: "variant".to_owned(),
        title: "Variant".to_owned(),
        kind: BreakdownKind::Variants,
        categories: vec![
            category("records", "Records", None),
            category("per_officer", "For each 1,000 officers", Some(Unit::Per1000Officers)),
        ],
    });
    let mut volume =
        metric("ACC-01", "Transactions", (Shape::Count, Unit::Transactions, Better::Neutral), "transaction_volumes");
    volume.principle = 6;
    volume.breakdown = Some(Breakdown {
        column: "application".to_owned(),
        title: "Application".to_owned(),
        kind: BreakdownKind::Parts,
        categories: vec![category("vehicles", "Vehicles", None), category("names", "Names & aliases", None)],
    });
    let mut access = metric(
        "SHA-01",
        "Subject access requests answered within one month",
        (Shape::Proportion, Unit::Percent, Better::Higher),
        "subject_access_due",
    );
    access.principle = 8;
    access.standards = vec![standard(100.0, ("2018-05-25", None), StandardKind::CurrentLaw)];
    access.parameters = vec!["dormant_days".to_owned()];
    vec![share, delay, created, volume, access]
}

/// A share without organisation, metric or interval of interest.
pub fn percent(numerator: i64, denominator: i64) -> Observation {
    #[expect(clippy::cast_precision_loss, reason = "small test counts")]
    let (x, n) = (numerator as f64, denominator as f64);
    let (p, half) = (x / n, 1.96 * (0.25 / n).sqrt());
    let interval = |z: f64| {
        let (lower, upper) = ((p - half * z).max(0.0), (p + half * z).min(1.0));
        Some(Interval { lower: Some(lower * 100.0), upper: Some(upper * 100.0) })
    };
    Observation {
        label: None,
        metric_id: "CRE-01".parse().unwrap(),
        metric_version: 1,
        org_code: BodyId::nation().clone(),
        period: "2025-26Q1".parse().unwrap(),
        category: None,
        numerator: Some(numerator),
        denominator: Some(denominator),
        value: Some(p * 100.0),
        unit: Unit::Percent,
        status: Status::Value,
        interval_95: interval(1.0),
        interval_998: interval(1.58),
        method: "wilson",
        coverage: Some(Coverage { returned: 3, expected: 3 }),
        standard: None,
    }
}

/// Deterministic scatter, 0 to 99.
fn scatter(seed: usize) -> i64 {
    let mixed = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345) >> 7;
    i64::try_from(mixed % 100).unwrap()
}

/// The figure of one metric for the `index`-th code in the `at`-th period.
fn figure(metric: &Metric, code: &BodyId, (index, at): (usize, usize), period: Period) -> Observation {
    let factor = if code.is_nation() { 14 } else { 1 };
    let size = (400 + 60 * i64::try_from(index).unwrap() + scatter(index * 31 + at)) * factor;
    let drift = i64::try_from(at).unwrap();
    let permille = 760 + 9 * drift + scatter(index * 7) + scatter(index * 13 + at) / 4;
    let mut figure = percent(size * permille.min(1000) / 1000, size);
    #[expect(clippy::cast_precision_loss, reason = "small test counts")]
    match metric.shape {
        Shape::Count => {
            (figure.numerator, figure.denominator, figure.value) = (Some(size), None, Some(size as f64));
            (figure.interval_95, figure.interval_998) = (None, None);
        }
        Shape::Distribution => {
            let hours = 60 - 2 * drift + scatter(index * 3) / 8;
            figure.value = Some(hours as f64);
            figure.interval_95 = Some(Interval { lower: Some(hours as f64 - 5.0), upper: Some(hours as f64 + 9.0) });
            figure.interval_998 = Some(Interval { lower: Some(hours as f64 - 9.0), upper: None });
        }
        _ => {}
    }
    let end = period.end();
    let held = metric.standards.iter().find(|s| s.from <= end && s.to.is_none_or(|to| end <= to));
    figure.standard =
        held.map(|s| StandardResult { level: s.level, kind: "historical", met: figure.value.map(|v| v >= s.level) });
    (figure.metric_id, figure.org_code, figure.period, figure.unit) =
        (metric.id.clone(), code.clone(), period, metric.unit);
    if code.is_nation() {
        figure.coverage = Some(Coverage { returned: 38, expected: 42 });
    }
    figure
}

fn without_value(mut figure: Observation, status: Status) -> Observation {
    figure.status = status;
    (figure.value, figure.interval_95, figure.interval_998) = (None, None, None);
    if figure.status == Status::Suppressed {
        figure.numerator = Some(98_765);
    } else {
        (figure.numerator, figure.denominator) = (None, None);
    }
    figure
}

/// States of all kinds for some forces, so that every marker appears.
fn with_state(figure: Observation, at: usize) -> Observation {
    let latest = at == 11;
    match figure.org_code.as_str() {
        "E04" if latest => {
            let mut absent = without_value(figure, Status::NotReturned);
            absent.coverage = Some(Coverage { returned: 0, expected: 3 });
            absent
        }
        "E05" if latest => without_value(figure, Status::Missing("refused by a check".to_owned())),
        "E06" => without_value(figure, Status::Suppressed),
        "E07" if latest => {
            without_value(figure, Status::NotApplicable("nothing to count in the denominator".to_owned()))
        }
        "E08" if latest => without_value(figure, Status::CannotTell("fewer than 10 cases".to_owned())),
        "E01" if at == 5 => without_value(figure, Status::NotReturned),
        "E02" if latest => Observation { coverage: Some(Coverage { returned: 2, expected: 3 }), ..figure },
        _ => figure,
    }
}

fn observations(metrics: &[Metric], trend: &[Period]) -> Vec<Observation> {
    let mut all = Vec::new();
    for metric in metrics {
        let forces = NAMES.iter().map(|(code, _)| *code);
        let others = ["NATIONAL", "UNATTRIBUTED", "REGION:North West", "REGION:Wales", "PEERS:E01", "PEERS:E02"];
        for (index, code) in forces.chain(others).map(BodyId::from).enumerate() {
            for (at, period) in trend.iter().enumerate() {
                let figure = figure(metric, &code, (index, at), *period);
                for category in metric.breakdown.iter().flat_map(|b| &b.categories) {
                    let mut part = figure.clone();
                    let breakdown = metric.breakdown.as_ref().unwrap().column.clone();
                    part.category = Some(Arc::new(Category { breakdown, key: category.key.clone() }));
                    if let Some(unit) = category.unit {
                        (part.unit, part.denominator) = (unit, Some(2_345 * 14));
                        part.value = part.numerator.map(|n| f64::from(i32::try_from(n).unwrap()) / 32.83);
                    }
                    all.push(part);
                }
                all.push(with_state(figure, at));
            }
        }
    }
    all
}

fn returns(period: Period) -> Vec<Return> {
    let mut all = Vec::new();
    for (code, _) in NAMES {
        for dataset in ["arrest_summons", "transactions", "rights_requests"] {
            for month in period.months() {
                let submitted = month.last_day() + Days::new(14);
                let state = match (code, dataset) {
                    ("E04", "arrest_summons") => ReturnState::NotReturned,
                    ("E05", "arrest_summons") => ReturnState::Refused {
                        submitted,
                        reason: "duplicate report_ref in 12 rows".to_owned(),
                        replaced: None,
                    },
                    ("E02", "arrest_summons") if month == period.last() => ReturnState::NotYetDue,
                    ("E12", "transactions") => {
                        ReturnState::Accepted { submitted: submitted + Days::new(20), late: true }
                    }
                    _ => ReturnState::Accepted { submitted, late: false },
                };
                all.push(Return { dataset: dataset.to_owned(), org_code: code.into(), month, state });
            }
        }
    }
    all
}

fn finding(org_code: &str, month: Month, message: &str) -> FindingLine {
    FindingLine {
        severity: "warning",
        dataset: "arrest_summons".to_owned(),
        org_code: Some(org_code.into()),
        month: month.to_string(),
        message: message.to_owned(),
    }
}

/// One accepted submission of each of two forces, and one refused with the row that failed.
fn submissions(period: Period) -> Vec<SubmissionLine> {
    let line = |org_code: &str, month: Month, rows| SubmissionLine {
        dataset: "arrest_summons".to_owned(),
        org_code: org_code.into(),
        first: month,
        last: month,
        submitted: date("2025-05-09"),
        rows,
        files: vec![SubmittedFile {
            path: format!("arrest_summons/submitted=2025-05-09/org={org_code}/period={month}/data.parquet"),
            sha256: "0f".repeat(32),
        }],
        counted_by_sender: false,
        used: true,
        failures: Vec::new(),
    };
    let failed = FailingFile {
        bytes: b"org_code,report_ref,event_type\nE05,r-eastholme,arrest\n".to_vec(),
        rows: 1,
        keys: vec!["report_ref".to_owned()],
        first_rows: vec![vec!["r-eastholme".to_owned()]],
    };
    let failure = RuleFailure {
        message: "duplicate report_ref in 12 rows".to_owned(),
        stem: "arrest-summons-key".to_owned(),
        rows: Some(failed),
    };
    let refused = SubmissionLine { used: false, failures: vec![failure], ..line("E05", period.last(), 77_441) };
    vec![line("E01", period.first, 412), refused]
}

/// The whole release: 12 quarters, 14 forces, five metrics.
pub fn release() -> Release {
    let period: Period = "2025-26Q1".parse().unwrap();
    let trend = period.trend(12);
    let metrics = metrics();
    let organisation = |(code, name): &(&str, &str)| Organisation {
        name: format!("{name} Police"),
        short_name: (*name).to_owned(),
        region: Some("North West".to_owned()),
        officers: Some(2_345),
        ..Organisation::force(code)
    };
    let organisations: Vec<Organisation> = NAMES.iter().map(organisation).collect();
    let peers = ["E02", "E03", "E06"].map(BodyId::from).to_vec();
    let source = "supplied peer groups of 1 April 2024".to_owned();
    let peer_groups = vec![PeerGroup { org_code: "E01".into(), peers, source }];
    let events = vec![RecordedEvent {
        org_code: BodyId::nation().clone(),
        happened_on: date("2024-05-13"),
        kind: "system_migration".to_owned(),
        description: "Names moved from PNC to LEDS for <some> forces & agencies".to_owned(),
    }];
    let mut observations = observations(&metrics, &trend);
    let assessment = assess(
        &AssessmentInput {
            metrics: &metrics,
            organisations: &organisations,
            lives: &Lives::unchanging(&organisations),
            peer_groups: &peer_groups,
            events: &events,
            decisions: &[],
            parity: &ParityWish::default(),
            trend: &trend,
            provisional: &Provisional::default(),
        },
        &observations,
    );
    withdraw_open_verdicts(&mut observations, &assessment.judgements);
    let verdicts = Verdicts::of(
        &VerdictInput {
            metrics: &metrics,
            organisations: &organisations,
            assessment: &assessment,
            period,
            margin_percent: VerdictSection::default().margin_percent,
        },
        &observations,
    );
    Release {
        period,
        as_of: date("2025-07-25"),
        published_on: date("2025-08-14"),
        revision: 1,
        run_id: "2025-26Q1-7f3a9c21".to_owned(),
        version: "0.1.0".to_owned(),
        synthetic: true,
        lives: Lives::unchanging(&organisations),
        organisations,
        peer_groups,
        events,
        decisions: Vec::new(),
        responsibilities: assess_responsibilities(&metrics, &observations, &verdicts, period),
        assessment,
        verdicts,
        delays: Vec::new(),
        lateness: Lateness::default(),
        contracts: definitions().contracts,
        rollups: definitions().rollups,
        observations,
        long_series: LongSeries::default(),
        returns: returns(period),
        submissions: submissions(period),
        findings: vec![
            finding("E01", period.first, "3 of 412 rows: created_at is before event_at"),
            finding("E11", period.last(), "duplicate report_ref in 12 rows"),
        ],
        withheld: None,
        publication: PublicationSection::default(),
        settings: vec![("dormant_days".to_owned(), "90".to_owned())],
        metrics,
        trend,
    }
}

/// The same as a release for the public: its figures are withheld where the sample has withheld ones, and it has no peers.
pub fn public_release() -> Release {
    let of = Withheld { threshold: 5, minimum_denominator: 10, work: BTreeMap::new() };
    let of_peers = |one: &Observation| one.org_code.is_of_peers();
    let mut release = Release { withheld: Some(of), peer_groups: Vec::new(), ..release() };
    release.observations.retain(|one| !of_peers(one));
    release
}

/// The project's own layouts, with the roll-ups of the sample.
pub fn layouts() -> Layouts {
    let rollup = |name: &str, dataset: &str| Rollup {
        name: name.to_owned(),
        title: String::new(),
        description: String::new(),
        dataset: dataset.to_owned(),
        keys: Vec::new(),
        measures: Vec::new(),
        rules: Vec::new(),
        sql: String::new(),
    };
    let rollups = [
        rollup("arrest_summons_delay", "arrest_summons"),
        rollup("arrest_summons_created", "arrest_summons"),
        rollup("transaction_volumes", "transactions"),
        rollup("subject_access_due", "rights_requests"),
    ];
    // The sample has few metrics: its questions and parts stand in place of those of the layout.
    let inspection = include_str!("../../reports/inspection.toml").split("[[inspector_questions]]").next().unwrap();
    let asked = "title = 'Is it timely?'\nmetrics = ['CRE-01']";
    let inspection = format!(
        "{inspection}[[inspector_questions]]\n{asked}\n[[parts]]\ntitle = 'Timeliness'\nmetrics = ['CRE-06', 'CRE-01']\n"
    );
    let public = of_known_metrics(include_str!("../../reports/public.toml"));
    let files = [
        ("reports/force.toml", include_str!("../../reports/force.toml")),
        ("reports/inspection.toml", &inspection),
        ("reports/inspectorate.toml", include_str!("../../reports/inspectorate.toml")),
        ("reports/national.toml", include_str!("../../reports/national.toml")),
        ("reports/public.toml", &*public),
        ("reports/trends.toml", include_str!("../../reports/trends.toml")),
        ("reports/sections.toml", include_str!("../../reports/sections.toml")),
    ];
    parse_layouts(&files.into(), ReadMetrics { all: &metrics(), broken: &[] }, SourceNames::new(&[], &rollups)).unwrap()
}

/// A layout without the questions that a metric answers which the sample does not have.
fn of_known_metrics(layout: &str) -> String {
    let metrics = metrics();
    let is_known = |part: &&str| {
        let question = part.strip_prefix("\nquestion =");
        question.is_none_or(|rest| metrics.iter().any(|metric| rest.contains(&format!("\"{}\"", metric.id))))
    };
    // The last question is followed by the terms, which stay.
    let (questions, terms) = layout.split_once("[[terms]]").unwrap();
    let kept: Vec<&str> = questions.split("[[questions]]").filter(is_known).collect();
    format!("{}[[terms]]{terms}", kept.join("[[questions]]"))
}

/// The project's own templates and assets.
pub fn templates() -> Templates {
    let definitions = definitions();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let templates = definitions.files_below("reports/templates/").map(|(name, bytes)| (name.to_owned(), text(bytes)));
    let assets = definitions.files_below("reports/assets/").map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    Templates::parse(templates, assets).unwrap()
}

/// The built-in definitions, for the dictionaries.
fn definitions() -> Definitions {
    Definitions::built_in().unwrap()
}
