//! Putting lines on disk so that they are there, whole, when this returns.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use serde::Serialize;

/// Appends lines of JSON to a file that only its owner may read, and waits for the disk. Several
/// processes may do so at once. After an error the file is as it was.
pub(super) fn append<T: Serialize>(path: &Path, lines: &[T]) -> io::Result<()> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line)?;
        text.push(b'\n');
    }
    let is_new = !path.exists();
    make_dir(path)?;
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    file.lock()?;
    let length = file.metadata()?.len();
    let written = write(&mut file, length, &text);
    if written.is_err() {
        // The line's first half, if there is one, would be taken for a damaged line.
        file.set_len(length)?;
    }
    written?;
    if is_new { sync_dir(path) } else { Ok(()) }
}

fn write(file: &mut File, length: u64, text: &[u8]) -> io::Result<()> {
    if length > 0 && !ends_line(file)? {
        file.write_all(b"\n")?;
    }
    file.write_all(text)?;
    file.sync_data()
}

/// False when the machine went down in the middle of a line.
fn ends_line(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Makes the directory of a file, for its owner alone.
pub(super) fn make_dir(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(dir) if !dir.exists() => DirBuilder::new().recursive(true).mode(0o700).create(dir),
        _ => Ok(()),
    }
}

/// Without this a new file's name may be lost though its content is safe.
pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}
