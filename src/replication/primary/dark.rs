//! A secondary that does not answer: what it should have from its primary is known of the primary,
//! and of earlier looks. Each is told with the reason why nothing can be said of it now.

use std::collections::HashSet;

use futures_util::future::{join_all, join3};

use super::{Found, Primary, is_primary};
use crate::consul::read::{self, primary};
use crate::consul::wire::{AclReplication, FederationState};
use crate::consul::{ApiError, Class, Client};
use crate::domain::ids::Dc;
use crate::domain::replication::{Kind, StreamId};
use crate::replication::{PATIENCE, acl};

/// Why a datacenter does not answer, of what it was asked.
pub(super) fn why(
    acl: &Result<AclReplication, ApiError>,
    states: &Result<Vec<FederationState>, ApiError>,
) -> Option<ApiError> {
    // That ACLs are off, or an endpoint unknown, the agent that is asked may say itself.
    let told = [acl.as_ref().err(), states.as_ref().err()];
    let is_away = |error: &&ApiError| matches!(error.class(), Class::Retry | Class::Stale);
    let is_answered = acl.is_ok() || states.is_ok();
    told.into_iter().flatten().find(is_away).filter(|_| !is_answered).cloned()
}

impl Primary {
    /// What it has from its primary, nothing of which can be read for this reason.
    pub(super) async fn dark(&mut self, here: &Client, error: &ApiError) -> Vec<Found> {
        if self.source.is_none() {
            self.source = self.source_by_others().await;
        }
        let Some(source) = self.source.clone().filter(|source| *source != self.dc) else {
            return Vec::new();
        };
        let there = self.ground.clients.get(&source).cloned();
        let there = there.unwrap_or_else(|| here.in_dc(&source));
        let (roots, acls, entries) = join3(
            self.ask(Kind::Ca, &there, primary::roots()),
            self.acls(&there),
            self.entries.kinds(&there),
        )
        .await;
        self.note_absent(Kind::Ca, &roots);
        self.note_absent(Kind::Acl, &acls);
        let mut ids = HashSet::from([self.id(Kind::Federation, &source, "")]);
        ids.extend(roots.is_ok().then(|| self.id(Kind::Ca, &source, "")));
        ids.extend(acls.is_ok().then(|| self.id(Kind::Acl, &source, "")));
        ids.extend(entries.iter().map(|kind| self.id(Kind::ConfigEntries, &source, kind)));
        ids.extend(self.told.keys().cloned());
        let mut ids: Vec<StreamId> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.into_iter().map(|id| (id, Err(error.clone()))).collect()
    }

    async fn acls(&self, there: &Client) -> Result<[u64; 3], ApiError> {
        if self.absent.contains(&Kind::Acl) {
            return Err(ApiError::NotFound { path: String::from("/v1/acl/policies") });
        }
        acl::indexes(there).await
    }

    /// The primary of this datacenter, as others have it: agents of the same federation name it.
    async fn source_by_others(&self) -> Option<Dc> {
        let others = self.ground.clients.iter().filter(|(dc, _)| **dc != self.dc);
        let asked = others.map(async |(dc, client)| {
            let states = self.ask(Kind::Federation, client, primary::federation_states()).await;
            (dc, states.unwrap_or_default())
        });
        let told: Vec<(&Dc, Vec<FederationState>)> = join_all(asked).await;
        let has_this = |states: &[FederationState]| states.iter().any(|it| it.dc == self.dc);
        let knows: Vec<_> = told.iter().filter(|(_, states)| has_this(states)).collect();
        let agents = knows.iter().filter_map(|(dc, _)| Some((dc, self.ground.clients.get(*dc)?)));
        let named = agents.map(async |(dc, client)| {
            let query = read::agent_self().with(|request| request.timeout(PATIENCE));
            let (agent, _) = query.fetch(client).await.ok()?;
            agent.primary.filter(|_| agent.dc == **dc)
        });
        let named = join_all(named).await.into_iter().flatten().next();
        // By chance a secondary may have the very indexes of the primary.
        let mut like_one = knows.iter().filter(|(_, states)| is_primary(states));
        let one = like_one.next().filter(|_| like_one.next().is_none());
        named.or_else(|| one.map(|(dc, _)| (*dc).clone()))
    }
}
