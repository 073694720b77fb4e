//! The steps of a rollout: each change of how many instances are of which version.
//!
//! Bounded: where there are too many, every second one of the older half goes. What the pauses
//! between steps were is kept apart from that. Invariant: steps are in the order of time.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::Split;
use crate::domain::health::Counts;
use crate::domain::ids::Dc;

/// Steps that are kept.
const KEPT: usize = 400;
/// The rate is that of so much time.
const LATELY: TimeDelta = TimeDelta::minutes(10);

/// One change in one datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When it was seen (UTC).
    pub at: DateTime<Utc>,
    /// The datacenter.
    pub dc: Dc,
    /// What there was from then on.
    pub split: Arc<Split>,
}

/// All steps, and the pauses between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    pub(crate) all: Vec<Step>,
    /// The two longest pauses.
    pub(crate) longest: [TimeDelta; 2],
    /// When the last change was (UTC).
    pub(crate) last: Option<DateTime<Utc>>,
    pub(crate) count: usize,
}

impl Steps {
    /// What was there when it began: no change, but what changes are seen against.
    pub fn begin(&mut self, step: Step) {
        self.all.push(step);
    }

    /// Takes a change.
    pub fn push(&mut self, step: Step) {
        if let Some(last) = self.last {
            let pause = step.at - last;
            let [longest, second] = self.longest;
            self.longest =
                if pause > longest { [pause, longest] } else { [longest, second.max(pause)] };
        }
        self.last = Some(step.at);
        self.count += 1;
        self.all.push(step);
        if self.all.len() > KEPT {
            // The state of each datacenter at the beginning stays.
            let mut at = 0;
            self.all.retain(|_| {
                at += 1;
                at % 2 == 1 || at > KEPT / 2
            });
        }
    }

    /// When the last change was (UTC).
    pub fn last(&self) -> Option<DateTime<Utc>> {
        self.last
    }

    /// How many changes there were.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The steps that are kept, oldest first; the first of each datacenter is what was there.
    pub fn all(&self) -> &[Step] {
        &self.all
    }

    /// The usual long pause: the longest but one, since the longest may have been a halt.
    pub fn usual_pause(&self) -> TimeDelta {
        let [_, second] = self.longest;
        second
    }

    /// The longest pause between two steps.
    pub fn longest_pause(&self) -> TimeDelta {
        let [longest, _] = self.longest;
        longest
    }

    /// How many instances of a version came in a minute, over the last minutes; `None` where it
    /// cannot be said yet, or none came.
    pub fn rate(&self, version: &Arc<str>, now: DateTime<Utc>) -> Option<f64> {
        let mut counts: BTreeMap<&Dc, usize> = BTreeMap::new();
        let mut from = None;
        let mut gained = 0_isize;
        for step in &self.all {
            let count = step.count(version);
            let Some(before) = counts.insert(&step.dc, count) else { continue };
            // How long the first change took is not known.
            match from {
                None => from = Some(step.at.max(now - LATELY)),
                Some(from) if step.at > from => gained += count as isize - before as isize,
                Some(_) => {}
            }
        }
        let minutes = (now - from?).as_seconds_f64().max(1.0) / 60.0;
        (gained > 0).then(|| gained as f64 / minutes)
    }

    /// How many instances of a version there were at each of so many moments from the beginning to
    /// now.
    pub fn trend(&self, version: &Arc<str>, width: usize, now: DateTime<Utc>) -> Vec<usize> {
        let Some(first) = self.all.first() else { return Vec::new() };
        let span = (now - first.at).num_milliseconds().max(1);
        let mut counts: BTreeMap<&Dc, usize> = BTreeMap::new();
        let mut steps = self.all.iter().peekable();
        let moments = (1..=width).map(|n| {
            let until = first.at + TimeDelta::milliseconds(span * n as i64 / width as i64);
            while let Some(step) = steps.next_if(|step| step.at <= until) {
                counts.insert(&step.dc, step.count(version));
            }
            counts.values().sum()
        });
        moments.collect()
    }
}

impl Step {
    /// How many instances of a version there were from then on.
    pub fn count(&self, version: &str) -> usize {
        self.split.get(version).map_or(0, Counts::total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Status;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn step(second: i64, dc: &str, new: usize, old: usize) -> Step {
        let mut split = Split::new();
        for (version, n) in [("v1", old), ("v2", new)] {
            split.entry(Arc::from(version)).or_default().add(Status::Passing, n);
        }
        Step { at: at(second), dc: dc.into(), split: Arc::new(split) }
    }

    fn v2() -> Arc<str> {
        Arc::from("v2")
    }

    #[test]
    fn the_rate_is_that_of_what_came_since_the_first_change() {
        let mut steps = Steps::default();
        steps.begin(step(0, "dc-1", 0, 40));
        steps.push(step(10, "dc-1", 2, 38));
        assert_eq!(steps.rate(&v2(), at(20)), None, "how long the first one took is not known");
        steps.push(step(20, "dc-1", 4, 36));
        steps.push(step(30, "dc-1", 6, 34));
        assert_eq!(steps.rate(&v2(), at(30)), Some(12.0));
        assert_eq!(steps.rate(&v2(), at(70)), Some(4.0), "it sinks while nothing comes");
        // What is first seen somewhere else did not come now.
        steps.begin(step(70, "dc-2", 20, 0));
        assert_eq!(steps.rate(&v2(), at(70)), Some(4.0));
        assert_eq!(steps.rate(&v2(), at(7_000)), None, "nothing came lately");
    }

    #[test]
    fn the_trend_goes_from_the_beginning_to_now() {
        let mut steps = Steps::default();
        steps.begin(step(0, "dc-1", 0, 4));
        steps.begin(step(0, "dc-2", 0, 4));
        for (second, dc, new) in [(10, "dc-1", 2), (20, "dc-1", 4), (30, "dc-2", 4)] {
            steps.push(step(second, dc, new, 4 - new));
        }
        assert_eq!(steps.trend(&v2(), 5, at(50)), [2, 4, 8, 8, 8]);
    }

    #[test]
    fn the_usual_pause_is_the_longest_but_one_and_steps_are_bounded() {
        let mut steps = Steps::default();
        steps.begin(step(0, "dc-1", 0, 4));
        for (n, second) in [10, 15, 300, 310, 330].into_iter().enumerate() {
            steps.push(step(second, "dc-1", n, 9));
        }
        assert_eq!(steps.usual_pause(), TimeDelta::seconds(20));
        for n in 0..5_000 {
            steps.push(step(400 + n, "dc-1", n as usize, 9));
        }
        assert!(steps.all().len() <= KEPT + 1);
        assert_eq!(
            (steps.all()[0].at, steps.last(), steps.count()),
            (at(0), Some(at(5_399)), 5_005)
        );
        assert!(steps.all().is_sorted_by_key(|step| step.at));
    }
}
