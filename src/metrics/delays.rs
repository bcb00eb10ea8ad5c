//! How long the cases of metrics took: rows of a roll-up, counted in the bands of the metric for each organisation and
//! period that has a figure.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Int64Type};

use super::frame::months_used;
use super::monthly::{ResultError, column};
use crate::definitions::model::{Delays, Metric};
use crate::engine::QueryTable;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::delay::{DelayBand, DelayRange};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Month;
use crate::vocabulary::quantity::Status;

/// The cases of one metric, by organisation and month, each month by delay; `None` is a case that has not ended.
#[derive(Debug, Default)]
pub struct DelayRows {
    cases: BTreeMap<(BodyId, Month), BTreeMap<Option<i64>, i64>>,
}

impl DelayRows {
    /// Reads a roll-up.
    ///
    /// # Errors
    /// Rows that cannot be read any more, a column that is missing or has another type, and an organisation or month that is empty.
    pub fn read(delays: &Delays, table: &QueryTable) -> Result<Self, ResultError> {
        let mut rows = Self::default();
        for batch in table.batches().map_err(ResultError::Unread)? {
            rows.add(delays, &batch.map_err(ResultError::Unread)?)?;
        }
        Ok(rows)
    }

    fn add(&mut self, delays: &Delays, batch: &RecordBatch) -> Result<(), ResultError> {
        let codes = column(batch, "org_code", &DataType::Utf8View)?;
        let months = column(batch, "month", &DataType::Date32)?;
        let values = column(batch, &delays.key, &DataType::Int64)?;
        let counts = column(batch, &delays.measure, &DataType::Int64)?;
        let kinds = delays.only.as_ref().map(|only| column(batch, &only.key, &DataType::Utf8View)).transpose()?;
        let is_wanted = |row: usize| match (&kinds, &delays.only) {
            (Some(kinds), Some(only)) => !kinds.is_null(row) && kinds.as_string_view().value(row) == only.value,
            _ => true,
        };
        let (codes, months) = (codes.as_string_view(), months.as_primitive::<Date32Type>());
        let (values, counts) = (values.as_primitive::<Int64Type>(), counts.as_primitive::<Int64Type>());
        for row in (0..batch.num_rows()).filter(|row| is_wanted(*row)) {
            let null = |name: &str| ResultError::Null { column: name.to_owned(), org_code: codes.value(row).into() };
            let day = (!months.is_null(row)).then(|| Date32Type::to_naive_date_opt(months.value(row))).flatten();
            let month = Month::of(day.ok_or_else(|| null("month"))?);
            let delay = (!values.is_null(row)).then(|| values.value(row));
            let of_month = self.cases.entry((codes.value(row).into(), month)).or_default();
            *of_month.entry(delay).or_default() += counts.value(row);
        }
        Ok(())
    }

    /// The bands of every organisation and period whose headline figure is a value; each band, also one without cases.
    pub fn bands(&self, metric: &Metric, delays: &Delays, observations: &[Observation]) -> Vec<DelayBand> {
        let of_metric = observations.iter().filter(|figure| {
            figure.metric_id == metric.id
                && figure.category.is_none()
                && figure.status == Status::Value
                && figure.org_code.is_organisation()
        });
        of_metric.flat_map(|figure| self.bands_of(metric, delays, figure)).collect()
    }

    fn bands_of(&self, metric: &Metric, delays: &Delays, figure: &Observation) -> Vec<DelayBand> {
        let months = months_used(metric, figure.period).into_iter();
        let cases: Vec<(Option<i64>, i64)> = months
            .filter_map(|month| self.cases.get(&(figure.org_code.clone(), month)))
            .flat_map(|cases| cases.iter().map(|(delay, count)| (*delay, *count)))
            .collect();
        let band = |(number, range): (u32, DelayRange)| DelayBand {
            metric_id: figure.metric_id.clone(),
            org_code: figure.org_code.clone(),
            period: figure.period,
            band: number,
            range,
            cases: cases.iter().filter(|(delay, _)| range.holds(*delay)).map(|(_, count)| count).sum(),
        };
        (1..).zip(DelayRange::bands(&delays.bands)).map(band).collect()
    }
}
