//! Hands units out and takes answers in.

use std::error::Error;
use std::time::Duration;

use datafusion::common::plan_datafusion_err;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion_distributed::{
    DesiredTaskCountEvent, DesiredTaskCountEventResponse, DistributedExt as _, GetWorkerInfoRequest,
    GetWorkerInfoResponse, NetworkCoalesceExec, ScaleUpLeafNodeEvent, ScaleUpLeafNodeEventResponse,
    SessionStateBuilderExt as _, WorkerResolver,
};
use futures::StreamExt as _;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::timeout;
use url::Url;

use super::access::{Access, AccessError, WorkerAddress};
use super::answers::{Collected, UnitAnswer};
use super::channels::{CONNECT, Channels};
use super::codec::UnitsCodec;
use super::lanes::Lanes;
use super::unit::WorkUnit;
use super::units::{UnitsExec, UnitsTable};

/// Units that a worker works on at one time.
const LANES_OF_A_WORKER: usize = 4;

/// A plan of one piece would be done by whoever made it, and not be sent to the one worker there is.
const LEAST_PIECES: usize = 2;

/// Units that could not be handed out, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error("no worker answered within {} seconds", .0.as_secs())]
    Silent(Duration),
    /// The error of the library is no source: each of its layers says the innermost one again, and only that one says something.
    #[error("the workers broke off: {}", innermost(cause.as_ref()))]
    BrokeOff { cause: Box<DataFusionError> },
}

impl ClusterError {
    fn of(cause: DataFusionError) -> Self {
        Self::BrokeOff { cause: Box::new(cause) }
    }
}

/// What an error rests on.
fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    std::iter::successors(Some(error), |&error| error.source()).last().unwrap_or(error)
}

/// A worker that was asked who it is.
#[derive(Debug)]
pub struct FoundWorker {
    pub address: WorkerAddress,
    /// The version that it gave, or why it gave none.
    pub version: Result<String, ClusterError>,
}

/// Workers, and how they are spoken to.
#[derive(Debug, Clone)]
pub struct Cluster {
    channels: Channels,
    /// After so long without an answer of any worker, they are taken for lost.
    patience: Duration,
}

impl Cluster {
    pub fn new(access: Option<Access>, patience: Duration) -> Self {
        Self { channels: Channels::new(access), patience }
    }

    /// Asks a worker who it is.
    pub async fn ask(&self, address: &WorkerAddress) -> FoundWorker {
        FoundWorker { address: address.clone(), version: self.version_of(address).await }
    }

    async fn version_of(&self, address: &WorkerAddress) -> Result<String, ClusterError> {
        let mut client = self.channels.client(address)?;
        let asked = timeout(CONNECT, client.get_worker_info(GetWorkerInfoRequest {})).await;
        let GetWorkerInfoResponse { version } =
            asked.map_err(|_| ClusterError::Silent(CONNECT))?.map_err(ClusterError::of)?;
        Ok(version)
    }

    /// Hands units out and passes each answer on as it comes in, until nobody takes them any more. Units without an answer were
    /// not done, or not to the end.
    ///
    /// # Errors
    /// A worker that is lost, or none that answers.
    pub async fn run(
        &self,
        workers: &[WorkerAddress],
        job: &str,
        units: Vec<WorkUnit>,
        answers: mpsc::Sender<UnitAnswer>,
    ) -> Result<(), ClusterError> {
        if workers.is_empty() || units.is_empty() {
            return Ok(());
        }
        let pieces = Pieces::of(workers);
        let lanes = Lanes::of(units, pieces.0.len() * LANES_OF_A_WORKER);
        let context = self.session(pieces);
        let table = UnitsTable { job: job.to_owned(), lanes: lanes.clone() };
        let plan = distributed_plan(&context, table).await.map_err(ClusterError::of)?;
        let mut rows = execute_stream(plan, context.task_ctx()).map_err(ClusterError::of)?;
        let mut collected = Collected::default();
        loop {
            let next = timeout(self.patience, rows.next()).await.map_err(|_| ClusterError::Silent(self.patience))?;
            let Some(rows) = next.transpose().map_err(ClusterError::of)? else { return Ok(()) };
            for one in collected.take(&rows) {
                // Whoever takes answers more slowly than they come is not given more to hold.
                if answers.send(one.answer).await.is_err() {
                    return Ok(());
                }
                lanes.answered(one.lane);
            }
        }
    }

    fn session(&self, pieces: Pieces) -> SessionContext {
        let count = pieces.0.len();
        let state = SessionStateBuilder::new()
            .with_default_features()
            .with_config(SessionConfig::new().with_target_partitions(1))
            .with_distributed_worker_resolver(pieces)
            .with_distributed_channel_resolver(self.channels.clone())
            .with_distributed_planner()
            .with_distributed_user_codec(UnitsCodec { work: None })
            .with_distributed_desired_task_count_handler(move |event: DesiredTaskCountEvent<'_>| {
                event.plan.downcast_ref::<UnitsExec>()?;
                Some(Ok(DesiredTaskCountEventResponse::desired(count)))
            })
            .with_distributed_scale_up_leaf_node_handler(lanes_of_one)
            .with_distributed_work_unit_feed(|units: &UnitsExec| Some(&units.feed))
            .build();
        SessionContext::new_with_state(state)
    }
}

/// The workers that pieces of a plan go to, each once or more often.
struct Pieces(Vec<Url>);

impl Pieces {
    fn of(workers: &[WorkerAddress]) -> Self {
        let all = workers.iter().map(|worker| worker.url().clone()).cycle();
        Self(all.take(workers.len().max(LEAST_PIECES)).collect())
    }
}

impl WorkerResolver for Pieces {
    fn get_urls(&self) -> Result<Vec<Url>, DataFusionError> {
        Ok(self.0.clone())
    }
}

/// The leaf as one worker gets it.
fn lanes_of_one(event: ScaleUpLeafNodeEvent<'_>) -> Option<Result<ScaleUpLeafNodeEventResponse, DataFusionError>> {
    let units = event.plan.downcast_ref::<UnitsExec>()?;
    let leaf = units.with_lanes(units.lanes() / event.task_count.max(1));
    Some(Ok(ScaleUpLeafNodeEventResponse::new(Arc::new(leaf))))
}

/// A plan whose leaf runs on workers.
async fn distributed_plan(
    context: &SessionContext,
    table: UnitsTable,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let plan = context.read_table(Arc::new(table))?.create_physical_plan().await?;
    if is_distributed(&plan)? { Ok(plan) } else { Err(plan_datafusion_err!("the plan reaches no worker")) }
}

fn is_distributed(plan: &Arc<dyn ExecutionPlan>) -> Result<bool, DataFusionError> {
    let mut found = false;
    plan.apply(|node| {
        found |= node.is::<NetworkCoalesceExec>();
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::answers::{AnswerPart, UnitWorker};
    use super::super::worker::WorkerServer;
    use super::*;

    /// Counts the units that it is asked about.
    #[derive(Debug, Default)]
    struct Asked(AtomicUsize);

    #[async_trait::async_trait]
    impl UnitWorker for Asked {
        async fn answer(&self, _: &str, order: &str) -> Vec<AnswerPart> {
            self.0.fetch_add(1, Ordering::SeqCst);
            vec![AnswerPart { name: "again".to_owned(), content: order.into() }]
        }
    }

    fn one_unit() -> Vec<WorkUnit> {
        vec![WorkUnit { number: 7, order: "order".to_owned() }]
    }

    #[tokio::test]
    async fn a_worker_answers_units_and_runs_no_other_plan() {
        let server = WorkerServer::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
        let workers: [WorkerAddress; 1] = [format!("http://{}", server.address()).parse().unwrap()];
        let asked = Arc::new(Asked::default());
        tokio::spawn(server.serve("version".to_owned(), Arc::<Asked>::clone(&asked), std::future::pending()));
        let cluster = Cluster::new(None, Duration::from_secs(30));
        let (answers, mut answered) = mpsc::channel(1);
        cluster.run(&workers, "job", one_unit(), answers).await.unwrap();
        let answer = answered.recv().await.unwrap();
        assert_eq!((answer.unit, answer.parts.len(), asked.0.load(Ordering::SeqCst)), (7, 1, 1));

        for foreign in [
            "SELECT lane, unit, part, content, COUNT(*) FROM units GROUP BY 1, 2, 3, 4",
            "SELECT *, unit + 1 FROM units",
            "SELECT * FROM units WHERE part <> ''",
        ] {
            let pieces = Pieces::of(&workers);
            let lanes = Lanes::of(one_unit(), pieces.0.len() * LANES_OF_A_WORKER);
            let context = cluster.session(pieces);
            context.register_table("units", Arc::new(UnitsTable { job: "job".to_owned(), lanes })).unwrap();
            let refused = context.sql(foreign).await.unwrap().collect().await.unwrap_err();
            assert!(refused.to_string().contains("is no work of a worker"), "{foreign}: {refused}");
            assert_eq!(asked.0.load(Ordering::SeqCst), 1, "{foreign}");
        }
    }

    #[tokio::test]
    async fn units_are_worked_on_elsewhere_however_few_workers_there_are() {
        for workers in 1..=4_usize {
            let address = |at: usize| format!("http://127.0.0.1:{}", 7_000 + at).parse().unwrap();
            let pieces = Pieces::of(&(0..workers).map(address).collect::<Vec<WorkerAddress>>());
            assert_eq!(pieces.0.len(), workers.max(2));
            let lanes = Lanes::of(Vec::new(), pieces.0.len() * LANES_OF_A_WORKER);
            let context = Cluster::new(None, Duration::from_secs(1)).session(pieces);
            let plan = distributed_plan(&context, UnitsTable { job: String::new(), lanes }).await.unwrap();
            assert!(is_distributed(&plan).unwrap(), "{workers} workers");
        }
    }
}
