//! Every whole frame of one file, in order, and the damage between them.
//!
//! A file begins with a line for people. Where a frame is not whole, the next mark that a whole one
//! follows is looked for, so that damage costs no more than the frames it lies in. Invariant: what
//! is told covers the file once, without a gap, and any bytes are fine.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use memchr::memmem;

use super::frame::{Frame, HEAD, Head, MARK};

/// The line that a file begins with.
pub const LINE: &[u8] = b"dcview recording\n";
/// As many bytes are read at once.
const WINDOW: usize = 1 << 18;

/// Bytes that can be read from any place.
pub trait Bytes {
    /// Fills the buffer from this place on.
    fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<()>;
}

impl Bytes for File {
    fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<()> {
        self.read_exact_at(buffer, place)
    }
}

/// One thing that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A whole frame at this place of the file.
    Frame(u64, Frame),
    /// Bytes that are none, from one place to another.
    Damage(u64, u64),
}

/// Why a file cannot be read any further.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The disk says no.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// It is whole, and means something that this program does not know.
    #[error("it was recorded by a newer dcview, in form {0}")]
    Newer(u8),
}

/// What is found in a file.
pub struct Scan<'a, B> {
    bytes: &'a B,
    place: u64,
    end: u64,
    window: Vec<u8>,
    /// Where the window begins.
    start: u64,
    /// What was found behind damage that was told first.
    next: Option<Found>,
}

impl<'a, B: Bytes> Scan<'a, B> {
    /// The first so many bytes of a file.
    ///
    /// # Errors
    /// When its beginning cannot be read.
    pub fn new(bytes: &'a B, end: u64) -> io::Result<Self> {
        let mut scan = Self { bytes, place: 0, end, window: Vec::new(), start: 0, next: None };
        if scan.at(0, LINE.len())? == Some(LINE) {
            scan.place = LINE.len() as u64;
        }
        Ok(scan)
    }

    /// So many bytes from a place on; `None` beyond the end.
    fn at(&mut self, place: u64, count: usize) -> io::Result<Option<&[u8]>> {
        let left = self.end.saturating_sub(place);
        if left < count as u64 {
            return Ok(None);
        }
        let end_of_window = self.start + self.window.len() as u64;
        if place < self.start || place + count as u64 > end_of_window {
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(count.max(WINDOW));
            self.window.resize(length, 0);
            self.start = place;
            if let Err(error) = self.bytes.read_at(&mut self.window, place) {
                self.window.clear();
                return Err(error);
            }
        }
        let from = (place - self.start) as usize;
        Ok(self.window.get(from..from + count))
    }

    /// The whole frame at a place, if there is one.
    fn frame(&mut self, place: u64) -> Result<Option<Frame>, ScanError> {
        let Some(head) = self.at(place, HEAD)?.and_then(|head| head.first_chunk::<HEAD>()) else {
            return Ok(None);
        };
        let head = *head;
        let (frame, is_newer) = match Frame::head(&head) {
            Head::Frame(frame) => (frame, false),
            Head::Newer(frame) => (frame, true),
            Head::Nothing => return Ok(None),
        };
        let packed = self.at(place + HEAD as u64, frame.packed)?;
        if !packed.is_some_and(|packed| frame.is_whole(&head, packed)) {
            return Ok(None);
        }
        if is_newer { Err(ScanError::Newer(frame.format)) } else { Ok(Some(frame)) }
    }

    /// The next place from this one on where a mark stands; the end when there is none.
    fn mark(&mut self, mut place: u64) -> io::Result<u64> {
        while place < self.end {
            let left = usize::try_from(self.end - place).unwrap_or(usize::MAX);
            let count = left.min(WINDOW);
            let Some(bytes) = self.at(place, count)? else { break };
            if let Some(found) = memmem::find(bytes, &MARK) {
                return Ok(place + found as u64);
            }
            if count == left {
                break;
            }
            // A mark may lie across two windows.
            place += (count - (MARK.len() - 1)) as u64;
        }
        Ok(self.end)
    }

    fn found(&mut self) -> Result<Option<Found>, ScanError> {
        if let Some(next) = self.next.take() {
            return Ok(Some(next));
        }
        if self.place >= self.end {
            return Ok(None);
        }
        let from = self.place;
        let mut place = from;
        loop {
            if let Some(frame) = self.frame(place)? {
                self.place = place + (HEAD + frame.packed) as u64;
                let found = Found::Frame(place, frame);
                if place == from {
                    return Ok(Some(found));
                }
                self.next = Some(found);
                return Ok(Some(Found::Damage(from, place)));
            }
            place = self.mark(place + 1)?;
            if place >= self.end {
                self.place = self.end;
                return Ok(Some(Found::Damage(from, self.end)));
            }
        }
    }
}

impl<B: Bytes> Iterator for Scan<'_, B> {
    type Item = Result<Found, ScanError>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.found();
        if found.is_err() {
            // Nothing can be said of what comes behind it.
            self.place = self.end;
        }
        found.transpose()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::recording::code::FORMAT;
    use crate::recording::frame::{self, Kind};

    impl Bytes for Vec<u8> {
        fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<()> {
            let from = self.get(place as usize..).and_then(|rest| rest.get(..buffer.len()));
            buffer.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        }
    }

    /// A file of frames with so many bytes each, and where each of them begins and ends.
    fn file(sizes: &[usize]) -> (Vec<u8>, Vec<(u64, u64)>) {
        let mut bytes = LINE.to_vec();
        let mut places = Vec::new();
        for (n, size) in sizes.iter().enumerate() {
            let at = DateTime::from_timestamp(n as i64, 0).unwrap();
            // What does not pack: the frame is about as long as its bytes.
            let mut noise = n as u32 + 1;
            let content: Vec<u8> = std::iter::repeat_with(|| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 24) as u8
            })
            .take(*size)
            .collect();
            let from = bytes.len() as u64;
            bytes.extend(frame::write(Kind::Entries, (at, at), &content));
            places.push((from, bytes.len() as u64));
        }
        (bytes, places)
    }

    fn scan(bytes: &Vec<u8>) -> Vec<Found> {
        let scan = Scan::new(bytes, bytes.len() as u64).unwrap();
        let all: Result<Vec<_>, _> = scan.collect();
        match all {
            Ok(all) => all,
            Err(error) => panic!("{error}"),
        }
    }

    /// Where the frames that were found begin; what is told must cover the file.
    fn frames(found: &[Found], is_line_whole: bool, end: u64) -> Vec<u64> {
        let mut place = if is_line_whole { LINE.len() as u64 } else { 0 };
        let mut frames = Vec::new();
        for found in found {
            match found {
                Found::Frame(at, frame) => {
                    assert_eq!(*at, place);
                    frames.push(place);
                    place += (HEAD + frame.packed) as u64;
                }
                Found::Damage(from, to) => {
                    assert!(*from == place && to > from, "{from}-{to} at {place}");
                    place = *to;
                }
            }
        }
        assert_eq!(place, end);
        frames
    }

    proptest! {
        #[test]
        fn a_flipped_bit_costs_the_frame_that_it_lies_in(
            sizes in prop::collection::vec(0..400_usize, 1..8),
            place: prop::sample::Index,
            bit in 0..8_u32,
        ) {
            let (mut bytes, places) = file(&sizes);
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            let is_line_whole = place >= LINE.len();
            let expected: Vec<u64> = places
                .iter()
                .filter(|(from, to)| !(*from..*to).contains(&(place as u64)))
                .map(|(from, _)| *from)
                .collect();
            prop_assert_eq!(frames(&scan(&bytes), is_line_whole, bytes.len() as u64), expected);
        }

        #[test]
        fn what_is_cut_off_costs_no_frame_before_it(
            sizes in prop::collection::vec(0..400_usize, 1..8),
            place: prop::sample::Index,
        ) {
            let (mut bytes, places) = file(&sizes);
            bytes.truncate(place.index(bytes.len()));
            let end = bytes.len() as u64;
            let expected: Vec<u64> =
                places.iter().filter(|(_, to)| *to <= end).map(|(from, _)| *from).collect();
            prop_assert_eq!(frames(&scan(&bytes), end >= LINE.len() as u64, end), expected);
        }

        #[test]
        fn what_is_torn_out_or_put_in_costs_only_what_it_touches(
            sizes in prop::collection::vec(0..400_usize, 2..8),
            place: prop::sample::Index,
            count in 1..300_usize,
            noise in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let (mut bytes, places) = file(&sizes);
            let first = LINE.len() + place.index(bytes.len() - LINE.len());
            let last = (first + count).min(bytes.len());
            let whole = places.iter().filter(|(from, to)| *to <= first as u64 || *from >= last as u64);
            let whole = whole.count();
            bytes.splice(first..last, noise);
            let found = frames(&scan(&bytes), true, bytes.len() as u64);
            prop_assert!(found.len() >= whole, "{} of {whole}", found.len());
        }

        #[test]
        fn any_bytes_are_fine(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let found = scan(&bytes);
            frames(&found, bytes.starts_with(LINE), bytes.len() as u64);
        }
    }

    #[test]
    fn a_frame_larger_than_the_window_and_one_across_its_end_are_found() {
        let (mut bytes, places) = file(&[WINDOW * 2, 100, WINDOW - 200, 10]);
        let is_all = frames(&scan(&bytes), true, bytes.len() as u64).len();
        assert_eq!(is_all, places.len());
        // The first is damaged: the mark of the second lies far behind.
        bytes[LINE.len() + HEAD + 5] ^= 1;
        assert_eq!(frames(&scan(&bytes), true, bytes.len() as u64).len(), places.len() - 1);
    }

    #[test]
    fn what_a_newer_program_wrote_is_not_called_damage() {
        let at = DateTime::from_timestamp(1, 0).unwrap();
        let mut bytes = LINE.to_vec();
        bytes.extend(frame::write_as(FORMAT + 1, Kind::Entries, (at, at), b"news"));
        let error = Scan::new(&bytes, bytes.len() as u64).unwrap().next().unwrap().unwrap_err();
        assert!(matches!(error, ScanError::Newer(_)));
    }
}
