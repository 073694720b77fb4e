//! About how many bytes entries and stores take.
//!
//! Rows are counted where they are brought, with the texts that are only theirs: names are shared
//! among all that has them. An estimate, on the side of too much.

use std::sync::Arc;

use super::What;
use crate::domain::catalog::{Instance, Node, ServiceHealth};
use crate::domain::consumers::Row as Seen;
use crate::domain::consumers::dns::Record;
use crate::domain::delta::Delta;
use crate::domain::feed::{Body, Report};
use crate::domain::health::Check;
use crate::domain::kv::{Entry, Session};
use crate::domain::lock::Locks;
use crate::domain::replication::{Differing, Stream};
use crate::domain::seat::Seat;
use crate::store::kept::Kept;
use crate::store::{Datacenter, Store};

/// What an allocation costs beside its bytes: two counts and the allocator's own.
const ALLOCATION: usize = 32;

/// A row's place in a list that shares its rows.
const PLACE: usize = 64;
/// The last minutes of a number.
const TREND: usize = 1_024;

/// Something that has texts or lists of its own.
trait Row {
    /// The bytes that it has outside of itself.
    fn outside(&self) -> usize;
}

impl Row for Check {
    fn outside(&self) -> usize {
        ALLOCATION + self.output.len()
    }
}

impl Row for ServiceHealth {
    fn outside(&self) -> usize {
        0
    }
}

impl Row for Node {
    fn outside(&self) -> usize {
        meta(self.meta.len())
    }
}

impl Row for Instance {
    fn outside(&self) -> usize {
        let checks = self.checks.iter().map(row).sum::<usize>();
        checks + meta(self.meta.len()) + size_of_val(self.tags.as_slice()) + ALLOCATION
    }
}

impl Row for Session {
    fn outside(&self) -> usize {
        4 * ALLOCATION
    }
}

impl Row for Stream {
    fn outside(&self) -> usize {
        let facts = self.facts.iter().map(|(_, text)| size_of::<(&str, String)>() + text.len());
        facts.sum::<usize>()
            + self.evidence.len()
            + self.differing.len() * (size_of::<Differing>() + ALLOCATION)
            + self.alarms.len() * 2 * ALLOCATION
    }
}

/// What an entry has outside of itself.
pub(super) fn of(what: &What) -> usize {
    match what {
        What::Tick => 0,
        What::Scope(scope) => (scope.subjects.len() + scope.glanced.passing.len()) * 3 * ALLOCATION,
        What::Report(report) => match report {
            Report::Feed(feed) => ALLOCATION + size_of_val(&**feed) + body(&feed.body),
            Report::Streams(streams) => delta(streams),
            Report::Wan { wan, .. } => {
                let members: usize = wan.members.values().map(Vec::len).sum();
                (members + wan.trips.len()) * 4 * ALLOCATION
            }
            Report::Datacenters { all, .. } => all.len() * ALLOCATION,
            Report::Discovery { .. } | Report::Restarted { .. } => 8 * ALLOCATION,
        },
    }
}

/// What a store takes without its long lists, which are kept otherwise.
pub(super) fn of_rest(store: &Store) -> usize {
    let dcs = store.datacenters().map(|(_, dc)| {
        let instances: usize = dc.instances.values().map(std::collections::HashMap::capacity).sum();
        let others = dc.versions.len() + dc.seats.len() + dc.held.sessions.len() + dc.prints.len();
        let kept: usize = dc.kept.iter().map(|it| of_kept(it)).sum();
        size_of::<Datacenter>() + (instances + others) * PLACE + TREND + kept
    });
    dcs.sum::<usize>() + store.streams.len() * (PLACE + TREND)
}

/// What is kept of a subject that is not shown: nothing else has it any more once it is told anew.
fn of_kept(kept: &Kept) -> usize {
    let instances = kept.instances.iter().flat_map(|rows| rows.values());
    let checks = kept.checks.iter().flatten();
    let consumers = kept.consumers.iter().map(|it| Body::Consumers(Arc::clone(it)));
    let swept = kept.swept.iter().map(|it| Body::Disagreements(Arc::clone(it)));
    let edges = kept.edges.iter().map(|it| Body::Edges(Arc::clone(it)));
    size_of::<Kept>()
        + instances.map(|it| PLACE + row(it)).sum::<usize>()
        + checks.map(row).sum::<usize>()
        + consumers.chain(swept).chain(edges).map(|it| body(&it)).sum::<usize>()
}

fn body(body: &Body) -> usize {
    match body {
        Body::Services(rows) => delta(rows),
        Body::Checks(rows) => delta(rows),
        Body::Nodes(rows) => delta(rows),
        Body::Instances(_, rows) => delta(rows),
        Body::Sessions(rows) => delta(rows),
        Body::NodeChecks(_, checks) => checks.iter().map(row).sum(),
        Body::Servers(servers) => servers.servers.len() * 8 * ALLOCATION,
        Body::Folder(folder) => folder.bytes(),
        Body::Entry(_, entry) => entry.as_ref().map_or(0, |entry| key(entry)),
        Body::Locks(locks) => held(locks),
        Body::Prints(prints) => size_of_val(prints.as_slice()),
        Body::Versions(_, versions) => size_of_val(&**versions),
        Body::Seats(_, seats) => {
            let outputs = seats.seats.iter().map(|seat| size_of::<Seat>() + seat.output.len());
            outputs.sum()
        }
        Body::Consumers(seen) => {
            let answers = [&seen.asked.address, &seen.asked.srv].into_iter().flat_map(|lookup| {
                [&lookup.udp, &lookup.edns, &lookup.tcp].into_iter().filter_map(|it| it.now())
            });
            let records: usize = answers.map(|reply| reply.answers.len() + reply.extra.len()).sum();
            let instances = seen.rows.iter().map(of_consumers).sum::<usize>();
            instances + records * (size_of::<Record>() + 2 * ALLOCATION)
        }
        Body::Disagreements(swept) => {
            swept.found.iter().map(|it| 2 * ALLOCATION + of_consumers(&it.row)).sum()
        }
        Body::Edges(edges) => edges.edges.len() * 4 * ALLOCATION,
        // An entry never brings events, and the rest is small.
        _ => 4 * ALLOCATION,
    }
}

fn of_consumers(seen: &Seen) -> usize {
    let said = seen.disagreements.len() * 4 * ALLOCATION;
    size_of::<Seen>()
        + said
        + size_of_val(seen.gives.as_slice())
        + seen.instance.as_ref().map_or(0, row)
}

fn delta<K, V: Row>(delta: &Delta<K, V>) -> usize {
    let rows: usize = delta.upserts.iter().map(|(_, value)| row(value)).sum();
    rows + size_of_val(delta.upserts.as_slice()) + size_of_val(delta.removed.as_slice())
}

fn row<V: Row>(row: &Arc<V>) -> usize {
    ALLOCATION + size_of::<V>() + row.outside()
}

fn meta(entries: usize) -> usize {
    if entries == 0 { 0 } else { 2 * ALLOCATION + entries * 48 }
}

fn key(entry: &Entry) -> usize {
    2 * ALLOCATION + size_of::<Entry>() + entry.value.len()
}

fn held(locks: &Locks) -> usize {
    locks.locks.len() * 6 * ALLOCATION
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::feed::Subject;
    use crate::domain::map::{Edge, Edges, Source};

    #[test]
    fn what_is_kept_of_hidden_subjects_is_counted() {
        let mut store = Store::default();
        store.apply(Report::Datacenters { all: vec!["dc-1".into()], local: None });
        let before = of_rest(&store);
        let edge = Edge { from: "a".into(), to: "b".into(), to_dc: None, source: Source::Meta };
        let edges = Edges { edges: vec![edge; 1_000], ..Edges::default() };
        let kept =
            Kept { edges: Some(Arc::new(edges)), ..Kept::new(Subject::Map, DateTime::default()) };
        for (_, dc) in store.datacenters_mut() {
            dc.kept.push_back(Arc::new(kept.clone()));
        }
        assert!(of_rest(&store) >= before + 1_000 * size_of::<Edge>());
    }
}
