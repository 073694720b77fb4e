//! Streams between datacenters, and the WAN.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::shape::{choice, record};
use super::{Coded, Garbled, Input, Output};
use crate::domain::replication::{
    Alarm, Class, Counts, Differing, Kind, Stamp, StatusKey, Stream, StreamId, Verdict, Waiting,
};
use crate::domain::wan::{Member, MemberState, Wan};

/// As many labels as a recording can bring that this program does not know; there are some twenty.
const MOST_LABELS: usize = 256;

choice!(Kind {
    0 => Raft,
    1 => ConsulReplicate,
    2 => Git,
    3 => Acl,
    4 => Federation,
    5 => Ca,
    6 => ConfigEntries,
    7 => Compare,
});
record!(StreamId { kind, source, destination, of, to });
choice!(Verdict { 0 => InSync, 1 => Unknown, 2 => Extra, 3 => Lagging, 4 => Drift });
record!(Counts { pending, drift, extra, same });
choice!(Waiting { 0 => Nothing, 1 => Unknown, 2 => Since(at) });
choice!(Alarm {
    0 => MassDelete { deletes, of, source },
    1 => SharedStatus { from, to },
    2 => EditedThere(keys),
    3 => SourceRestored { last_replicated, source_index },
});
choice!(Class { 0 => Extra, 1 => Pending, 2 => Drift });
record!(Stamp { modify_index, len, flags });
record!(Differing { name, class, source, destination, is_edited_there, since });
record!(StatusKey { key, modify_index });
record!(Stream {
    id,
    prefix,
    verdict,
    stalled_for,
    evidence,
    counts,
    waiting,
    alarms,
    last_replicated,
    source_index,
    facts,
    differing,
    status,
    is_proposed,
    at,
    whole_at,
    problem,
    is_denied,
});
choice!(MemberState { 0 => Alive, 1 => Leaving, 2 => Left, 3 => Failed, 4 => Unknown });
record!(Member { name, dc, state, version, expect });
record!(Wan { trips, members });

/// A label of a fact, which lives as long as the program. Those that are read are kept for good,
/// each once and no more than there can be.
impl Coded for &'static str {
    fn put(&self, out: &mut Output) {
        out.text(self);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        static LABELS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
        let text = from.text()?;
        let mut labels = LABELS.lock().unwrap_or_else(PoisonError::into_inner);
        let labels = labels.get_or_insert_default();
        if let Some(label) = labels.get(&*text) {
            return Ok(label);
        }
        if labels.len() >= MOST_LABELS {
            return Ok("fact");
        }
        let label: &'static str = Box::leak(Box::from(&*text));
        labels.insert(label);
        Ok(label)
    }
}
