//! From an address to a store, with credentials from the variables that the tools of each provider use. Asks no store anything.

use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::path::Path as StorePath;

/// So long a request is sent again that a store answers with trouble of its own, unless somebody says otherwise.
pub const USUAL_RETRY_TIME: Duration = Duration::from_mins(1);

/// An address that no store can be opened by. What stands in the environment is never repeated.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error("{0}: only folders and addresses that begin with s3:// or az:// are known")]
    Scheme(String),
    #[error("{location}: this program was built without the feature {feature}; build it with --features {feature}")]
    Unbuilt { location: String, feature: &'static str },
    #[error("the name of a folder is empty")]
    Empty,
    #[error("{0}: names no bucket or container")]
    Nameless(String),
    #[error("{location}")]
    Path {
        location: String,
        #[source]
        source: object_store::path::Error,
    },
    #[error("{location}")]
    Store {
        location: String,
        #[source]
        source: object_store::Error,
    },
}

/// A store, and the folder in it that an address names.
pub(super) struct Connected {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) folder: StorePath,
}

/// Opens the store of an address such as `s3://bucket/folder`. A request that the store answers with trouble of its own is sent
/// again until the time has passed. What lasts longer is for the schedule, which tries the whole run again later.
pub(super) fn connect(location: &str, retry_time: Duration) -> Result<Connected, PlaceError> {
    let (scheme, rest) = location.split_once("://").unwrap_or_default();
    let (name, folder) = rest.split_once('/').unwrap_or((rest, ""));
    if name.is_empty() {
        return Err(PlaceError::Nameless(location.to_owned()));
    }
    let folder =
        StorePath::parse(folder).map_err(|source| PlaceError::Path { location: location.to_owned(), source })?;
    let store = match scheme {
        "s3" => s3(location, retry_time)?,
        "az" => azure(location, retry_time)?,
        _ => return Err(PlaceError::Scheme(location.to_owned())),
    };
    Ok(Connected { store, folder })
}

#[cfg(feature = "aws")]
fn s3(location: &str, retry_time: Duration) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    let builder = object_store::aws::AmazonS3Builder::from_env().with_url(location).with_retry(retries(retry_time));
    opened(builder.build(), location)
}

#[cfg(not(feature = "aws"))]
fn s3(location: &str, _: Duration) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    Err(PlaceError::Unbuilt { location: location.to_owned(), feature: "aws" })
}

#[cfg(feature = "azure")]
fn azure(location: &str, retry_time: Duration) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    let builder = object_store::azure::MicrosoftAzureBuilder::from_env().with_url(location);
    let builder = builder.with_retry(retries(retry_time));
    opened(builder.build(), location)
}

#[cfg(not(feature = "azure"))]
fn azure(location: &str, _: Duration) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    Err(PlaceError::Unbuilt { location: location.to_owned(), feature: "azure" })
}

#[cfg(any(feature = "aws", feature = "azure"))]
fn opened<S: ObjectStore>(
    built: Result<S, object_store::Error>,
    location: &str,
) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    match built {
        Ok(store) => Ok(Arc::new(store)),
        Err(source) => Err(PlaceError::Store { location: location.to_owned(), source }),
    }
}

/// As often as the pauses allow in that time: they grow to ten seconds, and last half as long on average.
#[cfg(any(feature = "aws", feature = "azure"))]
fn retries(retry_timeout: Duration) -> object_store::RetryConfig {
    use object_store::{BackoffConfig, RetryConfig};

    /// So many pauses have passed before they are long.
    const SHORT_PAUSES: u64 = 8;
    let backoff =
        BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(10), base: 2.0 };
    let most = if retry_timeout.is_zero() { 0 } else { SHORT_PAUSES + retry_timeout.as_secs() / 5 };
    RetryConfig { backoff, max_retries: usize::try_from(most).unwrap_or(usize::MAX), retry_timeout }
}
