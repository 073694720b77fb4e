//! What happened since dcview began, as far as there is room for it.
//!
//! A bounded list of events, oldest first. Where the bound is reached the oldest goes, and is
//! counted: a list that was shortened says so. Invariants: never more events or bytes than the
//! bound; each event has a number that it keeps, so that a place in the list can be remembered.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::event::Event;
use super::storm::{Fold, Storm, StormId, Storms};

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Events, at most.
    pub events: usize,
    /// Bytes, at most, as [`Event::weight`] counts.
    pub bytes: usize,
}

impl Default for Bound {
    /// 200,000 events, 32 MB: with as much for earlier states, half of what history may take.
    fn default() -> Self {
        Self { events: 200_000, bytes: 32 << 20 }
    }
}

/// An event in its place.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The number that it came under.
    pub number: u64,
    /// The storm that it is part of; 0 where it is of none.
    pub storm: StormId,
    /// The event.
    pub event: Arc<Event>,
}

impl Entry {
    /// What it is sorted by.
    fn key(&self) -> (DateTime<Utc>, u64) {
        (self.event.at, self.number)
    }
}

/// The events.
#[derive(Clone, Debug, Default)]
pub struct History {
    events: VecDeque<Entry>,
    storms: Storms,
    /// How many events came: the number of the next one.
    pushed: u64,
    /// Since when events are seen (UTC).
    begin: Option<DateTime<Utc>>,
    bound: Bound,
    bytes: usize,
    /// Events that had to go.
    dropped: u64,
    /// Events that never came: they were too many at once.
    lost: u64,
}

impl History {
    /// An empty one with this bound.
    pub fn new(bound: Bound) -> Self {
        Self { bound, ..Self::default() }
    }

    /// Takes in an event. They come nearly in order; one that is late goes to its place.
    pub fn push(&mut self, event: Arc<Event>) {
        self.bytes += event.weight();
        let key = (event.at, self.pushed);
        self.pushed += 1;
        let events = &self.events;
        let is_alone =
            |at, number| find(events, (at, number)).is_some_and(|(_, entry)| entry.storm == 0);
        let fold = self.storms.push(key.1, &event, is_alone);
        let (storm, claimed) = match fold {
            Fold::Alone => (0, Vec::new()),
            Fold::Joined(id) => (id, Vec::new()),
            Fold::Began(id, claimed) => (id, claimed),
        };
        for key in claimed {
            let place = find(&self.events, key).map(|(place, _)| place);
            if let Some(entry) = place.and_then(|place| self.events.get_mut(place)) {
                entry.storm = storm;
            }
        }
        let place = self.events.partition_point(|other| other.key() < key);
        self.events.insert(place, Entry { number: key.1, storm, event });
        while self.events.len() > self.bound.events || self.bytes > self.bound.bytes {
            let Some(Entry { number, storm, event: oldest }) = self.events.pop_front() else {
                break;
            };
            self.storms.drop_from(storm, number);
            self.bytes = self.bytes.saturating_sub(oldest.weight());
            self.dropped += 1;
        }
    }

    /// Notes that so many events could not be taken over.
    pub fn lose(&mut self, n: u64) {
        self.lost += n;
    }

    /// All events, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Arc<Event>> + ExactSizeIterator {
        self.events.iter().map(|entry| &entry.event)
    }

    /// The events within a span, both ends included, oldest first; found by bisection.
    pub fn within(
        &self,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> impl DoubleEndedIterator<Item = &Arc<Event>> + ExactSizeIterator {
        self.entries(from, to).map(|entry| &entry.event)
    }

    /// As [`Self::within`], each event in its place. Of events at one time the one with the smaller
    /// number stands first.
    pub fn entries(
        &self,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        let all = &self.events;
        let first = from.map_or(0, |from| all.partition_point(|it| it.event.at < from));
        let last = to.map_or(all.len(), |to| all.partition_point(|it| it.event.at <= to));
        all.range(first..last.max(first))
    }

    /// The event that came under a number at a time, if it is still there.
    pub fn entry(&self, at: DateTime<Utc>, number: u64) -> Option<&Entry> {
        find(&self.events, (at, number)).map(|(_, entry)| entry)
    }

    /// A storm of events.
    pub fn storm(&self, id: StormId) -> Option<&Storm> {
        self.storms.get(id)
    }

    /// How many events came, also those that had to go: the last one has the number before.
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// The time and the number of the oldest event that is still there.
    pub fn oldest(&self) -> Option<(DateTime<Utc>, u64)> {
        self.events.front().map(Entry::key)
    }

    /// Notes since when events are seen (UTC).
    pub fn begin(&mut self, at: DateTime<Utc>) {
        self.begin = Some(at);
    }

    /// Since when all that happened is here (UTC): since events are seen, or the oldest that there
    /// was room for.
    pub fn begins(&self) -> Option<DateTime<Utc>> {
        match self.oldest() {
            Some((oldest, _)) if self.dropped > 0 => Some(oldest),
            _ => self.begin,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// True when nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many had to go since there was no room, oldest first.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many never came, as they were too many at once.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

/// The place of an event, by bisection.
fn find(events: &VecDeque<Entry>, key: (DateTime<Utc>, u64)) -> Option<(usize, &Entry)> {
    let place = events.partition_point(|other| other.key() < key);
    let entry = events.get(place).filter(|entry| entry.key() == key)?;
    Some((place, entry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Kind, Object};

    fn event(second: i64, detail: &str) -> Arc<Event> {
        Arc::new(Event {
            at: DateTime::from_timestamp(second, 0).unwrap(),
            after: None,
            dc: "dc-1".into(),
            kind: Kind::Leader,
            object: Object::Datacenter,
            from: "".into(),
            to: "".into(),
            detail: detail.into(),
            index: 0,
        })
    }

    fn seconds<'a>(events: impl Iterator<Item = &'a Arc<Event>>) -> Vec<i64> {
        events.map(|event| event.at.timestamp()).collect()
    }

    #[test]
    fn the_oldest_goes_first_and_is_counted() {
        let mut history = History::new(Bound { events: 3, bytes: usize::MAX });
        for second in 1..=5 {
            history.push(event(second, ""));
        }
        assert_eq!(seconds(history.events()), [3, 4, 5]);
        assert_eq!(history.dropped(), 2);
        assert_eq!(history.bytes(), 3 * event(1, "").weight());
    }

    #[test]
    fn an_event_keeps_its_number_and_history_begins_where_nothing_is_missing() {
        let mut history = History::new(Bound { events: 3, bytes: usize::MAX });
        let at = |second| DateTime::from_timestamp(second, 0);
        history.begin(at(0).unwrap());
        for second in [1, 4, 2] {
            history.push(event(second, ""));
        }
        let numbers =
            |history: &History| history.entries(None, None).map(|it| it.number).collect::<Vec<_>>();
        assert_eq!(numbers(&history), [0, 2, 1]);
        assert_eq!(history.begins(), at(0));
        history.push(event(5, ""));
        assert_eq!(numbers(&history), [2, 1, 3]);
        assert_eq!((history.pushed(), history.begins()), (4, at(2)));
    }

    #[test]
    fn bytes_are_a_bound_too() {
        let small = event(1, "").weight();
        let mut history = History::new(Bound { events: 100, bytes: 3 * small });
        for second in 1..=3 {
            history.push(event(second, ""));
        }
        history.push(event(4, "x"));
        assert_eq!(seconds(history.events()), [3, 4]);
        assert!(history.bytes() <= 3 * small);
    }

    #[test]
    fn a_late_event_goes_to_its_place() {
        let mut history = History::default();
        for second in [1, 4, 2, 4, 3] {
            history.push(event(second, ""));
        }
        assert_eq!(seconds(history.events()), [1, 2, 3, 4, 4]);
    }

    #[test]
    fn a_span_has_both_its_ends() {
        let mut history = History::default();
        for second in 1..=5 {
            history.push(event(second, ""));
        }
        let at = |second| DateTime::from_timestamp(second, 0);
        assert_eq!(seconds(history.within(at(2), at(4))), [2, 3, 4]);
        assert_eq!(seconds(history.within(None, at(1))), [1]);
        assert_eq!(seconds(history.within(at(5), at(4))), [0_i64; 0]);
    }
}
