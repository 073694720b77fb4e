//! A stretch of time: the store at its beginning, and what changed it until its end.
//!
//! The changes that come most often are written down as few bytes, the others are kept as they are.
//! Invariant: changes are read back in the order in which they came, and do to the store what they
//! did then.

use chrono::{DateTime, Utc};

use super::frame::{self, nanos};
use super::pack::{Filled, Packed, Packer, Pool, Reader};
use super::{What, apply, weight};
use crate::domain::delta::Delta;
use crate::domain::feed::{Body, Feed, Report, Subject};
use crate::domain::ids::{Dc, NodeName, ServiceName};
use crate::store::Store;

/// What stands before each change that was written down.
mod kind {
    pub const TICK: u64 = 0;
    pub const KEPT: u64 = 1;
    pub const CHECKS: u64 = 2;
    pub const SERVICES: u64 = 3;
    pub const NODES: u64 = 4;
    pub const OF_SERVICE: u64 = 5;
    pub const ON_NODE: u64 = 6;
    pub const SEATS: u64 = 7;
}

/// The stretch that is being written.
#[derive(Debug)]
pub(super) struct Open {
    from: DateTime<Utc>,
    /// The time of the last change.
    last: DateTime<Utc>,
    rest: Store,
    /// What that weighs: counted once, as it stays.
    rest_bytes: usize,
    out: Packer,
    /// Where the changes begin.
    start: usize,
    filled: Filled,
    /// What the store at the beginning weighs.
    base: usize,
    kept: Vec<What>,
    kept_bytes: usize,
    /// Rows in all changes.
    rows: usize,
}

/// A stretch that is over.
#[derive(Debug)]
pub(super) struct Segment {
    /// When it begins (UTC).
    pub from: DateTime<Utc>,
    rest: Store,
    bytes: Vec<u8>,
    pool: Pool,
    start: usize,
    filled: Filled,
    base: usize,
    weight: usize,
    kept: Vec<What>,
    /// True when only its beginning is left.
    pub is_thin: bool,
}

impl Open {
    /// A stretch that begins with this store.
    pub fn begin(from: DateTime<Utc>, store: &Store) -> Self {
        let mut out = Packer::default();
        let rest = frame::write(store, &mut out);
        // Whatever is live is not kept for this alone.
        out.own();
        let (start, filled) = (out.bytes.len(), out.pool.filled());
        let rest_bytes = weight::of_rest(&rest);
        let base = start + out.pool.bytes() + rest_bytes;
        let (kept, last) = (Vec::new(), from);
        let (kept_bytes, rows) = (0, 0);
        Self { from, last, rest, rest_bytes, out, start, filled, base, kept, kept_bytes, rows }
    }

    /// When it begins (UTC).
    pub fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// About how many bytes it takes.
    pub fn weight(&self) -> usize {
        self.rest_bytes + self.out.weight() + self.kept_bytes
    }

    /// About how many of them are not for the store at its beginning.
    pub fn changes(&self) -> usize {
        self.weight().saturating_sub(self.base)
    }

    /// What the store at its beginning weighs.
    pub fn base(&self) -> usize {
        self.base
    }

    /// How many rows its changes have.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Writes a change down.
    pub fn push(&mut self, at: DateTime<Utc>, what: What) {
        let passed = nanos(at).saturating_sub(nanos(self.last));
        self.out.number(passed.max(0) as u64);
        self.last = at;
        match what {
            What::Tick => self.out.number(kind::TICK),
            What::Report(Report::Feed(feed)) => self.feed(at, feed),
            other => self.keep(other),
        }
    }

    fn feed(&mut self, at: DateTime<Utc>, feed: Box<Feed>) {
        match &feed.body {
            Body::Checks(delta) => self.list(kind::CHECKS, at, &feed, delta),
            Body::Services(delta) => self.list(kind::SERVICES, at, &feed, delta),
            Body::Nodes(delta) => self.list(kind::NODES, at, &feed, delta),
            Body::Instances(Subject::Service(service), delta) => {
                self.list(kind::OF_SERVICE, at, &feed, delta);
                service.pack(&mut self.out);
            }
            Body::Instances(Subject::Node(node), delta) => {
                self.list(kind::ON_NODE, at, &feed, delta);
                node.pack(&mut self.out);
            }
            Body::Seats(service, seats) => {
                self.head(kind::SEATS, at, &feed);
                service.pack(&mut self.out);
                seats.pack(&mut self.out);
                self.rows += seats.seats.len();
            }
            _ => self.keep(What::Report(Report::Feed(feed))),
        }
    }

    fn head(&mut self, kind: u64, at: DateTime<Utc>, feed: &Feed) {
        self.out.number(kind);
        feed.dc.pack(&mut self.out);
        self.out.number(feed.ticket);
        self.out.signed(nanos(feed.at).saturating_sub(nanos(at)));
    }

    fn list<K, V>(&mut self, kind: u64, at: DateTime<Utc>, feed: &Feed, delta: &Delta<K, V>)
    where
        Delta<K, V>: Packed,
    {
        self.head(kind, at, feed);
        delta.pack(&mut self.out);
        self.rows += delta.upserts.len() + delta.removed.len();
    }

    fn keep(&mut self, what: What) {
        self.out.number(kind::KEPT);
        self.kept_bytes += size_of::<What>() + weight::of(&what);
        self.kept.push(what);
        self.rows += 1;
    }

    /// The store as it was after all changes up to a moment; `None` for one before its beginning.
    pub fn recall(&self, at: DateTime<Utc>) -> Option<Store> {
        let reader = Reader::new(&self.out.bytes, &self.out.pool);
        recall(reader, (&self.rest, &self.kept), (self.from, at))
    }

    /// Ends it.
    pub fn close(mut self) -> Segment {
        let weight = self.out.bytes.len() + self.out.pool.bytes() + self.out.brought();
        let weight = weight + self.kept_bytes + self.rest_bytes;
        let Packer { mut bytes, mut pool, .. } = self.out;
        bytes.shrink_to_fit();
        pool.shrink();
        self.kept.shrink_to_fit();
        let Self { from, rest, start, filled, base, kept, .. } = self;
        Segment { from, rest, bytes, pool, start, filled, base, weight, kept, is_thin: false }
    }
}

impl Segment {
    /// About how many bytes it takes.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// How many of them are for the store at its beginning.
    pub fn base(&self) -> usize {
        self.base
    }

    /// The store as it was after all changes up to a moment; `None` for one before its beginning.
    pub fn recall(&self, at: DateTime<Utc>) -> Option<Store> {
        recall(Reader::new(&self.bytes, &self.pool), (&self.rest, &self.kept), (self.from, at))
    }

    /// Forgets the changes; what was known at its beginning stays.
    pub fn thin(&mut self) {
        self.bytes.truncate(self.start);
        self.bytes.shrink_to_fit();
        self.pool.truncate(self.filled);
        self.kept = Vec::new();
        self.weight = self.base;
        self.is_thin = true;
    }
}

/// Reads the store at the beginning, and does to it what came from then to a moment.
fn recall(
    mut reader: Reader,
    (rest, kept): (&Store, &[What]),
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Option<Store> {
    let mut store = frame::read(rest, &mut reader).filter(|_| from <= until)?;
    let (mut at, until) = (nanos(from), nanos(until));
    let mut kept = kept.iter();
    while !reader.is_empty() {
        at = at.saturating_add(i64::try_from(reader.number()?).ok()?);
        if at > until {
            break;
        }
        let time = DateTime::from_timestamp_nanos(at);
        match reader.number()? {
            kind::TICK => apply(&What::Tick, time, &mut store),
            kind::KEPT => apply(kept.next()?, time, &mut store),
            kind => {
                let feed = read_feed(kind, time, &mut reader)?;
                store.apply(Report::Feed(Box::new(feed)));
            }
        }
    }
    Some(store)
}

fn read_feed(kind: u64, at: DateTime<Utc>, from: &mut Reader) -> Option<Feed> {
    let dc = Dc::unpack(from)?;
    let ticket = from.number()?;
    let at = DateTime::from_timestamp_nanos(nanos(at).saturating_add(from.signed()?));
    let body = match kind {
        kind::CHECKS => Body::Checks(Delta::unpack(from)?),
        kind::SERVICES => Body::Services(Delta::unpack(from)?),
        kind::NODES => Body::Nodes(Delta::unpack(from)?),
        kind::OF_SERVICE => {
            let delta = Delta::unpack(from)?;
            Body::Instances(Subject::Service(ServiceName::unpack(from)?), delta)
        }
        kind::ON_NODE => {
            let delta = Delta::unpack(from)?;
            Body::Instances(Subject::Node(NodeName::unpack(from)?), delta)
        }
        kind::SEATS => Body::Seats(ServiceName::unpack(from)?, Packed::unpack(from)?),
        _ => return None,
    };
    Some(Feed { dc, ticket, at, body })
}
