//! Keys in files: reading an import, writing an export. Events are written too.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::plans::gathered;
use super::{Teller, Ways};
use crate::app::task::News;
use crate::app::task::many::keys;
use crate::consul::{Client, kv, read};
use crate::domain::event::export::{Export, Form};
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key};
use crate::plan::export::Exporter;
use crate::plan::make::Incoming;
use crate::plan::read::Reader;
use crate::plan::{directory, files};
use crate::report::chronicle;

/// What a file or a directory holds, each key below `prefix`.
pub(super) async fn incoming(path: String, prefix: Key) -> Result<Vec<Incoming>, String> {
    aside(move || files::incoming(&path_of(&path), &prefix)).await
}

/// What a file or a directory holds of a folder.
pub(super) async fn under(path: String, prefix: Key) -> Result<Vec<Entry>, String> {
    aside(move || files::under(&path_of(&path), &prefix)).await
}

/// Writes all keys under a prefix to a file, or to a directory where the path ends with a slash.
pub(super) async fn export(
    ways: &Ways,
    dc: &Dc,
    prefix: &Key,
    file: &str,
    teller: &Teller,
) -> News {
    let (client, path) = (ways.client(dc), path_of(file));
    let written = if file.ends_with('/') {
        to_directory(&client, prefix, path, teller).await
    } else {
        to_file(&client, prefix, &path, teller).await
    };
    match written {
        Ok(count) => {
            let may_hide = !read::sees_all(&client).await;
            let hint = if may_hide { "; what the token may not see is left out" } else { "" };
            News::Done(format!("{} of {dc} written to {file}{hint}", keys(count)))
        }
        Err(why) => News::Failed(format!("not exported: {why}")),
    }
}

async fn to_directory(
    client: &Client,
    prefix: &Key,
    path: PathBuf,
    teller: &Teller,
) -> Result<usize, String> {
    let entries = {
        let mut tell = gathered(teller);
        let read = Reader::new(client, &mut tell).under(prefix, |_| true).await;
        read.map_err(|error| error.to_string())?
    };
    // When this work is ended, what writes beside it must end too.
    let is_wanted = Wanted::default();
    let goes_on = Arc::clone(&is_wanted.0);
    let prefix = prefix.clone();
    let write = move || {
        let goes_on = |_| !goes_on.load(Ordering::Relaxed);
        directory::write(&path, &entries, &prefix, goes_on).map_err(|error| error.to_string())
    };
    aside(write).await
}

/// True once the work that holds it is over.
#[derive(Default)]
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn to_file(
    client: &Client,
    prefix: &Key,
    path: &Path,
    teller: &Teller,
) -> Result<usize, String> {
    let failed = |error: std::io::Error| why_not(path, &error);
    let mut listing = kv::recurse(client, prefix).await.map_err(|error| error.to_string())?;
    let (part, file) = Part::begin(path).map_err(failed)?;
    let mut exporter = Exporter::new(BufWriter::new(file)).map_err(failed)?;
    let (mut tell, mut count) = (gathered(teller), 0);
    while let Some(page) = listing.page().await.map_err(|error| error.to_string())? {
        for entry in &page {
            exporter.add(entry).map_err(failed)?;
        }
        count += page.len();
        tell(count);
    }
    exporter.end().map_err(failed)?;
    part.keep();
    Ok(count)
}

/// Writes events to a file, whole or not at all.
pub(super) async fn events(export: Export, form: Form, file: String) -> News {
    let (count, path) = (export.events.len(), path_of(&file));
    let write = move || {
        let text = chronicle::text(&export, form).map_err(|error| error.to_string())?;
        let failed = |error: std::io::Error| why_not(&path, &error);
        let (part, mut file) = Part::begin(&path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        part.keep();
        Ok(())
    };
    let events = if count == 1 { "event" } else { "events" };
    match aside(write).await {
        Ok(()) => News::Done(format!("{count} {events} written to {file}")),
        Err(why) => News::Failed(format!("not exported: {why}")),
    }
}

/// Why a file cannot be written, and what to try.
fn why_not(path: &Path, error: &std::io::Error) -> String {
    let path = path.display();
    match error.kind() {
        ErrorKind::AlreadyExists => {
            format!("'{path}' is there already and is not written over: name another file")
        }
        ErrorKind::NotFound => format!("the directory of '{path}' does not exist"),
        ErrorKind::PermissionDenied => format!("'{path}' may not be written by this user"),
        _ => format!("cannot write '{path}': {error}"),
    }
}

/// A file that goes away again unless it is kept: half an export is none.
struct Part(Option<PathBuf>);

impl Part {
    /// Makes the file, which must not be there yet. Values may be secrets: only its owner reads it.
    fn begin(path: &Path) -> std::io::Result<(Self, File)> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        Ok((Self(Some(path.to_owned())), file))
    }

    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // It was made here; where it cannot be removed it is no whole export and says so.
            let _ = fs::remove_file(path);
        }
    }
}

/// A path as it was typed: `~/` is the home directory.
fn path_of(path: &str) -> PathBuf {
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Does what waits for the disk where it holds nobody up.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|died| Err(died.to_string()))
}
