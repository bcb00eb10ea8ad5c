//! Proves every statement of the definitions on empty tables: it parses, reads only, executes, takes the declared parameters,
//! returns the declared columns and has a total order. Runs before any data is read.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, Field, FieldRef, SchemaRef};

use super::returns::returns_schema;
use super::{months_schema, result_schema};
use crate::contract::{checking_sql, engine_schema, numbered_columns, path_columns, rollup_contract};
use crate::definitions::Definitions;
use crate::definitions::model::{Contract, Metric, Rollup};
use crate::definitions::problem::DefinitionProblem;
use crate::definitions::references::RETURNS;
use crate::engine::{Engine, Query, QueryTable, schema_of};
use crate::rollups::{rollup_schema, same_type};
use crate::vocabulary::causes::with_causes;

/// The dataset that every metric may join.
const ORGANISATIONS: &str = "organisations";

/// All problems of all statements, which are proven side by side and reported in their order.
pub async fn prove(engine: &Engine, definitions: &Definitions) -> Vec<DefinitionProblem> {
    let engine = engine.serial();
    let mut proofs = Vec::new();
    for contract in definitions.contracts.iter().filter(|contract| !contract.rules.is_empty()) {
        let file = format!("schemas/{}.odcs.yaml", contract.dataset);
        let (engine, contract) = (engine.clone(), contract.clone());
        proofs.push(tokio::spawn(async move { prove_rules(&engine, &contract, &file).await }));
    }
    for rollup in &definitions.rollups {
        if !rollup.rules.is_empty() {
            let file = format!("queries/rollups/{}.toml", rollup.name);
            let (engine, contract) = (engine.clone(), rollup_contract(rollup));
            proofs.push(tokio::spawn(async move { prove_rules(&engine, &contract, &file).await }));
        }
        if let Some(contract) = definitions.contract(&rollup.dataset) {
            let (engine, rollup, contract) = (engine.clone(), rollup.clone(), contract.clone());
            proofs.push(tokio::spawn(async move { prove_rollup(&engine, &rollup, &contract).await }));
        }
    }
    let organisations = definitions.contract(ORGANISATIONS).map(engine_schema);
    for metric in &definitions.metrics {
        let mut tables: BTreeMap<String, QueryTable> = definitions
            .rollups
            .iter()
            .filter(|rollup| metric.rollups.contains(&rollup.name))
            .map(|rollup| (rollup.name.clone(), QueryTable::empty(rollup_schema(rollup))))
            .collect();
        tables.insert("months".to_owned(), QueryTable::empty(months_schema()));
        if metric.rollups.iter().any(|name| name == RETURNS) {
            tables.insert(RETURNS.to_owned(), QueryTable::empty(returns_schema()));
        }
        if let Some(schema) = &organisations {
            tables.insert(ORGANISATIONS.to_owned(), QueryTable::empty(schema.clone()));
        }
        let (engine, metric) = (engine.clone(), metric.clone());
        proofs.push(tokio::spawn(async move { prove_metric(&engine, &metric, &tables).await }));
    }
    let mut problems = Vec::new();
    for proof in proofs {
        problems.extend(proof.await.unwrap_or_else(|error| {
            vec![DefinitionProblem::new(
                "queries",
                "",
                format!("a statement could not be proven: {}", with_causes(&error)),
            )]
        }));
    }
    problems
}

/// The conditions of rules over an empty table of their columns.
async fn prove_rules(engine: &Engine, contract: &Contract, file: &str) -> Vec<DefinitionProblem> {
    let sql = checking_sql(contract);
    let query = Query { name: file, sql: &sql, parameters: Vec::new() };
    let tables = [(contract.dataset.as_str(), QueryTable::empty(file_schema(contract, &numbered_columns(contract))))];
    let error = engine.run(&query, &tables).await.err();
    error
        .map(|error| DefinitionProblem::new(file, "rules", without_name(&error.to_string(), file)))
        .into_iter()
        .collect()
}

/// A contract's columns and those of the path.
fn file_schema(contract: &Contract, path_columns: &[FieldRef]) -> SchemaRef {
    let mut fields: Vec<Field> = engine_schema(contract).fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.extend(path_columns.iter().map(|field| field.as_ref().clone()));
    schema_of(fields)
}

async fn prove_rollup(engine: &Engine, rollup: &Rollup, contract: &Contract) -> Vec<DefinitionProblem> {
    let file = format!("queries/rollups/{}.sql", rollup.name);
    let tables = [(contract.dataset.as_str(), QueryTable::empty(file_schema(contract, &path_columns(contract))))];
    let keys: Vec<&str> = rollup.keys.iter().map(|key| key.name.as_str()).collect();
    let statement =
        Statement { file: &file, sql: &rollup.sql, schema: rollup_schema(rollup), keys: &keys, parameters: &[] };
    statement.prove(engine, &tables).await
}

async fn prove_metric(
    engine: &Engine,
    metric: &Metric,
    tables: &BTreeMap<String, QueryTable>,
) -> Vec<DefinitionProblem> {
    let tables: Vec<(&str, QueryTable)> = tables.iter().map(|(name, table)| (name.as_str(), table.clone())).collect();
    let schema = result_schema(metric);
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let is_key = |name: &&str| !matches!(*name, "numerator" | "denominator" | "count" | "grade");
    let keys: Vec<&str> = names.iter().map(String::as_str).filter(is_key).collect();
    let mut problems = Vec::new();
    for version in &metric.versions {
        let file = format!("queries/metrics/{}/v{}.sql", metric.id, version.version);
        let parameters = &metric.parameters;
        let statement = Statement { file: &file, sql: &version.sql, schema: schema.clone(), keys: &keys, parameters };
        problems.extend(statement.prove(engine, &tables).await);
    }
    problems
}

/// A statement and what its definition promises of it.
struct Statement<'a> {
    file: &'a str,
    sql: &'a str,
    schema: SchemaRef,
    keys: &'a [&'a str],
    parameters: &'a [String],
}

impl Statement<'_> {
    async fn prove(&self, engine: &Engine, tables: &[(&str, QueryTable)]) -> Vec<DefinitionProblem> {
        let query = Query {
            name: self.file,
            sql: self.sql,
            parameters: self.parameters.iter().map(|name| (name.clone(), 1)).collect(),
        };
        let planned = match engine.plan(&query, tables).await {
            Ok(planned) => planned,
            Err(error) => return vec![self.problem(without_name(&error.to_string(), self.file))],
        };
        let mut problems = self.column_problems(&planned.schema);
        let unsorted: Vec<&str> =
            self.keys.iter().copied().filter(|key| !planned.sorted_by.iter().any(|by| last_part(by) == *key)).collect();
        if !unsorted.is_empty() {
            problems.push(self.problem(format!("the outermost ORDER BY must name {}", unsorted.join(", "))));
        }
        let mut declared = self.parameters.to_vec();
        declared.sort();
        if declared != planned.parameters {
            let words = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let message = format!(
                "takes parameters {} but the definition declares {}",
                words(&planned.parameters),
                words(&declared)
            );
            problems.push(self.problem(message));
        }
        problems.extend(planned.unsettled.iter().map(|function| {
            self.problem(format!(
                "calls {function}(), which does not follow from the tables: the same run must say the same again"
            ))
        }));
        if problems.is_empty()
            && let Err(error) = engine.run(&query, tables).await
        {
            problems.push(self.problem(without_name(&error.to_string(), self.file)));
        }
        problems
    }

    /// Differences between the columns returned and declared, by name and type.
    fn column_problems(&self, actual: &SchemaRef) -> Vec<DefinitionProblem> {
        let mut problems = Vec::new();
        for declared in self.schema.fields() {
            match actual.field_with_name(declared.name()) {
                Err(_) => problems.push(self.problem(format!("column {} is not returned", declared.name()))),
                Ok(field) if !same_type(field.data_type(), declared.data_type()) => {
                    let (is, should) = (type_name(field.data_type()), type_name(declared.data_type()));
                    problems.push(self.problem(format!("column {} is {is} and should be {should}", declared.name())));
                }
                Ok(_) => {}
            }
        }
        for field in actual.fields() {
            if self.schema.field_with_name(field.name()).is_err() {
                problems.push(self.problem(format!("column {} is returned but not declared", field.name())));
            }
        }
        problems
    }

    fn problem(&self, message: String) -> DefinitionProblem {
        DefinitionProblem::new(self.file, "", message)
    }
}

fn type_name(data_type: &DataType) -> String {
    data_type.to_string()
}

/// `rollup.month` and `month` are the same column of a result.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The engine error begins with the file's name, which the problem carries already.
fn without_name(message: &str, file: &str) -> String {
    message.strip_prefix(file).map_or(message, |rest| rest.trim_start_matches(": ")).to_owned()
}
