//! The workers of a run, as its settings name them.

use super::run_plan::RunPlan;
use super::{AppError, UsageError};
use crate::intake::ReadingHelpers;

/// The workers that the settings name, if any.
///
/// # Errors
/// Settings that cannot be followed. Workers that do not answer are no error: the run goes on without them.
#[cfg(feature = "cluster")]
pub(super) async fn helpers_of(plan: &RunPlan<'_>) -> Result<Option<Box<dyn ReadingHelpers>>, AppError> {
    use std::sync::Arc;

    use super::worker::access_of;
    use crate::cluster::{Build, ClusterOptions, ClusterSession, SubmissionReader};
    use crate::engine::cluster::WorkerAddress;

    let section = &plan.context.settings.cluster;
    if section.workers.is_empty() {
        return Ok(None);
    }
    let workers = section.workers.iter().map(|text| text.parse::<WorkerAddress>()).collect::<Result<_, _>>();
    let workers = workers.map_err(UsageError::from)?;
    let options = ClusterOptions { workers, access: access_of(section)?, patience: section.patience() };
    let definitions = &plan.context.definitions;
    let build = Build::of_this_program(definitions).map_err(AppError::OwnProgram)?;
    let session = Arc::new(ClusterSession::begin(options, build).await);
    let opened = &plan.opened;
    let own = || SubmissionReader::new(opened.source.clone(), opened.engine.clone(), Arc::clone(definitions));
    Ok(Some(Box::new(Workers { session, own: section.verify.then(|| Arc::new(own())) })))
}

/// Without workers in the program the settings may name none.
#[cfg(not(feature = "cluster"))]
pub(super) async fn helpers_of(plan: &RunPlan<'_>) -> Result<Option<Box<dyn ReadingHelpers>>, AppError> {
    if plan.context.settings.cluster.workers.is_empty() { Ok(None) } else { Err(UsageError::NoCluster.into()) }
}

#[cfg(feature = "cluster")]
struct Workers {
    session: std::sync::Arc<crate::cluster::ClusterSession>,
    own: Option<std::sync::Arc<crate::cluster::SubmissionReader>>,
}

#[cfg(feature = "cluster")]
impl ReadingHelpers for Workers {
    fn readers(
        &self,
        table: &crate::sources::SubmittedTable,
        pass: Option<std::sync::Arc<crate::rollups::RollupPass>>,
    ) -> std::sync::Arc<dyn crate::contract::OtherReaders> {
        std::sync::Arc::new(crate::cluster::TableReaders::new(
            std::sync::Arc::clone(&self.session),
            table,
            pass,
            self.own.clone(),
        ))
    }

    fn record(&self) -> crate::intake::HelpRecord {
        self.session.record()
    }
}
