//! Reading and editing values: what they are, how they look, what changed, and the edit itself.
//!
//! ```text
//! bytes --format--> Document (coloured lines, folds, hex)
//!       --text----> TextEdit (keys in, bytes out) --syntax--> Problem
//!                                                 --diff----> Diff
//! base, theirs, mine --merge--> Merge
//! machine: Reading > Editing > Reviewing > Confirming > Saving > Saved | Conflict | Unknown
//! ```
//!
//! Pure: no IO, no clock. What the machine wants done comes out as [`machine::EditorEffect`]s.
//! Invariant: bytes that the operator did not touch come out as they went in.

pub mod diff;
pub mod format;
pub mod machine;
pub mod merge;
pub mod syntax;
pub mod text;
