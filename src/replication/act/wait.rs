//! Waiting until a key of a datacenter is as it should be, for a bounded time.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::consul::{Class, Client, kv, next_index};
use crate::domain::kv::{Entry, Key};

/// How long the server may hold a question for a key.
pub(super) const HANG: Duration = Duration::from_secs(5);
/// The shortest pause between two questions: where the key is missing, any write answers one.
const PAUSE: Duration = Duration::from_millis(20);
/// The pause after one that failed.
const AFTER_FAILURE: Duration = Duration::from_millis(500);

/// How a wait ended.
pub(super) enum Wait {
    /// The key is as it should be, and this.
    Came(Option<Entry>),
    /// Time is over; why the datacenter could not be asked last, if so.
    Over(String),
}

/// Waits until a key is as it should be.
pub(super) async fn until(
    client: &Client,
    key: &Key,
    limit: Duration,
    is_so: impl Fn(&Option<Entry>) -> bool,
) -> Wait {
    let deadline = Instant::now() + limit;
    let mut index = None;
    let mut why = String::new();
    loop {
        let query = kv::entry(key);
        let query = match index {
            Some(index) => query.with(|request| request.block(index, HANG)),
            None => query,
        };
        match timeout_at(deadline, query.fetch(client)).await {
            Ok(Ok((entry, _))) if is_so(&entry) => return Wait::Came(entry),
            Ok(Ok((_, meta))) => {
                index = next_index(index, meta.index);
                why.clear();
                sleep(PAUSE).await;
            }
            Ok(Err(error)) => {
                index = None;
                why = format!(" ({})", error.short());
                // Only another token or another request would help.
                let is_over = matches!(error.class(), Class::Denied | Class::Fatal);
                if is_over {
                    return Wait::Over(why);
                }
                sleep(AFTER_FAILURE).await;
            }
            Err(_) => return Wait::Over(why),
        }
    }
}
