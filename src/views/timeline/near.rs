//! How near events are to the one object that a timeline was opened for.
//!
//! "What changed before this check went critical" lists everything that happened anywhere in that
//! span; what has to do with the check comes first.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::domain::catalog::Instance;
use crate::domain::event::{Event, Object};
use crate::domain::health::{Check, Status};
use crate::domain::ids::{Dc, NodeName, ServiceName};
use crate::domain::track::Since;
use crate::views::{Ctx, Place, Response};

/// How near an event is, the nearest greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Near {
    /// It has nothing to do with it, as far as can be told.
    #[default]
    Not,
    /// In the same datacenter.
    Datacenter,
    /// Of the same service in another datacenter.
    Elsewhere,
    /// On the same node.
    Node,
    /// Of the same service.
    Service,
    /// Of the thing itself.
    Itself,
}

impl Near {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Not => "",
            Self::Datacenter => "same dc",
            Self::Elsewhere => "other dc",
            Self::Node => "same node",
            Self::Service => "service",
            Self::Itself => "itself",
        }
    }
}

/// How long before it came to its state it is looked.
const BEFORE: TimeDelta = TimeDelta::minutes(15);
/// What was so this soon after dcview began was so before.
const AT_ONCE: TimeDelta = TimeDelta::seconds(30);

/// What a timeline was opened for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What it is called, and its state.
    pub what: String,
    /// Its datacenter.
    pub dc: Dc,
    /// Its service; empty for none.
    pub service: String,
    /// Its node; empty for none.
    pub node: String,
    /// The check's or the instance's id; empty for none.
    pub id: String,
}

impl About {
    /// A service that is in a state, in this datacenter.
    pub fn service(dc: &Dc, name: &str, status: Status) -> Self {
        let what = format!("{name} {}", status.word());
        let (service, none) = (name.to_owned(), String::new());
        Self { what, dc: dc.clone(), service, node: none.clone(), id: none }
    }

    /// A node that is in a state.
    pub fn node(dc: &Dc, name: &str, status: Status) -> Self {
        let about = Self::service(dc, name, status);
        Self { service: String::new(), node: about.service, ..about }
    }

    /// An instance.
    pub fn instance(dc: &Dc, it: &Instance) -> Self {
        let what = format!("{} on {} {}", it.id, it.node, it.status.word());
        let (node, id) = (it.node.to_string(), it.id.to_string());
        Self { what, node, id, ..Self::service(dc, it.service.as_str(), it.status) }
    }

    /// A check.
    pub fn check(dc: &Dc, it: &Check) -> Self {
        let of = if it.is_of_node() { String::new() } else { format!(" of {}", it.service_id) };
        let what = format!("{}{of} on {} {}", it.name, it.node, it.status.word());
        let (node, id) = (it.node.to_string(), it.id.to_string());
        Self { what, node, id, ..Self::service(dc, it.service_name.as_str(), it.status) }
    }

    /// What an event is about.
    pub fn event(event: &Event) -> Self {
        let name = |it: Option<&str>| it.unwrap_or_default().to_owned();
        let id = match &event.object {
            Object::Check { id, .. } => id.to_string(),
            Object::Instance { id, .. } => id.to_string(),
            _ => String::new(),
        };
        Self {
            what: format!("{} {}", event.object, event.to),
            dc: event.dc.clone(),
            service: name(event.object.service().map(ServiceName::as_str)),
            node: name(event.object.node().map(NodeName::as_str)),
            id,
        }
    }

    /// Goes to what changed before it came to its state, or says why that is not known.
    pub fn before(&self, ctx: &Ctx, since: Option<Since>) -> Response {
        let Some(since) = since else {
            let text = format!("{}: it did not change since dcview looks at it", self.what);
            return Response::Notice(text);
        };
        let began = ctx.history.begins().filter(|began| since.at - *began < AT_ONCE);
        match began.filter(|_| !since.is_exact) {
            Some(began) => {
                let began = ctx.look.zone.local(began).format("%H:%M:%S");
                let text = format!("{}: it was so before dcview began at {began}", self.what);
                Response::Notice(text)
            }
            None => Response::Open(self.place(since.at - BEFORE, since.at)),
        }
    }

    /// What stands in a place behind the query, if that was opened for something.
    pub fn of(place: &Place) -> Option<Self> {
        let [_, dc, service, node, id, what] = place.args.as_slice() else { return None };
        let text = |arg: &std::sync::Arc<str>| arg.to_string();
        let dc = Dc::from(&**dc);
        Some(Self { what: text(what), dc, service: text(service), node: text(node), id: text(id) })
    }

    /// The place of the timeline of what happened in a span before `at`.
    pub fn place(&self, from: DateTime<Utc>, at: DateTime<Utc>) -> Place {
        // To the last digit: what it came to its state by is in the span.
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Nanos, true);
        let query = format!("dc=* since={} before={}", time(from), time(at));
        let of = Place::new(super::ENTRY.name).of(&query).of(self.dc.as_str());
        of.of(&self.service).of(&self.node).of(&self.id).of(&self.what)
    }

    /// How near an event is.
    pub fn near(&self, event: &Event) -> Near {
        let is = |name: Option<&str>, mine: &str| !mine.is_empty() && name == Some(mine);
        let service = is(event.object.service().map(ServiceName::as_str), &self.service);
        if event.dc != self.dc {
            return if service { Near::Elsewhere } else { Near::Not };
        }
        let node = is(event.object.node().map(NodeName::as_str), &self.node);
        if self.is_itself(&event.object, service, node) {
            Near::Itself
        } else if service {
            Near::Service
        } else if node {
            Near::Node
        } else {
            Near::Datacenter
        }
    }

    fn is_itself(&self, object: &Object, is_service: bool, is_node: bool) -> bool {
        match object {
            Object::Check { id, service_id, .. } => {
                let is_id = self.id == id.as_str() || self.id == service_id.as_str();
                is_node && !self.id.is_empty() && is_id
            }
            Object::Instance { id, .. } => is_node && !self.id.is_empty() && self.id == id.as_str(),
            Object::Node(_) => is_node && self.id.is_empty() && self.service.is_empty(),
            Object::Service(_) => is_service && self.id.is_empty() && self.node.is_empty(),
            _ => false,
        }
    }
}
