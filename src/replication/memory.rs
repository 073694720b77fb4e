//! The sources of replications that the operator confirmed, kept between runs.
//!
//! A JSON file in the user's state directory, readable by the user alone. One that is missing or
//! cannot be read says nothing: the sources are proposed again then.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::domain::replication::Source;

/// The file.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    path: PathBuf,
}

impl Memory {
    /// The file at this path, which need not be there.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// What was confirmed, newest first.
    pub fn sources(&self) -> Vec<Source> {
        let text = fs::read(&self.path).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Remembers a source, in the place of what was said of the same prefix and destination before.
    ///
    /// # Errors
    /// When the file cannot be written; the one of before is still there then.
    pub fn remember(&self, source: Source) -> io::Result<()> {
        let mut all = self.sources();
        all.retain(|old| (&old.prefix, &old.destination) != (&source.prefix, &source.destination));
        all.insert(0, source);
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
