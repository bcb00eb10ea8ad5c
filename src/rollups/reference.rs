//! Reference datasets as plain values: organisations, peer groups, events and figures published elsewhere.
//! Small tables, read whole; nothing is counted here.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use chrono::NaiveDate;

use crate::contract::{Admission, is_blank, pinned_table};
use crate::definitions::model::{Contract, Field, FieldType};
use crate::engine::{Engine, EngineError, Query, QueryTable};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::lives::{Described, Lives};
use crate::vocabulary::sender_code::{SenderCode, SenderCodeError};

/// One organisation's peer, with the days on which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerLink {
    pub org_code: BodyId,
    pub peer_code: BodyId,
    pub source: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
}

/// A figure as somebody else printed it, to be held against ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedFigure {
    pub org_code: BodyId,
    pub metric_id: String,
    /// `headline` or a category's key.
    pub category: String,
    pub period: String,
    /// `numerator`, `denominator` or `value`.
    pub component: String,
    /// Decimal text as printed, without thousands separators.
    pub printed: String,
    pub source: String,
}

/// A text that no organisation can have as its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfitCode {
    pub text: String,
    pub why: SenderCodeError,
}

/// All reference data of a run.
#[derive(Debug, Default)]
pub struct ReferenceData {
    /// Every description of an organisation, as the rows stand.
    pub organisations: Vec<Described>,
    /// What stands in the organisations dataset in the place of a code and is none.
    pub unfit_codes: Vec<UnfitCode>,
    pub peer_links: Vec<PeerLink>,
    pub events: Vec<RecordedEvent>,
    pub published_figures: Vec<PublishedFigure>,
    /// The organisations dataset as a table for metrics.
    pub organisations_table: Option<QueryTable>,
}

/// First and last day of a reference row.
type Validity = (NaiveDate, Option<NaiveDate>);

impl ReferenceData {
    /// Reads one admitted reference dataset into its place; unknown names are left alone.
    pub async fn read(
        &mut self,
        engine: &Engine,
        contract: &Contract,
        admission: &Admission,
    ) -> Result<(), EngineError> {
        let columns: Vec<String> = contract.fields.iter().map(|field| format!("\"{}\"", field.name)).collect();
        let columns = columns.join(", ");
        let selected = contract.fields.iter().map(selected).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {selected} FROM \"{}\" ORDER BY {columns}", contract.dataset);
        let query = Query { name: &contract.dataset, sql: &sql, parameters: Vec::new() };
        let table = pinned_table(contract, std::iter::once(&admission.submission));
        let result = engine.run(&query, &[(contract.dataset.as_str(), table)]).await?;
        for batch in &result.batches {
            for row in 0..batch.num_rows() {
                self.push(&contract.dataset, &ReferenceRow { batch, row });
            }
        }
        if contract.dataset == "organisations" {
            self.organisations_table = Some(QueryTable::Rows { schema: result.schema, batches: result.batches });
        }
        Ok(())
    }

    fn push(&mut self, dataset: &str, row: &ReferenceRow<'_>) {
        match dataset {
            "organisations" => match organisation(row) {
                Ok(organisation) => {
                    let (from, to) = validity(row);
                    self.organisations.push(Described { organisation, from, to });
                }
                Err(unfit) => self.unfit_codes.push(unfit),
            },
            "peer_groups" => self.peer_links.push(PeerLink {
                org_code: row.body("org_code"),
                peer_code: row.body("peer_code"),
                source: row.text("source"),
                valid_from: validity(row).0,
                valid_to: validity(row).1,
            }),
            "events" => self.events.push(RecordedEvent {
                org_code: row.body("org_code"),
                happened_on: row.date("happened_on").unwrap_or_default(),
                kind: row.text("kind"),
                description: row.text("description"),
            }),
            "published_figures" => self.published_figures.push(PublishedFigure {
                org_code: row.body("org_code"),
                metric_id: row.text("metric_id"),
                category: row.text("category"),
                period: row.text("period"),
                component: row.text("component"),
                printed: row.text("printed"),
                source: row.text("source"),
            }),
            _ => {}
        }
    }

    /// When each organisation existed, and what it was then.
    pub fn lives(&self) -> Lives {
        Lives::of(self.organisations.iter().cloned())
    }
}

/// A blank text is no text.
fn selected(field: &Field) -> String {
    let name = &field.name;
    if field.field_type == FieldType::String {
        return format!("CASE WHEN {} THEN NULL ELSE \"{name}\" END AS \"{name}\"", is_blank(name));
    }
    format!("\"{name}\"")
}

fn organisation(row: &ReferenceRow<'_>) -> Result<Organisation, UnfitCode> {
    let text = row.text("org_code");
    let code: SenderCode = text.parse().map_err(|why| UnfitCode { text: text.clone(), why })?;
    if !code.is_organisation() {
        return Err(UnfitCode { text, why: SenderCodeError::Reserved });
    }
    let region = row.text("region");
    Ok(Organisation {
        code,
        name: row.text("name"),
        short_name: row.text("short_name"),
        kind: row.text("kind"),
        region: (!region.is_empty()).then_some(region),
        country: row.text("country"),
        officers: row.integer("officers"),
        succeeded_by: Some(row.body("succeeded_by")).filter(|code| !code.is_empty()),
    })
}

fn validity(row: &ReferenceRow<'_>) -> Validity {
    (row.date("valid_from").unwrap_or_default(), row.date("valid_to"))
}

/// Access to one row by column name. Absent and null read as empty; required columns were checked by the contract.
struct ReferenceRow<'a> {
    batch: &'a RecordBatch,
    row: usize,
}

impl ReferenceRow<'_> {
    fn text(&self, name: &str) -> String {
        let column = self.batch.column_by_name(name).and_then(|column| cast(column, &DataType::Utf8).ok());
        let value = column.as_ref().and_then(|column| {
            let texts = column.as_string_opt::<i32>()?;
            (!texts.is_null(self.row)).then(|| texts.value(self.row).to_owned())
        });
        value.unwrap_or_default()
    }

    fn body(&self, name: &str) -> BodyId {
        self.text(name).into()
    }

    fn integer(&self, name: &str) -> Option<i64> {
        let column = self.batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()?;
        (!column.is_null(self.row)).then(|| column.value(self.row))
    }

    fn date(&self, name: &str) -> Option<NaiveDate> {
        let column = self.batch.column_by_name(name)?.as_primitive_opt::<Date32Type>()?;
        if column.is_null(self.row) { None } else { Date32Type::to_naive_date_opt(column.value(self.row)) }
    }
}
