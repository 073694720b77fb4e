//! When the ways are asked in which consumers find services.
//!
//! Of a shown service: at once when the catalog changes, which a blocking query tells, and again and
//! again, since load balancers and DNS change by themselves. Of all services: now and then, and only
//! while that list is shown. What a look costs is paid for with a multiple of pause.

use std::sync::Arc;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::sleep;

use super::context::Context;
use super::datacenter::REST;
use super::sink::Sink;
use super::watcher::{Refusal, Watcher};
use crate::clock;
use crate::consul::Class;
use crate::consul::read::{self, Meta};
use crate::consumers::{Http, Looker, nomad, sweep};
use crate::domain::catalog::Instance;
use crate::domain::consumers::{Consumers, Swept};
use crate::domain::feed::{Body, List, Subject};
use crate::domain::freshness::{Freshness, State};
use crate::domain::ids::ServiceName;
use crate::domain::nomad::AllocationId;

/// The shortest pause between two looks at a service.
const SHORTEST: Duration = Duration::from_millis(250);
/// The longest without a change of the catalog.
const LONGEST: Duration = Duration::from_secs(5);
/// A look without a change of the catalog follows after so long, at least.
const USUAL: Duration = Duration::from_secs(3);
/// The pause between two looks at all services: at least this, ..
const ALL: Duration = Duration::from_secs(30);
/// .. and at most this.
const ALL_LATEST: Duration = Duration::from_mins(10);
/// How often Nomad is asked about an allocation.
const ALLOCATION: Duration = Duration::from_secs(10);
/// A look is followed by a pause of so many times what it took: less than a twentieth of a core.
const SHARE: u32 = 24;

/// Asks all ways of a service for as long as it is polled.
pub(super) async fn watch_consumers(ctx: Arc<Context>, service: ServiceName) {
    let subject = Subject::Consumers(service.clone());
    let (changes, changed) = watch::channel(0_u64);
    let mut follow = Follow { ctx: Arc::clone(&ctx), subject: subject.clone(), changes };
    let mut watcher =
        Watcher::new(&ctx, read::service_instances(&service, &ctx.versions), Refusal::Tell)
            .of_page();
    tokio::join!(watcher.run(&mut follow), look_again(&ctx, &service, changed));
}

/// Rings when the catalog changed, and passes its freshness on.
struct Follow {
    ctx: Arc<Context>,
    subject: Subject,
    changes: watch::Sender<u64>,
}

impl Sink<Vec<Instance>> for Follow {
    fn value(&mut self, _value: Vec<Instance>, _meta: &Meta) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    fn freshness(&mut self, freshness: &Freshness) {
        let (list, freshness) = (List::Subject(self.subject.clone()), freshness.clone());
        self.ctx.inbox.post(|pending| {
            pending.freshness.insert(list, freshness);
        });
    }
}

async fn look_again(ctx: &Context, service: &ServiceName, mut changed: watch::Receiver<u64>) {
    let subject = Subject::Consumers(service.clone());
    let mut looker = Looker::new(&ctx.dc, &ctx.client, &ctx.told);
    let (mut refresh, mut vital) = (ctx.refresh(), ctx.vital.subscribe());
    let mut last: Option<Arc<Consumers>> = None;
    loop {
        changed.mark_unchanged();
        let revivals = vital.borrow_and_update().revivals;
        let began = Instant::now();
        let now = Arc::new(looker.look(service, last.as_deref()).await);
        let cost = began.elapsed();
        let body = Body::Consumers(Arc::clone(&now));
        ctx.inbox.post(|pending| {
            pending.subjects.entry(subject.clone()).or_default().whole = Some(body);
        });
        last = Some(now);
        sleep(cost.clamp(SHORTEST, SHORTEST * 4)).await;
        tokio::select! {
            () = sleep((cost * SHARE).clamp(USUAL, LONGEST)) => {}
            Ok(()) = changed.changed() => {}
            Ok(_) = vital.wait_for(|vital| vital.revivals != revivals) => {}
            Ok(()) = refresh.changed() => looker.renew(),
        }
    }
}

/// Looks at all services, now and then, for as long as it is polled.
pub(super) async fn watch_disagreements(ctx: Arc<Context>) {
    let mut looker = Looker::new(&ctx.dc, &ctx.client, &ctx.told);
    let (mut refresh, mut vital) = (ctx.refresh(), ctx.vital.subscribe());
    let mut last = ctx.swept.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(swept) = &last {
        tell(&ctx, swept);
        fresh(&ctx, State::Live, swept.at, swept.may_be_filtered);
    }
    loop {
        let revivals = vital.borrow_and_update().revivals;
        let began = Instant::now();
        let is_first = last.is_none();
        let swept = sweep(&mut looker, last.as_deref(), |swept| {
            // A list that is complete is not replaced by the beginning of the next.
            if is_first {
                tell(&ctx, &Arc::new(swept.clone()));
            }
        })
        .await;
        let cost = began.elapsed();
        let pause = (cost * SHARE).clamp(ALL, ALL_LATEST);
        match swept {
            Ok(swept) => {
                let swept = Arc::new(swept);
                tell(&ctx, &swept);
                fresh(&ctx, State::Live, swept.at, swept.may_be_filtered);
                *ctx.swept.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(Arc::clone(&swept));
                last = Some(swept);
            }
            Err(error) => {
                let at = last.as_ref().and_then(|last| last.at);
                let why = error.short().into();
                let retry_at = Some(clock::now() + pause);
                let state = match error.class() {
                    Class::Denied => State::Denied { why },
                    _ => State::Stale { since: at, why, retry_at },
                };
                fresh(&ctx, state, at, false);
            }
        }
        tokio::select! {
            () = sleep(pause) => {}
            Ok(_) = vital.wait_for(|vital| vital.revivals != revivals) => {}
            Ok(()) = refresh.changed() => looker.renew(),
        }
    }
}

/// Asks Nomad about an allocation, for as long as it is polled.
pub(super) async fn watch_allocation(ctx: Arc<Context>, id: AllocationId) {
    let subject = Subject::Allocation(id.clone());
    let http = Http::default();
    let mut refresh = ctx.refresh();
    // Leafing through a list asks nobody.
    sleep(REST).await;
    loop {
        let now = nomad::allocation(&ctx.client, &http, &id).await;
        let body = Body::Allocation(Arc::new(now));
        ctx.inbox.post(|pending| {
            pending.subjects.entry(subject.clone()).or_default().whole = Some(body);
        });
        tokio::select! {
            () = sleep(ALLOCATION) => {}
            Ok(()) = refresh.changed() => {}
        }
    }
}

fn tell(ctx: &Context, swept: &Arc<Swept>) {
    let body = Body::Disagreements(Arc::clone(swept));
    ctx.inbox.post(|pending| {
        pending.subjects.entry(Subject::Disagreements).or_default().whole = Some(body);
    });
}

fn fresh(ctx: &Context, state: State, at: Option<DateTime<Utc>>, may_be_filtered: bool) {
    let freshness = Freshness { state, at, may_be_filtered, ..Freshness::default() };
    ctx.inbox.post(|pending| {
        pending.freshness.insert(List::Subject(Subject::Disagreements), freshness);
    });
}
