//! When the ends of streams between datacenters are compared.
//!
//! One task for each spec, so that a datacenter that does not answer holds up nothing but its own
//! streams. While streams are shown, each is looked at as soon as it can have changed; otherwise now
//! and then, for the overview. A look costs what it costs: the next one waits a multiple of that.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::DropGuard;

use super::keeper::Keeper;
use crate::domain::delta::Delta;
use crate::domain::feed::{Report, Scope};
use crate::domain::ids::Dc;
use crate::domain::replication::{Stream, StreamId};
use crate::replication::{Follower, Ground, Spec, follower, specs};

/// The shortest pause between two looks that are watched.
const SHORTEST: Duration = Duration::from_millis(200);
/// The longest: so much is looked at without a sign of a change.
const LONGEST: Duration = Duration::from_secs(10);
/// The pause while no stream is shown.
const UNSEEN: Duration = Duration::from_secs(30);
/// No pause is longer, whatever a look took: after ten minutes nothing that was read before can be
/// proven to be so still, and all would be read again each time.
const LAST: Duration = Duration::from_mins(5);
/// A look is followed by a pause of so many times what it took, watched and not.
const SHARE: (u32, u32) = (9, 99);

/// What the tasks share.
#[derive(Clone)]
pub(super) struct Streams {
    pub keeper: Keeper,
    pub ground: watch::Receiver<Ground>,
    pub scope: watch::Receiver<Scope>,
    pub refresh: watch::Receiver<u64>,
}

/// What runs because of a spec, and what it told.
#[derive(Default)]
struct Told {
    streams: HashSet<StreamId>,
    found: HashMap<Spec, DropGuard>,
}

/// Follows all there is for as long as it is polled.
pub(super) async fn watch_replication(mut shared: Streams) {
    let mut running: HashMap<Spec, DropGuard> = HashMap::new();
    let mut known: Vec<Dc> = Vec::new();
    loop {
        let ground = shared.ground.borrow_and_update().clone();
        // Their order is that of their distance, which changes now and then.
        let mut now: Vec<Dc> = ground.clients.keys().cloned().collect();
        now.sort_unstable();
        if now != known {
            // Who follows has the clients of all datacenters: they begin anew with others.
            known = now;
            running.clear();
        }
        for spec in specs(&ground) {
            let start = || start(&shared, &spec);
            running.entry(spec.clone()).or_insert_with(start);
        }
        if shared.ground.changed().await.is_err() {
            return;
        }
    }
}

/// Follows a spec, and what it finds, until the guard is dropped.
fn start(shared: &Streams, spec: &Spec) -> DropGuard {
    let own = shared.keeper.child();
    let (inner, spec) = (Streams { keeper: own.clone(), ..shared.clone() }, spec.clone());
    let told = Arc::new(Mutex::new(Told::default()));
    let name = Dc::from("streams");
    own.keep(&name, "a stream", move || follow(inner.clone(), spec.clone(), Arc::clone(&told)));
    own.token.drop_guard()
}

async fn follow(shared: Streams, spec: Spec, told: Arc<Mutex<Told>>) {
    let ground = shared.ground.borrow().clone();
    let mut follower = follower(&ground, &spec);
    loop {
        let began = Instant::now();
        let seen = follower.look().await;
        let cost = began.elapsed().saturating_sub(seen.rested);
        let delta = {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.found.retain(|spec, _| seen.found.contains(spec));
            told.delta(seen.streams)
        };
        if !delta.is_empty() && shared.keeper.out.send(Report::Streams(delta)).await.is_err() {
            return;
        }
        // Only then: what they tell may take the place of what is no longer told here.
        {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            for spec in &seen.found {
                told.found.entry(spec.clone()).or_insert_with(|| start(&shared, spec));
            }
        }
        rest(&shared, &mut *follower, cost).await;
    }
}

/// Waits until it is time for the next look.
async fn rest(shared: &Streams, follower: &mut dyn Follower, cost: Duration) {
    let mut scope = shared.scope.clone();
    let mut refresh = shared.refresh.clone();
    refresh.mark_unchanged();
    let is_shown = scope.borrow_and_update().glanced.replication;
    if !is_shown {
        let shown = scope.wait_for(|scope| scope.glanced.replication);
        tokio::select! {
            () = sleep((cost * SHARE.1).clamp(UNSEEN, LAST)) => {}
            Ok(_) = shown => {}
            Ok(()) = refresh.changed() => {}
        }
        return;
    }
    let pause = (cost * SHARE.0).clamp(SHORTEST, LAST);
    tokio::select! {
        () = sleep(pause) => {}
        Ok(()) = refresh.changed() => return,
    }
    tokio::select! {
        () = follower.changed() => {}
        () = sleep(LONGEST) => {}
        Ok(()) = refresh.changed() => {}
    }
}

impl Told {
    /// What is new, and what is no longer there.
    fn delta(&mut self, streams: Vec<Stream>) -> Delta<StreamId, Stream> {
        let now: HashSet<StreamId> = streams.iter().map(|stream| stream.id.clone()).collect();
        let removed = self.streams.difference(&now).cloned().collect();
        self.streams = now;
        let upserts =
            streams.into_iter().map(|stream| (stream.id.clone(), Arc::new(stream))).collect();
        Delta { upserts, removed }
    }
}
