//! The files of a recording: `FILE`, and older ones as `FILE.1`, `FILE.2`, ..
//!
//! Nothing that is there is overwritten: a recording that exists is gone on with, and anything else
//! is refused. A file is readable by its owner alone, and only one process adds to it. Invariant:
//! after a failed write the file ends with its last whole piece, as soon as the disk takes that.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::scan::LINE;

/// Readable and writable by the owner alone.
const PRIVATE: u32 = 0o600;

/// Why nothing can be recorded to a file.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file system says no.
    #[error("cannot record to '{}': {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is something else.
    #[error("'{}' is there, and is no recording: give another name", .0.display())]
    Foreign(PathBuf),
    /// It is no place for bytes that stay.
    #[error("'{}' is no file: give the name of one", .0.display())]
    NoFile(PathBuf),
    /// Another process records to it.
    #[error("another dcview records to '{}': give another name", .0.display())]
    Locked(PathBuf),
}

/// What bytes are written to.
pub trait Medium: Write + Send + 'static {
    /// Cuts it, or a hole into it.
    fn set_len(&mut self, len: u64) -> io::Result<()>;
}

impl Medium for File {
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        Self::set_len(self, len)
    }
}

/// Makes a file that was not there.
type Create<M> = Box<dyn Fn(&Path) -> io::Result<M> + Send>;

/// The files.
pub struct Files<M> {
    path: PathBuf,
    /// How many there are at most.
    most: usize,
    /// Makes a new one.
    create: Create<M>,
    file: Option<M>,
    /// How many whole bytes the newest has.
    len: u64,
    /// True when there may be more bytes than whole ones.
    is_torn: bool,
}

impl Files<File> {
    /// Opens the files of which this is the newest, of at most so many; makes it if it is not there.
    ///
    /// # Errors
    /// [`OpenError`]: then nothing was changed.
    pub fn open(path: &Path, most: usize) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Io { path: path.to_owned(), error };
        let file = open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if !about.is_file() {
            return Err(OpenError::NoFile(path.to_owned()));
        }
        let mut line = vec![0; LINE.len()];
        let is_ours =
            about.len() == 0 || file.read_exact_at(&mut line, 0).is_ok_and(|()| line == LINE);
        if !is_ours {
            return Err(OpenError::Foreign(path.to_owned()));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::Locked(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_permissions(Permissions::from_mode(PRIVATE)).map_err(failed)?;
        let len = about.len();
        let path = path.to_owned();
        let create = Box::new(create);
        Ok(Self { path, most, create, file: Some(file), len, is_torn: false })
    }
}

/// Opens a file for adding to it; one that is made is private.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).mode(PRIVATE).open(path)
}

/// Makes a file that was not there, for this process alone.
fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().append(true).create_new(true).mode(PRIVATE).open(path)?;
    file.try_lock().map_err(io::Error::from)?;
    Ok(file)
}

/// The name of the `n`th older file.
pub fn older(path: &Path, n: usize) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{n}"));
    name.into()
}

impl<M: Medium> Files<M> {
    /// How many whole bytes the newest file has.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Adds whole frames to the newest file.
    ///
    /// # Errors
    /// When the disk does not take all of them: then the file ends as it did before.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.mend()?;
        if self.file.is_none() {
            self.file = Some((self.create)(&self.path)?);
            self.len = 0;
        }
        if self.len == 0 {
            self.add(LINE)?;
        }
        self.add(bytes)
    }

    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotFound.into()) };
        match file.write_all(bytes) {
            Ok(()) => {
                self.len += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                self.is_torn = true;
                // What cannot be cut off now is cut off before the next write.
                let _ = self.mend();
                Err(error)
            }
        }
    }

    /// Cuts off what a failed write left behind.
    fn mend(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.as_mut().filter(|_| self.is_torn) {
            file.set_len(self.len)?;
        }
        self.is_torn = false;
        Ok(())
    }

    /// Begins a new file: the newest becomes the first of the older ones, and the oldest goes.
    ///
    /// # Errors
    /// When names cannot be changed; what was changed is gone on with the next time.
    pub fn turn(&mut self) -> io::Result<()> {
        self.mend()?;
        let last = self.most.saturating_sub(1);
        if last == 0 {
            forget(&self.path)?;
        } else {
            forget(&older(&self.path, last))?;
            for n in (1..last).rev() {
                rename(&older(&self.path, n), &older(&self.path, n + 1))?;
            }
            rename(&self.path, &older(&self.path, 1))?;
        }
        (self.file, self.len) = (None, 0);
        Ok(())
    }
}

/// Removes a file that may be gone already.
fn forget(path: &Path) -> io::Result<()> {
    absent_is_fine(std::fs::remove_file(path))
}

/// Renames a file that may not be there.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    absent_is_fine(std::fs::rename(from, to))
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
pub(super) mod tests;
