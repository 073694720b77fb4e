//! Paths that Consul's HTTP server sends elsewhere before any endpoint sees them.
//!
//! Doubled slashes and dots are folded away with a redirect, after the escapes are decoded: a key
//! such as `a//b` cannot be reached through `/v1/kv`, and a client that follows the redirect writes
//! to another key.

use std::fmt::Write;

use hyper::{Method, StatusCode};

use crate::sim::answer::{Answer, Content};
use crate::sim::request::Request;

/// Paths that need a slash and a name behind them.
const FAMILIES: [&str; 8] = [
    "/v1/kv",
    "/v1/catalog/node",
    "/v1/catalog/node-services",
    "/v1/catalog/service",
    "/v1/health/checks",
    "/v1/health/node",
    "/v1/health/service",
    "/v1/health/state",
];

/// The redirect that a request gets, if its path is not clean.
pub fn redirect(request: &Request) -> Option<Answer> {
    let mut path = clean(&request.path);
    if FAMILIES.contains(&path.as_str()) {
        path.push('/');
    }
    if path == request.path {
        return None;
    }
    let mut location = escape(&path);
    if let Some(query) = &request.query {
        location.push('?');
        location.push_str(query);
    }
    let answer = if request.method == Method::GET {
        let shown = location.replace('&', "&amp;");
        let text = format!("<a href=\"{shown}\">Moved Permanently</a>.\n\n");
        Answer { content: Content::Html, ..Answer::ready(text.into()) }
    } else {
        Answer::not_found()
    };
    let status = StatusCode::MOVED_PERMANENTLY;
    Some(Answer { location: Some(location.into()), ..answer.with_status(status) })
}

fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let mut cleaned = format!("/{}", parts.join("/"));
    if path.ends_with('/') && cleaned != "/" {
        cleaned.push('/');
    }
    cleaned
}

fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
