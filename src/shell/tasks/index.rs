//! The names of all keys, put together while they arrive.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::Mutex;

use super::{Teller, Ways};
use crate::app::seek::{Index, State};
use crate::app::task::News;
use crate::consul::{ApiError, kv};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Texts;

/// So many keys are put together at least, unless they are the last: each time costs a pass over all.
const AT_ONCE: usize = 20_000;

/// What the datacenters add to.
struct Growing<'a> {
    index: Mutex<Arc<Index>>,
    teller: &'a Teller,
}

/// Reads all datacenters at the same time.
pub(super) async fn index(ways: &Ways, dcs: &[Dc], known: Arc<Index>, teller: &Teller) -> News {
    let growing = Growing { index: Mutex::new(known), teller };
    let all = join_all(dcs.iter().map(|dc| growing.read(ways, dc))).await;
    match all.into_iter().collect::<Result<Vec<()>, String>>() {
        Ok(_) => News::Done(String::new()),
        Err(died) => News::Failed(died),
    }
}

impl Growing<'_> {
    /// Reads a datacenter to the end, or as far as it can be read.
    async fn read(&self, ways: &Ways, dc: &Dc) -> Result<(), String> {
        self.forget(dc).await?;
        let mut keys = Texts::default();
        let end = match self.stream(ways, dc, &mut keys).await {
            Ok(()) => State::Whole,
            Err(Trouble::Api(error)) => State::Failed(error.short()),
            Err(Trouble::Died(why)) => return Err(why),
        };
        self.add(dc, keys, end).await
    }

    async fn stream(&self, ways: &Ways, dc: &Dc, keys: &mut Texts) -> Result<(), Trouble> {
        let client = ways.client(dc).read_only();
        let mut listing = kv::keys(&client, &Key::default()).await?;
        let mut all = 0;
        while let Some(page) = listing.page().await? {
            all += page.len();
            keys.extend(page.iter().map(Key::as_str));
            let (dc, folders) = (dc.clone(), Vec::new());
            if keys.len() >= AT_ONCE.max(all / 3) {
                self.add(&dc, std::mem::take(keys), State::Begun).await.map_err(Trouble::Died)?;
            }
            self.teller.tell(News::Counts { dc, folders, all });
        }
        Ok(())
    }

    /// Forgets what was read of a datacenter before, and not to the end.
    async fn forget(&self, dc: &Dc) -> Result<(), String> {
        let is_known = self.index.lock().await.parts().iter().any(|part| part.dc == *dc);
        if !is_known {
            return Ok(());
        }
        let dc = dc.clone();
        self.change(move |index| index.without(&dc)).await
    }

    /// Adds keys to the index and tells it.
    async fn add(&self, dc: &Dc, keys: Texts, state: State) -> Result<(), String> {
        let dc = dc.clone();
        self.change(move |index| index.with(&dc, &keys.ordered(), state)).await
    }

    async fn change(
        &self,
        change: impl FnOnce(&Index) -> Index + Send + 'static,
    ) -> Result<(), String> {
        let mut held = self.index.lock().await;
        let old = Arc::clone(&held);
        let work = move || Arc::new(change(&old));
        let new = tokio::task::spawn_blocking(work).await.map_err(|died| died.to_string())?;
        *held = Arc::clone(&new);
        self.teller.tell(News::Index(new));
        Ok(())
    }
}

/// Why a datacenter was not read to the end.
enum Trouble {
    Api(ApiError),
    Died(String),
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}
