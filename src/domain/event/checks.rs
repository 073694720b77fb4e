//! What happened to checks, from the answers of the two lists of those that fail.
//!
//! Consul tells states and not changes: an answer of the list of critical checks, or of the list of
//! warning ones, is what was so at its index. These are the rules by which [`Ledger`] makes events of
//! answers; whatever Consul or the pause between two answers merged is merged here too.
//!
//! - A check that is in an answer of a list and was not in the one before entered it, and one that
//!   is no longer in it left it. Each entry and each leaving is in an event: none is lost. What
//!   changed several times between two answers of a list is one change, from the first to the last.
//! - A check that left one list for the other, as far as answers tell, is one event. Answers of both
//!   lists are taken in the order of their indexes, and a row that is older than what is known of its
//!   check says nothing new.
//! - A check that left its list may pass or may be gone, so it is asked for. Where that is not
//!   possible, since too many left at once, it is [`PASSING_OR_GONE`] if both lists were without it at
//!   one index; else, and where it is back before anything was heard of it, it was [`not`] that.
//! - A check that is first seen failing and was made after its list's last answer came from nothing.
//!   It passed before if that answer was followed by a query that hung until now, and the check
//!   changed since it was made. All others passed.
//! - The same state with other output is no change, and neither is a check that was made anew in the
//!   same state between two answers. Checks that pass are on no list: that one is made or goes is not
//!   told.
//! - After an index that went back (a restore, another cluster) states are compared and never
//!   indexes; what is then found failing may have been gone before.
//!
//! Some checks stand for something else, and so do their events (`telling`): a node's `serfHealth`
//! for the node, a maintenance check for the maintenance of its node or instance.

mod ledger;
mod open;
mod telling;

use chrono::{DateTime, Utc};

use crate::domain::health::Status;
use crate::domain::ids::Dc;

pub use ledger::{How, Ledger, Which};

/// The state of a check that left the lists of failing ones, where no one could be asked about it.
pub const PASSING_OR_GONE: &str = "passing or gone";

/// When and where two answers differ.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The datacenter.
    pub dc: &'a Dc,
    /// When the later answer came (UTC).
    pub at: DateTime<Utc>,
    /// When the earlier one was last known to be true, if it was not so until just before (UTC).
    pub after: Option<DateTime<Utc>>,
    /// The later answer's index.
    pub index: u64,
}

/// The state of a check of which no more is known than that it is not this.
pub fn not(status: Status) -> &'static str {
    if status == Status::Warning { "not warning" } else { "not critical" }
}

/// The state that a word of a check's event stands for; `None` for nothing, and where it is not
/// known.
pub fn status_of(word: &str) -> Option<Status> {
    match word {
        "" | "not critical" | "not warning" => None,
        PASSING_OR_GONE => Some(Status::Passing),
        word => Some(Status::parse(word)),
    }
}

#[cfg(test)]
mod tests;
