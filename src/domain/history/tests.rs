use super::*;
use crate::domain::event::{Kind, Object};

fn event(second: i64, detail: &str) -> Arc<Event> {
    Arc::new(Event {
        at: DateTime::from_timestamp(second, 0).unwrap(),
        after: None,
        dc: "dc-1".into(),
        kind: Kind::Leader,
        object: Object::Datacenter,
        from: "".into(),
        to: "".into(),
        detail: detail.into(),
        index: 0,
    })
}

fn seconds<'a>(events: impl Iterator<Item = &'a Arc<Event>>) -> Vec<i64> {
    events.map(|event| event.at.timestamp()).collect()
}

#[test]
fn the_oldest_goes_first_and_is_counted() {
    let mut history = History::new(Bound { events: 3, bytes: usize::MAX, ..Bound::default() });
    for second in 1..=5 {
        history.push(event(second, ""));
    }
    assert_eq!(seconds(history.events()), [3, 4, 5]);
    assert_eq!(history.dropped(), 2);
    assert_eq!(history.bytes(), 3 * event(1, "").weight());
}

#[test]
fn an_event_keeps_its_number_and_history_begins_where_nothing_is_missing() {
    let mut history = History::new(Bound { events: 3, bytes: usize::MAX, ..Bound::default() });
    let at = |second| DateTime::from_timestamp(second, 0);
    history.begin(at(0).unwrap());
    for second in [1, 4, 2] {
        history.push(event(second, ""));
    }
    let numbers =
        |history: &History| history.entries(None, None).map(|it| it.number).collect::<Vec<_>>();
    assert_eq!(numbers(&history), [0, 2, 1]);
    assert_eq!(history.begins(), at(0));
    history.push(event(5, ""));
    assert_eq!(numbers(&history), [2, 1, 3]);
    assert_eq!((history.pushed(), history.begins()), (4, at(2)));
}

#[test]
fn bytes_are_a_bound_too() {
    let small = event(1, "").weight();
    let mut history = History::new(Bound { events: 100, bytes: 3 * small, ..Bound::default() });
    for second in 1..=3 {
        history.push(event(second, ""));
    }
    history.push(event(4, "x"));
    assert_eq!(seconds(history.events()), [3, 4]);
    assert!(history.bytes() <= 3 * small);
}

#[test]
fn a_late_event_goes_to_its_place() {
    let mut history = History::default();
    for second in [1, 4, 2, 4, 3] {
        history.push(event(second, ""));
    }
    assert_eq!(seconds(history.events()), [1, 2, 3, 4, 4]);
}

#[test]
fn a_span_has_both_its_ends() {
    let mut history = History::default();
    for second in 1..=5 {
        history.push(event(second, ""));
    }
    let at = |second| DateTime::from_timestamp(second, 0);
    assert_eq!(seconds(history.within(at(2), at(4))), [2, 3, 4]);
    assert_eq!(seconds(history.within(None, at(1))), [1]);
    assert_eq!(seconds(history.within(at(5), at(4))), [0_i64; 0]);
}

#[test]
fn what_changed_while_nobody_looked_is_at_least_so_long_ago() {
    use crate::domain::event::tests::check;
    let mut history = History::default();
    let seen = check("dc-1", "n-1", "web-1", "critical");
    let unseen = Event { after: Some(seen.at), ..check("dc-1", "n-2", "web-2", "critical") };
    let since = |history: &History, node: &str| {
        let key = CheckKey { node: node.into(), id: "http".into() };
        let now = DateTime::from_timestamp(60, 0).unwrap();
        history.checks(&"dc-1".into())?.get(&key)?.last(now).map(|(_, since)| since.is_exact)
    };
    history.push(Arc::new(seen));
    history.push(Arc::new(unseen));
    assert_eq!((since(&history, "n-1"), since(&history, "n-2")), (Some(true), Some(false)));
    assert_eq!(since(&history, "n-3"), None);
}
