//! What a worker answers: which submissions are sound, with the hashes of their files, and the rows of each roll-up of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, Int32Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use serde::{Deserialize, Serialize};

use crate::contract::{Admission, AdmittedFile};
use crate::engine::cluster::AnswerPart;
use crate::rollups::RolledRows;
use crate::sources::{SourceFile, Submission};

/// The part that lists submissions. No roll-up has such a name.
const SUBMISSIONS: &str = "(submissions)";

/// The column that says which submission a row came from. It is the last.
const PLACE: &str = "(place)";

/// A sound submission, by its place in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SoundSubmission {
    place: usize,
    files: Vec<SoundFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SoundFile {
    rows: u64,
    sha256: String,
}

/// Sound submissions of an order, and roll-ups of all of them.
#[derive(Debug, Default)]
pub(super) struct Parcel {
    /// By their places in the order.
    pub sound: BTreeMap<usize, Admission>,
    /// By name. A roll-up that is not here is made later of files.
    pub rollups: BTreeMap<String, RolledRows>,
}

/// An answer that cannot be read. It counts as none.
#[derive(Debug, thiserror::Error)]
pub(super) enum ParcelError {
    #[error("rows")]
    Rows(#[from] ArrowError),
    #[error("list of submissions")]
    List(#[from] serde_json::Error),
    #[error("does not fit the order")]
    Unfit,
}

impl Parcel {
    /// As it travels.
    pub fn parts(&self) -> Result<Vec<AnswerPart>, ParcelError> {
        let file = |file: &AdmittedFile| SoundFile { rows: file.rows, sha256: file.sha256.clone() };
        let sound = |(place, admission): (&usize, &Admission)| SoundSubmission {
            place: *place,
            files: admission.files.iter().map(file).collect(),
        };
        let list: Vec<SoundSubmission> = self.sound.iter().map(sound).collect();
        let mut parts = vec![AnswerPart { name: SUBMISSIONS.to_owned(), content: serde_json::to_vec(&list)? }];
        for (name, rows) in &self.rollups {
            parts.push(AnswerPart { name: name.clone(), content: self.rows_as_bytes(rows)? });
        }
        Ok(parts)
    }

    fn rows_as_bytes(&self, rows: &RolledRows) -> Result<Vec<u8>, ParcelError> {
        let places: BTreeMap<&str, i32> = self.sound.values().map(|one| one.fingerprint.as_str()).zip(0..).collect();
        let mut bytes = Vec::new();
        let mut writer: Option<StreamWriter<&mut Vec<u8>>> = None;
        let batches = rows.batches.iter().zip(&rows.places);
        let numbered = batches.map(|(batch, own)| {
            let place = |own: &usize| {
                let fingerprint = rows.fingerprints.get(*own).ok_or(ParcelError::Unfit)?;
                places.get(fingerprint.as_str()).copied().ok_or(ParcelError::Unfit)
            };
            let numbers = own.iter().map(place).collect::<Result<Vec<i32>, _>>()?;
            with_places(batch, numbers).map_err(ParcelError::from)
        });
        for batch in numbered.collect::<Result<Vec<_>, ParcelError>>()? {
            if writer.is_none() {
                writer = Some(StreamWriter::try_new(&mut bytes, &batch.schema())?);
            }
            if let Some(writer) = &mut writer {
                writer.write(&batch)?;
            }
        }
        if let Some(mut writer) = writer {
            writer.finish()?;
        }
        Ok(bytes)
    }

    /// What travelled, as the answer to an order about `submissions`.
    pub fn read(parts: Vec<AnswerPart>, submissions: &[Submission]) -> Result<Self, ParcelError> {
        let mut parcel = Self::default();
        let (lists, rollups): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.name == SUBMISSIONS);
        for SoundSubmission { place, files } in lists
            .iter()
            .map(|part| serde_json::from_slice::<Vec<SoundSubmission>>(&part.content))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
        {
            let submission = submissions.get(place).ok_or(ParcelError::Unfit)?;
            if files.len() != submission.files.len() {
                return Err(ParcelError::Unfit);
            }
            let file = |(listed, SoundFile { rows, sha256 }): (&SourceFile, SoundFile)| AdmittedFile {
                path: listed.path.clone(),
                size: listed.size,
                rows,
                sha256,
            };
            let files = submission.files.iter().zip(files).map(file).collect();
            parcel.sound.insert(place, Admission::sound(submission.clone(), files));
        }
        let fingerprints: Vec<String> = parcel.sound.values().map(|one| one.fingerprint.clone()).collect();
        for AnswerPart { name, content } in rollups {
            let rows =
                RolledRows { fingerprints: fingerprints.clone(), ..rows_of_bytes(&content, fingerprints.len())? };
            parcel.rollups.insert(name, rows);
        }
        Ok(parcel)
    }

    /// Whether two computers have read the same: the same submissions, and the same rows of them in any order.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let lines = |parcel: &Self| -> Option<BTreeMap<String, Vec<String>>> {
            let lines = |(name, rows): (&String, &RolledRows)| Some((name.clone(), lines_of(rows)?));
            parcel.rollups.iter().map(lines).collect()
        };
        let files = |parcel: &Self| -> Vec<(usize, String, Vec<AdmittedFile>)> {
            let files = |(place, one): (&usize, &Admission)| (*place, one.fingerprint.clone(), one.files.clone());
            parcel.sound.iter().map(files).collect()
        };
        files(self) == files(other) && lines(self).is_some_and(|own| Some(own) == lines(other))
    }
}

/// The batch with one more column, and texts that bring no other text with them.
fn with_places(batch: &RecordBatch, places: Vec<i32>) -> Result<RecordBatch, ArrowError> {
    let number = Arc::new(Field::new(PLACE, DataType::Int32, false));
    let schema = Schema::new(batch.schema().fields().iter().cloned().chain([number]).collect::<Vec<_>>());
    let own = |column: &ArrayRef| match column.as_any().downcast_ref::<StringViewArray>() {
        Some(texts) => Arc::new(texts.gc()) as ArrayRef,
        None => Arc::clone(column),
    };
    let places: ArrayRef = Arc::new(Int32Array::from(places));
    RecordBatch::try_new(Arc::new(schema), batch.columns().iter().map(own).chain([places]).collect())
}

fn rows_of_bytes(bytes: &[u8], submissions: usize) -> Result<RolledRows, ParcelError> {
    let mut rows = RolledRows::default();
    // A roll-up without rows has no batch either.
    if bytes.is_empty() {
        return Ok(rows);
    }
    for batch in StreamReader::try_new(bytes, None)? {
        let batch = batch?;
        let last = batch.num_columns().checked_sub(1).ok_or(ParcelError::Unfit)?;
        let numbers = batch.column(last).as_primitive_opt::<Int32Type>().ok_or(ParcelError::Unfit)?;
        let place = |number: &i32| usize::try_from(*number).ok().filter(|place| *place < submissions);
        let places = numbers.values().iter().map(place).collect::<Option<Vec<usize>>>().ok_or(ParcelError::Unfit)?;
        rows.batches.push(batch.project(&(0..last).collect::<Vec<_>>())?);
        rows.places.push(places);
    }
    Ok(rows)
}

/// Each row with the fingerprint of its submission, in the order of their texts.
fn lines_of(rows: &RolledRows) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for (batch, places) in rows.batches.iter().zip(&rows.places) {
        let text = arrow::util::pretty::pretty_format_batches(std::slice::from_ref(batch)).ok()?.to_string();
        // Three lines of heading, and one below the rows.
        let texts = text.lines().skip(3).take(batch.num_rows());
        for (text, place) in texts.zip(places) {
            let cells: Vec<&str> = text.split('|').map(str::trim).collect();
            lines.push(format!("{} {}", rows.fingerprints.get(*place)?, cells.join("|")));
        }
    }
    lines.sort();
    Some(lines)
}
