//! `worker`: reads submissions of one source for runs on other computers.

use std::net::SocketAddr;

use super::{AppError, Context};
use crate::place::Place;

/// What `worker` was asked to do.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    pub listen: SocketAddr,
    pub source: Place,
}

#[cfg(feature = "cluster")]
mod built_in {
    use std::sync::Arc;

    use super::{AppError, Context, WorkerOptions};
    use crate::app::UsageError;
    use crate::app::stop::asked;
    use crate::cluster::{Build, SubmissionReader};
    use crate::engine::Engine;
    use crate::engine::cluster::{Access, WorkerServer};
    use crate::intake::IntakeError;
    use crate::settings::ClusterSection;
    use crate::sources::Source;

    /// The certificates that the settings name: all three files, or none.
    pub(in crate::app) fn access_of(section: &ClusterSection) -> Result<Option<Access>, AppError> {
        let half = |name| AppError::from(UsageError::HalfACertificate(name));
        match (&section.authority, &section.certificate, &section.key) {
            (None, None, None) => Ok(None),
            (Some(authority), Some(certificate), Some(key)) => Ok(Some(Access::read(authority, certificate, key)?)),
            (None, ..) => Err(half("authority")),
            (_, None, _) => Err(half("certificate")),
            (.., None) => Err(half("key")),
        }
    }

    /// Reads for others until it is stopped. `ready` is told the address.
    ///
    /// # Errors
    /// A source that is not there, an address that cannot be had, certificates that cannot be used.
    pub async fn serve(
        context: &Context,
        options: &WorkerOptions,
        ready: impl FnOnce(std::net::SocketAddr),
    ) -> Result<(), AppError> {
        let source = Source::open(&options.source).map_err(IntakeError::from)?;
        let engine = Engine::new(&context.engine_settings(None), Some(Arc::clone(&source.store)))?;
        let build = Build::of_this_program(&context.definitions).map_err(AppError::OwnProgram)?;
        let server = WorkerServer::bind(options.listen, access_of(&context.settings.cluster)?).await?;
        ready(server.address());
        let reader = Arc::new(SubmissionReader::new(source, engine, Arc::clone(&context.definitions)));
        Ok(server.serve(build.text().to_owned(), reader, asked(&context.stop)).await?)
    }
}

#[cfg(feature = "cluster")]
pub(super) use built_in::access_of;
#[cfg(feature = "cluster")]
pub use built_in::serve;

/// A program without workers.
///
/// # Errors
/// Always.
#[cfg(not(feature = "cluster"))]
pub async fn serve(_: &Context, _: &WorkerOptions, _: impl FnOnce(SocketAddr)) -> Result<(), AppError> {
    Err(super::UsageError::NoCluster.into())
}
