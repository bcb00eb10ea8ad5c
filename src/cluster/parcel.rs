//! What a worker answers: which submissions are sound, with the hashes of their files, and the rows of each roll-up of them.

use std::collections::{BTreeMap, BTreeSet};

use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use serde::{Deserialize, Serialize};

use crate::contract::{Admission, AdmittedFile};
use crate::engine::cluster::AnswerPart;
use crate::rollups::{RolledRows, compact, numbers_of, with_numbers};
use crate::sources::{SourceFile, Submission};

/// The part that lists submissions. No roll-up has such a name.
const SUBMISSIONS: &str = "(submissions)";

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
            compact(&with_numbers(batch, numbers)?).map_err(ParcelError::from)
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

    /// Holds what somebody else read of the same order against this: what he says nothing of is not compared.
    pub fn compare(&self, other: &Self) -> Comparison {
        let mut fingerprints = BTreeSet::new();
        for (place, said) in &other.sound {
            let Some(own) = self.sound.get(place) else { return Comparison::CannotTell };
            if (&own.fingerprint, &own.files) != (&said.fingerprint, &said.files) {
                return Comparison::Otherwise;
            }
            fingerprints.insert(said.fingerprint.as_str());
        }
        for (name, said) in &other.rollups {
            let own = self.rollups.get(name).and_then(|own| lines_of(own, &fingerprints));
            let (Some(own), Some(said)) = (own, lines_of(said, &fingerprints)) else { return Comparison::CannotTell };
            if own != said {
                return Comparison::Otherwise;
            }
        }
        Comparison::Same
    }
}

/// How what two computers have read stands beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Same,
    Otherwise,
    /// This computer could not read all of it in the same way, such as for want of memory.
    CannotTell,
}

fn rows_of_bytes(bytes: &[u8], submissions: usize) -> Result<RolledRows, ParcelError> {
    let mut rows = RolledRows::default();
    // A roll-up without rows has no batch either.
    if bytes.is_empty() {
        return Ok(rows);
    }
    for batch in StreamReader::try_new(bytes, None)? {
        let batch = batch?;
        let place = |number: &i32| usize::try_from(*number).ok().filter(|place| *place < submissions);
        let places = numbers_of(&batch)?.iter().map(place).collect::<Option<Vec<usize>>>().ok_or(ParcelError::Unfit)?;
        rows.batches.push(batch.project(&(0..batch.num_columns() - 1).collect::<Vec<_>>())?);
        rows.places.push(places);
    }
    Ok(rows)
}

/// Each row of these submissions with the fingerprint of its own, in the order of their texts.
fn lines_of(rows: &RolledRows, of: &BTreeSet<&str>) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for (batch, places) in rows.batches.iter().zip(&rows.places) {
        let text = arrow::util::pretty::pretty_format_batches(std::slice::from_ref(batch)).ok()?.to_string();
        // Three lines of heading, and one below the rows.
        let texts = text.lines().skip(3).take(batch.num_rows());
        for (text, place) in texts.zip(places) {
            let fingerprint = rows.fingerprints.get(*place)?.as_str();
            if of.contains(fingerprint) {
                let cells: Vec<&str> = text.split('|').map(str::trim).collect();
                lines.push(format!("{fingerprint} {}", cells.join("|")));
            }
        }
    }
    lines.sort();
    Some(lines)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int32Array, RecordBatch};
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;
    use crate::sources::{SubmissionKey, key_of_recorded};

    fn submission(month: &str) -> Submission {
        let path = format!("transactions/submitted=2026-05-15/org=E23000001/period={month}/a.parquet");
        let SubmissionKey { table, submitted, scope } = key_of_recorded(&path).unwrap();
        let files = vec![SourceFile { path, size: 7, etag: String::new() }];
        Submission { table, submitted, first_submitted: submitted, scope, files, unusable: Vec::new() }
    }

    /// What is read of so many submissions with these counts, one row each.
    fn parcel(submissions: &[Submission], sha256: &str, counts: &[i32]) -> Parcel {
        let mut parcel = Parcel::default();
        for (place, one) in submissions.iter().enumerate() {
            let (path, size) = (one.files[0].path.clone(), one.files[0].size);
            let files = vec![AdmittedFile { path, size, rows: 1, sha256: sha256.to_owned() }];
            parcel.sound.insert(place, Admission::sound(one.clone(), files));
        }
        let fingerprints = parcel.sound.values().map(|one| one.fingerprint.clone()).collect();
        let schema = Arc::new(Schema::new(vec![Field::new("count", DataType::Int32, false)]));
        let rows = RecordBatch::try_new(schema, vec![Arc::new(Int32Array::from(counts.to_vec()))]).unwrap();
        let rows = RolledRows { fingerprints, batches: vec![rows], places: vec![(0..counts.len()).collect()] };
        parcel.rollups.insert("volumes".to_owned(), rows);
        parcel
    }

    #[test]
    fn an_answer_that_travelled_is_the_same_and_one_that_differs_is_not() {
        let both = [submission("2026-03"), submission("2026-04")];
        let own = parcel(&both, "a", &[5, 7]);
        let travelled = |parcel: &Parcel, of: &[Submission]| Parcel::read(parcel.parts().unwrap(), of).unwrap();
        assert_eq!(own.compare(&travelled(&own, &both)), Comparison::Same);
        assert_eq!(own.compare(&travelled(&parcel(&both, "a", &[5, 8]), &both)), Comparison::Otherwise);
        assert_eq!(own.compare(&travelled(&parcel(&both, "b", &[5, 7]), &both)), Comparison::Otherwise);
    }

    #[test]
    fn what_one_of_them_did_not_read_is_not_compared() {
        let both = [submission("2026-03"), submission("2026-04")];
        let (own, less) = (parcel(&both, "a", &[5, 7]), parcel(&both[..1], "a", &[5]));
        assert_eq!(own.compare(&less), Comparison::Same);
        assert_eq!(own.compare(&Parcel::default()), Comparison::Same);
        assert_eq!(less.compare(&own), Comparison::CannotTell);
    }
}
