//! Who may speak to whom: addresses of workers, and the certificates of both sides.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tonic::transport::{Certificate, ClientTlsConfig, Identity, ServerTlsConfig};
use url::{Host, Url};

/// The address of a worker: `https` and a certificate, or `http` on this computer alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkerAddress(Url);

/// A text that is no address of a worker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkerAddressError {
    #[error("“{0}” is no address of a worker; write one such as https://reader-1.example.org:7412")]
    NoAddress(String),
    #[error(
        "{0}: http is for workers of this computer alone, because others could read and change what travels; write https"
    )]
    Unprotected(String),
}

impl WorkerAddress {
    pub(super) fn url(&self) -> &Url {
        &self.0
    }

    pub(super) fn of(url: &Url) -> Self {
        Self(url.clone())
    }

    fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl FromStr for WorkerAddress {
    type Err = WorkerAddressError;

    fn from_str(text: &str) -> Result<Self, WorkerAddressError> {
        let no_address = || WorkerAddressError::NoAddress(text.to_owned());
        let url = Url::parse(text).map_err(|_| no_address())?;
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let names_nobody = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !is_bare || !names_nobody {
            return Err(no_address());
        }
        let is_own_computer = match url.host().ok_or_else(no_address)? {
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => IpAddr::from(ip).to_canonical().is_loopback(),
            Host::Domain(name) => name == "localhost",
        };
        let address = Self(url);
        if !address.is_encrypted() && !is_own_computer {
            return Err(WorkerAddressError::Unprotected(address.to_string()));
        }
        Ok(address)
    }
}

impl fmt::Display for WorkerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// What proves who this computer is, and by what it knows others: files in PEM form. Both sides ask each other for a
/// certificate that the same authority signed.
#[derive(Clone)]
pub struct Access {
    authority: Vec<u8>,
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access")
    }
}

/// Why two computers may not speak to each other.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error("{path}")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "other computers can reach {0}, and without certificates anybody could ask a worker there; give certificate, key and authority, \
         or an address of this computer alone"
    )]
    OpenToAnybody(SocketAddr),
    #[error("{0} needs certificates: give certificate, key and authority")]
    NoCertificates(WorkerAddress),
    #[error("the certificates cannot be used")]
    Unusable(#[source] tonic::transport::Error),
}

impl Access {
    /// Reads the three files.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn read(authority: &Path, certificate: &Path, key: &Path) -> Result<Self, AccessError> {
        let read =
            |path: &Path| std::fs::read(path).map_err(|source| AccessError::Read { path: path.to_owned(), source });
        Ok(Self { authority: read(authority)?, certificate: read(certificate)?, key: read(key)? })
    }

    pub(super) fn as_client(&self) -> ClientTlsConfig {
        ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(&self.authority))
            .identity(Identity::from_pem(&self.certificate, &self.key))
    }

    pub(super) fn as_server(&self) -> ServerTlsConfig {
        ServerTlsConfig::new()
            .client_ca_root(Certificate::from_pem(&self.authority))
            .identity(Identity::from_pem(&self.certificate, &self.key))
    }

    /// An address that only this computer reaches needs no certificates.
    pub(super) fn check_server(access: Option<&Self>, address: SocketAddr) -> Result<(), AccessError> {
        if access.is_some() || address.ip().to_canonical().is_loopback() {
            return Ok(());
        }
        Err(AccessError::OpenToAnybody(address))
    }

    /// The certificates that an address is spoken to with; none on this computer.
    pub(super) fn for_worker<'a>(
        access: Option<&'a Self>,
        address: &WorkerAddress,
    ) -> Result<Option<&'a Self>, AccessError> {
        if !address.is_encrypted() {
            return Ok(None);
        }
        access.map(Some).ok_or_else(|| AccessError::NoCertificates(address.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_elsewhere_are_spoken_to_with_certificates() {
        for own in ["http://127.0.0.1:7412", "http://[::1]:7412", "http://localhost:7412", "https://reader-1:7412"] {
            assert_eq!(own.parse::<WorkerAddress>().unwrap().to_string(), own);
        }
        for open in ["http://reader-1:7412", "http://10.0.0.2:7412", "http://[2001:db8::1]:7412"] {
            assert_eq!(open.parse::<WorkerAddress>(), Err(WorkerAddressError::Unprotected(open.to_owned())));
        }
        for wrong in ["", "reader-1:7412", "ftp://127.0.0.1", "https://reader-1/path", "https://me:secret@reader-1"] {
            assert_eq!(wrong.parse::<WorkerAddress>(), Err(WorkerAddressError::NoAddress(wrong.to_owned())));
        }
        let address = "https://reader-1:7412".parse().unwrap();
        assert!(matches!(Access::for_worker(None, &address), Err(AccessError::NoCertificates(_))));
    }

    #[test]
    fn a_worker_that_others_can_reach_asks_who_they_are() {
        for own in ["127.0.0.1:0", "[::1]:7412"] {
            assert!(Access::check_server(None, own.parse().unwrap()).is_ok(), "{own}");
        }
        let open = Access::check_server(None, "0.0.0.0:7412".parse().unwrap());
        assert!(matches!(open, Err(AccessError::OpenToAnybody(_))));
    }
}
