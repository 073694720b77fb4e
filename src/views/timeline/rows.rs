//! The lines of the timeline.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::domain::event::Event;
use crate::table::filter::RowText;
use crate::table::row::Row;

/// A line.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// The number of its event in the history.
    pub number: u64,
    /// The event.
    pub event: Arc<Event>,
}

impl EventRow {
    /// The line of an event.
    pub fn new(number: u64, event: &Arc<Event>) -> Self {
        Self { number, event: Arc::clone(event) }
    }
}

impl Row for EventRow {
    type Key = u64;

    fn key(&self) -> u64 {
        self.number
    }

    fn text(&self) -> RowText {
        let event = &self.event;
        let object = event.object.to_string();
        let service = event.object.service().map_or("", |service| service.as_str());
        let texts = [event.dc.as_str(), event.kind.word(), &object, service];
        RowText::new(texts.into_iter().chain([&*event.from, &*event.to, &*event.detail]))
    }

    /// The newest first.
    fn tie(&self, other: &Self) -> Ordering {
        (other.event.at, other.number).cmp(&(self.event.at, self.number))
    }
}
