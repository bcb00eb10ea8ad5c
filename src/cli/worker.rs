//! The command line of `worker`, and what `run` says of workers.

use std::net::SocketAddr;

use clap::{Args, ValueEnum};

use super::output::tell;
use super::values::place;
use crate::app::worker::{WorkerOptions, serve};
use crate::app::{AppError, Context, UsageError};
use crate::place::Place;
use crate::settings::ClusterSection;

/// What a worker reads, and for whom.
#[derive(Debug, Args)]
pub(super) struct WorkerArguments {
    /// The one source that is read; the address of a store may name a folder in it.
    #[arg(long, value_name = "DIR", value_parser = place())]
    source: Place,
    /// Address and port to be asked at. Others than this computer need the certificates of the settings, section cluster.
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
}

impl WorkerArguments {
    /// Every place that is named.
    pub(super) fn places(&mut self) -> Vec<&mut Place> {
        vec![&mut self.source]
    }
}

/// Reads for others.
pub(super) async fn run_worker(context: &Context, arguments: WorkerArguments) -> Result<(), AppError> {
    let WorkerArguments { source, listen } = arguments;
    let options = WorkerOptions { listen, source };
    serve(context, &options, |address| tell(format_args!("reading {} for runs that ask at {address}", options.source)))
        .await
}

/// Who reads submissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReadingEngine {
    /// This computer alone.
    Local,
    /// Workers, and this computer what they cannot.
    Cluster,
}

/// Who reads the submissions of a run.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// Who reads submissions [default: cluster where workers are named, else local].
    #[arg(long, value_name = "WHO")]
    engine: Option<ReadingEngine>,
    /// Addresses of workers, with commas between [default: the setting cluster.workers].
    #[arg(long, value_name = "ADDRESSES", value_delimiter = ',')]
    workers: Option<Vec<String>>,
    /// Read a sample of what workers read here too, and publish only if it is the same.
    #[arg(long)]
    verify: bool,
}

impl ReadingArguments {
    /// Puts what was asked for in the place of the settings.
    pub(super) fn apply(self, settings: &mut ClusterSection) -> Result<(), UsageError> {
        let Self { engine, workers, verify } = self;
        if let Some(workers) = workers {
            settings.workers = workers;
        }
        settings.verify |= verify;
        match engine {
            Some(ReadingEngine::Local) => settings.workers.clear(),
            Some(ReadingEngine::Cluster) if settings.workers.is_empty() => return Err(UsageError::NoWorkers),
            _ => {}
        }
        Ok(())
    }
}
