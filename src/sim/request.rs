//! One request as the simulator reads it: decoded path, parameters, and how long it may block.
//!
//! Decoding follows Go: percent-escapes anywhere, `+` is a space in parameters only, and bytes
//! that are not UTF-8 become the replacement character.

use std::time::Duration;

use bytes::Bytes;
use hyper::{Method, Uri};

use super::answer::Answer;

/// For how long Consul blocks when the request does not say.
const DEFAULT_WAIT: Duration = Duration::from_mins(5);
/// The longest that Consul blocks.
const MAX_WAIT: Duration = Duration::from_mins(10);

/// How fresh an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// From the leader.
    Default,
    /// From the leader, after it made sure that it leads.
    Consistent,
    /// From any server.
    Stale,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The decoded path.
    pub path: String,
    /// Everything behind the question mark, as it came.
    pub query: Option<String>,
    /// The body.
    pub body: Bytes,
    parameters: Vec<(String, String)>,
}

/// How long a read may block, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocking {
    /// It blocks while the index is not higher than this; 0 does not block.
    pub min_index: u64,
    /// For how long.
    pub wait: Duration,
    /// From whom the answer may come.
    pub consistency: Consistency,
}

impl Consistency {
    /// Consul's word for it in the answer's header.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "leader",
            Self::Consistent => "consistent",
            Self::Stale => "stale",
        }
    }
}

impl Request {
    /// Reads a request.
    pub fn new(method: Method, uri: &Uri, body: Bytes) -> Self {
        let parameters = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name, Plus::Space), decode(value, Plus::Space))
            })
            .collect();
        Self {
            method,
            path: decode(uri.path(), Plus::Plus),
            query: uri.query().map(str::to_owned),
            body,
            parameters,
        }
    }

    /// A parameter's value; empty when it is there without one.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The values of a parameter that may be there several times.
    pub fn parameters(&self, name: &str) -> impl Iterator<Item = &str> {
        self.parameters.iter().filter(move |(given, _)| given == name).map(|(_, value)| &**value)
    }

    /// Whether a parameter is there, with a value or without.
    pub fn has(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    /// A parameter as a number, in Go's words when it is none.
    pub fn number(&self, name: &str) -> Result<Option<u64>, Answer> {
        self.parameter(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    Answer::failure(format!("strconv.ParseUint: parsing {text:?}: invalid syntax"))
                })
            })
            .transpose()
    }

    /// How long this read may block.
    pub fn blocking(&self) -> Result<Blocking, Answer> {
        let consistency = match (self.has("stale"), self.has("consistent")) {
            (true, true) => {
                return Err(Answer::bad_request(
                    "Cannot specify ?stale with ?consistent, conflicting semantics.",
                ));
            }
            (true, false) => Consistency::Stale,
            (false, true) => Consistency::Consistent,
            (false, false) => Consistency::Default,
        };
        let wait = match self.parameter("wait").filter(|text| !text.is_empty()) {
            None => DEFAULT_WAIT,
            Some(text) => duration(text).ok_or_else(|| Answer::bad_request("Invalid wait time"))?,
        };
        let min_index = match self.parameter("index").filter(|text| !text.is_empty()) {
            None => 0,
            Some(text) => text.parse().map_err(|_| Answer::bad_request("Invalid index"))?,
        };
        let wait = if wait.is_zero() { DEFAULT_WAIT } else { wait.min(MAX_WAIT) };
        Ok(Blocking { min_index, wait, consistency })
    }
}

/// What a plus sign stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    Plus,
    Space,
}

fn decode(text: &str, plus: Plus) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| tail.split_at_checked(2)).flatten();
        let value = escaped.and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits).ok()?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = match value {
            Some(pair) => pair,
            None if first == b'+' && plus == Plus::Space => (b' ', tail),
            None => (first, tail),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads Go's way to write a duration: `1m30s`, `500ms`, `1.5h`.
pub fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, after) = tail.split_at_checked(unit_end)?;
        let seconds = match unit {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        let number: f64 = number.parse().ok()?;
        total += Duration::try_from_secs_f64(number * seconds).ok()?;
        rest = after;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str) -> Request {
        Request::new(Method::GET, &uri.parse().unwrap(), Bytes::new())
    }

    #[test]
    fn escapes_are_decoded_in_path_and_parameters() {
        let request = request("/v1/kv/a%20b/%C3%A9%2Fc+d?separator=%2F&x=1+2&keys");
        assert_eq!(request.path, "/v1/kv/a b/é/c+d");
        assert_eq!(request.parameter("separator"), Some("/"));
        assert_eq!(request.parameter("x"), Some("1 2"));
        assert!(request.has("keys"));
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(request("/v1/kv/100%25%zz%2").path, "/v1/kv/100%%zz%2");
    }

    #[test]
    fn waits_are_read_as_go_writes_them() {
        assert_eq!(duration("1m30s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("zz"), None);
        assert_eq!(duration("10"), None);
    }

    #[test]
    fn stale_and_consistent_exclude_each_other() {
        assert!(request("/v1/catalog/nodes?stale&consistent").blocking().is_err());
        let blocking = request("/v1/catalog/nodes?stale&index=7&wait=1s").blocking().unwrap();
        assert_eq!(blocking.min_index, 7);
        assert_eq!(blocking.consistency, Consistency::Stale);
    }
}
