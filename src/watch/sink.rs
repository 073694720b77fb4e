//! Where a watcher's findings go, and the plain way to the board: the value into its place, the
//! freshness beside it.

use std::sync::Arc;

use super::context::Context;
use super::inbox::Pending;
use super::seen::Seen;
use crate::consul::read::Meta;
use crate::domain::feed::List;
use crate::domain::freshness::Freshness;

/// Takes what a watcher finds.
pub(super) trait Sink<T>: Send {
    /// When what comes next was seen, a value or that there is none.
    fn when(&mut self, _seen: Seen) {}
    /// A new value, which differs from the one before.
    fn value(&mut self, value: T, meta: &Meta);
    /// The value did not change, and this is its newest index.
    fn same(&mut self, _meta: &Meta) {}
    /// The freshness changed.
    fn freshness(&mut self, freshness: &Freshness);
}

/// Posts values by `put`, and the freshness under `list`.
pub(super) struct Post<F> {
    pub ctx: Arc<Context>,
    pub list: List,
    pub put: F,
}

impl<T, F: FnMut(&mut Pending, T) + Send> Sink<T> for Post<F> {
    fn value(&mut self, value: T, _meta: &Meta) {
        let put = &mut self.put;
        self.ctx.inbox.post(|pending| put(pending, value));
    }

    fn freshness(&mut self, freshness: &Freshness) {
        let (list, freshness) = (self.list.clone(), freshness.clone());
        self.ctx.inbox.post(|pending| {
            pending.freshness.insert(list, freshness);
        });
    }
}
