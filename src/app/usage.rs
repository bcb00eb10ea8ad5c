//! What a command was asked for and cannot do: options that contradict each other, and names that nothing has.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;

#[cfg(feature = "cluster")]
use crate::engine::cluster::WorkerAddressError;
use crate::place::{Place, PlaceError};
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;
use crate::vocabulary::sender_code::SenderCodeError;

/// A command line that cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    #[error("{id} is not a metric{meant}; known are {known}")]
    UnknownMetric { id: String, meant: String, known: String },
    #[error("{dataset} is not a dataset that a force submits; known are {known}")]
    UnknownDataset { dataset: String, known: String },
    #[error("no roll-up is made from {dataset}; hand in its records")]
    NoRollup { dataset: String },
    #[error("--org must be a code of the organisations dataset; {0}")]
    OrganisationCode(SenderCodeError),
    #[error("statement: there is no column {name}{meant}; the columns here are {known}")]
    UnknownColumn { name: String, meant: String, known: String },
    #[error("statement: there is no table {name}{meant}; the tables here are {known}")]
    UnknownTable { name: String, meant: String, known: String },
    #[error("statement: there is no table {name}; name --source, --release or both")]
    NoTables { name: String },
    #[error("{0}: neither a release nor the folder of a period's releases")]
    NoRelease(Place),
    #[error("--out {0}: there is no such folder of releases")]
    NoFolderOfReleases(Place),
    /// The words name the roll-up, and the setting that would let the engine make it.
    #[error("{0}")]
    RollupOutOfMemory(String),
    #[error("--tables needs --source, --release or both")]
    NothingToList,
    #[error("the settings have no [[schedules]]; docs/operations.md shows one")]
    NoSchedules,
    #[error("--listen {address}: nothing can be answered at this address; name a port that is free")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("this program was built without workers; build it with --features cluster")]
    NoCluster,
    #[error("no worker is named; name some with --workers, or in cluster.workers of the settings")]
    NoWorkers,
    #[cfg(feature = "cluster")]
    #[error("cluster.workers")]
    WorkerAddress(#[from] WorkerAddressError),
    #[error("cluster: {0} is missing; certificate, key and authority belong together")]
    HalfACertificate(&'static str),
    #[error("there are no such cases")]
    NoCases,
    #[error("{0} exists already; nothing was overwritten")]
    Exists(PathBuf),
    #[error("{0} exists already; --overwrite replaces it")]
    ExistsUnlessOverwritten(PathBuf),
    #[error("{name} is no edition of this release{meant}; editions are {known}")]
    UnknownEdition { name: String, meant: String, known: String },
    #[error(
        "{name} is neither the code nor the name of a body in this release{meant}; results/organisations.csv lists them"
    )]
    UnknownBody { name: String, meant: String },
    #[error("the release has no figure of {metric} for {body} in {period}{meant}; it has one for {known}")]
    NoFigure { metric: String, body: String, period: String, meant: String, known: String },
    #[error(
        "the release was made with another definition of {metric}, or of roll-ups, than the one at hand; name the folder \
         of its definitions with --definitions"
    )]
    OtherDefinition { metric: MetricId },
    #[error("{one} and {other} hold no period in common; name two releases that do")]
    NothingInCommon { one: Place, other: Place },
    #[error("{option} {path} lies inside the release, which never changes; name a place elsewhere")]
    InsideRelease { option: &'static str, path: PathBuf },
    #[error("name the folder of the definitions with --definitions")]
    NoDefinitions,
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(
        "--as-of {as_of} lies after {published_on}, the day of publication; a release cannot hold what comes in later"
    )]
    DataAfterPublication { as_of: NaiveDate, published_on: NaiveDate },
    #[error("--period {period} begins on {}, after {published_on}, the day of publication", period.start())]
    PeriodAfterPublication { period: Period, published_on: NaiveDate },
    #[error(
        "{option} {place} lies inside --source; a later run would take it for submissions; name a folder elsewhere"
    )]
    InsideSource { option: &'static str, place: Place },
    #[error("{option} {place}: {file} is a file; name a folder")]
    File { option: &'static str, place: Place, file: PathBuf },
    #[error("--work {work} lies in {option} {place}; the work folder holds record-level rows and must lie outside it")]
    WorkInside { work: PathBuf, option: &'static str, place: Place },
}
