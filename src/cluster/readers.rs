//! The run's side for one table: hands parts of it out, takes answers in, and keeps the rest for this computer.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::order::{PartOrder, TableJob};
use super::parcel::{Comparison, Parcel};
use super::session::ClusterSession;
use super::worker::SubmissionReader;
use crate::contract::{OnProgress, OtherReaders, ReadElsewhere, ReadOtherwise, parts};
use crate::engine::cluster::{UnitAnswer, WorkUnit};
use crate::rollups::RollupPass;
use crate::sources::{Submission, SubmittedTable};

/// Of so many parts one is read here too, where workers are to be verified.
const VERIFIED: u64 = 16;

/// Workers that read one table.
pub struct TableReaders {
    session: Arc<ClusterSession>,
    job: TableJob,
    pass: Option<Arc<RollupPass>>,
    own: Option<Arc<SubmissionReader>>,
}

/// Answers that wait until their roll-ups are written.
const ANSWERS_WAITING: usize = 8;

/// A part that was handed out.
struct HandedOut {
    order: String,
    submissions: Vec<Submission>,
}

#[async_trait::async_trait]
impl OtherReaders for TableReaders {
    async fn read(
        &self,
        submissions: Vec<Submission>,
        progress: OnProgress<'_>,
    ) -> Result<ReadElsewhere, ReadOtherwise> {
        let job = serde_json::to_string(&self.job).unwrap_or_default();
        let part = |submissions: Vec<Submission>| {
            let order = serde_json::to_string(&PartOrder::of(&submissions)).unwrap_or_default();
            HandedOut { order, submissions }
        };
        let parts = parts(submissions, |submission| submission).into_iter().map(part);
        let mut waiting: BTreeMap<u64, HandedOut> = (0..).zip(parts).collect();
        let mut read = ReadElsewhere::default();
        while !waiting.is_empty() {
            let workers = self.session.workers();
            if workers.is_empty() {
                break;
            }
            let unit = |(number, part): (&u64, &HandedOut)| WorkUnit { number: *number, order: part.order.clone() };
            let units = waiting.iter().map(unit).collect();
            // Roll-ups are written while further answers come in.
            let (sender, mut answers) = mpsc::channel(ANSWERS_WAITING);
            let cluster = self.session.cluster().clone();
            let (asked, job_of_units) = (workers.clone(), job.clone());
            let asking = tokio::spawn(async move { cluster.run(&asked, &job_of_units, units, sender).await });
            while let Some(answer) = answers.recv().await {
                let Some(part) = waiting.remove(&answer.unit) else { continue };
                self.take(&job, answer, part, &mut read, progress).await?;
            }
            let Ok(Err(error)) = asking.await else { break };
            self.session.look_again(&workers, &error).await;
        }
        read.rest.extend(waiting.into_values().flat_map(|part| part.submissions));
        self.session.count_read_here(read.rest.len());
        Ok(read)
    }
}

impl TableReaders {
    /// Readers of a table. The roll-ups that they make go to `pass`; `own` reads here what a worker read, to compare it.
    pub fn new(
        session: Arc<ClusterSession>,
        table: &SubmittedTable,
        pass: Option<Arc<RollupPass>>,
        own: Option<Arc<SubmissionReader>>,
    ) -> Self {
        let rollups = pass.iter().flat_map(|pass| pass.names().map(str::to_owned)).collect();
        Self { session, job: TableJob { table: table.folder(), rollups }, pass, own }
    }

    /// Takes an answer in. What it does not tell of stays to be read here.
    async fn take(
        &self,
        job: &str,
        answer: UnitAnswer,
        part: HandedOut,
        read: &mut ReadElsewhere,
        progress: OnProgress<'_>,
    ) -> Result<(), ReadOtherwise> {
        let HandedOut { order, submissions } = part;
        let number = answer.unit;
        let mut parcel = Parcel::read(answer.parts, &submissions).unwrap_or_default();
        if let Some(own) = self.own.as_ref().filter(|_| number.is_multiple_of(VERIFIED)) {
            match own.read(job, &order).await.compare(&parcel) {
                Comparison::Same => self.session.count_verified(parcel.sound.len()),
                Comparison::CannotTell => parcel = Parcel::default(),
                Comparison::Otherwise => {
                    let first = submissions.first().and_then(|submission| submission.files.first());
                    let path = first.map(|file| file.path.clone()).unwrap_or_default();
                    return Err(ReadOtherwise { dataset: self.job.table.clone(), path });
                }
            }
        }
        if let Some(pass) = &self.pass {
            for (name, rows) in &parcel.rollups {
                pass.add(name, rows).await;
            }
        }
        self.session.count_read_elsewhere(parcel.sound.len());
        for (place, submission) in submissions.into_iter().enumerate() {
            match parcel.sound.get(&place) {
                Some(admission) => {
                    progress(1, admission.files.iter().map(|file| file.size).sum());
                    read.sound.push(admission.clone());
                }
                None => read.rest.push(submission),
            }
        }
        Ok(())
    }
}
