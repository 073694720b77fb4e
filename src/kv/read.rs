//! `ls` and `get`.

use std::io::{self, IsTerminal as _, Write};

use serde_json::json;

use super::failure::{Done, Failure, fine};
use super::place::{Place, Session};
use super::show::EntryJson;
use crate::cli::KvForm;
use crate::consul::{kv, read};
use crate::domain::kv::{Folder, Key};
use crate::ui::text::clean;

/// What lies directly in a folder.
pub(super) async fn ls(session: &Session<'_>, prefix: &str, out: &mut impl Write) -> Done {
    let place = session.place().await?;
    let prefix = Key::from(prefix);
    let (folder, meta): (Folder, _) = kv::folder(&prefix).fetch(&place.client).await?;
    if session.form == KvForm::Text && folder.has_marker() && !prefix.is_empty() {
        writeln!(out, "{}", clean(prefix.as_str()))?;
    }
    for row in folder.rows() {
        match session.form {
            KvForm::Text => writeln!(out, "{}", clean(row.path))?,
            KvForm::Json => {
                let row = json!({ "datacenter": place.dc, "path": row.path,
                    "is_folder": row.is_folder });
                writeln!(out, "{row}")?;
            }
        }
    }
    ended(&place, folder.is_empty() && !folder.has_marker(), meta.filtered).await
}

/// All keys below a prefix, as they come.
pub(super) async fn ls_all(session: &Session<'_>, prefix: &str, out: &mut impl Write) -> Done {
    let place = session.place().await?;
    let mut keys = kv::keys(&place.client, &Key::from(prefix)).await?;
    let mut is_empty = true;
    while let Some(page) = keys.page().await? {
        is_empty = false;
        for key in &page {
            match session.form {
                KvForm::Text => writeln!(out, "{}", clean(key.as_str()))?,
                KvForm::Json => writeln!(out, "{}", json!({ "datacenter": place.dc, "key": key }))?,
            }
        }
        out.flush()?;
    }
    let is_filtered = keys.is_filtered();
    ended(&place, is_empty, is_filtered).await
}

/// How a list ends: what ACLs hide is left out by the server without a word.
pub(super) async fn ended(place: &Place, is_empty: bool, is_filtered: bool) -> Done {
    let hint = if is_filtered { hidden(place, "the server left out") } else { String::new() };
    if !is_empty {
        return Ok(fine(if hint.is_empty() { limited(place).await } else { hint }));
    }
    let nothing = Failure::absent(format!("nothing there in '{}'", place.dc));
    let hint = if hint.is_empty() { limited(place).await } else { hint };
    Err(if hint.is_empty() { nothing } else { nothing.after(&hint) })
}

/// A remark for a token that may not see everything, on servers that do not say so themselves.
async fn limited(place: &Place) -> String {
    if read::sees_all(&place.client).await {
        return String::new();
    }
    hidden(place, "the server leaves out")
}

fn hidden(place: &Place, who: &str) -> String {
    format!("{}: {who} what the token may not see", place.dc)
}

/// One value.
pub(super) async fn get(session: &Session<'_>, key: &str, out: &mut impl Write) -> Done {
    let place = session.place().await?;
    let Some(entry) = kv::read(&place.client, &Key::from(key)).await? else {
        return Err(Failure::absent(format!("no key '{key}' in '{}'", place.dc)));
    };
    match session.form {
        KvForm::Json => {
            let text = serde_json::to_string_pretty(&EntryJson::of(&place.dc, &entry));
            writeln!(out, "{}", text.map_err(io::Error::from)?)?;
        }
        KvForm::Text if io::stdout().is_terminal() => {
            // A value must not act on the terminal; a pipe gets it byte for byte.
            let text = String::from_utf8_lossy(&entry.value);
            for line in text.split('\n').map(clean) {
                writeln!(out, "{line}")?;
            }
        }
        KvForm::Text => out.write_all(&entry.value)?,
    }
    Ok(fine(""))
}
