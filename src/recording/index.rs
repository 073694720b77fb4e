//! Where in the files of a recording everything stands.
//!
//! Each file is read once, and each frame of it proved whole; nothing is unpacked but the small
//! frames that say what is missing. Invariants: the pieces are in the order of time, which never goes
//! back; a file that is still being written is read up to where it is now.

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::content::{self, Begin, Gap};
use super::damage::{Damage, ReadError};
use super::files::older;
use super::frame::{Frame, HEAD, Kind};
use super::scan::{Bytes as _, Found, LINE, Scan, ScanError};

/// While dcview runs something is recorded every second: longer than this without anything is a hole.
const HOLE: TimeDelta = TimeDelta::seconds(10);

/// One frame.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// The place of its file among the files.
    pub file: usize,
    /// Where it begins in it.
    pub place: u64,
    /// What is known of it; its time is put right where the clock went back.
    pub frame: Frame,
}

/// A span of which nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// When it begins (UTC).
    pub from: DateTime<Utc>,
    /// When it ends (UTC).
    pub to: DateTime<Utc>,
    /// Why, in words.
    pub why: String,
}

/// One file, opened.
#[derive(Debug)]
struct Opened {
    path: PathBuf,
    file: File,
}

/// All of it.
#[derive(Debug)]
pub struct Index {
    files: Vec<Opened>,
    /// The frames, in order.
    pub pieces: Vec<Piece>,
    /// What is damaged, each with the number of pieces before it.
    pub damages: Vec<(usize, Damage)>,
    /// What is missing, in order.
    pub holes: Vec<Hole>,
}

impl Index {
    /// Reads the file of this name, and the older ones beside it.
    ///
    /// # Errors
    /// [`ReadError`] when the file cannot be opened, or nothing can be shown of any of them.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let mut index =
            Self { files: Vec::new(), pieces: Vec::new(), damages: Vec::new(), holes: Vec::new() };
        let newest =
            File::open(path).map_err(|error| ReadError::Io { path: path.to_owned(), error })?;
        let mut files = vec![(path.to_owned(), newest)];
        files.extend((1..).map_while(|n| {
            let path = older(path, n);
            Some((path.clone(), File::open(path).ok()?))
        }));
        let mut bytes = 0;
        for (path, file) in files.into_iter().rev() {
            bytes += index.add(path, file)?;
        }
        if bytes == 0 {
            return Err(ReadError::Empty(path.to_owned()));
        }
        if index.pieces.is_empty() {
            return Err(ReadError::Foreign(path.to_owned()));
        }
        index.find_holes();
        Ok(index)
    }

    /// Reads one file; gives its length.
    fn add(&mut self, path: PathBuf, file: File) -> Result<u64, ReadError> {
        let failed = |error| ReadError::Io { path: path.clone(), error };
        let about = file.metadata().map_err(failed)?;
        if about.is_dir() {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        let (number, end) = (self.files.len(), about.len());
        let (mut pieces, mut damages) = (Vec::new(), Vec::new());
        for found in Scan::new(&file, end).map_err(failed)? {
            match found {
                Ok(Found::Frame(place, frame)) => pieces.push(Piece { file: number, place, frame }),
                Ok(Found::Damage(from, to)) => damages.push((pieces.len(), from, to)),
                Err(ScanError::Read(error)) => {
                    // What was read is shown: a disk that fails is no worse than a torn file.
                    tracing::warn!("'{}' cannot be read to its end: {error}", path.display());
                    let read = pieces.last().map_or(0, end_of);
                    damages.push((pieces.len(), read, end));
                }
                Err(error @ ScanError::Newer(_)) => {
                    return Err(ReadError::Newer { path, what: error.to_string() });
                }
            }
        }
        // A file beside it that only has such a name is no part of it.
        let mut line = [0; LINE.len()];
        let has_line = file.read_at(&mut line, 0).is_ok() && line == LINE;
        if has_line || !pieces.is_empty() {
            self.take(&path, pieces, &damages);
        }
        self.files.push(Opened { path, file });
        Ok(if has_line { end - LINE.len() as u64 } else { end })
    }

    fn take(&mut self, path: &Path, mut pieces: Vec<Piece>, damages: &[(usize, u64, u64)]) {
        let mut last = self.pieces.last().map(|piece| piece.frame.last);
        for piece in &mut pieces {
            piece.frame.at = last.map_or(piece.frame.at, |last| last.max(piece.frame.at));
            piece.frame.last = piece.frame.last.max(piece.frame.at);
            last = Some(piece.frame.last);
        }
        let before = self.pieces.len();
        self.pieces.extend(pieces);
        for (count, from, to) in damages {
            let at = |place: Option<usize>| Some(self.pieces.get(place?)?.frame.at);
            let damage = Damage {
                path: path.to_owned(),
                from: *from,
                to: *to,
                after: at((before + count).checked_sub(1)),
                before: at(Some(before + count)),
            };
            self.damages.push((before + count, damage));
        }
    }

    /// The bytes of a frame, unpacked; `None` when they cannot be read any more.
    pub fn bytes(&self, piece: &Piece) -> Option<Vec<u8>> {
        let opened = self.files.get(piece.file)?;
        let mut packed = vec![0; piece.frame.packed];
        opened.file.read_at(&mut packed, piece.place + HEAD as u64).ok()?;
        piece.frame.unpack(&packed)
    }

    /// The damage of a frame whose bytes mean nothing, though they are as they were written.
    pub fn damage_of(&self, number: usize) -> Option<Damage> {
        let piece = self.pieces.get(number)?;
        let at = |place: Option<usize>| Some(self.pieces.get(place?)?.frame.at);
        Some(Damage {
            path: self.files.get(piece.file)?.path.clone(),
            from: piece.place,
            to: end_of(piece),
            after: at(number.checked_sub(1)),
            before: at(Some(number + 1)),
        })
    }

    /// True when something before this piece, and behind the one before it, is damaged.
    pub fn is_damaged_before(&self, number: usize) -> bool {
        self.damages.binary_search_by_key(&number, |(at, _)| *at).is_ok()
    }

    /// What a small frame holds.
    fn content<T: super::code::Coded>(&self, piece: &Piece) -> Option<T> {
        content::read(&self.bytes(piece)?, piece.frame.format).ok()
    }

    /// Who recorded, at each beginning.
    pub fn begins(&self) -> impl Iterator<Item = (usize, Begin)> {
        let all = self.pieces.iter().enumerate();
        let begins = all.filter(|(_, piece)| piece.frame.kind == Kind::Begin);
        begins.filter_map(|(number, piece)| Some((number, self.content(piece)?)))
    }

    /// Finds what is missing: what the recorder says, what lies between two runs, and where nothing
    /// came for a while.
    fn find_holes(&mut self) {
        let mut holes: Vec<Hole> = Vec::new();
        let (mut run, mut last): (Option<DateTime<Utc>>, Option<DateTime<Utc>>) = (None, None);
        for piece in &self.pieces {
            let at = piece.frame.at;
            let why = match piece.frame.kind {
                Kind::Gap => self.content::<Gap>(piece).map(|gap| (gap.from, gap.why)),
                Kind::Begin => {
                    let is_new = self.content::<Begin>(piece).is_none_or(|begin| {
                        run.replace(begin.run).is_some_and(|run| run != begin.run)
                    });
                    let from = last.filter(|_| is_new);
                    from.map(|from| (from, String::from("dcview did not run")))
                }
                _ => None,
            };
            let quiet = last.filter(|last| at - *last > HOLE).map(|last| {
                (last, String::from("dcview was stopped, or a file is missing or damaged"))
            });
            let is_told = |from| holes.last().is_some_and(|hole: &Hole| hole.to > from);
            if let Some((from, why)) = why.or_else(|| quiet.filter(|(from, _)| !is_told(*from)))
                && from < at
            {
                holes.retain(|hole| hole.from < from);
                holes.push(Hole { from, to: at, why });
            }
            last = last.max(Some(piece.frame.last));
        }
        self.holes = holes;
    }
}

/// The first byte behind a frame.
fn end_of(piece: &Piece) -> u64 {
    piece.place + (HEAD + piece.frame.packed) as u64
}
