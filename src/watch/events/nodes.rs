//! Nodes that join the catalog and leave it, from each list of all nodes.

use std::collections::HashSet;
use std::sync::Arc;

use crate::consul::read::Meta;
use crate::domain::catalog::Node;
use crate::domain::event::checks::Moment;
use crate::domain::event::nodes::between;
use crate::domain::freshness::Freshness;
use crate::domain::ids::NodeName;
use crate::watch::context::Context;
use crate::watch::seen::Seen;
use crate::watch::sink::Sink;

/// Passes lists of nodes on, and tells what happened between them.
pub(in crate::watch) struct Nodes<P> {
    ctx: Arc<Context>,
    post: P,
    /// The names of the newest list.
    names: HashSet<NodeName>,
    /// The names of the newest that a leader told.
    known: Option<HashSet<NodeName>>,
    seen: Option<Seen>,
}

impl<P> Nodes<P> {
    pub fn new(ctx: Arc<Context>, post: P) -> Self {
        Self { ctx, post, names: HashSet::new(), known: None, seen: None }
    }

    fn tell(&mut self, meta: &Meta) {
        let Some(seen) = self.seen.take().filter(|seen| seen.is_present) else { return };
        if self.known.as_ref() == Some(&self.names) {
            return;
        }
        let Some(before) = self.known.replace(self.names.clone()) else { return };
        let index = meta.index.unwrap_or_default();
        let moment = Moment { dc: &self.ctx.dc, at: seen.at, after: seen.after, index };
        let hides = self.ctx.facts.borrow().may_be_filtered == Some(true) || meta.filtered;
        let events = between(&before, &self.names, moment, hides);
        self.ctx.inbox.post(|pending| pending.happened(events));
    }
}

impl<P: Sink<Vec<Node>>> Sink<Vec<Node>> for Nodes<P> {
    fn when(&mut self, seen: Seen) {
        self.seen = Some(seen);
    }

    fn value(&mut self, value: Vec<Node>, meta: &Meta) {
        self.names = value.iter().map(|node| node.name.clone()).collect();
        self.post.value(value, meta);
        self.tell(meta);
    }

    fn same(&mut self, meta: &Meta) {
        self.post.same(meta);
        self.tell(meta);
    }

    fn freshness(&mut self, freshness: &Freshness) {
        self.post.freshness(freshness);
    }
}
