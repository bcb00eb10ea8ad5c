//! A result table with the rows of a release: written whole, or as a selection of rows and columns.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::ops::Range;
use std::sync::OnceLock;

use super::catalogue::TableSpec;
use super::column::RowColumn;
use super::selection::{Beside, Bodies, Selection};
use super::write::{CsvRows, write_parquet};
use super::{ResultsError, TableContext};
use crate::release::names::Names;
use crate::vocabulary::body_id::BodyId;

/// A result table of one release, whatever the type of its rows.
pub(super) trait FilledTable: Send + Sync {
    fn spec(&self) -> &'static TableSpec;

    fn write_parquet(&self, context: &TableContext<'_>, out: &mut (dyn Write + Send)) -> Result<(), ResultsError>;

    fn write_csv(&self, names: &Names<'_>, out: &mut (dyn Write + Send)) -> Result<(), ResultsError>;

    fn write_selections(
        &self,
        selections: &[Selection],
        names: &Names<'_>,
        out: &mut (dyn Write + Send),
    ) -> Result<(), ResultsError>;
}

/// A table of rows of type `R`, which lie in the release or were made for the table.
pub(super) struct Filled<R, B> {
    spec: &'static TableSpec,
    columns: Vec<RowColumn<R>>,
    /// Columns that only selections have.
    further: Vec<RowColumn<R>>,
    /// Sorted.
    rows: Vec<B>,
    /// Places of the rows of each body, ascending. Pages ask for the rows of one body a thousand times.
    of_bodies: OnceLock<HashMap<BodyId, Vec<usize>>>,
}

impl<R, B: Borrow<R> + Send + Sync> FilledTable for Filled<R, B> {
    fn spec(&self) -> &'static TableSpec {
        self.spec
    }

    fn write_parquet(&self, context: &TableContext<'_>, out: &mut (dyn Write + Send)) -> Result<(), ResultsError> {
        write_parquet(self.spec, &self.columns, (&self.rows, context), out)
    }

    fn write_csv(&self, names: &Names<'_>, out: &mut (dyn Write + Send)) -> Result<(), ResultsError> {
        let columns: Vec<&RowColumn<R>> = self.columns.iter().collect();
        let mut writer = CsvRows::new(self.spec.name, names, out);
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
        let mut writer = CsvRows::new(self.spec.name, names, out);
        for (place, selection) in selections.iter().enumerate() {
            let columns: Vec<&RowColumn<R>> =
                selection.columns.iter().map(|name| self.column(name)).collect::<Result<_, ResultsError>>()?;
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
            for row in self.chosen(selection, names)? {
                writer.cells(&columns, Some(row))?;
                for other in &others {
                    writer.cells(&other.columns, other.rows.get(&*period.read.text(row, names)).copied())?;
                }
                writer.end_row()?;
            }
        }
        writer.finish()
    }
}

/// Rows of another body by their periods, and the columns that are wanted of them.
struct OtherRows<'t, R> {
    columns: Vec<&'t RowColumn<R>>,
    rows: BTreeMap<String, &'t R>,
}

impl<R, B: Borrow<R>> Filled<R, B> {
    /// A table with these rows, which are sorted.
    pub(super) fn new(
        spec: &'static TableSpec,
        columns: Vec<RowColumn<R>>,
        further: Vec<RowColumn<R>>,
        rows: Vec<B>,
    ) -> Self {
        Self { spec, columns, further, rows, of_bodies: OnceLock::new() }
    }

    fn column(&self, name: &'static str) -> Result<&RowColumn<R>, ResultsError> {
        let column = self.columns.iter().chain(&self.further).find(|column| column.spec.name == name);
        column.ok_or(ResultsError::NoColumn { table: self.spec.name, column: name })
    }

    fn others<'t>(
        &'t self,
        selection: &Selection,
        beside: &Beside,
        names: &'t Names<'t>,
    ) -> Result<OtherRows<'t, R>, ResultsError> {
        let columns = beside.columns.iter().map(|name| self.column(name)).collect::<Result<_, _>>()?;
        let bodies = Bodies::These(beside.code.iter().cloned().collect());
        let rows = self.chosen(&Selection { bodies, beside: Vec::new(), ..selection.clone() }, names)?;
        let period = self.column("period")?;
        let rows = rows.into_iter().map(|row| (period.read.text(row, names).into_owned(), row)).collect();
        Ok(OtherRows { columns, rows })
    }

    /// The rows of a selection, in the order of the table.
    fn chosen(&self, selection: &Selection, names: &Names<'_>) -> Result<Vec<&R>, ResultsError> {
        let (metric, body, period) = (self.column("metric_id")?, self.column("org_code")?, self.column("period")?);
        let in_period = selection.period.map(|period| period.to_string());
        let is_chosen = |row: &&R| {
            selection.metric.as_deref().is_none_or(|wanted| metric.read.text(row, names) == wanted)
                && body.read.body(row).is_some_and(|code| selection.bodies.hold(code))
                && in_period.as_ref().is_none_or(|wanted| period.read.text(row, names) == *wanted)
        };
        let within = self.places_of_metric(selection, metric, names);
        let row = |place: usize| self.rows.get(place).map(Borrow::borrow);
        let Bodies::These(codes) = &selection.bodies else {
            return Ok(within.filter_map(row).filter(is_chosen).collect());
        };
        let mut places: Vec<usize> =
            codes.iter().flat_map(|code| self.places_of(code, &within, body)).copied().collect();
        places.sort_unstable();
        places.dedup();
        Ok(places.into_iter().filter_map(row).filter(is_chosen).collect())
    }

    /// Where the rows of the metric lie: together, in a table that is sorted by metric, and else anywhere.
    fn places_of_metric(&self, selection: &Selection, metric: &RowColumn<R>, names: &Names<'_>) -> Range<usize> {
        match (self.spec.sorted_by.first(), selection.metric.as_deref()) {
            (Some(&"metric_id"), Some(wanted)) => {
                let from = self.rows.partition_point(|row| *metric.read.text(row.borrow(), names) < *wanted);
                let to = self.rows.partition_point(|row| *metric.read.text(row.borrow(), names) <= *wanted);
                from..to
            }
            _ => 0..self.rows.len(),
        }
    }

    /// Places of the rows of a body inside a range.
    fn places_of(&self, code: &BodyId, within: &Range<usize>, body: &RowColumn<R>) -> &[usize] {
        let places = self.of_bodies.get_or_init(|| {
            let mut places: HashMap<BodyId, Vec<usize>> = HashMap::new();
            for (place, row) in self.rows.iter().enumerate() {
                if let Some(code) = body.read.body(row.borrow()) {
                    places.entry(code.clone()).or_default().push(place);
                }
            }
            places
        });
        let places = places.get(code).map_or(&[][..], Vec::as_slice);
        let from = places.partition_point(|place| *place < within.start);
        let to = places.partition_point(|place| *place < within.end);
        places.get(from..to).unwrap_or_default()
    }
}
