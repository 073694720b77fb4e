//! When the ends of streams between datacenters are compared.
//!
//! One task for each spec, so that a datacenter that does not answer holds up nothing but its own
//! streams. While streams are shown, each is looked at as soon as it can have changed; otherwise now
//! and then, for the overview. A look costs what it costs: the next one waits a multiple of that.

mod told;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep;

use super::dark::Dark;
use super::keeper::Keeper;
use crate::domain::delta::Delta;
use crate::domain::feed::{Report, Scope};
use crate::domain::ids::Dc;
use crate::domain::replication::StreamId;
use crate::replication::{Follower, Ground, Seen, Spec, follower, specs};
use told::{Running, Told, lock};

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
    pub dark: Dark,
}

/// How a look went, which says when the next one is due.
struct Went {
    /// What it cost.
    cost: Duration,
    /// Whose answers each stream needs, where one did not come.
    away: Vec<Vec<Dc>>,
}

/// Follows all there is for as long as it is polled.
pub(super) async fn watch_replication(mut shared: Streams) {
    let mut running: HashMap<Spec, Running> = HashMap::new();
    let mut known: Vec<Dc> = Vec::new();
    loop {
        let ground = shared.ground.borrow_and_update().clone();
        // Their order is that of their distance, which changes now and then.
        let mut now: Vec<Dc> = ground.clients.keys().cloned().collect();
        now.sort_unstable();
        if now != known {
            // Who follows has the clients of all datacenters: they begin anew with others.
            known = now;
            let mut left: HashMap<Spec, Told> =
                running.drain().map(|(spec, running)| (spec, running.end())).collect();
            for spec in specs(&ground) {
                let told = left.remove(&spec).unwrap_or_default();
                running.insert(spec.clone(), start(&shared, &spec, told));
            }
            let gone = left.values().flat_map(Told::all).collect();
            if !forget(&shared, gone).await {
                return;
            }
        }
        if shared.ground.changed().await.is_err() {
            return;
        }
    }
}

/// Says that these streams are no longer there; false when nobody listens.
async fn forget(shared: &Streams, removed: Vec<StreamId>) -> bool {
    let delta = Delta { upserts: Vec::new(), removed };
    delta.is_empty() || shared.keeper.out.send(Report::Streams(delta)).await.is_ok()
}

/// Follows a spec of which this was told before, and what it finds.
fn start(shared: &Streams, spec: &Spec, told: Told) -> Running {
    let own = shared.keeper.child();
    let (inner, spec) = (Streams { keeper: own.clone(), ..shared.clone() }, spec.clone());
    let told = Arc::new(Mutex::new(told));
    let (name, its) = (Dc::from("streams"), Arc::clone(&told));
    own.keep(&name, "a stream", move || follow(inner.clone(), spec.clone(), Arc::clone(&its)));
    Running::new(told, own.token.drop_guard())
}

async fn follow(shared: Streams, spec: Spec, told: Arc<Mutex<Told>>) {
    let ground = shared.ground.borrow().clone();
    let mut follower = follower(&ground, &spec);
    loop {
        let began = Instant::now();
        let seen = follower.look().await;
        let went = Went::of(&spec, &seen, began.elapsed());
        let (mut delta, events) = {
            let mut told = lock(&told);
            if told.is_over {
                return;
            }
            let gone = told.lose(&seen, |spec| ground.successor(spec, &seen.found));
            let events = told.events(&seen.streams);
            let mut delta = told.delta(seen.streams);
            delta.removed.extend(gone);
            (delta, events)
        };
        let is_told_here = |id: &StreamId| delta.upserts.iter().any(|(it, _)| it == id);
        let removed = delta.removed.iter().filter(|id| !is_told_here(id)).cloned().collect();
        delta.removed = removed;
        let streams = (!delta.is_empty()).then(|| Report::Streams(delta));
        for report in streams.into_iter().chain(events) {
            if shared.keeper.out.send(report).await.is_err() {
                return;
            }
        }
        // Only then: what they tell may take the place of what is no longer told here.
        {
            let mut told = lock(&told);
            for spec in &seen.found {
                if !told.found.contains_key(spec) {
                    let before = told.left.remove(spec).unwrap_or_default();
                    told.found.insert(spec.clone(), start(&shared, spec, before));
                }
            }
        }
        rest(&shared, &mut *follower, &went).await;
    }
}

/// Waits until it is time for the next look.
async fn rest(shared: &Streams, follower: &mut dyn Follower, went: &Went) {
    let mut scope = shared.scope.clone();
    let mut refresh = shared.refresh.clone();
    refresh.mark_unchanged();
    if shared.dark.hides(&went.away) {
        // Each look would wait in vain, and hold connections that others need.
        tokio::select! {
            () = shared.dark.lit(&went.away) => {}
            () = sleep(LAST) => {}
            Ok(()) = refresh.changed() => {}
        }
        return;
    }
    let cost = went.cost;
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

impl Went {
    /// What took so long was no work where nothing was asked, or nobody answered.
    fn of(spec: &Spec, seen: &Seen, took: Duration) -> Self {
        if !seen.is_away {
            return Self { cost: took.saturating_sub(seen.rested), away: Vec::new() };
        }
        let ends = seen.streams.iter().map(|stream| stream.id.ends().cloned().collect());
        let mut away: Vec<Vec<Dc>> = ends.collect();
        if away.is_empty() {
            away.push(spec.dcs());
        }
        Self { cost: Duration::ZERO, away }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::BoxFuture;
    use tokio::sync::mpsc;
    use tokio::time::timeout;
    use tokio_util::sync::CancellationToken;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::domain::replication::{Kind, Pair, Stream};

    /// One that never sees a change.
    struct Still;

    impl Follower for Still {
        fn look(&mut self) -> BoxFuture<'_, Seen> {
            Box::pin(std::future::pending())
        }

        fn changed(&mut self) -> BoxFuture<'_, ()> {
            Box::pin(std::future::pending())
        }
    }

    fn seen(is_away: bool) -> Seen {
        let (source, destination) = (Some("dc-1".into()), "dc-2".into());
        let (of, to) = ("a/".into(), "a/".into());
        let id = StreamId { kind: Kind::ConsulReplicate, source, destination, of, to };
        Seen { streams: vec![Stream::new(id)], is_away, ..Seen::default() }
    }

    #[test]
    fn what_nobody_answered_was_no_work_and_who_did_not_may_be_either_end() {
        let spec = Spec::Replicate { into: "dc-2".into(), status: "s".into() };
        let took = Duration::from_secs(10);
        let went = Went::of(&spec, &seen(true), took);
        assert_eq!(went.cost, Duration::ZERO);
        assert_eq!(went.away, [["dc-1".into(), "dc-2".into()]]);
        let rested = Duration::from_secs(3);
        let went = Went::of(&spec, &Seen { rested, ..seen(false) }, took);
        assert_eq!((went.cost, went.away.len()), (Duration::from_secs(7), 0));
    }

    #[test]
    fn while_one_stream_needs_none_that_is_dark_it_is_looked_at() {
        let dark = Dark::new();
        dark.note(&"dc-1".into(), true);
        let needs = |source: &str| vec![Dc::from(source), "dc-2".into()];
        assert!(dark.hides(&[needs("dc-1")]));
        assert!(!dark.hides(&[needs("dc-1"), needs("dc-3")]) && !dark.hides(&[]));
    }

    fn shared(dark: Dark) -> (Streams, impl Sized) {
        let (out, reports) = mpsc::channel(1);
        let keeper = Keeper { token: CancellationToken::new(), tracker: TaskTracker::new(), out };
        let (grounds, ground) = watch::channel(Ground::default());
        let mut shown = Scope::default();
        shown.glanced.replication = true;
        let (scopes, scope) = watch::channel(shown);
        let (refreshes, refresh) = watch::channel(0);
        let held = (reports, grounds, scopes, refreshes);
        (Streams { keeper, ground, scope, refresh, dark }, held)
    }

    #[tokio::test]
    async fn what_is_no_longer_found_is_taken_off_the_screen_with_all_that_it_told() {
        let (shared, _held) = shared(Dark::new());
        let spec = Spec::Replicate { into: "dc-2".into(), status: "s".into() };
        let mut child = Told::default();
        child.delta(seen(false).streams);
        let mut told = Told::default();
        told.found.insert(spec.clone(), start(&shared, &spec, child));
        let found = Seen { found: vec![spec.clone()], ..Seen::default() };
        assert!(told.lose(&found, |_| None).is_empty());
        // One that begins anew knows what was told before, until it is found or not.
        let guard = shared.keeper.child().token.drop_guard();
        let running = Running::new(Arc::new(Mutex::new(told)), guard);
        let mut told = running.end();
        assert!(told.found.is_empty() && told.lose(&found, |_| None).is_empty());
        let away = Seen { is_away: true, ..Seen::default() };
        assert!(told.lose(&away, |_| None).is_empty(), "who did not answer says nothing");
        assert_eq!(told.lose(&Seen::default(), |_| None), [seen(false).streams[0].id.clone()]);
        assert!(told.all().is_empty());
    }

    #[tokio::test]
    async fn one_that_is_dark_is_looked_at_again_when_it_is_back_and_not_before() {
        let dark = Dark::new();
        let (shared, _held) = shared(dark.clone());
        let (source, destination) = (Dc::from("dc-1"), Dc::from("dc-2"));
        let pair = Pair { source, prefix: "a/".into(), destination: destination.clone(), to: None };
        let went = Went::of(&Spec::Compare(pair), &seen(true), Duration::from_secs(10));
        dark.note(&destination, true);
        let mut still = Still;
        let mut rest = Box::pin(rest(&shared, &mut still, &went));
        // Longer than a look that cost nothing is followed by.
        assert!(timeout(SHORTEST * 2, &mut rest).await.is_err());
        dark.note(&destination, false);
        assert!(timeout(LONGEST / 2, rest).await.is_ok(), "at once");
    }
}
