//! Waiting for a change of keys by a query that hangs.
//!
//! It takes a permit of the agent's budget like every query that hangs, but leaves half of them to
//! the lists; where there is none, or the query fails, nobody is woken and the next look comes in
//! its time.

use std::time::Duration;

use crate::consul::{Client, kv};
use crate::domain::ids::Key;

/// How long the server may hold the query: an agent keeps the connection so long after it was given
/// up, which it is at each look.
const WAIT: Duration = Duration::from_secs(10);

/// Returns when the index of a prefix is no longer `index`. The separator only shortens the answer.
pub(super) async fn hang(client: &Client, prefix: &Key, separator: &str, index: u64) {
    let budget = client.agent().budget();
    let is_room = budget.in_flight() * 2 < budget.size();
    if let Some(_permit) = is_room.then(|| budget.try_acquire()).flatten() {
        let request = kv::names(prefix, separator).request().gzip(true);
        let answer = client.send(request.block(index.max(1), WAIT)).await;
        if answer.is_ok_and(|answer| answer.index != Some(index)) {
            return;
        }
    }
    std::future::pending::<()>().await;
}
