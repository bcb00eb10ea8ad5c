//! A result table with the rows of a release: written whole, or as a selection of rows and columns.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::io::Write;

use super::ResultsError;
use super::catalogue::TableSpec;
use super::column::RowColumn;
use super::selection::{Beside, Bodies, Selected, Selection};
use super::write::{CsvRows, write_parquet};
use crate::release::names::Names;

/// A result table of one release, whatever the type of its rows.
pub(super) trait FilledTable: Send + Sync {
    fn spec(&self) -> &'static TableSpec;

    fn write_parquet(&self, out: &mut (dyn Write + Send)) -> Result<(), ResultsError>;

    fn write_csv(&self, out: &mut (dyn Write + Send)) -> Result<(), ResultsError>;

    fn write_selections(
        &self,
        selections: &[Selection],
        names: &Names<'_>,
        out: &mut (dyn Write + Send),
    ) -> Result<(), ResultsError>;
}

/// A table of rows of type `R`, which lie in the release or were made for the table.
pub(super) struct Filled<R, B> {
    pub(super) spec: &'static TableSpec,
    pub(super) columns: Vec<RowColumn<R>>,
    /// Columns that only selections have.
    pub(super) further: Vec<RowColumn<R>>,
    /// Sorted.
    pub(super) rows: Vec<B>,
}

impl<R, B: Borrow<R> + Send + Sync> FilledTable for Filled<R, B> {
    fn spec(&self) -> &'static TableSpec {
        self.spec
    }

    fn write_parquet(&self, out: &mut (dyn Write + Send)) -> Result<(), ResultsError> {
        write_parquet(self.spec.name, &self.columns, &self.rows, out)
    }

    fn write_csv(&self, out: &mut (dyn Write + Send)) -> Result<(), ResultsError> {
        let columns: Vec<Selected<'_, R>> = self.columns.iter().map(Selected::Own).collect();
        let mut writer = CsvRows::new(self.spec.name, out);
        writer.header(self.columns.iter().map(|column| column.spec.name.to_owned()))?;
        for row in &self.rows {
            writer.cells(&columns, Some(row.borrow()))?;
            writer.end_row()?;
        }
        writer.finish()
    }

    fn write_selections(
        &self,
        selections: &[Selection],
        names: &Names<'_>,
        out: &mut (dyn Write + Send),
    ) -> Result<(), ResultsError> {
        let mut writer = CsvRows::new(self.spec.name, out);
        for (place, selection) in selections.iter().enumerate() {
            let columns: Vec<Selected<'_, R>> =
                selection.columns.iter().map(|name| self.selected(name, names)).collect::<Result<_, ResultsError>>()?;
            let others: Vec<OtherRows<'_, R>> =
                selection.beside.iter().map(|one| self.others(selection, one, names)).collect::<Result<_, _>>()?;
            if place == 0 {
                let own = selection.columns.iter().map(|name| (*name).to_owned());
                let headings = selection
                    .beside
                    .iter()
                    .flat_map(|one| one.columns.iter().map(move |c| format!("{}_{c}", one.name)));
                writer.header(own.chain(headings))?;
            }
            let period = self.column("period")?;
            for row in self.chosen(selection)? {
                writer.cells(&columns, Some(row))?;
                for other in &others {
                    writer.cells(&other.columns, other.rows.get(&*period.read.text(row)).copied())?;
                }
                writer.end_row()?;
            }
        }
        writer.finish()
    }
}

/// Rows of another body by their periods, and the columns that are wanted of them.
struct OtherRows<'t, R> {
    columns: Vec<Selected<'t, R>>,
    rows: BTreeMap<String, &'t R>,
}

impl<R, B: Borrow<R>> Filled<R, B> {
    fn column(&self, name: &'static str) -> Result<&RowColumn<R>, ResultsError> {
        let column = self.columns.iter().chain(&self.further).find(|column| column.spec.name == name);
        column.ok_or(ResultsError::NoColumn { table: self.spec.name, column: name })
    }

    fn selected<'t>(&'t self, name: &'static str, names: &'t Names<'t>) -> Result<Selected<'t, R>, ResultsError> {
        Ok(match name {
            "organisation" => Selected::Body(self.column("org_code")?, names),
            "metric_title" => Selected::Metric(self.column("metric_id")?, names),
            name => Selected::Own(self.column(name)?),
        })
    }

    fn others<'t>(
        &'t self,
        selection: &Selection,
        beside: &Beside,
        names: &'t Names<'t>,
    ) -> Result<OtherRows<'t, R>, ResultsError> {
        let columns = beside.columns.iter().map(|name| self.selected(name, names)).collect::<Result<_, _>>()?;
        let bodies = Bodies::These(beside.code.iter().cloned().collect());
        let rows = self.chosen(&Selection { bodies, beside: Vec::new(), ..selection.clone() })?;
        let period = self.column("period")?;
        let rows = rows.into_iter().map(|row| (period.read.text(row).into_owned(), row)).collect();
        Ok(OtherRows { columns, rows })
    }

    /// The rows of a selection. Rows of one metric lie together where a table is sorted by metric.
    fn chosen(&self, selection: &Selection) -> Result<Vec<&R>, ResultsError> {
        let (metric, body, period) = (self.column("metric_id")?, self.column("org_code")?, self.column("period")?);
        let rows = match (self.spec.sorted_by.first(), selection.metric.as_deref()) {
            (Some(&"metric_id"), Some(wanted)) => {
                let from = self.rows.partition_point(|row| *metric.read.text(row.borrow()) < *wanted);
                let to = self.rows.partition_point(|row| *metric.read.text(row.borrow()) <= *wanted);
                self.rows.get(from..to).unwrap_or_default()
            }
            _ => &self.rows,
        };
        let in_period = selection.period.map(|period| period.to_string());
        let is_chosen = |row: &&R| {
            selection.metric.as_deref().is_none_or(|wanted| metric.read.text(row) == wanted)
                && selection.bodies.hold(&body.read.text(row))
                && in_period.as_ref().is_none_or(|wanted| period.read.text(row) == *wanted)
        };
        Ok(rows.iter().map(Borrow::borrow).filter(is_chosen).collect())
    }
}
