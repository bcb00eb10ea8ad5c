//! The rows of submissions in memory: read and decoded once for every statement that asks for them. They are what a statement
//! over the files would see. A submission that is too large, or cannot be decoded, is left to such statements.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Int64Array, RecordBatch, RecordBatchOptions, StringViewArray, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field as ArrowField, Schema, SchemaRef};
use arrow::error::ArrowError;
use bytes::Bytes;
use object_store::ObjectStore;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Type as PhysicalType;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::file_bytes::FileBytes;
use super::{Admission, days_since_epoch, engine_schema, month_days, numbered_columns, path_columns, path_values};
use crate::definitions::model::Contract;
use crate::engine::{ConstantColumn, Engine, TakenRoom, schema_of};
use crate::sources::Submission;

/// Rows that a statement is handed at a time.
const BATCH_ROWS: usize = 8_192;

/// Submissions that are worked on together are so few, and their files together so small.
const MOST_TOGETHER: usize = 64;
const BYTES_TOGETHER: u64 = 4 * 1024 * 1024;

/// The files of a submission that is read whole are no larger than this part of the engine's memory.
const SHARE_FOR_FILES: usize = 16;

/// No submission that is decoded has more rows.
pub(super) const MOST_ROWS: u64 = 16_000_000;

/// Bytes of a value of a text: where it lies and how long it is. What it says lies elsewhere and is shared.
const TEXT_BYTES: u64 = 16;

/// A submission whose rows are in memory.
pub struct SubmissionRows<'a> {
    pub admission: &'a Admission,
    pub batches: Vec<RecordBatch>,
    /// What the path says of each row.
    pub constants: Vec<ConstantColumn>,
}

impl SubmissionRows<'_> {
    /// The number of rows that were decoded.
    pub fn rows(&self) -> u64 {
        self.batches.iter().fold(0, |sum, batch| sum + u64::try_from(batch.num_rows()).unwrap_or(u64::MAX))
    }
}

/// Whoever makes something of rows while they are in memory.
#[async_trait::async_trait]
pub trait RowUser: Send + Sync {
    /// Takes the rows of submissions that nothing is wrong with.
    async fn take(&self, rows: &[SubmissionRows<'_>]);
}

/// The schema of the rows: what the files hold, then what the path says, and the place of the submission among others.
pub fn rows_schema(contract: &Contract) -> SchemaRef {
    RowColumns::every(contract).schema
}

/// Which columns of the files are decoded. Those of the path are always there.
#[derive(Debug, Clone)]
pub struct RowColumns {
    of_files: SchemaRef,
    /// Of the rows, with the columns of the path behind the others.
    schema: SchemaRef,
}

impl RowColumns {
    /// All that the contract knows.
    pub(super) fn every(contract: &Contract) -> Self {
        Self::with(contract, engine_schema(contract))
    }

    /// Of those that the contract knows, the ones that are named.
    pub fn named(contract: &Contract, names: &BTreeSet<String>) -> Self {
        let every = engine_schema(contract);
        let read = every.fields().iter().filter(|field| names.contains(field.name()));
        Self::with(contract, schema_of(read.map(|field| field.as_ref().clone()).collect()))
    }

    fn with(contract: &Contract, of_files: SchemaRef) -> Self {
        let fields = of_files.fields().iter().cloned().chain(numbered_columns(contract));
        let schema = schema_of(fields.map(|field| field.as_ref().clone()).collect());
        Self { of_files, schema }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.of_files.fields().iter().map(|field| field.name().as_str())
    }

    fn contains(&self, name: &str) -> bool {
        self.of_files.column_with_name(name).is_some()
    }
}

/// Submissions in the order given, as many in each part as are worked on together.
pub fn parts<T>(submissions: Vec<T>, of: impl Fn(&T) -> &Submission) -> Vec<Vec<T>> {
    let mut parts: Vec<Vec<T>> = Vec::new();
    let mut bytes = 0;
    for submission in submissions {
        let own = size_of(of(&submission));
        match parts.last_mut() {
            Some(part) if part.len() < MOST_TOGETHER && bytes + own <= BYTES_TOGETHER => part.push(submission),
            _ => {
                parts.push(vec![submission]);
                bytes = 0;
            }
        }
        bytes += own;
    }
    parts
}

fn size_of(submission: &Submission) -> u64 {
    submission.files.iter().map(|file| file.size).sum()
}

/// Whether a submission's files may be read whole.
pub(super) fn is_read_whole(submission: &Submission, engine: &Engine) -> bool {
    size_of(submission) <= u64::try_from(engine.memory_limit() / SHARE_FOR_FILES).unwrap_or(u64::MAX)
}

/// A file in memory with its footer.
pub(super) struct WholeFile {
    pub bytes: Bytes,
    pub metadata: Arc<ParquetMetaData>,
}

/// A submission all of whose files are in memory.
pub(super) struct WholeSubmission<'a> {
    pub admission: &'a Admission,
    pub files: &'a [WholeFile],
}

impl WholeSubmission<'_> {
    /// About how many bytes the rows take. What texts say is counted as it lies in the file, without compression.
    fn decoded_bytes(&self, columns: &RowColumns) -> u64 {
        self.files.iter().flat_map(|file| file.metadata.row_groups()).fold(0, |sum, group| {
            let rows = u64::try_from(group.num_rows()).unwrap_or(u64::MAX);
            let decoded = group.columns().iter().filter(|column| columns.contains(column.column_descr().name()));
            decoded.fold(sum, |sum, column| {
                let of_column = match column.column_type() {
                    PhysicalType::BOOLEAN => rows / 8,
                    PhysicalType::BYTE_ARRAY | PhysicalType::FIXED_LEN_BYTE_ARRAY => {
                        let said = u64::try_from(column.uncompressed_size()).unwrap_or(0);
                        rows.saturating_mul(TEXT_BYTES).saturating_add(said)
                    }
                    _ => rows.saturating_mul(8),
                };
                sum.saturating_add(of_column)
            })
        })
    }

    /// The rows as statements see them; `number` is the submission's place among others.
    fn decode(&self, contract: &Contract, columns: &RowColumns, number: i64) -> Result<Vec<RecordBatch>, ArrowError> {
        let constants = Constants::of(contract, &self.admission.submission, number);
        let mut batches = Vec::new();
        for file in self.files {
            for batch in reader(file, columns)? {
                batches.push(constants.added_to(&batch?, columns)?);
            }
        }
        Ok(batches)
    }
}

/// Reads these columns of a file's rows. Texts become views; of a schema that the writer left beside the columns nothing is believed.
fn reader(
    file: &WholeFile,
    columns: &RowColumns,
) -> Result<impl Iterator<Item = Result<RecordBatch, ArrowError>>, ArrowError> {
    let options = || ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let plain = ArrowReaderMetadata::try_new(Arc::clone(&file.metadata), options())?;
    let as_views = |field: &ArrowField| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => field.clone().with_data_type(DataType::Utf8View),
        _ => field.clone(),
    };
    let views = plain.schema().fields().iter().map(|field| as_views(field)).collect::<Vec<_>>();
    let views =
        ArrowReaderMetadata::try_new(Arc::clone(&file.metadata), options().with_schema(Arc::new(Schema::new(views))))?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file.bytes.clone(), views);
    let decoded = ProjectionMask::columns(builder.parquet_schema(), columns.names());
    Ok(builder.with_projection(decoded).with_batch_size(BATCH_ROWS).build()?)
}

/// Columns with the same value in each row of a submission, as long as a batch may be. Shorter ones are parts of them.
struct Constants(Vec<ArrayRef>);

impl Constants {
    fn of(contract: &Contract, submission: &Submission, number: i64) -> Self {
        let date = |days: i32| -> ArrayRef { Arc::new(Date32Array::from(vec![days; BATCH_ROWS])) };
        let mut columns = vec![date(days_since_epoch(submission.submitted))];
        if let Some(scope) = submission.scope.as_ref().filter(|_| !contract.reference) {
            let sender = std::iter::repeat_n(scope.sender.as_str(), BATCH_ROWS);
            columns.push(Arc::new(StringViewArray::from_iter_values(sender)));
            columns.push(date(month_days(scope.span.first)));
        }
        columns.push(Arc::new(Int64Array::from(vec![number; BATCH_ROWS])));
        Self(columns)
    }

    /// The batch with these columns of the contract, in its types, and the constants behind them.
    fn added_to(&self, batch: &RecordBatch, columns: &RowColumns) -> Result<RecordBatch, ArrowError> {
        let RowColumns { of_files, schema } = columns;
        let rows = batch.num_rows();
        let column = |field: &Arc<ArrowField>| match batch.column_by_name(field.name()) {
            None => Ok(new_null_array(field.data_type(), rows)),
            Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
            Some(column) => cast(column, field.data_type()),
        };
        let mut arrays = of_files.fields().iter().map(column).collect::<Result<Vec<ArrayRef>, ArrowError>>()?;
        arrays.extend(self.0.iter().map(|constant| constant.slice(0, rows)));
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options)
    }
}

fn path_constants(contract: &Contract, submission: &Submission) -> Vec<ConstantColumn> {
    let columns = path_columns(contract).into_iter().zip(path_values(submission));
    columns.map(|(column, value)| ConstantColumn { name: column.name().clone(), value }).collect()
}

/// Bytes of memory that the submissions of one part may take at one time, so that another part can be worked on beside it.
pub(super) fn bytes_of_part(engine: &Engine) -> usize {
    engine.room_for_rows() / (engine.threads() + 1)
}

/// Decoded rows of some submissions, and the memory that they take.
pub(super) struct DecodedRows<'a> {
    /// In the order given, without those that cannot be decoded. A submission's number is its place here.
    pub submissions: Vec<SubmissionRows<'a>>,
    _room: Option<TakenRoom>,
}

impl<'a> DecodedRows<'a> {
    /// Waits for the memory that the rows take, and decodes them. There are none where they take more than there is.
    pub(super) async fn of(
        engine: &Engine,
        contract: &Contract,
        columns: &RowColumns,
        group: &[WholeSubmission<'a>],
    ) -> Self {
        let mut submissions = Vec::new();
        let bytes = group.iter().fold(0, |sum, one| one.decoded_bytes(columns).saturating_add(sum));
        let room = engine.room(usize::try_from(bytes).unwrap_or(usize::MAX)).await;
        for one in group.iter().filter(|_| room.is_some()) {
            let number = i64::try_from(submissions.len()).unwrap_or(i64::MAX);
            if let Ok(batches) = one.decode(contract, columns, number) {
                let constants = path_constants(contract, &one.admission.submission);
                submissions.push(SubmissionRows { admission: one.admission, batches, constants });
            }
        }
        Self { submissions, _room: room }
    }
}

/// Reads the rows of submissions that were admitted before.
pub struct RowReader {
    pub engine: Engine,
    pub store: Arc<dyn ObjectStore>,
    pub contract: Contract,
    pub columns: RowColumns,
}

impl RowReader {
    /// Hands the rows of a part to `user`. What cannot be read, decoded or held is passed over without a word.
    pub async fn read(&self, admissions: &[Admission], user: &dyn RowUser) {
        let mut read = Vec::new();
        for admission in admissions.iter().filter(|one| is_read_whole(&one.submission, &self.engine)) {
            read.extend(
                read_whole(&self.store, &admission.submission).await.map(|files| ReadAgain { admission, files }),
            );
        }
        let whole: Vec<_> =
            read.iter().map(|ReadAgain { admission, files }| WholeSubmission { admission, files }).collect();
        for group in groups(&whole, &self.columns, bytes_of_part(&self.engine)) {
            let decoded = DecodedRows::of(&self.engine, &self.contract, &self.columns, group).await;
            user.take(&decoded.submissions).await;
        }
    }
}

/// A submission that was admitted before, and its files, which were read again.
struct ReadAgain<'a> {
    admission: &'a Admission,
    files: Vec<WholeFile>,
}

/// Submissions in the order given, as many in each group as take at most `most` bytes together. A larger one stands alone.
pub(super) fn groups<'a, 'b>(
    submissions: &'a [WholeSubmission<'b>],
    columns: &RowColumns,
    most: usize,
) -> Vec<&'a [WholeSubmission<'b>]> {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let mut groups = Vec::new();
    let (mut start, mut sum) = (0, 0_u64);
    for (at, submission) in submissions.iter().enumerate() {
        let own = submission.decoded_bytes(columns);
        if at > start && sum.saturating_add(own) > most {
            groups.extend(submissions.get(start..at));
            (start, sum) = (at, 0);
        }
        sum = sum.saturating_add(own);
    }
    groups.extend(submissions.get(start..).filter(|rest| !rest.is_empty()));
    groups
}

async fn read_whole(store: &Arc<dyn ObjectStore>, submission: &Submission) -> Option<Vec<WholeFile>> {
    let mut files = Vec::new();
    for file in &submission.files {
        let FileBytes::Whole(bytes) = FileBytes::whole(store, file).await.ok()? else { return None };
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&bytes).ok()?;
        files.push(WholeFile { bytes, metadata: Arc::new(metadata) });
    }
    Some(files)
}
