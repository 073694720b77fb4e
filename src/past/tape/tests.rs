//! A tape against stores that lived through the same.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::catalog::{Instance, InstanceKey, Node, ServiceHealth};
use crate::domain::delta::Delta;
use crate::domain::event::{Event, Kind, Object};
use crate::domain::feed::{Body, Feed, Link, List, Pulse, Report, Scope, Subject, Wanted};
use crate::domain::freshness::{Freshness, State};
use crate::domain::health::{Check, Counts, Status};
use crate::domain::kv::Folder;
use crate::domain::seat::{Seat, Seats};

/// One thing that happens in a world of two datacenters.
#[derive(Clone, Copy, Debug)]
enum Op {
    Datacenters(bool),
    Pulse(bool),
    Check(u8, Option<Status>),
    Service(u8, Option<usize>),
    Node(u8, bool),
    Instance(u8, bool, bool),
    Folder(u8, bool),
    Fresh(u8, bool),
    /// Two instances, each of a version.
    Seats(u8, u8),
    Scope(u8),
    /// All that is known of a subject is told again.
    Again(u8),
    Tick,
}

fn op() -> impl Strategy<Value = Op> {
    use Status::{Critical, Warning};
    let status = || proptest::sample::select(vec![None, Some(Warning), Some(Critical)]);
    prop_oneof![
        any::<bool>().prop_map(Op::Datacenters),
        any::<bool>().prop_map(Op::Pulse),
        (0..4_u8, status()).prop_map(|(n, status)| Op::Check(n, status)),
        (0..3_u8, proptest::option::of(0..3_usize)).prop_map(|(n, counts)| Op::Service(n, counts)),
        (0..3_u8, any::<bool>()).prop_map(|(n, is_here)| Op::Node(n, is_here)),
        (0..3_u8, any::<bool>(), any::<bool>())
            .prop_map(|(n, here, late)| Op::Instance(n, here, late)),
        (0..2_u8, any::<bool>()).prop_map(|(n, is_late)| Op::Folder(n, is_late)),
        (0..5_u8, any::<bool>()).prop_map(|(n, is_live)| Op::Fresh(n, is_live)),
        (0..3_u8, 0..3_u8).prop_map(|(a, b)| Op::Seats(a, b)),
        (0..8_u8).prop_map(Op::Scope),
        (0..3_u8).prop_map(Op::Again),
        Just(Op::Tick),
    ]
}

fn second(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

fn subject(n: u8) -> Subject {
    match n {
        0 => Subject::Service("web".into()),
        1 => Subject::Node("n-1".into()),
        _ => Subject::Folder("a/".into()),
    }
}

fn one<K, V>(key: K, row: Option<V>) -> Delta<K, V> {
    match row {
        Some(row) => Delta { upserts: vec![(key, Arc::new(row))], removed: Vec::new() },
        None => Delta { upserts: Vec::new(), removed: vec![key] },
    }
}

fn check(n: u8, status: Status) -> Check {
    Check {
        node: "n-1".into(),
        id: format!("c-{n}").into(),
        name: "c".into(),
        status,
        service_id: "web-1".into(),
        service_name: "web".into(),
        output: "said".into(),
        notes: "".into(),
        kind: "".into(),
        create_index: 3,
        modify_index: 1,
    }
}

fn instance(n: u8) -> Instance {
    Instance {
        service: "web".into(),
        id: format!("web-{n}").into(),
        node: "n-1".into(),
        address: "10.0.0.1".into(),
        port: 80,
        tags: Vec::new(),
        meta: indexmap::IndexMap::new(),
        version: "v1".into(),
        checks: Vec::new(),
        status: Status::Passing,
        modify_index: 1,
        create_index: 1,
    }
}

/// What the world tells; `ticket` is the scope's.
fn body(op: Op, ticket: u64) -> (u64, Body) {
    let under = |is_late: bool| ticket.saturating_sub(u64::from(is_late));
    match op {
        Op::Pulse(is_led) => {
            let dark = || Link::Dark { why: "refused".into(), detail: "".into(), retry_at: None };
            let link = if is_led { Link::Led("a".into()) } else { dark() };
            (0, Body::Pulse(Pulse { link, ..Pulse::default() }))
        }
        Op::Check(n, status) => {
            let row = status.map(|status| check(n, status));
            (0, Body::Checks(one(check(n, Status::Passing).key(), row)))
        }
        Op::Service(n, critical) => {
            let counts = |critical| Counts { critical, ..Counts::default() };
            let row = critical
                .map(|critical| ServiceHealth { counts: counts(critical), ..Default::default() });
            (0, Body::Services(one(format!("s-{n}").into(), row)))
        }
        Op::Node(n, is_here) => {
            (0, Body::Nodes(one(format!("n-{n}").into(), is_here.then(Node::default))))
        }
        Op::Instance(n, is_here, is_late) => {
            let key = InstanceKey { node: "n-1".into(), id: format!("web-{n}").into() };
            let delta = one(key, is_here.then(|| instance(n)));
            (under(is_late), Body::Instances(subject(n % 2), delta))
        }
        Op::Folder(n, is_late) => {
            let path = format!("a/{n}");
            let folder = Folder::new(&"a/".into(), [path.as_str()]);
            (under(is_late), Body::Folder(Arc::new(folder)))
        }
        Op::Fresh(n, is_live) => {
            let list = match n {
                3 => List::Checks,
                4 => List::Services,
                n => List::Subject(subject(n)),
            };
            let state = if is_live { State::Live } else { State::Loading };
            // What never came under a ticket has no time.
            let at = is_live.then(|| second(0));
            let freshness = Freshness { state, at, ..Freshness::default() };
            (ticket, Body::Freshness(list, freshness))
        }
        Op::Seats(a, b) => {
            let seat = |(n, version): (u8, u8)| Seat {
                node: "n-1".into(),
                id: format!("web-{n}").into(),
                version: format!("v{version}").into(),
                status: Status::Passing,
                output: "".into(),
                create_index: 3,
                modify_index: u64::from(version),
            };
            let seats = [(0, a), (1, b)].into_iter().map(seat).collect();
            (0, Body::Seats("web".into(), Arc::new(Seats { seats, index: 1 })))
        }
        Op::Datacenters(_) | Op::Scope(_) | Op::Again(_) | Op::Tick => {
            unreachable!("they are no bodies")
        }
    }
}

fn what(op: Op, ticket: &mut u64, at: DateTime<Utc>, live: &Store) -> Option<What> {
    let feed = |ticket, body| {
        What::Report(Report::Feed(Box::new(Feed { dc: "dc-1".into(), ticket, at, body })))
    };
    Some(match op {
        Op::Tick => What::Tick,
        Op::Again(n) => feed(*ticket, again(n, live)?),
        Op::Datacenters(both) => {
            let all = if both { vec!["dc-1".into(), "dc-2".into()] } else { vec!["dc-1".into()] };
            What::Report(Report::Datacenters { all, local: None })
        }
        Op::Scope(bits) => {
            *ticket += 1;
            let subjects = (0..3).filter(|n| bits & (1 << n) != 0).map(subject);
            let subjects = subjects.map(|subject| Wanted { dc: "dc-1".into(), subject }).collect();
            What::Scope(Scope { ticket: *ticket, subjects, ..Scope::default() })
        }
        told => {
            let (ticket, body) = body(told, *ticket);
            feed(ticket, body)
        }
    })
}

/// What is known of a subject, told again under the scope's ticket; a row may be gone as well.
fn again(n: u8, live: &Store) -> Option<Body> {
    let dc = live.dc(&"dc-1".into())?;
    if let Subject::Folder(prefix) = subject(n) {
        return Some(Body::Folder(Arc::clone(dc.folders.get(&prefix)?)));
    }
    let rows = dc.instances.get(&subject(n))?;
    let upserts: Vec<_> = rows.iter().map(|(key, row)| (key.clone(), Arc::clone(row))).collect();
    let gone = InstanceKey { node: "n-1".into(), id: "web-0".into() };
    Some(Body::Instances(subject(n), Delta { upserts, removed: vec![gone] }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_recalled_is_what_was_live_then(
        ops in vec((-5..20_i64, op()), 1..100),
        bound in prop_oneof![Just(usize::MAX), 3_000..30_000_usize],
    ) {
        let mut tape = Tape::new(bound);
        let mut live = Store::default();
        let mut then: Vec<(DateTime<Utc>, Store)> = Vec::new();
        let (mut clock, mut ticket) = (0, 0);
        for (by, op) in ops {
            clock += by;
            let Some(what) = what(op, &mut ticket, second(clock), &live) else { continue };
            tape.push(Entry { at: second(clock), what: what.clone() });
            // Where the clock went back the tape goes on; the store lives by the same time.
            let Some(Span { to: at, .. }) = tape.span() else { continue };
            apply(&what, at, &mut live);
            then.retain(|(then, _)| *then < at);
            then.push((at, live.clone()));
        }
        prop_assume!(tape.span().is_some());
        let newest = tape.open.as_ref().unwrap().weight();
        prop_assert!(tape.bytes() <= bound.max(newest));
        let from = tape.span().unwrap().from;
        for (at, _) in &then {
            match tape.recall(*at) {
                Some((at, recalled)) => {
                    let known = then.iter().rev().find(|(then, _)| *then <= at);
                    let known = known.map(|(_, store)| store.clone()).unwrap_or_default();
                    prop_assert_eq!(recalled, known);
                }
                None => prop_assert!(*at < from),
            }
        }
    }
}

#[test]
fn times_go_on_where_the_clock_went_back() {
    let mut tape = Tape::new(usize::MAX);
    for at in [10, 20, 5, 6] {
        tape.push(Entry { at: second(at), what: What::Tick });
    }
    let micro = TimeDelta::microseconds(1);
    assert_eq!(tape.span().map(|span| span.to), Some(second(20) + micro + micro));
    tape.push(Entry { at: second(30), what: What::Tick });
    assert_eq!(tape.span().map(|span| span.to), Some(second(30)));
}

#[test]
fn nothing_is_known_of_before_it_began() {
    let mut tape = Tape::new(usize::MAX);
    assert!(tape.recall(second(0)).is_none());
    tape.push(Entry { at: second(10), what: What::Tick });
    assert!(tape.recall(second(9)).is_none());
    assert!(tape.recall(second(10)).is_some());
}

#[test]
fn events_are_not_its_own() {
    let event = Event {
        at: second(1),
        after: None,
        dc: "dc-1".into(),
        kind: Kind::Leader,
        object: Object::Datacenter,
        from: "".into(),
        to: "".into(),
        detail: "".into(),
        index: 0,
    };
    let body = Body::Events(vec![Arc::new(event)], 0);
    let feed = Feed { dc: "dc-1".into(), ticket: 0, at: second(1), body };
    let mut tape = Tape::new(usize::MAX);
    tape.push(Entry { at: second(1), what: What::Report(Report::Feed(Box::new(feed))) });
    assert_eq!((tape.bytes(), tape.span()), (0, None));
}

/// So many checks fail, or pass again.
fn flip(ids: std::ops::Range<usize>, fails: bool) -> What {
    let row = |id: usize| {
        let mut check = check(0, Status::Critical);
        check.id = format!("check-{id}").into();
        check.output = format!("HTTP GET http://10.0.0.1:8080/health: 500, {id} times").into();
        (check.key(), Arc::new(check))
    };
    let rows: Vec<_> = ids.map(row).collect();
    let delta = if fails {
        Delta { upserts: rows, removed: Vec::new() }
    } else {
        Delta { upserts: Vec::new(), removed: rows.into_iter().map(|(key, _)| key).collect() }
    };
    let feed = Feed { dc: "dc-1".into(), ticket: 0, at: second(0), body: Body::Checks(delta) };
    What::Report(Report::Feed(Box::new(feed)))
}

#[test]
fn a_storm_does_not_take_the_time_before_it_along() {
    let mut tape = Tape::new(1 << 20);
    let all = vec!["dc-1".into()];
    let what = What::Report(Report::Datacenters { all, local: None });
    tape.push(Entry { at: second(0), what });
    tape.push(Entry { at: second(10), what: flip(0..1, true) });
    for n in 0..200 {
        let (first, at) = (100 * (n % 10), second(100 + 2 * n as i64));
        tape.push(Entry { at, what: flip(first..first + 100, true) });
        tape.push(Entry { at: at + TimeDelta::seconds(1), what: flip(first..first + 100, false) });
    }
    assert!(tape.bytes() <= 1 << 20, "{}", tape.bytes());
    let span = tape.span().unwrap();
    assert!(span.is_shortened && span.from <= second(0), "{span:?}");
    // Lately each change can be seen, long ago what was known at some of them.
    let checks = |at| {
        tape.recall(second(at)).map(|(_, store)| store.dc(&"dc-1".into()).unwrap().checks.len())
    };
    assert_eq!((checks(498), checks(499)), (Some(100), Some(0)));
    let (at, _) = tape.recall(second(300)).unwrap();
    assert!(at < second(300) && at > second(100), "{at}");
}
