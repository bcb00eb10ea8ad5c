//! The work of writing all submissions: shared among threads, counted in one place.
//! The order in which files are finished changes nothing in them.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use super::faults::State;
use super::row_file::{FileColumns, FinishedFile, RowFile};
use super::stated_totals::StatedRows;
use super::submission::{Nation, Sending};
use super::{
    Dataset, Progress, Summary, SynthError, access_agreements, arrest_summons, court_results, governance,
    hearing_messages, holdings, impending_prosecutions, incidents, open_cases, outages, quality_checks,
    retention_reviews, rights_requests, stated_totals, transaction_audits, transactions, user_accounts,
};

/// More threads than this only wait for the disk.
const MOST_THREADS: usize = 8;

/// Writes every submission of the nation and adds it to the summary; stated totals come last, from what was written.
pub fn write_submissions(
    nation: &Nation,
    out: &Path,
    summary: &mut Summary,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), SynthError> {
    let submissions = nation.submissions();
    let files_total = summary.files + u64::try_from(submissions.len()).unwrap_or(u64::MAX);
    let (last, first): (Vec<_>, Vec<_>) = submissions.into_iter().partition(|s| s.dataset == Dataset::StatedTotals);
    let mut rows = summary.rows.values().sum();
    let mut count = |submission: &Sending<'_>, written: FinishedFile| {
        summary.add(submission.dataset.as_str(), written);
        rows += written.rows;
        progress(Progress { files_done: summary.files, files_total, rows });
    };
    let mut totals = StatedRows::default();
    write_all(&first, &StatedRows::default(), out, &mut |submission, written| {
        totals.add(submission, written.rows);
        count(submission, written);
    })?;
    write_all(&last, &totals, out, &mut count)
}

/// Writes `submissions` by as many threads as there are, and tells of each file as it is finished.
fn write_all<'n>(
    submissions: &[Sending<'n>],
    totals: &StatedRows,
    out: &Path,
    finished: &mut dyn FnMut(&Sending<'n>, FinishedFile),
) -> Result<(), SynthError> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..threads {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some(submission) = submissions.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let written = write_submission(submission, totals, out).map(|written| (submission, written));
                    if sender.send(written).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for result in receiver {
            // Leaving drops the receiver, and each thread stops at its next file.
            let (submission, written) = result?;
            finished(submission, written);
        }
        Ok(())
    })
}

fn write_submission(submission: &Sending<'_>, totals: &StatedRows, out: &Path) -> Result<FinishedFile, SynthError> {
    let mut rows = RowFile::create(&submission.path(out), columns(submission.dataset))?;
    match submission.dataset {
        Dataset::Transactions => transactions::write(submission, &mut rows),
        Dataset::ArrestSummons => arrest_summons::write(submission, &mut rows),
        Dataset::CourtResults => court_results::write(submission, &mut rows),
        Dataset::UserAccounts => user_accounts::write(submission, &mut rows),
        Dataset::TransactionAudits => transaction_audits::write(submission, &mut rows),
        Dataset::RightsRequests => rights_requests::write(submission, &mut rows),
        Dataset::HearingMessages => hearing_messages::write(submission, &mut rows),
        Dataset::AccessAgreements => access_agreements::write(submission, &mut rows),
        Dataset::ImpendingProsecutions => impending_prosecutions::write(submission, &mut rows),
        Dataset::OpenCases => open_cases::write(submission, &mut rows),
        Dataset::QualityChecks => quality_checks::write(submission, &mut rows),
        Dataset::Incidents => incidents::write(submission, &mut rows),
        Dataset::RetentionReviews => retention_reviews::write(submission, &mut rows),
        Dataset::Governance => governance::write(submission, &mut rows),
        Dataset::Holdings => holdings::write(submission, &mut rows),
        Dataset::Outages => outages::write(submission, &mut rows),
        Dataset::StatedTotals => stated_totals::write(submission, totals, &mut rows),
    }?;
    if submission.state == State::CutOff { rows.close_cut_off() } else { rows.close() }
}

/// Columns of a dataset's files.
pub fn columns(dataset: Dataset) -> FileColumns {
    match dataset {
        Dataset::Transactions => transactions::COLUMNS,
        Dataset::ArrestSummons => arrest_summons::COLUMNS,
        Dataset::CourtResults => court_results::COLUMNS,
        Dataset::UserAccounts => user_accounts::COLUMNS,
        Dataset::TransactionAudits => transaction_audits::COLUMNS,
        Dataset::RightsRequests => rights_requests::COLUMNS,
        Dataset::HearingMessages => hearing_messages::COLUMNS,
        Dataset::AccessAgreements => access_agreements::COLUMNS,
        Dataset::ImpendingProsecutions => impending_prosecutions::COLUMNS,
        Dataset::OpenCases => open_cases::COLUMNS,
        Dataset::QualityChecks => quality_checks::COLUMNS,
        Dataset::Incidents => incidents::COLUMNS,
        Dataset::RetentionReviews => retention_reviews::COLUMNS,
        Dataset::Governance => governance::COLUMNS,
        Dataset::Holdings => holdings::COLUMNS,
        Dataset::Outages => outages::COLUMNS,
        Dataset::StatedTotals => stated_totals::COLUMNS,
    }
}
