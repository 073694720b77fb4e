//! Services and nodes: lists that are watched as they are.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::context::Context;
use super::events::nodes::Nodes;
use super::inbox::Pending;
use super::sink::Post;
use super::watcher::{Refusal, Watcher};
use crate::consul::read;
use crate::domain::feed::List;

/// How long the list of names does before the better one is tried again.
const NAMES_FOR: Duration = Duration::from_mins(5);

/// Watches the summary of all services; where that is refused, their names.
pub(super) async fn watch_services(ctx: Arc<Context>) {
    let put = |pending: &mut Pending, list| pending.summaries = Some(list);
    let mut post = Post { ctx: Arc::clone(&ctx), list: List::Services, put };
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
    let post = Post { ctx: Arc::clone(&ctx), list: List::Nodes, put };
    let mut nodes = Nodes::new(Arc::clone(&ctx), post);
    Watcher::new(&ctx, read::nodes(), Refusal::Tell).run(&mut nodes).await;
}
