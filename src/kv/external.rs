//! The operator's own editor on a private temporary file.
//!
//! Invariant: the file is 0600 in a directory 0700 and is gone afterwards, also when this process is
//! told to end meanwhile; what was typed until then is given back.

use std::env;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use chrono::Utc;
use thiserror::Error;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use crate::domain::kv::Key;

/// What came out of the editor.
pub(crate) struct Typed {
    /// The text as it was left.
    pub text: String,
    /// True when this process was told to end meanwhile.
    pub is_cut_short: bool,
}

/// Why a text could not be edited.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct CannotEdit(String);

impl From<io::Error> for CannotEdit {
    fn from(error: io::Error) -> Self {
        Self(format!("cannot edit: {error}"))
    }
}

/// A directory that is removed with what is in it.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is private all the same.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Opens the editor on a text and waits for its end.
pub(crate) async fn edit(key: &Key, text: &str) -> Result<Typed, CannotEdit> {
    let editor = editor()?;
    let name = format!("dcview-{}-{}", std::process::id(), Utc::now().timestamp_micros());
    let dir = env::temp_dir().join(name);
    DirBuilder::new().mode(0o700).create(&dir)?;
    let scratch = Scratch(dir);
    let path = scratch.0.join(file_name(key));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    file?.write_all(text.as_bytes())?;
    // Ctrl-c in the editor is the editor's.
    let _interrupt = signal(SignalKind::interrupt())?;
    let (mut hangup, mut terminate) =
        (signal(SignalKind::hangup())?, signal(SignalKind::terminate())?);
    let mut child = Command::new("sh")
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg(&path)
        .spawn()
        .map_err(|error| CannotEdit(format!("cannot start '{editor}': {error}")))?;
    let ended = tokio::select! {
        ended = child.wait() => Some(ended?),
        _ = hangup.recv() => None,
        _ = terminate.recv() => None,
    };
    if ended.is_some_and(|status| !status.success()) {
        return Err(CannotEdit(format!("'{editor}' failed; nothing was written")));
    }
    let text = String::from_utf8(fs::read(&path)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the text is no UTF-8"))?;
    Ok(Typed { text, is_cut_short: ended.is_none() })
}

/// The operator's editor. One that nobody chose is not started where it could only make a mess.
fn editor() -> Result<String, CannotEdit> {
    let chosen = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|editor| !editor.trim().is_empty()));
    let has_terminal = || io::stdin().is_terminal() && io::stdout().is_terminal();
    match chosen {
        Some(editor) => Ok(editor),
        None if has_terminal() => Ok("vi".to_owned()),
        None => Err(CannotEdit(
            "no terminal to edit in: set VISUAL or EDITOR to a command that needs none, or use \
             'put'; nothing was written"
                .to_owned(),
        )),
    }
}

/// The new value without the line end that editors add where there was none.
pub(crate) fn as_before<'a>(old: &[u8], new: &'a str) -> &'a [u8] {
    let new = new.as_bytes();
    match new.strip_suffix(b"\n") {
        Some(shorter) if !old.ends_with(b"\n") => shorter,
        _ => new,
    }
}

/// A name that tells the editor what kind of text it is, and nothing strange to the shell.
fn file_name(key: &Key) -> String {
    let extension = key.as_str().rsplit_once('.').map_or("", |(_, end)| end);
    let is_plain = (1..=8).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    format!("value.{}", if is_plain { extension } else { "txt" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_named_after_the_kind_of_text() {
        for (key, name) in [
            ("app/config.json", "value.json"),
            ("app/config", "value.txt"),
            ("app/x.$(id)", "value.txt"),
            ("a.b/c", "value.txt"),
        ] {
            assert_eq!(file_name(&key.into()), name);
        }
    }

    #[test]
    fn an_added_last_line_end_is_taken_away_and_a_kept_one_stays() {
        assert_eq!(as_before(b"a", "b\n"), b"b");
        assert_eq!(as_before(b"a\n", "b\n"), b"b\n");
        assert_eq!(as_before(b"a\r\n", "b\r\n"), b"b\r\n");
        assert_eq!(as_before(b"", ""), b"");
    }
}
