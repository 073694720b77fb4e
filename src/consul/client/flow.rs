//! An answer that is read piece by piece, for what is too large to be held whole.
//!
//! It passes the same gate as [`Client::send`]. Nothing is read ahead: who stops asking for pieces
//! stops the server, and dropping the flow ends the exchange. There is no limit on the whole; the
//! reader bounds what it keeps.

use bytes::Bytes;
use reqwest::{Response, Url};
use tokio::sync::OwnedSemaphorePermit;

use super::Client;
use super::attempts::Attempts;
use crate::consul::answer::ConsulHeaders;
use crate::consul::budget::Turn;
use crate::consul::{ApiError, Lane, Request};

/// An answer on its way.
#[derive(Debug)]
pub struct Flow {
    client: Client,
    request: Request,
    response: Response,
    index: Option<u64>,
    filtered: bool,
    read: usize,
    /// Held while the connection is in use.
    _call: (Option<OwnedSemaphorePermit>, Option<Turn>),
}

impl Client {
    /// Sends one request and returns once its answer begins. A 404 of KV is an answer without a
    /// body. Its lane is that of calls, whatever the request says.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn open(&self, request: Request) -> Result<Flow, ApiError> {
        self.guard(&request)?;
        let url = self.url(&request)?;
        let request = request.lane(Lane::Call);
        let call = self.link.agent.budget.call().await;
        let mut attempts = Attempts::new(&self.link.agent.budget, &request);
        loop {
            let turn = attempts.turn().await;
            match self.opened(&url, &request).await {
                Ok(response) => {
                    attempts.answered();
                    return Ok(self.flow(request, response, (call, turn)));
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
    async fn opened(&self, url: &Url, request: &Request) -> Result<Response, ApiError> {
        let pool = self.link.transport.pool(Lane::Call)?;
        let mut token = self.link.credentials.token().await?;
        for is_last in [false, true] {
            let response = self.begin(&pool, url, request, token.as_ref()).await?;
            let status = response.status().as_u16();
            if status == 200 || (status == 404 && request.path.starts_with("/v1/kv/")) {
                return Ok(response);
            }
            let location = response.headers().get("location").cloned();
            let body = self.body(response, request).await?;
            let error = self.refusal(request, status, location.as_ref(), &body);
            let is_denied =
                matches!(error, ApiError::Denied { .. } | ApiError::TokenUnknown { .. });
            match self.link.credentials.after_refusal(token.as_ref()).await {
                Some(fresh) if is_denied && !is_last => token = Some(fresh),
                _ => return Err(error),
            }
        }
        Err(ApiError::TokenUnknown { dc: self.dc.clone() })
    }

    fn flow(
        &self,
        request: Request,
        response: Response,
        call: (Option<OwnedSemaphorePermit>, Option<Turn>),
    ) -> Flow {
        let headers = ConsulHeaders::read(response.headers());
        tracing::debug!(method = %request.method, path = %request.path, "opened");
        Flow {
            client: self.clone(),
            request,
            response,
            index: headers.index,
            filtered: headers.filtered,
            read: 0,
            _call: call,
        }
    }
}

impl Flow {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// As the way to the agent gives cause.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, ApiError> {
        let Self { client, request, response, read, .. } = self;
        let piece = client.piece(response, request, *read).await?;
        *read += piece.as_ref().map_or(0, Bytes::len);
        Ok(piece)
    }

    /// The path that was asked.
    pub fn path(&self) -> &str {
        &self.request.path
    }

    /// `X-Consul-Index`.
    pub fn index(&self) -> Option<u64> {
        self.index
    }

    /// True when the server says that it left out what the token may not see.
    pub fn is_filtered(&self) -> bool {
        self.filtered
    }

    /// How many bytes came so far.
    pub fn bytes(&self) -> usize {
        self.read
    }
}
