//! A search in values: what is looked for and where, and what is found.

use std::sync::Arc;

use crate::domain::kv::Key;
use crate::table::grep::Grep;

/// What is looked for, and under which prefix.
#[derive(Clone, Debug)]
pub struct Quest {
    /// The prefix; empty for all keys.
    pub prefix: Key,
    /// What is looked for.
    pub grep: Arc<Grep>,
}

/// A line of a value that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The key.
    pub key: Key,
    /// The line's number, from 1.
    pub line: usize,
    /// The columns before the match in it.
    pub column: usize,
    /// The line, or what stands around the match in it.
    pub text: Arc<str>,
}

/// How far a search is in a datacenter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The keys whose values were looked at.
    pub keys: usize,
    /// How many bytes came.
    pub bytes: usize,
    /// The lines that match, also those that are not kept.
    pub hits: usize,
}

impl Quest {
    /// As many lines are kept; more are only counted.
    pub const MOST_HITS: usize = 10_000;
}
