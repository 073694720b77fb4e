//! What is said above a list of streams about those that cannot be compared now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::ids::Dc;
use crate::domain::replication::Stream;
use crate::table::column::Cell;
use crate::ui::text::{age, clean};
use crate::ui::theme::Role;
use crate::views::Ctx;

/// The streams that cannot be compared for one reason.
#[derive(Default)]
struct Reason<'a> {
    times: usize,
    /// Their destinations.
    dcs: BTreeSet<&'a Dc>,
    /// When the oldest of them that were compared at all was compared last.
    since: Option<DateTime<Utc>>,
}

/// How many ends cannot be compared now, since when at the most, and why the most of them: what there is
/// room for above a list. Each stream says its own reason beside it.
pub fn problems(ctx: &Ctx, streams: &[Arc<Stream>]) -> Option<Cell> {
    said(streams, ctx.now)
}

fn said(streams: &[Arc<Stream>], now: DateTime<Utc>) -> Option<Cell> {
    let mut reasons: BTreeMap<&str, Reason<'_>> = BTreeMap::new();
    for stream in streams {
        let dc = &stream.id.destination;
        if let Some(why) = &stream.problem {
            // Some begin with the datacenter, which is said anyway.
            let own = why.strip_prefix(dc.as_str()).and_then(|rest| rest.strip_prefix(": "));
            let reason = reasons.entry(own.unwrap_or(why)).or_default();
            reason.times += 1;
            reason.dcs.insert(dc);
            // What was never compared has no age.
            reason.since = reason.since.into_iter().chain(stream.at).min();
        }
    }
    let all: usize = reasons.values().map(|reason| reason.times).sum();
    let is_one = reasons.len() == 1;
    let (why, Reason { dcs, since, .. }) = reasons.into_iter().max_by_key(|(_, it)| it.times)?;
    let (first, more) = (dcs.first()?, dcs.len() - 1);
    let since = since.map_or_else(String::new, |at| {
        format!(" as of {}", age((now - at).to_std().unwrap_or_default()))
    });
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let number = match (all, is_one) {
        (1, _) => String::new(),
        (all, true) => format!("{all} not read: "),
        (all, false) => format!("{all} not read, most: "),
    };
    let whose = format!(" | {number}{}{more}{since}: ", clean(first.as_str()));
    Some(Cell::new(whose, Role::Muted).then(clean(why).into_owned(), Role::Stale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Kind, StreamId};

    fn unread(to: &str, why: &str) -> Arc<Stream> {
        let id = StreamId {
            kind: Kind::Federation,
            source: Some("dc-1".into()),
            destination: to.into(),
            of: "".into(),
            to: "".into(),
        };
        Arc::new(Stream { problem: Some(Arc::from(why)), ..Stream::new(id) })
    }

    fn text(all: &[Arc<Stream>]) -> String {
        let cell = said(all, DateTime::UNIX_EPOCH).unwrap_or_default();
        cell.runs.iter().map(|(text, _)| text.as_ref()).collect()
    }

    #[test]
    fn one_reason_is_said_with_its_datacenter_and_that_only_once() {
        assert_eq!(text(&[]), "");
        assert_eq!(text(&[unread("dc-3", "dc-3: no leader")]), " | dc-3: no leader");
        let both = [unread("dc-3", "dc-3: no leader"), unread("dc-3", "no leader")];
        assert_eq!(text(&both), " | 2 not read: dc-3: no leader");
    }

    #[test]
    fn what_was_compared_before_says_since_when_it_is_not() {
        let compared = |seconds| {
            let stream = Stream::clone(&unread("dc-3", "no leader"));
            let at = DateTime::UNIX_EPOCH - chrono::TimeDelta::seconds(seconds);
            Arc::new(Stream { at: Some(at), ..stream })
        };
        let never = unread("dc-3", "no leader");
        let all = [never, compared(9), compared(41)];
        assert_eq!(text(&all), " | 3 not read: dc-3 as of 41s: no leader");
    }

    #[test]
    fn of_many_the_most_frequent_is_said_and_how_many_there_are() {
        let mut all: Vec<Arc<Stream>> =
            (2..90).map(|n| unread(&format!("dc-{n}"), "connection refused")).collect();
        all.extend([unread("dc-1", "denied"), unread("dc-2", "a long story of another kind")]);
        assert_eq!(text(&all), " | 90 not read, most: dc-10 and 87 more: connection refused");
    }
}
