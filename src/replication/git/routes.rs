//! What comes to a datacenter, from where, and by which status.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::remote::Route;
use super::status::{Status, by, is_copy, statuses};
use super::{Found, Git, written};
use crate::consul::ApiError;
use crate::domain::ids::Dc;
use crate::domain::managed::Mapping;
use crate::domain::replication::{Kind, Source, StreamId};

/// How often it is looked for where git2consul runs.
const SCAN: Duration = Duration::from_mins(1);

impl Git {
    /// Looks now and then where else git2consul runs. Who does not answer is still what it was.
    pub(super) async fn scan(&mut self) {
        if self.scanned.is_some_and(|at| at.elapsed() < SCAN) {
            return;
        }
        let (config, dir) = (&self.ground.told.git2consul, &self.ground.told.status_dir);
        let others = self.ground.clients.iter().filter(|(dc, _)| **dc != self.dc);
        let asked = join_all(others.map(async |(dc, client)| {
            let found = async {
                let written = written(client, config).await?;
                let is_copy = !written.is_empty() && is_copy(config, &statuses(client, dir).await?);
                Ok::<_, ApiError>(if is_copy { Vec::new() } else { written })
            };
            (dc.clone(), found.await)
        }))
        .await;
        for (dc, found) in asked {
            if let Ok(found) = found {
                self.runners.insert(dc, found);
            }
        }
        self.scanned = Some(Instant::now());
    }

    /// The branches that are known to come here by what the settings name or an operator confirmed,
    /// while nothing can be read here.
    pub(super) async fn named(&mut self, error: &ApiError) -> Vec<Found> {
        self.scan().await;
        let sources = self.ground.told.sources.iter().cloned();
        let sources: Vec<Source> = sources.chain(self.ground.memory.sources()).collect();
        let brings = |source: &Source, dc: &Dc, mapping: &Mapping| {
            let prefix = source.prefix.as_str();
            source.source == *dc
                && source.fits(prefix, &self.dc)
                && mapping.marker.starts_with(prefix)
                && mapping.prefix.starts_with(prefix)
        };
        let mut found = Vec::new();
        for (dc, mappings) in &self.runners {
            let brought = mappings.iter().filter(|it| sources.iter().any(|by| brings(by, dc, it)));
            let id = |mapping: &Mapping| self.id(dc, mapping, mapping.prefix.clone());
            found.extend(brought.map(|mapping| (id(mapping), Err(error.clone()))));
        }
        found
    }

    /// By which status each branch of another datacenter comes here: one that is there, or else one
    /// that was.
    pub(super) fn routes(&self, statuses: &[Status], gone: &[Status]) -> Vec<Route> {
        let confirmed = self.ground.memory.sources();
        let mut routes = Vec::new();
        for (dc, mappings) in &self.runners {
            let Some(there) = self.ground.clients.get(dc) else { continue };
            let by = |it| by(it, statuses).or_else(|| by(it, gone));
            for (mapping, status) in mappings.iter().filter_map(|it| Some((it, by(it)?))) {
                let said = self.said(&confirmed, &status.wire.source);
                if said.is_some_and(|said| said.source != *dc) {
                    continue;
                }
                let to = status.wire.there_to_here(&mapping.prefix);
                routes.push(Route {
                    id: self.id(dc, mapping, to),
                    there: there.clone(),
                    mapping: mapping.clone(),
                    all: mappings.clone(),
                    status: status.clone(),
                    exclude: said.map(|said| said.exclude.clone()).unwrap_or_default(),
                    is_assumed: said.is_none(),
                    drifted: self.ground.branches.drifted(&self.id(dc, mapping, String::new())),
                });
            }
        }
        routes
    }

    /// What is known of the source of a prefix: by the settings first.
    fn said<'a>(&'a self, confirmed: &'a [Source], prefix: &str) -> Option<&'a Source> {
        let is_it = |said: &&Source| {
            said.prefix.as_str() == prefix
                && said.destination.as_ref().is_none_or(|dc| *dc == self.dc)
        };
        let told = self.ground.told.source(prefix, &self.dc);
        told.or_else(|| confirmed.iter().find(is_it))
    }

    pub(super) fn id(&self, source: &Dc, mapping: &Mapping, to: String) -> StreamId {
        StreamId {
            kind: Kind::Git,
            source: Some(source.clone()),
            destination: self.dc.clone(),
            of: format!("{}/{}", mapping.repo, mapping.branch).into(),
            to: to.into(),
        }
    }
}
