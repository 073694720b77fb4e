//! Who calls whom, in one datacenter: read while a map is shown, now and then, at a share of a core.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::context::Context;
use crate::clock;
use crate::consul::Class;
use crate::dependencies::look;
use crate::domain::feed::{Body, List, Subject};
use crate::domain::freshness::{Freshness, State};
use crate::domain::map::Edges;

/// The pause between two looks: at least this, ..
const SHORTEST: Duration = Duration::from_secs(10);
/// .. and at most this.
const LONGEST: Duration = Duration::from_mins(10);
/// A look is followed by a pause of so many times what it took: two questions at a time are less than
/// a twentieth of a core then.
const SHARE: u32 = 48;

/// Looks for as long as it is polled.
pub(super) async fn watch_map(ctx: Arc<Context>) {
    let (mut refresh, mut vital) = (ctx.refresh(), ctx.vital.subscribe());
    let mut last: Option<Arc<Edges>> = None;
    loop {
        let revivals = vital.borrow_and_update().revivals;
        let began = Instant::now();
        let is_first = last.is_none();
        let looked = look(&ctx.client, &ctx.depends, |edges| {
            // A map that is complete is not replaced by the beginning of the next.
            if is_first {
                tell(&ctx, &Arc::new(edges));
            }
        })
        .await;
        let pause = (began.elapsed() * SHARE).clamp(SHORTEST, LONGEST);
        match looked {
            Ok(edges) => {
                let edges = Arc::new(edges);
                tell(&ctx, &edges);
                fresh(&ctx, State::Live, &edges);
                last = Some(edges);
            }
            Err(error) => {
                let known = last.clone().unwrap_or_default();
                let why = error.short().into();
                let retry_at = Some(clock::now() + pause);
                let state = match error.class() {
                    Class::Denied => State::Denied { why },
                    _ => State::Stale { since: known.at, why, retry_at },
                };
                fresh(&ctx, state, &known);
            }
        }
        tokio::select! {
            () = sleep(pause) => {}
            Ok(_) = vital.wait_for(|vital| vital.revivals != revivals) => {}
            Ok(()) = refresh.changed() => {}
        }
    }
}

fn tell(ctx: &Context, edges: &Arc<Edges>) {
    let body = Body::Edges(Arc::clone(edges));
    ctx.inbox.post(|pending| {
        pending.subjects.entry(Subject::Map).or_default().whole = Some(body);
    });
}

fn fresh(ctx: &Context, state: State, edges: &Edges) {
    let may_be_filtered = edges.may_be_filtered;
    let freshness = Freshness { state, at: edges.at, may_be_filtered, ..Freshness::default() };
    ctx.inbox.post(|pending| {
        pending.freshness.insert(List::Subject(Subject::Map), freshness);
    });
}
