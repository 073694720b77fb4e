//! git2consul as streams: from a branch of a repository to the datacenter where it runs, and from
//! there, by consul-replicate, to others.
//!
//! Consul only knows the commit that was brought in last (`.ref`). Where git2consul runs, keys that
//! were written after it were edited, or a sync is going on. Elsewhere the commit is live when the
//! replicator has passed the `.ref` and no key is pending or different: the `.ref` itself arrives
//! before its files. What was edited before the last commit cannot be seen without the repository.
//! What was deleted after it is known by name as far as dcview saw it there, and else by the index of
//! the folder, for the 15 minutes that Consul remembers a deletion. Where the token may not see every
//! key, what is not listed any more may be hidden from it.

mod left;

use std::fmt::Write;
use std::sync::Arc;

use super::{Class, Counts, Differing, MOST_DIFFERING, Stamp, StatusKey, Stream, Verdict};
use crate::domain::ids::Key;
use crate::domain::kv::Entry;
use crate::domain::managed::Mapping;
pub use left::{Gone, Left, Look};

/// A commit is told by so many of its digits.
const SHORT: usize = 7;

/// A key below a branch's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name, from the root.
    pub key: Key,
    /// What of it is compared.
    pub stamp: Stamp,
    /// Its `CreateIndex`.
    pub create_index: u64,
}

/// A branch where git2consul brings it in.
#[derive(Clone, Copy, Debug)]
pub struct Local<'a> {
    /// Where it goes.
    pub mapping: &'a Mapping,
    /// Its `.ref`.
    pub marker: Option<&'a Entry>,
    /// The keys that it writes.
    pub keys: &'a [Written],
    /// What was deleted after the commit.
    pub gone: &'a Gone,
    /// Keys above this index were written after the commit; `None` while that is not known.
    pub line: Option<u64>,
    /// True when nothing has been written for a while: no sync is going on.
    pub is_still: bool,
    /// True when the token may not see every key.
    pub is_filtered: bool,
    /// The commit that was there before, where the `.ref` is gone.
    pub before: Option<&'a str>,
}

/// A branch where consul-replicate brings it.
#[derive(Clone, Copy, Debug)]
pub struct Remote<'a> {
    /// Its `.ref` where git2consul runs.
    pub source: Option<&'a Entry>,
    /// Its `.ref` here.
    pub here: Option<&'a Entry>,
    /// How far the replicator is.
    pub last_replicated: u64,
    /// Its keys, the `.ref` among those that differ.
    pub counts: Counts,
    /// What is wrong where git2consul runs, in words: what is the same here is no better.
    pub drifted: Option<(Verdict, &'a str)>,
}

impl Local<'_> {
    /// Says on a stream what was found.
    pub fn judge(&self, stream: &mut Stream) {
        let Some(marker) = self.marker else {
            stream.counts.pending = 1;
            stream.verdict = Verdict::Lagging;
            let marker = &self.mapping.marker;
            stream.evidence = match self.before.map(short) {
                Some(commit) => format!(
                    "'{marker}' is gone, {commit} was in: git2consul writes every file at its next look"
                ),
                None => format!("no commit was brought in yet: '{marker}' is missing"),
            }
            .into();
            return;
        };
        let (key, modify_index) = (marker.key.clone(), marker.modify_index);
        stream.status = Some(StatusKey { key, modify_index });
        let Some(commit) = commit(marker) else {
            stream.counts.pending = 1;
            stream.verdict = Verdict::Lagging;
            stream.evidence = "a first sync or a rebuild goes on: its '.ref' is empty".into();
            return;
        };
        if self.mapping.prefix.is_empty() {
            stream.evidence = "its keys have no prefix of their own: they are not compared".into();
            return;
        }
        let after = |it: &&Written| self.line.is_some_and(|line| it.stamp.modify_index > line);
        let edited: Vec<_> = self.keys.iter().filter(after).collect();
        let (names, hidden) = if self.is_filtered {
            (&[][..], &*self.gone.names)
        } else {
            (&*self.gone.names, &[][..])
        };
        let short = short(commit);
        let keys = counted(self.keys.len() + names.len());
        stream.counts.same = self.keys.len() - edited.len();
        let changed = match (edited.len(), names.len()) {
            (0, 0) => None,
            (written, 0) => Some(format!("{written} of {keys} written")),
            (0, deleted) => Some(format!("{deleted} of {keys} deleted")),
            (written, deleted) => {
                Some(format!("{written} of {keys} written and {deleted} deleted"))
            }
        };
        let count = edited.len() + names.len();
        let mut evidence = match (changed, self.is_still) {
            (None, false) if self.gone.is_unnamed => {
                stream.counts.pending = 1;
                format!("a key was deleted after commit {short}: perhaps a sync goes on")
            }
            (None, _) if self.gone.is_unnamed => format!(
                "commit {short}, {keys}; a key here was deleted after it, before dcview looked: \
                 which one cannot be told"
            ),
            (None, _) if self.keys.is_empty() => {
                format!("commit {short}, and no key of it is here")
            }
            (None, _) if self.line.is_none() => format!(
                "commit {short}, {keys}; with a source_root, edits before dcview looked cannot \
                 be told"
            ),
            (None, _) => format!("commit {short}, {keys}, none written after it"),
            (Some(changed), true) => {
                stream.counts.drift = count;
                format!("{changed} after commit {short}: edited out of band")
            }
            (Some(changed), false) => {
                stream.counts.pending = count;
                format!("{changed} after commit {short}: perhaps a sync goes on")
            }
        };
        let why = if self.is_filtered {
            "deleted, or hidden from the token"
        } else {
            "whether it was the commit's cannot be told"
        };
        let unsure: Vec<&Key> = hidden.iter().chain(&self.gone.doubtful).collect();
        if let Some(first) = unsure.first() {
            let count = counted(unsure.len());
            let first = first.below(&self.mapping.prefix).unwrap_or(first.as_str());
            let _infallible = write!(evidence, "; {count} ('{first}') not listed any more: {why}");
        }
        stream.evidence = evidence.into();
        let is_doubtful = self.gone.is_unnamed || self.keys.is_empty() || !unsure.is_empty();
        stream.verdict = match stream.counts.verdict() {
            Verdict::InSync if is_doubtful => Verdict::Unknown,
            verdict => verdict,
        };
        let edited = edited.into_iter().map(|it| (&it.key, Some(it.stamp)));
        let gone = names.iter().map(|key| (key, None));
        let differing = edited.chain(gone).take(MOST_DIFFERING);
        stream.differing = differing.map(|(key, stamp)| self.differing(key, stamp)).collect();
    }

    /// A key that is not as the commit left it; it is gone where it has no stamp.
    fn differing(&self, key: &Key, destination: Option<Stamp>) -> Differing {
        Differing {
            name: Arc::from(key.below(&self.mapping.prefix).unwrap_or(key.as_str())),
            class: if self.is_still { Class::Drift } else { Class::Pending },
            source: None,
            destination,
            is_edited_there: self.is_still,
            since: None,
        }
    }
}

impl Remote<'_> {
    /// True when the commit is really there: it arrived, and nothing is pending or different.
    pub fn is_live(&self) -> bool {
        self.source.is_some_and(|source| {
            commit(source).is_some() && self.last_replicated >= source.modify_index
        }) && self.drifted.is_none()
            && matches!(self.counts, Counts { pending: 0, drift: 0, .. })
    }

    /// Says on a stream what was found.
    pub fn judge(&self, stream: &mut Stream) {
        stream.counts = self.counts;
        stream.last_replicated = Some(self.last_replicated);
        stream.source_index = self.source.map(|source| source.modify_index);
        let Some(wanted) = self.source.and_then(commit) else {
            stream.verdict = Verdict::Unknown;
            stream.evidence = "its source has no commit now".into();
            return;
        };
        let here = self.here.and_then(commit);
        let is_behind = self.source.is_some_and(|it| self.last_replicated < it.modify_index);
        if is_behind && stream.counts.pending == 0 {
            // All is the same already, but the replicator has not said that it is done.
            stream.counts.pending = 1;
        }
        let Counts { pending, drift, extra, .. } = stream.counts;
        stream.verdict = stream.counts.verdict();
        let wanted = short(wanted);
        let arrived = match here {
            Some(here) if short(here) == wanted => format!("the '.ref' of {wanted} is here"),
            Some(here) => format!("the '.ref' here is that of {}", short(here)),
            None => "there is no '.ref' yet".to_owned(),
        };
        if let Some((there, _)) = self.drifted
            && matches!(stream.verdict, Verdict::InSync | Verdict::Extra)
        {
            stream.verdict = there.max(stream.verdict);
        }
        stream.evidence = match (drift, pending, extra) {
            (0, 0, _) if let Some((_, drifted)) = self.drifted => {
                let source = stream.id.source.as_ref().map_or("the source", |dc| dc.as_str());
                format!("the same as in {source}: there {drifted}")
            }
            (0, 0, 0) => format!("commit {wanted} is live: nothing pending, no drift"),
            (0, 0, extra) => format!("commit {wanted} is live; {} only here", counted(extra)),
            (0, pending, _) => {
                format!("commit {wanted} is on its way, {pending} pending; {arrived}")
            }
            (drift @ 1.., ..) => {
                let keys = counted(drift);
                format!("commit {wanted} is not live: {keys} different for good; {arrived}")
            }
        }
        .into();
    }
}

/// So many keys.
fn counted(keys: usize) -> String {
    if keys == 1 { "1 key".to_owned() } else { format!("{keys} keys") }
}

/// The commit that a `.ref` holds; `None` for an empty one.
pub fn commit(marker: &Entry) -> Option<&str> {
    let text = std::str::from_utf8(&marker.value).ok()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The digits by which people call a commit.
pub fn short(commit: &str) -> &str {
    commit.get(..SHORT).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::managed::mappings;
    use crate::domain::replication::{Kind, StreamId};

    const OLD: &str = "7d7af742d4fbd52e1d0b9846d4e264ad36ed0046";
    const NEW: &str = "29ebbd5a047dc70fdbb72a412b9d5ab3dafdd546";

    fn entry(key: &str, value: &str, modify_index: u64) -> Entry {
        let (create_index, lock_index, flags) = (1, 0, 0);
        let (key, value) = (key.into(), value.to_owned().into());
        Entry { key, value, flags, modify_index, create_index, lock_index, session: None }
    }

    fn blank() -> Stream {
        let (source, destination) = (Some("dc-1".into()), "dc-1".into());
        let of = "platform-config/main".into();
        Stream::new(StreamId { kind: Kind::Git, source, destination, of, to: "".into() })
    }

    fn mapping() -> Mapping {
        mappings(br#"{"repos":[{"name":"platform-config","branches":["main"]}]}"#).remove(0)
    }

    fn local(
        marker: Option<&Entry>,
        keys: &[(&str, u64)],
        line: Option<u64>,
        still: bool,
    ) -> Stream {
        local_without(&Gone::default(), marker, keys, line, still)
    }

    fn local_without(
        gone: &Gone,
        marker: Option<&Entry>,
        keys: &[(&str, u64)],
        line: Option<u64>,
        still: bool,
    ) -> Stream {
        let written = |(key, index): &(&str, u64)| Written {
            key: Key::from(*key),
            stamp: Stamp { modify_index: *index, len: 1, flags: 0 },
            create_index: 1,
        };
        let keys: Vec<_> = keys.iter().map(written).collect();
        let mapping = &mapping();
        let mut stream = blank();
        let is_filtered = false;
        let (keys, is_still, before) = (&keys[..], still, None);
        Local { mapping, marker, keys, gone, line, is_still, is_filtered, before }
            .judge(&mut stream);
        stream
    }

    #[test]
    fn what_may_be_hidden_is_not_called_deleted() {
        let marker = &entry("platform-config/main.ref", OLD, 438);
        let name = |name: &str| Key::from(format!("platform-config/main/{name}").as_str());
        let gone = &Gone { names: vec![name("x"), name("y")], ..Gone::default() };
        let stamp = Stamp { modify_index: 433, len: 1, flags: 0 };
        let keys = &[Written { key: name("README"), stamp, create_index: 1 }];
        let (mapping, marker, line) = (&mapping(), Some(marker), Some(438));
        let mut stream = blank();
        let (is_still, is_filtered, before) = (true, true, None);
        Local { mapping, marker, keys, gone, line, is_still, is_filtered, before }
            .judge(&mut stream);
        assert_eq!((stream.verdict, stream.counts.drift), (Verdict::Unknown, 0));
        assert!(stream.differing.is_empty());
        let says = "2 keys ('x') not listed any more: deleted, or hidden";
        assert!(stream.evidence.contains(says), "{}", stream.evidence);
    }

    #[test]
    fn what_was_deleted_after_the_commit_is_missed() {
        let marker = entry("platform-config/main.ref", OLD, 438);
        let keys = [("platform-config/main/README", 433)];
        let edited = [("platform-config/main/README", 460)];
        let x = || vec!["platform-config/main/svc/x".into()];
        let named = Gone { names: x(), ..Gone::default() };
        let unnamed = Gone { is_unnamed: true, ..Gone::default() };
        let unsure = Gone { doubtful: x(), ..Gone::default() };
        let none = Gone::default();
        for (gone, keys, still, verdict, evidence) in [
            (&named, &keys[..], true, Verdict::Drift, "1 of 2 keys deleted after commit 7d7af74"),
            (&named, &edited, true, Verdict::Drift, "1 of 2 keys written and 1 deleted after"),
            (&named, &keys, false, Verdict::Lagging, "a sync goes on"),
            (&unnamed, &keys, true, Verdict::Unknown, "which one cannot be told"),
            (&unnamed, &keys, false, Verdict::Lagging, "a key was deleted after"),
            (&unnamed, &edited, true, Verdict::Drift, "1 of 1 key written after"),
            (&none, &[], true, Verdict::Unknown, "no key of it is here"),
            (&unsure, &keys, true, Verdict::Unknown, "('svc/x') not listed any more: whether it"),
        ] {
            let found = local_without(gone, Some(&marker), keys, Some(438), still);
            assert_eq!(found.verdict, verdict, "{evidence}: {}", found.evidence);
            assert!(found.evidence.contains(evidence), "{}", found.evidence);
        }
        let found = local_without(&named, Some(&marker), &keys, Some(438), true);
        assert_eq!((&*found.differing[0].name, found.differing[0].destination), ("svc/x", None));
    }

    #[test]
    fn what_is_written_after_the_commit_is_a_sync_while_it_moves_and_an_edit_after() {
        let brought_in = entry("platform-config/main.ref", OLD, 438);
        let empty = entry("platform-config/main.ref", "", 500);
        let main = || Some(&brought_in);
        let keys = [("platform-config/main/README", 433), ("platform-config/main/svc/x", 430)];
        let edited = [keys[0], ("platform-config/main/svc/x", 460)];
        for (marker, keys, line, still, verdict, evidence) in [
            (main(), &keys, Some(438), true, Verdict::InSync, "commit 7d7af74, 2 keys, none"),
            (main(), &edited, Some(438), false, Verdict::Lagging, "a sync goes on"),
            (main(), &edited, Some(438), true, Verdict::Drift, "1 of 2 keys written after"),
            // With a source_root the marker is written before its keys.
            (main(), &edited, None, true, Verdict::InSync, "with a source_root"),
            (None, &keys, None, true, Verdict::Lagging, "'platform-config/main.ref' is missing"),
            (Some(&empty), &keys, Some(500), true, Verdict::Lagging, "its '.ref' is empty"),
        ] {
            let found = local(marker, keys, line, still);
            assert_eq!(found.verdict, verdict, "{evidence}");
            assert!(found.evidence.contains(evidence), "{}", found.evidence);
        }
        let found = local(main(), &edited, Some(438), true);
        assert_eq!(&*found.differing[0].name, "svc/x");
        assert!(found.differing[0].is_edited_there);
        assert_eq!(found.status.unwrap().modify_index, 438);
    }

    #[test]
    fn a_commit_is_live_when_it_was_passed_and_nothing_is_pending_or_different() {
        let source = entry("platform-config/main.ref", NEW, 457);
        let (old, new) = (entry("m", OLD, 90), entry("m", NEW, 99));
        let counts = |pending, drift, extra| Counts { pending, drift, extra, same: 5 };
        for (here, last_replicated, counts, verdict, live, evidence) in [
            (&new, 457, counts(0, 0, 0), Verdict::InSync, true, "commit 29ebbd5 is live: nothing"),
            (&old, 440, counts(3, 0, 0), Verdict::Lagging, false, "here is that of 7d7af74"),
            // The '.ref' arrives before its files.
            (
                &new,
                440,
                counts(2, 0, 0),
                Verdict::Lagging,
                false,
                "2 pending; the '.ref' of 29ebbd5",
            ),
            (&new, 440, counts(0, 0, 0), Verdict::Lagging, false, "on its way, 1 pending"),
            (&new, 460, counts(0, 1, 0), Verdict::Drift, false, "1 key different for good"),
            (&new, 460, counts(0, 0, 2), Verdict::Extra, true, "2 keys only here"),
        ] {
            let mut stream = blank();
            let (from, here, drifted) = (Some(&source), Some(here), None);
            let remote = Remote { source: from, here, last_replicated, counts, drifted };
            remote.judge(&mut stream);
            assert_eq!((stream.verdict, remote.is_live()), (verdict, live), "{evidence}");
            assert!(stream.evidence.contains(evidence), "{}", stream.evidence);
        }
    }

    #[test]
    fn what_drifted_where_git2consul_runs_is_not_live_elsewhere() {
        let marker = entry("platform-config/main.ref", NEW, 457);
        let told = |drift, verdict| {
            let mut stream = blank();
            stream.id.destination = "dc-2".into();
            let counts = Counts { drift, same: 3, ..Counts::default() };
            let (source, drifted) = (Some(&marker), Some((verdict, "1 of 4 keys deleted")));
            let remote = Remote { source, here: source, last_replicated: 460, counts, drifted };
            remote.judge(&mut stream);
            assert!(!remote.is_live());
            (stream.verdict, stream.evidence)
        };
        for verdict in [Verdict::Drift, Verdict::Unknown] {
            let (found, evidence) = told(0, verdict);
            assert_eq!(found, verdict);
            assert_eq!(&*evidence, "the same as in dc-1: there 1 of 4 keys deleted");
        }
        let (found, evidence) = told(1, Verdict::Unknown);
        assert!(found == Verdict::Drift && evidence.contains("1 key different for good"));
    }

    #[test]
    fn a_reference_that_is_gone_is_told_from_one_that_never_came() {
        let mut stream = blank();
        let (mapping, gone) = (&mapping(), &Gone::default());
        let local = Local {
            mapping,
            marker: None,
            keys: &[],
            gone,
            line: None,
            is_still: false,
            is_filtered: false,
            before: Some(OLD),
        };
        local.judge(&mut stream);
        assert!(stream.evidence.contains("'platform-config/main.ref' is gone, 7d7af74 was in"));
        Local { before: None, ..local }.judge(&mut stream);
        assert!(stream.evidence.contains("no commit was brought in yet"), "{}", stream.evidence);
    }
}
