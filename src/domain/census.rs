//! Which instances of a service came, went or have another version, from what was known of it and
//! its newest list.
//!
//! Where all instances were known ([`Known::Whole`]), two sets are compared: by node and id, never by
//! index, which may go back. Where only their places were known ([`Known::Placed`]), the indexes of
//! the new list tell what is older than that: what went away is known by its node alone, and what was
//! registered anew in place has a version before that nobody knows. Invariant: applied to the old
//! set, the events give the new one.

mod placed;
mod tale;

use std::sync::Arc;

use super::catalog::Summary;
use super::event::Event;
use super::event::checks::Moment;
use super::ids::{NodeName, ServiceName};
use super::seat::Seats;
use tale::Tale;

/// What is known of the instances of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// All of them.
    Whole(Arc<Seats>),
    /// Where they are, and no more.
    Placed(Placed),
}

/// Where the instances of a service are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// Their nodes, sorted: one entry for each instance, or each node once.
    pub nodes: Arc<[NodeName]>,
    /// How many there are; `None` where not even that is known.
    pub instances: Option<usize>,
    /// This was so at this index of the catalog: what is newer came later.
    pub index: u64,
}

impl Placed {
    /// As a summary of this index tells it.
    pub fn of(summary: &Summary, index: u64) -> Self {
        Self { nodes: Arc::clone(&summary.nodes), instances: summary.instances, index }
    }

    /// What is left of a whole list when its instances are forgotten.
    pub fn of_seats(seats: &Seats) -> Self {
        Self { nodes: nodes(seats), instances: Some(seats.seats.len()), index: seats.index }
    }

    /// True when it says for each instance where it is.
    fn is_exact(&self) -> bool {
        self.instances == Some(self.nodes.len())
    }
}

impl Known {
    /// The index at which it was so.
    pub fn index(&self) -> u64 {
        match self {
            Self::Whole(seats) => seats.index,
            Self::Placed(placed) => placed.index,
        }
    }

    /// True when a service whose own index is this did not change since. The index of a service moves
    /// with each change of an instance, of its checks and of its nodes.
    pub fn is_still(&self, own_index: u64) -> bool {
        match self {
            Self::Whole(seats) => own_index == seats.index,
            Self::Placed(placed) => own_index <= placed.index,
        }
    }

    /// True when a summary tells nothing else than this: as many instances, on the same nodes.
    pub fn fits(&self, summary: &Summary) -> bool {
        match self {
            // A name alone tells nothing.
            _ if summary.instances.is_none() => true,
            Self::Placed(placed) => {
                placed.instances == summary.instances && placed.nodes == summary.nodes
            }
            Self::Whole(seats) => {
                let nodes = nodes(seats);
                let is_same = if summary.instances == Some(summary.nodes.len()) {
                    nodes == summary.nodes
                } else {
                    nodes.chunk_by(|a, b| a == b).filter_map(<[_]>::first).eq(summary.nodes.iter())
                };
                is_same && summary.instances == Some(nodes.len())
            }
        }
    }
}

/// What happened to a service between what was known and this list, in the order of the indexes.
pub fn happened(service: &ServiceName, before: &Known, now: &Seats, moment: Moment) -> Vec<Event> {
    let mut tale = Tale::new(service, moment);
    match before {
        Known::Whole(before) => whole(&mut tale, before, now),
        Known::Placed(before) => placed::compare(&mut tale, before, now),
    }
    tale.end()
}

/// The nodes of all instances, sorted, one entry for each.
fn nodes(seats: &Seats) -> Arc<[NodeName]> {
    seats.seats.iter().map(|seat| seat.node.clone()).collect()
}

/// Compares two whole lists.
fn whole(tale: &mut Tale, before: &Seats, now: &Seats) {
    let mut old = before.seats.iter().peekable();
    for seat in &now.seats {
        let key = (&seat.node, &seat.id);
        while let Some(gone) = old.next_if(|old| (&old.node, &old.id) < key) {
            tale.deregistered(gone);
        }
        match old.next_if(|old| (&old.node, &old.id) == key) {
            None => tale.registered(seat),
            Some(was) => {
                // After a restore the indexes of before mean nothing.
                let went = now.index >= before.index && seat.create_index > before.index;
                if was.version != seat.version || went {
                    tale.changed(was, seat, went);
                }
            }
        }
    }
    old.for_each(|gone| tale.deregistered(gone));
    let (was, is) = (before.versions(), now.versions());
    is.difference(&was).for_each(|version| tale.first_seen(version, now));
    was.difference(&is).for_each(|version| tale.last_seen(version));
}

#[cfg(test)]
mod tests;
