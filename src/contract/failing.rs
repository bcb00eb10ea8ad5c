//! Writes the rows that break a rule into a file that the force can be sent.
//! The files lie in the work folder, never in a release: they hold record-level rows.

use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;

use super::scan::Check;
use crate::sources::Submission;

/// Rows written per rule; the finding says how many there are in all.
pub(super) const MOST_ROWS: usize = 1_000;

/// Writes rows as CSV and returns the file's path.
pub(super) fn write_rows(
    folder: &Path,
    submission: &Submission,
    check: &Check,
    batches: &[RecordBatch],
) -> std::io::Result<PathBuf> {
    let path = folder
        .join(submission.table.folder())
        .join(format!("submitted={}", submission.submitted))
        .join(file_safe(submission.org_code()))
        .join(file_safe(&submission.period_text()))
        .join(format!("{}.csv", file_safe(&[check.rule.as_str(), check.column.as_str()].join("-"))));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut writer = WriterBuilder::new().with_header(true).build(fs::File::create(&path)?);
    for batch in batches {
        writer.write(batch).map_err(std::io::Error::other)?;
    }
    Ok(path)
}

fn file_safe(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    text.trim_end_matches('-').chars().map(safe).collect()
}
