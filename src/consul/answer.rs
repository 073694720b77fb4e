//! What an agent answered: the body whole, and Consul's headers as values.
//!
//! An `Answer` is a success. Everything else is an [`ApiError`], except the few statuses that
//! carry an answer (a 404 of KV, a 429 of autopilot, a 409 of a transaction), told by `status`.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use super::ApiError;

/// One answer of Consul's HTTP API.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status: 200, or one of those named in the module's text.
    pub status: u16,
    /// The path that was asked, without the query.
    pub path: String,
    /// The whole body, decompressed.
    pub body: Bytes,
    /// `X-Consul-Index`, where it means something; see [`super::next_index`].
    pub index: Option<u64>,
    /// `X-Consul-Knownleader`: whether the server that answered knows a leader.
    pub known_leader: Option<bool>,
    /// `X-Consul-Lastcontact`: how long ago that server heard of the leader.
    pub last_contact: Option<Duration>,
    /// Whether the server says that it left out what the token may not see. Servers before 1.11
    /// never say so.
    pub filtered: bool,
    /// From sending to the last byte of the body.
    pub elapsed: Duration,
    /// From sending to the answer's headers.
    pub to_first_byte: Duration,
}

impl Answer {
    /// Reads the body as JSON.
    ///
    /// # Errors
    /// [`ApiError::BadAnswer`], naming the endpoint and the byte, when it is not that JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        self.read_json(|text| serde_json::from_str(text))
    }

    /// Reads the body with a parser that may borrow from it.
    ///
    /// # Errors
    /// As [`Answer::json`].
    pub(super) fn read_json<T>(
        &self,
        parse: impl FnOnce(&str) -> serde_json::Result<T>,
    ) -> Result<T, ApiError> {
        let bad = |byte: usize, why: String| ApiError::BadAnswer {
            path: self.path.clone(),
            what: format!("{why} at byte {byte}"),
        };
        // from_str on text checked once is faster than from_slice, which checks each string.
        let text = std::str::from_utf8(&self.body)
            .map_err(|error| bad(error.valid_up_to(), "no UTF-8".to_owned()))?;
        parse(text).map_err(|error| {
            let why = error.to_string();
            // serde_json ends its text with "at line L column C", which the byte replaces.
            let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
            bad(byte_of(text, error.line(), error.column()), super::verdict::clean(why))
        })
    }
}

/// Consul's own headers of one answer.
pub(super) struct ConsulHeaders {
    pub index: Option<u64>,
    pub known_leader: Option<bool>,
    pub last_contact: Option<Duration>,
    pub filtered: bool,
}

impl ConsulHeaders {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            index: text("x-consul-index").and_then(|value| value.parse().ok()),
            known_leader: text("x-consul-knownleader").and_then(|value| value.parse().ok()),
            last_contact: text("x-consul-lastcontact")
                .and_then(|value| value.parse().ok())
                .map(Duration::from_millis),
            filtered: text("x-consul-results-filtered-by-acls") == Some("true"),
        }
    }
}

/// The offset in `text` of a 1-based line and column as `serde_json` counts them (in bytes).
fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &'static [u8]) -> Answer {
        Answer {
            status: 200,
            path: "/v1/catalog/datacenters".to_owned(),
            body: Bytes::from_static(body),
            index: None,
            known_leader: None,
            last_contact: None,
            filtered: false,
            elapsed: Duration::ZERO,
            to_first_byte: Duration::ZERO,
        }
    }

    #[test]
    fn wrong_json_names_the_endpoint_and_the_byte() {
        let error = answer(b"[\"dc-1\",\n 7]").json::<Vec<String>>().unwrap_err();
        let text = error.to_string();
        assert!(text.contains("/v1/catalog/datacenters"), "{text}");
        assert!(text.contains("at byte 11"), "{text}");
        assert!(!text.contains("line"), "{text}");
    }

    #[test]
    fn a_truncated_body_and_a_binary_one_are_bad_answers() {
        for body in [&b"[\"dc-"[..], b"", b"\xff\xfe", b"<html>"] {
            let body: &'static [u8] = body;
            let error = answer(body).json::<Vec<String>>().unwrap_err();
            assert!(matches!(error, ApiError::BadAnswer { .. }), "{error:?}");
        }
    }

    #[test]
    fn headers_that_make_no_sense_are_left_out() {
        let mut headers = HeaderMap::new();
        headers.insert("x-consul-index", "many".parse().unwrap());
        headers.insert("x-consul-lastcontact", "11211".parse().unwrap());
        headers.insert("x-consul-knownleader", "false".parse().unwrap());
        let read = ConsulHeaders::read(&headers);
        assert_eq!(read.index, None);
        assert_eq!(read.last_contact, Some(Duration::from_millis(11_211)));
        assert_eq!(read.known_leader, Some(false));
        assert!(!read.filtered);
    }
}
