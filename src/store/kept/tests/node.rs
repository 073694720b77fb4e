//! A node: its instances and its own checks are shown again, the round trip to it is measured anew.

use std::time::Duration;

use super::*;
use crate::domain::coordinate::Estimate;
use crate::domain::feed::NodeRoundTrip;
use crate::domain::health::Status;

fn n1() -> Subject {
    Subject::Node("n-1".into())
}

fn check(id: &str) -> Arc<Check> {
    Arc::new(Check {
        node: "n-1".into(),
        id: id.into(),
        name: id.into(),
        status: Status::Passing,
        service_id: "".into(),
        service_name: "".into(),
        output: "".into(),
        notes: "".into(),
        kind: "".into(),
        create_index: 1,
        modify_index: 1,
    })
}

fn checks(store: &Store) -> Vec<String> {
    let checks = store.dc(&dc()).unwrap().node_checks.get("n-1");
    checks.into_iter().flatten().map(|check| check.id.to_string()).collect()
}

/// A store in which a node was told, hidden, and is shown again.
fn recalled() -> Store {
    let mut store = store();
    show(&mut store, &[n1()]);
    feed(&mut store, 1, Body::NodeChecks("n-1".into(), vec![check("old")]));
    let estimate = Estimate { rtt: Duration::from_millis(1), is_rough: false };
    let trip = NodeRoundTrip { from: "s-1".into(), estimate };
    feed(&mut store, 1, Body::NodeRoundTrip("n-1".into(), trip));
    instances(&mut store, 1, &n1(), &["a", "b"]);
    show(&mut store, &[]);
    assert!(show(&mut store, &[n1()]));
    store
}

#[test]
fn a_node_is_shown_again_but_for_the_round_trip_to_it() {
    let store = recalled();
    assert_eq!((ids(&store, &n1()).len(), checks(&store)), (2, vec!["old".to_owned()]));
    assert!(store.dc(&dc()).unwrap().round_trips.is_empty());
}

#[test]
fn nothing_old_stays_beside_a_node_that_is_told_anew() {
    let mut store = recalled();
    feed(&mut store, 9, Body::NodeChecks("n-1".into(), vec![check("new")]));
    assert!(ids(&store, &n1()).is_empty());
    instances(&mut store, 9, &n1(), &["c"]);
    assert_eq!(
        (ids(&store, &n1()), checks(&store)),
        (vec!["c".to_owned()], vec!["new".to_owned()])
    );
    assert!(store.dc(&dc()).unwrap().round_trips.is_empty());
    assert!(stands(&store, &n1()).is_live());
}
