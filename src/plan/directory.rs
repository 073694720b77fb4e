//! Entries as a directory of files, and back.
//!
//! A key's segments become directories and a file, its value the file's content. What no file can be
//! called is percent-encoded; a `%` at the end sets a key apart from a folder of the same name and
//! stands for an empty segment. Flags that are not 0 are in `%flags.json`, which is no encoded name.
//! Invariant: reading gives back exactly what was written, and nothing is written outside of the
//! directory.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::make::Incoming;
use crate::domain::kv::{Entry, Key};

/// Holds the flags that are not 0, by file.
const FLAGS: &str = "%flags.json";

/// Writes entries into a directory, which is made; its files must not be there yet. `prefix` is left
/// out of the names. Gives the number of files. `goes_on` hears how many are written and may end it.
///
/// # Errors
/// When a file cannot be written or is there already, naming it; what was written before stays.
pub fn write(
    dir: &Path,
    entries: &[Entry],
    prefix: &Key,
    mut goes_on: impl FnMut(usize) -> bool,
) -> io::Result<usize> {
    let names: Vec<&str> =
        entries.iter().filter_map(|it| it.key.as_str().strip_prefix(prefix.as_str())).collect();
    let folders = folders(&names);
    let mut flags = BTreeMap::new();
    fs::create_dir_all(dir)?;
    for (number, (entry, name)) in entries.iter().zip(&names).enumerate() {
        if !goes_on(number) {
            return Err(io::Error::other(format!("ended after {number} files")));
        }
        let file = file_of(name, &folders);
        let path = dir.join(&file);
        let written = write_new(&path, &entry.value);
        written.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot write '{}': {error}", path.display()))
        })?;
        if entry.flags != 0 {
            flags.insert(file, entry.flags);
        }
    }
    if !flags.is_empty() {
        write_new(&dir.join(FLAGS), &serde_json::to_vec_pretty(&flags)?)?;
    }
    Ok(names.len())
}

/// Reads a directory; each key below `prefix`. Links and other special files are left out.
///
/// # Errors
/// When a file cannot be read, or its name is no key.
pub fn read(dir: &Path, prefix: &Key) -> io::Result<Vec<Incoming>> {
    let flags: BTreeMap<String, u64> = match fs::read(dir.join(FLAGS)) {
        Ok(text) => serde_json::from_slice(&text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    let mut folders = vec![(dir.to_owned(), String::new())];
    while let Some((folder, path)) = folders.pop() {
        for file in fs::read_dir(&folder)? {
            let file = file?;
            let named = |why: &str| {
                let text = format!("'{}' {why}", file.path().display());
                io::Error::new(io::ErrorKind::InvalidData, text)
            };
            let name = file.file_name();
            let name = name.to_str().ok_or_else(|| named("is not UTF-8"))?;
            let at = format!("{path}{name}");
            let kind = file.file_type()?;
            if kind.is_dir() {
                folders.push((file.path(), format!("{at}/")));
            } else if kind.is_file() && at != FLAGS {
                let key = key_of(&at).ok_or_else(|| named("is no encoded key"))?;
                let value = fs::read(file.path())?.into();
                let flags = flags.get(&at).copied().unwrap_or(0);
                found.push(Incoming { key: format!("{prefix}{key}").into(), value, flags });
            }
        }
    }
    found.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(found)
}

/// The encoded paths of all folders that these names need.
fn folders(names: &[&str]) -> HashSet<String> {
    let mut all = HashSet::new();
    for name in names {
        let mut path = String::new();
        let Some((parents, _)) = name.rsplit_once('/') else { continue };
        for segment in parents.split('/') {
            path.push_str(&encode(segment));
            all.insert(path.clone());
            path.push('/');
        }
    }
    all
}

/// The file of a key's name.
fn file_of(name: &str, folders: &HashSet<String>) -> String {
    let segments: Vec<String> = name.split('/').map(encode).collect();
    let mut file = segments.join("/");
    if folders.contains(&file) {
        file.push('%');
    }
    file
}

/// The key's name of a file.
fn key_of(file: &str) -> Option<String> {
    let segments: Option<Vec<String>> = file.split('/').map(decode).collect();
    segments.map(|segments| segments.join("/"))
}

fn encode(segment: &str) -> String {
    match segment {
        "" => return "%".to_owned(),
        "." => return "%2E".to_owned(),
        ".." => return "%2E%2E".to_owned(),
        _ => {}
    }
    let mut out = String::new();
    for c in segment.chars() {
        if c == '%' || c == '\\' || c.is_control() {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = segment.trim_end_matches('%').bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let value = digit(rest.next())? * 16 + digit(rest.next())?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn write_new(path: &Path, value: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent().map(PathBuf::from) {
        fs::create_dir_all(parent)?;
    }
    fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(key: &str, number: usize) -> Entry {
        Entry {
            key: key.into(),
            value: number.to_string().into(),
            flags: number as u64 % 3,
            modify_index: 1,
            create_index: 1,
            lock_index: 0,
            session: None,
        }
    }

    fn round(keys: &[String]) {
        let dir = tempfile::tempdir().unwrap();
        let mut keys: Vec<_> = keys.iter().map(|key| format!("p/{key}")).collect();
        keys.sort_unstable();
        keys.dedup();
        let entries: Vec<_> = keys.iter().enumerate().map(|(n, key)| entry(key, n)).collect();
        write(&dir.path().join("out"), &entries, &"p/".into(), |_| true).unwrap();
        let back = read(&dir.path().join("out"), &"p/".into()).unwrap();
        let expected: Vec<_> = entries.into_iter().map(|it| (it.key, it.value, it.flags)).collect();
        let back: Vec<_> = back.into_iter().map(|it| (it.key, it.value, it.flags)).collect();
        assert_eq!(back, expected);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing beside it");
    }

    #[test]
    fn odd_names_come_back() {
        let keys = [
            "a",
            "a/",
            "a/b",
            "a//b",
            "a//",
            "/x",
            "//",
            "..",
            "../up",
            "a/../b",
            ".",
            "a%",
            "%",
            "%/x",
            "a%2F",
            "n\nl",
            "ü/ß",
            "%flags.json",
            "",
            "-rf",
            "a/b/c",
            "back\\slash",
        ];
        round(&keys.map(str::to_owned));
    }

    #[test]
    fn a_plain_directory_is_plain_keys() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("app")).unwrap();
        fs::write(dir.path().join("app/config.json"), "{}").unwrap();
        let read = read(dir.path(), &"svc/".into()).unwrap();
        assert_eq!(read[0].key.as_str(), "svc/app/config.json");
    }

    #[test]
    fn nothing_that_is_there_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "mine").unwrap();
        let error = write(dir.path(), &[entry("a", 1)], &"".into(), |_| true).unwrap_err();
        assert!(error.to_string().contains('\''), "{error}");
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"mine");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_names_come_back(keys in prop::collection::vec("[a-b/%.\n ü]{0,6}", 1..12)) {
            round(&keys);
        }
    }
}
