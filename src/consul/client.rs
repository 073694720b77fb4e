//! The client: one agent, one set of credentials, one datacenter asked for.
//!
//! [`Client::send`] is the gate that everything passes: it refuses what may not leave, adds what
//! every request carries, bounds the time and the size of the answer, and turns whatever comes
//! back into an [`Answer`] or an [`ApiError`]. It never retries, but for a token file that changed.

mod exchange;
mod url;

use std::fmt;
use std::sync::Arc;

use reqwest::Method;
use reqwest::header::HeaderValue;

use super::credentials::Credentials;
use super::transport::Transport;
use super::{Answer, ApiError, Budget, Endpoint, Lane, Request};
use crate::domain::ids::Dc;

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
            agent: Agent { address: Arc::from(endpoint.address.to_string()), budget },
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
        let pool = self.link.transport.pool(request.lane)?;
        let token = self.link.credentials.token().await?;
        let mut result = self.logged(&pool, &url, &request, token.as_ref()).await;
        if let Err(ApiError::Denied { .. } | ApiError::TokenUnknown { .. }) = result
            && let Some(fresh) = self.link.credentials.after_refusal(token.as_ref()).await
        {
            result = self.logged(&pool, &url, &request, Some(&fresh)).await;
        }
        result
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
<<<<<<< HEAD
=======

    fn url(&self, request: &Request) -> Result<Url, ApiError> {
        let unusable = || {
            ApiError::Setup(format!(
                "no URL can carry the path '{}'",
                verdict::clean(&request.path)
            ))
        };
        let whole = format!("{}{}", self.link.base, request.path);
        let mut url = Url::parse(&whole).map_err(|_| unusable())?;
        // The URL parser resolves '.' and '..' segments, encoded or not: that is another key.
        if !url.path().ends_with(&request.path) || url.query().is_some() {
            return Err(unusable());
        }
        let mut query = url.query_pairs_mut();
        if let Some(dc) = &self.dc {
            query.append_pair("dc", dc.as_str());
        }
        for (name, value) in &self.link.tenancy {
            query.append_pair(name, value);
        }
        if let Some(block) = request.block {
            query.append_pair("index", &block.index.to_string());
            query.append_pair("wait", &format!("{}ms", block.wait.as_millis()));
        }
        if request.consistency == Consistency::Stale {
            query.append_key_only("stale");
        }
        for (name, value) in &request.query {
            if value.is_empty() {
                query.append_key_only(name);
            } else {
                query.append_pair(name, value);
            }
        }
        drop(query);
        if url.query() == Some("") {
            url.set_query(None);
        }
        Ok(url)
    }

    /// One exchange, with a line in the log that holds no token and no query value.
    async fn logged(
        &self,
        pool: &reqwest::Client,
        url: &Url,
        request: &Request,
        token: Option<&HeaderValue>,
    ) -> Result<Answer, ApiError> {
        let started = Instant::now();
        let exchange = self.exchange(pool, url, request, token, started);
        let result = match request.timeout {
            Some(limit) => timeout(limit, exchange)
                .await
                .unwrap_or_else(|_| Err(self.unreachable(Why::Timeout))),
            None => exchange.await,
        };
        let dc = self.dc.as_ref().map_or("", Dc::as_str);
        let ms = started.elapsed().as_millis();
        let (method, path) = (&request.method, &request.path);
        match &result {
            Ok(answer) => {
                let (status, bytes) = (answer.status, answer.body.len());
                tracing::debug!(%method, %path, dc, status, ms, bytes, "answered");
            }
            Err(error) => tracing::debug!(%method, %path, dc, ms, %error, "failed"),
        }
        result
    }

    async fn exchange(
        &self,
        pool: &reqwest::Client,
        url: &Url,
        request: &Request,
        token: Option<&HeaderValue>,
        started: Instant,
    ) -> Result<Answer, ApiError> {
        let asked = self.headed(pool.request(request.method.clone(), url.clone()), request, token);
        let response = timeout(patience(request), asked.send())
            .await
            .map_err(|_| self.unreachable(Why::Timeout))?
            .map_err(|error| self.unreachable(why_of(&error)))?;
        let to_first_byte = started.elapsed();
        let status = response.status().as_u16();
        let headers = ConsulHeaders::read(response.headers());
        let location = response.headers().get("location").cloned();
        let body = self.body(response, request).await?;
        if !verdict::is_answer(status, &request.path, &body) {
            let asked = Asked {
                dc: self.dc.as_ref(),
                address: &self.link.agent.address,
                path: &request.path,
            };
            return Err(match location {
                Some(location) if (300..400).contains(&status) => {
                    verdict::redirected(&asked, status, &location)
                }
                _ => verdict::error_of(&asked, status, &body),
            });
        }
        Ok(Answer {
            status,
            path: request.path.clone(),
            body: body.into(),
            index: headers.index.filter(|_| status == 200 || status == 404),
            known_leader: headers.known_leader,
            last_contact: headers.last_contact,
            filtered: headers.filtered,
            elapsed: started.elapsed(),
            to_first_byte,
        })
    }

    fn headed(
        &self,
        mut builder: reqwest::RequestBuilder,
        request: &Request,
        token: Option<&HeaderValue>,
    ) -> reqwest::RequestBuilder {
        builder = builder.header(ACCEPT_ENCODING, if request.gzip { "gzip" } else { "identity" });
        if let Some(token) = token {
            builder = builder.header("X-Consul-Token", token.clone());
        }
        if let Some(basic) = self.link.credentials.basic() {
            builder = builder.header(AUTHORIZATION, basic);
        }
        if let Some(host) = &self.link.host {
            builder = builder.header(HOST, host.clone());
        }
        match &request.body {
            Some(body) => builder.body(body.clone()),
            None => builder,
        }
    }

    async fn body(&self, mut response: Response, request: &Request) -> Result<Vec<u8>, ApiError> {
        let too_large =
            || ApiError::TooLarge { path: request.path.clone(), limit_mb: BODY_LIMIT >> 20 };
        let announced =
            usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > BODY_LIMIT {
            return Err(too_large());
        }
        let mut body = Vec::with_capacity(announced);
        loop {
            let piece = timeout(BODY_PAUSE, response.chunk())
                .await
                .map_err(|_| self.unreachable(Why::Timeout))?
                .map_err(|error| self.broken(&error, request, body.len()))?;
            let Some(piece) = piece else { return Ok(body) };
            if body.len() + piece.len() > BODY_LIMIT {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
    }

    /// The error of a body that broke off: the way, if it says so, else the answer itself.
    fn broken(&self, error: &reqwest::Error, request: &Request, have: usize) -> ApiError {
        match why_of(error) {
            why @ (Why::Reset | Why::Tls(_)) => self.unreachable(why),
            _ if is_cut_off(error) => ApiError::BadAnswer {
                path: request.path.clone(),
                what: format!("it breaks off at byte {have}"),
            },
            why => self.unreachable(why),
        }
    }

    fn unreachable(&self, why: Why) -> ApiError {
        let address = Arc::clone(&self.link.agent.address);
        ApiError::Unreachable { dc: self.dc.clone(), address, why }
    }
>>>>>>> main
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
<<<<<<< HEAD
=======

/// How long to wait for an answer's headers.
fn patience(request: &Request) -> Duration {
    match request.block {
        // The server adds up to a sixteenth of the wait, to spread its waiters.
        Some(block) => block.wait.saturating_add(block.wait / 16).saturating_add(BLOCK_MARGIN),
        None => CALL_TIMEOUT,
    }
}
>>>>>>> main
