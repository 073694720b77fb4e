//! One list, followed by blocking queries for as long as somebody wants it.
//!
//! It knows the index rules, pace, budget, backoff and the stale fallback, and nothing of what the
//! list is: a [`Sink`] takes values and freshness. Invariants: the index comes only from answers,
//! never from errors; an error changes the freshness and never the value; a watcher that waits,
//! for an answer or for its next try, is woken when its datacenter comes back; who looks at an answer
//! that still arrives ([`Watcher::peeking`]) changes none of this.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::sleep;

use super::backoff::{Backoff, jittered};
use super::context::{Context, Vital};
use super::index::Cursor;
use super::pace::Pace;
use super::permits::give_back;
use super::seen::{Came, Sight};
use super::sink::Sink;
use super::standing::Standing;
use crate::clock::{self, Stamp};
use crate::consul::read::{Meta, Query};
use crate::consul::wire::Interner;
use crate::consul::{Answer, ApiError, Class, Lane, Peek, Request};
use crate::domain::feed::Link;

/// How long the server may hold a query. An agent keeps the connection of a query that was given up
/// until this is over (measured: CLOSE-WAIT), and counts it against its limit.
const WAIT: Duration = Duration::from_mins(1);
/// The same for a page, which is left sooner than a list that is always watched.
const PAGE_WAIT: Duration = Duration::from_secs(15);
/// The same while the agent is short of connections: what an overhang takes comes back soon.
const SCARCE_WAIT: Duration = Duration::from_secs(6);
/// How long a page is shown before a query hangs for it: leafing through many must not pile up
/// connections. What changes meanwhile is answered at once then.
const SETTLES: Duration = Duration::from_secs(1);
/// How often a list is polled that cannot be watched.
const POLL: Duration = Duration::from_secs(10);

/// What to do where the query is not allowed or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Say so, and ask again seldom.
    Tell,
    /// Say nothing and end: the caller knows another query.
    End,
}

/// The watcher of one list.
pub(super) struct Watcher<T> {
    ctx: Arc<Context>,
    query: Query<T>,
    refusal: Refusal,
    names: Interner,
    cursor: Cursor,
    pace: Pace,
    backoff: Backoff,
    slow: Backoff,
    vital: watch::Receiver<Vital>,
    refresh: watch::Receiver<u64>,
    revivals: u64,
    wait: Duration,
    /// Polls rather than take one of the last connections.
    yields: bool,
    /// The rest after the first answer.
    settles: Duration,
    /// Asking any server, since there is no leader.
    is_leaderless: bool,
    /// Looks at the first answer while it arrives.
    peek: Option<Peek>,
    standing: Standing,
    sight: Sight,
}

/// What came of asking.
enum Asked {
    Answer {
        answer: Answer,
        blocked: bool,
        /// When it was asked for.
        asked: Stamp,
    },
    Failed(ApiError),
    /// Something happened that makes another question better.
    Again,
}

/// What to do next.
enum Next {
    Rest(Duration),
    Ended,
}

impl<T: Send + 'static> Watcher<T> {
    pub fn new(ctx: &Arc<Context>, query: Query<T>, refusal: Refusal) -> Self {
        let vital = ctx.vital.subscribe();
        let revivals = vital.borrow().revivals;
        Self {
            ctx: Arc::clone(ctx),
            query,
            refusal,
            names: Interner::default(),
            cursor: Cursor::default(),
            pace: Pace::new(Instant::now()),
            backoff: Backoff::new(ctx.seed()),
            slow: Backoff::slow(ctx.seed()),
            vital,
            refresh: ctx.refresh(),
            revivals,
            wait: WAIT,
            yields: false,
            settles: Duration::ZERO,
            is_leaderless: false,
            peek: None,
            standing: Standing::default(),
            sight: Sight::default(),
        }
    }

    /// The watcher of what one page shows.
    pub fn of_page(self) -> Self {
        Self { wait: PAGE_WAIT, settles: SETTLES, ..self }
    }

    /// The watcher of a service in motion, which lets all others have the last connections.
    pub fn of_rollout(self) -> Self {
        Self { wait: PAGE_WAIT, yields: true, ..self }
    }

    /// The same, but all others may have the last connections.
    pub fn yielding(self) -> Self {
        Self { yields: true, ..self }
    }

    /// The same, with a look at the first answer while it arrives.
    pub fn peeking(self, peek: Peek) -> Self {
        Self { peek: Some(peek), ..self }
    }

    /// Watches until it is dropped, or until it is refused and was told to end then.
    pub async fn run(&mut self, sink: &mut impl Sink<T>) {
        loop {
            let next = match self.ask(sink).await {
                Asked::Answer { answer, blocked, asked } => {
                    let came = self.came(&answer, blocked, asked);
                    self.take(answer, came, sink).await
                }
                Asked::Failed(error) => self.fail(&error, sink),
                Asked::Again => continue,
            };
            match next {
                Next::Rest(pause) => self.rest(pause, sink).await,
                Next::Ended => return,
            }
        }
    }

    /// Asks once, blocking when it may.
    async fn ask(&mut self, sink: &mut impl Sink<T>) -> Asked {
        let index = self.cursor.index().filter(|_| !self.is_leaderless);
        let is_focused = self.ctx.is_focused();
        let held = match index {
            Some(_) if self.yields => self.ctx.permits.spare(),
            Some(_) => self.ctx.permits.take(is_focused).await,
            None => None,
        };
        self.standing.set_polled(index.is_some() && held.is_none());
        self.tell(sink);
        let blocks = index.filter(|_| held.is_some());
        let ctx = Arc::clone(&self.ctx);
        let asked = clock::stamp();
        let send = ctx.client.send(self.request(blocks));
        tokio::pin!(send);
        loop {
            tokio::select! {
                answer = &mut send => return match answer {
                    Ok(answer) => Asked::Answer { answer, blocked: blocks.is_some(), asked },
                    // No room to block is no failure: it is asked without, and then polled.
                    Err(error) if blocks.is_some() && error.is_full() => {
                        self.cursor.restart();
                        Asked::Again
                    }
                    Err(error) => Asked::Failed(error),
                },
                Ok(()) = self.vital.changed() => if self.looked(blocks.is_some(), sink) {
                    return Asked::Again;
                },
                Ok(()) = self.refresh.changed() => {
                    self.start_over();
                    return Asked::Again;
                }
                () = give_back(held.as_ref(), &ctx.scope, &ctx.dc) => {
                    self.cursor.restart();
                    return Asked::Again;
                }
            }
        }
    }

    fn request(&self, index: Option<u64>) -> Request {
        let request = self.query.request().lane(Lane::Watch).gzip(self.vital.borrow().is_far());
        let request = if self.is_leaderless { request.stale() } else { request };
        let request = request.peek(self.peek.clone());
        match index {
            // What an agent has few of is not held for long.
            Some(index) if self.ctx.permits.is_short() => {
                request.block(index, self.wait.min(SCARCE_WAIT))
            }
            Some(index) => request.block(index, self.wait),
            None => request,
        }
    }

    /// How an answer came, which was asked for then.
    fn came(&self, answer: &Answer, blocked: bool, asked: Stamp) -> Came {
        let rtt = self.vital.borrow().rtt;
        let at_once = rtt + self.pace.cost(answer.body.len()) * 2;
        let held = answer.to_first_byte.saturating_sub(at_once);
        Came {
            at: clock::stamp(),
            held: blocked.then_some(held),
            slept: self.ctx.awake.slept(asked),
            // Any server was asked otherwise, and it may be behind.
            is_led: answer.known_leader != Some(false) && !self.is_leaderless,
        }
    }

    /// Takes an answer.
    async fn take(&mut self, answer: Answer, came: Came, sink: &mut impl Sink<T>) -> Next {
        let meta = Meta::of(&answer);
        let verdict = self.cursor.accept(answer.index, &answer.body, meta.elapsed);
        let rtt = self.vital.borrow().rtt;
        if came.held.is_some() {
            self.pace.bound(meta.to_first_byte, rtt, meta.bytes);
        } else {
            self.pace.measure(meta.to_first_byte, rtt, meta.bytes);
        }
        if verdict.is_new {
            self.names.prune();
            let names = std::mem::take(&mut self.names);
            let (value, names) = self.query.read(answer, names).await;
            self.names = names;
            match value {
                Ok(value) => {
                    self.peek = None;
                    sink.when(self.sight.answered(came));
                    sink.value(value, &meta);
                }
                Err(error) => {
                    self.cursor.forget();
                    return self.fail(&error, sink);
                }
            }
        } else {
            sink.when(self.sight.answered(came));
            sink.same(&meta);
        }
        self.backoff.reset();
        self.slow.reset();
        if self.is_leaderless && meta.known_leader != Some(false) {
            // Back to the leader's own answers; this one may be behind.
            self.is_leaderless = false;
            self.cursor.restart();
        }
        self.standing.answered(&meta, clock::now());
        self.tell(sink);
        let is_polled = self.is_leaderless || self.standing.is_polled() || verdict.is_spinning;
        let settles = std::mem::take(&mut self.settles);
        let paced = self.pace.pause(meta.bytes, Instant::now()).max(settles);
        Next::Rest(if is_polled { paced.max(jittered(POLL, self.ctx.seed())) } else { paced })
    }

    /// Takes an error: the value stays.
    fn fail(&mut self, error: &ApiError, sink: &mut impl Sink<T>) -> Next {
        self.cursor.restart();
        let why: Arc<str> = error.short().into();
        let class = error.class();
        match class {
            Class::Stale if !self.is_leaderless => {
                self.is_leaderless = true;
                return Next::Rest(Duration::ZERO);
            }
            Class::Denied | Class::Absent | Class::Fatal if self.refusal == Refusal::End => {
                return Next::Ended;
            }
            Class::Denied => {
                self.standing.denied(why);
                self.tell(sink);
                return Next::Rest(self.slow.next());
            }
            Class::Retry => self.ctx.doubt.notify_one(),
            Class::Stale | Class::Absent | Class::Fatal => {}
        }
        let pause = if class == Class::Retry || class == Class::Stale {
            self.backoff.next()
        } else {
            self.slow.next()
        };
        self.lose(why, Some(clock::now() + pause), sink);
        Next::Rest(pause)
    }

    /// Waits, but not longer than until the datacenter comes back.
    async fn rest(&mut self, pause: Duration, sink: &mut impl Sink<T>) {
        let mut scope = self.ctx.scope.clone();
        let woken = sleep(pause);
        tokio::pin!(woken);
        loop {
            tokio::select! {
                () = &mut woken => return,
                Ok(()) = self.vital.changed() => if self.looked(false, sink) {
                    return;
                },
                Ok(()) = self.refresh.changed() => return self.start_over(),
                // The focus has come: there may be a permit now.
                Ok(()) = scope.changed() => if self.standing.is_polled() && self.ctx.is_focused() {
                    return;
                },
            }
        }
    }

    /// Looks at the newest pulse; true when it is time to ask again at once.
    fn looked(&mut self, hangs: bool, sink: &mut impl Sink<T>) -> bool {
        let vital = self.vital.borrow_and_update().clone();
        if vital.revivals != self.revivals {
            self.revivals = vital.revivals;
            self.start_over();
            return true;
        }
        match vital.link {
            Link::Dark { why, retry_at, .. } => self.lose(why, retry_at, sink),
            // A server that lost its followers lets hanging queries hang, and new ones for seconds.
            Link::Leaderless if !self.is_leaderless => {
                self.is_leaderless = true;
                self.cursor.restart();
                return true;
            }
            // A query that hangs on a link that answers: what is shown is still true.
            Link::Led(_) if hangs => {
                self.standing.confirmed(vital.at.map(|stamp| stamp.at));
                self.sight.confirmed(vital.at);
            }
            _ => {}
        }
        false
    }

    /// Asks next as if nothing had gone wrong; what is shown stays.
    fn start_over(&mut self) {
        crate::provoke::panic_in(&format!("{}{}", self.ctx.dc, self.query.path()));
        self.is_leaderless = false;
        self.cursor.restart();
        self.backoff.reset();
        self.slow.reset();
    }

    /// What is shown is old from now on.
    fn lose(&mut self, why: Arc<str>, retry_at: Option<DateTime<Utc>>, sink: &mut impl Sink<T>) {
        self.standing.lost(why, retry_at);
        self.sight.lost();
        self.tell(sink);
    }

    fn tell(&mut self, sink: &mut impl Sink<T>) {
        if let Some(news) = self.standing.news() {
            sink.freshness(news);
        }
    }
}
