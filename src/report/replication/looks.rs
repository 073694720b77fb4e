//! Looking at all streams: every follower once, all at the same time, and some of them again.

use std::sync::Arc;

use chrono::Utc;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use indexmap::IndexMap;

use crate::consul::{ApiError, Class, Client, read};
use crate::domain::delta::{Rows, replace};
use crate::domain::ids::Dc;
use crate::domain::replication::raft::{Raft, as_before};
use crate::domain::replication::{Kind, Stream, StreamId, Verdict};
use crate::domain::wan::{MemberState, Wan};
use crate::replication::{Follower, Ground, Seen, Spec, follower, specs, unread};

/// Who is followed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Whom {
    /// The servers of a datacenter.
    Raft(Dc),
    /// A spec.
    Spec(Spec),
}

/// Everyone who is followed, and what was seen of them last.
pub(super) struct Looks<'a> {
    ground: &'a Ground,
    followers: IndexMap<Whom, Box<dyn Follower>>,
    seen: IndexMap<Whom, Vec<Stream>>,
}

impl<'a> Looks<'a> {
    /// Follows all there is of these kinds; all kinds when there are none.
    pub fn new(ground: &'a Ground, wan: &Arc<Wan>, kinds: &[Kind]) -> Self {
        let is_wanted = |of: &[Kind]| kinds.is_empty() || kinds.iter().any(|it| of.contains(it));
        let mut followers: IndexMap<Whom, Box<dyn Follower>> = IndexMap::new();
        if is_wanted(&[Kind::Raft]) {
            for (dc, client) in ground.clients.iter() {
                let (dc, client, wan) = (dc.clone(), client.clone(), Arc::clone(wan));
                let servers = Servers { dc: dc.clone(), client, wan, told: Rows::new() };
                followers.insert(Whom::Raft(dc), Box::new(servers));
            }
        }
        for spec in specs(ground).into_iter().filter(|spec| is_wanted(kinds_of(spec))) {
            followers.insert(Whom::Spec(spec.clone()), follower(ground, &spec));
        }
        Self { ground, followers, seen: IndexMap::new() }
    }

    /// Looks at all of them, and at all that they find.
    pub async fn all(&mut self) {
        let all = self.followers.keys().cloned().collect();
        self.look(all).await;
        // What drifts where git2consul runs is not live elsewhere, whoever looked first.
        let is_own = |it: &Stream| it.id.source.as_ref() == Some(&it.id.destination);
        let is_git = |it: &Stream| it.id.kind == Kind::Git;
        let is_wrong = |it: &Stream| matches!(it.verdict, Verdict::Drift | Verdict::Unknown);
        let drifts = |it: &Stream| is_git(it) && is_own(it) && is_wrong(it);
        if self.streams().any(drifts) {
            self.again(|it| is_git(it) && !is_own(it)).await;
        }
    }

    /// Looks again at those with a stream that this is true of; false when there is none.
    pub async fn again(&mut self, is_wanted: impl Fn(&Stream) -> bool) -> bool {
        let has_one = |streams: &Vec<Stream>| streams.iter().any(&is_wanted);
        let some = self.seen.iter().filter(|(_, streams)| has_one(streams));
        let some: Vec<Whom> = some.map(|(whom, _)| whom.clone()).collect();
        let is_any = !some.is_empty();
        self.look(some).await;
        is_any
    }

    /// All streams as they were seen last.
    pub fn streams(&self) -> impl Iterator<Item = &Stream> {
        self.seen.values().flatten()
    }

    async fn look(&mut self, some: Vec<Whom>) {
        let mut looking = FuturesUnordered::new();
        for whom in some {
            if let Some(follower) = self.followers.shift_remove(&whom) {
                looking.push(look(whom, follower));
            }
        }
        while let Some((whom, follower, seen)) = looking.next().await {
            self.followers.insert(whom.clone(), follower);
            self.seen.insert(whom, seen.streams);
            for spec in seen.found {
                let whom = Whom::Spec(spec.clone());
                if !self.followers.contains_key(&whom) && !self.seen.contains_key(&whom) {
                    looking.push(look(whom, crate::replication::follower(self.ground, &spec)));
                }
            }
        }
    }
}

async fn look(whom: Whom, mut follower: Box<dyn Follower>) -> (Whom, Box<dyn Follower>, Seen) {
    let seen = follower.look().await;
    (whom, follower, seen)
}

/// The kinds of streams that a spec has.
fn kinds_of(spec: &Spec) -> &'static [Kind] {
    match spec {
        Spec::Statuses(_) | Spec::Replicate { .. } | Spec::Missing { .. } => {
            &[Kind::ConsulReplicate]
        }
        Spec::Primary(_) => &[Kind::Acl, Kind::Federation, Kind::Ca, Kind::ConfigEntries],
        Spec::Git(_) => &[Kind::Git],
        Spec::Compare(_) => &[Kind::Compare],
    }
}

/// Raft, where nobody watches the servers anyway.
struct Servers {
    dc: Dc,
    client: Client,
    wan: Arc<Wan>,
    told: Rows<StreamId, Stream>,
}

impl Servers {
    async fn ask(&self) -> Result<Vec<Stream>, ApiError> {
        let query = read::servers().with(|request| request.timeout(super::PATIENCE));
        let (mut servers, _) = query.fetch(&self.client).await?;
        servers.expected = self.wan.expected(&self.dc).max(servers.servers.len());
        let members = self.wan.members(&self.dc).iter();
        let stay = members.filter(|member| member.state != MemberState::Left);
        let known: Vec<_> = stay.map(|member| Arc::from(member.name.as_str())).collect();
        let (dc, servers, known, before) = (&self.dc, &servers, &*known, &self.told);
        Ok(Raft { dc, servers, known, before, now: Utc::now() }.streams())
    }
}

impl Follower for Servers {
    fn look(&mut self) -> BoxFuture<'_, Seen> {
        Box::pin(async {
            let streams = match self.ask().await {
                Ok(streams) => streams,
                Err(error) if error.class() == Class::Absent => Vec::new(),
                Err(error) => {
                    let before = as_before(&self.dc, &self.told).into_iter();
                    before.map(|stream| unread(stream, &error)).collect()
                }
            };
            replace(&mut self.told, streams.iter().map(|it| (it.id.clone(), it.clone())));
            Seen { streams, ..Seen::default() }
        })
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}
