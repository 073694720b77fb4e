//! What frames hold beside entries and stores: how a file begins, and what is missing in it.

use chrono::{DateTime, Utc};

use super::code::shape::record;
use super::code::{Coded, Garbled, Input, Output};
use super::frame::{self, Kind};

/// The beginning of a file, or of what was added to one. It tells nothing of the machine or of who
/// used it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    /// The program and its version.
    pub program: String,
    /// When the program's run began (UTC): tells runs apart.
    pub run: DateTime<Utc>,
    /// True when values of keys are in it.
    pub has_values: bool,
}

/// A span of which nothing was recorded, though the program ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// From when on it is missing (UTC).
    pub from: DateTime<Utc>,
    /// Until when (UTC).
    pub to: DateTime<Utc>,
    /// Why.
    pub why: String,
}

record!(Begin { program, run, has_values });
record!(Gap { from, to, why });

impl Begin {
    /// The beginning of a run of this program.
    pub fn of_run(run: DateTime<Utc>, has_values: bool) -> Self {
        let program = format!("dcview {}", env!("CARGO_PKG_VERSION"));
        Self { program, run, has_values }
    }
}

/// A frame that holds one thing.
pub fn frame_of(kind: Kind, at: DateTime<Utc>, content: &impl Coded) -> Vec<u8> {
    let mut out = Output::default();
    content.put(&mut out);
    frame::write(kind, (at, at), &out.finish())
}

/// The one thing that the bytes of a frame are.
///
/// # Errors
/// [`Garbled`] when they are none, or more than it.
pub fn read<T: Coded>(bytes: &[u8], format: u8) -> Result<T, Garbled> {
    let mut input = Input::new(bytes, format)?;
    let content = T::take(&mut input)?;
    if input.is_empty() { Ok(content) } else { Err(Garbled("one thing: there is more")) }
}
