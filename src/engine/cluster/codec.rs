//! The leaf as bytes. Who works on its units never travels: each worker has its own.

use std::sync::Arc;

use datafusion::common::internal_datafusion_err;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_distributed::{WorkUnitFeed, WorkUnitFeedProto};
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use serde::{Deserialize, Serialize};

use super::answers::UnitWorker;
use super::units::UnitsExec;

/// Writes the leaf where units are handed out, and reads it where they are worked on.
#[derive(Debug)]
pub(super) struct UnitsCodec {
    pub(super) work: Option<Arc<dyn UnitWorker>>,
}

#[derive(Serialize, Deserialize)]
struct WrittenUnits {
    job: String,
    lanes: usize,
    feed: Vec<u8>,
}

impl PhysicalExtensionCodec for UnitsCodec {
    fn try_decode(
        &self,
        bytes: &[u8],
        _: &[Arc<dyn ExecutionPlan>],
        _: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let WrittenUnits { job, lanes, feed } = serde_json::from_slice(bytes)
            .map_err(|error| internal_datafusion_err!("a leaf cannot be read: {error}"))?;
        let feed = WorkUnitFeed::from_proto(WorkUnitFeedProto { id: feed })?;
        Ok(Arc::new(UnitsExec::new(job, feed, lanes, self.work.clone())))
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<(), DataFusionError> {
        let units = node.downcast_ref::<UnitsExec>();
        let units = units.ok_or_else(|| internal_datafusion_err!("{} does not travel to workers", node.name()))?;
        let written = WrittenUnits { job: units.job.clone(), lanes: units.lanes(), feed: units.feed.to_proto().id };
        serde_json::to_writer(bytes, &written)
            .map_err(|error| internal_datafusion_err!("a leaf cannot be written: {error}"))
    }
}
