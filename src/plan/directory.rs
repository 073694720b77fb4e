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

use bytes::Bytes;

use super::make::Incoming;
use crate::domain::kv::{Entry, Key};

/// Holds the flags that are not 0, by file.
const FLAGS: &str = "%flags.json";

/// How many files that are in the way are named.
const NAMED: usize = 3;

/// Writes entries into a directory, which is made; its files must not be there yet. `prefix` is left
/// out of the names. Gives the number of keys. `goes_on` hears how many are written and may end it.
///
/// # Errors
/// When a file is there already or cannot be written, naming it; what was written before is removed
/// again.
pub fn write(
    dir: &Path,
    entries: &[Entry],
    prefix: &Key,
    mut goes_on: impl FnMut(usize) -> bool,
) -> io::Result<usize> {
    let prefix = prefix.as_str();
    let named: Vec<(&Entry, &str)> = entries
        .iter()
        .filter_map(|entry| Some((entry, entry.key.as_str().strip_prefix(prefix)?)))
        .collect();
    let folders = folders(named.iter().map(|(_, name)| *name));
    let mut flags = BTreeMap::new();
    let mut files = Vec::new();
    for (entry, name) in &named {
        let file = file_of(name, &folders);
        files.push((dir.join(&file), entry.value.clone()));
        if entry.flags != 0 {
            flags.insert(file, entry.flags);
        }
    }
    if !flags.is_empty() {
        files.push((dir.join(FLAGS), serde_json::to_vec_pretty(&flags)?.into()));
    }
    refuse_existing(&files)?;
    let mut made = Made::default();
    let written = made.all(dir, &files, &mut goes_on);
    written.map(|()| named.len()).map_err(|error| made.undo(&error))
}

/// Nothing is written when one of the files is in the way.
fn refuse_existing(files: &[(PathBuf, Bytes)]) -> io::Result<()> {
    let there: Vec<_> =
        files.iter().map(|(path, _)| path).filter(|path| path.symlink_metadata().is_ok()).collect();
    if there.is_empty() {
        return Ok(());
    }
    let some = there.iter().take(NAMED).map(|path| format!("'{}'", path.display()));
    let some = some.collect::<Vec<_>>().join(", ");
    let more = if there.len() > NAMED { ", .." } else { "" };
    let (count, all) = (there.len(), files.len());
    let text = format!("{count} of {all} files exist already: {some}{more}; nothing was written");
    Err(io::Error::new(io::ErrorKind::AlreadyExists, text))
}

/// What was made here, and may be removed again.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    dirs: Vec<PathBuf>,
}

impl Made {
    fn all(
        &mut self,
        dir: &Path,
        files: &[(PathBuf, Bytes)],
        goes_on: &mut impl FnMut(usize) -> bool,
    ) -> io::Result<()> {
        self.dir(dir)?;
        for (number, (path, value)) in files.iter().enumerate() {
            if !goes_on(number) {
                return Err(io::Error::other("ended"));
            }
            self.file(path, value).map_err(|error| {
                io::Error::new(error.kind(), format!("cannot write '{}': {error}", path.display()))
            })?;
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, value: &[u8]) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            self.dir(parent)?;
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
        self.files.push(path.to_owned());
        file.write_all(value)
    }

    /// Makes a directory, and those that it lies in.
    fn dir(&mut self, dir: &Path) -> io::Result<()> {
        let missing = |dir: &&Path| !dir.as_os_str().is_empty() && !dir.exists();
        let missing: Vec<&Path> = dir.ancestors().take_while(missing).collect();
        for dir in missing.into_iter().rev() {
            fs::create_dir(dir)?;
            self.dirs.push(dir.to_owned());
        }
        Ok(())
    }

    /// Removes it; gives the error with what became of the files.
    fn undo(&self, error: &io::Error) -> io::Error {
        let stay = self.files.iter().filter(|path| fs::remove_file(path).is_err()).count();
        for dir in self.dirs.iter().rev() {
            // One that somebody put something into stays, with what is his.
            let _ = fs::remove_dir(dir);
        }
        let rest = match stay {
            0 => String::from("nothing was written"),
            stay => format!("{stay} files that were written cannot be removed and stay"),
        };
        io::Error::new(error.kind(), format!("{error}; {rest}"))
    }
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
fn folders<'a>(names: impl Iterator<Item = &'a str>) -> HashSet<String> {
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

    #[test]
    fn it_is_all_or_nothing() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("b"), "mine").unwrap();
        let names = || fs::read_dir(dir.path()).unwrap().count();
        let here = |entries: &[Entry]| write(dir.path(), entries, &"".into(), |_| true);
        let error = here(&[entry("a", 1), entry("b", 2)]).unwrap_err().to_string();
        assert!(error.starts_with("1 of 3 files exist already: '"), "{error}");
        assert_eq!(names(), 1, "seen before anything is written: {error}");
        // A file where a folder is needed shows only on the way.
        let error = here(&[entry("a/x/y", 1), entry("b/c", 2)]).unwrap_err().to_string();
        assert!(error.ends_with("nothing was written"), "{error}");
        assert_eq!(names(), 1, "{error}");
        let below = dir.path().join("new/deep");
        let two = [entry("a", 1), entry("c/d", 2)];
        let error = write(&below, &two, &"".into(), |done| done < 1).unwrap_err().to_string();
        assert_eq!((error.as_str(), names()), ("ended; nothing was written", 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_names_come_back(keys in prop::collection::vec("[a-b/%.\n ü]{0,6}", 1..12)) {
            round(&keys);
        }
    }
}
