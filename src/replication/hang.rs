//! Waiting for a change by a query that hangs.
//!
//! It takes a permit of the agent's budget like every query that hangs, but leaves half of them to
//! the lists; where there is none, it asks again and again instead, at a pace that its cost allows.
//! Where a query fails nobody is woken, and the next look comes in its time.

use std::time::{Duration, Instant};

use futures_util::future::select_all;
use tokio::time::sleep;

use crate::consul::{Client, Request, kv};
use crate::domain::ids::Key;

/// How long the server may hold the query: an agent keeps the connection so long after it was given
/// up, which it is at each look.
const WAIT: Duration = Duration::from_secs(10);

/// The shortest pause between two questions where none may hang: a change is seen within a second.
const POLL: Duration = Duration::from_millis(500);
/// The longest, and how many times as long as an answer took.
const SELDOM: (Duration, u32) = (Duration::from_secs(10), 20);

/// How soon it is looked at again while something is on its way.
const SOON: Duration = Duration::from_secs(1);

/// Returns when the index of a prefix is no longer `index`. The separator only shortens the answer.
pub(super) async fn hang(client: &Client, prefix: &Key, separator: &str, index: u64) {
    hang_on(client, kv::names(prefix, separator).request(), index).await;
}

/// Returns when the index of what is asked for is no longer `index`.
pub(super) async fn hang_on(client: &Client, request: Request, index: u64) {
    let request = request.gzip(true);
    let budget = client.agent().budget();
    let is_room = budget.in_flight() * 2 < budget.size();
    let is_other = match is_room.then(|| budget.try_acquire()).flatten() {
        Some(_permit) => {
            let answer = client.send(request.block(index.max(1), WAIT)).await;
            answer.is_ok_and(|answer| answer.index != Some(index))
        }
        None => poll(client, &request, index).await,
    };
    if !is_other {
        std::future::pending::<()>().await;
    }
}

/// True when the index has become another; false when it cannot be asked.
async fn poll(client: &Client, request: &Request, index: u64) -> bool {
    let mut pause = POLL;
    loop {
        sleep(pause).await;
        let began = Instant::now();
        match client.send(request.clone()).await {
            Ok(answer) if answer.index != Some(index) => return true,
            Ok(_) => pause = (began.elapsed() * SELDOM.1).clamp(POLL, SELDOM.0),
            Err(_) => return false,
        }
    }
}

/// Returns when one of these does; soon in any case while something is on its way.
pub(super) async fn woken<F: Future<Output = ()> + Unpin>(is_soon: bool, all: Vec<F>) {
    let soon = async { if is_soon { sleep(SOON).await } else { std::future::pending().await } };
    let any =
        async { if all.is_empty() { std::future::pending().await } else { select_all(all).await } };
    tokio::select! {
        () = soon => {}
        _ = any => {}
    }
}
