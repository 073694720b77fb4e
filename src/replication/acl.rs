//! ACLs: how far a secondary has replicated policies, roles and tokens.
//!
//! The secondary says how far it is, in the primary's indexes, so they are held against the primary's
//! own. That it says it runs means nothing: it says so with a replication token that was revoked.
//! What counts is whether it succeeded after it failed last.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::since::{History, Since};
use crate::consul::read::primary::acl_lists;
use crate::consul::wire::AclReplication;
use crate::consul::{ApiError, Client};
use crate::domain::replication::{Counts, Stream, StreamId, Verdict, Waiting};

/// What is replicated, in the order of [`AclReplication::replicated`].
const LISTS: [&str; 3] = ["policies", "roles", "tokens"];

/// What is remembered of one secondary.
#[derive(Debug, Default)]
pub(super) struct Acl {
    histories: [History; 3],
    failing: Since,
}

/// The primary's own indexes. To be read after the secondary's: what it has replicated is then never
/// more than what the primary has.
pub(super) async fn indexes(primary: &Client) -> Result<[u64; 3], ApiError> {
    let [policies, roles, tokens] = acl_lists();
    let index = async |query: crate::consul::read::Query<()>| {
        let query = query.with(|request| request.timeout(super::PATIENCE));
        query.fetch(primary).await.map(|((), meta)| meta.index.unwrap_or_default())
    };
    let (policies, roles, tokens) = tokio::try_join!(index(policies), index(roles), index(tokens))?;
    Ok([policies, roles, tokens])
}

impl Acl {
    /// The stream that a look found.
    pub fn judge(
        &mut self,
        id: StreamId,
        status: &AclReplication,
        primary: [u64; 3],
        (now, stall_after): (DateTime<Utc>, Duration),
    ) -> Stream {
        let mut stream = Stream::new(id);
        (stream.at, stream.whole_at) = (Some(now), Some(now));
        let lists = if status.has_tokens { 3 } else { 2 };
        let mut counts = Counts::default();
        let mut told = Vec::new();
        let mut waiting = Vec::new();
        let all = LISTS.iter().zip(status.replicated).zip(primary).zip(&mut self.histories);
        for (((list, replicated), index), history) in all.take(lists) {
            waiting.push(history.note(now, index, replicated));
            *if replicated == index { &mut counts.same } else { &mut counts.pending } += 1;
            told.push(format!("{list} {replicated} of {index}"));
        }
        let failing = failure(status);
        let named = failing.iter().map(|_| "replication".to_owned());
        waiting.push(self.failing.note(now, named));
        let waits = waiting.into_iter().filter(|oldest| oldest.waiting != Waiting::Nothing);
        let oldest = waits.max_by_key(|oldest| oldest.seen_for).unwrap_or_default();
        oldest.tell(&mut stream, stall_after);
        stream.verdict = counts.verdict();
        stream.counts = counts;
        stream.evidence = told.join(", ").into();
        if let Some(failing) = failing {
            // It does not move by itself, whether something waits already or not.
            stream.verdict = Verdict::Lagging;
            stream.stalled_for = Some(still_for(status, now).unwrap_or(oldest.seen_for));
            stream.evidence = format!("{failing}; {}", told.join(", ")).into();
        }
        let furthest = |indexes: [u64; 3]| indexes.into_iter().take(lists).max();
        stream.last_replicated = furthest(status.replicated);
        stream.source_index = furthest(primary);
        stream.facts = facts(status);
        stream
    }
}

/// What is wrong with the replication itself.
fn failure(status: &AclReplication) -> Option<String> {
    if !status.is_running {
        return Some("it does not run".to_owned());
    }
    let error = status.last_error.filter(|error| Some(*error) > status.last_success)?;
    let text = match &*status.last_error_text {
        "" => String::new(),
        text => format!(": {text}"),
    };
    let at = error.format("%H:%M:%S UTC");
    Some(match status.last_success {
        Some(success) => {
            let success = success.format("%H:%M:%S");
            format!("it fails: the last error at {at}, the last success at {success}{text}")
        }
        None => format!("it fails, and never succeeded: the last error at {at}{text}"),
    })
}

/// How long ago it succeeded last, by the servers' clocks.
fn still_for(status: &AclReplication, now: DateTime<Utc>) -> Option<Duration> {
    (now - status.last_success?).to_std().ok()
}

fn facts(status: &AclReplication) -> Vec<(&'static str, String)> {
    let time = |at: Option<DateTime<Utc>>| {
        at.map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
    };
    let runs = if status.is_running { "yes" } else { "no" };
    let mut facts = vec![
        ("says it runs", runs.to_owned()),
        ("last success", time(status.last_success)),
        ("last error", time(status.last_error)),
    ];
    if !status.has_tokens {
        facts.push(("tokens", "are not replicated".to_owned()));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::Kind;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn status(replicated: [u64; 3], success: Option<i64>, error: Option<i64>) -> AclReplication {
        AclReplication {
            is_enabled: true,
            is_running: true,
            has_tokens: true,
            source: Some("dc-1".into()),
            replicated,
            last_success: success.map(at),
            last_error: error.map(at),
            last_error_text: "".into(),
        }
    }

    fn judge(acl: &mut Acl, status: &AclReplication, primary: [u64; 3], second: i64) -> Stream {
        let (source, destination) = (Some("dc-1".into()), "dc-2".into());
        let id = StreamId { kind: Kind::Acl, source, destination, of: "".into(), to: "".into() };
        acl.judge(id, status, primary, (at(second), Duration::from_secs(10)))
    }

    #[test]
    fn it_is_in_sync_when_all_lists_arrived_however_long_ago_it_succeeded() {
        let found = judge(&mut Acl::default(), &status([4, 1, 6], Some(0), None), [4, 1, 6], 280);
        assert_eq!((found.verdict, found.stalled_for), (Verdict::InSync, None));
        assert_eq!(&*found.evidence, "policies 4 of 4, roles 1 of 1, tokens 6 of 6");
    }

    #[test]
    fn a_list_that_is_behind_waits_since_it_was_seen_to_move() {
        let mut acl = Acl::default();
        judge(&mut acl, &status([4, 1, 6], Some(0), None), [4, 1, 6], 1);
        let found = judge(&mut acl, &status([4, 1, 6], Some(0), None), [4, 1, 9], 5);
        assert_eq!((found.verdict, found.counts.pending), (Verdict::Lagging, 1));
        assert_eq!((found.waiting, found.stalled_for), (Waiting::Since(at(5)), None));
        let found = judge(&mut acl, &status([4, 1, 6], Some(0), None), [4, 1, 12], 16);
        assert_eq!(found.stalled_for, Some(Duration::from_secs(11)));
        let found = judge(&mut acl, &status([4, 1, 9], Some(0), None), [4, 1, 12], 17);
        assert_eq!((found.waiting, found.stalled_for), (Waiting::Since(at(16)), None));
    }

    #[test]
    fn an_error_after_the_last_success_is_a_stall_though_it_says_it_runs() {
        let broken = status([4, 1, 6], Some(100), Some(164));
        let found = judge(&mut Acl::default(), &broken, [4, 1, 6], 170);
        assert_eq!(found.verdict, Verdict::Lagging);
        assert_eq!(found.stalled_for, Some(Duration::from_secs(70)));
        assert!(found.evidence.starts_with("it fails: the last error at "), "{}", found.evidence);
        let healed = status([4, 1, 6], Some(171), Some(164));
        assert_eq!(judge(&mut Acl::default(), &healed, [4, 1, 6], 172).verdict, Verdict::InSync);
    }

    #[test]
    fn what_never_succeeded_or_does_not_run_is_no_health() {
        let never = status([0, 0, 0], None, Some(3));
        let found = judge(&mut Acl::default(), &never, [4, 1, 6], 5);
        assert!(found.evidence.contains("never succeeded"), "{}", found.evidence);
        let still = AclReplication { is_running: false, ..status([4, 1, 6], Some(0), None) };
        let found = judge(&mut Acl::default(), &still, [4, 1, 6], 5);
        assert_eq!(found.verdict, Verdict::Lagging);
    }

    #[test]
    fn tokens_count_only_where_they_are_replicated() {
        let legacy = AclReplication { has_tokens: false, ..status([4, 1, 0], Some(0), None) };
        assert_eq!(judge(&mut Acl::default(), &legacy, [4, 1, 6], 1).verdict, Verdict::InSync);
    }

    #[test]
    fn a_primary_that_was_restored_is_not_in_sync_by_its_lower_index() {
        let found = judge(&mut Acl::default(), &status([90, 1, 6], Some(0), None), [40, 1, 6], 1);
        assert_eq!(found.verdict, Verdict::Lagging);
    }
}
