//! One piece of a recording: what it is, when it begins, and bytes that can be proved whole.
//!
//! ```text
//! mark (4) | format (1) | kind (1) | first (8) | last (8) | bytes (4) | unpacked (4) | crc (4) | bytes
//! ```
//! Numbers are little-endian; the times of the first and the last in it are in microseconds since 1970,
//! UTC. The CRC-32 is over all of the rest but the mark. Bytes are packed as raw deflate. A frame means something on its own: none
//! needs another one to be read. Invariant: what `read` accepts was written as it is.

use std::io::Read as _;

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::code::FORMAT;

/// What every frame begins with; none of the outer bytes is one of text.
pub const MARK: [u8; 4] = [0xf5, b'D', b'C', 0xf6];
/// As long as all that comes before the packed bytes.
pub const HEAD: usize = 34;
/// More bytes than one frame ever has: a length beyond it is damage.
const MOST: usize = 1 << 28;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The beginning of a file: who recorded, and since when.
    Begin,
    /// Everything that is known at that moment.
    Store,
    /// What changed it, in order.
    Entries,
    /// The same, and behind it what happened in their time: that changes no store.
    Eventful,
    /// Nothing was recorded for a while.
    Gap,
    /// The end of a run of the program that ended as it should.
    End,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Begin, Self::Store, Self::Entries, Self::Eventful, Self::Gap, Self::End];

    fn number(self) -> u8 {
        match self {
            Self::Begin => 0,
            Self::Store => 1,
            Self::Entries => 2,
            Self::Eventful => 3,
            Self::Gap => 4,
            Self::End => 5,
        }
    }
}

/// What is known of a frame without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The number of the form that it is written in.
    pub format: u8,
    /// What it holds.
    pub kind: Kind,
    /// Its moment, or that of the first in it (UTC), to the microsecond.
    pub at: DateTime<Utc>,
    /// Its moment, or that of the last in it (UTC), to the microsecond.
    pub last: DateTime<Utc>,
    /// How many packed bytes follow.
    pub packed: usize,
    /// How many bytes these are unpacked.
    pub unpacked: usize,
    crc: u32,
}

/// What the beginning of some bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// A frame, if its bytes agree.
    Frame(Frame),
    /// A frame of a form that this program does not know yet, if its bytes agree.
    Newer(Frame),
    /// No frame.
    Nothing,
}

/// The times of the first and the last in a frame.
pub type Times = (DateTime<Utc>, DateTime<Utc>);

/// A whole frame of these bytes.
pub fn write(kind: Kind, times: Times, bytes: &[u8]) -> Vec<u8> {
    write_as(FORMAT, kind, times, bytes)
}

/// The same, said to be in the form of this number.
pub(super) fn write_as(format: u8, kind: Kind, times: Times, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0; HEAD];
    out.reserve(bytes.len() / 4);
    let mut packer = DeflateEncoder::new(out, Compression::fast());
    // Memory takes all that it is given.
    let _ = std::io::Write::write_all(&mut packer, bytes);
    let mut out = packer.finish().unwrap_or_default();
    let packed = out.len().saturating_sub(HEAD);
    let mut head = Vec::with_capacity(HEAD);
    head.extend_from_slice(&MARK);
    head.extend_from_slice(&[format, kind.number()]);
    head.extend_from_slice(&times.0.timestamp_micros().to_le_bytes());
    head.extend_from_slice(&times.1.timestamp_micros().to_le_bytes());
    head.extend_from_slice(&(packed as u32).to_le_bytes());
    head.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    let crc = checked(head.get(MARK.len()..).unwrap_or_default(), out.get(HEAD..));
    head.extend_from_slice(&crc.to_le_bytes());
    for (place, byte) in out.iter_mut().zip(head) {
        *place = byte;
    }
    out
}

fn checked(head: &[u8], packed: Option<&[u8]>) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(head);
    crc.update(packed.unwrap_or_default());
    crc.finalize()
}

/// `N` bytes from a place on.
fn part<const N: usize>(head: &[u8; HEAD], at: usize) -> [u8; N] {
    head.get(at..at + N).and_then(|part| part.try_into().ok()).unwrap_or([0; N])
}

impl Frame {
    /// Reads what stands before the bytes, and proves nothing of it.
    pub fn head(head: &[u8; HEAD]) -> Head {
        let [format, kind] = part(head, 4);
        let time = |at| DateTime::from_timestamp_micros(i64::from_le_bytes(part(head, at)));
        let packed = u32::from_le_bytes(part(head, 22)) as usize;
        let unpacked = u32::from_le_bytes(part(head, 26)) as usize;
        let crc = u32::from_le_bytes(part(head, 30));
        let times = time(6).zip(time(14));
        if part(head, 0) != MARK || packed > MOST || format == 0 {
            return Head::Nothing;
        }
        let known = Kind::ALL.into_iter().find(|known| known.number() == kind);
        match (times, known) {
            (Some((at, last)), Some(kind)) if format <= FORMAT => {
                Head::Frame(Self { format, kind, at, last, packed, unpacked, crc })
            }
            (Some((at, last)), kind) if format > FORMAT => {
                let kind = kind.unwrap_or(Kind::Begin);
                Head::Newer(Self { format, kind, at, last, packed, unpacked, crc })
            }
            _ => Head::Nothing,
        }
    }

    /// True when these bytes are what was written after this head.
    pub fn is_whole(&self, head: &[u8; HEAD], packed: &[u8]) -> bool {
        let said = head.get(MARK.len()..HEAD - size_of::<u32>()).unwrap_or_default();
        checked(said, Some(packed)) == self.crc
    }

    /// Its bytes, unpacked; `None` when they do not unpack to what they should.
    pub fn unpack(&self, packed: &[u8]) -> Option<Vec<u8>> {
        let most = self.unpacked as u64;
        let mut bytes = Vec::with_capacity(self.unpacked.min(packed.len() * 16));
        DeflateDecoder::new(packed).take(most + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() == self.unpacked).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(frame: &[u8]) -> Option<(Frame, Vec<u8>)> {
        let (head, packed) = frame.split_first_chunk::<HEAD>()?;
        let Head::Frame(frame) = Frame::head(head) else { return None };
        let bytes = frame.is_whole(head, packed).then(|| frame.unpack(packed))??;
        Some((frame, bytes))
    }

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap()
    }

    proptest! {
        #[test]
        fn a_frame_comes_back(
            bytes in prop::collection::vec(0..9_u8, 0..500),
            micros in -1_i64..1 << 52,
            kind in 0..6_usize,
        ) {
            let kind = Kind::ALL[kind];
            let (frame, again) = read(&write(kind, (at(micros), at(micros + 5)), &bytes)).unwrap();
            prop_assert_eq!((frame.kind, again), (kind, bytes));
            prop_assert_eq!((frame.at, frame.last), (at(micros), at(micros + 5)));
        }

        #[test]
        fn no_flipped_bit_goes_unseen(
            bytes in prop::collection::vec(any::<u8>(), 0..60),
            place: prop::sample::Index,
            bit in 0..8_u32,
        ) {
            let mut frame = write(Kind::Entries, (at(7), at(8)), &bytes);
            let place = place.index(frame.len());
            frame[place] ^= 1 << bit;
            prop_assert_eq!(read(&frame), None);
        }
    }

    #[test]
    fn a_newer_form_is_told_from_damage() {
        let mut frame = write(Kind::Begin, (at(7), at(7)), b"x");
        frame[4] = FORMAT + 1;
        let head = frame.first_chunk::<HEAD>().unwrap();
        assert!(matches!(Frame::head(head), Head::Newer(_)));
        frame[4] = 0;
        assert_eq!(Frame::head(frame.first_chunk().unwrap()), Head::Nothing);
    }
}
