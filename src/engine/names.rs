//! Names in a statement that stand for nothing, taken out of the engine's errors so that messages can say what was meant.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

use super::EngineError;

/// What a statement names and nobody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownName {
    Table(String),
    Column { name: String, known: Vec<String> },
}

/// The name for which there is no table or column; `None` for every other error.
pub fn unknown_name(error: &EngineError) -> Option<UnknownName> {
    let EngineError::Query { cause, .. } = error else { return None };
    match cause.find_root() {
        DataFusionError::SchemaError(error, _) => match error.as_ref() {
            SchemaError::FieldNotFound { field, valid_fields } => {
                let known = valid_fields.iter().map(|column| column.name.clone()).collect();
                Some(UnknownName::Column { name: field.name.clone(), known })
            }
            _ => None,
        },
        DataFusionError::Plan(message) => {
            let table = message.strip_prefix("table '")?.split('\'').next()?;
            Some(UnknownName::Table(table.rsplit('.').next().unwrap_or(table).to_owned()))
        }
        _ => None,
    }
}
