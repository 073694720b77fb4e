//! All views, in the order of their tabs.

use super::{
    Entry, Place, View, checks, compare, consumers, disagreements, edges, find, instance, journal,
    key, kv, locks, map, matrix, node, nodes, overview, pairs, replication, rollout, rollouts,
    search, service, services, sessions, stream, templates, timeline, value,
};
use crate::app::command::ViewWord;

/// Every view there is; the first is where dcview starts.
pub const ALL: &[Entry] = &[
    overview::ENTRY,
    services::ENTRY,
    checks::ENTRY,
    nodes::ENTRY,
    timeline::ENTRY,
    replication::ENTRY,
    stream::ENTRY,
    pairs::ENTRY,
    map::ENTRY,
    edges::ENTRY,
    matrix::ENTRY,
    rollouts::ENTRY,
    rollout::ENTRY,
    service::ENTRY,
    consumers::ENTRY,
    disagreements::ENTRY,
    node::ENTRY,
    instance::ENTRY,
    kv::ENTRY,
    key::ENTRY,
    value::ENTRY,
    find::ENTRY,
    search::ENTRY,
    sessions::ENTRY,
    locks::ENTRY,
    templates::ENTRY,
    compare::ENTRY,
    journal::ENTRY,
];

/// Makes the view of a place; the first view when there is none of that name.
pub fn open(place: &Place) -> Box<dyn View> {
    let entry = ALL.iter().find(|entry| entry.name == place.view);
    entry.map_or(overview::ENTRY.open, |entry| entry.open)(place)
}

/// The views as the command line knows them.
pub fn words() -> Vec<ViewWord> {
    let word = |entry: &Entry| ViewWord {
        name: entry.name,
        aliases: entry.aliases,
        takes: entry.takes,
        doc: entry.doc,
    };
    ALL.iter().map(word).collect()
}

/// The tab `by` places after the one of this name; from a view that is no tab, the first.
pub fn tab(name: &str, by: isize) -> &'static str {
    let tabs: Vec<&'static str> = ALL.iter().filter(|e| e.is_tab).map(|e| e.name).collect();
    let at = tabs.iter().position(|tab| *tab == name);
    let next = at.map_or(0, |at| (at as isize + by).rem_euclid(tabs.len() as isize) as usize);
    tabs.get(next).copied().unwrap_or(overview::ENTRY.name)
}
