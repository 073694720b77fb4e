//! The words of what happens to instances and versions.

use std::sync::Arc;

use crate::domain::event::checks::Moment;
use crate::domain::event::{Event, Kind, Object};
use crate::domain::ids::{NodeName, ServiceId, ServiceName};
use crate::domain::seat::{Seat, Seats};

/// What is told of a version that was not known.
const NOT_KNOWN: &str = "in place; its version before is not known";

/// What happens to one service.
pub(super) struct Tale<'a> {
    service: &'a ServiceName,
    moment: Moment<'a>,
    events: Vec<Event>,
}

impl<'a> Tale<'a> {
    pub fn new(service: &'a ServiceName, moment: Moment<'a>) -> Self {
        Self { service, moment, events: Vec::new() }
    }

    /// All of it, in the order of the indexes.
    pub fn end(mut self) -> Vec<Event> {
        self.events.sort_by_key(|event| event.index);
        self.events
    }

    /// An instance came.
    pub fn registered(&mut self, seat: &Seat) {
        let (object, to) = (self.instance(&seat.node, &seat.id), state(&seat.version));
        let event = self.event(Kind::Instance, object, seat.create_index);
        self.events.push(Event { to, detail: Arc::clone(&seat.version), ..event });
    }

    /// An instance went.
    pub fn deregistered(&mut self, seat: &Seat) {
        let (object, from) = (self.instance(&seat.node, &seat.id), state(&seat.version));
        let event = self.event(Kind::Instance, object, self.moment.index);
        self.events.push(Event { from, detail: Arc::clone(&seat.version), ..event });
    }

    /// An instance came to this node; which one is not known.
    pub fn one_came(&mut self, node: &NodeName) {
        let object = self.instance(node, &ServiceId::default());
        let event = self.event(Kind::Instance, object, self.moment.index);
        self.events.push(Event { to: state(""), ..event });
    }

    /// An instance went from this node, which is empty where it is not known; nor is which one.
    pub fn one_went(&mut self, node: &NodeName) {
        let object = self.instance(node, &ServiceId::default());
        let event = self.event(Kind::Instance, object, self.moment.index);
        self.events.push(Event { from: state(""), ..event });
    }

    /// An instance has another version than it had, in place or, when it went in between, anew.
    pub fn changed(&mut self, was: &Seat, is: &Seat, went: bool) {
        let object = self.instance(&is.node, &is.id);
        let detail = if went { "deregistered and registered anew" } else { "in place" };
        let event = self.event(Kind::Instance, object, is.modify_index);
        let (from, to) = (state(&was.version), state(&is.version));
        self.events.push(Event { from, to, detail: detail.into(), ..event });
    }

    /// An instance was registered anew in place, and what it was before is not known.
    pub fn again(&mut self, seat: &Seat) {
        let object = self.instance(&seat.node, &seat.id);
        let event = self.event(Kind::Instance, object, seat.modify_index);
        let (from, to) = (state(""), state(&seat.version));
        self.events.push(Event { from, to, detail: NOT_KNOWN.into(), ..event });
    }

    /// A version was seen first.
    pub fn first_seen(&mut self, version: &Arc<str>, now: &Seats) {
        let of_it = now.seats.iter().filter(|seat| seat.version == *version);
        let index = of_it.map(|seat| seat.modify_index).min().unwrap_or(self.moment.index);
        self.version(index, "".into(), Arc::clone(version));
    }

    /// A version was seen last.
    pub fn last_seen(&mut self, version: &Arc<str>) {
        self.version(self.moment.index, Arc::clone(version), "".into());
    }

    fn version(&mut self, index: u64, from: Arc<str>, to: Arc<str>) {
        // To have none is no version.
        if from != to {
            let event = self.event(Kind::Version, Object::Service(self.service.clone()), index);
            self.events.push(Event { from, to, ..event });
        }
    }

    fn instance(&self, node: &NodeName, id: &ServiceId) -> Object {
        Object::Instance { service: self.service.clone(), node: node.clone(), id: id.clone() }
    }

    fn event(&self, kind: Kind, object: Object, index: u64) -> Event {
        Event {
            at: self.moment.at,
            after: self.moment.after,
            dc: self.moment.dc.clone(),
            kind,
            object,
            from: Arc::default(),
            to: Arc::default(),
            detail: Arc::default(),
            index,
        }
    }
}

/// The state of an instance in words: `registered v2`.
fn state(version: &str) -> Arc<str> {
    if version.is_empty() { "registered".into() } else { format!("registered {version}").into() }
}
