//! The values of the keys on screen, read to be compared over datacenters.
//!
//! A listing of keys has no values, and a blocking query for each row would use up the connections.
//! So the values of the rows on screen are read once the list rests, a few at a time, and again when
//! the index of their folder moved: then something below it changed, no one says what. Only a print
//! of each is kept. Invariant: what could not be read, or would be too much, is not told at all.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::context::Context;
use super::datacenter::REST;
use crate::consul::{ApiError, Class, kv};
use crate::domain::feed::Scope;
use crate::domain::ids::Key;
use crate::domain::kv::Print;

/// So many are asked for at the same time.
const AT_ONCE: usize = 4;
/// So many are asked for before what came is told.
const ROUND: usize = 16;
/// As many bytes of values as a screen may cost: a page of large ones is not worth more.
const MOST_BYTES: usize = 4 << 20;
/// A folder that changes all the time is read again no sooner than this, ..
const SHORTEST: Duration = Duration::from_secs(1);
/// .. or after so many times what reading took.
const SHARE: u32 = 10;
/// The pause after something went wrong.
const AFTER_ERROR: Duration = Duration::from_secs(10);

/// A value as it was read.
#[derive(Clone, Copy, Debug)]
struct Read {
    /// The index of its folder before that; 0 while it was not known.
    index: u64,
    /// None when it is not there or may not be read.
    print: Option<Print>,
}

/// What is known of the keys on screen.
#[derive(Debug, Default)]
struct Known {
    read: HashMap<Key, Read>,
    /// Nothing is read a second time before.
    paid_until: Option<Instant>,
    /// Nothing is read at all before: the last try went wrong.
    broken_until: Option<Instant>,
}

/// Reads the values that are compared for as long as it is polled.
pub(super) async fn watch_values(ctx: Arc<Context>) {
    let (mut scope, mut folders) = (ctx.scope.clone(), ctx.folders.subscribe());
    let mut known = Known::default();
    loop {
        let keys = keys(&ctx, &mut scope);
        known.read.retain(|key, _| keys.contains(key));
        known.tell(&ctx);
        let rests = timeout(REST, scope.changed()).await;
        match rests {
            Ok(Ok(())) => continue,
            Ok(Err(_)) => return,
            Err(_) => {}
        }
        // Until something else is on screen, or one of its folders changed.
        loop {
            let indexes = folders.borrow_and_update().clone();
            let due = known.due(&keys, &indexes);
            let pause = known.pause(&due);
            if due.is_empty() || pause.is_some() {
                let until = pause.unwrap_or_else(|| Instant::now() + Duration::from_hours(1));
                tokio::select! {
                    changed = scope.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                    Ok(()) = folders.changed() => {}
                    () = sleep_until(until) => {}
                }
                continue;
            }
            known.take(&ctx, due.into_iter().take(ROUND).collect(), &indexes).await;
            known.tell(&ctx);
            if scope.has_changed().unwrap_or(true) {
                break;
            }
        }
    }
}

/// The keys of this datacenter that are on screen. Those that no path can carry would cost a whole
/// prefix each: they are read when they are opened.
fn keys(ctx: &Context, scope: &mut watch::Receiver<Scope>) -> Vec<Key> {
    let scope = scope.borrow_and_update();
    let of_here = scope.glanced.keys.iter().filter(|(dc, _)| *dc == ctx.dc).map(|(_, key)| key);
    of_here.filter(|key| kv::plain_prefix(key.as_str()) == key.as_str()).cloned().collect()
}

impl Known {
    /// The keys to be read, those that never were first.
    fn due(&self, keys: &[Key], indexes: &HashMap<Key, u64>) -> Vec<Key> {
        let bytes: usize = self.read.values().filter_map(|read| read.print).map(Print::len).sum();
        let is_new = |key: &&Key| !self.read.contains_key(*key);
        let is_old = |key: &&Key| {
            self.read.get(*key).is_some_and(|read| read.index != index_of(indexes, key))
        };
        let new = keys.iter().filter(is_new).filter(|_| bytes < MOST_BYTES);
        new.chain(keys.iter().filter(is_old)).cloned().collect()
    }

    /// How long to wait before these are read.
    fn pause(&self, due: &[Key]) -> Option<Instant> {
        let is_first = due.iter().any(|key| !self.read.contains_key(key));
        let paid = self.paid_until.filter(|_| !is_first);
        paid.max(self.broken_until).filter(|until| *until > Instant::now())
    }

    /// Reads some keys.
    async fn take(&mut self, ctx: &Context, due: Vec<Key>, indexes: &HashMap<Key, u64>) {
        let started = Instant::now();
        self.broken_until = None;
        let far = ctx.vital.borrow().is_far();
        let read = |key: Key| async move {
            let query = kv::entry(&key).with(|request| request.gzip(far));
            let entry = query.fetch(&ctx.client).await.map(|(entry, _)| entry);
            (key, entry)
        };
        let mut answers = stream::iter(due).map(read).buffer_unordered(AT_ONCE);
        while let Some((key, entry)) = answers.next().await {
            let index = index_of(indexes, &key);
            match entry {
                Ok(entry) => {
                    let print = entry.as_ref().map(Print::from);
                    self.read.insert(key, Read { index, print });
                }
                Err(error) if is_final(&error) => {
                    self.read.insert(key, Read { index, print: None });
                }
                Err(_) => {
                    // What is not confirmed is not shown; the others would fare no better.
                    self.read.clear();
                    self.broken_until = Some(Instant::now() + AFTER_ERROR);
                    return;
                }
            }
        }
        self.paid_until = Some(Instant::now() + (started.elapsed() * SHARE).max(SHORTEST));
    }

    fn tell(&self, ctx: &Context) {
        let print = |(key, read): (&Key, &Read)| Some((key.clone(), read.print?));
        let prints: Vec<(Key, Print)> = self.read.iter().filter_map(print).collect();
        ctx.inbox.post(|pending| pending.prints = Some(prints));
    }
}

/// True when asking again would bring the same.
fn is_final(error: &ApiError) -> bool {
    matches!(error.class(), Class::Denied | Class::Absent | Class::Fatal)
}

/// The index of the folder that a key lies in; a marker lies in its own and in the one above.
fn index_of(indexes: &HashMap<Key, u64>, key: &Key) -> u64 {
    let own = indexes.get(key.as_str()).copied();
    own.or_else(|| indexes.get(key.parent()).copied()).unwrap_or_default()
}
