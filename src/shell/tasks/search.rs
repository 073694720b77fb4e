//! Looking for a text in all values under a prefix, while they arrive.
//!
//! Values are looked at and dropped: memory is bounded by what the network brings at a time, and by the
//! hits that are kept.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::{Teller, Ways};
use crate::app::task::News;
use crate::app::task::quest::{Hit, Quest, Seen};
use crate::consul::{ApiError, Client, kv};
use crate::domain::ids::Dc;
use crate::domain::kv::Entry;
use crate::ui::text::width;

/// What came is told at most once in this time.
const EVERY: Duration = Duration::from_millis(50);
/// As many bytes of a line as tell what it is about.
const SHOWN: usize = 240;

/// One search in all its datacenters.
struct Search<'a> {
    quest: &'a Quest,
    teller: &'a Teller,
    /// How many hits were told.
    kept: AtomicUsize,
}

/// Looks in all datacenters at the same time.
pub(super) async fn search(ways: &Ways, dcs: &[Dc], quest: &Quest, teller: &Teller) -> News {
    let search = Search { quest, teller, kept: AtomicUsize::new(0) };
    join_all(dcs.iter().map(|dc| async {
        let client = ways.client(dc).read_only();
        let end = search.look(&client, dc).await.map_err(|error| error.short());
        teller.tell(News::End(dc.clone(), end));
    }))
    .await;
    News::Done(String::new())
}

impl Search<'_> {
    async fn look(&self, client: &Client, dc: &Dc) -> Result<(), ApiError> {
        let mut listing = kv::recurse(client, &self.quest.prefix).await?;
        let (mut hits, mut seen) = (Vec::new(), Seen::default());
        let mut told = Instant::now();
        let tell = |hits: &mut Vec<Hit>, seen: Seen| {
            let (dc, hits) = (dc.clone(), std::mem::take(hits));
            self.teller.tell(News::Hits { dc, hits, seen });
        };
        while let Some(page) = listing.page().await? {
            for entry in page {
                self.look_at(&entry, &mut hits, &mut seen);
            }
            seen.bytes = listing.bytes();
            if told.elapsed() >= EVERY {
                tell(&mut hits, seen);
                told = Instant::now();
            }
        }
        tell(&mut hits, seen);
        Ok(())
    }

    fn look_at(&self, entry: &Entry, hits: &mut Vec<Hit>, seen: &mut Seen) {
        seen.keys += 1;
        for (line, text) in self.quest.grep.lines(&entry.value) {
            seen.hits += 1;
            if self.kept.fetch_add(1, Ordering::Relaxed) < Quest::MOST_HITS {
                let column = width(&self.quest.grep.before(text));
                let text = self.quest.grep.excerpt(text, SHOWN).into();
                hits.push(Hit { key: entry.key.clone(), line, column, text });
            }
        }
    }
}
