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
    let mut history = History::new(Bound { events: 3, bytes: usize::MAX });
    for second in 1..=5 {
        history.push(event(second, ""));
    }
    assert_eq!(seconds(history.events()), [3, 4, 5]);
    assert_eq!(history.dropped(), 2);
    assert_eq!(history.bytes(), 3 * event(1, "").weight());
}

#[test]
fn an_event_keeps_its_number_and_history_begins_where_nothing_is_missing() {
    let mut history = History::new(Bound { events: 3, bytes: usize::MAX });
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
    let mut history = History::new(Bound { events: 100, bytes: 3 * small });
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
