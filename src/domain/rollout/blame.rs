//! What is held against the new version: which of its instances are critical, and whether that counts
//! yet.
//!
//! One counts once it is critical for longer than [`Bounds::grace`] where it never was better, else for
//! longer than [`RELAPSE`]. Where every instance of the new version in a datacenter is critical, a part
//! of the grace is enough ([`EARLY`]). Of a datacenter that cannot be seen the time counts until it was
//! seen last. Invariant: what counts and is seen stands first.

use chrono::{DateTime, TimeDelta, Utc};

use super::judge::{Bounds, Unseen};
use super::{Failing, Part, Rollout};
use crate::domain::ids::Dc;
use crate::domain::seat::Seat;

/// An instance of the new version that was better is failing after this time.
const RELAPSE: TimeDelta = TimeDelta::seconds(15);
/// Where all new instances of a datacenter are critical, the grace divided by this is enough: half a
/// minute by default. A fresh instance is critical until its check ran first, which takes up to an
/// interval (commonly 10 s), and a while longer as it warms up: by then two or three runs said no of
/// all of them, and one that says no of all is seldom only slow. It goes with the grace, as that is
/// what those set who know their service to start slowly.
const EARLY: i32 = 2;

/// A critical instance of the new version, in its datacenter.
pub type Blamed<'a> = (&'a Dc, &'a Seat, Failing);

/// What is held against a new version.
pub(super) struct Blame<'a> {
    /// Its critical instances, those that count first.
    pub failing: Vec<Blamed<'a>>,
    /// How far the first of them counts.
    pub weight: Weight,
    /// True where only datacenters that cannot be seen say so.
    pub is_past: bool,
    /// True where all new instances of a datacenter are critical, for however short a time.
    pub is_stuck: bool,
}

/// How far a critical instance counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// The new version fails.
    Full,
    /// The same, before its grace is over: all of it in a datacenter is critical.
    Early,
    /// It may be starting.
    None,
}

impl<'a> Blame<'a> {
    /// Of a rollout, at this time.
    pub fn of(
        rollout: &'a Rollout,
        now: DateTime<Utc>,
        bounds: &Bounds,
        unclear: &[(&Dc, &Unseen)],
    ) -> Self {
        let mut all = Vec::new();
        let mut is_stuck = false;
        for (dc, part) in &rollout.parts {
            let unseen = unclear.iter().find(|(it, _)| *it == dc).map(|(_, unseen)| *unseen);
            let seen = unseen.map_or(now, |unseen| unseen.confirmed(part.at).min(now));
            let is_early = is_early(part, seen, bounds);
            is_stuck |= part.all_failing_since(seen).is_some();
            all.extend(part.failing().map(|(seat, failing)| {
                let weight = match () {
                    () if is_bad(&failing, seen, bounds) => Weight::Full,
                    () if is_early => Weight::Early,
                    () => Weight::None,
                };
                (weight, unseen.is_some(), (dc, seat, failing))
            }));
        }
        all.sort_by_key(|(weight, is_unseen, (_, _, it))| {
            (*weight == Weight::None, *is_unseen, *weight, it.since)
        });
        let (weight, is_past) = all.first().map_or((Weight::None, false), |it| (it.0, it.1));
        let failing = all.into_iter().map(|(_, _, it)| it).collect();
        Self { failing, weight, is_past, is_stuck }
    }
}

fn is_bad(failing: &Failing, now: DateTime<Utc>, bounds: &Bounds) -> bool {
    let bound = if failing.was_better { RELAPSE.min(bounds.grace) } else { bounds.grace };
    now - failing.since >= bound
}

fn is_early(part: &Part, now: DateTime<Utc>, bounds: &Bounds) -> bool {
    part.all_failing_since(now).is_some_and(|since| now - since >= bounds.grace / EARLY)
}
