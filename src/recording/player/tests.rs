//! Playing beside the stores that lived through the same.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;
use crate::domain::event::{Event, Kind, Object};
use crate::domain::feed::{Body, Feed, Link, Pulse, Report};
use crate::past::What;
use crate::recording::code::tests::samples::second;
use crate::recording::roll::Pace;
use crate::recording::tests::{Made, quick};
use crate::store::Store;

/// The datacenters and, each second, a leader by the number of that second, and that that happened.
fn pulses(made: &mut Made, count: usize) {
    let all = vec!["dc-1".into()];
    made.tell(What::Report(Report::Datacenters { all, local: None }));
    for _ in 0..count {
        made.pass(1_000);
        let (at, name) = (made.now, made.now.format("%M:%S").to_string());
        let pulse = Pulse { at, link: Link::Led(name.as_str().into()), ..Pulse::default() };
        feed(made, Body::Pulse(pulse));
        let event = Event {
            at,
            after: None,
            dc: "dc-1".into(),
            kind: Kind::Leader,
            object: Object::Datacenter,
            from: "".into(),
            to: name.as_str().into(),
            detail: "".into(),
            index: 0,
        };
        feed(made, Body::Events(vec![Arc::new(event)], 0));
        made.tell(What::Tick);
        made.flush();
    }
}

fn feed(made: &mut Made, body: Body) {
    let feed = Feed { dc: "dc-1".into(), ticket: 0, at: made.now, body };
    made.tell(What::Report(Report::Feed(Box::new(feed))));
}

fn leader(store: &Store) -> String {
    match store.dc(&"dc-1".into()).map(|dc| &dc.pulse.link) {
        Some(Link::Led(leader)) => leader.to_string(),
        _ => String::new(),
    }
}

fn told(events: &[Arc<Event>]) -> Vec<DateTime<Utc>> {
    events.iter().map(|event| event.at).collect()
}

fn player(made: &Made) -> Player {
    Player::new(made.open()).unwrap()
}

/// What a screen knows that is told the way to what is shown.
fn follow(known: &mut Store, way: Way) -> &Store {
    match way {
        Way::Store(store) => *known = *store,
        Way::Entries(entries) => entries.iter().for_each(|entry| entry.apply(known)),
    }
    known
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_plays_is_what_was_known_and_what_happened_is_told_once(
        steps in prop::collection::vec(1..9_000_u64, 1..40),
        jump in prop::option::of(0..40_i64),
    ) {
        let mut made = Made::new(quick(u64::MAX));
        pulses(&mut made, 40);
        let mut player = player(&made);
        let mut events = told(&player.history().unwrap().events().cloned().collect::<Vec<_>>());
        let mut known = Store::default();
        follow(&mut known, player.shown().way);
        if let Some(jump) = jump {
            player.find(Wish::At(second(jump)));
            follow(&mut known, player.shown().way);
            events = player.history().map_or(events, |history| {
                told(&history.events().cloned().collect::<Vec<_>>())
            });
        }
        for step in steps {
            if let Some(shown) = player.play(Duration::from_millis(step)) {
                events.extend(told(&shown.events[shown.known..]));
                prop_assert_eq!(shown.at, player.at());
                prop_assert_eq!(follow(&mut known, shown.way), &made.known(shown.at));
            }
        }
        let until = made.all.iter().filter(|entry| entry.at <= player.at());
        let until = until.filter(|entry| matches!(&entry.what, What::Report(it) if it.is_events()));
        prop_assert_eq!(events, until.map(|entry| entry.at).collect::<Vec<_>>());
    }
}

#[test]
fn at_the_end_it_stands_still() {
    let mut made = Made::new(quick(u64::MAX));
    pulses(&mut made, 5);
    let mut player = player(&made);
    let mut known = Store::default();
    follow(&mut known, player.shown().way);
    let shown = player.play(seconds(3_600)).unwrap();
    assert!(player.is_over());
    assert_eq!(
        (shown.at, leader(follow(&mut known, shown.way))),
        (second(5), String::from("13:25"))
    );
    assert_eq!(told(&shown.events).len(), 5);
    assert_eq!(player.play(seconds(1)).map(|shown| shown.at), Some(second(5)));
}

#[test]
fn what_was_not_recorded_is_passed_over_and_told() {
    let mut made = Made::new(quick(u64::MAX));
    pulses(&mut made, 5);
    let mut made = made.again(quick(u64::MAX));
    pulses(&mut made, 5);
    let mut player = player(&made);
    assert!(player.play(seconds(4)).unwrap().skipped.is_none());
    let shown = player.play(seconds(4)).unwrap();
    let hole = shown.skipped.unwrap();
    assert_eq!((hole.from, hole.to), (second(5), second(305)));
    assert_eq!(hole.why, "dcview did not run");
    assert_eq!(shown.at, second(305));
    let mut known = Store::default();
    assert!(matches!(shown.way, Way::Store(_)), "nothing of the run before counts any more");
    assert_eq!(leader(follow(&mut known, shown.way)), "", "the new run knows nothing yet");
    let shown = player.play(seconds(2)).unwrap();
    assert_eq!(leader(follow(&mut known, shown.way)), "18:27");
}

#[test]
fn steps_lead_from_change_to_change_and_back() {
    let mut made = Made::new(Pace { enough: 100, ..quick(u64::MAX) });
    pulses(&mut made, 3);
    made.pass(20_000);
    pulses(&mut made, 1);
    let recording = made.open();
    assert!(recording.stores.len() > 2, "there are whole stores between");
    let mut player = Player::new(recording).unwrap();
    let mut at = |wish| match player.find(wish) {
        Found::Moment { at, store } => (at, leader(&store)),
        other => panic!("{other:?}"),
    };
    let (last, leader) = at(Wish::At(second(1_000)));
    assert_eq!((last, leader.as_str()), (second(24), "13:44"));
    let (before, leader) = at(Wish::Earlier(Some(last), 1));
    assert_eq!(leader, "13:23", "{before}");
    let (again, _) = at(Wish::Later(before, 1));
    assert_eq!(again, last);
    assert_eq!(at(Wish::Earlier(Some(before), 99)).0, second(0));
    assert_eq!(at(Wish::Later(last, 1)).0, last);
}

#[test]
fn behind_damage_it_says_until_when_it_may_be_incomplete() {
    let mut made = Made::new(Pace { soon: TimeDelta::seconds(20), ..quick(u64::MAX) });
    pulses(&mut made, 60);
    let recording = made.open();
    let stores: Vec<_> = recording.stores.clone();
    let [hit, next] = [stores[1] + 3, stores[2]].map(|number| recording.index.pieces[number]);
    let mut bytes = std::fs::read(made.path()).unwrap();
    bytes[hit.place as usize + 30] ^= 1;
    std::fs::write(made.path(), bytes).unwrap();
    let mut player = player(&made);
    assert_eq!(player.recording.damages().len(), 1);
    let (mut doubts, mut known) = (Vec::new(), Store::default());
    follow(&mut known, player.shown().way);
    for _ in 0..60 {
        let shown = player.play(seconds(1)).unwrap();
        follow(&mut known, shown.way);
        if let Some(until) = shown.doubt {
            assert_eq!(until, next.frame.at);
            doubts.push(shown.at);
        } else {
            assert_eq!(known, made.known(shown.at));
        }
    }
    let first = hit.frame.at - TimeDelta::seconds(1);
    assert!(doubts.first().is_some_and(|at| *at >= first && *at <= hit.frame.at), "{doubts:?}");
    assert!(doubts.last().is_some_and(|at| *at < next.frame.at), "{doubts:?}");
}
