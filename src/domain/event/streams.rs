//! What happened to streams between datacenters: another verdict, or nothing that arrives any more.
//!
//! Streams are compared now and then: what changed did so between two looks. One that was not
//! compared yet, or that can no longer be, has no verdict, and none is told. The event is the
//! destination's, in whose eyes the stream is late.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Event, Kind, Object};
use crate::domain::replication::{Stream, Verdict};

/// Behind the verdict on a stream whose keys wait and do not move.
pub const STALLED: &str = ", stalled";

/// Two looks that are no further apart tell as of the moment.
const MOMENT: TimeDelta = TimeDelta::seconds(2);

/// The verdict before, and when it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    verdict: Verdict,
    /// What waits does not move.
    is_stalled: bool,
    at: DateTime<Utc>,
}

/// The event of a look at a stream, and what is to be remembered for the next one.
pub fn look(before: Option<Given>, stream: &Stream) -> (Option<Event>, Option<Given>) {
    let given = match (stream.verdict, stream.at) {
        (Verdict::Unknown, _) | (_, None) => return (None, before),
        (_, Some(_)) if stream.problem.is_some() => return (None, before),
        (verdict, Some(at)) => Given { verdict, is_stalled: stream.is_stalled(), at },
    };
    let changed = before.filter(|before| before.state() != given.state());
    let event = changed.map(|before| Event {
        at: given.at,
        after: (given.at - before.at > MOMENT).then_some(before.at),
        dc: stream.id.destination.clone(),
        kind: Kind::Replication,
        object: Object::Stream(stream.id.clone()),
        from: before.words().into(),
        to: given.words().into(),
        detail: Arc::clone(&stream.evidence),
        index: stream.last_replicated.unwrap_or_default(),
    });
    (event, Some(given))
}

impl Given {
    fn state(self) -> (Verdict, bool) {
        (self.verdict, self.is_stalled)
    }

    fn words(self) -> String {
        let stalled = if self.is_stalled { STALLED } else { "" };
        format!("{}{stalled}", self.verdict.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Kind as Carrier, StreamId};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn stream(verdict: Verdict, seconds: i64) -> Stream {
        let id = StreamId {
            kind: Carrier::Compare,
            source: Some("dc-1".into()),
            destination: "dc-2".into(),
            of: "a/".into(),
            to: "a/".into(),
        };
        Stream { verdict, at: Some(at(seconds)), ..Stream::new(id) }
    }

    /// What looks tell: `IN SYNC > DRIFT` with the seconds between which it became so.
    fn told(looks: &[Stream]) -> Vec<(String, Option<i64>, i64)> {
        let mut known = None;
        let mut told = Vec::new();
        for stream in looks {
            let (event, now) = look(known, stream);
            known = now;
            told.extend(event.map(|event| {
                let words = format!("{} > {}", event.from, event.to);
                (words, event.after.map(|at| at.timestamp()), event.at.timestamp())
            }));
        }
        told
    }

    #[test]
    fn another_verdict_is_an_event_and_the_first_is_none() {
        let looks = [
            stream(Verdict::InSync, 0),
            stream(Verdict::InSync, 30),
            stream(Verdict::Drift, 60),
            stream(Verdict::Lagging, 61),
        ];
        assert_eq!(
            told(&looks),
            [
                ("IN SYNC > DRIFT".to_owned(), Some(30), 60),
                ("DRIFT > LAGGING".to_owned(), None, 61)
            ]
        );
    }

    #[test]
    fn that_nothing_arrives_any_more_is_an_event() {
        let still = Some(std::time::Duration::from_secs(10));
        let stalled = |seconds| Stream { stalled_for: still, ..stream(Verdict::Lagging, seconds) };
        let looks =
            [stream(Verdict::Lagging, 0), stalled(10), stalled(11), stream(Verdict::InSync, 12)];
        assert_eq!(
            told(&looks),
            [
                ("LAGGING > LAGGING, stalled".to_owned(), Some(0), 10),
                ("LAGGING, stalled > IN SYNC".to_owned(), None, 12)
            ]
        );
    }

    #[test]
    fn while_it_cannot_be_compared_it_has_no_verdict() {
        let problem = Some("dc-1 is dark".into());
        let dark = |seconds| Stream { problem: problem.clone(), ..stream(Verdict::Drift, seconds) };
        let looks = [
            stream(Verdict::InSync, 0),
            dark(30),
            stream(Verdict::Unknown, 40),
            dark(60),
            stream(Verdict::Extra, 90),
        ];
        assert_eq!(told(&looks), [("IN SYNC > EXTRA".to_owned(), Some(0), 90)]);
    }
}
