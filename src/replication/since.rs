//! Since when something waits, as far as it was seen.
//!
//! Pure. What waits at the first look waits since nobody knows when; a lower bound is all there is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::replication::{Differing, MOST_DIFFERING, Stream, Waiting};

/// Since when each of some things has been waiting without a break.
#[derive(Debug, Default)]
pub(super) struct Since {
    /// The first sight of each, and whether it was seen to begin.
    waiting: HashMap<String, (DateTime<Utc>, bool)>,
    has_looked: bool,
}

/// The indexes that a source was seen at.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Rising; with the first sight of each, and whether it was seen to come.
    seen: Vec<(u64, DateTime<Utc>, bool)>,
    has_looked: bool,
}

/// How many indexes are remembered: of more, only how far the last one is.
const REMEMBERED: usize = 1_000;

/// How long the oldest has been waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Oldest {
    pub waiting: Waiting,
    /// How long at least.
    pub seen_for: Duration,
}

impl Since {
    /// Notes what waits now.
    pub fn note(&mut self, now: DateTime<Utc>, names: impl IntoIterator<Item = String>) -> Oldest {
        let is_exact = self.has_looked;
        self.has_looked = true;
        let mut before = std::mem::take(&mut self.waiting);
        for name in names {
            let since = before.remove(&name).unwrap_or((now, is_exact));
            self.waiting.insert(name, since);
        }
        // What was so from the start is older than all that was seen to begin.
        Oldest::of(now, self.waiting.values().copied())
    }
}

impl History {
    /// Notes the source's index, and how far it has arrived.
    pub fn note(&mut self, now: DateTime<Utc>, index: u64, arrived: u64) -> Oldest {
        let is_exact = self.has_looked;
        self.has_looked = true;
        // A source that was restored counts anew.
        self.seen.retain(|(seen, ..)| *seen <= index && *seen > arrived);
        let is_known = self.seen.last().is_some_and(|(seen, ..)| *seen == index);
        if index > arrived && !is_known {
            if self.seen.len() < REMEMBERED {
                self.seen.push((index, now, is_exact));
            } else if let Some(last) = self.seen.last_mut() {
                last.0 = index;
            }
        }
        Oldest::of(now, self.seen.iter().map(|(_, at, is_exact)| (*at, *is_exact)))
    }
}

impl Oldest {
    fn of(now: DateTime<Utc>, all: impl Iterator<Item = (DateTime<Utc>, bool)>) -> Self {
        let Some((at, is_exact)) = all.min_by_key(|(at, is_exact)| (*is_exact, *at)) else {
            return Self::default();
        };
        let waiting = if is_exact { Waiting::Since(at) } else { Waiting::Unknown };
        Self { waiting, seen_for: (now - at).to_std().unwrap_or_default() }
    }

    /// Says on a stream how long it waits, and that it is stalled after so long.
    pub fn tell(self, stream: &mut Stream, stall_after: Duration) {
        stream.waiting = self.waiting;
        let waits = self.waiting != Waiting::Nothing;
        stream.stalled_for = Some(self.seen_for).filter(|seen| waits && *seen >= stall_after);
    }
}

/// Says of each key that differs when it was first seen to, by what was found before.
pub(super) fn date(stream: &mut Stream, before: &Stream) {
    // Of what was not looked at, or not listed for want of room, nothing is known.
    let is_whole = before.at.is_some() && before.differing.len() < MOST_DIFFERING;
    let known: HashMap<_, _> = before.differing.iter().map(|key| (&key.name, key.since)).collect();
    let came = stream.at.filter(|_| is_whole);
    let dated = |key: &Differing| {
        let since = known.get(&key.name).copied().unwrap_or(came);
        Differing { since, ..key.clone() }
    };
    stream.differing = stream.differing.iter().map(dated).collect::<Arc<_>>();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Class, Counts, Kind, StreamId};

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_waits_at_the_first_look_waits_since_an_unknown_time() {
        let mut since = Since::default();
        assert_eq!(since.note(at(0), names(&["a"])).waiting, Waiting::Unknown);
        assert_eq!(since.note(at(5), names(&["a", "b"])).seen_for, Duration::from_secs(5));
        assert_eq!(since.note(at(9), names(&["b"])).waiting, Waiting::Since(at(5)));
        assert_eq!(since.note(at(12), names(&[])), Oldest::default());
        // It arrived meanwhile: it waits anew.
        assert_eq!(since.note(at(20), names(&["a"])).waiting, Waiting::Since(at(20)));
    }

    #[test]
    fn a_key_differs_since_the_look_that_found_it_first() {
        let (source, destination) = (None, "dc-1".into());
        let id = StreamId { kind: Kind::Git, source, destination, of: "".into(), to: "".into() };
        let look = |second, names: &[&str]| {
            let differing = |name: &&str| Differing {
                name: (*name).into(),
                class: Class::Drift,
                source: None,
                destination: None,
                is_edited_there: true,
                since: None,
            };
            let counts = Counts { drift: names.len(), ..Counts::default() };
            let differing = names.iter().map(differing).collect();
            Stream { at: Some(at(second)), counts, differing, ..Stream::new(id.clone()) }
        };
        let dated = |mut stream: Stream, before: &Stream| {
            date(&mut stream, before);
            stream
        };
        let times =
            |stream: &Stream| stream.differing.iter().map(|it| it.since).collect::<Vec<_>>();
        let first = look(0, &["a"]);
        let second = dated(look(10, &["a", "b"]), &first);
        assert_eq!(times(&second), [None, Some(at(10))]);
        assert_eq!(times(&dated(look(20, &["a", "b"]), &second)), [None, Some(at(10))]);
        let never = Stream::new(id.clone());
        assert_eq!(times(&dated(look(20, &["a"]), &never)), [None]);
        let cut = look(0, &vec!["a"; MOST_DIFFERING]);
        assert_eq!(times(&dated(look(20, &["b"]), &cut)), [None], "it was not listed");
        // A deletion without a name is counted, and no key is.
        let unnamed = Stream { counts: Counts { pending: 1, ..Counts::default() }, ..look(0, &[]) };
        assert_eq!(times(&dated(look(20, &["b"]), &unnamed)), [Some(at(20))]);
    }

    #[test]
    fn an_index_waits_since_it_was_seen_first() {
        let mut history = History::default();
        assert_eq!(history.note(at(0), 10, 8).waiting, Waiting::Unknown);
        assert_eq!(history.note(at(1), 12, 8).waiting, Waiting::Unknown);
        assert_eq!(history.note(at(2), 15, 10).waiting, Waiting::Since(at(1)));
        assert_eq!(history.note(at(3), 15, 12).waiting, Waiting::Since(at(2)));
        assert_eq!(history.note(at(4), 15, 15), Oldest::default());
    }

    #[test]
    fn a_source_that_moves_while_nothing_arrives_waits_since_its_first_move() {
        let mut history = History::default();
        assert_eq!(history.note(at(0), 10, 10), Oldest::default());
        for second in 1..50 {
            let oldest = history.note(at(second), 10 + second as u64, 10);
            assert_eq!(oldest.waiting, Waiting::Since(at(1)), "{second}");
        }
    }

    #[test]
    fn an_index_that_goes_back_begins_anew() {
        let mut history = History::default();
        history.note(at(0), 90, 50);
        assert_eq!(history.note(at(1), 60, 60), Oldest::default());
        assert_eq!(history.note(at(2), 61, 60).waiting, Waiting::Since(at(2)));
    }
}
