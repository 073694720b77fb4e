//! Edits that were not saved: kept while they are open, offered again after the process died.
//!
//! A file for each key being edited and process, 0600, in the state directory. A process that keeps
//! drafts holds a lock beside them, which goes with it however it dies; its number alone would prove
//! nothing, since numbers are used again and the dead keep theirs until somebody looks. Invariant: a
//! draft is replaced as a whole or not at all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::append::{make_dir, sync_dir};
use super::line::Stored;
use crate::domain::ids::Dc;
use crate::domain::kv::Key;

/// An edit that is not saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// When it was last kept (UTC).
    pub at: DateTime<Utc>,
    /// The process that edits it.
    pub pid: u32,
    /// The datacenter.
    pub dc: Dc,
    /// The address of the agent that it was read from.
    pub agent: String,
    /// The key.
    pub key: Key,
    /// The index that was read; 0 for a new key.
    pub base_index: u64,
    /// What was read.
    pub base: Option<Stored>,
    /// What was typed.
    pub text: String,
}

/// The drafts of one user.
#[derive(Clone, Debug)]
pub struct Drafts {
    dir: PathBuf,
    /// Locked while this process keeps drafts.
    alive: Arc<OnceLock<Alive>>,
}

/// The lock of a process that keeps drafts.
#[derive(Debug)]
struct Alive {
    _locked: File,
    path: PathBuf,
}

impl Drop for Alive {
    fn drop(&mut self) {
        // What cannot be removed is cleared away by whoever looks for drafts next.
        let _ = fs::remove_file(&self.path);
    }
}

/// The drafts found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Those whose process is gone, newest first.
    pub left: Vec<Draft>,
    /// How many files cannot be read as drafts.
    pub damaged: usize,
}

impl Draft {
    /// The file's name: the same for the same key and process.
    fn file_name(&self) -> String {
        // FNV-1a: stable over releases, and a collision costs only the older of two drafts.
        let bytes = self.dc.as_str().bytes().chain([0]).chain(self.key.as_str().bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}-{}.json", self.pid)
    }
}

impl Drafts {
    /// The drafts in this state directory, which need not exist yet.
    pub fn in_dir(state: &Path) -> Self {
        Self { dir: state.join("drafts"), alive: Arc::default() }
    }

    /// Keeps a draft in place of the older one of the same key and process.
    ///
    /// # Errors
    /// When it is not on disk; the older one is then still there.
    pub fn save(&self, draft: &Draft) -> io::Result<()> {
        let path = self.dir.join(draft.file_name());
        let new = path.with_extension("new");
        make_dir(&path)?;
        self.live(draft.pid)?;
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        let text = serde_json::to_vec(draft)?;
        let written = file.write_all(&text).and_then(|()| file.sync_data());
        if let Err(error) = written.and_then(|()| fs::rename(&new, &path)) {
            fs::remove_file(&new)?;
            return Err(error);
        }
        sync_dir(&path)
    }

    /// All drafts whose process is gone.
    ///
    /// # Errors
    /// When the directory cannot be read; one that does not exist holds none.
    pub fn left(&self) -> io::Result<Found> {
        let files = match fs::read_dir(&self.dir) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::default()),
            Err(error) => return Err(error),
        };
        let mut found = Found::default();
        for file in files {
            let path = file?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let draft = fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok());
            match draft {
                Some(draft) if !self.is_kept(&draft)? => found.left.push(draft),
                Some(_) => {}
                None => found.damaged += 1,
            }
        }
        found.left.sort_by_key(|draft: &Draft| std::cmp::Reverse(draft.at));
        Ok(found)
    }

    /// Shows other processes that this one is there. Only its own drafts are kept alive by it.
    fn live(&self, pid: u32) -> io::Result<()> {
        if pid != std::process::id() || self.alive.get().is_some() {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(self.lock_of(pid))?;
        match file.try_lock() {
            // Another keeper of this very process has it.
            Ok(()) | Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Set only here, by the one thread that keeps drafts.
        let _ = self.alive.set(Alive { _locked: file, path: self.lock_of(pid) });
        Ok(())
    }

    /// True while the process lives that edits it.
    fn is_kept(&self, draft: &Draft) -> io::Result<bool> {
        let path = self.lock_of(draft.pid);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => {
                // It died: nobody else will clear its lock away.
                let _ = fs::remove_file(&path);
                Ok(false)
            }
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn lock_of(&self, pid: u32) -> PathBuf {
        self.dir.join(format!("{pid}.lock"))
    }

    /// Removes a draft: it was saved, or is not wanted.
    ///
    /// # Errors
    /// When it cannot be removed; one that is gone is no error.
    pub fn remove(&self, draft: &Draft) -> io::Result<()> {
        match fs::remove_file(self.dir.join(draft.file_name())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Larger than any process number.
    const NOBODY: u32 = 0x3fff_ffff;

    fn draft(pid: u32, text: &str) -> Draft {
        let base = Stored { value: vec![0xff, 0].into(), flags: u64::MAX };
        Draft {
            at: DateTime::UNIX_EPOCH,
            pid,
            dc: "dc-1".into(),
            agent: "http://127.0.0.1:8500".into(),
            key: "a//\n".into(),
            base_index: 7,
            base: Some(base),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_draft_of_a_dead_process_is_found_as_it_was_kept_last() {
        let dir = tempfile::tempdir().unwrap();
        let drafts = Drafts::in_dir(dir.path());
        assert_eq!(drafts.left().unwrap(), Found::default());
        drafts.save(&draft(NOBODY, "first")).unwrap();
        drafts.save(&draft(NOBODY, "second\r\n")).unwrap();
        assert_eq!(drafts.left().unwrap().left, [draft(NOBODY, "second\r\n")]);
        let file = drafts.dir.join(draft(NOBODY, "").file_name());
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        drafts.remove(&draft(NOBODY, "")).unwrap();
        assert!(drafts.left().unwrap().left.is_empty());
        drafts.remove(&draft(NOBODY, "")).unwrap();
    }

    #[test]
    fn a_draft_that_is_being_edited_is_not_offered() {
        let dir = tempfile::tempdir().unwrap();
        let drafts = Drafts::in_dir(dir.path());
        drafts.save(&draft(std::process::id(), "mine")).unwrap();
        let others = Drafts::in_dir(dir.path());
        assert!(others.left().unwrap().left.is_empty());
        // The lock goes with the process that held it.
        drop(drafts);
        assert_eq!(others.left().unwrap().left.len(), 1);
    }

    #[test]
    fn a_damaged_draft_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        let drafts = Drafts::in_dir(dir.path());
        drafts.save(&draft(NOBODY, "whole")).unwrap();
        fs::write(drafts.dir.join("x.json"), "{").unwrap();
        let found = drafts.left().unwrap();
        assert_eq!((found.left.len(), found.damaged), (1, 1));
    }
}
