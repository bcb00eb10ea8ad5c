//! The workers of one run: who they are, who was lost, and what they have read.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::build::Build;
use crate::engine::cluster::{Access, Cluster, ClusterError, FoundWorker, WorkerAddress};
use crate::intake::{HelpRecord, LostHelper};
use crate::vocabulary::causes::with_causes;

/// What a run asks of workers.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    pub workers: Vec<WorkerAddress>,
    pub access: Option<Access>,
    /// After so long without an answer workers are taken for lost.
    pub patience: Duration,
}

/// The workers of one run.
#[derive(Debug)]
pub struct ClusterSession {
    cluster: Cluster,
    build: Build,
    state: Mutex<SessionState>,
}

#[derive(Debug)]
struct SessionState {
    /// Those that answer, and are of the same build.
    workers: Vec<WorkerAddress>,
    /// Times that workers broke off although all of them answer.
    unexplained: usize,
    record: HelpRecord,
}

/// Workers that break off twice without a reason are not asked again.
const MOST_UNEXPLAINED: usize = 2;

impl ClusterSession {
    /// Asks all workers who they are. Those that do not answer, or are of another build, are not used.
    pub async fn begin(options: ClusterOptions, build: Build) -> Self {
        let ClusterOptions { workers, access, patience } = options;
        let record = HelpRecord { workers: workers.iter().map(ToString::to_string).collect(), ..Default::default() };
        let state = Mutex::new(SessionState { workers, unexplained: 0, record });
        let session = Self { cluster: Cluster::new(access, patience), build, state };
        session.drop_those_who_are_gone().await;
        session
    }

    /// What the workers did.
    pub fn record(&self) -> HelpRecord {
        self.state().record.clone()
    }

    pub(super) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    pub(super) fn workers(&self) -> Vec<WorkerAddress> {
        self.state().workers.clone()
    }

    pub(super) fn count_read_elsewhere(&self, submissions: usize) {
        self.state().record.submissions_read_by_workers += submissions;
    }

    pub(super) fn count_read_here(&self, submissions: usize) {
        self.state().record.submissions_read_after_all += submissions;
    }

    pub(super) fn count_verified(&self, submissions: usize) {
        self.state().record.submissions_verified += submissions;
    }

    /// The workers `asked` broke off: those that are gone are not asked again. Where none of them is, all are given up after a
    /// while.
    pub(super) async fn look_again(&self, asked: &[WorkerAddress], error: &ClusterError) {
        self.drop_those_who_are_gone().await;
        let mut state = self.state();
        // Several tables are read at one time, and another one may have found out first.
        if asked.iter().any(|worker| !state.workers.contains(worker)) {
            return;
        }
        state.unexplained += 1;
        if state.unexplained >= MOST_UNEXPLAINED {
            let why = with_causes(error);
            for worker in std::mem::take(&mut state.workers) {
                lose(&mut state.record, &worker, why.clone());
            }
        }
    }

    /// Asks those that are left whether they are still there.
    async fn drop_those_who_are_gone(&self) {
        let asked = self.workers();
        let found = futures::future::join_all(asked.iter().map(|worker| self.cluster.ask(worker))).await;
        for FoundWorker { address, version } in found {
            let why = match version {
                Ok(version) if version == self.build.text() => continue,
                Ok(version) => format!("it is another build ({version}) than this one ({})", self.build.text()),
                Err(error) => with_causes(&error),
            };
            let mut state = self.state();
            if state.workers.contains(&address) {
                state.workers.retain(|worker| *worker != address);
                lose(&mut state.record, &address, why);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, SessionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lose(record: &mut HelpRecord, worker: &WorkerAddress, why: String) {
    tracing::warn!(%worker, why, "a worker is not used any more; what it had to do, others do");
    record.lost.push(LostHelper { worker: worker.to_string(), why });
}
