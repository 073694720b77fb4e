//! The client: one agent, one set of credentials, one datacenter asked for.
//!
//! [`Client::send`] is the gate that everything passes: it refuses what may not leave, adds what
//! every request carries, bounds the time and the size of the answer, and turns whatever comes
//! back into an [`Answer`] or an [`ApiError`]. It never retries, but for a token file that changed
//! and where the agent had no room for the connection (see `attempts`).

mod attempts;
mod exchange;
mod flow;
mod url;

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use reqwest::{Method, Url};

use super::credentials::Credentials;
use super::transport::Transport;
use super::{Answer, ApiError, Budget, Endpoint, Lane, Request};
use crate::domain::ids::Dc;
use attempts::Attempts;

pub use flow::Flow;

/// Speaks to one agent for one datacenter. Clones share connections.
#[derive(Clone)]
pub struct Client {
    link: Arc<Link>,
    dc: Option<Dc>,
    access: Access,
}

/// What may leave through a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing but GET.
    ReadOnly,
    /// Everything.
    ReadWrite,
}

/// What a client and its clones share about the agent.
#[derive(Debug)]
pub struct Agent {
    address: Arc<str>,
    budget: Arc<Budget>,
}

struct Link {
    agent: Agent,
    transport: Transport,
    base: String,
    host: Option<HeaderValue>,
    credentials: Credentials,
    tenancy: Vec<(&'static str, String)>,
}

impl Agent {
    /// The address, without secrets.
    pub fn address(&self) -> &Arc<str> {
        &self.address
    }

    /// The allowance of blocking queries.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }
}

impl Client {
    /// A client of `endpoint` with a budget of its own. Reads certificate files; opens nothing.
    ///
    /// # Errors
    /// [`ApiError::Setup`] for files, names or secrets that cannot be used.
    pub fn new(endpoint: &Endpoint, access: Access) -> Result<Self, ApiError> {
        Self::with_budget(endpoint, access, Budget::new(Budget::DEFAULT_SIZE))
    }

    /// As [`Client::new`], with a budget shared with other clients of the same address
    /// ([`super::Budgets`]).
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_budget(
        endpoint: &Endpoint,
        access: Access,
        budget: Arc<Budget>,
    ) -> Result<Self, ApiError> {
        let transport = Transport::new(endpoint)?;
        let host = transport.host_header().map(|host| HeaderValue::from_str(&host)).transpose();
        let tenancy = [("ns", &endpoint.namespace), ("partition", &endpoint.partition)];
        let link = Link {
            agent: Agent { address: Arc::from(shown(endpoint)), budget },
            base: transport.base(),
            host: host.map_err(|_| ApiError::Setup("the address is no Host header".to_owned()))?,
            transport,
            credentials: Credentials::new(&endpoint.token, endpoint.auth.as_ref())?,
            tenancy: tenancy
                .into_iter()
                .filter_map(|(name, value)| value.clone().map(|value| (name, value)))
                .collect(),
        };
        Ok(Self { link: Arc::new(link), dc: None, access })
    }

    /// The same connections, asking for another datacenter.
    #[must_use]
    pub fn in_dc(&self, dc: &Dc) -> Self {
        Self { dc: Some(dc.clone()), ..self.clone() }
    }

    /// The same, but nothing except GET may leave. There is no way back.
    #[must_use]
    pub fn read_only(&self) -> Self {
        Self { access: Access::ReadOnly, ..self.clone() }
    }

    /// The datacenter asked for; nothing means the agent's own.
    pub fn dc(&self) -> Option<&Dc> {
        self.dc.as_ref()
    }

    /// What may leave.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The agent behind it.
    pub fn agent(&self) -> &Agent {
        &self.link.agent
    }

    /// Sends one request and reads the whole answer. Dropping the future ends the exchange.
    ///
    /// # Errors
    /// [`ApiError::ReadOnly`] and [`ApiError::Setup`] before anything is sent; the other variants
    /// as the agent or the way to it gives cause.
    pub async fn send(&self, request: Request) -> Result<Answer, ApiError> {
        self.guard(&request)?;
        let url = self.url(&request)?;
        let _call = match request.lane {
            Lane::Call => Some(self.link.agent.budget.call().await),
            Lane::Watch => None,
        };
        if request.method != Method::GET && self.link.agent.budget.is_short() {
            self.knock().await;
        }
        let mut attempts = Attempts::new(&self.link.agent.budget, &request);
        loop {
            let turn = attempts.turn().await;
            match self.attempt(&url, &request).await {
                Ok(answer) => {
                    attempts.answered();
                    return Ok(answer);
                }
                Err(error) => {
                    if let Some(error) = attempts.failed(error, turn).await {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Sends it, and again when the token file has changed since it was read.
    async fn attempt(&self, url: &Url, request: &Request) -> Result<Answer, ApiError> {
        let pool = self.link.transport.pool(request.lane)?;
        let token = self.link.credentials.token().await?;
        let mut result = self.logged(&pool, url, request, token.as_ref()).await;
        if let Err(ApiError::Denied { .. } | ApiError::TokenUnknown { .. }) = result
            && let Some(fresh) = self.link.credentials.after_refusal(token.as_ref()).await
        {
            result = self.logged(&pool, url, request, Some(&fresh)).await;
        }
        result
    }

    /// Opens a connection for a change to go by: if that were refused, nobody could tell whether
    /// the change was made.
    async fn knock(&self) {
        let request = Request { keeps: true, ..Request::get("/v1/status/leader") };
        // Only the connection that it leaves behind counts.
        let _ = Box::pin(self.send(request)).await;
    }

    /// The gate of read-only.
    fn guard(&self, request: &Request) -> Result<(), ApiError> {
        if self.access == Access::ReadOnly && request.method != Method::GET {
            return Err(ApiError::ReadOnly {
                method: request.method.to_string(),
                path: request.path.clone(),
            });
        }
        Ok(())
    }
}

/// Where an agent is, for people: with the proxy on the way, which may be what fails.
fn shown(endpoint: &Endpoint) -> String {
    match &endpoint.proxy {
        Some(proxy) => format!("{} through {proxy}", endpoint.address),
        None => endpoint.address.to_string(),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("address", &self.link.agent.address)
            .field("dc", &self.dc)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}
