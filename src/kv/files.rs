//! `export`, and the files that `import` and `diff` read.

use std::io::{self, Read as _, Write};
use std::path::Path;

use super::failure::{Done, Failure, fine};
use super::place::Session;
use crate::consul::kv;
use crate::domain::kv::Key;
use crate::plan::export::Exporter;
use crate::plan::make::Incoming;
use crate::plan::{directory, export, files, gather};

/// Prints all keys under a prefix, or writes them as files.
pub(super) async fn export(
    session: &Session<'_>,
    prefix: &str,
    dir: Option<&Path>,
    out: &mut impl Write,
) -> Done {
    let place = session.place().await?;
    let prefix = Key::from(prefix);
    if let Some(dir) = dir {
        let entries = gather(&place.client, &prefix).await?;
        let count = directory::write(dir, &entries, &prefix, |_| true)?;
        return Ok(fine(format!("{count} keys of '{}' in '{}'", place.dc, dir.display())));
    }
    let mut listing = kv::recurse(&place.client, &prefix).await?;
    let mut exporter = Exporter::new(out)?;
    while let Some(page) = listing.page().await? {
        for entry in &page {
            exporter.add(entry)?;
        }
    }
    exporter.end()?;
    Ok(fine(""))
}

/// What a file, a directory or stdin ('-') holds, each key below `prefix`.
pub(super) fn incoming(from: &str, prefix: &Key) -> Done<Vec<Incoming>> {
    if from != "-" {
        return files::incoming(Path::new(from), prefix).map_err(Failure::usage);
    }
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text)?;
    export::parse(&text, prefix)
        .map_err(|error| Failure::usage(format!("'-' is no export of keys: {error}")))
}
