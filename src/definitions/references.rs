//! Checks what roll-ups and metrics name outside their own files: datasets, roll-ups, settings and each other's names.
//! It needs the whole set and reads no file.

use super::model::{Contract, FieldType, Metric, Rollup, StatementColumn};
use super::problem::{DefinitionProblem, Problems};

/// The table of what was expected and returned, which metrics may read like a roll-up.
pub const RETURNS: &str = "returns";

/// Every name that leads nowhere and every name given twice, roll-ups first, in the order given.
pub fn check_references(rollups: &[Rollup], metrics: &[Metric], contracts: &[Contract]) -> Vec<DefinitionProblem> {
    let mut found = Vec::new();
    for (at, rollup) in rollups.iter().enumerate() {
        let file = format!("queries/rollups/{}.toml", rollup.name);
        let mut problems = Problems::of(&file);
        if rollups.iter().take(at).any(|earlier| earlier.name == rollup.name) {
            problems.add("name", "another roll-up has it already");
        }
        if rollup.name == RETURNS {
            problems.add("name", "is reserved for the table of what was returned");
        }
        check_dataset(rollup, contracts, &mut problems);
        found.extend(problems.into_found());
    }
    for (at, metric) in metrics.iter().enumerate() {
        let file = format!("queries/metrics/{}/metric.toml", metric.id);
        let mut problems = Problems::of(&file);
        if metrics.iter().take(at).any(|earlier| earlier.id == metric.id) {
            problems.add("id", "another metric has it already");
        }
        check_metric(metric, rollups, &mut problems);
        check_delays(metric, rollups, &mut problems);
        found.extend(problems.into_found());
    }
    found
}

fn check_dataset(rollup: &Rollup, contracts: &[Contract], problems: &mut Problems<'_>) {
    match contracts.iter().find(|contract| contract.dataset == rollup.dataset) {
        None => problems.add("dataset", unknown(&rollup.dataset, contracts.iter().map(|c| c.dataset.as_str()))),
        Some(contract) if contract.reference => {
            let why = "is reference data, which has no organisation and month to roll up by";
            problems.add("dataset", format!("“{}” {why}", rollup.dataset));
        }
        Some(_) => {}
    }
}

/// The roll-up of delays is there, and has the columns that are named.
fn check_delays(metric: &Metric, rollups: &[Rollup], problems: &mut Problems<'_>) {
    let Some(delays) = &metric.delays else { return };
    let Some(rollup) = rollups.iter().find(|rollup| rollup.name == delays.rollup) else {
        problems.add("delays.rollup", unknown(&delays.rollup, rollups.iter().map(|rollup| rollup.name.as_str())));
        return;
    };
    let mut check = |place: &str, name: &str, columns: &[StatementColumn], wanted: FieldType| match columns
        .iter()
        .find(|column| column.name == name)
    {
        None => problems.add(place, unknown(name, columns.iter().map(|column| column.name.as_str()))),
        Some(column) if column.field_type != wanted => problems.add(place, format!("“{name}” has another type")),
        Some(_) => {}
    };
    check("delays.key", &delays.key, &rollup.keys, FieldType::Integer);
    check("delays.measure", &delays.measure, &rollup.measures, FieldType::Integer);
    if let Some(only) = &delays.only {
        check("delays.only.key", &only.key, &rollup.keys, FieldType::String);
    }
}

fn check_metric(metric: &Metric, rollups: &[Rollup], problems: &mut Problems<'_>) {
    for (at, name) in metric.rollups.iter().enumerate() {
        if name != RETURNS && !rollups.iter().any(|rollup| rollup.name == *name) {
            let known = rollups.iter().map(|rollup| rollup.name.as_str()).chain([RETURNS]);
            problems.add(format!("rollups[{at}]"), unknown(name, known));
        }
    }
}

/// Words for a name that leads nowhere, with those that lead somewhere.
fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known = known.collect::<Vec<_>>().join(", ");
    format!("“{name}” is not known; there are: {known}")
}

#[cfg(test)]
mod tests {
    use super::super::metric_file::parse_metric;
    use super::super::rollup_file::parse_rollup;
    use super::*;

    fn rollup() -> Rollup {
        let toml = include_str!("../../queries/rollups/open_accounts.toml");
        parse_rollup("queries/rollups/open_accounts.toml", toml, "SELECT 1").unwrap()
    }

    fn metric() -> Metric {
        let toml = include_str!("../../queries/metrics/SEC-01/metric.toml");
        parse_metric("queries/metrics/SEC-01/metric.toml", toml, &[(1, "SELECT 1".to_owned())]).unwrap()
    }

    fn contract(dataset: &str, reference: bool) -> Contract {
        Contract {
            dataset: dataset.to_owned(),
            version: "1.0.0".to_owned(),
            title: String::new(),
            description: String::new(),
            reference,
            fields: Vec::new(),
            rules: Vec::new(),
            period_field: None,
            deadline_days: None,
            expected_from: Vec::new(),
            expected_since: None,
        }
    }

    fn words(found: &[DefinitionProblem]) -> Vec<String> {
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_set_that_holds_together_has_no_problems() {
        let contracts = [contract("user_accounts", false)];
        assert_eq!(check_references(&[rollup()], &[metric()], &contracts), []);
    }

    #[test]
    fn names_that_lead_nowhere_are_all_found() {
        let contracts = [contract("organisations", true)];
        let expected =
            ["queries/rollups/open_accounts.toml: dataset: “user_accounts” is not known; there are: organisations"];
        assert_eq!(words(&check_references(&[rollup()], &[metric()], &contracts)), expected);
        let expected =
            ["queries/metrics/SEC-01/metric.toml: rollups[0]: “open_accounts” is not known; there are: returns"];
        assert_eq!(words(&check_references(&[], &[metric()], &[])), expected);
    }

    #[test]
    fn reference_data_and_double_names_are_refused() {
        let contracts = [contract("user_accounts", true)];
        let found = check_references(&[rollup(), rollup()], &[metric(), metric()], &contracts);
        let keys: Vec<&str> = found.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["dataset", "name", "dataset", "id"]);
    }
}
