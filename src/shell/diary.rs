//! What the log says of the datacenters: when one is lost or back, and when a list fails or heals.
//!
//! Only changes are written, so a night of retries is one line. No token can be in it: reasons come
//! from errors, which hold none.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::delta::Delta;
use crate::domain::feed::{Body, Feed, Link, List, Report};
use crate::domain::freshness::State;
use crate::domain::ids::{Dc, NodeName};
use crate::domain::replication::{Stream, StreamId, Verdict};
use crate::domain::wan::{MemberState, Wan};

/// What was written last.
#[derive(Default)]
pub struct Diary {
    links: HashMap<Dc, String>,
    lists: HashMap<(Dc, List), String>,
    streams: HashMap<StreamId, Judged>,
    members: HashMap<(Arc<str>, Dc, NodeName), MemberState>,
}

/// What of a stream is worth a line when it changes.
type Judged = (Verdict, usize, Option<Arc<str>>);

impl Diary {
    /// Writes what a report changes, if anything.
    pub fn note(&mut self, report: &Report) {
        match report {
            Report::Datacenters { all, .. } => tracing::debug!("datacenters: {all:?}"),
            Report::Discovery { detail, .. } => tracing::warn!("no list of datacenters: {detail}"),
            Report::Restarted { dc, what } => tracing::error!(%dc, "{what} died and was restarted"),
            Report::Feed(feed) => self.feed(feed),
            Report::Streams(delta) => self.streams(delta),
            Report::Wan { agent, wan } => self.wan(agent, wan),
        }
    }

    /// Writes which verdicts changed.
    fn streams(&mut self, delta: &Delta<StreamId, Stream>) {
        for (id, stream) in &delta.upserts {
            let now = (stream.verdict, stream.alarms.len(), stream.problem.clone());
            if self.streams.insert(id.clone(), now.clone()) == Some(now) {
                continue;
            }
            let (verdict, evidence) = (stream.verdict.word(), &stream.evidence);
            if let Some(problem) = &stream.problem {
                tracing::warn!("{id}: cannot be read now: {problem}; it was {verdict}");
                continue;
            }
            match stream.verdict {
                Verdict::Drift | Verdict::Extra => tracing::warn!("{id}: {verdict}: {evidence}"),
                _ => tracing::info!("{id}: {verdict}: {evidence}"),
            }
            for alarm in &stream.alarms {
                tracing::warn!("{id}: {alarm}");
            }
        }
    }

    /// Writes which servers began or ceased to answer over the WAN.
    fn wan(&mut self, agent: &Arc<str>, wan: &Wan) {
        for member in wan.members.values().flatten() {
            let (name, dc, state) = (&member.name, &member.dc, member.state);
            let key = (Arc::clone(agent), dc.clone(), name.clone());
            if self.members.insert(key, state).unwrap_or(MemberState::Alive) != state {
                tracing::info!(%dc, "server {name} is {state} in the WAN");
            }
        }
    }

    fn feed(&mut self, feed: &Feed) {
        let dc = &feed.dc;
        match &feed.body {
            Body::Pulse(pulse) => {
                let (now, is_fine) = match &pulse.link {
                    Link::Unknown => return,
                    Link::Led(leader) => (format!("led by {leader}"), true),
                    Link::Leaderless => (String::from("without a leader"), false),
                    Link::Dark { detail, .. } => (detail.to_string(), false),
                };
                if self.links.get(dc) != Some(&now) {
                    if is_fine {
                        tracing::info!(%dc, "{now}");
                    } else {
                        tracing::warn!(%dc, "{now}");
                    }
                    self.links.insert(dc.clone(), now);
                }
            }
            Body::Freshness(list, freshness) => {
                let (now, is_fine) = match &freshness.state {
                    State::Loading => return,
                    State::Live => (String::from("live"), true),
                    State::Stale { why, .. } => (format!("stale: {why}"), false),
                    State::Denied { why } => (format!("denied: {why}"), false),
                };
                let key = (dc.clone(), list.clone());
                if self.lists.get(&key) != Some(&now) {
                    if is_fine {
                        tracing::info!(%dc, ?list, "{now}");
                    } else {
                        tracing::warn!(%dc, ?list, "{now}");
                    }
                    self.lists.insert(key, now);
                }
            }
            _ => {}
        }
    }
}
