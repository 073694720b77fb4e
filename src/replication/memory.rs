//! The sources of replications that the operator confirmed, kept between runs.
//!
//! A JSON file in the user's state directory, readable by the user alone. One that is missing or
//! cannot be read says nothing: the sources are proposed again then. Two clusters may have
//! datacenters and prefixes of the same names: that something has to be there is only said of the
//! cluster that it was confirmed in, which nothing names but the agent's address.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::ids::Dc;
use crate::domain::replication::{Source, Status};

/// The file.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    path: PathBuf,
}

/// What is kept of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    #[serde(rename = "is")]
    source: Source,
    /// Through which agent its destination was reached.
    agent: String,
    /// True when nothing is to be said any more of a replication that left its status behind.
    #[serde(default)]
    is_over: bool,
}

/// The file's content, now and as it was written before it knew of agents.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Kept(Vec<Kept>),
    Plain(Vec<Source>),
}

impl Memory {
    /// The file at this path, which need not be there.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// What was confirmed, newest first.
    pub fn sources(&self) -> Vec<Source> {
        self.read().into_iter().filter(|kept| !kept.is_over).map(|kept| kept.source).collect()
    }

    /// What was confirmed to go to a datacenter that is reached through this agent: it is missed when
    /// its status is not there.
    pub fn expected(&self, dc: &Dc, agent: &str) -> Vec<Source> {
        let is_it = |kept: &Kept| !kept.is_over && kept.agent == agent && kept.source.is_into(dc);
        self.read().into_iter().filter(is_it).map(|kept| kept.source).collect()
    }

    /// True when the operator said that what this status carried into a datacenter is over.
    pub fn is_over(&self, status: &Status, dc: &Dc, agent: &str) -> bool {
        let is_it = |kept: &Kept| kept.agent == agent && kept.source.is_of(status, dc);
        self.read().iter().find(|kept| is_it(kept)).is_some_and(|kept| kept.is_over)
    }

    /// Remembers a source, in the place of what was said before of the same prefixes and destination.
    ///
    /// # Errors
    /// When the file cannot be written; the one of before is still there then.
    pub fn remember(&self, source: Source, agent: &str) -> io::Result<()> {
        self.put(Kept { source, agent: agent.to_owned(), is_over: false })
    }

    /// Remembers that a replication is over, so that its status is not missed.
    ///
    /// # Errors
    /// As of [`Memory::remember`].
    pub fn end(&self, source: Source, agent: &str) -> io::Result<()> {
        self.put(Kept { source, agent: agent.to_owned(), is_over: true })
    }

    fn read(&self) -> Vec<Kept> {
        let text = fs::read(&self.path).unwrap_or_default();
        match serde_json::from_slice(&text) {
            Ok(Content::Kept(all)) => all,
            Ok(Content::Plain(all)) => {
                let kept = |source| Kept { source, agent: String::new(), is_over: false };
                all.into_iter().map(kept).collect()
            }
            Err(_) => Vec::new(),
        }
    }

    fn put(&self, kept: Kept) -> io::Result<()> {
        let mut all = self.read();
        let status = kept.source.status();
        all.retain(|old| {
            let is_same = old.source.destination.as_ref().is_some_and(|dc| {
                kept.source.destination.as_ref() == Some(dc) && old.source.is_of(&status, dc)
            });
            // What was kept before agents were has no other meaning.
            !(is_same && (old.agent.is_empty() || old.agent == kept.agent))
        });
        all.insert(0, kept);
        let text = serde_json::to_vec_pretty(&all)?;
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)?;
        }
        let new = self.path.with_extension("new");
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&text)?;
        fs::rename(&new, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "http://127.0.0.1:8500";

    fn source(from: &str) -> Source {
        Source {
            prefix: "config/".into(),
            source: from.into(),
            destination: Some("dc-2".into()),
            to: Some("config/".into()),
            exclude: Vec::new(),
        }
    }

    fn memory() -> (Memory, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        (Memory::new(&dir.path().join("sources.json")), dir)
    }

    #[test]
    fn what_was_confirmed_last_counts_and_is_missed_in_its_own_cluster_only() {
        let (memory, _dir) = memory();
        memory.remember(source("dc-3"), HERE).unwrap();
        memory.remember(source("dc-1"), HERE).unwrap();
        assert_eq!(memory.sources(), [source("dc-1")]);
        assert_eq!(memory.expected(&"dc-2".into(), HERE), [source("dc-1")]);
        assert!(memory.expected(&"dc-3".into(), HERE).is_empty());
        assert!(memory.expected(&"dc-2".into(), "http://elsewhere").is_empty());
    }

    #[test]
    fn what_is_over_is_neither_known_nor_missed_until_it_is_confirmed_again() {
        let (memory, _dir) = memory();
        let is_over = || memory.is_over(&source("dc-1").status(), &"dc-2".into(), HERE);
        memory.remember(source("dc-1"), HERE).unwrap();
        memory.end(source("dc-1"), HERE).unwrap();
        assert!(is_over() && memory.sources().is_empty());
        assert!(memory.expected(&"dc-2".into(), HERE).is_empty());
        memory.remember(source("dc-1"), HERE).unwrap();
        assert!(!is_over() && memory.sources() == [source("dc-1")]);
    }

    #[test]
    fn what_was_kept_before_agents_were_is_over_too() {
        let (memory, dir) = memory();
        let text = r#"[{"prefix": "config/", "source": "dc-1", "destination": "dc-2"}]"#;
        fs::write(dir.path().join("sources.json"), text).unwrap();
        memory.end(source("dc-1"), HERE).unwrap();
        assert!(memory.sources().is_empty());
    }

    #[test]
    fn a_file_of_before_still_says_from_where_and_not_what_is_missing() {
        let (memory, dir) = memory();
        let text = r#"[{"prefix": "config/", "source": "dc-1", "destination": "dc-2"}]"#;
        fs::write(dir.path().join("sources.json"), text).unwrap();
        assert_eq!(memory.sources(), [Source { to: None, ..source("dc-1") }]);
        assert!(memory.expected(&"dc-2".into(), HERE).is_empty());
    }
}
