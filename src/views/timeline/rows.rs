//! The lines of the timeline: events, and storms that stand for many.
//!
//! A storm stands at the time of its first event, where it stays while it grows; its events stand
//! below it once it is unfolded. A filter looks at the events: a storm is shown when one of its own is.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::near::Near;
use crate::domain::event::{Event, Object};
use crate::domain::storm::{Alike, Member, Storm, StormId};
use crate::table::filter::{Filter, RowText};
use crate::table::row::Row;

/// A storm, as far as it is shown.
#[derive(Clone, Debug)]
pub struct Head {
    /// Which storm.
    pub id: StormId,
    /// What its events share.
    pub alike: Alike,
    /// Where it stands.
    pub anchor: (DateTime<Utc>, u64),
    /// Its events, oldest first; never none.
    pub members: Vec<Member>,
    /// How many things it happened to.
    pub objects: usize,
    /// True while its events are listed below it.
    pub is_open: bool,
    /// How near the nearest of them is to what the timeline was opened for.
    pub near: Near,
}

/// A hash that is one already.
#[derive(Default)]
struct Same(u64);

impl std::hash::Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |all, byte| all.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Head {
    /// A storm with those of its events that are shown; `None` for fewer than two.
    pub fn new(id: StormId, storm: &Storm, members: Vec<Member>, near: Near) -> Option<Self> {
        let objects: HashSet<u64, BuildHasherDefault<Same>> =
            members.iter().map(|member| member.object).collect();
        let (alike, anchor, objects) = (storm.alike.clone(), storm.anchor, objects.len());
        (members.len() > 1).then_some(Self {
            id,
            alike,
            anchor,
            members,
            objects,
            is_open: false,
            near,
        })
    }

    /// Its oldest and its newest event.
    pub fn ends(&self) -> Option<(&Event, &Event)> {
        let (first, last) = (self.members.first()?, self.members.last()?);
        Some((&first.event, &last.event))
    }

    /// Since when it may have happened, where that is only known to be between two times (UTC).
    pub fn after(&self) -> Option<DateTime<Utc>> {
        self.members.iter().filter_map(|it| it.event.after).min()
    }
}

/// A line.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// The number of its event in the history.
    pub number: u64,
    /// The event; of a storm's own line, its newest.
    pub event: Arc<Event>,
    /// The storm that it is part of.
    pub storm: Option<Arc<Head>>,
    /// True for a storm's own line.
    pub is_head: bool,
    /// How near it is to what the timeline was opened for.
    pub near: Near,
}

/// What names a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// An event's, by its number.
    Event(u64),
    /// A storm's own.
    Storm(StormId),
}

impl EventRow {
    /// The line of an event that stands alone.
    pub fn alone(number: u64, event: &Arc<Event>, near: Near) -> Self {
        Self { number, event: Arc::clone(event), storm: None, is_head: false, near }
    }

    /// The line of a storm's event below it.
    pub fn below(head: &Arc<Head>, member: &Member, near: Near) -> Self {
        let storm = Some(Arc::clone(head));
        Self { storm, ..Self::alone(member.number, &member.event, near) }
    }

    /// A storm's own line.
    pub fn head(head: &Arc<Head>) -> Option<Self> {
        let newest = head.members.last()?;
        Some(Self { is_head: true, ..Self::below(head, newest, head.near) })
    }

    /// The storm, on its own line.
    pub fn as_head(&self) -> Option<&Head> {
        self.storm.as_deref().filter(|_| self.is_head)
    }

    /// Where it stands: the time and the number of its event, or of the first one of its storm.
    pub fn anchor(&self) -> (DateTime<Utc>, u64) {
        self.storm.as_ref().map_or((self.event.at, self.number), |storm| storm.anchor)
    }

    /// How near it is, with the storm that it is part of.
    pub fn nearness(&self) -> Near {
        self.storm.as_ref().map_or(self.near, |storm| storm.near)
    }

    /// What it is sorted by under its object: together with the storm that it is part of.
    pub fn name(&self) -> (&str, &str) {
        let event = self.storm.as_ref().and_then(|storm| storm.members.first());
        let event = event.map_or(&self.event, |first| &first.event);
        match &event.object {
            Object::Datacenter => ("", ""),
            Object::Node(node) => (node.as_str(), ""),
            Object::Service(service) => (service.as_str(), ""),
            Object::Instance { id, node, .. } => (id.as_str(), node.as_str()),
            Object::Check { name, node, service_id, .. } if service_id.is_empty() => {
                (name, node.as_str())
            }
            Object::Check { name, service_id, .. } => (name, service_id.as_str()),
            Object::Key(key) => (key.as_str(), ""),
            Object::Stream(id) => (&id.of, id.destination.as_str()),
            Object::UserEvent(name) => (name, ""),
        }
    }
}

/// The events of these rows, also of folded storms, that a filter lets through, with their numbers.
pub fn events(rows: &[&EventRow], filter: &Filter) -> Vec<(u64, Arc<Event>)> {
    let own = |row: &EventRow| vec![(row.number, Arc::clone(&row.event))];
    let all = rows.iter().flat_map(|row| match row.as_head() {
        Some(head) => head.members.iter().map(|it| (it.number, Arc::clone(&it.event))).collect(),
        None => own(row),
    });
    all.filter(|(_, event)| filter.is_empty() || filter.matches(&text(event))).collect()
}

/// What a filter looks at of an event.
fn text(event: &Event) -> RowText {
    let object = event.object.to_string();
    let service = event.object.service().map_or("", |service| service.as_str());
    let texts = [event.dc.as_str(), event.kind.word(), &object, service];
    RowText::new(texts.into_iter().chain([&*event.from, &*event.to, &*event.detail]))
}

impl Row for EventRow {
    type Key = RowKey;

    fn key(&self) -> RowKey {
        match self.as_head() {
            Some(head) => RowKey::Storm(head.id),
            None => RowKey::Event(self.number),
        }
    }

    fn text(&self) -> RowText {
        match self.as_head() {
            Some(head) => {
                let texts: Vec<RowText> =
                    head.members.iter().map(|member| text(&member.event)).collect();
                RowText::any_of(&texts)
            }
            None => text(&self.event),
        }
    }

    fn weight(&self) -> usize {
        self.as_head().map_or(1, |head| head.members.len())
    }

    /// The newest first, a storm's own line before its events.
    fn tie(&self, other: &Self) -> Ordering {
        let storms = other.anchor().cmp(&self.anchor());
        let heads = || other.is_head.cmp(&self.is_head);
        let events = || (other.event.at, other.number).cmp(&(self.event.at, self.number));
        storms.then_with(heads).then_with(events)
    }
}
