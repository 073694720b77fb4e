//! How near events are to the one object that a timeline was opened for.
//!
//! "What changed before this check went critical" lists everything that happened anywhere in that
//! span; what has to do with the check comes first.

use chrono::{DateTime, Utc};

use crate::domain::event::{Event, Object};
use crate::domain::ids::Dc;
use crate::views::Place;

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

/// What a timeline was opened for, and how long before it is looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What it is called.
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
    /// What stands in a place behind the query, if that was opened for something.
    pub fn of(place: &Place) -> Option<Self> {
        let [_, dc, service, node, id, what] = place.args.as_slice() else { return None };
        let text = |arg: &std::sync::Arc<str>| arg.to_string();
        let dc = Dc::from(&**dc);
        Some(Self { what: text(what), dc, service: text(service), node: text(node), id: text(id) })
    }

    /// The place of the timeline of what happened in a span before `at`.
    pub fn place(&self, from: DateTime<Utc>, at: DateTime<Utc>) -> Place {
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let query = format!("dc=* since={} before={}", time(from), time(at));
        let of = Place::new(super::ENTRY.name).of(&query).of(self.dc.as_str());
        of.of(&self.service).of(&self.node).of(&self.id).of(&self.what)
    }

    /// How near an event is.
    pub fn near(&self, event: &Event) -> Near {
        let is = |name: Option<&str>, mine: &str| !mine.is_empty() && name == Some(mine);
        let service = is(event.object.service().map(|it| it.as_str()), &self.service);
        if event.dc != self.dc {
            return if service { Near::Elsewhere } else { Near::Not };
        }
        let node = is(event.object.node().map(|it| it.as_str()), &self.node);
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
