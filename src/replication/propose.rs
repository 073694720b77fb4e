//! From where a prefix may be replicated, when nobody said it.
//!
//! A status names no datacenter. The one whose prefix holds the most that is the same in the
//! destination is proposed; of several the one that is no copy itself, then the one whose index is
//! what was replicated last. An operator has to confirm it.

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
    same: usize,
    is_origin: bool,
    is_at_index: bool,
}

/// The datacenter that fits best, if any does.
pub(super) async fn propose(ground: &Ground, into: &Dc, status: &Status) -> Option<Dc> {
    let here = ground.clients.get(into)?;
    let (arrived, _) = prints(here, &Key::from(&*status.destination)).await.ok()?;
    let mut best: Option<(Score, Dc)> = None;
    for (dc, client) in ground.clients.iter().filter(|(dc, _)| *dc != into) {
        let Ok((sent, index)) = prints(client, &Key::from(&*status.source)).await else { continue };
        let same = sent.iter().filter(|(name, print)| arrived.get(*name) == Some(print)).count();
        let is_at_index = index == status.last_replicated;
        if same == 0 && !(sent.is_empty() && arrived.is_empty() && is_at_index) {
            continue;
        }
        let is_origin = !is_copy(ground, client, &status.source).await;
        let score = Score { same, is_origin, is_at_index };
        if best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, dc.clone()));
        }
    }
    best.map(|(_, dc)| dc)
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
