//! The servers of a datacenter, polled: autopilot's endpoint cannot block.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::time::sleep;

use super::backoff::jittered;
use super::context::Context;
use crate::consul::read;
use crate::consul::{ApiError, Class};
use crate::domain::feed::List;
use crate::domain::freshness::{Freshness, State};

/// How often autopilot is asked.
const EVERY: Duration = Duration::from_secs(7);
/// How often where it is refused or not known.
const REFUSED: Duration = Duration::from_secs(30);

/// Asks for the servers for as long as it is polled.
pub(super) async fn watch_servers(ctx: Arc<Context>) {
    let mut fresh = Freshness::default();
    let mut most_seen = 0;
    let mut refresh = ctx.refresh();
    let mut vital = ctx.vital.subscribe();
    let mut revivals = vital.borrow().revivals;
    loop {
        let mut every = EVERY;
        match read::servers().fetch(&ctx.client).await {
            Ok((mut servers, meta)) => {
                let told = ctx.facts.borrow().wan.expected(&ctx.dc);
                most_seen = servers.servers.len().max(most_seen);
                servers.expected = most_seen.max(told);
                fresh.state = State::Live;
                fresh.at = Some(Utc::now());
                fresh.leaderless = (meta.known_leader == Some(false)).then_some(Duration::ZERO);
                ctx.inbox.post(|pending| pending.servers = Some(servers));
            }
            Err(error) => {
                if matches!(error.class(), Class::Denied | Class::Absent) {
                    every = REFUSED;
                }
                fresh.state = state_of(&error, fresh.at, every);
            }
        }
        let now = fresh.clone();
        ctx.inbox.post(|pending| {
            pending.freshness.insert(List::Servers, now);
        });
        let pause = sleep(jittered(every, ctx.seed()));
        tokio::pin!(pause);
        tokio::select! {
            () = &mut pause => {}
            Ok(()) = refresh.changed() => {}
            revived = vital.wait_for(|vital| vital.revivals != revivals) => {
                if let Ok(vital) = revived {
                    revivals = vital.revivals;
                }
            }
        }
    }
}

fn state_of(error: &ApiError, since: Option<chrono::DateTime<Utc>>, every: Duration) -> State {
    let why: Arc<str> = error.short().into();
    if error.class() == Class::Denied {
        State::Denied { why }
    } else {
        State::Stale { since, why, retry_at: Some(Utc::now() + every) }
    }
}
