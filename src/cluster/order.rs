//! What a worker is asked: which submissions of which table, and which roll-ups of them.

use serde::{Deserialize, Serialize};

use crate::sources::{SourceFile, Submission, SubmissionKey, key_of_recorded};

/// What all units of a table have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableJob {
    /// The table's folder.
    pub table: String,
    pub rollups: Vec<String>,
}

/// A file as this computer listed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OrderedFile {
    path: String,
    size: u64,
    tag: String,
}

/// Submissions that are read together, each as the list of its files, whose paths say what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartOrder(Vec<Vec<OrderedFile>>);

impl PartOrder {
    pub fn of(submissions: &[Submission]) -> Self {
        let file = |file: &SourceFile| OrderedFile { path: file.path.clone(), size: file.size, tag: file.etag.clone() };
        Self(submissions.iter().map(|submission| submission.files.iter().map(file).collect()).collect())
    }

    /// The submissions of the table, each with its place in the order. One that the paths do not tell is passed over.
    pub fn submissions(self, table: &str) -> Vec<PlacedSubmission> {
        let submission = |(place, files): (usize, Vec<OrderedFile>)| {
            let SubmissionKey { table: own, submitted, scope } = key_of_recorded(&files.first()?.path)?;
            let file = |OrderedFile { path, size, tag }| SourceFile { path, size, etag: tag };
            let files = files.into_iter().map(file).collect();
            let submission =
                Submission { table: own, submitted, first_submitted: submitted, scope, files, unusable: Vec::new() };
            (submission.table.folder() == table).then_some(PlacedSubmission { place, submission })
        };
        self.0.into_iter().enumerate().filter_map(submission).collect()
    }
}

/// A submission and its place in an order.
pub(super) struct PlacedSubmission {
    pub place: usize,
    pub submission: Submission,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_submissions_by_the_paths_of_their_files() {
        let folder = "transactions/submitted=2026-01-15/org=E23000001/period=2025-12";
        let file = |name: &str| SourceFile { path: format!("{folder}/{name}"), size: 7, etag: "tag".to_owned() };
        let SubmissionKey { table, submitted, scope } = key_of_recorded(&file("a.parquet").path).unwrap();
        let files = vec![file("a.parquet"), file("b.parquet")];
        let submission =
            Submission { table, submitted, first_submitted: submitted, scope, files, unusable: Vec::new() };
        let order = PartOrder::of(std::slice::from_ref(&submission));
        let travelled: PartOrder = serde_json::from_str(&serde_json::to_string(&order).unwrap()).unwrap();
        let read = travelled.clone().submissions("transactions");
        assert_eq!((read.len(), read[0].place, &read[0].submission), (1, 0, &submission));
        assert!(travelled.submissions("accounts").is_empty(), "another table than the job's");
    }
}
