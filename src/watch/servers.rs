//! The servers of a datacenter, polled: autopilot's endpoint cannot block.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::backoff::jittered;
use super::context::{Context, Vital};
use super::raft::Told;
use crate::clock;
use crate::consul::read;
use crate::consul::{ApiError, Class};
use crate::domain::feed::{List, Report};
use crate::domain::freshness::{Freshness, State};

/// How often autopilot is asked.
const EVERY: Duration = Duration::from_secs(7);
/// How often while the streams to them are shown: autopilot looks at the servers every 2 s itself.
const WATCHED: Duration = Duration::from_secs(2);
/// How often where it is refused or not known.
const REFUSED: Duration = Duration::from_secs(30);

/// Asks for the servers for as long as it is polled.
pub(super) async fn watch_servers(ctx: Arc<Context>, out: mpsc::Sender<Report>) {
    let mut fresh = Freshness::default();
    let mut most_seen = 0;
    let mut told = Told::default();
    loop {
        let mut every = EVERY;
        // What is rung while the answer is on its way counts too.
        let bells = Bells::new(&ctx);
        let streams = match read::servers().fetch(&ctx.client).await {
            Ok((mut servers, meta)) => {
                let expected = ctx.facts.borrow().wan.expected(&ctx.dc);
                most_seen = servers.servers.len().max(most_seen);
                servers.expected = most_seen.max(expected);
                fresh.state = State::Live;
                fresh.at = Some(clock::now());
                fresh.leaderless = (meta.known_leader == Some(false)).then_some(Duration::ZERO);
                let streams = told.answered(&ctx, &servers);
                ctx.inbox.post(|pending| pending.servers = Some(servers));
                streams
            }
            Err(error) => {
                if matches!(error.class(), Class::Denied | Class::Absent) {
                    every = REFUSED;
                }
                fresh.state = state_of(&error, fresh.at, every);
                told.failed(&ctx, &error)
            }
        };
        let now = fresh.clone();
        ctx.inbox.post(|pending| {
            pending.freshness.insert(List::Servers, now);
        });
        if !streams.is_empty() && out.send(Report::Streams(streams)).await.is_err() {
            return;
        }
        bells.rest(&ctx, every).await;
    }
}

/// What ends a pause before its time.
struct Bells {
    refresh: watch::Receiver<u64>,
    vital: watch::Receiver<Vital>,
    revivals: u64,
}

impl Bells {
    fn new(ctx: &Context) -> Self {
        let vital = ctx.vital.subscribe();
        let revivals = vital.borrow().revivals;
        Self { refresh: ctx.refresh(), vital, revivals }
    }

    /// Waits for so long; shorter when the streams are shown, when asked to, or when it is back.
    async fn rest(mut self, ctx: &Context, every: Duration) {
        let mut scope = ctx.scope.clone();
        let pause = jittered(every, ctx.seed());
        let shown = async {
            let is_shown = scope.wait_for(|scope| scope.glanced.replication).await.is_ok();
            sleep(if is_shown && every == EVERY { WATCHED } else { pause }).await;
        };
        tokio::select! {
            () = sleep(pause) => {}
            () = shown => {}
            Ok(()) = self.refresh.changed() => {}
            Ok(_) = self.vital.wait_for(|vital| vital.revivals != self.revivals) => {}
        }
    }
}

fn state_of(error: &ApiError, since: Option<chrono::DateTime<Utc>>, every: Duration) -> State {
    let why: Arc<str> = error.short().into();
    if error.class() == Class::Denied {
        State::Denied { why }
    } else {
        State::Stale { since, why, retry_at: Some(clock::now() + every) }
    }
}
