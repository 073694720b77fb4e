//! Edits that were not saved: kept while they are open, offered again after the process died.
//!
//! A file for each key being edited and process, 0600, in the state directory. Invariant: a draft is
//! replaced as a whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafts {
    dir: PathBuf,
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
        Self { dir: state.join("drafts") }
    }

    /// Keeps a draft in place of the older one of the same key and process.
    ///
    /// # Errors
    /// When it is not on disk; the older one is then still there.
    pub fn save(&self, draft: &Draft) -> io::Result<()> {
        let path = self.dir.join(draft.file_name());
        let new = path.with_extension("new");
        make_dir(&path)?;
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
                Some(draft) if !is_running(&draft) => found.left.push(draft),
                Some(_) => {}
                None => found.damaged += 1,
            }
        }
        found.left.sort_by_key(|draft: &Draft| std::cmp::Reverse(draft.at));
        Ok(found)
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

/// True while the process lives that edits it. Another one with its number hides the draft until
/// that ends too.
fn is_running(draft: &Draft) -> bool {
    i32::try_from(draft.pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
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
        assert!(drafts.left().unwrap().left.is_empty());
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
