//! The census of one datacenter: which services are in motion, what happened to their instances.
//!
//! It hears of registrations from the watch of all services, which answers as soon as something
//! changed, in a large datacenter after the pause that its cost is worth (10 s at 100,000 instances):
//! so late may instances be told there. Then the registration index, which checks do not move, says
//! whether services are to be looked at, and which: [`book`] has the rules. Those in motion are
//! followed by queries of their own, within the connections that there are. Invariant: all questions
//! but those cost a server less than a twentieth of a core ([`purse`]), and a datacenter in which
//! nothing is registered is asked nothing.

mod ask;
mod book;
mod follow;
mod purse;
pub(super) mod tray;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::backoff::Backoff;
use super::context::{Context, Vital};
use super::keeper::Keeper;
use crate::domain::event::nodes::HIDDEN;
use crate::domain::feed::Link;
use crate::domain::ids::ServiceName;
use ask::{Replied, Reply, ask};
use book::{Book, Look, News, Question, Registered};
use follow::{Followers, Found};
use purse::Purse;

/// So many questions are on their way at the same time: over a long way each takes its time.
const AT_ONCE: usize = 4;
/// It looks at the time at least this often, while nothing else wakes it.
const SELDOM: Duration = Duration::from_hours(1);

/// Takes the census for as long as it is polled.
pub(super) async fn watch_census(ctx: Arc<Context>, keeper: Keeper) {
    let (out, mut found) = mpsc::unbounded_channel();
    let mut census = Census {
        book: Book::new(ctx.dc.clone()),
        followers: Followers::new(Arc::clone(&ctx), keeper, out),
        purse: Purse::new(Instant::now()),
        backoff: Backoff::new(ctx.seed()),
        rests_until: Instant::now(),
        is_dark: false,
        revivals: 0,
        asking: FuturesUnordered::new(),
        ctx: Arc::clone(&ctx),
    };
    let (mut scope, mut mixed) = (ctx.scope.clone(), ctx.mixed.subscribe());
    let mut vital = ctx.vital.subscribe();
    loop {
        let wanted = scope.borrow_and_update().glanced.rollouts.clone();
        census.book.want(wanted);
        census.followers.set(census.book.follow(Instant::now()));
        let wakes = census.wakes();
        tokio::select! {
            listed = ctx.listed.take() => census.book.list(&listed),
            Some(found) = found.recv() => census.found(found),
            Some(replied) = census.asking.next(), if !census.asking.is_empty() => {
                census.replied(replied);
            }
            changed = scope.changed() => if changed.is_err() { return },
            Ok(()) = vital.changed() => census.looked(&vital.borrow_and_update()),
            Ok(()) = mixed.changed() => {
                mixed.borrow_and_update().iter().for_each(|name| census.book.hint(name));
            }
            () = sleep_until(wakes) => census.ask(),
        }
    }
}

/// The state of a census.
struct Census {
    ctx: Arc<Context>,
    book: Book,
    followers: Followers,
    purse: Purse,
    backoff: Backoff,
    /// Nothing is asked before: the last question failed.
    rests_until: Instant,
    /// Nothing is asked while the datacenter does not answer, or has no leader.
    is_dark: bool,
    revivals: u64,
    asking: FuturesUnordered<BoxFuture<'static, Replied>>,
}

impl Census {
    /// When there is something to do, if nothing comes.
    fn wakes(&self) -> Instant {
        let now = Instant::now();
        let free = self.purse.free_at().max(self.rests_until);
        if self.is_dark || self.asking.len() >= AT_ONCE {
            now + SELDOM
        } else if self.book.is_asking() {
            free
        } else {
            let due = self.book.wakes(now).unwrap_or(now + SELDOM);
            due.max(free)
        }
    }

    /// Asks what is next, if it may.
    fn ask(&mut self) {
        let now = Instant::now();
        let may = now >= self.purse.free_at().max(self.rests_until);
        if may
            && !self.is_dark
            && self.asking.len() < AT_ONCE
            && let Some(question) = self.book.next(now)
        {
            let registrations = self.book.known_registrations();
            self.put(question, Look { registrations, ..Look::default() });
        }
    }

    /// Looks at the newest pulse: a datacenter that came back is asked at once.
    fn looked(&mut self, vital: &Vital) {
        self.is_dark = matches!(vital.link, Link::Dark { .. } | Link::Leaderless);
        if vital.revivals != self.revivals {
            self.revivals = vital.revivals;
            self.backoff.reset();
            self.rests_until = Instant::now();
        }
    }

    /// Asks again, and only a leader that makes sure to be one may answer.
    fn put_certain(&mut self, question: Question, registrations: u64) {
        self.book.sent();
        self.put(question, Look { registrations, is_certain: true, ..Look::default() });
    }

    fn put(&self, question: Question, look: Look) {
        self.asking.push(Box::pin(ask(Arc::clone(&self.ctx), question, look)));
    }

    fn replied(&mut self, replied: Replied) {
        let Replied { question, look, reply, took } = replied;
        let now = Instant::now();
        self.purse.pay(took, now);
        self.book.answered();
        let reply = match reply {
            Ok(reply) => {
                self.backoff.reset();
                reply
            }
            Err(error) => {
                if ask::is_worth_trying(&error) {
                    self.rests_until = now + self.backoff.next();
                    self.book.again(question);
                }
                return;
            }
        };
        let is_doubtful = match (&question, reply) {
            (Question::Registrations, Reply::Index(index)) => {
                let registered = self.book.registrations(index, &look);
                if registered == Registered::WentBack {
                    self.wake_all();
                }
                registered == Registered::Doubtful
            }
            (Question::Own(name), Reply::Index(index)) => {
                self.book.own(name, index, &look);
                false
            }
            (Question::Whole(name), Reply::Seats(seats)) => {
                let news = self.book.whole(name, seats, &look, now);
                let is_doubtful = news.is_doubtful;
                self.tell(name, news);
                is_doubtful
            }
            _ => false,
        };
        if is_doubtful {
            self.put_certain(question, look.registrations);
        }
    }

    fn found(&mut self, found: Found) {
        let Found { name, seats, look } = found;
        let news = self.book.whole(&name, seats, &look, Instant::now());
        if news.is_doubtful {
            self.put_certain(Question::Whole(name), 0);
        } else {
            self.tell(&name, news);
        }
    }

    /// The datacenter has another history: whoever waits for an index of the old one waits in vain.
    fn wake_all(&self) {
        self.ctx.vital.send_modify(|vital| vital.revivals += 1);
    }

    fn tell(&self, name: &ServiceName, news: News) {
        if news.went_back {
            self.wake_all();
        }
        let News { mut events, seats, before, .. } = news;
        if self.ctx.facts.borrow().may_be_filtered == Some(true) {
            // A token that is given less to see looks like a deregistration.
            for event in events.iter_mut().filter(|event| event.to.is_empty()) {
                let parts = [&*event.detail, HIDDEN];
                let parts = parts.into_iter().filter(|part| !part.is_empty());
                event.detail = parts.collect::<Vec<_>>().join(", ").into();
            }
        }
        if events.is_empty() && seats.is_none() {
            return;
        }
        self.ctx.inbox.post(|pending| {
            pending.happened(events);
            pending.moved(name, before.into_iter().chain(seats));
        });
    }
}
