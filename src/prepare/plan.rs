//! Which raw column each field of a contract is made from. It reads names only, no rows.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};

use super::KeyedSender;
use super::cells::{CellProblems, RawColumn};
use super::raw::RawBatch;
use crate::definitions::model::{Contract, Field, FieldType, Method};

/// The field that is filled from the command line when the extract does not have it.
const ORG_CODE: &str = "org_code";
/// How fields end that stand for a person, a case or a thing.
const REFERENCE_SUFFIX: &str = "_ref";

/// How the records of one extract are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExtractPlan {
    /// One for each field, in the contract's order.
    steps: Vec<FieldStep>,
    /// Positions of the raw columns that are read; the steps count in this list.
    pub raw_columns: Vec<usize>,
    raw_names: Vec<String>,
    /// Raw columns that nothing is made from.
    pub dropped: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum FieldStep {
    /// The organisation's code from the command line.
    Organisation,
    Copy {
        column: usize,
        field_type: FieldType,
    },
    Make {
        column: usize,
        method: Method,
    },
}

/// A reference that would be copied as it stands.
pub(super) fn unprepared_reference(contract: &Contract) -> Option<&str> {
    let copied = |field: &&Field| field.name.ends_with(REFERENCE_SUFFIX) && field.preparation.is_none();
    contract.fields.iter().find(copied).map(|field| field.name.as_str())
}

impl ExtractPlan {
    /// Matches the fields of a contract with the columns of an extract.
    ///
    /// Errors: every field that no column was found for. They name no column of the extract: in a file without a header
    /// those would be values.
    pub fn new(contract: &Contract, columns: &[String]) -> Result<Self, Vec<String>> {
        let mut plan = Self { steps: Vec::new(), raw_columns: Vec::new(), raw_names: Vec::new(), dropped: Vec::new() };
        let mut problems = Vec::new();
        for field in &contract.fields {
            match plan.step(field, columns) {
                Ok(step) => plan.steps.push(step),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let unused = columns.iter().enumerate().filter(|(at, _)| !plan.raw_columns.contains(at));
        plan.dropped = unused.map(|(_, name)| name.clone()).collect();
        Ok(plan)
    }

    fn step(&mut self, field: &Field, columns: &[String]) -> Result<FieldStep, String> {
        let own = std::slice::from_ref(&field.name);
        let copied = |column| FieldStep::Copy { column, field_type: field.field_type };
        let Some(preparation) = &field.preparation else {
            return match self.find(own, columns)? {
                Some(column) => Ok(copied(column)),
                None if field.name == ORG_CODE => Ok(FieldStep::Organisation),
                None => Err(format!("column {} is missing; leave its cells empty if nothing is known", field.name)),
            };
        };
        if let Some(column) = self.find(&preparation.from, columns)? {
            return Ok(FieldStep::Make { column, method: preparation.method.clone() });
        }
        // A length or a verdict that the force's own system has worked out says no more than ours; a reference might.
        let harmless = field.field_type != FieldType::String;
        if harmless && let Some(column) = self.find(own, columns)? {
            return Ok(copied(column));
        }
        let names = preparation.from.join(" or ");
        let or_itself = if harmless { format!(", or {} itself", field.name) } else { String::new() };
        Err(format!("column {names} is missing, from which {} is made{or_itself}", field.name))
    }

    /// The first of `names` that the extract has, as a position among the columns that are read.
    fn find(&mut self, names: &[String], columns: &[String]) -> Result<Option<usize>, String> {
        let Some(name) = names.iter().find(|name| columns.contains(name)) else { return Ok(None) };
        let mut positions = columns.iter().enumerate().filter(|(_, column)| *column == name).map(|(at, _)| at);
        let (Some(at), None) = (positions.next(), positions.next()) else {
            return Err(format!("column {name} stands more than once"));
        };
        let known = self.raw_columns.iter().position(|known| *known == at);
        Ok(Some(known.unwrap_or_else(|| {
            self.raw_columns.push(at);
            self.raw_names.push(name.clone());
            self.raw_columns.len() - 1
        })))
    }

    /// The fields of a batch, in the contract's order.
    pub fn columns_of(
        &self,
        batch: &RawBatch,
        sender: KeyedSender<'_>,
        file: &Path,
        problems: &mut CellProblems,
    ) -> Vec<ArrayRef> {
        let raw = |column: usize| {
            let (array, name) = (batch.columns.get(column)?, self.raw_names.get(column)?);
            Some(RawColumn { file, name, batch, array })
        };
        let field = |step: &FieldStep| match step {
            FieldStep::Organisation => {
                let array: ArrayRef = Arc::new(StringArray::from(vec![sender.code.as_str(); batch.rows()]));
                Some(array)
            }
            FieldStep::Copy { column, field_type } => Some(raw(*column)?.copy(*field_type, problems)),
            FieldStep::Make { column, method } => Some(raw(*column)?.make(method, sender.key, problems)),
        };
        self.steps.iter().filter_map(field).collect()
    }
}
