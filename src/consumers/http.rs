//! Small questions by HTTP to what is no Consul: load balancers and Nomad.
//!
//! Only GET, no redirects, no proxy; every answer is bounded in time and size.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::redirect::Policy;

/// How long one may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// No answer is longer: the statistics of some ten thousand servers.
pub(super) const LONGEST: usize = 16 << 20;

/// Why there is no answer, in a few words.
pub type Refused = Arc<str>;

/// Asks by HTTP. Clones share connections.
#[derive(Clone, Debug)]
pub struct Http {
    /// For plain HTTP, which must work on a machine without any authorities installed.
    plain: Option<reqwest::Client>,
    tls: Option<reqwest::Client>,
}

impl Default for Http {
    /// Opens nothing.
    fn default() -> Self {
        crate::consul::install_crypto();
        let builder = || {
            reqwest::Client::builder()
                .redirect(Policy::none())
                .connect_timeout(PATIENCE / 2)
                .timeout(PATIENCE)
                .user_agent(concat!("dcview/", env!("CARGO_PKG_VERSION")))
                .no_proxy()
        };
        Self { plain: builder().tls_certs_only([]).build().ok(), tls: builder().build().ok() }
    }
}

impl Http {
    /// The body of an answer; `auth` is `user:password`.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn get(&self, url: &str, auth: Option<&str>) -> Result<Vec<u8>, Refused> {
        let client = if url.starts_with("https://") { &self.tls } else { &self.plain };
        let client = client.as_ref().ok_or("TLS cannot be set up here")?;
        let mut request = client.get(url);
        if let Some(auth) = auth {
            let (user, password) = auth.split_once(':').unwrap_or((auth, ""));
            request = request.basic_auth(user, Some(password));
        }
        let answer = request.send().await.map_err(|error| why(&error))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(format!("HTTP {}", status.as_u16()).into());
        }
        let mut body = Vec::new();
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(|error| why(&error))?);
            if body.len() > LONGEST {
                return Err("the answer is too long".into());
            }
        }
        Ok(body)
    }
}

fn why(error: &reqwest::Error) -> Refused {
    if error.is_timeout() {
        return "no answer in time".into();
    }
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return in_words(error).into();
        }
        source = error.source();
    }
    if error.is_connect() { "cannot connect".into() } else { "what came is no HTTP".into() }
}

pub(super) fn in_words(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused",
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => "connection reset",
        io::ErrorKind::UnexpectedEof => "connection closed",
        io::ErrorKind::NotFound => "there is no such socket",
        io::ErrorKind::PermissionDenied => "this user may not open the socket",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "no way there",
        _ => "cannot connect",
    }
}
