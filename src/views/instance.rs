//! The page of one instance: its checks and its node's, address, tags and meta data.

use super::{Entry, Place, View, node};
use crate::app::command::Takes;
use crate::domain::ids::ServiceId;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "instance",
    aliases: &[],
    takes: Takes::Nothing,
    doc: "one instance: its checks and its node's (reached from a list)",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    node::page(place, Some(ServiceId::from(place.arg(1))))
}
