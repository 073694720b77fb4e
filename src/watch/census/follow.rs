//! Services in motion, each followed by a blocking query of its own.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::DropGuard;

use super::book::Look;
use crate::clock;
use crate::consul::read::{self, Meta};
use crate::domain::catalog::Instance;
use crate::domain::freshness::Freshness;
use crate::domain::ids::ServiceName;
use crate::domain::seat::Seats;
use crate::watch::context::Context;
use crate::watch::keeper::Keeper;
use crate::watch::sink::Sink;
use crate::watch::truth::Truth;
use crate::watch::watcher::{Refusal, Watcher};

/// What a query found.
pub(super) struct Found {
    pub name: ServiceName,
    pub seats: Seats,
    pub look: Look,
}

/// The queries that are out.
pub(super) struct Followers {
    ctx: Arc<Context>,
    keeper: Keeper,
    out: UnboundedSender<Found>,
    running: HashMap<ServiceName, DropGuard>,
}

impl Followers {
    pub fn new(ctx: Arc<Context>, keeper: Keeper, out: UnboundedSender<Found>) -> Self {
        Self { ctx, keeper, out, running: HashMap::new() }
    }

    /// Follows these, and no others.
    pub fn set(&mut self, names: &HashSet<ServiceName>) {
        self.running.retain(|name, _| names.contains(name));
        for name in names {
            if !self.running.contains_key(name) {
                let guard = self.start(name);
                self.running.insert(name.clone(), guard);
            }
        }
    }

    fn start(&self, name: &ServiceName) -> DropGuard {
        let own = self.keeper.child();
        let (ctx, name, out) = (Arc::clone(&self.ctx), name.clone(), self.out.clone());
        own.keep(&self.ctx.dc, "a rollout", move || {
            let mut end = End { name: name.clone(), out: out.clone(), truth: Truth::default() };
            let query = read::service_instances(&name, &ctx.versions);
            let mut watcher = Watcher::new(&ctx, query, Refusal::Tell).of_rollout();
            async move { watcher.run(&mut end).await }
        });
        own.token.drop_guard()
    }
}

/// The end of one query.
struct End {
    name: ServiceName,
    out: UnboundedSender<Found>,
    truth: Truth,
}

impl Sink<Vec<Instance>> for End {
    fn value(&mut self, value: Vec<Instance>, meta: &Meta) {
        // Without a leader, an answer may be older than what is known.
        if meta.known_leader == Some(false) {
            return;
        }
        let at = clock::now();
        let until = self.truth.answered(at, meta.elapsed);
        let look = Look { asked: at - meta.elapsed, at, until, ..Look::default() };
        let seats = Seats::of(&value, meta.index.unwrap_or_default());
        // Nobody listens any more when the datacenter's tasks end.
        let _closed = self.out.send(Found { name: self.name.clone(), seats, look });
    }

    fn same(&mut self, meta: &Meta) {
        self.truth.answered(clock::now(), meta.elapsed);
    }

    fn freshness(&mut self, freshness: &Freshness) {
        self.truth.freshness(freshness);
    }
}
