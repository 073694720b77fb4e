//! Subjects that are told whole: what was told stays until all of it is told anew.

use super::*;
use crate::domain::consumers::{Answer, Asked, Found, Gives, Row, RowKey};

fn seen(id: &str) -> Row {
    let key = RowKey::Instance(InstanceKey { node: "n-1".into(), id: id.into() });
    let (gives, disagreements) = (Vec::<Gives>::new(), Vec::new());
    Row { key, instance: None, gives, disagreements, since: None }
}

/// What a look gives; no time where the catalog did not answer.
fn look(ids: &[&str], second: Option<i64>) -> Body {
    let raw = second.map_or_else(
        || Answer::failed("refused", at(9)),
        |second| Answer::new(Vec::new(), at(second)),
    );
    let asked = Arc::new(Asked { raw, ..Asked::default() });
    let rows = ids.iter().map(|id| seen(id)).collect();
    let service = "web".into();
    Body::Consumers(Arc::new(Consumers { service, rows, asked, ..Consumers::default() }))
}

fn sweep(ids: &[&str], second: Option<i64>) -> Body {
    let found = |id: &&str| Arc::new(Found { service: "web".into(), row: seen(id) });
    let found = ids.iter().map(found).collect();
    Body::Disagreements(Arc::new(Swept { found, at: second.map(at), ..Swept::default() }))
}

fn names<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<String> {
    rows.map(|row| row.name().to_owned()).collect()
}

fn looked_at(store: &Store) -> Vec<String> {
    let consumers = store.dc(&dc()).unwrap().consumers.get("web");
    names(consumers.into_iter().flat_map(|it| &it.rows))
}

fn swept(store: &Store) -> Vec<String> {
    let swept = store.dc(&dc()).unwrap().swept.as_ref();
    names(swept.into_iter().flat_map(|it| &it.found).map(|it| &it.row))
}

fn consumers() -> Subject {
    Subject::Consumers("web".into())
}

/// A store in which these were told at 1 s, hidden, and are shown again.
fn recalled(subject: &Subject, body: Body) -> Store {
    let mut store = store();
    show(&mut store, std::slice::from_ref(subject));
    pulse(&mut store, 1, Link::Led("a".into()));
    feed(&mut store, 1, body);
    fresh(&mut store, subject, State::Live, Some(1));
    show(&mut store, &[]);
    assert!(show(&mut store, std::slice::from_ref(subject)));
    store
}

fn is_old(store: &Store, subject: &Subject) -> bool {
    let fresh = stands(store, subject);
    matches!(fresh.state, State::Stale { since, .. } if since == fresh.at)
        && fresh.at == Some(at(1))
}

#[test]
fn consumers_of_a_dark_datacenter_stay_while_no_look_succeeds() {
    let mut store = recalled(&consumers(), look(&["a", "b"], Some(1)));
    pulse(&mut store, 9, dark());
    for _ in 0..2 {
        feed(&mut store, 9, look(&[], None));
        fresh(&mut store, &consumers(), stale(), None);
        assert_eq!(looked_at(&store), ["a", "b"]);
        assert!(is_old(&store, &consumers()), "{:?}", stands(&store, &consumers()));
    }
    // Neither are they lost when they are hidden and shown once more.
    show(&mut store, &[]);
    show(&mut store, &[consumers()]);
    assert_eq!(looked_at(&store), ["a", "b"]);
    pulse(&mut store, 19, Link::Led("a".into()));
    feed(&mut store, 20, look(&["c"], Some(20)));
    fresh(&mut store, &consumers(), State::Live, Some(20));
    assert_eq!(looked_at(&store), ["c"]);
    assert!(stands(&store, &consumers()).is_live());
}

#[test]
fn consumers_stay_old_until_the_look_ends_though_the_catalog_answers_before() {
    let mut store = recalled(&consumers(), look(&["a"], Some(1)));
    fresh(&mut store, &consumers(), State::Live, Some(9));
    for second in [10, 11] {
        pulse(&mut store, second, Link::Led("a".into()));
        assert_eq!(looked_at(&store), ["a"]);
        assert!(!stands(&store, &consumers()).is_live(), "it is being read");
    }
    // No pulse of that time confirmed them.
    pulse(&mut store, 12, dark());
    assert!(is_old(&store, &consumers()), "{:?}", stands(&store, &consumers()));
    pulse(&mut store, 13, Link::Led("a".into()));
    // That there is none left is an answer as well.
    feed(&mut store, 14, look(&[], Some(14)));
    assert!(looked_at(&store).is_empty());
    let fresh = stands(&store, &consumers());
    assert!(fresh.is_live() && fresh.at == Some(at(14)), "{fresh:?}");
}

#[test]
fn a_look_that_never_ended_is_not_kept() {
    let mut store = store();
    show(&mut store, &[consumers()]);
    fresh(&mut store, &consumers(), State::Live, Some(1));
    show(&mut store, &[]);
    assert!(!show(&mut store, &[consumers()]));
    feed(&mut store, 9, look(&["a"], None));
    assert_eq!(looked_at(&store), ["a"], "what load balancers say is better than nothing");
}

#[test]
fn disagreements_stay_until_all_services_were_looked_at() {
    let subject = Subject::Disagreements;
    let mut store = recalled(&subject, sweep(&["a"], Some(1)));
    pulse(&mut store, 2, Link::Led("a".into()));
    feed(&mut store, 2, sweep(&[], None));
    fresh(&mut store, &subject, State::Live, Some(3));
    assert_eq!(swept(&store), ["a"]);
    assert!(!stands(&store, &subject).is_live(), "it is being read");
    feed(&mut store, 3, sweep(&["b"], Some(3)));
    assert_eq!(swept(&store), ["b"]);
    let fresh = stands(&store, &subject);
    assert!(fresh.is_live() && fresh.at == Some(at(3)), "{fresh:?}");
}
