//! The rows of streams, and followers that share one.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::words;
use crate::domain::ids::Dc;
use crate::domain::replication::{Counts, Kind, Stream, StreamId, Verdict};
use crate::table::filter::RowText;
use crate::table::row::Row;

/// A stream, or the followers of a datacenter that are all in sync.
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

/// The rows of streams; with `is_folded`, followers without a fault share one for each datacenter.
pub fn of<'a>(streams: impl Iterator<Item = &'a Arc<Stream>>, is_folded: bool) -> Vec<StreamRow> {
    let mut rows = Vec::new();
    let mut followers: BTreeMap<&Dc, Vec<Arc<Stream>>> = BTreeMap::new();
    for stream in streams {
        let is_fine = stream.id.kind == Kind::Raft && !words::is_fault(stream);
        if is_folded && is_fine {
            followers.entry(&stream.id.destination).or_default().push(Arc::clone(stream));
        } else {
            rows.push(single(stream));
        }
    }
    for (dc, mut members) in followers {
        members.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        match members.as_slice() {
            [one] => rows.push(single(one)),
            _ => rows.push(shared(dc, members)),
        }
    }
    rows
}

fn single(stream: &Arc<Stream>) -> StreamRow {
    StreamRow { stream: Arc::clone(stream), members: Arc::default() }
}

/// The row of followers that are in sync.
fn shared(dc: &Dc, members: Vec<Arc<Stream>>) -> StreamRow {
    let id = StreamId {
        kind: Kind::Raft,
        source: Some(dc.clone()),
        destination: dc.clone(),
        of: Arc::from(""),
        to: Arc::from(""),
    };
    let mut counts = Counts::default();
    for member in &members {
        counts.same += member.counts.same;
        counts.pending += member.counts.pending;
    }
    let stream = Stream {
        verdict: Verdict::InSync,
        evidence: Arc::from(format!("{} followers, all in sync", members.len())),
        counts,
        // As old as the oldest of them.
        at: members.iter().map(|member| member.at).min().flatten(),
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
}
