//! What the servers of a datacenter are as streams, each time that autopilot is asked.
//!
//! No request of its own. It remembers who was there, so that a server that autopilot removed is
//! missed by its name.

use std::sync::Arc;

use super::context::Context;
use crate::clock;
use crate::consul::{ApiError, Class};
use crate::domain::delta::{Delta, Rows, replace};
use crate::domain::replication::raft::{Raft, as_before};
use crate::domain::replication::{Stream, StreamId};
use crate::domain::server::Servers;
use crate::domain::wan::{Member, MemberState};
use crate::replication::unread;

/// The streams as they were told last.
#[derive(Default)]
pub(super) struct Told {
    streams: Rows<StreamId, Stream>,
    /// The names of those that there are or should be.
    known: Vec<Arc<str>>,
}

impl Told {
    /// What an answer changes.
    pub fn answered(&mut self, ctx: &Context, servers: &Servers) -> Delta<StreamId, Stream> {
        let present: Vec<_> = servers.servers.iter().map(|it| Arc::clone(&it.name)).collect();
        if present.iter().filter(|name| !name.is_empty()).count() >= servers.expected {
            self.known.clear();
        }
        self.known.extend(present);
        let gossip = ctx.facts.borrow().wan.members(&ctx.dc).to_vec();
        let mut known = self.known.clone();
        known.extend(gossip.iter().filter(|member| member.state != MemberState::Left).map(name));
        self.known.sort_unstable();
        self.known.dedup();
        let (dc, before, now) = (&ctx.dc, &self.streams, clock::now());
        let streams = Raft { dc, servers, known: &known, before, now }.streams();
        self.tell(streams)
    }

    /// What it changes that there is no answer.
    pub fn failed(&mut self, ctx: &Context, error: &ApiError) -> Delta<StreamId, Stream> {
        // There is no such thing to be judged there.
        let streams = match error.class() {
            Class::Absent => Vec::new(),
            _ => {
                let before = as_before(&ctx.dc, &self.streams).into_iter();
                before.map(|stream| unread(stream, error)).collect()
            }
        };
        self.tell(streams)
    }

    fn tell(&mut self, streams: Vec<Stream>) -> Delta<StreamId, Stream> {
        replace(&mut self.streams, streams.into_iter().map(|stream| (stream.id.clone(), stream)))
    }
}

fn name(member: &Member) -> Arc<str> {
    Arc::from(member.name.as_str())
}
