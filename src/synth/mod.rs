//! A synthetic nation: every dataset for every body and month, lifelike, repeatable and marked as synthetic.
//! It writes files for tests and demonstrations; no figure from it says anything about a real body.

mod access_agreements;
mod accounts;
mod arrest_summons;
mod character;
mod court_results;
mod draw;
mod faults;
mod governance;
mod hearing_messages;
mod holdings;
mod impending_prosecutions;
mod incidents;
mod lives;
mod member;
mod moments;
mod open_cases;
mod organisations;
mod outages;
mod quality_checks;
mod reference;
mod retention_reviews;
mod rights_requests;
mod row_file;
mod stated_totals;
mod submission;
mod transaction_audits;
mod transactions;
mod user_accounts;
mod work;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::vocabulary::period::Month;
use crate::vocabulary::sender_code::SenderCode;
use submission::Nation;

/// Name of the file at the source's root that says what the data are.
pub const MARKER: &str = "SYNTHETIC.txt";

/// Longest plan, in months.
const MOST_MONTHS: i32 = 240;
/// Largest scale: beyond it nothing is tested.
const LARGEST_SCALE: f64 = 10.0;

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NationPlan {
    /// First month.
    pub from: Month,
    /// Last month, included.
    pub to: Month,
    /// Share of the real national volume. Transactions and their audits follow it; arrests, court results, hearing
    /// messages, accounts, prosecutions, quality checks, reviews and incidents follow its square root below 1, so that a
    /// small nation still has figures worth showing; requests, agreements, holdings, wrong deletions, governance and
    /// outages are never scaled.
    pub scale: f64,
    /// Any number; the same number gives the same bytes.
    pub seed: u64,
}

impl NationPlan {
    fn check(&self) -> Result<(), SynthError> {
        if self.from > self.to {
            return Err(SynthError::Backwards { from: self.from, to: self.to });
        }
        if self.to.months_since(self.from) >= MOST_MONTHS {
            return Err(SynthError::TooLong);
        }
        let usable = self.scale.is_finite() && self.scale > 0.0 && self.scale <= LARGEST_SCALE;
        if usable { Ok(()) } else { Err(SynthError::Scale { scale: self.scale }) }
    }

    /// Factor of the datasets that are smaller than transactions.
    fn record_scale(&self) -> f64 {
        if self.scale < 1.0 { self.scale.sqrt() } else { self.scale }
    }

    fn months(&self) -> impl Iterator<Item = Month> {
        (0..=self.to.months_since(self.from)).map(|n| self.from.plus(n))
    }
}

/// A submitted dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dataset {
    Transactions,
    ArrestSummons,
    CourtResults,
    UserAccounts,
    TransactionAudits,
    RightsRequests,
    HearingMessages,
    AccessAgreements,
    Incidents,
    ImpendingProsecutions,
    OpenCases,
    QualityChecks,
    RetentionReviews,
    Holdings,
    Governance,
    Outages,
    /// What each body says its other returns of the month hold; written after them.
    StatedTotals,
}

impl Dataset {
    const ALL: [Self; 17] = [
        Self::Transactions,
        Self::ArrestSummons,
        Self::CourtResults,
        Self::UserAccounts,
        Self::TransactionAudits,
        Self::RightsRequests,
        Self::HearingMessages,
        Self::AccessAgreements,
        Self::Incidents,
        Self::ImpendingProsecutions,
        Self::OpenCases,
        Self::QualityChecks,
        Self::RetentionReviews,
        Self::Holdings,
        Self::Governance,
        Self::Outages,
        Self::StatedTotals,
    ];

    /// Name of its folder.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transactions => "transactions",
            Self::ArrestSummons => "arrest_summons",
            Self::CourtResults => "court_results",
            Self::UserAccounts => "user_accounts",
            Self::TransactionAudits => "transaction_audits",
            Self::RightsRequests => "rights_requests",
            Self::HearingMessages => "hearing_messages",
            Self::AccessAgreements => "access_agreements",
            Self::Incidents => "incidents",
            Self::ImpendingProsecutions => "impending_prosecutions",
            Self::OpenCases => "open_cases",
            Self::QualityChecks => "quality_checks",
            Self::RetentionReviews => "retention_reviews",
            Self::Holdings => "holdings",
            Self::Governance => "governance",
            Self::Outages => "outages",
            Self::StatedTotals => "stated_totals",
        }
    }

    /// Whether it is sent for a month: open cases are listed from April 2027 on.
    fn is_sent_for(self, month: Month) -> bool {
        self != Self::OpenCases || Month::new(2027, 4).is_some_and(|first| first <= month)
    }

    /// Days after the month's end by which it is due.
    fn deadline_days(self) -> u64 {
        match self {
            Self::Transactions => 15,
            Self::RightsRequests | Self::QualityChecks | Self::StatedTotals => 45,
            _ => 21,
        }
    }
}

/// How far the work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub files_done: u64,
    pub files_total: u64,
    pub rows: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Parquet files.
    pub files: u64,
    /// Rows by dataset, reference datasets included.
    pub rows: BTreeMap<String, u64>,
    /// Bytes of the Parquet files.
    pub bytes: u64,
    /// Every planted fault, in words.
    pub faults: Vec<String>,
}

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    #[error("the first month {from} comes after the last month {to}")]
    Backwards { from: Month, to: Month },
    #[error("a plan may hold at most {} months", MOST_MONTHS)]
    TooLong,
    #[error("scale {scale} is not usable; give a number above 0 and at most {}", LARGEST_SCALE)]
    Scale { scale: f64 },
    #[error("{} is not empty; synthetic data are never mixed with other files", .0.display())]
    NotEmpty(PathBuf),
    #[error("the compiled-in table of organisations cannot be read")]
    Table(#[source] csv::Error),
    #[error("{}: cannot be written", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{} cannot be written as Parquet", path.display())]
    Parquet { path: PathBuf, source: parquet::errors::ParquetError },
}

impl SynthError {
    /// How the operator may go on, where the error does not say so itself.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotEmpty(_) => Some("name a folder that does not exist yet, or empty this folder"),
            Self::Io { .. } | Self::Parquet { .. } => Some(
                "make room on the disk or name a folder that may be written with --out; empty the folder before the next attempt",
            ),
            _ => None,
        }
    }
}

/// Writes the nation of `plan` into `out`, which must not exist or be empty, and reports after each file.
/// Files are written by as many threads as the machine has; their bytes do not depend on it.
///
/// # Errors
/// A plan that makes no sense, a folder that is not empty, or a file that cannot be written. What was written before an
/// error stays; the marker file is the first of it.
pub fn write_nation(plan: &NationPlan, out: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Summary, SynthError> {
    plan.check()?;
    let nation = Nation::new(plan)?;
    let faults = nation.faults.words(&nation.members);
    start_folder(plan, out, &faults)?;
    let mut summary = Summary { files: 0, rows: BTreeMap::new(), bytes: 0, faults };
    for (dataset, written) in reference::write_reference(&nation, out)? {
        summary.add(dataset, written);
    }
    work::write_submissions(&nation, out, &mut summary, progress)?;
    Ok(summary)
}

/// Writes the submissions of some bodies of the nation of `plan` into `out`: the same bytes as those of the whole nation.
/// Reference data and marker are left to the caller, who describes a smaller nation.
///
/// # Errors
/// A plan that makes no sense, or a file that cannot be written.
pub fn write_submissions_of(bodies: &[SenderCode], plan: &NationPlan, out: &Path) -> Result<Summary, SynthError> {
    plan.check()?;
    let mut nation = Nation::new(plan)?;
    nation.members.retain(|member| bodies.contains(&member.body.code));
    let faults = nation.faults.words(&nation.members);
    let mut summary = Summary { files: 0, rows: BTreeMap::new(), bytes: 0, faults };
    work::write_submissions(&nation, out, &mut summary, &mut |_| {})?;
    Ok(summary)
}

impl Summary {
    fn add(&mut self, dataset: &str, written: row_file::FinishedFile) {
        self.files += 1;
        self.bytes += written.bytes;
        *self.rows.entry(dataset.to_owned()).or_default() += written.rows;
    }
}

/// Makes the folder and its marker, before any data.
fn start_folder(plan: &NationPlan, out: &Path, faults: &[String]) -> Result<(), SynthError> {
    let io = |source| SynthError::Io { path: out.to_owned(), source };
    std::fs::create_dir_all(out).map_err(io)?;
    if std::fs::read_dir(out).map_err(io)?.next().is_some() {
        return Err(SynthError::NotEmpty(out.to_owned()));
    }
    let mut text = format!(
        "SYNTHETIC DATA. Every record in this folder was made up by a program.\nThe organisations are named after real \
         ones; no figure here says anything about them.\n\nMonths {} to {}, scale {}, seed {}.\n\nPlanted faults and \
         peculiarities:\n",
        plan.from, plan.to, plan.scale, plan.seed
    );
    for fault in faults {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "- {fault}");
    }
    let path = out.join(MARKER);
    std::fs::write(&path, text).map_err(|source| SynthError::Io { path, source })
}

#[cfg(test)]
mod contract_tests;
#[cfg(test)]
mod tests;
