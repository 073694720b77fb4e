//! The connection pools to one agent.
//!
//! Two pools, so that nothing that somebody waits for shares a connection with a blocking query,
//! both HTTP/1.1, so that one request is one connection and budgets count what the agent counts.
//! A pool is built at its first use: loading the system's authorities takes longer than the first
//! frame may. Redirects are never followed: a token must not travel to another host, and a path
//! that a server "cleans" is another key.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

use super::material::Material;
use super::{Address, ApiError, Endpoint, Lane, Proxy, Verify};

/// Long enough for a lossy way round the world, short enough to call a dark agent dark.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections count against the agent's limit too.
const IDLE_CALLS: usize = 2;
/// Longer than the pause between two pulses, which so have a connection, and short: those that only
/// a burst needed are missing elsewhere on an agent that has few to give.
const IDLE_FOR: Duration = Duration::from_secs(10);

/// How to open connections to one agent.
pub(super) struct Transport {
    address: Address,
    server_name: Option<String>,
    proxy: Option<Proxy>,
    verify: Verify,
    material: Material,
    watch: OnceLock<Result<Client, ApiError>>,
    call: OnceLock<Result<Client, ApiError>>,
}

impl Transport {
    /// # Errors
    /// [`ApiError::Setup`] for certificate files that cannot be used and for a server name that
    /// is no DNS name.
    pub(super) fn new(endpoint: &Endpoint) -> Result<Self, ApiError> {
        let address = endpoint.address.clone();
        let tls = address.is_tls();
        let server_name = endpoint.tls.server_name.clone().filter(|_| tls);
        if let Some(name) = &server_name
            && !is_dns_name(name)
        {
            return Err(ApiError::Setup(format!("the TLS server name '{name}' is no DNS name")));
        }
        let material = if tls {
            Material::read(&endpoint.tls)?
        } else {
            Material { authorities: None, identity: None }
        };
        let (verify, proxy) = (endpoint.tls.verify, endpoint.proxy.clone());
        let (watch, call) = (OnceLock::new(), OnceLock::new());
        Ok(Self { address, server_name, proxy, verify, material, watch, call })
    }

    /// The pool of a lane.
    ///
    /// # Errors
    /// [`ApiError::Setup`] when the system has no authorities to trust and none were given.
    pub(super) fn pool(&self, lane: Lane) -> Result<Client, ApiError> {
        let cell = match lane {
            Lane::Watch => &self.watch,
            Lane::Call => &self.call,
        };
        cell.get_or_init(|| self.build()).clone()
    }

    /// True when every connection is TLS.
    pub(super) fn is_tls(&self) -> bool {
        self.address.is_tls()
    }

    /// Scheme and authority of every URL. With a server name of its own this is the name, which
    /// makes the library ask and check for it; [`Names`] then leads it to the real host.
    pub(super) fn base(&self) -> String {
        let authority = match (&self.server_name, self.address.host_and_port()) {
            (Some(name), Some((_, port))) => format!("{name}:{port}"),
            (Some(name), None) => name.clone(),
            (None, _) => self.address.authority(),
        };
        format!("{}://{authority}{}", self.address.scheme(), self.address.prefix())
    }

    /// The host in every URL.
    fn url_host<'a>(&'a self, host: &'a str) -> &'a str {
        self.server_name.as_deref().unwrap_or(host)
    }

    /// The Host header, where it is not the URL's.
    pub(super) fn host_header(&self) -> Option<String> {
        self.server_name.as_ref().map(|_| self.address.authority())
    }

    fn build(&self) -> Result<Client, ApiError> {
        install_crypto();
        let mut builder = Client::builder()
            .http1_only()
            .redirect(Policy::none())
            .referer(false)
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CALLS)
            .pool_idle_timeout(IDLE_FOR)
            .user_agent(concat!("dcview/", env!("CARGO_PKG_VERSION")))
            // Asked for per request; the decoder must be there to read what was asked for.
            .gzip(true)
            // The settings say which proxy is on the way, if one is.
            .no_proxy();
        if let Some(proxy) = self.proxy.as_ref().and_then(Proxy::build) {
            builder = builder.proxy(proxy);
        }
        builder = match (self.address.socket(), self.address.host_and_port()) {
            (Some(path), _) => builder.unix_socket(path),
            (None, Some((host, _))) => builder.dns_resolver(Names::new(self.url_host(host), host)),
            (None, None) => builder,
        };
        self.with_tls(builder).build().map_err(|error| {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            ApiError::Setup(format!(
                "cannot set up TLS for {}: {cause}; set CONSUL_CACERT (--ca-file)",
                self.address
            ))
        })
    }

    fn with_tls(&self, builder: ClientBuilder) -> ClientBuilder {
        if !self.address.is_tls() {
            // Plain HTTP must work on a machine without any authorities installed.
            return builder.tls_certs_only([]);
        }
        let mut builder = match &self.material.authorities {
            Some(authorities) => builder.tls_certs_only(authorities.iter().cloned()),
            None if self.verify == Verify::Off => builder.tls_certs_only([]),
            None => builder,
        };
        if let Some(identity) = &self.material.identity {
            builder = builder.identity(identity.clone());
        }
        builder.tls_danger_accept_invalid_certs(self.verify == Verify::Off)
    }
}

fn is_dns_name(name: &str) -> bool {
    matches!(
        rustls::pki_types::ServerName::try_from(name),
        Ok(rustls::pki_types::ServerName::DnsName(_))
    )
}

/// Makes *ring* the process' TLS provider, once; the HTTP library panics without one.
pub(crate) fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails only when a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Leads the URL's name, which it carries for TLS' sake, to the agent's host, and any other (a
/// proxy's) to itself.
struct Names {
    url_host: Arc<str>,
    host: Arc<str>,
}

impl Names {
    fn new(url_host: &str, host: &str) -> Arc<Self> {
        Arc::new(Self { url_host: Arc::from(url_host), host: Arc::from(host) })
    }
}

/// The agent's host name has no address.
#[derive(Debug)]
pub(super) struct NoAddress;

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name has no address")
    }
}

impl Error for NoAddress {}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let is_agent = name.as_str().eq_ignore_ascii_case(&self.url_host);
        let host = if is_agent { Arc::clone(&self.host) } else { Arc::from(name.as_str()) };
        Box::pin(async move {
            // Port 0 is replaced by the URL's.
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((&*host, 0)).await.map_err(|_| NoAddress)?.collect();
            if found.is_empty() {
                return Err(NoAddress.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
