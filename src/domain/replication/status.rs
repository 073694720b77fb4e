//! What consul-replicate writes down of itself: one key for each prefix that it carries.
//!
//! The key lies in the destination; it names no datacenter, no host and no excludes.

use serde::Deserialize;

/// The value of a status key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Status {
    /// `X-Consul-Index` of the source's listing that was carried last, in the source's terms.
    #[serde(default)]
    pub last_replicated: u64,
    /// The prefix in the source.
    pub source: String,
    /// The prefix in the destination.
    pub destination: String,
}

impl Status {
    /// Reads a status key's value; `None` when it is none.
    pub fn read(value: &[u8]) -> Option<Self> {
        serde_json::from_slice(value).ok()
    }

    /// What a name of the source is called in the destination.
    pub fn there_to_here(&self, name: &str) -> String {
        let below = name.strip_prefix(&*self.source).unwrap_or(name);
        format!("{}{below}", self.destination)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_reads_as_consul_replicate_writes_it() {
        let text = b"{\n  \"LastReplicated\": 34,\n  \"Source\": \"config/\",\n  \"Destination\": \"to/\"\n}";
        let status = Status::read(text).unwrap();
        assert_eq!(status.last_replicated, 34);
        assert_eq!((&*status.source, &*status.destination), ("config/", "to/"));
    }

    #[test]
    fn what_is_no_status_is_none() {
        for text in [&b""[..], b"{}", b"{\"Source\": \"a\"}", b"\xff"] {
            assert_eq!(Status::read(text), None);
        }
    }
}
