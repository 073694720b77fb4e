//! The answer to one request, before it becomes bytes on a connection.
//!
//! It knows Consul's headers and error texts; nothing here looks at state.

use bytes::Bytes;
use hyper::StatusCode;
use serde::Serialize;

/// What `X-Consul-Knownleader` and `X-Consul-Lastcontact` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Whether somebody leads.
    pub known_leader: bool,
    /// Milliseconds since the server last heard from a leader.
    pub last_contact_ms: u64,
}

/// Which kind of body it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// `application/json`.
    Json,
    /// `text/plain` with a charset: errors.
    Text,
    /// `text/html`: redirects.
    Html,
    /// Bytes of a key under `?raw`.
    Raw,
    /// No body and no type.
    None,
}

/// Status, headers and body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The type of the body.
    pub content: Content,
    /// The body.
    pub body: Bytes,
    /// `X-Consul-Index`, where the endpoint has one.
    pub index: Option<u64>,
    /// Who led when it was read, where the endpoint says so.
    pub contact: Option<Contact>,
    /// `X-Consul-Effective-Consistency`, where the endpoint says so.
    pub consistency: Option<&'static str>,
    /// The methods that are allowed, with a 405.
    pub allow: Option<&'static str>,
    /// Where it sends the client, with a redirect.
    pub location: Option<Box<str>>,
    /// Whether the connection breaks in the middle of the body.
    pub cut: bool,
}

impl Default for Contact {
    fn default() -> Self {
        Self { known_leader: true, last_contact_ms: 0 }
    }
}

impl Answer {
    /// 200 with JSON that is ready.
    pub fn ready(body: Bytes) -> Self {
        Self::new(StatusCode::OK, Content::Json, body)
    }

    /// 200 with a value as JSON.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::ready(to_bytes(value))
    }

    /// An error with its text.
    pub fn error(status: StatusCode, text: impl Into<String>) -> Self {
        Self::new(status, Content::Text, Bytes::from(text.into()))
    }

    /// 500 with its text.
    pub fn failure(text: impl Into<String>) -> Self {
        Self::error(StatusCode::INTERNAL_SERVER_ERROR, text)
    }

    /// 400 with its text.
    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::error(StatusCode::BAD_REQUEST, text)
    }

    /// 403 `Permission denied`.
    pub fn denied() -> Self {
        Self::error(StatusCode::FORBIDDEN, "Permission denied")
    }

    /// 404 with nothing.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Content::None, Bytes::new())
    }

    /// 405 with the methods that are allowed.
    pub fn wrong_method(method: &str, allow: &'static str) -> Self {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let answer = Self::error(status, format!("method {method} not allowed"));
        Self { allow: Some(allow), ..answer }
    }

    /// The same with another status.
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same answer as another datacenter passes it on: errors say that it was a remote call.
    pub fn forwarded(mut self) -> Self {
        if self.status == StatusCode::INTERNAL_SERVER_ERROR || self.status == StatusCode::FORBIDDEN
        {
            let mut text = b"rpc error making call: ".to_vec();
            text.extend_from_slice(&self.body);
            self.body = Bytes::from(text);
        }
        self
    }

    fn new(status: StatusCode, content: Content, body: Bytes) -> Self {
        Self {
            status,
            content,
            body,
            index: None,
            contact: None,
            consistency: None,
            allow: None,
            location: None,
            cut: false,
        }
    }
}

/// A value as JSON bytes. The simulator's shapes always serialise; were one not to, the answer is
/// empty and every test of it fails.
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Bytes {
    Bytes::from(serde_json::to_vec(value).unwrap_or_default())
}
