//! Subjects that are hidden and shown again.

use super::*;
use crate::domain::delta::Delta;
use crate::domain::feed::{Feed, Link, Pulse, Report, Scope, Wanted};
use crate::domain::ids::Dc;
use crate::domain::map::{Edge, Source};
use crate::store::Store;

mod node;
mod whole;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn dc() -> Dc {
    Dc::from("dc-1")
}

fn store() -> Store {
    let mut store = Store::default();
    store.apply(Report::Datacenters { all: vec![dc()], local: None });
    store
}

fn show(store: &mut Store, subjects: &[Subject]) -> bool {
    let wanted = |subject: &Subject| Wanted { dc: dc(), subject: subject.clone() };
    let subjects = subjects.iter().map(wanted).collect();
    store.show(&Scope { ticket: store.ticket + 1, subjects, ..Scope::default() })
}

fn feed(store: &mut Store, second: i64, body: Body) {
    let (at, ticket) = (at(second), store.ticket);
    store.apply(Report::Feed(Box::new(Feed { dc: dc(), ticket, at, body })));
}

fn web() -> Subject {
    Subject::Service("web".into())
}

fn row(id: &str) -> (InstanceKey, Arc<Instance>) {
    let instance = Instance {
        service: "web".into(),
        id: id.into(),
        node: "n-1".into(),
        address: "10.0.0.1".into(),
        port: 80,
        tags: Vec::new(),
        meta: indexmap::IndexMap::new(),
        version: Arc::default(),
        checks: Vec::new(),
        status: crate::domain::health::Status::Passing,
        create_index: 1,
        modify_index: 1,
    };
    (InstanceKey { node: "n-1".into(), id: id.into() }, Arc::new(instance))
}

fn instances(store: &mut Store, second: i64, subject: &Subject, ids: &[&str]) {
    let upserts: Vec<_> = ids.iter().map(|id| row(id)).collect();
    if !upserts.is_empty() {
        let delta = Delta { upserts, removed: Vec::new() };
        feed(store, second, Body::Instances(subject.clone(), delta));
    }
    fresh(store, subject, State::Live, Some(second));
}

fn fresh(store: &mut Store, subject: &Subject, state: State, second: Option<i64>) {
    let freshness = Freshness { state, at: second.map(at), ..Freshness::default() };
    let list = List::Subject(subject.clone());
    feed(store, second.unwrap_or_default(), Body::Freshness(list, freshness));
}

fn pulse(store: &mut Store, second: i64, link: Link) {
    feed(store, second, Body::Pulse(Pulse { at: at(second), link, ..Pulse::default() }));
}

fn dark() -> Link {
    Link::Dark { why: "refused".into(), detail: "refused".into(), retry_at: None }
}

fn stale() -> State {
    State::Stale { since: None, why: "refused".into(), retry_at: None }
}

fn ids(store: &Store, subject: &Subject) -> Vec<String> {
    let rows = store.dc(&dc()).unwrap().instances.get(subject);
    let mut ids: Vec<_> = rows.into_iter().flatten().map(|(key, _)| key.id.to_string()).collect();
    ids.sort();
    ids
}

fn stands(store: &Store, subject: &Subject) -> Freshness {
    store.dc(&dc()).unwrap().freshness(&List::Subject(subject.clone()))
}

#[test]
fn what_was_told_is_shown_again_as_old_while_nothing_is_told_anew() {
    let mut store = store();
    show(&mut store, &[web()]);
    pulse(&mut store, 1, Link::Led("a".into()));
    instances(&mut store, 1, &web(), &["a", "b"]);
    pulse(&mut store, 5, Link::Led("a".into()));
    assert!(!show(&mut store, &[]), "nothing is recalled");
    assert!(ids(&store, &web()).is_empty(), "it is not shown");
    pulse(&mut store, 9, dark());
    assert!(show(&mut store, &[web()]));
    assert_eq!(ids(&store, &web()), ["a", "b"]);
    let is_old = |store: &Store| {
        let fresh = stands(store, &web());
        matches!(&fresh.state, State::Stale { since, .. } if *since == fresh.at)
            && fresh.at == Some(at(5))
    };
    assert!(is_old(&store), "{:?}", stands(&store, &web()));
    fresh(&mut store, &web(), stale(), None);
    assert!(is_old(&store), "what cannot be read anew is as old: {:?}", stands(&store, &web()));
    // Neither does it lose its age when it is hidden and shown once more.
    show(&mut store, &[]);
    show(&mut store, &[web()]);
    assert!(is_old(&store) && ids(&store, &web()).len() == 2);
}

#[test]
fn what_is_told_anew_takes_the_place_of_what_was() {
    let mut store = store();
    for (anew, expected) in [(&["b", "c"][..], &["b", "c"][..]), (&[], &[])] {
        show(&mut store, &[web()]);
        instances(&mut store, 1, &web(), &["a", "b"]);
        show(&mut store, &[]);
        show(&mut store, &[web()]);
        instances(&mut store, 9, &web(), anew);
        assert_eq!(ids(&store, &web()), expected);
        assert_eq!(stands(&store, &web()).state, State::Live);
        instances(&mut store, 9, &web(), &["d"]);
        assert_eq!(ids(&store, &web()).len(), expected.len() + 1, "from now on it is what changed");
        instances(&mut store, 9, &web(), &[]);
        assert_eq!(ids(&store, &web()).len(), expected.len() + 1);
    }
}

#[test]
fn a_beginning_does_not_take_the_place_of_a_whole() {
    let mut store = store();
    let edges = |to: &str, second: Option<i64>| {
        let (from, to) = ("web".into(), to.into());
        let edges = vec![Edge { from, to, to_dc: None, source: Source::Meta }];
        Body::Edges(Arc::new(Edges { edges, at: second.map(at), ..Edges::default() }))
    };
    let to = |store: &Store| {
        let edges = store.dc(&dc()).unwrap().edges.clone();
        edges.map(|edges| edges.edges[0].to.to_string())
    };
    show(&mut store, &[Subject::Map]);
    feed(&mut store, 1, edges("old", Some(1)));
    fresh(&mut store, &Subject::Map, State::Live, Some(1));
    show(&mut store, &[]);
    assert_eq!(to(&store), None);
    show(&mut store, &[Subject::Map]);
    assert_eq!(to(&store).as_deref(), Some("old"));
    feed(&mut store, 2, edges("begun", None));
    assert_eq!(to(&store).as_deref(), Some("old"));
    feed(&mut store, 3, edges("new", Some(3)));
    fresh(&mut store, &Subject::Map, State::Live, Some(3));
    assert_eq!(to(&store).as_deref(), Some("new"));
}

#[test]
fn only_the_last_few_are_kept() {
    let mut store = store();
    let subject = |n: usize| Subject::Service(format!("s-{n}").as_str().into());
    for n in 0..=MOST {
        show(&mut store, &[subject(n)]);
        instances(&mut store, 1, &subject(n), &["a"]);
    }
    show(&mut store, &[]);
    assert!(!show(&mut store, &[subject(0)]), "the oldest had to go");
    assert!(show(&mut store, &[subject(1)]));
    // One that is too large is not kept at all, and takes no other along.
    show(&mut store, &[]);
    let before = store.dc(&dc()).unwrap().kept.clone();
    assert_eq!(before.len(), MOST);
    let many: Vec<String> = (0..=MOST_ROWS).map(|n| format!("i-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    show(&mut store, &[web()]);
    instances(&mut store, 1, &web(), &many);
    show(&mut store, &[]);
    assert_eq!(store.dc(&dc()).unwrap().kept, before);
    assert!(!show(&mut store, &[web()]) && ids(&store, &web()).is_empty());
}

#[test]
fn keys_and_sessions_are_read_anew() {
    let mut store = store();
    let all = [Subject::Key("a".into()), Subject::Sessions, Subject::Locks("a/".into())];
    show(&mut store, &all);
    feed(&mut store, 1, Body::Entry("a".into(), None));
    for subject in &all {
        fresh(&mut store, subject, State::Live, Some(1));
    }
    show(&mut store, &[]);
    assert!(!show(&mut store, &all));
}
