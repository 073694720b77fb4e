//! A run of consul-replicate in the demo: one datacenter takes what lies under a prefix of another.
//!
//! It does what the real one does, faults included: keys at or below the last replicated index are
//! skipped, values are never compared, what the source does not have is deleted, the status is last.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::sim::state::State;

/// What is carried.
#[derive(Clone, Debug)]
pub struct Replication {
    /// From which datacenter.
    pub from: String,
    /// Under which prefix, in both.
    pub prefix: String,
    /// The key of its status.
    pub status: String,
}

/// What the source holds, at an index.
pub struct Listing {
    keys: Vec<(String, Bytes, u64, u64)>,
    index: u64,
}

impl Replication {
    /// Reads the source.
    pub fn list(&self, source: &State) -> Listing {
        let keys = source.kv.under(&self.prefix);
        let keys = keys.map(|(key, it)| (key.clone(), it.value.clone(), it.flags, it.stamp.modify));
        Listing { keys: keys.collect(), index: source.kv.prefix_index(&self.prefix) }
    }

    /// Brings the destination up to it.
    pub fn run(&self, listing: &Listing, destination: &mut State) {
        let last = self.last(destination);
        for (key, value, flags, modify) in &listing.keys {
            let now = destination.kv.get(key);
            let is_same = now.is_some_and(|now| now.value == *value && now.flags == *flags);
            if *modify > last && !is_same {
                put(destination, key, value.clone(), *flags);
            }
        }
        let is_there = |key: &str| listing.keys.iter().any(|(there, ..)| there == key);
        let extra = destination.kv.under(&self.prefix).map(|(key, _)| key.clone());
        for key in extra.filter(|key| !is_there(key)).collect::<Vec<_>>() {
            destination.write(|state, write| state.kv.remove(&key, write));
        }
        let status = json!({
            "LastReplicated": listing.index, "Source": self.prefix, "Destination": self.prefix,
        });
        let text = Bytes::from(format!("{status:#}"));
        let is_same = destination.kv.get(&self.status).is_some_and(|now| now.value == text);
        if !is_same {
            put(destination, &self.status, text, 0);
        }
    }

    /// The index that it replicated last; 0 without a status.
    fn last(&self, destination: &State) -> u64 {
        let status = destination.kv.get(&self.status).map(|entry| &entry.value);
        let status = status.and_then(|text| serde_json::from_slice::<Value>(text).ok());
        status.and_then(|status| status["LastReplicated"].as_u64()).unwrap_or_default()
    }
}

fn put(state: &mut State, key: &str, value: Bytes, flags: u64) {
    state.write(|state, write| state.kv.put(key, value, flags, write));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(state: &State, key: &str) -> Option<String> {
        let entry = state.kv.get(key)?;
        Some(String::from_utf8_lossy(&entry.value).into_owned())
    }

    #[test]
    fn it_skips_what_was_replicated_deletes_what_is_extra_and_starts_over_without_a_status() {
        let mut stage = [State::default(), State::default()];
        let [source, destination] = &mut stage;
        let all = Replication {
            from: "dc-1".to_owned(),
            prefix: "global/".to_owned(),
            status: "status".to_owned(),
        };
        put(source, "global/a", "1".into(), 7);
        put(source, "other", "1".into(), 0);
        all.run(&all.list(source), destination);
        assert_eq!(value(destination, "global/a").as_deref(), Some("1"));
        assert_eq!(value(destination, "other"), None);
        put(destination, "global/a", "by hand".into(), 0);
        put(destination, "global/extra", "by hand".into(), 0);
        all.run(&all.list(source), destination);
        assert_eq!(value(destination, "global/a").as_deref(), Some("by hand"), "never healed");
        assert_eq!(value(destination, "global/extra"), None);
        destination.write(|state, write| state.kv.remove("status", write));
        all.run(&all.list(source), destination);
        assert_eq!(value(destination, "global/a").as_deref(), Some("1"));
    }
}
