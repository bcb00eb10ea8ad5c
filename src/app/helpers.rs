//! The workers of a run, as its settings name them.

#[cfg(feature = "cluster")]
pub(super) use built_in::helpers_of;

#[cfg(feature = "cluster")]
mod built_in {
    use std::sync::Arc;

    use crate::app::run_plan::RunPlan;
    use crate::app::worker::access_of;
    use crate::app::{AppError, UsageError};
    use crate::cluster::{Build, ClusterOptions, ClusterSession, SubmissionReader, TableReaders};
    use crate::contract::OtherReaders;
    use crate::engine::cluster::WorkerAddress;
    use crate::intake::{HelpRecord, ReadingHelpers};
    use crate::rollups::RollupPass;
    use crate::sources::SubmittedTable;

    /// The workers that the settings name, if any.
    ///
    /// # Errors
    /// Settings that cannot be followed. Workers that do not answer are no error: the run goes on without them.
    pub(in crate::app) async fn helpers_of(plan: &RunPlan<'_>) -> Result<Option<Box<dyn ReadingHelpers>>, AppError> {
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

    struct Workers {
        session: Arc<ClusterSession>,
        /// Reads a sample of what workers read, where they are to be verified.
        own: Option<Arc<SubmissionReader>>,
    }

    impl ReadingHelpers for Workers {
        fn readers(&self, table: &SubmittedTable, pass: Option<Arc<RollupPass>>) -> Arc<dyn OtherReaders> {
            Arc::new(TableReaders::new(Arc::clone(&self.session), table, pass, self.own.clone()))
        }

        fn record(&self) -> HelpRecord {
            self.session.record()
        }
    }
}

/// Without workers in the program the settings may name none.
#[cfg(not(feature = "cluster"))]
pub(super) async fn helpers_of(
    plan: &super::run_plan::RunPlan<'_>,
) -> Result<Option<Box<dyn crate::intake::ReadingHelpers>>, super::AppError> {
    if plan.context.settings.cluster.workers.is_empty() { Ok(None) } else { Err(super::UsageError::NoCluster.into()) }
}
