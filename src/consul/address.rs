//! Where an agent listens, in every form that the `consul` command accepts.
//!
//! Pure parsing: nothing is resolved and nothing is opened. An address that parses has no user
//! name in it, so its text ([`fmt::Display`]) is safe to show and to log.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use reqwest::Url;
use thiserror::Error;

/// The agent that the `consul` command asks when nothing is set.
const DEFAULT_AUTHORITY: &str = "127.0.0.1:8500";

/// Where an agent listens and whether it speaks TLS there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    tls: bool,
    target: Target,
    /// A reverse proxy's path before `/v1`, with a leading and without a trailing slash, or empty.
    prefix: String,
}

/// What the socket is opened to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// `host` is a DNS name or an IP address; IPv6 without brackets.
    Tcp {
        host: String,
        port: u16,
    },
    Unix(PathBuf),
}

/// Why a text is no address. It quotes nothing that could hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// A scheme other than http, https and unix.
    #[error("unknown scheme '{0}' in the address; use http, https or unix")]
    Scheme(String),
    /// `user:password@host`, which would end up in logs and titles.
    #[error("the address holds a user name; put it in CONSUL_HTTP_AUTH instead")]
    UserName,
    /// A proxy that is spoken to in another way.
    #[error("its scheme is unknown; use http, https, socks5 or socks5h")]
    ProxyScheme,
    /// A proxy without a host, or with a port that is none.
    #[error("write http://host:port")]
    Proxy,
    /// A host or port that is none, with what the parser said.
    #[error("'{text}' is no address ({reason}); write host:port, http://, https:// or unix://")]
    Malformed {
        /// The text as it was given.
        text: String,
        /// The parser's reason.
        reason: String,
    },
}

impl Default for Address {
    fn default() -> Self {
        Self {
            tls: false,
            target: Target::Tcp { host: "127.0.0.1".to_owned(), port: 8500 },
            prefix: String::new(),
        }
    }
}

impl Address {
    /// Reads `host:port`, `host`, `http://..`, `https://..` and `unix://PATH` as the `consul`
    /// command does; empty text is the default agent. With `force_tls` (`CONSUL_HTTP_SSL`) the
    /// address is TLS whatever its scheme says: asked-for TLS is never taken back.
    ///
    /// # Errors
    /// [`AddressError`] for another scheme, a user name, or a host or port that is none.
    pub fn parse(text: &str, force_tls: bool) -> Result<Self, AddressError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        match scheme {
            "unix" => Ok(Self {
                tls: force_tls,
                target: Target::Unix(PathBuf::from(rest)),
                prefix: String::new(),
            }),
            "http" => Self::tcp(rest, force_tls),
            "https" => Self::tcp(rest, true),
            other => Err(AddressError::Scheme(other.to_owned())),
        }
    }

    fn tcp(rest: &str, tls: bool) -> Result<Self, AddressError> {
        let rest = if rest.is_empty() { DEFAULT_AUTHORITY } else { rest };
        let (authority, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(AddressError::UserName);
        }
        let malformed = |reason: String| AddressError::Malformed { text: rest.to_owned(), reason };
        let scheme = if tls { "https" } else { "http" };
        let url = Url::parse(&format!("{scheme}://{authority}/"))
            .map_err(|error| malformed(error.to_string()))?;
        if url.query().is_some() || url.fragment().is_some() || prefix.contains(['?', '#']) {
            return Err(malformed("it has a query".to_owned()));
        }
        let host = url.host_str().unwrap_or_default();
        let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        let prefix = prefix.trim_matches('/');
        Ok(Self {
            tls,
            target: Target::Tcp {
                host: host.to_owned(),
                port: url.port_or_known_default().unwrap_or(80),
            },
            prefix: if prefix.is_empty() { String::new() } else { format!("/{prefix}") },
        })
    }

    /// True when the agent is spoken to over TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// The host and port, or nothing for a unix socket.
    pub fn host_and_port(&self) -> Option<(&str, u16)> {
        match &self.target {
            Target::Tcp { host, port } => Some((host, *port)),
            Target::Unix(_) => None,
        }
    }

    /// The unix socket's path, or nothing for TCP.
    pub fn socket(&self) -> Option<&Path> {
        match &self.target {
            Target::Tcp { .. } => None,
            Target::Unix(path) => Some(path),
        }
    }

    /// A reverse proxy's path before `/v1`: empty, or with a leading slash.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// True when the way to the agent never leaves this machine, so that no proxy may sit in it.
    pub fn is_local(&self) -> bool {
        match &self.target {
            Target::Unix(_) => true,
            Target::Tcp { host, .. } => {
                host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
        }
    }

    /// `host:port` as a URL and a Host header write it; `localhost` for a unix socket.
    pub fn authority(&self) -> String {
        match &self.target {
            Target::Unix(_) => "localhost".to_owned(),
            Target::Tcp { host, port } if host.contains(':') => format!("[{host}]:{port}"),
            Target::Tcp { host, port } => format!("{host}:{port}"),
        }
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Unix(path) => write!(f, "unix://{}", path.display()),
            Target::Tcp { .. } => {
                write!(f, "{}://{}{}", self.scheme(), self.authority(), self.prefix)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Address::parse(text, false).unwrap().to_string()
    }

    #[test]
    fn every_form_of_the_consul_command_is_read() {
        for (text, meant) in [
            ("", "http://127.0.0.1:8500"),
            ("10.0.0.1:8500", "http://10.0.0.1:8500"),
            ("consul.internal", "http://consul.internal:80"),
            ("https://consul.internal", "https://consul.internal:443"),
            ("http://consul.internal:18500", "http://consul.internal:18500"),
            ("[::1]:8500", "http://[::1]:8500"),
            ("https://[2001:db8::1]:8501", "https://[2001:db8::1]:8501"),
            ("https://proxy.internal/consul/a/", "https://proxy.internal:443/consul/a"),
            ("unix:///run/consul.sock", "unix:///run/consul.sock"),
        ] {
            assert_eq!(shown(text), meant, "{text}");
        }
    }

    #[test]
    fn asked_for_tls_is_never_taken_back() {
        for text in ["10.0.0.1:8501", "http://10.0.0.1:8501", "https://10.0.0.1:8501"] {
            let address = Address::parse(text, true).unwrap();
            assert_eq!(address.to_string(), "https://10.0.0.1:8501");
        }
    }

    #[test]
    fn a_user_name_is_refused_without_showing_it() {
        let error = Address::parse("http://ann:hunter2@host:8500", false).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["ftp://a", "a:b", "::1", "http://a:99999", "a b:1", "http://a/?x=1"] {
            assert!(Address::parse(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn only_loopback_and_sockets_are_local() {
        for (text, local) in [
            ("localhost:8500", true),
            ("127.1.2.3:8500", true),
            ("[::1]:8500", true),
            ("unix:///s", true),
            ("10.0.0.1:8500", false),
            ("localhost.example.com:8500", false),
        ] {
            assert_eq!(Address::parse(text, false).unwrap().is_local(), local, "{text}");
        }
    }
}
