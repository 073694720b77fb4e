//! The rows of streams, and those of several that have the same to say.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::words;
use crate::domain::ids::Dc;
use crate::domain::replication::{Counts, Kind, Stream, StreamId, Verdict};
use crate::table::filter::RowText;
use crate::table::row::Row;

/// A stream, or several that have the same to say: the followers of a datacenter that are in sync.
#[derive(Clone, Debug)]
pub struct StreamRow {
    /// The stream; one made up for a row that stands for others.
    pub stream: Arc<Stream>,
    /// Those that it stands for; empty for a single stream.
    pub members: Arc<[Arc<Stream>]>,
}

impl StreamRow {
    /// True when it stands for others.
    pub fn is_folded(&self) -> bool {
        !self.members.is_empty()
    }
}

impl Row for StreamRow {
    type Key = StreamId;

    fn key(&self) -> StreamId {
        self.stream.id.clone()
    }

    fn text(&self) -> RowText {
        let stream = &self.stream;
        let id = &stream.id;
        let mut cells = vec![
            String::from(stream.verdict.word()),
            String::from(id.kind.word()),
            id.source.as_ref().map_or_else(|| String::from("?"), ToString::to_string),
            id.destination.to_string(),
            id.of.to_string(),
            id.to.to_string(),
            stream.evidence.to_string(),
        ];
        cells.extend(stream.alarms.iter().map(ToString::to_string));
        cells.extend(stream.problem.as_ref().map(ToString::to_string));
        cells.extend(stream.stalled_for.map(|_| String::from("stalled")));
        cells.extend(self.members.iter().map(|member| member.id.of.to_string()));
        RowText::new(cells.iter().map(String::as_str))
    }

    /// Followers last: there are many of them.
    fn tie(&self, other: &Self) -> Ordering {
        let key = |row: &Self| (row.stream.id.kind == Kind::Raft, row.stream.id.clone());
        key(self).cmp(&key(other))
    }
}

/// What streams have in common that share a row.
type Shared<'a> = (Kind, Option<&'a Dc>, &'a Dc, Option<&'a str>);

/// The rows of streams; with `is_folded`, followers without a fault share one for each datacenter,
/// and so do streams of a kind that were never read, for the same reason.
pub fn of<'a>(streams: impl Iterator<Item = &'a Arc<Stream>>, is_folded: bool) -> Vec<StreamRow> {
    let mut rows = Vec::new();
    let mut groups: BTreeMap<Shared<'_>, Vec<Arc<Stream>>> = BTreeMap::new();
    for stream in streams {
        let id = &stream.id;
        let is_fine = id.kind == Kind::Raft && !words::is_fault(stream);
        let is_unread = stream.at.is_none() && stream.problem.is_some();
        if is_folded && (is_fine || is_unread) {
            let shared = (id.kind, id.source.as_ref(), &id.destination, stream.problem.as_deref());
            groups.entry(shared).or_default().push(Arc::clone(stream));
        } else {
            rows.push(single(stream));
        }
    }
    for (shared, mut members) in groups {
        members.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        match members.as_slice() {
            [one] => rows.push(single(one)),
            _ => rows.push(together(shared, members)),
        }
    }
    rows
}

fn single(stream: &Arc<Stream>) -> StreamRow {
    StreamRow { stream: Arc::clone(stream), members: Arc::default() }
}

/// The row of streams that share one.
fn together(
    (kind, source, destination, problem): Shared<'_>,
    members: Vec<Arc<Stream>>,
) -> StreamRow {
    let id = StreamId {
        kind,
        source: source.cloned(),
        destination: destination.clone(),
        // Rows that differ in the reason only are two.
        of: Arc::from(problem.unwrap_or_default()),
        to: Arc::from(""),
    };
    let mut counts = Counts::default();
    for member in &members {
        counts.same += member.counts.same;
        counts.pending += member.counts.pending;
    }
    let evidence = match problem {
        None => format!("{} followers, all in sync", members.len()),
        Some(_) => format!("{} were never read", members.len()),
    };
    let stream = Stream {
        verdict: if problem.is_some() { Verdict::Unknown } else { Verdict::InSync },
        evidence: Arc::from(evidence),
        counts,
        // As old as the oldest of them.
        at: members.iter().map(|member| member.at).min().flatten(),
        problem: problem.map(Arc::from),
        is_denied: members.iter().any(|member| member.is_denied),
        ..Stream::new(id)
    };
    StreamRow { stream: Arc::new(stream), members: members.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::Alarm;

    fn stream(kind: Kind, of: &str, verdict: Verdict) -> Arc<Stream> {
        let id = StreamId {
            kind,
            source: Some("dc-1".into()),
            destination: "dc-1".into(),
            of: of.into(),
            to: "".into(),
        };
        Arc::new(Stream { verdict, at: Some(chrono::DateTime::UNIX_EPOCH), ..Stream::new(id) })
    }

    #[test]
    fn followers_in_sync_share_a_row_and_the_others_do_not() {
        let mut odd = Stream::clone(&stream(Kind::Raft, "s-4", Verdict::InSync));
        odd.alarms.push(Alarm::EditedThere(1));
        let all = [
            stream(Kind::Raft, "s-2", Verdict::InSync),
            stream(Kind::Raft, "s-1", Verdict::InSync),
            stream(Kind::Raft, "s-3", Verdict::Lagging),
            Arc::new(odd),
            stream(Kind::Acl, "", Verdict::InSync),
        ];
        let rows = of(all.iter(), true);
        let names: Vec<_> =
            rows.iter().map(|row| (&*row.stream.id.of, row.members.len())).collect();
        assert_eq!(names, [("s-3", 0), ("s-4", 0), ("", 0), ("", 2)]);
        assert_eq!(of(all.iter(), false).len(), 5);
        assert_eq!(of(all[..1].iter(), true)[0].members.len(), 0, "one is no group");
    }

    #[test]
    fn what_was_never_read_for_the_same_reason_shares_a_row_and_what_was_read_before_does_not() {
        let unread = |of: &str, why: &str| {
            let stream = Stream::clone(&stream(Kind::ConfigEntries, of, Verdict::Unknown));
            Arc::new(Stream { at: None, problem: Some(Arc::from(why)), ..stream })
        };
        let mut before = Stream::clone(&unread("d", "refused"));
        before.at = Some(chrono::DateTime::UNIX_EPOCH);
        let all = [
            unread("a", "refused"),
            unread("b", "refused"),
            unread("c", "denied"),
            Arc::new(before),
        ];
        let rows = of(all.iter(), true);
        let names: Vec<_> =
            rows.iter().map(|row| (&*row.stream.id.of, row.members.len())).collect();
        assert_eq!(names, [("d", 0), ("c", 0), ("refused", 2)]);
        assert_eq!(rows[2].stream.problem.as_deref(), Some("refused"));
    }
}
