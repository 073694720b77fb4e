//! What is said above a list of streams about those that cannot be compared now.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ids::Dc;
use crate::domain::replication::Stream;
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;

/// How many ends cannot be compared now, and why the most of them: what there is room for above a list.
/// Each stream says its own reason beside it.
pub fn problems<'a>(streams: impl Iterator<Item = &'a Stream>) -> Option<Cell> {
    let mut reasons: BTreeMap<&str, (usize, BTreeSet<&Dc>)> = BTreeMap::new();
    for stream in streams {
        let dc = &stream.id.destination;
        if let Some(why) = &stream.problem {
            // Some begin with the datacenter, which is said anyway.
            let own = why.strip_prefix(dc.as_str()).and_then(|rest| rest.strip_prefix(": "));
            let (times, dcs) = reasons.entry(own.unwrap_or(why)).or_default();
            *times += 1;
            dcs.insert(dc);
        }
    }
    let all: usize = reasons.values().map(|(times, _)| times).sum();
    let is_one = reasons.len() == 1;
    let (why, (_, dcs)) = reasons.into_iter().max_by_key(|(_, (times, _))| *times)?;
    let (first, more) = (dcs.first()?, dcs.len() - 1);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let number = match (all, is_one) {
        (1, _) => String::new(),
        (all, true) => format!("{all} not read: "),
        (all, false) => format!("{all} not read, most: "),
    };
    let whose = format!(" | {number}{}{more}: ", clean(first.as_str()));
    Some(Cell::new(whose, Role::Muted).then(clean(why).into_owned(), Role::Stale))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::replication::{Kind, StreamId};

    fn unread(to: &str, why: &str) -> Stream {
        let id = StreamId {
            kind: Kind::Federation,
            source: Some("dc-1".into()),
            destination: to.into(),
            of: "".into(),
            to: "".into(),
        };
        Stream { problem: Some(Arc::from(why)), ..Stream::new(id) }
    }

    fn said(all: &[Stream]) -> String {
        let cell = problems(all.iter()).unwrap_or_default();
        cell.runs.iter().map(|(text, _)| text.as_ref()).collect()
    }

    #[test]
    fn one_reason_is_said_with_its_datacenter_and_that_only_once() {
        assert_eq!(said(&[]), "");
        assert_eq!(said(&[unread("dc-3", "dc-3: no leader")]), " | dc-3: no leader");
        let both = [unread("dc-3", "dc-3: no leader"), unread("dc-3", "no leader")];
        assert_eq!(said(&both), " | 2 not read: dc-3: no leader");
    }

    #[test]
    fn of_many_the_most_frequent_is_said_and_how_many_there_are() {
        let mut all: Vec<Stream> =
            (2..90).map(|n| unread(&format!("dc-{n}"), "connection refused")).collect();
        all.extend([unread("dc-1", "denied"), unread("dc-2", "a long story of another kind")]);
        assert_eq!(said(&all), " | 90 not read, most: dc-10 and 87 more: connection refused");
    }
}
