//! The locks under a prefix, while they are shown.
//!
//! Consul has no list of locks: every entry under the prefix must be read. So it is read once, as a
//! stream of which only locks are kept, and followed only if that was little; otherwise it is told
//! as old from then on, with the reason, and read again when the operator asks. Invariant: a prefix
//! of more than [`LITTLE`] is never watched.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::backoff::Backoff;
use super::context::Context;
use super::inbox::Pending;
use super::sink::{Post, Sink};
use super::standing::Standing;
use super::watcher::{Refusal, Watcher};
use crate::clock;
use crate::consul::kv::{self, Looked};
use crate::consul::read::Meta;
use crate::consul::{ApiError, Class};
use crate::domain::feed::{Body, List, Subject};
use crate::domain::ids::Key;
use crate::domain::lock::Locks;

/// The longest answer that is asked for again and again: some thousand small entries.
const LITTLE: usize = 1 << 20;
/// How far one look reads: more than 200,000 entries of ordinary size.
const MOST: usize = 64 << 20;
/// The least between two looks, however the first one ended.
const PAUSE: Duration = Duration::from_secs(1);

/// Watches the locks under a prefix for as long as it is polled.
pub(super) async fn watch_locks(ctx: Arc<Context>, prefix: Key) {
    let subject = Subject::Locks(prefix.clone());
    let list = List::Subject(subject.clone());
    let put = move |pending: &mut Pending, locks: Locks| {
        let body = Body::Locks(Arc::new(locks));
        pending.subjects.entry(subject.clone()).or_default().whole = Some(body);
    };
    let mut post = Post { ctx: Arc::clone(&ctx), list, put };
    let mut refresh = ctx.refresh();
    let mut slow = Backoff::slow(ctx.seed());
    loop {
        let looked = kv::look_for_locks(&ctx.client, &prefix, MOST).await;
        let pause = match looked {
            Ok(looked) if looked.bytes > LITTLE => {
                tell_once(&mut post, looked);
                None
            }
            Err(error) if !passes(&error) => {
                tell_refused(&mut post, &error);
                Some(slow.next())
            }
            // The watcher tells of what passes, and waits for it.
            _ => {
                slow.reset();
                let query = kv::locks(&prefix, LITTLE);
                Watcher::new(&ctx, query, Refusal::End).of_page().run(&mut post).await;
                Some(PAUSE)
            }
        };
        wait(pause, &mut refresh).await;
    }
}

/// Tells what one look found, which is not followed.
fn tell_once(post: &mut impl Sink<Locks>, looked: Looked) {
    let meta = Meta { filtered: looked.is_filtered, ..Meta::default() };
    let megabytes = looked.bytes >> 20;
    let why = format!("{megabytes} MB, read once and not followed");
    post.value(looked.locks, &meta);
    let mut standing = Standing::default();
    standing.answered(&meta, clock::now());
    standing.lost(why.into(), None);
    standing.news().into_iter().for_each(|fresh| post.freshness(fresh));
}

fn tell_refused(post: &mut impl Sink<Locks>, error: &ApiError) {
    let mut standing = Standing::default();
    match error.class() {
        Class::Denied => standing.denied(error.short().into()),
        _ => standing.lost(error.short().into(), None),
    }
    standing.news().into_iter().for_each(|fresh| post.freshness(fresh));
}

/// True for what a watcher gets over by itself.
fn passes(error: &ApiError) -> bool {
    matches!(error.class(), Class::Retry | Class::Stale)
}

/// Waits so long, or for the operator to ask.
async fn wait(pause: Option<Duration>, refresh: &mut tokio::sync::watch::Receiver<u64>) {
    let until = async {
        match pause {
            Some(pause) => sleep(pause).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = until => {}
        Ok(()) = refresh.changed() => {}
    }
}
