//! From where a prefix may be replicated, when nobody said it.
//!
//! A status names no datacenter. Two copies of one prefix are more alike than either is its origin
//! while something is on its way: one that is a copy itself is proposed only where there is no other,
//! and not while one cannot be asked. Of several the one is proposed that holds the most that is the
//! same in the destination, then the one whose index is what was replicated last. An operator has to
//! confirm it.

use std::collections::HashMap;

use super::Ground;
use super::ends::{Failed, bounded};
use crate::consul::{Client, kv};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Print;
use crate::domain::replication::Status;

use std::time::Duration;

/// How long reading one datacenter may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What speaks for a datacenter, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    is_origin: bool,
    same: usize,
    is_at_index: bool,
}

/// The datacenter that fits best, if any does.
pub(super) async fn propose(ground: &Ground, into: &Dc, status: &Status) -> Option<Dc> {
    let here = ground.clients.get(into)?;
    let (arrived, _) = prints(here, &Key::from(&*status.destination)).await.ok()?;
    let mut all: Vec<(Score, &Dc)> = Vec::new();
    let mut is_whole = true;
    for (dc, client) in ground.clients.iter().filter(|(dc, _)| *dc != into) {
        let Ok((sent, index)) = prints(client, &Key::from(&*status.source)).await else {
            is_whole = false;
            continue;
        };
        let same = sent.iter().filter(|(name, print)| arrived.get(*name) == Some(print)).count();
        let is_at_index = index == status.last_replicated;
        let is_origin = !is_copy(ground, client, &status.source).await;
        all.push((Score { is_origin, same, is_at_index }, dc));
    }
    best(&all, is_whole).cloned()
}

/// The best of those that were asked; `is_whole` when none could not be.
fn best<'a>(all: &[(Score, &'a Dc)], is_whole: bool) -> Option<&'a Dc> {
    let origins = all.iter().filter(|(score, _)| score.is_origin).count();
    if origins == 0 && !is_whole {
        return None;
    }
    let (score, dc) = all.iter().max_by_key(|(score, _)| *score)?;
    // The only one that can be it is it, though it be empty now.
    let fits = score.same > 0 || score.is_at_index || (origins == 1 && score.is_origin);
    fits.then_some(*dc)
}

/// True when the prefix arrives there from elsewhere.
async fn is_copy(ground: &Ground, client: &Client, prefix: &str) -> bool {
    let read = async {
        let mut listing = kv::recurse(client, &ground.told.status_dir).await?;
        while let Some(entry) = listing.next().await? {
            if Status::read(&entry.value).is_some_and(|status| status.destination == prefix) {
                return Ok(true);
            }
        }
        Ok(false)
    };
    bounded(LIMIT, client, read).await.unwrap_or(false)
}

/// What lies under a prefix, by the names below it, and the prefix's index.
async fn prints(client: &Client, prefix: &Key) -> Result<(HashMap<String, Print>, u64), Failed> {
    let read = async {
        let mut listing = kv::recurse(client, prefix).await?;
        let mut all = HashMap::new();
        while let Some(page) = listing.page().await? {
            all.extend(page.iter().map(|entry| {
                let name = entry.key.below(prefix.as_str()).unwrap_or_default();
                (name.to_owned(), Print::from(entry))
            }));
        }
        Ok((all, listing.index().unwrap_or(1)))
    };
    bounded(LIMIT, client, read).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(is_origin: bool, same: usize) -> Score {
        Score { is_origin, same, is_at_index: false }
    }

    #[test]
    fn a_copy_is_no_source_while_there_is_an_origin_or_may_be_one() {
        let (origin, copy, other) = (Dc::from("dc-1"), Dc::from("dc-2"), Dc::from("dc-4"));
        let alike = (score(false, 9), &copy);
        assert_eq!(best(&[(score(true, 8), &origin), alike], true), Some(&origin));
        assert_eq!(best(&[(score(true, 0), &origin), alike], true), Some(&origin), "emptied");
        assert_eq!(best(&[alike], false), None, "the origin may be dark");
        assert_eq!(best(&[alike], true), Some(&copy), "a chain");
        let both = [(score(true, 0), &origin), (score(true, 0), &other)];
        assert_eq!(best(&both, true), None);
    }
}
