//! The address that letters are sent to. It may hold a token, so nothing but its host is ever shown.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize, Serializer};

/// An address of the web, or none. Whoever prints it, writes it down or meets it in an error sees its host and no more.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct WebhookAddress(String);

/// An address that cannot be used. It is not named: it may hold a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookAddressError {
    #[error("this program was built without HTTPS; build it with --features webhook, or leave webhook out")]
    NoSender,
    #[error(
        "this is no address; write one such as https://alerts.example.org/leds, without a user name, and with signs of ASCII alone"
    )]
    NoAddress,
    #[error(
        "http is for addresses of this computer alone, because others could read the letter on its way; write https"
    )]
    Unprotected,
}

/// What an address is made of, as far as anybody may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AddressParts<'a> {
    is_encrypted: bool,
    /// The host, with the port where one is given.
    place: &'a str,
    host: &'a str,
}

impl WebhookAddress {
    /// Whether there is one.
    pub fn is_given(&self) -> bool {
        !self.0.is_empty()
    }

    /// The whole address, for whoever sends.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// The host, with the port where one is given.
    pub fn place(&self) -> &str {
        self.parts().map_or("…", |parts| parts.place)
    }

    /// Whether the address belongs to this computer.
    pub fn is_own_computer(&self) -> bool {
        self.parts().is_some_and(AddressParts::is_own_computer)
    }

    /// Whether a letter can be sent there.
    ///
    /// # Errors
    /// A text that is no address, one without HTTPS, or a program that cannot send.
    pub fn check(&self) -> Result<(), WebhookAddressError> {
        if !self.is_given() {
            return Ok(());
        }
        if cfg!(not(feature = "webhook")) {
            return Err(WebhookAddressError::NoSender);
        }
        let parts = self.parts().ok_or(WebhookAddressError::NoAddress)?;
        if parts.is_encrypted || parts.is_own_computer() { Ok(()) } else { Err(WebhookAddressError::Unprotected) }
    }

    /// Strict, so that whoever sends finds the same host in the address: no user names, no signs that browsers repair.
    fn parts(&self) -> Option<AddressParts<'_>> {
        let (scheme, rest) = self.0.split_once("://")?;
        let is_encrypted = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let is_sound = self.0.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let place = rest.split(['/', '?', '#']).next().filter(|_| is_sound)?;
        Some(AddressParts { is_encrypted, place, host: host_of(place)? })
    }
}

impl AddressParts<'_> {
    fn is_own_computer(self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        let is_own = |ip: IpAddr| ip.to_canonical().is_loopback();
        self.host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(is_own)
    }
}

/// The host before a port; `None` where it is none.
fn host_of(place: &str) -> Option<&str> {
    let host = if place.starts_with('[') { place.split_inclusive(']').next()? } else { place.split(':').next()? };
    let port = place.strip_prefix(host)?;
    let has_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_host = match inner {
        Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)),
    };
    (has_port && is_host).then_some(host)
}

impl fmt::Display for WebhookAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            _ if !self.is_given() => Ok(()),
            Some(AddressParts { is_encrypted: true, place, .. }) => write!(f, "https://{place}/…"),
            Some(AddressParts { place, .. }) => write!(f, "http://{place}/…"),
            None => f.write_str("…"),
        }
    }
}

impl fmt::Debug for WebhookAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookAddress({self})")
    }
}

impl Serialize for WebhookAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> WebhookAddress {
        WebhookAddress(text.to_owned())
    }

    #[test]
    fn nothing_but_the_host_is_shown() {
        for (text, shown) in [
            ("", ""),
            ("https://hooks.example.org/T0/token?key=token#token", "https://hooks.example.org/…"),
            ("HTTPS://hooks.example.org:8443?token", "https://hooks.example.org:8443/…"),
            ("http://[::1]:80/token", "http://[::1]:80/…"),
            ("https://user:token@example.org/", "…"),
            ("https://exa mple.org/token", "…"),
            ("ftp://example.org/token", "…"),
            ("token", "…"),
        ] {
            let address = address(text);
            assert_eq!(address.to_string(), shown, "{text}");
            assert_eq!(serde_json::to_value(&address).unwrap(), shown, "{text}");
            assert!(!format!("{address:?} {address:#?} {}", address.place()).contains("token"), "{text}");
        }
    }

    #[test]
    #[cfg(feature = "webhook")]
    fn letters_cross_the_network_by_https_alone() {
        for text in [
            "",
            "https://hooks.example.org",
            "https://hooks.example.org:8443/a?b=c",
            "https://[2001:db8::1]/a",
            "http://localhost:9000/a",
            "http://127.0.0.1/a",
            "http://[::1]:9000/a",
        ] {
            assert_eq!(address(text).check(), Ok(()), "{text}");
        }
        for text in [
            "http://hooks.example.org/a",
            "http://10.0.0.1/a",
            "http://localhost.example.org/",
            "http://127.0.0.1.example.org/",
        ] {
            assert_eq!(address(text).check(), Err(WebhookAddressError::Unprotected), "{text}");
        }
        for text in [
            "hooks.example.org/a",
            "https://",
            "https:///a",
            "https://:443/a",
            "https://a:b/c",
            "https://a:70000/",
            "https://u@example.org/",
            "http://example.org\\@localhost/",
            "https://exämple.org/",
            "https://example.org/ä",
            "https://example.org/a b",
            "https://[::1/",
            "https://[localhost]/",
            "file:///etc/passwd",
        ] {
            assert_eq!(address(text).check(), Err(WebhookAddressError::NoAddress), "{text}");
        }
    }

    #[test]
    #[cfg(not(feature = "webhook"))]
    fn a_program_that_cannot_send_says_which_can() {
        assert_eq!(address("").check(), Ok(()));
        let refused = address("https://hooks.example.org/token").check().unwrap_err();
        assert_eq!(refused, WebhookAddressError::NoSender);
        assert!(refused.to_string().contains("--features webhook"));
    }
}
