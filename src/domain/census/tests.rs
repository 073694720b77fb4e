//! What two lists, or a list and places, tell of what happened between them.

use std::collections::BTreeMap;

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::domain::event::{Kind, Object};
use crate::domain::health::Status;
use crate::domain::ids::{Dc, ServiceId};
use crate::domain::seat::Seat;

fn seat(node: &str, id: &str, version: &str, created: u64, modified: u64) -> Seat {
    Seat {
        node: node.into(),
        id: id.into(),
        version: version.into(),
        status: Status::Passing,
        output: "".into(),
        create_index: created,
        modify_index: modified,
    }
}

fn seats(index: u64, seats: &[Seat]) -> Seats {
    let mut seats = seats.to_vec();
    seats.sort_unstable_by(|a, b| (&a.node, &a.id).cmp(&(&b.node, &b.id)));
    Seats { seats, index }
}

fn placed(index: u64, nodes: &[&str]) -> Known {
    let nodes: Arc<[NodeName]> = nodes.iter().map(|node| NodeName::from(*node)).collect();
    Known::Placed(Placed { instances: Some(nodes.len()), nodes, index })
}

fn events(before: &Known, now: &Seats) -> Vec<Event> {
    let dc = Dc::from("dc-1");
    let at = DateTime::from_timestamp(100, 0).unwrap();
    happened(&"web".into(), before, now, Moment { dc: &dc, at, after: None, index: now.index })
}

/// Events in short: `a on n1: registered v1 -> `, `web: v1 -> v2`.
fn told(before: &Known, now: &Seats) -> Vec<String> {
    let events = events(before, now);
    events.iter().map(|it| format!("{}: {} -> {}", it.object, it.from, it.to)).collect()
}

#[test]
fn instances_come_go_and_change_their_version() {
    let before = seats(
        20,
        &[seat("n1", "a", "v1", 5, 5), seat("n1", "b", "v1", 6, 6), seat("n2", "c", "v1", 7, 7)],
    );
    let now = seats(
        40,
        &[
            seat("n1", "a", "v1", 5, 30),
            seat("n1", "b", "v2", 6, 31),
            seat("n3", "d", "v2", 32, 32),
        ],
    );
    assert_eq!(
        told(&Known::Whole(Arc::new(before)), &now),
        [
            "b on n1: registered v1 -> registered v2",
            "web:  -> v2",
            "d on n3:  -> registered v2",
            "c on n2: registered v1 -> ",
        ]
    );
}

#[test]
fn one_that_went_and_came_back_between_two_answers_is_told_once() {
    let before = Known::Whole(Arc::new(seats(20, &[seat("n1", "a", "v1", 5, 5)])));
    let anew = seats(30, &[seat("n1", "a", "v1", 25, 25)]);
    assert_eq!(told(&before, &anew), ["a on n1: registered v1 -> registered v1"]);
    assert_eq!(&*events(&before, &anew)[0].detail, "deregistered and registered anew");
    // After a restore its index says nothing.
    let restored = seats(12, &[seat("n1", "a", "v1", 11, 11)]);
    assert_eq!(told(&before, &restored), [""; 0]);
}

#[test]
fn a_service_begins_and_ends_with_its_versions() {
    let nothing = seats(10, &[]);
    let one = seats(20, &[seat("n1", "a", "", 15, 15), seat("n2", "b", "v1", 16, 16)]);
    assert_eq!(
        told(&Known::Whole(Arc::new(nothing.clone())), &one),
        ["a on n1:  -> registered", "b on n2:  -> registered v1", "web:  -> v1"]
    );
    assert_eq!(
        told(&Known::Whole(Arc::new(one)), &nothing),
        ["a on n1: registered -> ", "b on n2: registered v1 -> ", "web: v1 -> "]
    );
}

#[test]
fn indexes_tell_new_from_old_where_only_places_are_known() {
    let before = placed(20, &["n1", "n1", "n2"]);
    let now = seats(
        40,
        &[seat("n1", "a", "v1", 5, 5), seat("n2", "c", "v1", 6, 31), seat("n2", "d", "v2", 32, 32)],
    );
    assert_eq!(
        told(&before, &now),
        [
            "c on n2: registered -> registered v1",
            "d on n2:  -> registered v2",
            "web:  -> v2",
            "web on n1: registered -> ",
        ]
    );
    let again = &events(&before, &now)[0];
    assert!(again.detail.contains("not known"), "{}", again.detail);
}

#[test]
fn no_version_is_called_new_where_nothing_stayed_to_tell() {
    let now = seats(40, &[seat("n1", "b", "v2", 32, 32)]);
    let told = told(&placed(20, &["n1"]), &now);
    assert_eq!(told, ["b on n1:  -> registered v2", "web on n1: registered -> "]);
}

#[test]
fn where_nodes_are_told_once_only_the_number_of_those_that_went_is_certain() {
    let nodes: Arc<[NodeName]> = ["n1", "n2"].map(NodeName::from).into();
    let before = Known::Placed(Placed { nodes, instances: Some(4), index: 20 });
    let now = seats(40, &[seat("n1", "a", "v1", 5, 5)]);
    let went = told(&before, &now);
    assert_eq!(went.len(), 3, "{went:?}");
    assert_eq!(went.iter().filter(|event| event.contains("on n2")).count(), 1, "{went:?}");
}

#[test]
fn after_a_restore_places_are_compared_and_not_indexes() {
    // What was restored is older than what was known, and there is other than what was there.
    let before = placed(90, &["n1", "n2"]);
    let now = seats(60, &[seat("n2", "c", "v1", 5, 5), seat("n3", "d", "v1", 6, 6)]);
    assert_eq!(told(&before, &now), ["d on n3:  -> registered v1", "web on n1: registered -> "]);
}

#[test]
fn a_summary_fits_what_it_tells_in_its_own_way() {
    let seats = seats(9, &[seat("n1", "a", "v1", 5, 5), seat("n1", "b", "v1", 6, 6)]);
    let known = Known::Whole(Arc::new(seats));
    let summary = |nodes: &[&str], instances| Summary {
        nodes: nodes.iter().map(|node| NodeName::from(*node)).collect(),
        instances,
        ..Summary::default()
    };
    assert!(known.fits(&summary(&["n1", "n1"], Some(2))), "a node for each instance");
    assert!(known.fits(&summary(&["n1"], Some(2))), "each node once");
    assert!(known.fits(&summary(&[], None)), "names tell nothing");
    assert!(!known.fits(&summary(&["n1", "n2"], Some(2))));
    assert!(!known.fits(&summary(&["n1"], Some(1))));
}

/// The instances of a catalog: version, and the index of its registration.
type Catalog = BTreeMap<(u8, u8), (u8, bool)>;

fn catalog() -> impl Strategy<Value = Catalog> {
    proptest::collection::btree_map((0_u8..4, 0_u8..5), (0_u8..3, any::<bool>()), 0..14)
}

/// The list of a catalog at an index; those marked were registered after `since`.
fn listed(catalog: &Catalog, since: u64, index: u64) -> Seats {
    let one = |((node, id), (version, is_new)): (&(u8, u8), &(u8, bool))| {
        let created = if *is_new { since + 1 } else { 5 };
        let version = if *version == 0 { String::new() } else { format!("v{version}") };
        seat(&format!("n{node}"), &format!("i{id}"), &version, created, created)
    };
    seats(index, &catalog.iter().map(one).collect::<Vec<_>>())
}

/// The states of all instances in words.
fn states(seats: &Seats) -> BTreeMap<(NodeName, ServiceId), String> {
    let state = |seat: &Seat| format!("registered {}", seat.version).trim_end().to_owned();
    let one = |seat: &Seat| ((seat.node.clone(), seat.id.clone()), state(seat));
    seats.seats.iter().map(one).collect()
}

proptest! {
    /// Any two catalogs: the events, applied to the first, give the second, each from what was so;
    /// and an instance has one event at most.
    #[test]
    fn the_events_turn_one_list_into_the_other(a in catalog(), b in catalog()) {
        let (before, now) = (listed(&a, 50, 20), listed(&b, 20, 40));
        let mut states_now = states(&before);
        let mut seen = std::collections::HashSet::new();
        let mut versions: BTreeMap<String, bool> =
            before.versions().into_iter().map(|version| (version.to_string(), true)).collect();
        for event in events(&Known::Whole(Arc::new(before)), &now) {
            match &event.object {
                Object::Instance { node, id, .. } => {
                    prop_assert!(seen.insert((node.clone(), id.clone())));
                    let was = if event.to.is_empty() {
                        states_now.remove(&(node.clone(), id.clone()))
                    } else {
                        states_now.insert((node.clone(), id.clone()), event.to.to_string())
                    };
                    prop_assert_eq!(was.unwrap_or_default(), &*event.from);
                }
                Object::Service(_) => {
                    prop_assert_eq!(event.kind, Kind::Version);
                    prop_assert!(event.from.is_empty() != event.to.is_empty());
                    versions.insert(format!("{}{}", event.from, event.to), event.from.is_empty());
                }
                _ => prop_assert!(false, "{:?}", event.object),
            }
        }
        prop_assert_eq!(&states_now, &states(&now));
        let left: Vec<&String> =
            versions.iter().filter(|(text, is)| **is && !text.is_empty()).map(|(text, _)| text).collect();
        let expected: Vec<String> =
            now.versions().into_iter().filter(|v| !v.is_empty()).map(ToString::to_string).collect();
        prop_assert_eq!(left, expected.iter().collect::<Vec<_>>());
    }

    /// Any catalog of which only the places are known: the number on each node comes out right, and
    /// each new instance is told by its id.
    #[test]
    fn the_events_give_the_number_on_each_node_where_only_places_are_known(
        a in catalog(), kept in proptest::collection::vec(any::<bool>(), 14), fresh in catalog(),
    ) {
        let old = listed(&a.iter().map(|(key, (version, _))| (*key, (*version, false))).collect(), 20, 20);
        let places = Known::Placed(Placed::of_seats(&old));
        let mut b: Catalog = a.iter().zip(kept.iter().chain(std::iter::repeat(&true)))
            .filter(|(_, kept)| **kept).map(|((key, (version, _)), _)| (*key, (*version, false))).collect();
        for ((node, id), (version, _)) in fresh {
            b.insert((node, id + 10), (version, true));
        }
        let now = listed(&b, 20, 40);
        let mut numbers: BTreeMap<NodeName, i32> = BTreeMap::new();
        for seat in &old.seats {
            *numbers.entry(seat.node.clone()).or_default() += 1;
        }
        for event in events(&places, &now) {
            let Object::Instance { node, id, .. } = &event.object else { continue };
            if event.from.is_empty() {
                prop_assert!(!id.is_empty());
                *numbers.entry(node.clone()).or_default() += 1;
            } else {
                prop_assert!(id.is_empty() && event.to.is_empty());
                *numbers.entry(node.clone()).or_default() -= 1;
            }
        }
        let mut expected: BTreeMap<NodeName, i32> = BTreeMap::new();
        for seat in &now.seats {
            *expected.entry(seat.node.clone()).or_default() += 1;
        }
        numbers.retain(|_, n| *n != 0);
        prop_assert_eq!(numbers, expected);
    }
}
