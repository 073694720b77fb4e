//! `search`: keys or values under a prefix, printed as they are found.

use std::io::{self, Write};

use serde_json::json;

use super::failure::{Done, Failure};
use super::place::Session;
use super::read::ended;
use crate::cli::{KvForm, KvVerb};
use crate::consul::kv;
use crate::domain::kv::{Entry, Key};
use crate::table::grep::Grep;
use crate::ui::text::clean;

/// As many bytes of a line as tell what it is about.
const SHOWN: usize = 160;

/// Looks and prints.
pub(super) async fn search(session: &Session<'_>, verb: &KvVerb, out: &mut impl Write) -> Done {
    let KvVerb::Search { text, prefix, values, regex, fuzzy } = verb else {
        return Err(Failure::usage("that is no search"));
    };
    let grep = match (*fuzzy, *regex) {
        (true, _) => Ok(Grep::fuzzy(text)),
        (false, true) => Grep::regex(text),
        (false, false) => Grep::text(text),
    };
    let grep = grep.map_err(Failure::usage)?;
    let place = session.place().await?;
    let prefix = Key::from(prefix.as_str());
    let mut hits = Hits { out, form: session.form, dc: place.dc.as_str(), count: 0 };
    let is_filtered;
    if *values {
        let mut listing = kv::recurse(&place.client, &prefix).await?;
        while let Some(page) = listing.page().await? {
            for entry in page {
                hits.in_value(&grep, &entry)?;
            }
            hits.out.flush()?;
        }
        is_filtered = listing.is_filtered();
    } else {
        let mut listing = kv::keys(&place.client, &prefix).await?;
        while let Some(page) = listing.page().await? {
            for key in page {
                hits.in_key(&grep, &key)?;
            }
            hits.out.flush()?;
        }
        is_filtered = listing.is_filtered();
    }
    let is_empty = hits.count == 0;
    ended(&place, is_empty, is_filtered).await
}

/// Where hits go.
struct Hits<'a, W> {
    out: &'a mut W,
    form: KvForm,
    dc: &'a str,
    count: usize,
}

impl<W: Write> Hits<'_, W> {
    fn in_key(&mut self, grep: &Grep, key: &Key) -> io::Result<()> {
        if !grep.is_in(key.as_str().as_bytes()) {
            return Ok(());
        }
        self.count += 1;
        match self.form {
            KvForm::Text => writeln!(self.out, "{}", clean(key.as_str())),
            KvForm::Json => writeln!(self.out, "{}", json!({ "datacenter": self.dc, "key": key })),
        }
    }

    /// Every line of the value that matches; the whole value counts as one line when the match is
    /// over several.
    fn in_value(&mut self, grep: &Grep, entry: &Entry) -> io::Result<()> {
        for (number, line) in grep.lines(&entry.value) {
            self.count += 1;
            let key = &entry.key;
            match self.form {
                KvForm::Text => {
                    let line = grep.excerpt(line, SHOWN);
                    writeln!(self.out, "{}:{number}: {}", clean(key.as_str()), clean(&line))?;
                }
                KvForm::Json => {
                    let line = String::from_utf8_lossy(line);
                    let hit = json!({ "datacenter": self.dc, "key": key, "line": number,
                        "text": line, "modify_index": entry.modify_index });
                    writeln!(self.out, "{hit}")?;
                }
            }
        }
        Ok(())
    }
}
