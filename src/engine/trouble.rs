//! What kind of trouble stands behind an error: too little memory, a file that could not be read or written, a file that
//! changed, or the statement and its data. Only the last is anybody's fault but this computer's.

use std::error::Error;
use std::io::{self, ErrorKind};

use datafusion::error::DataFusionError;

/// Kinds of trouble, told apart because they are answered differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The engine may not have as much memory as it needs.
    Memory,
    /// The operating system did not let a file be read: a permission, too many open files, a failing disk.
    Reading,
    /// The operating system did not let a file be written: a full or read-only disk.
    Writing,
    /// A store does not let these credentials do what is asked.
    Denied,
    /// A file is another one than when the source was listed, or gone.
    Changed,
    /// The statement or the data: the same again each time.
    Content,
}

impl Trouble {
    /// Whether the computer or a store is to blame, and not what somebody sent.
    pub fn is_nobodys_fault(self) -> bool {
        matches!(self, Self::Reading | Self::Writing | Self::Denied)
    }

    /// Whether the same again may succeed later although nobody mends anything.
    pub fn may_pass(self) -> bool {
        match self {
            Self::Reading | Self::Writing | Self::Changed => true,
            Self::Memory | Self::Denied | Self::Content => false,
        }
    }
}

/// The kind of trouble that an error and what caused it tell of.
pub fn trouble_of(error: &(dyn Error + 'static)) -> Trouble {
    let mut next = Some(error);
    while let Some(one) = next {
        if let Some(trouble) = trouble_told_by(one) {
            return trouble;
        }
        next = one.source();
    }
    Trouble::Content
}

fn trouble_told_by(error: &(dyn Error + 'static)) -> Option<Trouble> {
    if let Some(DataFusionError::ResourcesExhausted(_)) = error.downcast_ref() {
        return Some(Trouble::Memory);
    }
    if let Some(error) = error.downcast_ref::<object_store::Error>() {
        return trouble_of_store(error);
    }
    let told = error.downcast_ref::<io::Error>()?;
    // The source of such an error is that of what stands in it, so that nobody else looks at what stands in it.
    if let Some(error) = told.get_ref().and_then(|inner| inner.downcast_ref::<object_store::Error>()) {
        return trouble_of_store(error);
    }
    // Decoders wrap their complaints about damaged bytes into I/O errors too; those carry no number of the system.
    let system = Some(told).filter(|error| error.raw_os_error().is_some())?;
    Some(match system.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge | ErrorKind::ReadOnlyFilesystem => {
            Trouble::Writing
        }
        _ => Trouble::Reading,
    })
}

/// What an object store tells. Of a folder on a disk the system tells more, further down.
fn trouble_of_store(error: &object_store::Error) -> Option<Trouble> {
    use object_store::Error;
    match error {
        Error::Precondition { .. } | Error::NotFound { .. } => Some(Trouble::Changed),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Some(Trouble::Denied),
        Error::Generic { store: "S3" | "MicrosoftAzure", .. } => Some(Trouble::Reading),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_at_the_bottom_decides() {
        let from_system = |number| {
            let source = Box::new(io::Error::from_raw_os_error(number));
            let store = object_store::Error::Generic { store: "local", source };
            let parquet = parquet::errors::ParquetError::External(Box::new(store));
            trouble_of(&DataFusionError::Context("scan".to_owned(), Box::new(DataFusionError::from(parquet))))
        };
        assert_eq!(from_system(24), Trouble::Reading, "too many open files");
        assert_eq!(from_system(28), Trouble::Writing, "no space left");
        let memory = DataFusionError::ResourcesExhausted("more".to_owned());
        assert_eq!(trouble_of(&memory.context("join")), Trouble::Memory);
        let path = "a/b.parquet".to_owned();
        let changed = object_store::Error::Precondition { path, source: "another file".into() };
        assert_eq!(trouble_of(&DataFusionError::from(changed)), Trouble::Changed);
        let denied = || object_store::Error::PermissionDenied { path: "r1/a.html".to_owned(), source: "403".into() };
        assert_eq!(trouble_of(&denied()), Trouble::Denied);
        assert_eq!(trouble_of(&io::Error::new(ErrorKind::PermissionDenied, denied())), Trouble::Denied);
        let silent = object_store::Error::Generic { store: "S3", source: "503 after 8 retries".into() };
        assert_eq!(trouble_of(&io::Error::other(silent)), Trouble::Reading);
        let damaged = io::Error::new(ErrorKind::InvalidData, "bad frame");
        assert_eq!(trouble_of(&DataFusionError::from(damaged)), Trouble::Content);
    }
}
