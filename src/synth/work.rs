//! The work of writing all submissions: shared among threads, counted in one place.
//! The order in which files are finished changes nothing in them.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::faults::State;
use super::row_file::{Columns, RowFile, Written};
use super::submission::{Nation, Submission};
use super::{
    Dataset, Progress, Summary, SynthError, access_agreements, arrest_summons, court_results, hearing_messages,
    rights_requests, transaction_audits, transactions, user_accounts,
};

/// More threads than this only wait for the disk.
const MOST_THREADS: usize = 8;

type Finished = Result<(Dataset, Written), SynthError>;

/// Writes every submission of the nation and adds it to the summary.
pub fn write_submissions(
    nation: &Nation,
    out: &Path,
    summary: &mut Summary,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), SynthError> {
    let submissions = nation.submissions();
    let files_total = summary.files + u64::try_from(submissions.len()).unwrap_or(u64::MAX);
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..threads {
            let (sender, next, submissions) = (sender.clone(), &next, submissions.as_slice());
            scope.spawn(move || write_until_done(submissions, next, out, &sender));
        }
        drop(sender);
        let mut rows = summary.rows.values().sum();
        for finished in receiver {
            // Leaving drops the receiver, and each thread stops at its next file.
            let (dataset, written) = finished?;
            summary.add(dataset.as_str(), written);
            rows += written.rows;
            progress(Progress { files_done: summary.files, files_total, rows });
        }
        Ok(())
    })
}

fn write_until_done(submissions: &[Submission<'_>], next: &AtomicUsize, out: &Path, sender: &Sender<Finished>) {
    while let Some(submission) = submissions.get(next.fetch_add(1, Ordering::Relaxed)) {
        let finished = write_submission(submission, out).map(|written| (submission.dataset, written));
        if sender.send(finished).is_err() {
            return;
        }
    }
}

fn write_submission(submission: &Submission<'_>, out: &Path) -> Result<Written, SynthError> {
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
    }?;
    if submission.state == State::CutOff { rows.close_cut_off() } else { rows.close() }
}

/// Columns of a dataset's files.
pub fn columns(dataset: Dataset) -> Columns {
    match dataset {
        Dataset::Transactions => transactions::COLUMNS,
        Dataset::ArrestSummons => arrest_summons::COLUMNS,
        Dataset::CourtResults => court_results::COLUMNS,
        Dataset::UserAccounts => user_accounts::COLUMNS,
        Dataset::TransactionAudits => transaction_audits::COLUMNS,
        Dataset::RightsRequests => rights_requests::COLUMNS,
        Dataset::HearingMessages => hearing_messages::COLUMNS,
        Dataset::AccessAgreements => access_agreements::COLUMNS,
    }
}
