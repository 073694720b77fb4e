//! Tells answers from errors by status, path and the server's text.
//!
//! The one place that reads a server's error text. Servers of other datacenters are quoted with a
//! prefix (`rpc error making call: ..`), so texts are searched, never compared.

use std::sync::Arc;

use reqwest::Url;
use reqwest::header::HeaderValue;

use super::{ApiError, Why};
use crate::domain::ids::Dc;

/// As much of a server's text as fits a line or two.
const TEXT_LIMIT: usize = 300;

/// What was asked, as far as error texts need it.
pub(super) struct Asked<'a> {
    pub dc: Option<&'a Dc>,
    pub address: &'a Arc<str>,
    pub path: &'a str,
}

/// True for a status that carries an answer: success, "no such key" of KV, an unhealthy raft of
/// autopilot, a refused transaction.
pub(super) fn is_answer(status: u16, path: &str, body: &[u8]) -> bool {
    let json = || matches!(body.first(), Some(b'{' | b'['));
    match status {
        200..=299 => true,
        404 => path.starts_with("/v1/kv/"),
        409 => path == "/v1/txn" && json(),
        429 => path == "/v1/operator/autopilot/health" && json(),
        _ => false,
    }
}

/// The error that a status and its body mean.
pub(super) fn error_of(asked: &Asked<'_>, status: u16, body: &[u8]) -> ApiError {
    let text = clean(&String::from_utf8_lossy(body));
    let dc = asked.dc.cloned();
    let address = Arc::clone(asked.address);
    let path = asked.path.to_owned();
    let says = |words: &str| text.contains(words);
    match status {
        403 if says("ACL not found") => ApiError::TokenUnknown { dc },
        403 => {
            let text = if text.is_empty() { "permission denied".to_owned() } else { text };
            ApiError::Denied { path, text }
        }
        401 if says("ACL support disabled") => ApiError::AclDisabled { dc },
        404 => ApiError::NotFound { path },
        // Of a feature that is off, or of a kind of entry that this version does not know.
        400.. if says("Connect must be enabled") || says("invalid config entry kind") => {
            ApiError::NotFound { path }
        }
        429 if says("too many concurrent connections") => {
            ApiError::Unreachable { dc, address, why: Why::Full }
        }
        429 => ApiError::TooMany { address },
        500.. if says("No cluster leader") => ApiError::NoLeader { dc },
        500.. if says("No path to datacenter") || says("has no server currently reachable") => {
            ApiError::NoPath { dc, address }
        }
        400 if says("HTTP request to an HTTPS server") => {
            let text = "the agent speaks TLS there; write https:// or set CONSUL_HTTP_SSL=true";
            ApiError::Unreachable { dc, address, why: Why::Tls(text.to_owned()) }
        }
        code => ApiError::Status { code, path, text },
    }
}

/// The error of a redirect, which is never followed: it names the scheme and host to use instead.
pub(super) fn redirected(asked: &Asked<'_>, code: u16, location: &HeaderValue) -> ApiError {
    let to = location.to_str().ok().and_then(|text| Url::parse(text).ok());
    let text = match to {
        Some(url) => format!(
            "redirects to {}, which is not followed; make that the address if it is right",
            clean(&url.origin().ascii_serialization())
        ),
        None => "redirects to another path, which is not followed".to_owned(),
    };
    ApiError::Status { code, path: asked.path.to_owned(), text }
}

/// What a transaction's refusal of one operation means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The token may not.
    Denied,
    /// The key is not as the operation wants it.
    Conflict,
    /// The operation makes no sense to the server.
    Other,
}

/// What the text (`What`) of a refused operation means: its status is 409 whatever it is.
pub(super) fn refusal_of(what: &str) -> Refusal {
    let says = |words: &str| what.contains(words);
    if says("ermission denied") {
        Refusal::Denied
    } else if ["index is stale", "index check", "doesn't exist", "isn't held"].into_iter().any(says)
    {
        Refusal::Conflict
    } else {
        Refusal::Other
    }
}

/// One line of text without control characters, cut to [`TEXT_LIMIT`] characters.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > TEXT_LIMIT * 4 {
            break;
        }
    }
    match out.char_indices().nth(TEXT_LIMIT) {
        Some((cut, _)) => {
            out.truncate(cut);
            out.push('…');
            out
        }
        None => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &'static str) -> ApiError {
        let asked = Asked {
            dc: Some(&Dc::from("dc-2")),
            address: &Arc::from("http://10.0.0.1:8500"),
            path: "/v1/health/state/any",
        };
        error_of(&asked, status, body.as_bytes())
    }

    #[test]
    fn errors_of_a_real_consul_are_told_apart() {
        let dc = || Some(Dc::from("dc-2"));
        let address: Arc<str> = Arc::from("http://10.0.0.1:8500");
        let path = || "/v1/health/state/any".to_owned();
        assert_eq!(judged(500, "No cluster leader"), ApiError::NoLeader { dc: dc() });
        assert_eq!(
            judged(500, "rpc error making call: No cluster leader"),
            ApiError::NoLeader { dc: dc() }
        );
        assert_eq!(judged(500, "No path to datacenter"), ApiError::NoPath { dc: dc(), address });
        assert_eq!(judged(403, "ACL not found"), ApiError::TokenUnknown { dc: dc() });
        assert_eq!(
            judged(403, "rpc error making call: Permission denied"),
            ApiError::Denied {
                path: path(),
                text: "rpc error making call: Permission denied".to_owned()
            }
        );
        assert_eq!(judged(401, "ACL support disabled"), ApiError::AclDisabled { dc: dc() });
        assert_eq!(judged(404, ""), ApiError::NotFound { path: path() });
        assert!(matches!(judged(429, "slow down"), ApiError::TooMany { .. }));
        let full =
            "Your IP is issuing too many concurrent connections, please rate limit your calls";
        assert!(judged(429, full).is_full());
        assert!(matches!(judged(502, ""), ApiError::Status { code: 502, .. }));
    }

    #[test]
    fn some_statuses_carry_answers() {
        let json = b"{\"Healthy\":false}";
        let text = b"too many";
        assert!(is_answer(404, "/v1/kv/a", b""));
        assert!(!is_answer(404, "/v1/operator/autopilot/state", b""));
        assert!(is_answer(429, "/v1/operator/autopilot/health", json));
        assert!(!is_answer(429, "/v1/operator/autopilot/health", text));
        assert!(is_answer(409, "/v1/txn", json));
        assert!(!is_answer(500, "/v1/kv/a", json));
    }

    #[test]
    fn refused_operations_of_a_real_consul_are_told_apart() {
        for (what, refusal) in [
            ("Permission denied", Refusal::Denied),
            ("failed to set key \"a\", index is stale", Refusal::Conflict),
            ("failed index check for key \"a\", current modify index 3 != 1", Refusal::Conflict),
            ("key \"a\" doesn't exist", Refusal::Conflict),
            ("Must provide key", Refusal::Other),
        ] {
            assert_eq!(refusal_of(what), refusal, "{what}");
        }
    }

    #[test]
    fn a_text_is_one_clean_line() {
        assert_eq!(clean(" a\x1b[31m\r\n\tb\u{9b}c "), "a [31m b c");
        assert_eq!(clean(&"x".repeat(1000)).chars().count(), TEXT_LIMIT + 1);
        assert_eq!(clean(""), "");
    }
}
