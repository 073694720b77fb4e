//! What can go wrong between dcview and an agent, told apart by what to do about it.
//!
//! Variants hold plain text, never a token, a query value or another library's error, so an
//! error may be cloned, compared, shown and logged. Behaviour is decided by [`ApiError::class`].

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::domain::ids::Dc;

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApiError {
    /// No conversation with the agent: nothing is known about the datacenter behind it.
    #[error("cannot reach {} at {address}: {why}", whom(dc.as_ref()))]
    Unreachable {
        /// The datacenter asked for, if one was.
        dc: Option<Dc>,
        /// The agent's address.
        address: Arc<str>,
        /// What happened on the way.
        why: Why,
    },
    /// The datacenter has no leader now (500 `No cluster leader`); `?stale` is answered.
    #[error("{} has no leader; only stale reads are answered", whom(dc.as_ref()))]
    NoLeader {
        /// The datacenter asked for, if one was.
        dc: Option<Dc>,
    },
    /// The agent knows no way to the datacenter.
    #[error(
        "no path to {} from the agent at {address}: its servers are gone, or Consul knows it by \
         another name",
        whom(dc.as_ref())
    )]
    NoPath {
        /// The datacenter asked for, if one was.
        dc: Option<Dc>,
        /// The agent's address.
        address: Arc<str>,
    },
    /// The token may not do this (403); the text is the server's.
    #[error("{path}: {text}; the token lacks a permission")]
    Denied {
        /// The path that was asked.
        path: String,
        /// What the server said.
        text: String,
    },
    /// The datacenter does not know the token (403 `ACL not found`): wrong, expired or deleted.
    #[error(
        "{} does not know this token; check CONSUL_HTTP_TOKEN or the token file",
        whom(dc.as_ref())
    )]
    TokenUnknown {
        /// The datacenter asked for, if one was.
        dc: Option<Dc>,
    },
    /// ACLs are off there (401 of an ACL endpoint).
    #[error("ACLs are disabled in {}", whom(dc.as_ref()))]
    AclDisabled {
        /// The datacenter asked for, if one was.
        dc: Option<Dc>,
    },
    /// 404: this version has no such endpoint, or there is no such object.
    #[error("{path} does not exist there")]
    NotFound {
        /// The path that was asked.
        path: String,
    },
    /// The agent asks for fewer requests (429).
    #[error("the agent at {address} refuses more requests for now (429)")]
    TooMany {
        /// The agent's address.
        address: Arc<str>,
    },
    /// Any other status.
    #[error("{path}: {}", status_text(*code, text))]
    Status {
        /// The HTTP status.
        code: u16,
        /// The path that was asked.
        path: String,
        /// The start of the body, without control characters; may be empty.
        text: String,
    },
    /// An answer that is no answer: cut off, or not the JSON it should be.
    #[error("{path}: bad answer: {what}")]
    BadAnswer {
        /// The path that was asked.
        path: String,
        /// What is wrong, and at which byte.
        what: String,
    },
    /// The answer is longer than dcview reads.
    #[error("{path}: the answer is over {limit_mb} MB")]
    TooLarge {
        /// The path that was asked.
        path: String,
        /// The limit in megabytes.
        limit_mb: usize,
    },
    /// Without write access nothing but GET may leave; nothing was sent.
    #[error("read-only: {method} {path} was not sent")]
    ReadOnly {
        /// The refused method.
        method: String,
        /// The refused path.
        path: String,
    },
    /// The request or the settings cannot be used at all; nothing was sent.
    #[error("{0}")]
    Setup(String),
}

/// What happened on the way to an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody listens.
    Refused,
    /// The connection was reset: a killed agent, or its connection limit.
    Reset,
    /// No answer in time.
    Timeout,
    /// The name has no address.
    Dns,
    /// TLS failed; the text says why and what to try.
    Tls(String),
    /// The connection ended before the answer began.
    Closed,
    /// The agent has no room for another connection from this address.
    Full,
    /// Anything else, in the system's words.
    Other(String),
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Ask again, later and later.
    Retry,
    /// Ask again with `?stale`.
    Stale,
    /// Tell; ask again seldom: only another token helps.
    Denied,
    /// Tell; there is nothing to ask for there.
    Absent,
    /// Tell; asking again cannot help.
    Fatal,
}

impl ApiError {
    /// What to do about it.
    pub fn class(&self) -> Class {
        match self {
            Self::NoLeader { .. } => Class::Stale,
            Self::Denied { .. } | Self::TokenUnknown { .. } => Class::Denied,
            Self::AclDisabled { .. } | Self::NotFound { .. } => Class::Absent,
            Self::TooLarge { .. } | Self::ReadOnly { .. } | Self::Setup(_) => Class::Fatal,
            Self::Status { code, .. } if (400..500).contains(code) && *code != 408 => Class::Fatal,
            Self::Unreachable { .. }
            | Self::NoPath { .. }
            | Self::TooMany { .. }
            | Self::Status { .. }
            | Self::BadAnswer { .. } => Class::Retry,
        }
    }

    /// True when the agent closed the connection: it went away, or has no room for another.
    pub fn is_reset(&self) -> bool {
        matches!(self, Self::Unreachable { why: Why::Reset | Why::Closed, .. })
    }

    /// True when the agent is there and has no room for another connection: nothing was done.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Unreachable { why: Why::Full, .. })
    }

    /// A lost connection, understood as one that there was no room for.
    pub(super) fn into_full(self) -> Self {
        match self {
            Self::Unreachable { dc, address, .. } => {
                Self::Unreachable { dc, address, why: Why::Full }
            }
            other => other,
        }
    }

    /// A few words for a title: at most 40 columns.
    pub fn short(&self) -> String {
        match self {
            Self::Unreachable { why, .. } => why.short().to_owned(),
            Self::NoLeader { .. } => "no leader".to_owned(),
            Self::NoPath { .. } => "no path to it".to_owned(),
            Self::Denied { .. } => "permission denied".to_owned(),
            Self::TokenUnknown { .. } => "token not known".to_owned(),
            Self::AclDisabled { .. } => "ACLs disabled".to_owned(),
            Self::NotFound { .. } => "not there".to_owned(),
            Self::TooMany { .. } => "too many requests (429)".to_owned(),
            Self::Status { code, text, .. } => {
                status_text(*code, text).chars().take(SHORT).collect()
            }
            Self::BadAnswer { .. } => "bad answer".to_owned(),
            Self::TooLarge { limit_mb, .. } => format!("answer over {limit_mb} MB"),
            Self::ReadOnly { .. } => "read-only".to_owned(),
            Self::Setup(_) => "settings unusable".to_owned(),
        }
    }
}

impl Why {
    fn short(&self) -> &'static str {
        match self {
            Self::Refused => "connection refused",
            Self::Reset => "connection reset",
            Self::Timeout => "no answer in time",
            Self::Dns => "name not found",
            Self::Tls(_) => "TLS failed",
            Self::Closed => "connection closed",
            Self::Full => "no connection to spare",
            Self::Other(_) => "cannot connect",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str(
                "connection refused; check the address (CONSUL_HTTP_ADDR, --http-addr) and that \
                 the agent runs",
            ),
            Self::Reset => f.write_str(
                "connection reset; the agent went away, or refuses more connections from here",
            ),
            Self::Full => f.write_str(
                "it takes no more connections from this address (limits.http_max_conns_per_client)",
            ),
            Self::Dns => f.write_str("its name has no address; check CONSUL_HTTP_ADDR and DNS"),
            Self::Tls(text) | Self::Other(text) => f.write_str(text),
            Self::Timeout | Self::Closed => f.write_str(self.short()),
        }
    }
}

/// The datacenter in quotes, or the agent where none was asked for.
fn whom(dc: Option<&Dc>) -> String {
    dc.map_or_else(|| "the agent".to_owned(), |dc| format!("'{dc}'"))
}

/// Characters that a title has for a reason.
const SHORT: usize = 40;

fn status_text(code: u16, text: &str) -> String {
    if text.is_empty() { format!("HTTP {code}") } else { format!("HTTP {code}: {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_what_where_and_what_to_try() {
        let error = ApiError::Unreachable {
            dc: Some(Dc::from("dc-2")),
            address: Arc::from("http://10.0.0.1:8500"),
            why: Why::Refused,
        };
        let text = error.to_string();
        assert!(
            text.starts_with("cannot reach 'dc-2' at http://10.0.0.1:8500: connection refused")
        );
        assert!(text.contains("CONSUL_HTTP_ADDR"), "{text}");
    }

    #[test]
    fn behaviour_follows_the_variant() {
        let status = |code| ApiError::Status { code, path: "/v1/x".into(), text: String::new() };
        assert_eq!(status(500).class(), Class::Retry);
        assert_eq!(status(400).class(), Class::Fatal);
        assert_eq!(ApiError::NoLeader { dc: None }.class(), Class::Stale);
        assert_eq!(ApiError::TokenUnknown { dc: None }.class(), Class::Denied);
        assert_eq!(ApiError::NotFound { path: "/v1/x".into() }.class(), Class::Absent);
    }

    #[test]
    fn every_short_text_fits_a_title() {
        let address: Arc<str> = Arc::from("http://a");
        let unreachable =
            |why| ApiError::Unreachable { dc: None, address: Arc::clone(&address), why };
        let path = || "/v1/".repeat(40);
        for error in [
            unreachable(Why::Refused),
            unreachable(Why::Tls("x".repeat(90))),
            unreachable(Why::Other("x".repeat(90))),
            ApiError::Denied { path: path(), text: "x".repeat(90) },
            ApiError::Status { code: 500, path: path(), text: "x".repeat(90) },
            ApiError::TooLarge { path: path(), limit_mb: 256 },
            ApiError::Setup("x".repeat(90)),
        ] {
            assert!(error.short().len() <= 40, "{}", error.short());
        }
    }
}
