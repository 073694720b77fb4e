//! A small blocking HTTP client for tests: what Consul itself says, past dcview's client.
//!
//! It works inside and outside of an async test: requests run on a runtime of their own and the
//! caller waits on a channel.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Certificate, Client, ClientBuilder, Identity, Method};
use serde_json::Value;

use super::tls::Tls;
use crate::support::runtime::runtime;

/// Longer than any answer the tests wait for; "No cluster leader" takes 7 s.
const PATIENCE: Duration = Duration::from_secs(30);

/// One agent's address and how to speak to it.
#[derive(Clone, Debug)]
pub struct Http {
    base: String,
    token: Option<String>,
    client: Client,
}

/// One whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Http {
    /// Plain HTTP at `base`, such as `http://127.0.0.1:8500`.
    pub fn new(base: &str) -> Self {
        Self::with(base, builder().tls_certs_only([]))
    }

    /// HTTPS trusting only the test authority; `identity` says whether to show a certificate.
    pub fn https(base: &str, tls: &Tls, identity: bool) -> Self {
        let ca = Certificate::from_pem(tls.ca_pem.as_bytes()).expect("the authority's own text");
        let mut builder = builder().tls_certs_only([ca]);
        if identity {
            let text = format!("{}{}", tls.client_key_pem, tls.client_cert_pem);
            builder = builder.identity(Identity::from_pem(text.as_bytes()).expect("key and chain"));
        }
        Self::with(base, builder)
    }

    /// HTTP through a unix socket.
    pub fn unix(socket: &Path) -> Self {
        Self::with("http://localhost", builder().tls_certs_only([]).unix_socket(socket))
    }

    /// The same, with a token on every request.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// GET; `None` when no whole answer came.
    pub fn get(&self, path: &str) -> Option<Answer> {
        self.call(Method::GET, path, None)
    }

    /// PUT of JSON; `None` when no whole answer came.
    pub fn put(&self, path: &str, body: &Value) -> Option<Answer> {
        self.call(Method::PUT, path, Some(body.to_string()))
    }

    /// POST of JSON; `None` when no whole answer came.
    pub fn post(&self, path: &str, body: &Value) -> Option<Answer> {
        self.call(Method::POST, path, Some(body.to_string()))
    }

    /// PUT of bare text, as the KV store wants it.
    pub fn put_text(&self, path: &str, body: &str) -> Option<Answer> {
        self.call(Method::PUT, path, Some(body.to_owned()))
    }

    /// DELETE; `None` when no whole answer came.
    pub fn delete(&self, path: &str) -> Option<Answer> {
        self.call(Method::DELETE, path, None)
    }

    /// JSON of a GET that must succeed.
    #[track_caller]
    pub fn json(&self, path: &str) -> Value {
        let answer = self.get(path).unwrap_or_else(|| panic!("no answer to GET {path}"));
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.json()
    }

    fn with(base: &str, builder: ClientBuilder) -> Self {
        let client = builder.build().expect("an HTTP client");
        Self { base: base.to_owned(), token: None, client }
    }

    fn call(&self, method: Method, path: &str, body: Option<String>) -> Option<Answer> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("X-Consul-Token", token);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let (done, answer) = mpsc::channel();
        runtime().spawn(async move {
            let whole = async {
                let response = request.send().await.ok()?;
                let (status, headers) = (response.status().as_u16(), response.headers().clone());
                Some(Answer { status, headers, body: response.text().await.ok()? })
            };
            // The receiver waits below, unless its thread is gone: then nobody asks any more.
            let _ = done.send(whole.await);
        });
        answer.recv().ok().flatten()
    }
}

impl Answer {
    /// The body as JSON; panics with the text when it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.body))
    }

    /// Number of elements of a 200 that carries a list; 0 for anything else.
    pub fn len(&self) -> usize {
        let list = serde_json::from_str::<Vec<Value>>(&self.body).unwrap_or_default();
        if self.status == 200 { list.len() } else { 0 }
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `X-Consul-Index`, when there is one.
    pub fn index(&self) -> Option<u64> {
        self.header("x-consul-index")?.parse().ok()
    }
}

fn builder() -> ClientBuilder {
    // Fails when some other test or dcview itself was first, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().timeout(PATIENCE)
}
