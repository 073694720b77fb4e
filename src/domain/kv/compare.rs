//! One key over several datacenters: where it is, and whether the values are equal.
//!
//! Equal means: the same bytes and the same flags. Values are compared by [`Print`]s, so that no
//! value needs to be kept. What was not read is never called equal.

use std::hash::BuildHasher;

use foldhash::quality::FixedState;

use super::Entry;

/// The seed of the hash: any constant, the same everywhere, so that prints can be compared.
const SEED: u64 = 0x6463_7669_6577;

/// What is kept of a value to compare it: its length, a 64-bit hash and the flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Print {
    pub(crate) len: usize,
    pub(crate) hash: u64,
    pub(crate) flags: u64,
}

impl Print {
    /// The print of a value with its flags.
    pub fn of(value: &[u8], flags: u64) -> Self {
        Self { len: value.len(), hash: FixedState::with_seed(SEED).hash_one(value), flags }
    }

    /// The length of the value in bytes.
    pub fn len(self) -> usize {
        self.len
    }

    /// The flags.
    pub fn flags(self) -> u64 {
        self.flags
    }

    /// True for the print of an empty value.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

impl From<&Entry> for Print {
    fn from(entry: &Entry) -> Self {
        Self::of(&entry.value, entry.flags)
    }
}

/// What is known of one key in one datacenter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    /// Not read yet, or refused.
    #[default]
    Unread,
    /// It does not exist there.
    Absent,
    /// It exists, with this value.
    Here(Print),
}

/// What a key's datacenters say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everywhere, and the same.
    Equal,
    /// It exists in some only; where it exists it is the same.
    Partial,
    /// At least two values differ, whatever else.
    Differs,
    /// It exists nowhere.
    Nowhere,
    /// What was read agrees, but not everything was read.
    Unknown,
}

/// What the cells of one key say together.
pub fn verdict(cells: &[Cell]) -> Verdict {
    let mut prints = cells.iter().filter_map(|cell| match cell {
        Cell::Here(print) => Some(print),
        _ => None,
    });
    let first = prints.next();
    if prints.any(|print| Some(print) != first) {
        return Verdict::Differs;
    }
    if cells.contains(&Cell::Unread) {
        return Verdict::Unknown;
    }
    match (first, cells.contains(&Cell::Absent)) {
        (None, _) => Verdict::Nowhere,
        (Some(_), true) => Verdict::Partial,
        (Some(_), false) => Verdict::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(value: &str) -> Cell {
        Cell::Here(Print::of(value.as_bytes(), 0))
    }

    #[test]
    fn a_key_is_equal_only_where_all_of_it_is_known() {
        use Cell::{Absent, Unread};
        for (cells, expected) in [
            (vec![here("a"), here("a")], Verdict::Equal),
            (vec![here("a"), here("b")], Verdict::Differs),
            (vec![here("a"), Absent, here("b")], Verdict::Differs),
            (vec![here("a"), Absent], Verdict::Partial),
            (vec![here("a"), Unread], Verdict::Unknown),
            (vec![here("a"), here("b"), Unread], Verdict::Differs),
            (vec![Absent, Absent], Verdict::Nowhere),
            (vec![Absent, Unread], Verdict::Unknown),
            (vec![], Verdict::Nowhere),
        ] {
            assert_eq!(verdict(&cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn flags_and_every_byte_count() {
        assert_eq!(Print::of(b"a", 1), Print::of(b"a", 1));
        assert_ne!(Print::of(b"a", 1), Print::of(b"a", 2));
        assert_ne!(Print::of(b"a", 1), Print::of(b"a\n", 1));
        assert_ne!(Print::of(b"", 0), Print::of(b"\0", 0));
        assert!(Print::of(b"", 0).is_empty());
    }
}
