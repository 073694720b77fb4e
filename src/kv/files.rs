//! `export`, and the files that `import` and `diff` read.

use std::io::{self, Read as _, Write};
use std::path::Path;

use super::failure::{Done, Failure, fine};
use super::place::Session;
use crate::consul::kv;
use crate::domain::kv::Key;
use crate::plan::export::Exporter;
use crate::plan::make::Incoming;
use crate::plan::{directory, export, gather};

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
        let count = directory::write(dir, &entries, &prefix)?;
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
    let path = Path::new(from);
    let unusable = |error: io::Error| Failure::usage(format!("cannot read '{from}': {error}"));
    if from != "-" && path.is_dir() {
        return directory::read(path, prefix).map_err(unusable);
    }
    let mut text = Vec::new();
    if from == "-" {
        io::stdin().lock().read_to_end(&mut text)?;
    } else {
        text = std::fs::read(path).map_err(unusable)?;
    }
    export::parse(&text, prefix)
        .map_err(|error| Failure::usage(format!("'{from}' is no export of keys: {error}")))
}
