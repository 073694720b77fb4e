//! What was told of streams, so that it can be taken back when nobody tells of them any more.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::DropGuard;

use crate::domain::delta::Delta;
use crate::domain::event::streams::{Given, look};
use crate::domain::feed::{Body, Feed, Report};
use crate::domain::replication::{Stream, StreamId};
use crate::replication::{Seen, Spec};

/// What was told because of a spec.
#[derive(Default)]
pub(super) struct Told {
    streams: HashSet<StreamId>,
    /// The verdicts that were given last.
    given: HashMap<StreamId, Given>,
    /// Those that follow what it found.
    pub found: HashMap<Spec, Running>,
    /// What was told of what was found before it began anew, until it is found again.
    pub left: HashMap<Spec, Self>,
    /// Nothing is told any more: another one took its place.
    pub is_over: bool,
}

/// A task that follows a spec until this is dropped.
pub(super) struct Running {
    told: Arc<Mutex<Told>>,
    _guard: DropGuard,
}

impl Running {
    /// A task that tells here, until this is dropped.
    pub fn new(told: Arc<Mutex<Told>>, guard: DropGuard) -> Self {
        Self { told, _guard: guard }
    }

    /// Ends it; gives what it told.
    pub fn end(self) -> Told {
        let mut told = lock(&self.told);
        let before = std::mem::take(&mut *told);
        told.is_over = true;
        let found = before.found.into_iter().map(|(spec, running)| (spec, running.end()));
        let left = before.left.into_iter().chain(found).collect();
        Told { streams: before.streams, given: before.given, left, ..Told::default() }
    }
}

/// What was told; a task that died while it told leaves it as it was.
pub(super) fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Told {
    /// What happened, of the streams whose verdict is another.
    pub fn events(&mut self, streams: &[Stream]) -> Vec<Report> {
        let mut reports = Vec::new();
        for stream in streams {
            let (event, given) = look(self.given.get(&stream.id).copied(), stream);
            if let Some(given) = given {
                self.given.insert(stream.id.clone(), given);
            }
            reports.extend(event.map(|event| {
                let (dc, at) = (event.dc.clone(), event.at);
                let body = Body::Events(vec![Arc::new(event)], 0);
                Report::Feed(Box::new(Feed { dc, ticket: 0, at, body }))
            }));
        }
        reports
    }

    /// All streams that were told, here and by what was found.
    pub fn all(&self) -> Vec<StreamId> {
        let found = self.found.values().flat_map(|running| lock(&running.told).all());
        let left = self.left.values().flat_map(Self::all);
        self.streams.iter().cloned().chain(found).chain(left).collect()
    }

    /// Ends what is no longer found; gives the streams that nobody tells of any more. What another
    /// one of those that are found tells from now on is left to that.
    pub fn lose(
        &mut self,
        seen: &Seen,
        successor: impl Fn(&Spec) -> Option<Spec>,
    ) -> Vec<StreamId> {
        let is_gone = |spec: &Spec, _: &mut Running| !seen.found.contains(spec);
        let mut gone = Vec::new();
        let ended: Vec<_> = self.found.extract_if(is_gone).collect();
        for (spec, running) in ended {
            let told = running.end();
            match successor(&spec) {
                Some(next) => drop(self.left.insert(next, told)),
                None => gone.push(told),
            }
        }
        if !seen.is_away {
            // Who did not answer may find it again.
            let is_gone = |spec: &Spec, _: &mut Self| !seen.found.contains(spec);
            gone.extend(self.left.extract_if(is_gone).map(|(_, told)| told));
        }
        gone.iter().flat_map(Self::all).collect()
    }

    /// What is new, and what is no longer there.
    pub fn delta(&mut self, streams: Vec<Stream>) -> Delta<StreamId, Stream> {
        let now: HashSet<StreamId> = streams.iter().map(|stream| stream.id.clone()).collect();
        let removed = self.streams.difference(&now).cloned().collect();
        self.streams = now;
        let upserts =
            streams.into_iter().map(|stream| (stream.id.clone(), Arc::new(stream))).collect();
        Delta { upserts, removed }
    }
}
