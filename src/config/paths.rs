//! Where dcview keeps its files.
//!
//! The user's directories by the platform's customs; nothing is created here.

use std::path::PathBuf;

use directories::ProjectDirs;

/// The two directories that dcview uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    /// Holds `config.toml`.
    pub config: PathBuf,
    /// Holds the log, the journal of writes, and drafts.
    pub state: PathBuf,
}

impl Dirs {
    /// The user's, or nothing when the user has no home directory.
    pub fn of_user() -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "dcview")?;
        Some(Self {
            config: dirs.config_dir().to_owned(),
            // Only Linux has a directory for state.
            state: dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned(),
        })
    }

    /// The settings file that is read when no other is named.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The sources of replications that the operator confirmed.
    pub fn sources_file(&self) -> PathBuf {
        self.state.join("replication-sources.json")
    }

    /// The log file.
    pub fn log_file(&self) -> PathBuf {
        self.state.join("dcview.log")
    }
}
