//! What happened to checks: every answer of both lists, in the order of their indexes.
//!
//! It never waits but for answers, so that none is passed over. Those of the two lists race each
//! other: one waits a moment for an older one of the other list, unless that has told of a newer index
//! already. What became of checks that left both lists is asked, as far as [`Purse`] allows; what of
//! those is not known is told as such by the [`Ledger`], which has the rules.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::Rows;
use super::purse::Purse;
use super::verify::{Found, ask, questions};
use crate::clock;
use crate::domain::event::Event;
use crate::domain::event::checks::{How, Ledger, Moment, Which};
use crate::watch::context::Context;
use crate::watch::seen::Seen;

/// How long an answer waits for an older one of the other list.
const HOLD: Duration = Duration::from_millis(20);
/// How often it is looked what became of checks while that is not known of some.
const LOOK: Duration = Duration::from_millis(25);
/// Until something comes.
const SELDOM: Duration = Duration::from_hours(1);

/// An answer of one list.
pub(super) struct Heard {
    pub list: Which,
    pub rows: Rows,
    pub index: u64,
    pub seen: Seen,
    /// Its index is lower than the one of the answer before.
    pub went_back: bool,
    /// It was asked for beside the query that is followed.
    pub is_extra: bool,
}

/// The state of a chronicle.
pub(super) struct Chronicle {
    ctx: Arc<Context>,
    ledger: Ledger,
    critical: Line,
    warning: Line,
    purse: Purse,
    asking: FuturesUnordered<BoxFuture<'static, Found>>,
}

/// The answers of one list that wait.
#[derive(Default)]
struct Line {
    waiting: VecDeque<(Heard, Instant)>,
    /// The highest index that came.
    newest: u64,
}

impl Line {
    fn put(&mut self, heard: Heard) {
        self.newest = if heard.went_back { heard.index } else { self.newest.max(heard.index) };
        // An answer that was asked for beside may be ahead of the one that was waited for.
        let is_later = |(other, _): &&(Heard, Instant)| other.is_extra && other.index > heard.index;
        let later = self.waiting.iter().rev().take_while(is_later).count();
        let at = self.waiting.len() - later;
        self.waiting.insert(at, (heard, Instant::now() + HOLD));
    }

    /// The index of the first, and until when it waits for one that is older.
    fn first(&self) -> Option<(u64, Instant)> {
        self.waiting.front().map(|(heard, until)| (heard.index, *until))
    }
}

impl Chronicle {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self {
            ledger: Ledger::new(ctx.dc.clone()),
            ctx,
            critical: Line::default(),
            warning: Line::default(),
            purse: Purse::new(std::time::Instant::now()),
            asking: FuturesUnordered::new(),
        }
    }

    /// Takes down what happens for as long as it is polled.
    pub async fn run(mut self, mut hearing: mpsc::UnboundedReceiver<Heard>) {
        loop {
            let wakes = self.wakes();
            let mut events = Vec::new();
            tokio::select! {
                heard = hearing.recv() => {
                    let Some(heard) = heard else { return };
                    self.put(heard);
                    while let Ok(heard) = hearing.try_recv() {
                        self.put(heard);
                    }
                }
                Some(found) = self.asking.next(), if !self.asking.is_empty() => {
                    events = self.found(found);
                }
                () = sleep_until(wakes) => {}
            }
            while let Some(heard) = self.next() {
                events.extend(self.take(&heard));
            }
            self.ask();
            events.extend(self.ledger.settle(clock::now()));
            if !events.is_empty() {
                self.ctx.inbox.post(|pending| pending.happened(events));
            }
        }
    }

    fn put(&mut self, heard: Heard) {
        match heard.list {
            Which::Critical => self.critical.put(heard),
            Which::Warning => self.warning.put(heard),
        }
    }

    /// When there is something to do, if nothing comes.
    fn wakes(&self) -> Instant {
        let waits = [self.critical.first(), self.warning.first()];
        let held = waits.into_iter().flatten().map(|(_, until)| until).min();
        let look = (self.ledger.open() > 0).then(|| Instant::now() + LOOK);
        let wakes = [held, look].into_iter().flatten().min();
        wakes.unwrap_or_else(|| Instant::now() + SELDOM)
    }

    /// The next answer that no older one can come before.
    fn next(&mut self) -> Option<Heard> {
        let first = |line: &Line| line.first().map(|(index, _)| index);
        let (critical, warning) = (first(&self.critical), first(&self.warning));
        let is_critical = match (critical, warning) {
            (Some(critical), Some(warning)) => critical <= warning,
            (critical, _) => critical.is_some(),
        };
        let (line, other) = if is_critical {
            (&mut self.critical, &self.warning)
        } else {
            (&mut self.warning, &self.critical)
        };
        let (index, until) = line.first()?;
        let is_next = other.newest >= index || until <= Instant::now();
        is_next.then(|| line.waiting.pop_front()).flatten().map(|(heard, _)| heard)
    }

    fn take(&mut self, heard: &Heard) -> Vec<Event> {
        let Heard { list, rows, index, seen, went_back, .. } = heard;
        let moment = Moment { dc: &self.ctx.dc, at: seen.at, after: seen.after, index: *index };
        let how = How { went_back: *went_back, is_prompt: seen.is_prompt };
        self.ledger.take(*list, rows, moment, how)
    }

    /// Asks what became of those that left the lists, if they are few.
    fn ask(&mut self) {
        let checks = self.ledger.ask();
        if checks.is_empty() {
            return;
        }
        let all = questions(checks);
        if self.purse.take(all.len(), std::time::Instant::now()) {
            for asked in all {
                self.asking.push(Box::pin(ask(Arc::clone(&self.ctx), asked)));
            }
        } else {
            self.ledger.give_up(all.iter().flat_map(|(_, checks)| checks));
        }
    }

    fn found(&mut self, found: Found) -> Vec<Event> {
        let Some((rows, meta)) = found.rows else {
            self.ledger.give_up(&found.asked);
            return Vec::new();
        };
        let rtt = self.ctx.vital.borrow().rtt;
        self.purse.pay(meta.to_first_byte.saturating_sub(rtt));
        let hides = self.ctx.facts.borrow().may_be_filtered == Some(true) || meta.filtered;
        let index = meta.index.unwrap_or_default();
        let moment = Moment { dc: &self.ctx.dc, at: clock::now(), after: None, index };
        self.ledger.found(&found.asked, &rows, moment, hides)
    }
}
