//! The workers of a run, as its settings name them.

#[cfg(feature = "cluster")]
pub(super) use built_in::{helpers_of, look_for_workers};

#[cfg(feature = "cluster")]
mod built_in {
    use std::sync::Arc;

    use crate::app::run_plan::RunPlan;
    use crate::app::worker::access_of;
    use crate::app::{AppError, Context, UsageError};
    use crate::cluster::{Build, ClusterOptions, ClusterSession, SubmissionReader, TableReaders};
    use crate::contract::OtherReaders;
    use crate::engine::cluster::WorkerAddress;
    use crate::intake::{HelpRecord, ReadingHelpers};
    use crate::rollups::RollupPass;
    use crate::sources::SubmittedTable;

    /// The workers of a run, if its settings name any.
    ///
    /// # Errors
    /// Settings that cannot be followed. Workers that do not answer are no error: the run goes on without them.
    pub(in crate::app) async fn helpers_of(plan: &RunPlan<'_>) -> Result<Option<Box<dyn ReadingHelpers>>, AppError> {
        let Some(session) = begin_session(plan.context).await? else { return Ok(None) };
        let (opened, definitions) = (&plan.opened, &plan.context.definitions);
        let own = || SubmissionReader::new(opened.source.clone(), opened.engine.clone(), Arc::clone(definitions));
        let own = plan.context.settings.cluster.verify.then(|| Arc::new(own()));
        Ok(Some(Box::new(Workers { session: Arc::new(session), own })))
    }

    /// Asks the workers that the settings name, if any, whether a run could use them.
    ///
    /// # Errors
    /// Settings that cannot be followed.
    pub(in crate::app) async fn look_for_workers(context: &Context) -> Result<Option<HelpRecord>, AppError> {
        Ok(begin_session(context).await?.map(|session| session.record()))
    }

    async fn begin_session(context: &Context) -> Result<Option<ClusterSession>, AppError> {
        let section = &context.settings.cluster;
        if section.workers.is_empty() {
            return Ok(None);
        }
        let workers = section.workers.iter().map(|text| text.parse::<WorkerAddress>()).collect::<Result<_, _>>();
        let workers = workers.map_err(UsageError::from)?;
        let options = ClusterOptions { workers, access: access_of(section)?, patience: section.patience() };
        let build = Build::of_this_program(&context.definitions).map_err(AppError::OwnProgram)?;
        Ok(Some(ClusterSession::begin(options, build).await))
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

#[cfg(not(feature = "cluster"))]
pub(super) use left_out::{helpers_of, look_for_workers};

/// A program without workers, whose settings may name none.
#[cfg(not(feature = "cluster"))]
mod left_out {
    use crate::app::run_plan::RunPlan;
    use crate::app::{AppError, Context, UsageError};
    use crate::intake::{HelpRecord, ReadingHelpers};

    /// No workers.
    ///
    /// # Errors
    /// Settings that name some.
    pub(in crate::app) async fn helpers_of(plan: &RunPlan<'_>) -> Result<Option<Box<dyn ReadingHelpers>>, AppError> {
        look_for_workers(plan.context).await.map(|_| None)
    }

    /// No workers.
    ///
    /// # Errors
    /// Settings that name some.
    pub(in crate::app) async fn look_for_workers(context: &Context) -> Result<Option<HelpRecord>, AppError> {
        if context.settings.cluster.workers.is_empty() { Ok(None) } else { Err(UsageError::NoCluster.into()) }
    }
}
