//! The changes of the store, as far as there is room for them, in stretches of time.
//!
//! Where the bound is reached the oldest stretches lose what lies between their beginnings, so that
//! a storm does not take the time before it along; then they go. Invariants: times never go back;
//! what [`Tape::recall`] gives for a moment is what the live store was at the end of it; never more
//! bytes than the bound, but for the newest stretch.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::moments::Moments;
use super::seen::is_seen;
use super::segment::{Open, Segment};
use super::{Entry, Found, Span, What, Wish, apply, news};
use crate::store::Store;

/// A stretch is over when its changes weigh so much of the bound, and as much as its beginning.
const PART: usize = 32;
/// It is over, too, when its changes have so many rows: to do them all again takes a moment.
const ROWS: usize = 100_000;
/// The least time between two changes that did not come at once.
const STEP: TimeDelta = TimeDelta::microseconds(1);
/// So much of the bound is for stretches of which only the beginning is left.
const THIN: usize = 4;

/// A tape of at most so many bytes.
#[derive(Debug)]
pub struct Tape {
    bound: usize,
    /// What is known now.
    live: Store,
    moments: Moments,
    closed: VecDeque<Segment>,
    open: Option<Open>,
    /// When the last change came.
    to: Option<DateTime<Utc>>,
    is_shortened: bool,
}

impl Tape {
    /// An empty one of at most so many bytes.
    pub fn new(bound: usize) -> Self {
        Self {
            bound,
            live: Store::default(),
            moments: Moments::default(),
            closed: VecDeque::new(),
            open: None,
            to: None,
            is_shortened: false,
        }
    }

    /// Takes in a change. One that is earlier than the last, since the clock went back, counts as
    /// coming right after it. Events are no change of the store, and are left out.
    pub fn push(&mut self, Entry { mut at, what }: Entry) {
        if matches!(&what, What::Report(report) if report.is_events()) {
            return;
        }
        if let Some(last) = self.to.filter(|last| at < *last) {
            at = last + STEP;
        }
        let Some(what) = news::of(&self.live, what) else { return };
        if is_seen(&self.live, &what) {
            self.moments.note(at);
        }
        self.turn(at);
        self.to = Some(at);
        apply(&what, at, &mut self.live);
        if let Some(open) = &mut self.open {
            open.push(at, what);
        }
        self.shorten();
    }

    /// Begins a new stretch where the last one is over. Changes of one moment stay together.
    fn turn(&mut self, at: DateTime<Utc>) {
        let Some((open, last)) = self.open.take_if(|open| is_over(open, self.bound)).zip(self.to)
        else {
            // What was before the first change, which is nothing, was just before it.
            let before = at - STEP;
            self.open.get_or_insert_with(|| Open::begin(before, &self.live));
            return;
        };
        if last < at {
            self.closed.push_back(open.close());
            self.open = Some(Open::begin(last, &self.live));
        } else {
            self.open = Some(open);
        }
    }

    /// What was known at a moment, and when that really was: a little earlier where what came in
    /// between had to go. `None` for a moment before all that is kept.
    pub fn recall(&self, at: DateTime<Utc>) -> Option<(DateTime<Utc>, Store)> {
        if let Some(open) = self.open.as_ref().filter(|open| open.from() <= at) {
            return Some((at, open.recall(at)?));
        }
        let next = self.closed.partition_point(|segment| segment.from <= at);
        let segment = self.closed.get(next.checked_sub(1)?)?;
        let at = if segment.is_thin { segment.from } else { at };
        Some((at, segment.recall(at)?))
    }

    /// What is asked for: a moment and the store then, or that it is what is live.
    pub fn find(&self, wish: Wish) -> Found {
        let Some(span) = self.span() else { return Found::Nothing };
        let at = match wish {
            Wish::At(at) => Some(at).filter(|at| *at < span.to),
            Wish::Earlier(from, steps) => {
                Some(self.moments.before(from, steps).unwrap_or(span.from))
            }
            Wish::Later(from, steps) => self.moments.after(from, steps),
        };
        let Some(at) = at else { return Found::Live };
        // What is earlier than all is the first that there is.
        let found = self.recall(at.max(span.from));
        found.map_or(Found::Nothing, |(at, store)| Found::Moment { at, store: Box::new(store) })
    }

    /// What of time it holds.
    pub fn span(&self) -> Option<Span> {
        let first = self.closed.front().map(|segment| segment.from);
        let from = first.or_else(|| self.open.as_ref().map(Open::from))?;
        Some(Span { from, to: self.to?, is_shortened: self.is_shortened })
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let closed: usize = self.closed.iter().map(Segment::weight).sum();
        closed + self.open.as_ref().map_or(0, Open::weight)
    }

    /// Makes room.
    fn shorten(&mut self) {
        while self.bytes() > self.bound && !self.closed.is_empty() {
            self.is_shortened = true;
            let thin = self.closed.partition_point(|segment| segment.is_thin);
            match self.closed.get(thin).map(Segment::base) {
                Some(base) if self.thin_bytes(thin) + base <= self.bound / THIN => self.thin(thin),
                Some(_) if thin > 1 => (1..thin).rev().step_by(2).for_each(|at| self.forget(at)),
                _ => self.forget(0),
            }
        }
    }

    fn thin_bytes(&self, count: usize) -> usize {
        self.closed.range(..count).map(Segment::weight).sum()
    }

    /// Forgets what came after the beginning of a stretch.
    fn thin(&mut self, at: usize) {
        if let Some(segment) = self.closed.get_mut(at) {
            segment.thin();
            let (from, until) = (segment.from, self.beginning(at + 1));
            self.moments.only(from, until);
        }
    }

    /// Forgets a stretch: what was before it is all that can be shown of its time.
    fn forget(&mut self, at: usize) {
        self.closed.remove(at);
        let until = self.beginning(at);
        match at.checked_sub(1).and_then(|before| self.closed.get(before)) {
            Some(before) => self.moments.only(before.from, until),
            None => self.moments.forget_before(until),
        }
    }

    /// When a stretch begins.
    fn beginning(&self, at: usize) -> DateTime<Utc> {
        let closed = self.closed.get(at).map(|segment| segment.from);
        closed.or_else(|| self.open.as_ref().map(Open::from)).unwrap_or_default()
    }
}

/// True for a stretch that is long enough.
fn is_over(open: &Open, bound: usize) -> bool {
    open.changes() >= (bound / PART).max(open.base()) || open.rows() >= ROWS
}

#[cfg(test)]
mod tests;
