//! Failing checks: the fast path.
//!
//! Critical and warning checks are two lists of Consul, watched side by side and shown as one. A
//! list that only gained is passed on at once. A check that left one list may be on its way into
//! the other, so before it is called recovered both lists must be of one index: the older one's
//! own answer is awaited a moment, then it is asked. Invariant: a check that goes from one
//! list to the other is never shown as recovered in between. What happened is told apart from what
//! is shown, from every single answer ([`chronicle`]): here a newer answer may replace an older one.

mod chronicle;
mod purse;
mod verify;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::context::Context;
use super::fresh::worse;
use super::seen::Seen;
use super::sink::Sink;
use super::watcher::{Refusal, Watcher};
use crate::clock;
use crate::consul::read::{self, Meta};
use crate::domain::event::checks::Which;
use crate::domain::feed::List;
use crate::domain::freshness::{Freshness, State};
use crate::domain::health::{Check, CheckKey, Status};
use crate::domain::tally::Failing;

use chronicle::{Chronicle, Heard};

/// A check that changes lists changes both in one transaction: the other answer is this near.
const MOMENT: Duration = Duration::from_millis(4);
/// How often the lists are brought level, while checks move between them, before what is missing
/// from both is believed.
const ROUNDS: usize = 5;
/// How long the other list may take when it is asked.
const ASKED: Duration = Duration::from_secs(2);

type Rows = Arc<Vec<Arc<Check>>>;

/// One of the two lists as last seen.
#[derive(Clone, Default)]
struct Listed {
    rows: Option<Rows>,
    index: u64,
    fresh: Freshness,
}

/// The watcher's end of one list.
struct Side {
    list: Which,
    listed: watch::Sender<Listed>,
    heard: mpsc::UnboundedSender<Heard>,
    rows: Rows,
    seen: Option<Seen>,
    /// The index of the newest answer that was passed on.
    index: u64,
}

impl Side {
    /// Passes an answer on to the chronicle.
    fn hear(&mut self, meta: &Meta) {
        let Some(seen) = self.seen.take().filter(|seen| seen.is_present) else { return };
        let index = meta.index.unwrap_or(self.index);
        let went_back = index < self.index;
        self.index = index;
        let (list, rows) = (self.list, Arc::clone(&self.rows));
        // Nobody listens at the end.
        let _ended = self.heard.send(Heard { list, rows, index, seen, went_back, is_extra: false });
    }
}

impl Sink<Vec<Arc<Check>>> for Side {
    fn when(&mut self, seen: Seen) {
        self.seen = Some(seen);
    }

    fn value(&mut self, value: Vec<Arc<Check>>, meta: &Meta) {
        self.rows = Arc::new(value);
        self.listed.send_modify(|listed| {
            listed.rows = Some(Arc::clone(&self.rows));
            listed.index = meta.index.unwrap_or_default();
        });
        self.hear(meta);
    }

    fn same(&mut self, meta: &Meta) {
        self.listed.send_modify(|listed| listed.index = meta.index.unwrap_or_default());
        self.hear(meta);
    }

    fn freshness(&mut self, freshness: &Freshness) {
        self.listed.send_modify(|listed| listed.fresh = freshness.clone());
    }
}

/// Watches both lists for as long as it is polled.
pub(super) async fn watch_failing(ctx: Arc<Context>) {
    let (critical, critical_seen) = watch::channel(Listed::default());
    let (warning, warning_seen) = watch::channel(Listed::default());
    let (heard, hearing) = mpsc::unbounded_channel();
    let follow = |status, listed| {
        let mut watcher = Watcher::new(&ctx, read::failing(status), Refusal::Tell);
        let (heard, list) = (heard.clone(), Which::of(status));
        let mut side = Side { list, listed, heard, rows: Rows::default(), seen: None, index: 0 };
        async move { watcher.run(&mut side).await }
    };
    let joined = Joined {
        ctx: Arc::clone(&ctx),
        critical: End::new(critical_seen, Status::Critical),
        warning: End::new(warning_seen, Status::Warning),
        heard: heard.clone(),
        shown: Failing::new(),
        told: Freshness::default(),
    };
    tokio::join!(
        follow(Status::Critical, critical),
        follow(Status::Warning, warning),
        joined.run(),
        Chronicle::new(Arc::clone(&ctx)).run(hearing),
    );
}

/// The joining end of one list.
struct End {
    status: Status,
    seen: watch::Receiver<Listed>,
    now: Listed,
    /// An answer to a question of our own, newer than what the watcher has.
    asked: Option<(u64, Rows)>,
}

/// Both lists as one.
struct Joined {
    ctx: Arc<Context>,
    critical: End,
    warning: End,
    /// Where answers go that were asked for here.
    heard: mpsc::UnboundedSender<Heard>,
    shown: Failing,
    told: Freshness,
}

impl End {
    fn new(seen: watch::Receiver<Listed>, status: Status) -> Self {
        Self { status, seen, now: Listed::default(), asked: None }
    }

    /// Takes over what the watcher has now.
    fn update(&mut self) {
        let now = self.seen.borrow_and_update().clone();
        let went_back = now.index < self.now.index;
        let caught_up = self.asked.as_ref().is_some_and(|(index, _)| now.index >= *index);
        if went_back || caught_up {
            self.asked = None;
        }
        self.now = now;
    }

    fn index(&self) -> u64 {
        self.asked.as_ref().map_or(self.now.index, |(index, _)| *index)
    }

    fn rows(&self) -> &[Arc<Check>] {
        let asked = self.asked.as_ref().map(|(_, rows)| rows);
        asked.or(self.now.rows.as_ref()).map_or(&[], |rows| rows.as_slice())
    }

    /// True when there is something to show, or nothing to wait for.
    fn is_settled(&self) -> bool {
        self.now.rows.is_some() || !matches!(self.now.fresh.state, State::Loading | State::Live)
    }

    /// Makes this list at least as new as `index`, if that can be had.
    async fn catch_up(&mut self, index: u64, ctx: &Context) -> Option<Heard> {
        if self.index() >= index || self.now.fresh.state != State::Live {
            return None;
        }
        let come =
            timeout(MOMENT, self.seen.wait_for(|listed| listed.index >= index)).await.is_ok();
        self.update();
        if come {
            return None;
        }
        let query = read::failing(self.status).with(|request| request.timeout(ASKED));
        let (rows, meta) = query.fetch(&ctx.client).await.ok()?;
        let (index, rows) = (meta.index.unwrap_or_default(), Arc::new(rows));
        self.asked = Some((index, Arc::clone(&rows)));
        let seen = Seen::now(clock::stamp());
        let list = Which::of(self.status);
        Some(Heard { list, rows, index, seen, went_back: false, is_extra: true })
    }
}

impl Joined {
    async fn run(mut self) {
        loop {
            tokio::select! {
                changed = self.critical.seen.changed() => if changed.is_err() { return },
                changed = self.warning.seen.changed() => if changed.is_err() { return },
            }
            self.critical.update();
            self.warning.update();
            if self.critical.is_settled() && self.warning.is_settled() {
                self.show().await;
            }
            self.tell();
        }
    }

    /// Shows what there is now, recoveries last and only when they are certain.
    async fn show(&mut self) {
        let mut rows = self.merged();
        let lost: Vec<CheckKey> =
            self.shown.keys().filter(|key| !rows.contains_key(key)).cloned().collect();
        if !lost.is_empty() {
            let kept = lost.iter().filter_map(|key| self.shown.get_key_value(key));
            let mut early = rows;
            early.extend(kept.map(|(key, check)| (key.clone(), Arc::clone(check))));
            self.post(early);
            rows = self.level(&lost).await;
        }
        self.post(rows);
    }

    /// Brings both lists to one index, where what neither has is not failing; returns them.
    ///
    /// Answers of two indexes prove nothing: a check may have gone there and back in between.
    async fn level(&mut self, lost: &[CheckKey]) -> Failing {
        for _ in 0..ROUNDS {
            let (critical, warning) = (self.critical.index(), self.warning.index());
            let heard = match critical.cmp(&warning) {
                Ordering::Equal => break,
                Ordering::Less => self.critical.catch_up(warning, &self.ctx).await,
                Ordering::Greater => self.warning.catch_up(critical, &self.ctx).await,
            };
            if let Some(heard) = heard {
                let _ended = self.heard.send(heard);
            }
            let rows = self.merged();
            if lost.iter().all(|key| rows.contains_key(key)) {
                return rows;
            }
        }
        self.merged()
    }

    /// Both lists; a check that is in both is shown as it was changed last.
    fn merged(&self) -> Failing {
        let mut rows: Failing = HashMap::new();
        for check in self.critical.rows().iter().chain(self.warning.rows()) {
            let row = rows.entry(check.key()).or_insert_with(|| Arc::clone(check));
            if check.modify_index > row.modify_index {
                *row = Arc::clone(check);
            }
        }
        rows
    }

    fn post(&mut self, rows: Failing) {
        let is_same = rows.len() == self.shown.len()
            && rows.iter().all(|(key, check)| {
                self.shown.get(key).is_some_and(|shown| Arc::ptr_eq(shown, check) || shown == check)
            });
        let was_told = self.told != Freshness::default();
        if !is_same || !was_told {
            let list = rows.clone();
            self.ctx.inbox.post(|pending| pending.checks = Some(list));
        }
        self.shown = rows;
    }

    fn tell(&mut self) {
        let fresh = worse(&self.critical.now.fresh, &self.warning.now.fresh);
        if fresh != self.told && fresh.state != State::Loading {
            self.told = fresh.clone();
            self.ctx.inbox.post(|pending| {
                pending.freshness.insert(List::Checks, fresh);
            });
        }
    }
}
