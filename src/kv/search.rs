//! `search`: keys or values under a prefix, printed as they are found.

use std::io::{self, Write};

use regex::bytes::{Regex, RegexBuilder};
use serde_json::json;

use super::failure::{Done, Failure};
use super::place::Session;
use super::read::ended;
use crate::cli::{KvForm, KvVerb};
use crate::consul::kv;
use crate::domain::kv::{Entry, Key};
use crate::table::fuzzy::{CharMask, Fuzzy, fold};
use crate::ui::text::{clean, truncate_end};

/// As much of a line as tells what it is about.
const SHOWN: usize = 160;

/// What is looked for.
enum Pattern {
    Exact(Regex),
    Fuzzy(Fuzzy),
}

/// Looks and prints.
pub(super) async fn search(session: &Session<'_>, verb: &KvVerb, out: &mut impl Write) -> Done {
    let KvVerb::Search { text, prefix, values, regex, fuzzy } = verb else {
        return Err(Failure::usage("that is no search"));
    };
    let pattern = if *fuzzy { Pattern::Fuzzy(Fuzzy::new(text)) } else { exact(text, *regex)? };
    let place = session.place().await?;
    let prefix = Key::from(prefix.as_str());
    let mut hits = Hits { out, form: session.form, dc: place.dc.as_str(), count: 0 };
    let is_filtered;
    if *values {
        let mut listing = kv::recurse(&place.client, &prefix).await?;
        while let Some(page) = listing.page().await? {
            for entry in page {
                hits.in_value(&pattern, &entry)?;
            }
            hits.out.flush()?;
        }
        is_filtered = listing.is_filtered();
    } else {
        let mut listing = kv::keys(&place.client, &prefix).await?;
        while let Some(page) = listing.page().await? {
            for key in page {
                hits.in_key(&pattern, &key)?;
            }
            hits.out.flush()?;
        }
        is_filtered = listing.is_filtered();
    }
    let is_empty = hits.count == 0;
    ended(&place, is_empty, is_filtered).await
}

/// A text without regard to case when it has no capital letter, as in a filter.
fn exact(text: &str, is_regex: bool) -> Done<Pattern> {
    let source = if is_regex { text.to_owned() } else { regex::escape(text) };
    let mut builder = RegexBuilder::new(&source);
    builder.case_insensitive(!text.chars().any(char::is_uppercase)).multi_line(true);
    let regex = builder.build();
    regex.map(Pattern::Exact).map_err(|error| Failure::usage(error.to_string()))
}

impl Pattern {
    fn is_in(&self, text: &[u8]) -> bool {
        match self {
            Self::Exact(regex) => regex.is_match(text),
            Self::Fuzzy(fuzzy) => {
                let folded = fold(&String::from_utf8_lossy(text));
                fuzzy.score(&folded, CharMask::of(&folded)).is_some()
            }
        }
    }
}

/// Where hits go.
struct Hits<'a, W> {
    out: &'a mut W,
    form: KvForm,
    dc: &'a str,
    count: usize,
}

impl<W: Write> Hits<'_, W> {
    fn in_key(&mut self, pattern: &Pattern, key: &Key) -> io::Result<()> {
        if !pattern.is_in(key.as_str().as_bytes()) {
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
    fn in_value(&mut self, pattern: &Pattern, entry: &Entry) -> io::Result<()> {
        if !pattern.is_in(&entry.value) {
            return Ok(());
        }
        let lines = || entry.value.split(|byte| *byte == b'\n').enumerate();
        let mut hits: Vec<(usize, &[u8])> =
            lines().filter(|(_, line)| pattern.is_in(line)).collect();
        if hits.is_empty() {
            hits.extend(lines().next());
        }
        for (number, line) in hits {
            self.count += 1;
            let (key, number, line) = (&entry.key, number + 1, String::from_utf8_lossy(line));
            match self.form {
                KvForm::Text => {
                    let line = clean(line.trim());
                    let line = truncate_end(&line, SHOWN);
                    writeln!(self.out, "{}:{number}: {line}", clean(key.as_str()))?;
                }
                KvForm::Json => {
                    let hit = json!({ "datacenter": self.dc, "key": key, "line": number,
                        "text": line, "modify_index": entry.modify_index });
                    writeln!(self.out, "{hit}")?;
                }
            }
        }
        Ok(())
    }
}
