//! Playing a recording: what is on screen at each moment, and the way from one to the next.
//!
//! Pure but for reading the files: whoever plays says how much time passed. Where nothing was recorded
//! it goes on behind that, and says so. Invariants: what it shows is what was known at the moment that
//! it says; nothing that happened is told twice as new, or left out while it plays on.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::walk::Walk;
use super::{Hole, Recording};
use crate::domain::delta::Delta;
use crate::domain::event::Event;
use crate::domain::feed::{Body, Report};
use crate::domain::history::{Bound, History};
use crate::past::{Entry, Found, Span, Way, What, Wish};
use crate::store::Store;

/// As many rows are told one by one; where more changed, everything is told anew.
const FEW: usize = 20_000;

/// How far back what happened must be known, where not all of it has room.
const BACK: TimeDelta = TimeDelta::minutes(15);

/// A moment of a recording, ready to be shown.
#[derive(Debug)]
pub struct Shown {
    /// The moment (UTC).
    pub at: DateTime<Utc>,
    /// What was known then, or what came since the moment that was shown before.
    pub way: Way,
    /// What happened since the moment that was shown before, while it played.
    pub events: Vec<Arc<Event>>,
    /// How many of these, from the first, were told before it went back.
    pub known: usize,
    /// What was skipped, as nothing of it was recorded.
    pub skipped: Option<Hole>,
    /// Until when what is shown may be incomplete, since something before it is damaged (UTC).
    pub doubt: Option<DateTime<Utc>>,
}

/// A recording and the place in it.
pub struct Player {
    recording: Recording,
    walk: Walk,
    at: DateTime<Utc>,
    /// From when to when what happened was told: none of it is told again.
    told: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Player {
    /// A recording at its beginning; `None` when nothing of it can be read.
    pub fn new(recording: Recording) -> Option<Self> {
        let at = recording.span().from;
        let walk = recording.walk_to(at)?.with_events(&recording.index, at);
        Some(Self { recording, walk, at, told: None })
    }

    /// The time that it holds.
    pub fn span(&self) -> Span {
        self.recording.span()
    }

    /// The moment that is shown (UTC).
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// True at the end.
    pub fn is_over(&self) -> bool {
        self.at >= self.recording.to
    }

    /// What is shown now.
    pub fn shown(&self) -> Shown {
        let (way, doubt) = (Way::Store(self.store()), self.recording.doubt(self.at));
        Shown { at: self.at, way, events: Vec::new(), known: 0, skipped: None, doubt }
    }

    /// Plays on for so long, and says what is shown then; `None` where that looks the same.
    pub fn play(&mut self, time: Duration) -> Option<Shown> {
        let to = self.recording.to;
        let time = TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
        let mut at = self.at.checked_add_signed(time).map_or(to, |at| at.min(to));
        let skipped = self.recording.hole(at).cloned();
        if let Some(hole) = &skipped {
            at = hole.to;
        }
        let is_same_second = at.timestamp() == self.at.timestamp();
        self.at = at;
        let (mut entries, mut rows) = (Vec::new(), 0);
        let is_replaced = self.walk.until(&self.recording.index, at, |_, entry| {
            rows += rows_of(entry);
            if rows <= FEW {
                entries.push(entry.clone());
            }
        });
        let told = self.told.map_or(DateTime::<Utc>::MIN_UTC, |(_, told)| told);
        let events = self.walk.events(at);
        let known = events.partition_point(|(then, _)| *then <= told);
        let events: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
        if let Some((_, told)) = &mut self.told {
            *told = (*told).max(at);
        }
        let is_moved = is_replaced || rows > 0 || !events.is_empty();
        let is_way = !is_replaced && rows <= FEW;
        let way = if is_way { Way::Entries(entries) } else { Way::Store(self.store()) };
        let doubt = self.recording.doubt(at);
        let is_news = is_moved || !is_same_second || self.is_over();
        is_news.then_some(Shown { at, way, events, known, skipped, doubt })
    }

    fn store(&self) -> Box<Store> {
        Box::new(self.walk.store.clone())
    }

    /// Goes where it is asked to; what is shown then.
    pub fn find(&mut self, wish: Wish) -> Found {
        let at = self.recording.moment(wish);
        let Some(walk) = self.recording.walk_to(at) else { return Found::Nothing };
        (self.at, self.walk) = (at, walk.with_events(&self.recording.index, at));
        Found::Moment { at, store: self.store() }
    }

    /// What happened up to the moment that is shown, as far as there is room for it; `None` where that
    /// is known already from what was told.
    pub fn history(&mut self) -> Option<History> {
        let first = self.recording.span().from;
        let is_known = |(from, to): (DateTime<Utc>, DateTime<Utc>)| {
            to >= self.at && (from <= first || from <= self.at - BACK)
        };
        if self.told.is_some_and(is_known) {
            return None;
        }
        let (mut history, is_whole) = self.recording.history(self.at, Bound::default());
        let oldest = history.events().next().map_or(self.at, |event| event.at);
        let from = if is_whole { first } else { oldest };
        // What is not recorded is not known: nobody says that nothing happened then.
        history.begin(from);
        self.told = Some((from, self.at));
        Some(history)
    }
}

/// How many rows an entry changes; at least one.
fn rows_of(entry: &Entry) -> usize {
    fn of<K, V>(delta: &Delta<K, V>) -> usize {
        delta.upserts.len() + delta.removed.len()
    }
    let What::Report(Report::Feed(feed)) = &entry.what else { return 1 };
    let rows = match &feed.body {
        Body::Services(delta) => of(delta),
        Body::Checks(delta) => of(delta),
        Body::Nodes(delta) => of(delta),
        Body::Instances(_, delta) => of(delta),
        _ => 1,
    };
    rows.max(1)
}

#[cfg(test)]
mod tests;
