//! One request and its answer on the wire, bounded in time and size.
//!
//! Whatever happens comes out as an [`Answer`] or an [`ApiError`]. The time bounds are also what
//! frees a request that the HTTP library lost, which it does (once in some thousand times) when a
//! connection ends in the moment a request is queued for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, HOST, HeaderValue};
use reqwest::{Response, Url};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::Client;
use crate::consul::answer::ConsulHeaders;
use crate::consul::failure::{is_cut_off, is_unsent, why_of};
use crate::consul::peek::Peeking;
use crate::consul::verdict::{self, Asked};
use crate::consul::{Answer, ApiError, Request, Why};
use crate::domain::ids::Dc;

/// A call that has no header by then has none coming. Above the 7 s that a server takes to say
/// that it has no leader.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// What a blocking query may take beyond its wait, the server's jitter aside.
const BLOCK_MARGIN: Duration = Duration::from_secs(15);
/// The longest pause within a body.
const BODY_PAUSE: Duration = Duration::from_secs(15);
/// An agent that misses a client certificate hangs up after the handshake. Its reason gets lost
/// when that happens before the request is written.
const SHOWN_THE_DOOR: &str = "it hung up after the TLS handshake; it may want a client \
                              certificate: set CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY \
                              (--client-cert, --client-key)";
/// Far above the largest sensible answer (`/v1/internal/ui/nodes` of 100,000 instances: 67 MB).
const BODY_LIMIT: usize = 256 << 20;

impl Client {
    /// One exchange, with a line in the log that holds no token and no query value.
    pub(super) async fn logged(
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
        let response = self.begin(pool, url, request, token).await?;
        let to_first_byte = started.elapsed();
        let status = response.status().as_u16();
        let headers = ConsulHeaders::read(response.headers());
        let location = response.headers().get("location").cloned();
        let body = self.body(response, request).await?;
        if !verdict::is_answer(status, &request.path, &body) {
            return Err(self.refusal(request, status, location.as_ref(), &body));
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

    /// The error that an answer which is none means.
    pub(super) fn refusal(
        &self,
        request: &Request,
        status: u16,
        location: Option<&HeaderValue>,
        body: &[u8],
    ) -> ApiError {
        let asked =
            Asked { dc: self.dc.as_ref(), address: &self.link.agent.address, path: &request.path };
        match location {
            Some(location) if (300..400).contains(&status) => {
                verdict::redirected(&asked, status, location)
            }
            _ => verdict::error_of(&asked, status, body),
        }
    }

    /// Sends the request and waits for the answer's headers.
    pub(super) async fn begin(
        &self,
        pool: &reqwest::Client,
        url: &Url,
        request: &Request,
        token: Option<&HeaderValue>,
    ) -> Result<Response, ApiError> {
        let builder = pool.request(request.method.clone(), url.clone());
        let sent = timeout(patience(request), self.headed(builder, request, token).send());
        let result = sent.await.map_err(|_| self.unreachable(Why::Timeout))?;
        result.map_err(|error| match why_of(&error) {
            Why::Closed if is_unsent(&error) && self.link.transport.is_tls() => {
                self.unreachable(Why::Tls(SHOWN_THE_DOOR.to_owned()))
            }
            why => self.unreachable(why),
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
        // One that nobody uses is missing elsewhere on an agent that has few.
        if request.block.is_none() && !request.keeps && self.link.agent.budget.is_short() {
            builder = builder.header(CONNECTION, "close");
        }
        match &request.body {
            Some(body) => builder.body(body.clone()),
            None => builder,
        }
    }

    pub(super) async fn body(
        &self,
        mut response: Response,
        request: &Request,
    ) -> Result<Vec<u8>, ApiError> {
        let longest = request.longest.unwrap_or(BODY_LIMIT);
        let too_large =
            || ApiError::TooLarge { path: request.path.clone(), limit_mb: longest >> 20 };
        let announced =
            usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > longest {
            return Err(too_large());
        }
        // What is no success is no answer that somebody wants to see begin.
        let is_success = response.status().is_success();
        let mut peeking = Peeking::new(request.peek.as_ref().filter(|_| is_success));
        let mut body = Vec::with_capacity(announced);
        loop {
            let piece = self.piece(&mut response, request, body.len()).await?;
            let Some(piece) = piece else { return Ok(body) };
            if body.len() + piece.len() > longest {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
            if peeking.see(&body) {
                // Who was told goes first, or the rest would be here before it is shown.
                yield_now().await;
            }
        }
    }

    /// The next piece of a body of which `have` bytes are here; `None` at its end.
    pub(super) async fn piece(
        &self,
        response: &mut Response,
        request: &Request,
        have: usize,
    ) -> Result<Option<Bytes>, ApiError> {
        timeout(BODY_PAUSE, response.chunk())
            .await
            .map_err(|_| self.unreachable(Why::Timeout))?
            .map_err(|error| self.broken(&error, request, have))
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
}

/// How long to wait for an answer's headers.
fn patience(request: &Request) -> Duration {
    match request.block {
        // The server adds up to a sixteenth of the wait, to spread its waiters.
        Some(block) => block.wait.saturating_add(block.wait / 16).saturating_add(BLOCK_MARGIN),
        None => CALL_TIMEOUT,
    }
}
