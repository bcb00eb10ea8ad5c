//! The force's secret key: read from a file or an environment variable, turned into a hasher at once, and wiped.
//! It is never stored, printed or part of a message; messages do not even repeat the name that was given for it.

use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::digest::KeyedHasher;

/// Fewest bytes of a key: as many as the hash has.
const LEAST_BYTES: usize = 32;
/// Fewest different bytes: a key made at random has more, one letter held down has not.
const LEAST_DIFFERENT: usize = 8;
/// Hexadecimal digits of a reference: 128 bits, so that two of a million users are never the same by chance.
const REFERENCE_DIGITS: usize = 32;

/// Where the key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file whose whole content is the key; white space at its end does not count.
    File(PathBuf),
    /// The name of an environment variable.
    Variable(String),
}

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key file cannot be read")]
    File(#[source] std::io::Error),
    #[error("the environment variable named by --key-variable is not set")]
    NotSet,
    #[error("the key has {0} bytes; it needs at least {LEAST_BYTES}, such as the output of “openssl rand -hex 32”")]
    Short(usize),
    #[error("the key repeats a few characters; make one at random, such as with “openssl rand -hex 32”")]
    Simple,
}

/// A key, in the form in which it hashes. It cannot be read back.
pub struct SecretKey(KeyedHasher);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// Reads and tests the key.
    pub fn read(source: &KeySource) -> Result<Self, KeyError> {
        let bytes = match source {
            KeySource::File(path) => std::fs::read(path).map_err(KeyError::File)?,
            KeySource::Variable(name) => std::env::var_os(name).ok_or(KeyError::NotSet)?.into_encoded_bytes(),
        };
        Self::new(&Zeroizing::new(bytes))
    }

    fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.trim_ascii_end();
        if bytes.len() < LEAST_BYTES {
            return Err(KeyError::Short(bytes.len()));
        }
        let different: std::collections::BTreeSet<&u8> = bytes.iter().collect();
        if different.len() < LEAST_DIFFERENT {
            return Err(KeyError::Simple);
        }
        KeyedHasher::new(bytes).map(Self).ok_or(KeyError::Short(bytes.len()))
    }

    /// The reference of a value: the same for the same value and domain, and of no use without the key.
    pub fn reference(&self, domain: &str, value: &str) -> String {
        // A domain holds no zero byte, so that no domain and value read like another pair.
        let mut reference = self.0.hash(&[domain.as_bytes(), &[0], value.as_bytes()]);
        reference.truncate(REFERENCE_DIGITS);
        reference
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    #[test]
    fn references_are_the_start_of_the_hash_of_domain_and_value() {
        let key = SecretKey::new(KEY).unwrap();
        // Worked out with Python: hmac.new(key, b"user\0SMITH01", "sha256").hexdigest()[:32].
        assert_eq!(key.reference("user", "SMITH01"), "0e63c8f15f063adc4684b56ecdabcf57");
        assert_eq!(
            key.reference("user", "SMITH01"),
            SecretKey::new(&[KEY, b"\r\n"].concat()).unwrap().reference("user", "SMITH01")
        );
        assert_ne!(key.reference("user", "SMITH01"), key.reference("report", "SMITH01"));
        assert_ne!(
            key.reference("user", "SMITH01"),
            SecretKey::new(&KEY.repeat(2)).unwrap().reference("user", "SMITH01")
        );
    }

    #[test]
    fn keys_that_could_be_guessed_are_refused_and_never_printed() {
        let refused = |bytes: &[u8]| SecretKey::new(bytes).unwrap_err().to_string();
        assert!(refused(b"").starts_with("the key has 0 bytes"));
        let short = refused(b"too-short-a-secret-of-a-force \n");
        assert!(
            short.starts_with("the key has 29 bytes; it needs at least 32") && !short.contains("secret"),
            "{short}"
        );
        assert!(refused(&b"ab".repeat(32)).starts_with("the key repeats a few characters"));
        assert_eq!(format!("{:?}", SecretKey::new(KEY).unwrap()), "SecretKey(…)");
        let named = SecretKey::read(&KeySource::Variable("no-such-variable-or-the-key-itself".to_owned())).unwrap_err();
        assert!(!named.to_string().contains("itself"), "{named}");
    }
}
