//! HAProxy's statistics: over HTTP, or over its admin socket on this machine.
//!
//! Nothing but reading: a GET, and `show stat`.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::redirect::Policy;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::domain::consumers::Balancer;
use crate::domain::consumers::balancer::{self, Server};

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// No statistics are longer: some ten thousand servers.
const LONGEST: usize = 16 << 20;

/// Asks load balancers. Clones share connections.
#[derive(Clone, Debug, Default)]
pub struct Haproxy {
    /// For plain HTTP, which must work on a machine without any authorities installed.
    plain: Option<reqwest::Client>,
    tls: Option<reqwest::Client>,
}

/// Why there is no answer, in a few words.
pub type Refused = Arc<str>;

impl Haproxy {
    /// Opens nothing.
    pub fn new() -> Self {
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

    /// The servers of a load balancer now.
    ///
    /// # Errors
    /// Why they cannot be had.
    pub async fn servers(&self, of: &Balancer) -> Result<Vec<Server>, Refused> {
        let text = match of.address.strip_prefix("unix://") {
            Some(path) => by_socket(Path::new(path)).await?,
            None => self.by_http(of).await?,
        };
        balancer::read(&text).map_err(Refused::from)
    }

    async fn by_http(&self, of: &Balancer) -> Result<String, Refused> {
        let client = if of.address.starts_with("https://") { &self.tls } else { &self.plain };
        let client = client.as_ref().ok_or("TLS cannot be set up here")?;
        let url = format!("{};csv", of.address);
        let mut request = client.get(&url);
        if let Some(auth) = &of.auth {
            let (user, password) = auth.split_once(':').unwrap_or((auth, ""));
            request = request.basic_auth(user, Some(password));
        }
        let answer = request.send().await.map_err(|error| why(&error))?;
        let status = answer.status();
        if status.as_u16() == 401 {
            return Err("HTTP 401: it wants a user and a password ('auth')".into());
        }
        if !status.is_success() {
            return Err(format!("HTTP {}", status.as_u16()).into());
        }
        let mut body = Vec::new();
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(|error| why(&error))?);
            if body.len() > LONGEST {
                return Err("the statistics are too long".into());
            }
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
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

fn in_words(error: &io::Error) -> &'static str {
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

async fn by_socket(path: &Path) -> Result<String, Refused> {
    let exchange = async {
        let mut stream = UnixStream::connect(path).await?;
        stream.write_all(b"show stat\n").await?;
        let mut body = Vec::new();
        (&mut stream).take(LONGEST as u64 + 1).read_to_end(&mut body).await?;
        Ok::<_, io::Error>(body)
    };
    let body = timeout(PATIENCE, exchange).await.map_err(|_| "no answer in time")?;
    let body = body.map_err(|error| in_words(&error))?;
    if body.len() > LONGEST {
        return Err("the statistics are too long".into());
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}
