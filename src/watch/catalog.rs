//! Services and nodes: lists that are watched as they are.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::census::tray::Listed;
use super::context::Context;
use super::inbox::Pending;
use super::sink::{Post, Sink};
use super::truth::Truth;
use super::watcher::{Refusal, Watcher};
use crate::clock;
use crate::consul::read::{self, Meta};
use crate::domain::catalog::Summary;
use crate::domain::feed::List;
use crate::domain::freshness::Freshness;

/// How long the list of names does before the better one is tried again.
const NAMES_FOR: Duration = Duration::from_mins(5);

/// Watches the summary of all services; where that is refused, their names.
pub(super) async fn watch_services(ctx: Arc<Context>) {
    let list = Arc::default();
    let mut post = Services { ctx: Arc::clone(&ctx), list, truth: Truth::default() };
    loop {
        Watcher::new(&ctx, read::services(), Refusal::End).run(&mut post).await;
        let mut names = Watcher::new(&ctx, read::service_names(), Refusal::Tell);
        // The end of this time is all that ends it.
        let _elapsed = timeout(NAMES_FOR, names.run(&mut post)).await;
    }
}

/// Watches the nodes.
pub(super) async fn watch_nodes(ctx: Arc<Context>) {
    let put = |pending: &mut Pending, list| pending.nodes = Some(list);
    let mut post = Post { ctx: Arc::clone(&ctx), list: List::Nodes, put };
    Watcher::new(&ctx, read::nodes(), Refusal::Tell).run(&mut post).await;
}

/// Where the list of all services goes: to the board, and to the census.
struct Services {
    ctx: Arc<Context>,
    /// The services as last told.
    list: Arc<Vec<Summary>>,
    truth: Truth,
}

impl Services {
    fn leave(&mut self, meta: &Meta) {
        let until = self.truth.answered(clock::now(), meta.elapsed);
        // Without a leader, an answer may be older than what is known.
        if meta.known_leader != Some(false) {
            let index = meta.index.unwrap_or_default();
            self.ctx.listed.post(Listed { summaries: Arc::clone(&self.list), index, until });
        }
    }
}

impl Sink<Vec<Summary>> for Services {
    fn value(&mut self, value: Vec<Summary>, meta: &Meta) {
        self.list = Arc::new(value.clone());
        self.leave(meta);
        self.ctx.inbox.post(|pending| pending.summaries = Some(value));
    }

    fn same(&mut self, meta: &Meta) {
        self.leave(meta);
    }

    fn freshness(&mut self, freshness: &Freshness) {
        self.truth.freshness(freshness);
        self.ctx.inbox.post(|pending| {
            pending.freshness.insert(List::Services, freshness.clone());
        });
    }
}
