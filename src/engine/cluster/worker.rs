//! A worker: answers units for as long as it lives. It reads no store by itself, and runs no plan but units.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{exec_datafusion_err, exec_err};
use datafusion::error::DataFusionError;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion_distributed::{
    DistributedExt as _, Worker, WorkerPlanRewriteEvent, WorkerPlanRewriteEventResponse, WorkerQueryContext,
};
use object_store::ObjectStore;
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use url::Url;

use super::access::{Access, AccessError};
use super::answers::UnitWorker;
use super::channels::{ALIVE_EVERY, ALIVE_WITHIN};
use super::codec::UnitsCodec;
use super::units::UNITS;

/// A worker that cannot begin, or not go on.
#[derive(Debug, thiserror::Error)]
pub enum WorkerServerError {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error("{address} cannot be listened at")]
    Listen {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error("the worker could not be started")]
    Start(#[source] Box<DataFusionError>),
    #[error("the worker broke off")]
    BrokeOff(#[source] tonic::transport::Error),
}

/// A worker that has an address.
#[derive(Debug)]
pub struct WorkerServer {
    listener: TcpListener,
    address: SocketAddr,
    access: Option<Access>,
    runtime: Arc<RuntimeEnv>,
}

impl WorkerServer {
    /// Takes an address; a port 0 stands for any that is free.
    ///
    /// # Errors
    /// An address that others can reach without certificates, or that another program has.
    pub async fn bind(address: SocketAddr, access: Option<Access>) -> Result<Self, WorkerServerError> {
        Access::check_server(access.as_ref(), address)?;
        let wrong = |source| WorkerServerError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(wrong)?;
        let address = listener.local_addr().map_err(wrong)?;
        let runtime = RuntimeEnvBuilder::new().with_object_store_registry(Arc::new(NoStores)).build_arc();
        let runtime = runtime.map_err(|cause| WorkerServerError::Start(Box::new(cause)))?;
        Ok(Self { listener, address, access, runtime })
    }

    /// Where it can be reached.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is over. Whoever asks is told the version first.
    ///
    /// # Errors
    /// Certificates that cannot be used.
    pub async fn serve(
        self,
        version: String,
        work: Arc<dyn UnitWorker>,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), WorkerServerError> {
        let session = move |WorkerQueryContext { builder, .. }| {
            let codec = UnitsCodec { work: Some(Arc::clone(&work)) };
            let builder =
                builder.with_distributed_user_codec(codec).with_distributed_worker_plan_rewrite_handler(only_units);
            async move { Ok(builder.build()) }
        };
        let worker = Worker::from_session_builder(session).with_runtime_env(self.runtime).with_version(version);
        let mut server = Server::builder()
            .tcp_nodelay(true)
            .http2_keepalive_interval(Some(ALIVE_EVERY))
            .http2_keepalive_timeout(Some(ALIVE_WITHIN));
        if let Some(access) = &self.access {
            server = server.tls_config(access.as_server()).map_err(AccessError::Unusable)?;
        }
        let incoming = TcpIncoming::from(self.listener).with_nodelay(Some(true));
        let router = server.add_service(worker.into_worker_server());
        router.serve_with_incoming_shutdown(incoming, stop).await.map_err(WorkerServerError::BrokeOff)
    }
}

/// Refuses a plan in which anything but units stands: it could read, write or compute whatever its sender likes.
fn only_units(event: WorkerPlanRewriteEvent<'_>) -> Result<WorkerPlanRewriteEventResponse, DataFusionError> {
    event.plan.apply(|node| match node.name() {
        UNITS => Ok(TreeNodeRecursion::Continue),
        other => exec_err!("{other} is no work of a worker"),
    })?;
    Ok(WorkerPlanRewriteEventResponse::new(event.plan))
}

/// No store at all: what a worker reads, it reads by its own means.
#[derive(Debug)]
struct NoStores;

impl ObjectStoreRegistry for NoStores {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>, DataFusionError> {
        Err(exec_datafusion_err!("a worker reads only the source that it was started for, and not {url}"))
    }
}
