//! Connections: one listener for each datacenter's agent, HTTP/1.1 over hyper.
//!
//! A dark agent keeps its port, so that nobody else takes it, and resets whoever connects. A
//! connection past the agent's limit is reset without an answer, as Consul does. Invariant: when
//! the accept loop ends, so do all its connections.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Body, Frame, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answer::{Answer, Content};
use super::datacenter::Datacenter;
use super::federation::Federation;
use super::keys::too_large;
use super::kv::MAX_VALUE;
use super::request::Request;
use super::route;

type Outgoing = BoxBody<Bytes, io::Error>;

/// Accepts connections for one datacenter's agent until it is aborted.
pub async fn run(listener: TcpListener, federation: Arc<Federation>, dc: Arc<Datacenter>) {
    let mut connections = JoinSet::new();
    let mut dark = dc.dark.subscribe();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let limit = dc.lock().faults.max_connections;
                if *dark.borrow() || connections.len() >= limit {
                    reset(&stream);
                } else {
                    connections.spawn(serve(stream, Arc::clone(&federation), Arc::clone(&dc)));
                }
            }
            changed = dark.changed() => {
                if changed.is_ok() && *dark.borrow() {
                    connections.shutdown().await;
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Closes a connection in such a way that the client sees a reset.
fn reset(stream: &TcpStream) {
    // If the option is refused the client sees an ordinary close, which it must survive too.
    let _ = stream.set_zero_linger();
}

async fn serve(stream: TcpStream, federation: Arc<Federation>, dc: Arc<Datacenter>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (federation, dc) = (Arc::clone(&federation), Arc::clone(&dc));
        async move {
            let answer = match read(request).await {
                Ok(request) => route::answer(&federation, &dc, &request).await,
                Err(answer) => answer,
            };
            Ok::<_, Infallible>(respond(&answer))
        }
    });
    // A client that hangs up in the middle is nothing to report.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn read(request: hyper::Request<Incoming>) -> Result<Request, Answer> {
    let (parts, body) = request.into_parts();
    let announced = body.size_hint().lower();
    if announced > MAX_VALUE as u64 {
        return Err(too_large(announced));
    }
    let body = Limited::new(body, MAX_VALUE).collect().await;
    let body = body.map_err(|_| too_large(MAX_VALUE as u64 + 1))?.to_bytes();
    Ok(Request::new(parts.method, &parts.uri, body))
}

fn respond(answer: &Answer) -> Response<Outgoing> {
    let mut response = Response::new(body(answer));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    let content_type = match answer.content {
        Content::Json => Some("application/json"),
        Content::Text => Some("text/plain; charset=utf-8"),
        Content::Html => Some("text/html; charset=utf-8"),
        Content::Raw => Some("text/plain"),
        Content::None => None,
    };
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if answer.content == Content::Raw {
        // Keys may hold anything: a browser must not run it.
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    }
    if let Some(index) = answer.index {
        headers.insert("x-consul-index", HeaderValue::from(index));
    }
    if let Some(contact) = answer.contact {
        let known = if contact.known_leader { "true" } else { "false" };
        headers.insert("x-consul-knownleader", HeaderValue::from_static(known));
        headers.insert("x-consul-lastcontact", HeaderValue::from(contact.last_contact_ms));
    }
    if let Some(consistency) = answer.consistency {
        let value = HeaderValue::from_static(consistency);
        headers.insert("x-consul-effective-consistency", value);
    }
    if let Some(allow) = answer.allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    if let Some(location) = answer.location.as_deref().and_then(|text| text.parse().ok()) {
        headers.insert(header::LOCATION, location);
    }
    if answer.status == StatusCode::PAYLOAD_TOO_LARGE {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if answer.cut {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(answer.body.len()));
    }
    response
}

fn body(answer: &Answer) -> Outgoing {
    if !answer.cut {
        return Full::new(answer.body.clone()).map_err(|never| match never {}).boxed();
    }
    let half = answer.body.slice(..answer.body.len() / 2);
    let broken = io::Error::from(io::ErrorKind::ConnectionReset);
    StreamBody::new(stream::iter([Ok(Frame::data(half)), Err(broken)])).boxed()
}
