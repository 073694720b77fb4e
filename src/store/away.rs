//! Datacenters that do not answer now, and what that means for the streams from and to them.
//!
//! That a datacenter went dark is known long before the next look at its streams fails. From then on
//! nothing is known of them, so they are told with the reason, as old.

use std::sync::Arc;

use super::{Datacenter, Store};
use crate::domain::feed::Link;
use crate::domain::ids::Dc;
use crate::domain::replication::{Stream, StreamId};

impl Datacenter {
    /// Why it does not answer, shortly; `None` while it does, and before it was asked.
    pub fn away(&self) -> Option<&str> {
        match &self.pulse.link {
            Link::Dark { why, .. } => Some(why),
            Link::Leaderless => Some("no leader"),
            Link::Unknown | Link::Led(_) => None,
        }
    }
}

impl Store {
    /// The datacenters that do not answer now.
    pub fn away(&self) -> impl Iterator<Item = &Dc> {
        self.datacenters().filter(|(_, dc)| dc.away().is_some()).map(|(name, _)| name)
    }

    /// All streams, as far as they are known now.
    pub fn streams_now(&self) -> impl Iterator<Item = Arc<Stream>> {
        self.streams.values().map(|stream| self.as_known(stream))
    }

    /// A stream, as far as it is known now.
    pub fn stream_now(&self, id: &StreamId) -> Option<Arc<Stream>> {
        self.streams.get(id).map(|stream| self.as_known(stream))
    }

    /// True when an end of a stream does not answer.
    pub(super) fn is_cut(&self, id: &StreamId) -> bool {
        id.ends().any(|end| self.dc(end).is_some_and(|dc| dc.away().is_some()))
    }

    fn as_known(&self, stream: &Arc<Stream>) -> Arc<Stream> {
        let why = |end: &Dc| Some(format!("{end}: {}", self.dc(end)?.away()?));
        let why = stream.id.ends().find_map(why).filter(|_| stream.problem.is_none());
        match why {
            Some(why) => Arc::new(Stream { problem: Some(why.into()), ..Stream::clone(stream) }),
            None => Arc::clone(stream),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delta::Delta;
    use crate::domain::feed::{Body, Feed, Pulse, Report};
    use crate::domain::replication::{Kind, Verdict};

    fn pulse(store: &mut Store, dc: &str, link: Link) {
        let (at, body) =
            (chrono::DateTime::UNIX_EPOCH, Body::Pulse(Pulse { link, ..Pulse::default() }));
        store.apply(Report::Feed(Box::new(Feed { dc: dc.into(), ticket: 0, at, body })));
    }

    #[test]
    fn what_goes_to_a_datacenter_that_went_dark_is_old_before_it_was_read_again() {
        let mut store = Store::default();
        let all = ["dc-1", "dc-2"].map(Dc::from).to_vec();
        store.apply(Report::Datacenters { all, local: None });
        let (source, destination) = (Some("dc-1".into()), "dc-2".into());
        let (of, to) = ("a/".into(), "a/".into());
        let id = StreamId { kind: Kind::ConsulReplicate, source, destination, of, to };
        let at = Some(chrono::DateTime::UNIX_EPOCH);
        let stream = Stream { verdict: Verdict::InSync, at, ..Stream::new(id.clone()) };
        let upserts = vec![(id.clone(), Arc::new(stream))];
        store.apply(Report::Streams(Delta { upserts, removed: Vec::new() }));
        let problem = |store: &Store| {
            let stream = store.stream_now(&id).unwrap();
            assert_eq!(stream.verdict, Verdict::InSync, "as it was");
            stream.problem.as_ref().map(ToString::to_string)
        };
        assert_eq!(problem(&store), None, "nobody was asked yet");
        let why = Arc::from("connection refused");
        pulse(&mut store, "dc-2", Link::Dark { why, detail: "".into(), retry_at: None });
        assert_eq!(problem(&store).as_deref(), Some("dc-2: connection refused"));
        assert!(store.is_cut(&id));
        pulse(&mut store, "dc-2", Link::Led("10.0.0.1:8300".into()));
        assert_eq!(problem(&store), None);
        pulse(&mut store, "dc-1", Link::Leaderless);
        assert_eq!(problem(&store).as_deref(), Some("dc-1: no leader"));
    }
}
