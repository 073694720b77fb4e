//! Entries as the `consul kv export` command writes them, and back.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::make::Incoming;
use crate::domain::kv::{Entry, Key};

#[derive(Serialize, Deserialize)]
struct Exported {
    key: String,
    #[serde(default)]
    flags: u64,
    #[serde(default)]
    value: String,
}

/// Writes entries one by one, so that memory is bounded by one of them.
#[derive(Debug)]
pub struct Exporter<W> {
    out: W,
    count: usize,
}

impl<W: Write> Exporter<W> {
    /// Begins.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(b"[")?;
        Ok(Self { out, count: 0 })
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, entry: &Entry) -> io::Result<()> {
        let separator: &[u8] = if self.count == 0 { b"\n\t{\n" } else { b",\n\t{\n" };
        self.out.write_all(separator)?;
        let key = serde_json::to_string(entry.key.as_str())?;
        let (flags, value) = (entry.flags, STANDARD.encode(&entry.value));
        write!(
            self.out,
            "\t\t\"key\": {key},\n\t\t\"flags\": {flags},\n\t\t\"value\": \"{value}\"\n\t}}"
        )?;
        self.count += 1;
        Ok(())
    }

    /// Ends; gives the number of entries.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(mut self) -> io::Result<usize> {
        let end: &[u8] = if self.count == 0 { b"]\n" } else { b"\n]\n" };
        self.out.write_all(end)?;
        self.out.flush()?;
        Ok(self.count)
    }
}

/// Reads what `consul kv export` or [`Exporter`] wrote; each key below `prefix`.
///
/// # Errors
/// Text that is not that, with the place.
pub fn parse(text: &[u8], prefix: &Key) -> serde_json::Result<Vec<Incoming>> {
    let list: Vec<Exported> = serde_json::from_slice(text)?;
    let incoming = |it: Exported| {
        let value = STANDARD.decode(&it.value).map_err(|error| {
            serde::de::Error::custom(format!("the value of '{}' is no base64: {error}", it.key))
        })?;
        let key = Key::from(format!("{prefix}{}", it.key));
        Ok(Incoming { key, value: Bytes::from(value), flags: it.flags })
    };
    list.into_iter().map(incoming).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, value: &'static [u8], flags: u64) -> Entry {
        Entry {
            key: key.into(),
            value: Bytes::from_static(value),
            flags,
            modify_index: 1,
            create_index: 1,
            lock_index: 0,
            session: None,
        }
    }

    #[test]
    fn it_is_written_as_the_consul_command_does_and_read_back() {
        let entries = [entry("a\n\"ü", b"\xff\x00", u64::MAX), entry("b/", b"", 0)];
        let mut out = Vec::new();
        let mut exporter = Exporter::new(&mut out).unwrap();
        for entry in &entries {
            exporter.add(entry).unwrap();
        }
        assert_eq!(exporter.end().unwrap(), 2);
        let text = String::from_utf8(out.clone()).unwrap();
        assert!(
            text.starts_with("[\n\t{\n\t\t\"key\": \"a\\n\\\"ü\",\n\t\t\"flags\": 1844"),
            "{text}"
        );
        assert!(text.ends_with("\t\t\"value\": \"\"\n\t}\n]\n"), "{text}");
        let back = parse(&out, &"under/".into()).unwrap();
        assert_eq!(back[0].key.as_str(), "under/a\n\"ü");
        assert_eq!((&*back[0].value, back[0].flags), (&b"\xff\x00"[..], u64::MAX));
    }

    #[test]
    fn nothing_is_an_empty_list() {
        let mut out = Vec::new();
        assert_eq!(Exporter::new(&mut out).unwrap().end().unwrap(), 0);
        assert_eq!(parse(&out, &"".into()).unwrap(), []);
    }

    #[test]
    fn a_value_that_is_no_base64_names_its_key() {
        let error = parse(br#"[{"key":"a","value":"!"}]"#, &"".into()).unwrap_err();
        assert!(error.to_string().contains("'a'"), "{error}");
    }
}
