//! Storms: many events alike in a short time, which an operator wants to read as one line.
//!
//! ```text
//! 312 instances of billing registered in 40s
//! 97 checks of node web-host-17 went critical in 3s
//! ```
//! Alike are events of one kind and turn in one datacenter that share a service, a node, a check's
//! name or a folder; of instances that come or go at once, many that share nothing. As soon as
//! [`LEAST`] of them follow each other closely they are a storm, and what is alike and near joins it. Invariant: an event belongs to one storm at most, and stays with
//! it. Cost: a few look-ups for each event.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::BuildHasher as _;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use foldhash::fast::{FixedState, RandomState};

use super::event::{Event, Kind, Object};
use super::ids::{Dc, NodeName, ServiceName};

/// Events that make a storm, at least: fewer are read as they are.
pub const LEAST: usize = 8;
/// How far apart two events that follow each other may be: a rollout that takes longer between two
/// instances is no storm.
const GAP: TimeDelta = TimeDelta::seconds(10);
/// Instances of many services on many nodes share little: that many in as quick a succession are one
/// thing that happened.
const LEAST_OF_ANY: usize = 20;
const GAP_OF_ANY: TimeDelta = TimeDelta::seconds(2);
/// How long one lasts, at most. What goes on is another one: else a check that flaps all night were
/// one line of last evening.
const LONGEST: TimeDelta = TimeDelta::minutes(5);
/// Events of one, at most, so that a change of it costs little.
const MOST: usize = 1_000;
/// After so many events what is no longer gathered is forgotten.
const SWEEP: u64 = 4_096;

/// Names a storm; 0 is none.
pub type StormId = u64;

/// Where an event stands in the history: its time and its number.
pub type Place = (DateTime<Utc>, u64);

/// In which direction something changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// To this state.
    To(Arc<str>),
    /// It was not there before.
    Came,
    /// It is gone.
    Went,
    /// It is another one now.
    Changed,
}

/// What events of a storm share beside their kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Shared {
    /// A service.
    Service(ServiceName),
    /// A node.
    Node(NodeName),
    /// The name of a check.
    Check(Arc<str>),
    /// The folder that their keys lie in.
    Folder(Arc<str>),
    /// Only their kind.
    Kind,
    /// Only their kind, of things that come one by one too.
    Any,
}

impl Shared {
    /// How many make a storm, and how far apart they may be.
    fn bounds(&self) -> (usize, TimeDelta) {
        match self {
            Self::Any => (LEAST_OF_ANY, GAP_OF_ANY),
            _ => (LEAST, GAP),
        }
    }
}

/// What makes events alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Alike {
    /// Their datacenter.
    pub dc: Dc,
    /// Their kind.
    pub kind: Kind,
    /// Where they turn to.
    pub turn: Turn,
    /// What else they share.
    pub shared: Shared,
}

/// An event of a storm.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its number in the history.
    pub number: u64,
    /// The event.
    pub event: Arc<Event>,
    /// What its object is counted by.
    pub object: u64,
}

/// Many events alike.
#[derive(Clone, Debug)]
pub struct Storm {
    /// What they share.
    pub alike: Alike,
    /// The time and number of the event that it began with, which stay though that be dropped.
    pub anchor: Place,
    /// The events, oldest first.
    pub members: VecDeque<Member>,
}

/// What became of an event.
#[derive(Debug, PartialEq, Eq)]
pub enum Fold {
    /// It stands alone.
    Alone,
    /// It belongs to this storm, which there was.
    Joined(StormId),
    /// It makes a storm of these earlier events, given by time and number, and itself.
    Began(StormId, Vec<Place>),
}

/// Events alike that may become a storm, or what became of them.
#[derive(Clone, Debug)]
struct Gathered {
    last: DateTime<Utc>,
    /// The storm; 0 while it is none.
    storm: StormId,
    waiting: Vec<Member>,
}

/// The storms of a history.
#[derive(Clone, Debug, Default)]
pub struct Storms {
    gathered: HashMap<Alike, Gathered, RandomState>,
    known: BTreeMap<StormId, Storm>,
    last_id: StormId,
    pushed: u64,
}

impl Storms {
    /// Takes in an event. `is_alone` tells whether an earlier one, by time and number, still belongs to
    /// no storm.
    pub fn push(
        &mut self,
        number: u64,
        event: &Arc<Event>,
        is_alone: impl Fn(DateTime<Utc>, u64) -> bool,
    ) -> Fold {
        self.pushed += 1;
        if self.pushed.is_multiple_of(SWEEP) {
            self.gathered.retain(|_, it| it.last + GAP >= event.at);
        }
        let alike = alikes(event);
        if alike.is_empty() {
            return Fold::Alone;
        }
        let object = FixedState::with_seed(0).hash_one(&event.object);
        let member = Member { number, event: Arc::clone(event), object };
        for one in &alike {
            if let Some(id) = self.join(one, &member) {
                return Fold::Joined(id);
            }
        }
        for one in alike {
            if let Some((id, others)) = self.gather(one, &member, &is_alone) {
                return Fold::Began(id, others);
            }
        }
        Fold::Alone
    }

    /// A storm.
    pub fn get(&self, id: StormId) -> Option<&Storm> {
        self.known.get(&id)
    }

    /// Drops an event, the oldest of the history, from its storm; one without events is forgotten.
    pub fn drop_from(&mut self, id: StormId, number: u64) {
        if let Some(storm) = self.known.get_mut(&id) {
            if storm.members.front().is_some_and(|first| first.number == number) {
                storm.members.pop_front();
            } else {
                storm.members.retain(|member| member.number != number);
            }
            if storm.members.is_empty() {
                self.known.remove(&id);
            }
        }
    }

    /// The storm under way that an event belongs to.
    fn join(&mut self, alike: &Alike, member: &Member) -> Option<StormId> {
        let gathered = self.gathered.get_mut(alike)?;
        let at = member.event.at;
        let is_near = (at - gathered.last).abs() <= alike.shared.bounds().1;
        let storm = self.known.get_mut(&gathered.storm)?;
        let is_over = storm.members.len() >= MOST || at - storm.anchor.0 > LONGEST;
        if !is_near || is_over {
            return None;
        }
        gathered.last = gathered.last.max(at);
        storm.add(member.clone());
        Some(gathered.storm)
    }

    /// Keeps an event with those alike; gives the storm that they make, and which they are.
    fn gather(
        &mut self,
        alike: Alike,
        member: &Member,
        is_alone: &impl Fn(DateTime<Utc>, u64) -> bool,
    ) -> Option<(StormId, Vec<Place>)> {
        let at = member.event.at;
        let (least, gap) = alike.shared.bounds();
        let new = || Gathered { last: at, storm: 0, waiting: Vec::new() };
        let gathered = self.gathered.entry(alike.clone()).or_insert_with(new);
        if gathered.storm != 0 || (at - gathered.last).abs() > gap {
            *gathered = new();
        }
        gathered.last = gathered.last.max(at);
        gathered.waiting.push(member.clone());
        if gathered.waiting.len() < least {
            return None;
        }
        let is_free = |it: &Member| it.number == member.number || is_alone(it.event.at, it.number);
        gathered.waiting.retain(is_free);
        if gathered.waiting.len() < least {
            return None;
        }
        self.last_id += 1;
        gathered.storm = self.last_id;
        let members = std::mem::take(&mut gathered.waiting);
        let others = members.iter().filter(|it| it.number != member.number);
        let others = others.map(|it| (it.event.at, it.number)).collect();
        let mut storm = Storm { alike, anchor: (at, member.number), members: VecDeque::new() };
        for member in members {
            storm.add(member);
        }
        storm.anchor = storm.members.front().map_or(storm.anchor, |it| (it.event.at, it.number));
        self.known.insert(self.last_id, storm);
        Some((self.last_id, others))
    }
}

impl Storm {
    fn add(&mut self, member: Member) {
        let key = |it: &Member| (it.event.at, it.number);
        let place = self.members.partition_point(|other| key(other) < key(&member));
        self.members.insert(place, member);
    }
}

/// Under what an event may be gathered, in the order of preference.
fn alikes(event: &Event) -> Vec<Alike> {
    let turn = match event.kind {
        Kind::Instance | Kind::Kv | Kind::Version => {
            match (event.from.is_empty(), event.to.is_empty()) {
                (true, false) => Turn::Came,
                (false, true) => Turn::Went,
                _ => Turn::Changed,
            }
        }
        _ => Turn::To(Arc::clone(&event.to)),
    };
    let alike = |shared: Shared| Alike {
        dc: event.dc.clone(),
        kind: event.kind,
        turn: turn.clone(),
        shared,
    };
    match &event.object {
        Object::Check { node, name, service, .. } => {
            let service = (!service.is_empty()).then(|| Shared::Service(service.clone()));
            let rest = [Shared::Node(node.clone()), Shared::Check(Arc::clone(name))];
            service.into_iter().chain(rest).map(alike).collect()
        }
        Object::Instance { service, node, .. } => {
            let shared = [Shared::Service(service.clone()), Shared::Node(node.clone())];
            shared.into_iter().chain([Shared::Any]).map(alike).collect()
        }
        Object::Node(_) | Object::Service(_) | Object::UserEvent(_) => vec![alike(Shared::Kind)],
        Object::Key(key) => {
            let name = key.as_str().trim_end_matches('/');
            let folder = name.rfind('/').and_then(|at| name.get(..=at)).unwrap_or_default();
            vec![alike(Shared::Folder(folder.into()))]
        }
        // Each of these is worth its line.
        Object::Datacenter | Object::Stream(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
