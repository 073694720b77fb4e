//! A directory that goes when the test process does.
//!
//! A cluster that all tests of a binary share is never dropped, and a killed test drops nothing:
//! as with the agents themselves, a shell whose standard input closes does the cleaning.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Tried again for a while: the agents are being killed at the same moment and may still write.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
while read -r _; do :; done
tries=0
while ! rm -rf "$1" && [ "$tries" -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
"#;

/// A directory of its own, outside of the checkout.
pub struct Scratch {
    path: PathBuf,
    cleaner: Child,
}

impl Scratch {
    pub fn new() -> Self {
        // Short, as a unix socket in it must fit into 107 bytes.
        let made = tempfile::Builder::new().prefix("dcv").tempdir().expect("a directory");
        let cleaner = Command::new("sh")
            .args(["-c", SCRIPT, "cleaner"])
            .arg(made.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("a shell to clean up");
        Self { path: made.keep(), cleaner }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.cleaner.stdin.take());
        let _gone = self.cleaner.wait();
    }
}
