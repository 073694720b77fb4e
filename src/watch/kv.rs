//! What the screen shows of a datacenter's KV store: folders, keys, the sessions that hold them, and
//! who else writes them.
//!
//! Values are read for what is looked at only: a folder's listing has none, and who compares them
//! ([`super::values`]) learns from it when to read again.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::context::Context;
use super::inbox::Pending;
use super::sink::{Post, Sink};
use super::watcher::{Refusal, Watcher};
use crate::clock;
use crate::consul::read::{Meta, Query};
use crate::consul::{ApiError, Class, Peek, kv};
use crate::domain::feed::{Body, List, Subject};
use crate::domain::freshness::{Freshness, State};
use crate::domain::ids::{Key, SessionId};
use crate::domain::kv::Folder;

/// How often it is read who else writes keys.
const MANAGERS: Duration = Duration::from_secs(30);

/// Watches what lies in a folder, and notes each of its indexes. The first listing is shown as it
/// arrives, when it is long.
pub(super) async fn watch_folder(ctx: Arc<Context>, prefix: Key) {
    let subject = Subject::Folder(prefix.clone());
    let post = post(&ctx, subject, |folder: Folder| Body::Folder(Arc::new(folder)));
    let mut noting = Noting { ctx: Arc::clone(&ctx), prefix: prefix.clone(), post };
    let watcher = Watcher::new(&ctx, kv::folder(&prefix), Refusal::Tell);
    watcher.of_page().peeking(first_rows(&ctx, prefix)).run(&mut noting).await;
}

/// Posts the first rows of a folder, while the rest is on its way. They are no value of the list: its
/// index and its freshness come with the whole.
fn first_rows(ctx: &Arc<Context>, prefix: Key) -> Peek {
    let ctx = Arc::clone(ctx);
    Peek::new(move |bytes| {
        let Some(folder) = kv::beginning(&prefix, bytes) else { return false };
        let subject = Subject::Folder(prefix.clone());
        ctx.inbox.post(|pending| {
            let news = pending.subjects.entry(subject).or_default();
            news.whole.get_or_insert(Body::Folder(Arc::new(folder)));
        });
        true
    })
}

/// Watches a key.
pub(super) async fn watch_key(ctx: Arc<Context>, key: Key) {
    let name = key.clone();
    let query = kv::entry(&key);
    watch(ctx, Subject::Key(key), query, move |entry| {
        Body::Entry(name.clone(), entry.map(Arc::new))
    })
    .await;
}

/// Watches a session.
pub(super) async fn watch_session(ctx: Arc<Context>, id: SessionId) {
    let name = id.clone();
    let query = kv::session(&id);
    watch(ctx, Subject::Session(id), query, move |session| {
        Body::Session(name.clone(), session.map(Arc::new))
    })
    .await;
}

/// True for a key that no URL path can carry: to read it costs all below the prefix that one can.
pub(super) fn is_dear(subject: &Subject) -> bool {
    matches!(subject, Subject::Key(key) if kv::plain_prefix(key.as_str()) != key.as_str())
}

/// Says of a key that the cursor is on why it is not read.
pub(super) fn tell_dear(ctx: &Context, subject: &Subject) {
    let why = "its name makes it dear to read; open it".into();
    let state = State::Stale { since: None, why, retry_at: None };
    let freshness = Freshness { state, ..Freshness::default() };
    ctx.inbox.post(|pending| {
        pending.freshness.insert(List::Subject(subject.clone()), freshness);
    });
}

/// Reads who else writes keys, now and then: a replication's status changes with every key that it
/// copies, and says the same.
pub(super) async fn watch_managers(ctx: Arc<Context>) {
    let subject = Subject::Managers;
    let mut refresh = ctx.refresh();
    let mut known = None;
    loop {
        let read = kv::managers(&ctx.client).await;
        let freshness = standing(read.as_ref().err(), known);
        ctx.inbox.post(|pending| {
            if let Ok(managers) = read {
                let body = Body::Managers(Arc::new(managers));
                pending.subjects.entry(subject.clone()).or_default().whole = Some(body);
            }
            pending.freshness.insert(List::Subject(subject.clone()), freshness.clone());
        });
        known = freshness.at;
        // Asked again at once when the operator says so.
        let _ = timeout(MANAGERS, refresh.changed()).await;
    }
}

/// How fresh a reading is that went well or not; `known` is when one went well.
fn standing(error: Option<&ApiError>, known: Option<DateTime<Utc>>) -> Freshness {
    let now = clock::now();
    let Some(error) = error else {
        return Freshness { state: State::Live, at: Some(now), ..Freshness::default() };
    };
    let why = error.short().into();
    let state = if error.class() == Class::Denied {
        State::Denied { why }
    } else {
        State::Stale { since: known, why, retry_at: Some(now + MANAGERS) }
    };
    Freshness { state, at: known, ..Freshness::default() }
}

/// Watches one thing that is told whole.
async fn watch<T: Send + 'static>(
    ctx: Arc<Context>,
    subject: Subject,
    query: Query<T>,
    body: impl Fn(T) -> Body + Send,
) {
    let mut post = post(&ctx, subject, body);
    Watcher::new(&ctx, query, Refusal::Tell).of_page().run(&mut post).await;
}

/// Posts what is told whole of a subject.
fn post<T>(
    ctx: &Arc<Context>,
    subject: Subject,
    body: impl Fn(T) -> Body + Send,
) -> Post<impl FnMut(&mut Pending, T) + Send> {
    let list = List::Subject(subject.clone());
    let put = move |pending: &mut Pending, value| {
        pending.subjects.entry(subject.clone()).or_default().whole = Some(body(value));
    };
    Post { ctx: Arc::clone(ctx), list, put }
}

/// Passes a folder on, and notes how far it is.
struct Noting<P> {
    ctx: Arc<Context>,
    prefix: Key,
    post: P,
}

impl<P> Noting<P> {
    fn note(&self, meta: &Meta) {
        let Some(index) = meta.index else { return };
        self.ctx
            .folders
            .send_if_modified(|known| known.insert(self.prefix.clone(), index) != Some(index));
    }
}

impl<P: Sink<Folder>> Sink<Folder> for Noting<P> {
    fn value(&mut self, folder: Folder, meta: &Meta) {
        self.note(meta);
        self.post.value(folder, meta);
    }

    fn same(&mut self, meta: &Meta) {
        self.note(meta);
        self.post.same(meta);
    }

    fn freshness(&mut self, freshness: &Freshness) {
        self.post.freshness(freshness);
    }
}

impl<P> Drop for Noting<P> {
    fn drop(&mut self) {
        self.ctx.folders.send_if_modified(|known| known.remove(&self.prefix).is_some());
    }
}
