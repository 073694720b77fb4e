//! Stepping through a recording: to a moment, and to those at which something happened.
//!
//! What happened is looked for between one whole store and the next, nearest first: a recording is
//! never lived through whole for one step.

use chrono::{DateTime, Utc};

use super::{Recording, Walk};
use crate::past::moments::Moments;
use crate::past::seen::is_seen;
use crate::past::{Found, Wish};

impl Recording {
    /// What is asked for: a moment and the store then. Beyond its ends it is what lies there; there
    /// is nothing live in a recording.
    pub fn find(&self, wish: Wish) -> Found {
        let at = self.moment(wish);
        self.recall(at).map_or(Found::Nothing, |store| Found::Moment { at, store: Box::new(store) })
    }

    /// The moment that is asked for.
    pub(super) fn moment(&self, wish: Wish) -> DateTime<Utc> {
        let span = self.span();
        let at = match wish {
            Wish::At(at) => at,
            Wish::Earlier(from, steps) => self.earlier(from.unwrap_or(span.to), steps),
            Wish::Later(from, steps) => self.later(from, steps),
        };
        at.clamp(span.from, span.to)
    }

    /// The end of the moment so many before what is shown at a time.
    fn earlier(&self, from: DateTime<Utc>, steps: usize) -> DateTime<Utc> {
        let first = self.span().from;
        let Some(mut segment) = self.segment(from) else { return first };
        let mut ends = self.ends(segment);
        loop {
            let shown = ends.partition_point(|end| *end <= from);
            let place = shown.checked_sub(steps + 1);
            if let Some(end) = place.and_then(|place| ends.get(place)) {
                return *end;
            }
            let Some(before) = segment.checked_sub(1) else { return first };
            segment = before;
            ends.splice(0..0, self.ends(segment));
        }
    }

    /// The end of the moment so many after what is shown at a time.
    fn later(&self, from: DateTime<Utc>, steps: usize) -> DateTime<Utc> {
        let last = self.span().to;
        let mut segment = self.segment(from).unwrap_or(0);
        let mut ends = self.ends(segment);
        loop {
            let next = ends.partition_point(|end| *end <= from);
            let place = (next + steps).checked_sub(1);
            if let Some(end) = place.and_then(|place| ends.get(place)) {
                return *end;
            }
            segment += 1;
            if segment >= self.stores.len() {
                return last;
            }
            ends.append(&mut self.ends(segment));
        }
    }

    /// The ends of the moments between one whole store and the next.
    fn ends(&self, segment: usize) -> Vec<DateTime<Utc>> {
        let start = self.stores.get(segment).copied();
        let Some(mut walk) = start.and_then(|number| Walk::from(&self.index, number)) else {
            return Vec::new();
        };
        let next = self.stores.get(segment + 1).and_then(|number| self.index.pieces.get(*number));
        let to = next.map_or(self.to, |piece| piece.frame.at);
        let mut moments = Moments::default();
        walk.until(&self.index, to, |store, entry| {
            if is_seen(store, &entry.what) {
                moments.note(entry.at);
            }
        });
        moments.ends().collect()
    }
}
