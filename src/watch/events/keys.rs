//! Keys that change under the prefixes that the settings watch.
//!
//! One blocking query for each prefix, with all values under it as long as they are not too many:
//! then each change costs the server no more than reading [`LITTLE`], and the watcher's pace holds.
//! Of more only the names are read, or only what lies on top, and it is told that it is so.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::clock;
use crate::consul::kv::{self, Depth};
use crate::consul::read::Meta;
use crate::consul::{ApiError, Class};
use crate::domain::event::checks::Moment;
use crate::domain::event::keys::{Keys, between, too_large};
use crate::domain::freshness::Freshness;
use crate::domain::ids::Key;
use crate::watch::backoff::Backoff;
use crate::watch::context::Context;
use crate::watch::seen::Seen;
use crate::watch::sink::Sink;
use crate::watch::watcher::{Refusal, Watcher};

/// The longest answer that is asked for again and again.
const LITTLE: usize = 4 << 20;
/// The pause before a query that failed for good is tried as if nothing had been.
const PAUSE: Duration = Duration::from_secs(1);

/// Watches all prefixes for as long as it is polled.
pub(in crate::watch) async fn watch_prefixes(ctx: Arc<Context>) {
    let prefixes = Arc::clone(&ctx.prefixes);
    join_all(prefixes.iter().map(|prefix| watch_prefix(Arc::clone(&ctx), prefix.clone()))).await;
}

async fn watch_prefix(ctx: Arc<Context>, prefix: Key) {
    let mut told = Told { ctx: Arc::clone(&ctx), prefix, newest: None, known: None, seen: None };
    let mut depth = Depth::default();
    let mut slow = Backoff::slow(ctx.seed());
    let mut refresh = ctx.refresh();
    loop {
        let query = kv::kept(&told.prefix, depth, LITTLE);
        Watcher::new(&ctx, query.clone(), Refusal::End).yielding().run(&mut told).await;
        // It ends only where it is refused: why is told by asking once more.
        let pause = match (query.fetch(&ctx.client).await, depth.less()) {
            (Err(ApiError::TooLarge { .. }), Some(less)) => {
                told.too_large(depth);
                depth = less;
                continue;
            }
            (Err(error), _) if !passes(&error) => {
                tracing::info!(dc = ctx.dc.as_str(), "keys are not watched: {error}");
                slow.next()
            }
            _ => PAUSE,
        };
        // Or sooner, when the operator asks.
        let _elapsed = timeout(pause, refresh.changed()).await;
    }
}

/// True for what a watcher gets over by itself.
fn passes(error: &ApiError) -> bool {
    matches!(error.class(), Class::Retry | Class::Stale)
}

/// What is known of the keys under a prefix.
struct Told {
    ctx: Arc<Context>,
    prefix: Key,
    /// As they came last.
    newest: Option<Arc<Keys>>,
    /// As a leader told them last, and their index.
    known: Option<(Arc<Keys>, u64)>,
    seen: Option<Seen>,
}

impl Told {
    fn tell(&mut self, meta: &Meta) {
        let Some(seen) = self.seen.take().filter(|seen| seen.is_present) else { return };
        let (Some(now), index) = (self.newest.clone(), meta.index.unwrap_or_default()) else {
            return;
        };
        let Some((before, last)) = self.known.replace((Arc::clone(&now), index)) else { return };
        // The index of a prefix falls by itself when what was deleted is forgotten, and that of one
        // without keys is that of all keys.
        let has_moved = index > last && !is_empty(&now);
        let moment = Moment { dc: &self.ctx.dc, at: seen.at, after: seen.after, index };
        let events = between(&self.prefix, (&before, &now), has_moved, moment);
        if !events.is_empty() {
            self.ctx.inbox.post(|pending| pending.happened(events));
        }
    }

    fn too_large(&self, depth: Depth) {
        let (dc, at) = (&self.ctx.dc, clock::now());
        if depth == Depth::Marks {
            let moment = Moment { dc, at, after: None, index: 0 };
            let event = too_large(&self.prefix, LITTLE >> 20, moment);
            self.ctx.inbox.post(|pending| pending.happened([event]));
        }
    }
}

fn is_empty(keys: &Keys) -> bool {
    match keys {
        Keys::Marks(marks) => marks.is_empty(),
        Keys::Names(names) | Keys::Top(names) => names.is_empty(),
    }
}

impl Sink<Keys> for Told {
    fn when(&mut self, seen: Seen) {
        self.seen = Some(seen);
    }

    fn value(&mut self, value: Keys, meta: &Meta) {
        self.newest = Some(Arc::new(value));
        self.tell(meta);
    }

    fn same(&mut self, meta: &Meta) {
        self.tell(meta);
    }

    fn freshness(&mut self, _freshness: &Freshness) {}
}
