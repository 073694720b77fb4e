//! Files that are real, and disks that are not.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use super::*;

/// A file on a disk that may be full, and that then takes a part of what it is given.
pub struct Scarce {
    file: File,
    room: Arc<AtomicU64>,
    cuts: bool,
}

impl Write for Scarce {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.room.load(Ordering::SeqCst);
        let count = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        if count == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let count = self.file.write(bytes.get(..count).unwrap_or_default())?;
        if room < u64::MAX {
            self.room.fetch_sub(count as u64, Ordering::SeqCst);
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Medium for Scarce {
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        if self.cuts { self.file.set_len(len) } else { Err(io::ErrorKind::StorageFull.into()) }
    }
}

/// Files on a disk that takes so many bytes more.
pub fn scarce(path: &Path, room: &Arc<AtomicU64>) -> Files<Scarce> {
    let room = Arc::clone(room);
    Files {
        path: path.to_owned(),
        most: 3,
        create: Box::new(move |path| {
            Ok(Scarce { file: create(path)?, room: Arc::clone(&room), cuts: true })
        }),
        file: None,
        len: 0,
        is_torn: false,
    }
}

fn room(bytes: u64) -> Arc<AtomicU64> {
    Arc::new(AtomicU64::new(bytes))
}

fn set(room: &AtomicU64, bytes: u64) {
    room.store(bytes, Ordering::SeqCst);
}

fn dir() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn content(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    String::from_utf8(bytes.strip_prefix(LINE).unwrap().to_vec()).unwrap()
}

#[test]
fn a_new_file_is_private_and_an_old_one_is_gone_on_with() {
    let dir = dir();
    let path = dir.path().join("r");
    let mut files = Files::open(&path, 5).unwrap();
    files.append(b"one").unwrap();
    drop(files);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let mut files = Files::open(&path, 5).unwrap();
    files.append(b"two").unwrap();
    assert_eq!(content(&path), "onetwo");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(files.len(), fs::metadata(&path).unwrap().len());
}

#[test]
fn what_is_no_recording_is_left_alone() {
    let dir = dir();
    let path = dir.path().join("notes.txt");
    fs::write(&path, "a shopping list, which is dear to me").unwrap();
    let error = Files::open(&path, 5).err().unwrap();
    assert!(matches!(error, OpenError::Foreign(_)), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "a shopping list, which is dear to me");
    let error = Files::open(dir.path(), 5).err().unwrap();
    assert!(error.to_string().starts_with("cannot record to"), "{error}");
    let error = Files::open(&dir.path().join("no/such"), 5).err().unwrap();
    assert!(error.to_string().contains("No such file"), "{error}");
    let error = Files::open(Path::new("/dev/full"), 5).err().unwrap();
    assert!(matches!(error, OpenError::NoFile(_)), "{error}");
}

#[test]
fn only_one_adds_to_a_file() {
    let dir = dir();
    let path = dir.path().join("r");
    let files = Files::open(&path, 5).unwrap();
    assert!(matches!(Files::open(&path, 5), Err(OpenError::Locked(_))));
    drop(files);
    assert!(Files::open(&path, 5).is_ok());
}

#[test]
fn full_files_move_on_and_the_oldest_goes() {
    let dir = dir();
    let path = dir.path().join("r");
    let mut files = Files::open(&path, 3).unwrap();
    for text in ["a", "b", "c", "d"] {
        files.append(text.as_bytes()).unwrap();
        files.turn().unwrap();
    }
    files.append(b"e").unwrap();
    let texts = [path.clone(), older(&path, 1), older(&path, 2)].map(|path| content(&path));
    assert_eq!(texts, ["e", "d", "c"]);
    assert!(!older(&path, 3).exists());
    // The new file is locked as the first one was.
    assert!(matches!(Files::open(&path, 3), Err(OpenError::Locked(_))));
}

#[test]
fn with_one_file_the_full_one_goes() {
    let dir = dir();
    let path = dir.path().join("r");
    let mut files = Files::open(&path, 1).unwrap();
    files.append(b"a").unwrap();
    files.turn().unwrap();
    files.append(b"b").unwrap();
    assert_eq!(content(&path), "b");
    assert!(!older(&path, 1).exists());
}

#[test]
fn what_a_full_disk_took_in_part_is_cut_off() {
    let dir = dir();
    let path = dir.path().join("r");
    let room = room(LINE.len() as u64 + 7);
    let mut files = scarce(&path, &room);
    files.append(b"whole").unwrap();
    assert!(files.append(b"torn").is_err());
    assert_eq!(content(&path), "whole");
    set(&room, u64::MAX);
    files.append(b" again").unwrap();
    assert_eq!(content(&path), "whole again");
}

#[test]
fn what_cannot_be_cut_off_at_once_is_before_anything_is_added() {
    let dir = dir();
    let path = dir.path().join("r");
    let room = room(u64::MAX);
    let mut files = scarce(&path, &room);
    files.append(b"whole").unwrap();
    set(&room, 2);
    files.file.as_mut().unwrap().cuts = false;
    assert!(files.append(b"torn").is_err());
    assert_eq!(content(&path), "wholeto");
    set(&room, u64::MAX);
    assert!(files.append(b"more").is_err(), "it cannot be cut yet");
    assert_eq!(content(&path), "wholeto");
    files.file.as_mut().unwrap().cuts = true;
    files.append(b" again").unwrap();
    assert_eq!(content(&path), "whole again");
}

#[test]
fn a_file_that_could_not_be_made_is_made_later() {
    let dir = dir();
    let path = dir.path().join("r");
    let mut files = scarce(&path, &room(u64::MAX));
    files.append(b"a").unwrap();
    files.turn().unwrap();
    fs::create_dir(&path).unwrap();
    assert!(files.append(b"b").is_err());
    fs::remove_dir(&path).unwrap();
    files.append(b"b").unwrap();
    assert_eq!((content(&path), content(&older(&path, 1))), ("b".into(), "a".into()));
}
