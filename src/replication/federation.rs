//! Federation states: of each state the secondary knows the primary's index, so its lag is exact.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::since::Since;
use crate::consul::wire::FederationState;
use crate::domain::replication::{Stream, StreamId};

/// The stream that a look found. The destination is to be read first: what it has is then never newer
/// than what the source has.
pub(super) fn judge(
    id: StreamId,
    (source, destination): (&[FederationState], &[FederationState]),
    since: &mut Since,
    (now, stall_after): (DateTime<Utc>, Duration),
) -> Stream {
    let mut stream = Stream::new(id);
    (stream.at, stream.whole_at) = (Some(now), Some(now));
    let mut here: BTreeMap<&str, u64> =
        destination.iter().map(|state| (state.dc.as_str(), state.primary_index)).collect();
    let (mut pending, mut wrong) = (Vec::new(), Vec::new());
    for state in source {
        let index = state.modify_index;
        match here.remove(state.dc.as_str()) {
            Some(arrived) if arrived == index => stream.counts.same += 1,
            // Replication passes over what is as new, so it stays.
            Some(arrived) if arrived > index => {
                stream.counts.drift += 1;
                wrong.push(format!("{} is at {arrived}, the primary's is {index}", state.dc));
            }
            Some(arrived) => {
                pending.push(state.dc.to_string());
                wrong.push(format!("{} is at {arrived}, the primary's is {index}", state.dc));
            }
            None => {
                pending.push(state.dc.to_string());
                wrong.push(format!("{} is not there", state.dc));
            }
        }
    }
    stream.counts.extra = here.len();
    wrong.extend(here.keys().map(|dc| format!("{dc} is not in the primary")));
    stream.counts.pending = pending.len();
    stream.verdict = stream.counts.verdict();
    since.note(now, pending).tell(&mut stream, stall_after);
    stream.evidence = if wrong.is_empty() {
        format!("{} states, each at the primary's index", source.len()).into()
    } else {
        wrong.join("; ").into()
    };
    stream.source_index = source.iter().map(|state| state.modify_index).max();
    stream.last_replicated = destination.iter().map(|state| state.primary_index).max();
    stream
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Kind, Verdict, Waiting};

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn states(all: &[(&str, u64)]) -> Vec<FederationState> {
        let state = |(dc, index): &(&str, u64)| FederationState {
            dc: (*dc).into(),
            primary_index: *index,
            modify_index: *index,
        };
        all.iter().map(state).collect()
    }

    fn found(since: &mut Since, source: &[(&str, u64)], here: &[(&str, u64)], s: i64) -> Stream {
        let (from, destination) = (Some("dc-1".into()), "dc-2".into());
        let (of, to) = ("".into(), "".into());
        let id = StreamId { kind: Kind::Federation, source: from, destination, of, to };
        let (source, here) = (states(source), states(here));
        judge(id, (&source, &here), since, (at(s), Duration::from_secs(10)))
    }

    #[test]
    fn each_state_is_held_against_the_primarys_index() {
        let all = [("dc-1", 17), ("dc-2", 28)];
        for (here, verdict, evidence) in [
            (&all[..], Verdict::InSync, "2 states, each at the primary's index"),
            (&[("dc-1", 17), ("dc-2", 20)], Verdict::Lagging, "dc-2 is at 20, the primary's is 28"),
            (&[("dc-1", 17)], Verdict::Lagging, "dc-2 is not there"),
            (&[("dc-1", 17), ("dc-2", 40)], Verdict::Drift, "dc-2 is at 40, the primary's is 28"),
            (
                &[("dc-1", 17), ("dc-2", 28), ("dc-3", 1)],
                Verdict::Extra,
                "dc-3 is not in the primary",
            ),
        ] {
            let found = found(&mut Since::default(), &all, here, 0);
            assert_eq!((found.verdict, &*found.evidence), (verdict, evidence));
        }
    }

    #[test]
    fn what_was_seen_to_fall_behind_is_stalled_after_a_while() {
        let mut since = Since::default();
        found(&mut since, &[("dc-1", 17)], &[("dc-1", 17)], 0);
        let late = found(&mut since, &[("dc-1", 18)], &[("dc-1", 17)], 4);
        assert_eq!((late.waiting, late.stalled_for), (Waiting::Since(at(4)), None));
        let late = found(&mut since, &[("dc-1", 18)], &[("dc-1", 17)], 15);
        assert_eq!(late.stalled_for, Some(Duration::from_secs(11)));
    }
}
