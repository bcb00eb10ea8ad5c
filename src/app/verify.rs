//! `verify`: runs the hand-worked cases of every metric through the same roll-ups, statements and period engine as a run.
//! A case passes when every expected figure and status is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use serde::Serialize;

use super::case::{Case, ExpectedRow, read_case};
use super::definitions::unknown_metric;
use super::{AppError, Context};
use crate::definitions::model::{Contract, Metric};
use crate::definitions::references::RETURNS;
use crate::engine::{Engine, Query, QueryTable};
use crate::metrics::{FigureSource, Grid, PeriodInput, compute_monthly, groups, months_table, observe, sources_of};
use crate::rollups::rollup_schema;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::months_of;
use crate::vocabulary::sender_code::SenderCode;

/// The cases that the binary carries, as `<metric>/<case>/<file>`.
static CASES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/tests/metrics");

/// Organisations of a case are of one made-up kind that every contract expects.
const KIND: &str = "case";

/// The outcome of one case.
#[derive(Debug, Clone, Serialize)]
pub struct CaseOutcome {
    pub metric: String,
    pub case: String,
    pub why: String,
    /// Empty when the case passed.
    pub problems: Vec<String>,
}

/// Runs all cases, or those of one metric; from `folder` instead of the binary where given.
pub async fn verify(
    context: &Context,
    folder: Option<&Path>,
    only: Option<&str>,
) -> Result<Vec<CaseOutcome>, AppError> {
    if let Some(id) = only.filter(|id| context.definitions.metric(id).is_none()) {
        return Err(unknown_metric(context, id));
    }
    let engine = Engine::new(&context.engine_settings(None), None)?;
    let mut outcomes = Vec::new();
    for ((metric_id, case), files) in load_cases(folder)? {
        if only.is_some_and(|only| !only.eq_ignore_ascii_case(&metric_id)) {
            continue;
        }
        let name = format!("{metric_id}/{case}");
        let mut outcome = CaseOutcome { metric: metric_id.clone(), case, why: String::new(), problems: Vec::new() };
        match (context.definitions.metric(&metric_id), read_case(&name, &files, &context.definitions)) {
            (None, _) => outcome.problems.push(format!("{name}: there is no metric {metric_id}")),
            (_, Err(problem)) => outcome.problems.push(problem),
            (Some(metric), Ok(case)) => {
                outcome.why.clone_from(&case.file.why);
                match run_case(context, &engine, metric, &case).await {
                    Ok(observations) => outcome.problems = compare(&case, &observations),
                    Err(problem) => outcome.problems.push(format!("{name}: {problem}")),
                }
            }
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

type CaseFiles = BTreeMap<(String, String), BTreeMap<String, String>>;

fn load_cases(folder: Option<&Path>) -> Result<CaseFiles, AppError> {
    let mut cases = CaseFiles::new();
    let mut add = |path: &Path, text: String| {
        let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if let [metric, case, file] = parts.as_slice() {
            cases.entry((metric.clone(), case.clone())).or_default().insert(file.clone(), text);
        }
    };
    match folder {
        None => add_embedded(&CASES, &mut add),
        Some(folder) => add_folder(folder, folder, &mut add)?,
    }
    Ok(cases)
}

fn add_embedded(dir: &Dir<'static>, add: &mut dyn FnMut(&Path, String)) {
    for file in dir.files() {
        add(file.path(), String::from_utf8_lossy(file.contents()).into_owned());
    }
    for below in dir.dirs() {
        add_embedded(below, add);
    }
}

fn add_folder(root: &Path, folder: &Path, add: &mut dyn FnMut(&Path, String)) -> Result<(), AppError> {
    let wrong = |source| AppError::Write { path: folder.into(), source };
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.is_dir() {
            add_folder(root, &path, add)?;
        } else {
            let text = fs::read_to_string(&path).map_err(wrong)?;
            add(path.strip_prefix(root).unwrap_or(&path), text);
        }
    }
    Ok(())
}

async fn run_case(
    context: &Context,
    engine: &Engine,
    metric: &Metric,
    case: &Case,
) -> Result<Vec<Observation>, String> {
    let definitions = &context.definitions;
    let mut tables: BTreeMap<String, QueryTable> = BTreeMap::new();
    for rollup in definitions.rollups.iter().filter(|rollup| metric.rollups.contains(&rollup.name)) {
        let schema = rollup_schema(rollup);
        let rows = match case.tables.get(&rollup.dataset) {
            None => QueryTable::empty(schema),
            Some(table) => {
                let name = format!("queries/rollups/{}.sql", rollup.name);
                let query = Query { name: &name, sql: &rollup.sql, parameters: Vec::new() };
                let result = engine.run(&query, &[(rollup.dataset.as_str(), table.clone())]).await;
                let result = result.map_err(|error| with_causes(&error))?;
                QueryTable::Rows { schema: result.schema, batches: result.batches }
            }
        };
        tables.insert(rollup.name.clone(), rows);
    }
    tables.insert("months".to_owned(), months_table(&months_of(&case.file.periods)));
    if let Some(contract) = definitions.contract("organisations") {
        let empty = || QueryTable::empty(crate::contract::engine_schema(contract));
        tables.insert("organisations".to_owned(), case.tables.get("organisations").cloned().unwrap_or_else(empty));
    }
    let sources = sources_of(metric, definitions);
    let (grid, lives) = grid(definitions.contracts.clone(), &sources, case);
    let returns = grid.table(&months_of(&case.file.periods)).map_err(|error| with_causes(&error))?;
    tables.insert(RETURNS.to_owned(), returns);
    let rows =
        compute_monthly(engine, metric, &tables, &case.file.settings).await.map_err(|error| with_causes(&error))?;
    let input = PeriodInput {
        metric,
        sources: &sources,
        rows: &rows,
        grid: &grid,
        groups: &groups(&lives, &[]),
        periods: &case.file.periods,
    };
    Ok(observe(&input))
}

/// Everybody who appears in a case must return every dataset of the case and of the metric.
fn grid(mut contracts: Vec<Contract>, sources: &[FigureSource], case: &Case) -> (Grid, Arc<Lives>) {
    let required: BTreeMap<String, usize> =
        contracts.iter().map(|contract| (contract.dataset.clone(), contract.required_fields())).collect();
    for contract in &mut contracts {
        let of_case = case.admissions.iter().any(|(dataset, _)| *dataset == contract.dataset);
        let of_metric = sources.iter().any(|source| source.dataset == contract.dataset);
        contract.expected_since = None;
        contract.expected_from = if of_case || of_metric { vec![KIND.to_owned()] } else { Vec::new() };
    }
    let codes: BTreeSet<&SenderCode> =
        case.admissions.iter().filter_map(|(_, admission)| admission.submission.sender()).collect();
    let organisation = |code: &SenderCode| Organisation {
        code: code.clone(),
        name: code.to_string(),
        short_name: code.to_string(),
        kind: KIND.to_owned(),
        region: None,
        country: String::new(),
        officers: None,
        succeeded_by: None,
    };
    let organisations: Vec<Organisation> = codes.into_iter().map(organisation).collect();
    let lives = Arc::new(Lives::unchanging(&organisations));
    let mut grid = Grid::new(&contracts, Arc::clone(&lives), case.as_of);
    for (dataset, admission) in &case.admissions {
        grid.enter(dataset, admission, required.get(dataset).copied().unwrap_or(0));
    }
    (grid, lives)
}

fn compare(case: &Case, observations: &[Observation]) -> Vec<String> {
    let mut problems = Vec::new();
    for expected in &case.expected {
        let found = observations.iter().find(|observation| {
            let category = observation.category.as_ref().map_or("", |category| category.key.as_str());
            observation.period.to_string() == expected.period
                && observation.org_code == expected.org_code
                && category == expected.category
        });
        let at = format!("{}: {} {} {}", case.name, expected.period, expected.org_code, expected.category);
        match found {
            None => problems.push(format!("{at}: no figure")),
            Some(observation) if !same(expected, observation) => problems.push(format!(
                "{at}: expected {:?}/{:?} = {} ({}), got {:?}/{:?} = {:?} ({} {})",
                expected.numerator,
                expected.denominator,
                expected.value,
                expected.status,
                observation.numerator,
                observation.denominator,
                observation.value,
                observation.status.as_str(),
                observation.status.reason(),
            )),
            Some(_) => {}
        }
    }
    problems
}

fn same(expected: &ExpectedRow, observation: &Observation) -> bool {
    let value = match (expected.value.parse::<f64>(), observation.value) {
        (Ok(expected), Some(actual)) => (expected - actual).abs() <= 1e-6,
        (Err(_), None) => expected.value.is_empty(),
        _ => false,
    };
    value
        && expected.status == observation.status.as_str()
        && expected.numerator == observation.numerator
        && expected.denominator == observation.denominator
}
