//! Services in motion, each followed by a blocking query of its own.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::DropGuard;

use super::book::Look;
use crate::consul::read::{self, Meta};
use crate::domain::catalog::Instance;
use crate::domain::freshness::Freshness;
use crate::domain::ids::ServiceName;
use crate::domain::seat::Seats;
use crate::watch::context::Context;
use crate::watch::keeper::Keeper;
use crate::watch::seen::Seen;
use crate::watch::sink::Sink;
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
            let mut end = End {
                name: name.clone(),
                out: out.clone(),
                seen: None,
                is_new: true,
                doubtful: None,
            };
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
    /// When what comes next was seen.
    seen: Option<Seen>,
    /// Nothing is known of the time before what is found first.
    is_new: bool,
    /// What a datacenter without a leader said: it may be old, and is told if it is said again.
    doubtful: Option<Seats>,
}

impl End {
    fn tell(&mut self, seen: Seen, seats: Seats, took: Duration) {
        let is_first = std::mem::take(&mut self.is_new);
        let until = (!is_first).then(|| seen.so_until());
        let asked = until.unwrap_or(seen.at - took);
        let look = Look { asked, at: seen.at, until, ..Look::default() };
        // Nobody listens any more when the datacenter's tasks end.
        let _closed = self.out.send(Found { name: self.name.clone(), seats, look });
    }
}

impl Sink<Vec<Instance>> for End {
    fn when(&mut self, seen: Seen) {
        self.seen = Some(seen);
    }

    fn value(&mut self, value: Vec<Instance>, meta: &Meta) {
        let seats = Seats::of(&value, meta.index.unwrap_or_default());
        // Without a leader, an answer may be older than what is known.
        match self.seen.filter(|seen| seen.is_present) {
            Some(seen) => {
                self.doubtful = None;
                self.tell(seen, seats, meta.elapsed);
            }
            None => self.doubtful = Some(seats),
        }
    }

    fn same(&mut self, meta: &Meta) {
        let Some(seen) = self.seen.filter(|seen| seen.is_present) else { return };
        if let Some(seats) = self.doubtful.take() {
            let index = meta.index.unwrap_or(seats.index);
            self.tell(seen, Seats { index, ..seats }, meta.elapsed);
        }
    }

    // What is in motion is told as seats and events, whose freshness is that of all services.
    fn freshness(&mut self, _freshness: &Freshness) {}
}
