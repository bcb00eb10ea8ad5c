//! A nation of which only roll-ups were handed in is published with exactly the figures of its records.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use leds_metrics::app::RunOptions;
use leds_metrics::app::prepare::write_rollups;
use leds_metrics::app::run::run;
use leds_metrics::app::{Context, generate};
use leds_metrics::schedule::Wait;
use leds_metrics::settings::Settings;
use leds_metrics::sources::SubmittedTable;
use leds_metrics::synth::NationPlan;
use leds_metrics::vocabulary::period::Month;
use leds_metrics::{intake, progress};

use crate::support::table;

/// Metrics that cannot be had from roll-ups, and why: those about the returns count what was handed in, which differs.
const NOT_FROM_ROLLUPS: [&str; 1] = ["REP-"];

/// Metrics that may have no national value here: grades are never added up; breaches to tell of and closed misuse are rare.
const NO_NATIONAL_VALUE: [&str; 3] = ["AUD-04", "AUD-07", "SEC-06"];

/// Days before which nothing counts; the same for both runs.
const AS_OF: &str = "2025-07-31";

#[test]
fn figures_from_roll_ups_are_those_from_records() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(compare());
}

async fn compare() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut settings =
        Settings::parse(Path::new("leds-metrics.toml"), include_str!("../../leds-metrics.toml")).unwrap();
    // The asked month alone: the months before are there only as far as its own figures need them.
    settings.figures.trend.month = 1;
    settings.figures.editions.copies.clear();
    let context = Arc::new(Context::with(None, settings).await.unwrap());
    let month = |text: &str| text.parse().unwrap();
    let plan = NationPlan { from: month("2024-10"), to: month("2025-03"), scale: 0.00002, seed: 5 };
    generate::generate(&plan, &at("nation"), true).unwrap();
    leave_needed_months(&context, &plan, &at("nation"));
    hand_in(&context, &at("nation"), (&at("records"), &at("rollups"))).await;

    let records = figures(&context, folder.path(), "records").await;
    let rollups = figures(&context, folder.path(), "rollups").await;
    assert_eq!(records.keys().collect::<Vec<_>>(), rollups.keys().collect::<Vec<_>>());
    for (file, of_records) in &records {
        for (of_records, of_rollups) in of_records.iter().zip(&rollups[file]) {
            assert_eq!(of_records, of_rollups, "{file}");
        }
        assert_eq!(of_records.len(), rollups[file].len(), "{file}");
    }
    // The comparison says something: nearly every metric has values, for the nation and for forces.
    let with_value = |org: &dyn Fn(&str) -> bool| {
        let rows = records["observations.csv"].iter().filter(|row| row["status"] == "value" && org(&row["org_code"]));
        rows.map(|row| row["metric_id"].clone()).collect::<BTreeSet<_>>()
    };
    let all: BTreeSet<String> = records["observations.csv"].iter().map(|row| row["metric_id"].clone()).collect();
    let without: BTreeSet<_> = all.difference(&with_value(&|org| org == "NATIONAL")).cloned().collect();
    let without: BTreeSet<_> = without.iter().filter(|id| !NO_NATIONAL_VALUE.contains(&id.as_str())).collect();
    assert!(without.is_empty(), "without a national value: {without:?}");
    assert!(with_value(&|org| org.starts_with('E')).len() * 10 > all.len() * 9);
}

/// Removes the months before the last that no metric needs, which would only take time. One more is left, because a
/// roll-up of a state that is the first of its body may stand for everything before it, which records never do.
fn leave_needed_months(context: &Context, plan: &NationPlan, nation: &Path) {
    let definitions = &context.definitions;
    for contract in definitions.contracts.iter().filter(|contract| !contract.reference) {
        let of_dataset = |name: &String| definitions.rollup(name).is_some_and(|r| r.dataset == contract.dataset);
        let metrics = definitions.metrics.iter().filter(|metric| metric.rollups.iter().any(of_dataset));
        let needed = metrics.map(|metric| i32::from(metric.earlier_months)).max().unwrap_or(0);
        let needed = if needed > 0 { needed + 1 } else { 0 };
        assert!(plan.to.months_since(plan.from) >= needed, "{} needs {needed} earlier months", contract.dataset);
        let first = plan.to.plus(-needed);
        let folder = nation.join(&contract.dataset);
        let Ok(days) = fs::read_dir(&folder) else { continue };
        for org in days.flat_map(|day| fs::read_dir(day.unwrap().path()).unwrap()) {
            for period in fs::read_dir(org.unwrap().path()).unwrap() {
                let period = period.unwrap();
                let month: Month = period.file_name().to_str().unwrap().trim_start_matches("period=").parse().unwrap();
                if month < first {
                    fs::remove_dir_all(period.path()).unwrap();
                }
            }
        }
    }
}

/// Puts every admitted submission into one source as records, and into another as roll-ups only.
async fn hand_in(context: &Arc<Context>, nation: &Path, (records, rollups): (&Path, &Path)) {
    let as_of = AS_OF.parse().unwrap();
    let date = intake::DataDate { as_of: Some(as_of), today: as_of };
    let engine = context.engine_settings(None);
    let opened = intake::open(&nation.into(), date, &context.definitions, &engine).await.unwrap();
    let work = intake::WorkFolder::open(&nation.with_file_name("work")).unwrap();
    let step = progress::StepBar::new(true);
    let check = intake::SubmissionCheck {
        opened: &opened,
        definitions: &context.definitions,
        work: &work,
        step: &step,
        purpose: intake::Purpose::Findings,
        helpers: None,
    };
    let taken = intake::admit(&check).await.unwrap();
    let engine = Arc::new(opened.engine);
    let mut prepared = tokio::task::JoinSet::new();
    for (table, admissions) in taken.admissions {
        for admission in admissions.into_iter().filter(|admission| !admission.refused()) {
            let copy = |to: &Path| {
                for file in &admission.files {
                    let target = to.join(&file.path);
                    fs::create_dir_all(target.parent().unwrap()).unwrap();
                    fs::copy(nation.join(&file.path), target).unwrap();
                }
            };
            copy(records);
            if matches!(table, SubmittedTable::Records(_)) {
                let (context, engine, out) = (Arc::clone(context), Arc::clone(&engine), rollups.to_owned());
                prepared.spawn(async move { write_rollups(&context.definitions, &engine, &admission, &out).await });
            } else {
                copy(rollups);
            }
        }
    }
    let prepared = prepared.join_all().await;
    assert!(prepared.len() > 300 && prepared.iter().all(Result::is_ok), "{}", prepared.len());
}

type Rows = Vec<BTreeMap<String, String>>;

/// The published figures of a source, by file.
async fn figures(context: &Context, folder: &Path, source: &str) -> BTreeMap<&'static str, Rows> {
    let options = RunOptions {
        source: folder.join(source).as_path().into(),
        out: folder.join(format!("{source}-out")).as_path().into(),
        work: folder.join(format!("{source}-work")),
        period: "2025-03".parse().unwrap(),
        as_of: Some(AS_OF.parse().unwrap()),
        published_on: "2025-12-01".parse().unwrap(),
        again: false,
        public: false,
        wait: Wait::No,
        quiet: true,
    };
    let outcome = run(context, &options).await.unwrap();
    assert_eq!(outcome.refused, 0, "{source}");
    let read = |file: &'static str| {
        let rows = table(&String::from_utf8(outcome.release.join("results").read(file).unwrap()).unwrap());
        let from_rollups = |row: &BTreeMap<String, String>| {
            !NOT_FROM_ROLLUPS.iter().any(|prefix| row["metric_id"].starts_with(prefix))
        };
        (file, rows.into_iter().filter(from_rollups).collect())
    };
    BTreeMap::from(["observations.csv", "breakdowns.csv"].map(read))
}
