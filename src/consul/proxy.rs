//! A proxy between here and an agent.
//!
//! Its text ([`fmt::Display`]) leaves out user name and password, so that it may be shown and logged.

use std::fmt;

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

use super::AddressError;

/// Where a forward proxy listens, and who we are there.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// The whole URL, which may hold a password.
    url: SecretString,
    shown: String,
}

impl Proxy {
    /// Reads `http://`, `https://`, `socks5://`, `socks5h://` and bare `host:port`, which means http.
    ///
    /// # Errors
    /// [`AddressError`], which quotes nothing of the text.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        if !["http", "https", "socks5", "socks5h"].contains(&scheme) {
            return Err(AddressError::ProxyScheme);
        }
        let url = Url::parse(&format!("{scheme}://{rest}"));
        let url = url.ok().filter(Url::has_host).ok_or(AddressError::Proxy)?;
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{scheme}://{host}{port}");
        Ok(Self { url: SecretString::from(url.to_string()), shown })
    }

    /// For the HTTP library.
    pub(super) fn build(&self) -> Option<reqwest::Proxy> {
        reqwest::Proxy::all(self.url.expose_secret()).ok()
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_we_are_there_is_never_shown() {
        let proxy = Proxy::parse("http://ann:hunter2@proxy.example:3128/").unwrap();
        assert_eq!(proxy.to_string(), "http://proxy.example:3128");
        assert!(!format!("{proxy:?}").contains("hunter2"));
        for text in ["ftp://ann:hunter2@p:1", "http://ann:hunter2@", "http://ann:hunter2@p:x"] {
            assert!(!Proxy::parse(text).unwrap_err().to_string().contains("hunter2"), "{text}");
        }
        assert!(Proxy::parse("proxy:3128").is_ok_and(|proxy| proxy.build().is_some()));
    }
}
