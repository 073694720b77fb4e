use super::*;
use crate::domain::event::tests::check;
use crate::domain::history::{Bound, History};

/// A check of an instance on a node, that many seconds after the beginning.
fn at(second: i64, node: &str, instance: &str, to: &str) -> Arc<Event> {
    let event = check("dc-1", node, instance, to);
    Arc::new(Event { at: event.at + TimeDelta::seconds(second), ..event })
}

fn history(events: impl IntoIterator<Item = Arc<Event>>) -> History {
    let mut history = History::default();
    for event in events {
        history.push(event);
    }
    history
}

/// The storms: what is shared, and how many events.
fn storms(history: &History) -> Vec<(Shared, usize)> {
    let mut ids: Vec<StormId> = history.entries(None, None).map(|it| it.storm).collect();
    ids.sort_unstable();
    ids.dedup();
    let storms = ids.into_iter().filter_map(|id| history.storm(id));
    storms.map(|it| (it.alike.shared.clone(), it.members.len())).collect()
}

fn alone(history: &History) -> usize {
    history.entries(None, None).filter(|it| it.storm == 0).count()
}

#[test]
fn many_events_alike_in_a_short_time_are_a_storm() {
    let few = history((0..7).map(|n| at(n, &format!("n-{n}"), &format!("web-{n}"), "critical")));
    assert_eq!((storms(&few), alone(&few)), (vec![], 7));
    let many = history((0..12).map(|n| at(n, &format!("n-{n}"), &format!("web-{n}"), "critical")));
    assert_eq!((storms(&many), alone(&many)), (vec![(Shared::Service("web".into()), 12)], 0));
}

#[test]
fn checks_of_many_services_on_a_node_are_a_storm_of_the_node() {
    let checks = (0..9).map(|n| at(0, "n-1", &format!("s{n}-1"), "critical"));
    assert_eq!(storms(&history(checks)), [(Shared::Node("n-1".into()), 9)]);
}

#[test]
fn a_check_of_one_name_on_many_nodes_is_a_storm_of_the_name() {
    let checks = (0..9).map(|n| at(0, &format!("n-{n}"), "", "critical"));
    assert_eq!(storms(&history(checks)), [(Shared::Check("http".into()), 9)]);
}

#[test]
fn instances_of_many_services_that_go_at_once_are_a_storm() {
    let gone = |second: i64, n: i64| {
        let event = at(second, &format!("n-{n}"), &format!("s{n}-1"), "");
        let (node, id) = (format!("n-{n}").as_str().into(), format!("s{n}-1").as_str().into());
        let object = Object::Instance { node, service: format!("s{n}").as_str().into(), id };
        Arc::new(Event { kind: Kind::Instance, object, from: "v1".into(), ..(*event).clone() })
    };
    assert_eq!(storms(&history((0..25).map(|n| gone(n / 9, n)))), [(Shared::Any, 25)]);
    assert_eq!(storms(&history((0..25).map(|n| gone(n * 3, n)))), [], "one by one");
    assert_eq!(storms(&history((0..19).map(|n| gone(0, n)))), []);
}

#[test]
fn what_turns_elsewhere_or_comes_too_late_is_not_part_of_it() {
    let web = |second, n, to| at(second, &format!("n-{n}"), &format!("web-{n}"), to);
    let down = (0..8).map(|n| web(n, n, "critical"));
    let up = (0..3).map(|n| web(8 + n, n, "passing"));
    let late = [web(30, 9, "critical")];
    let all = history(down.chain(up).chain(late));
    assert_eq!((storms(&all), alone(&all)), (vec![(Shared::Service("web".into()), 8)], 4));
}

#[test]
fn what_goes_on_for_long_is_several_storms() {
    let checks = (0..40).map(|n| at(n * 9, &format!("n-{n}"), &format!("web-{n}"), "critical"));
    let all = history(checks);
    let sizes: Vec<usize> = storms(&all).iter().map(|(_, n)| *n).collect();
    // 5 minutes hold 34 events at 9 s; those behind are fewer than a storm has.
    assert_eq!((sizes, alone(&all)), (vec![34], 6));
}

#[test]
fn an_event_is_in_one_storm_only() {
    // They share a service; some of them share a node too, with checks of other services.
    let web = (0..8).map(|n| at(0, "n-1", &format!("web-{n}"), "critical"));
    let others = (0..7).map(|n| at(1, "n-1", &format!("s{n}-1"), "critical"));
    let all = history(web.chain(others));
    let sum: usize = storms(&all).iter().map(|(_, n)| *n).sum();
    assert_eq!(sum + alone(&all), 15);
    assert_eq!(storms(&all), [(Shared::Service("web".into()), 8)]);
}

#[test]
fn a_storm_shrinks_as_history_does_and_keeps_where_it_began() {
    let mut history = History::new(Bound { events: 10, bytes: usize::MAX, ..Bound::default() });
    for n in 0..14 {
        history.push(at(n, &format!("n-{n}"), &format!("web-{n}"), "critical"));
    }
    let id = history.entries(None, None).next().unwrap().storm;
    let storm = history.storm(id).unwrap();
    assert_eq!((storm.members.len(), storm.anchor.1), (10, 0));
    for n in 14..30 {
        history.push(at(100 + n, "n", &format!("s{n}-1"), &format!("state {n}")));
    }
    assert!(history.storm(id).is_none());
}

#[test]
fn a_late_event_finds_its_place() {
    let mut checks: Vec<_> =
        (0..9).map(|n| at(n, &format!("n-{n}"), &format!("web-{n}"), "critical")).collect();
    checks.swap(2, 8);
    let all = history(checks);
    let storm = history_storm(&all);
    assert!(storm.members.iter().is_sorted_by_key(|it| it.event.at));
    assert_eq!(storm.members.len(), 9);
}

fn history_storm(history: &History) -> &Storm {
    let id = history.entries(None, None).map(|it| it.storm).max().unwrap_or_default();
    history.storm(id).unwrap()
}
