//! Connections to workers. One stays open for each of them; one that breaks is opened again when it is needed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use datafusion::error::DataFusionError;
use datafusion_distributed::grpc::{BoxCloneSyncChannel, create_worker_client};
use datafusion_distributed::{ChannelResolver, WorkerChannel};
use tonic::transport::Endpoint;
use url::Url;

use super::access::{Access, AccessError, WorkerAddress};

/// A worker answers the first call within this time, or is not there.
pub(super) const CONNECT: Duration = Duration::from_secs(5);

/// How often a connection is tried out, and how long the other side may take to answer that. So a computer that lost its power or
/// its network is known to be lost although nothing tells.
pub(super) const ALIVE_EVERY: Duration = Duration::from_secs(10);
pub(super) const ALIVE_WITHIN: Duration = Duration::from_secs(20);

#[derive(Debug, Clone)]
pub(super) struct Channels {
    access: Option<Access>,
    open: Arc<Mutex<BTreeMap<Url, BoxCloneSyncChannel>>>,
}

impl Channels {
    pub(super) fn new(access: Option<Access>) -> Self {
        Self { access, open: Arc::default() }
    }

    /// The client of a worker. Nothing is sent yet.
    pub(super) fn client(&self, address: &WorkerAddress) -> Result<Box<dyn WorkerChannel>, AccessError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = open.get(address.url()) {
            return Ok(create_worker_client(channel.clone()));
        }
        let mut endpoint = Endpoint::from_shared(address.url().to_string())
            .map_err(AccessError::Unusable)?
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(ALIVE_EVERY)
            .keep_alive_timeout(ALIVE_WITHIN);
        if let Some(access) = Access::for_worker(self.access.as_ref(), address)? {
            endpoint = endpoint.tls_config(access.as_client()).map_err(AccessError::Unusable)?;
        }
        let channel = BoxCloneSyncChannel::new(endpoint.connect_lazy());
        open.insert(address.url().clone(), channel.clone());
        Ok(create_worker_client(channel))
    }
}

#[async_trait::async_trait]
impl ChannelResolver for Channels {
    async fn get_worker_client_for_url(&self, url: &Url) -> Result<Box<dyn WorkerChannel>, DataFusionError> {
        self.client(&WorkerAddress::of(url)).map_err(|error| DataFusionError::External(Box::new(error)))
    }
}
