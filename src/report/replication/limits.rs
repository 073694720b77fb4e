//! What is a failure: the conditions of the command line, held against a stream.
//!
//! Pure. How long something waits is at least known from the looks themselves: what was pending at
//! the first of them and still is waits since then, or longer.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::cli::Condition;
use crate::domain::replication::{Stream, Verdict, Waiting};
use crate::ui::text::age;

/// The conditions.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Nothing may wait for longer.
    pub max_lag: Option<Duration>,
    pub fail_on: Vec<Condition>,
    /// What waits so long without moving is stalled.
    pub stall_after: Duration,
}

/// A look in the series of looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// When the streams were looked at first (UTC).
    pub first: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

impl Limits {
    /// How long to look at what is pending before it can be judged; zero when one look will do.
    pub fn patience(&self) -> Duration {
        let stall = self.fail_on.contains(&Condition::Stall).then_some(self.stall_after);
        stall.max(self.max_lag).unwrap_or_default()
    }

    /// Why a stream fails, in words; nothing when it does not.
    pub fn failures(&self, stream: &Stream, moment: Moment) -> Vec<String> {
        let mut why = Vec::new();
        let waits = waits(stream, moment);
        if let (Some(most), Some(waits)) = (self.max_lag, waits)
            && waits > most
        {
            let waits = age(waits);
            why.push(format!("something waits for {waits} at least, the most is {}", age(most)));
        }
        let holds = |condition: &&Condition| holds(**condition, stream, waits, self.stall_after);
        why.extend(self.fail_on.iter().filter(holds).map(|condition| said(*condition, stream)));
        why
    }
}

fn holds(
    condition: Condition,
    stream: &Stream,
    waits: Option<Duration>,
    stall_after: Duration,
) -> bool {
    let counts = &stream.counts;
    match condition {
        Condition::Drift => stream.verdict == Verdict::Drift || counts.drift > 0,
        Condition::Lag => stream.verdict == Verdict::Lagging || counts.pending > 0,
        Condition::Extra => stream.verdict == Verdict::Extra || counts.extra > 0,
        Condition::Alarm => !stream.alarms.is_empty(),
        // A mechanism that is known to stand still where nothing waits stands still for a reason.
        Condition::Stall => {
            stream.stalled_for.is_some_and(|still| waits.is_some() && still >= stall_after)
                || stream.stalled_for.is_some() && waits.is_some_and(|waits| waits >= stall_after)
        }
    }
}

fn said(condition: Condition, stream: &Stream) -> String {
    match condition {
        Condition::Drift => format!("drift: {}", stream.evidence),
        Condition::Lag => format!("lag: {}", stream.evidence),
        Condition::Extra => format!("extra: {}", stream.evidence),
        Condition::Stall => format!("stall: {}", stream.evidence),
        Condition::Alarm => {
            let alarms: Vec<_> = stream.alarms.iter().map(ToString::to_string).collect();
            format!("alarm: {}", alarms.join("; "))
        }
    }
}

/// How long the oldest that has not arrived waits, at least; `None` when nothing waits.
pub(super) fn waits(stream: &Stream, moment: Moment) -> Option<Duration> {
    let since = match stream.waiting {
        Waiting::Nothing => return None,
        Waiting::Unknown => moment.first,
        Waiting::Since(since) => since,
    };
    let seen = (moment.now - since).to_std().unwrap_or_default();
    Some(seen.max(stream.stalled_for.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Alarm, Counts, Kind, StreamId};

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn stream(pending: usize, waiting: Waiting) -> Stream {
        let destination = "dc-2".into();
        let (of, to) = ("app/".into(), "app/".into());
        let kind = Kind::ConsulReplicate;
        let id = StreamId { kind, source: Some("dc-1".into()), destination, of, to };
        let counts = Counts { pending, ..Counts::default() };
        Stream { counts, verdict: counts.verdict(), waiting, ..Stream::new(id) }
    }

    fn limits(max_lag: Option<u64>, fail_on: &[Condition]) -> Limits {
        let max_lag = max_lag.map(Duration::from_secs);
        Limits { max_lag, fail_on: fail_on.to_vec(), stall_after: Duration::from_secs(10) }
    }

    fn fails(limits: &Limits, stream: &Stream, second: i64) -> bool {
        !limits.failures(stream, Moment { first: at(0), now: at(second) }).is_empty()
    }

    #[test]
    fn what_waits_since_before_the_first_look_waits_at_least_since_then() {
        let limits = limits(Some(30), &[]);
        let old = stream(1, Waiting::Unknown);
        assert!(!fails(&limits, &old, 0) && !fails(&limits, &old, 30));
        assert!(fails(&limits, &old, 31));
        let new = stream(1, Waiting::Since(at(20)));
        assert!(!fails(&limits, &new, 31));
        assert!(!fails(&limits, &stream(0, Waiting::Nothing), 500));
    }

    #[test]
    fn what_the_mechanism_says_it_stands_still_counts_at_once() {
        let mut raft = stream(1, Waiting::Unknown);
        raft.stalled_for = Some(Duration::from_secs(40));
        assert!(fails(&limits(Some(30), &[]), &raft, 0));
        assert!(fails(&limits(None, &[Condition::Stall]), &raft, 0));
    }

    #[test]
    fn a_stall_is_one_only_when_it_was_seen_for_long_enough() {
        let limits = limits(None, &[Condition::Stall]);
        let mut silent = stream(1, Waiting::Unknown);
        assert!(!fails(&limits, &silent, 60), "it moves");
        silent.stalled_for = Some(Duration::ZERO);
        assert!(!fails(&limits, &silent, 9));
        assert!(fails(&limits, &silent, 10));
    }

    #[test]
    fn each_condition_holds_for_its_own_only() {
        let with = |change: fn(&mut Stream)| {
            let mut stream = stream(0, Waiting::Nothing);
            change(&mut stream);
            stream.verdict = stream.counts.verdict();
            stream
        };
        let all = [Condition::Drift, Condition::Lag, Condition::Extra, Condition::Alarm];
        let cases = [
            (with(|it| it.counts.drift = 1), Some(Condition::Drift)),
            (with(|it| it.counts.pending = 1), Some(Condition::Lag)),
            (with(|it| it.counts.extra = 1), Some(Condition::Extra)),
            (with(|it| it.alarms.push(Alarm::EditedThere(1))), Some(Condition::Alarm)),
            (with(|it| it.counts.same = 9), None),
        ];
        for (stream, holding) in &cases {
            for condition in all {
                let fails = fails(&limits(None, &[condition]), stream, 0);
                assert_eq!(fails, *holding == Some(condition), "{stream:?} {condition:?}");
            }
        }
    }

    #[test]
    fn one_look_will_do_where_no_time_is_asked_for() {
        assert_eq!(limits(None, &[Condition::Lag]).patience(), Duration::ZERO);
        assert_eq!(limits(Some(3), &[Condition::Stall]).patience(), Duration::from_secs(10));
        assert_eq!(limits(Some(30), &[Condition::Stall]).patience(), Duration::from_secs(30));
    }
}
