//! Raft as streams: what the leader of a datacenter carries to each of its other servers.
//!
//! Autopilot calls a cluster healthy again once it has removed a dead server. So a server that
//! should be there and is not is a stream too, DRIFT: nothing brings it back by itself, unlike a
//! server that is only late. The limits are autopilot's own defaults. A server that is alone, and
//! should be, is one by itself, so that its datacenter is not left out.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Counts, Kind, Stream, StreamId, Verdict, Waiting};
use crate::domain::delta::Rows;
use crate::domain::ids::Dc;
use crate::domain::server::{Server, Servers};

/// More entries than this behind the leader are too many (`MaxTrailingLogs`).
const MOST_BEHIND: u64 = 250;
/// A leader's last contact may be so long ago (`LastContactThreshold`).
const LATEST: Duration = Duration::from_millis(200);
/// Without contact for longer than this a server does not move; heartbeats come several a second.
const STILL: Duration = Duration::from_secs(1);

/// What the servers of a datacenter are judged by.
#[derive(Clone, Copy, Debug)]
pub struct Raft<'a> {
    /// The datacenter.
    pub dc: &'a Dc,
    /// Its servers, as autopilot lists them.
    pub servers: &'a Servers,
    /// The names of servers that were there, or that gossip knows; those listed may be among them.
    pub known: &'a [Arc<str>],
    /// What was found before, which says since when something waits.
    pub before: &'a Rows<StreamId, Stream>,
    /// The time of the answer (UTC).
    pub now: DateTime<Utc>,
}

impl Raft<'_> {
    /// A stream for each server but the leader, and for each that is missing; one for a server that is
    /// alone and should be.
    pub fn streams(&self) -> Vec<Stream> {
        if self.servers.servers.is_empty() {
            let problem = Some(Arc::from("its leader has not looked at the servers yet"));
            let before = as_before(self.dc, self.before).into_iter();
            return before.map(|stream| Stream { problem: problem.clone(), ..stream }).collect();
        }
        let followers = self.present().filter(|server| !server.is_leader);
        let followers = followers.map(|server| self.follower(server));
        let streams: Vec<Stream> = followers.chain(self.missing()).collect();
        if streams.is_empty() {
            return self.servers.leader().map(|leader| self.alone(leader)).into_iter().collect();
        }
        streams
    }

    /// The only server that there should be: nothing is carried, but it is there.
    fn alone(&self, server: &Server) -> Stream {
        let mut stream = self.stream(&server.name, false);
        stream.evidence = Arc::from("the only server, as expected: no followers, none may fail");
        stream.counts = Counts { same: 1, ..Counts::default() };
        stream.last_replicated = stream.source_index;
        stream.facts.splice(0..0, about(server));
        stream
    }

    fn follower(&self, server: &Server) -> Stream {
        let head = self.servers.leader().map_or(0, |leader| leader.last_index);
        let behind = (server.last_index > 0).then(|| head.saturating_sub(server.last_index));
        let fault = fault(server, behind);
        let progress = match (behind, server.last_contact) {
            (Some(behind), Some(contact)) => {
                let entries = if behind == 1 { "entry" } else { "entries" };
                format!("{behind} {entries} behind, last contact {} ms ago", contact.as_millis())
            }
            _ => format!("the leader cannot reach it, gossip says {}", server.serf),
        };
        let mut stream = self.stream(&server.name, fault.is_some());
        stream.evidence = match fault {
            Some(fault) if !fault.is_empty() => format!("{fault}; {progress}").into(),
            _ => progress.into(),
        };
        if fault.is_some() {
            stream.verdict = Verdict::Lagging;
            let pending = behind.and_then(|behind| usize::try_from(behind).ok());
            stream.counts.pending = pending.unwrap_or_default();
        } else {
            stream.counts = Counts { same: 1, ..Counts::default() };
        }
        stream.stalled_for = match server.last_contact {
            None => Some(self.still(&stream)),
            Some(contact) => Some(contact).filter(|contact| *contact > STILL),
        };
        stream.last_replicated = Some(server.last_index).filter(|index| *index > 0);
        stream.facts.splice(0..0, about(server));
        stream
    }

    /// Those that there should be: by their names where it is sure which they are.
    fn missing(&self) -> Vec<Stream> {
        let missing = self.servers.expected.saturating_sub(self.present().count());
        if missing == 0 {
            return Vec::new();
        }
        let is_present = |name: &str| self.present().any(|server| *server.name == *name);
        let mut names: Vec<&str> = self
            .known
            .iter()
            .map(|name| &**name)
            .filter(|name| !name.is_empty() && !is_present(name))
            .collect();
        names.sort_unstable();
        names.dedup();
        if names.len() != missing {
            names = vec![NAMELESS];
        }
        let drift = missing / names.len();
        names.into_iter().map(|name| self.missing_one(name, drift)).collect()
    }

    fn missing_one(&self, name: &str, drift: usize) -> Stream {
        let mut stream = self.stream(name, true);
        let (left, all) = (self.present().count(), self.servers.expected);
        let evidence = format!("server missing: {left} of {all} are there");
        stream.evidence = evidence.into();
        stream.verdict = Verdict::Drift;
        stream.counts.drift = drift;
        stream.stalled_for = Some(self.still(&stream));
        stream
    }

    /// The servers that have a name. While autopilot removes one, it lists it without: as a peer of
    /// Raft that gossip knows no more.
    fn present(&self) -> impl Iterator<Item = &Server> {
        self.servers.servers.iter().filter(|server| !server.name.is_empty())
    }

    /// How long at least something that waits has not moved.
    fn still(&self, stream: &Stream) -> Duration {
        let seen = self.before.get(&stream.id).and_then(|before| {
            let since = (self.now - before.at?).to_std().unwrap_or_default();
            Some(before.stalled_for? + since)
        });
        stream.lag(self.now).or(seen).unwrap_or_default()
    }

    fn stream(&self, of: &str, waits: bool) -> Stream {
        let id = id(self.dc, of);
        let has_looked = self.before.values().any(|before| before.at.is_some());
        let waiting = match self.before.get(&id).filter(|before| before.at.is_some()) {
            _ if !waits => Waiting::Nothing,
            None if has_looked => Waiting::Since(self.now),
            None => Waiting::Unknown,
            Some(before) if before.waiting == Waiting::Nothing => Waiting::Since(self.now),
            Some(before) => before.waiting,
        };
        Stream {
            verdict: Verdict::InSync,
            waiting,
            source_index: self.servers.leader().map(|leader| leader.last_index),
            facts: vec![("tolerance", tolerance(self.servers))],
            at: Some(self.now),
            whole_at: Some(self.now),
            ..Stream::new(id)
        }
    }
}

/// What the missing are called while it is not known which they are. No node can have this name.
const NAMELESS: &str = "(missing)";

/// The streams of before, to say on them why they cannot be judged now; one that says nothing yet
/// where there were none.
pub fn as_before(dc: &Dc, before: &Rows<StreamId, Stream>) -> Vec<Stream> {
    if before.is_empty() {
        return vec![Stream::new(id(dc, ""))];
    }
    before.values().map(|stream| Stream::clone(stream)).collect()
}

fn id(dc: &Dc, of: &str) -> StreamId {
    let (source, destination) = (Some(dc.clone()), dc.clone());
    StreamId { kind: Kind::Raft, source, destination, of: of.into(), to: Arc::from("") }
}

/// What is wrong with a server, in words; empty where its progress says it already.
fn fault(server: &Server, behind: Option<u64>) -> Option<&'static str> {
    if server.last_contact.is_none_or(|contact| contact > LATEST)
        || behind.is_none_or(|behind| behind > MOST_BEHIND)
    {
        Some("")
    } else if !server.is_voter {
        Some("it does not vote")
    } else if !server.is_healthy {
        Some("autopilot calls it unhealthy")
    } else {
        None
    }
}

fn about(server: &Server) -> Vec<(&'static str, String)> {
    let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let mut facts = vec![
        ("voter", word(server.is_voter)),
        ("healthy", word(server.is_healthy)),
        ("gossip", server.serf.to_string()),
        ("version", server.version.to_string()),
        ("address", server.address.to_string()),
    ];
    if let Some(since) = server.stable_since {
        facts.push(("stable since", since.format("%Y-%m-%d %H:%M:%S UTC").to_string()));
    }
    facts
}

/// How many servers may still fail: as autopilot counts, and of those that there should be.
fn tolerance(servers: &Servers) -> String {
    let quorum = servers.expected.max(servers.servers.len()) / 2 + 1;
    let healthy = servers.servers.iter().filter(|it| it.is_healthy && it.is_voter).count();
    let (counted, expected) = (servers.failure_tolerance, healthy.saturating_sub(quorum));
    if counted == expected {
        return format!("{counted} more may fail");
    }
    format!("{counted} more may fail by autopilot, {expected} of the {}", servers.expected)
}
