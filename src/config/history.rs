//! The `[history]` section: how much is kept of what happened, and which keys it is told of.

use std::sync::Arc;

use anyhow::{Result, bail};
use serde::Deserialize;

use crate::domain::history::Bound;
use crate::domain::ids::Key;

/// What history may take, unless it is said.
const BYTES: usize = 64 << 20;
/// With less there is hardly a minute of a busy day.
const LEAST: usize = 1 << 20;

/// How much is kept of what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryConfig {
    /// Bytes of memory at most, for events and earlier states together.
    pub bytes: usize,
    /// Events at most.
    pub events: usize,
    /// The prefixes of the KV store whose keys are watched, in every datacenter.
    pub watch: Arc<[Key]>,
}

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Section {
    bytes: Option<usize>,
    events: Option<usize>,
    watch: Vec<Key>,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self { bytes: BYTES, events: Bound::default().events, watch: Arc::default() }
    }
}

impl HistoryConfig {
    /// How much of it is for what.
    pub fn bound(&self) -> Bound {
        Bound::within(self.bytes, self.events)
    }

    /// How many bytes are for earlier states.
    pub fn of_moments(&self) -> usize {
        Bound::counted(self.bytes) / 2
    }
}

impl Section {
    /// What it says, and the usual where it says nothing.
    ///
    /// # Errors
    /// A bound that leaves no room.
    pub(super) fn resolve(self) -> Result<HistoryConfig> {
        let usual = HistoryConfig::default();
        let bytes = self.bytes.unwrap_or(usual.bytes);
        if bytes < LEAST {
            bail!("'bytes' in [history] is {bytes}; write {LEAST} or more");
        }
        let events = self.events.unwrap_or(usual.events);
        if events == 0 {
            bail!("'events' in [history] is 0; write 1 or more");
        }
        Ok(HistoryConfig { bytes, events, watch: outermost(self.watch) })
    }
}

/// Without those that lie under another: each key is told of once.
fn outermost(mut prefixes: Vec<Key>) -> Arc<[Key]> {
    prefixes.sort_unstable();
    let mut kept: Vec<Key> = Vec::new();
    for prefix in prefixes {
        // What they are under comes before them.
        if kept.last().is_none_or(|last| prefix.below(last.as_str()).is_none()) {
            kept.push(prefix);
        }
    }
    kept.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<HistoryConfig> {
        toml::from_str::<Section>(text).unwrap().resolve()
    }

    #[test]
    fn what_is_counted_is_seven_eighths_of_the_memory() {
        let usual = read("").unwrap();
        assert_eq!(usual, HistoryConfig::default());
        assert_eq!(usual.bound(), Bound::default());
        let small = read("bytes = 2097152\nevents = 50").unwrap();
        assert_eq!(small.bound(), Bound { events: 50, bytes: 672 << 10, tracks: 224 << 10 });
    }

    #[test]
    fn what_leaves_no_room_is_refused() {
        for text in ["bytes = 1000", "events = 0"] {
            let refused = read(text).unwrap_err().to_string();
            assert!(refused.contains("in [history] is"), "{refused}");
        }
    }

    #[test]
    fn a_prefix_under_another_is_watched_with_it() {
        let config = read(r#"watch = ["b/c/", "a", "b/", "ab/", "b/"]"#).unwrap();
        assert_eq!(*config.watch, ["a", "b/"].map(Key::from));
        let all = read(r#"watch = ["x/", ""]"#).unwrap();
        assert_eq!(*all.watch, [Key::from("")]);
    }
}
