//! The board as a whole: what follows from what.

use std::collections::HashMap;

use super::*;
use crate::domain::catalog::{Node, Summary};
use crate::domain::freshness::Freshness;
use crate::domain::health::Status;

fn check(node: &str, service: &str, status: Status) -> (CheckKey, Arc<Check>) {
    let check = Check {
        node: node.into(),
        id: format!("c-{service}").as_str().into(),
        name: "c".into(),
        status,
        service_id: service.into(),
        service_name: service.into(),
        output: "".into(),
        notes: "".into(),
        kind: "".into(),
        create_index: 1,
        modify_index: 1,
    };
    (check.key(), Arc::new(check))
}

fn summary(name: &str, nodes: &[&str]) -> Summary {
    Summary {
        name: name.into(),
        nodes: nodes.iter().map(|node| NodeName::from(*node)).collect(),
        instances: Some(nodes.len()),
        ..Summary::default()
    }
}

fn node(name: &str) -> Node {
    Node { name: name.into(), ..Node::default() }
}

fn said(list: List, state: State) -> Pending {
    let at = (state == State::Live).then(crate::clock::now);
    let fresh = Freshness { state, at, ..Freshness::default() };
    Pending { freshness: HashMap::from([(list, fresh)]), ..Pending::default() }
}

/// Lets the board take something; returns what it wants to tell.
fn take(board: &mut Board, mut pending: Pending) -> Vec<Body> {
    let checks = board.take_checks(&mut pending);
    board.take_rest(pending, checks);
    board.outbox.drain(..).map(|(_, body)| body).collect()
}

fn catalog() -> Pending {
    Pending {
        summaries: Some(vec![summary("web", &["n1", "n1", "n2"]), summary("db", &["n2"])]),
        nodes: Some(vec![node("n1"), node("n2")]),
        ..Pending::default()
    }
}

#[test]
fn services_and_nodes_wait_for_the_checks_that_they_are_judged_by() {
    let mut board = Board::default();
    assert!(take(&mut board, catalog()).is_empty());
    let checks = Failing::from([check("n1", "", Status::Critical)]);
    let told = take(&mut board, Pending { checks: Some(checks), ..Pending::default() });
    assert!(matches!(told[0], Body::Checks(_)), "the fast path first");
    let Body::Services(services) = &told[1] else { panic!("services: {told:?}") };
    let web = services.upserts.iter().find(|(name, _)| name.as_str() == "web").unwrap();
    assert_eq!((web.1.counts.critical, web.1.counts.passing), (2, 1));
    let Body::Nodes(nodes) = &told[2] else { panic!("nodes: {told:?}") };
    let n2 = nodes.upserts.iter().find(|(name, _)| name.as_str() == "n2").unwrap();
    assert_eq!((n2.1.services, n2.1.status), (2, Status::Passing));
}

#[test]
fn services_are_told_with_their_nodes_which_share_the_summarys_list() {
    let mut board = Board::default();
    take(&mut board, Pending { checks: Some(Failing::new()), ..Pending::default() });
    take(&mut board, catalog());
    let nodes = |board: &Board, name: &str| Arc::clone(&board.services[name].nodes);
    assert_eq!(
        nodes(&board, "web").iter().map(NodeName::as_str).collect::<Vec<_>>(),
        ["n1", "n1", "n2"]
    );
    // A summary in which only another service moved.
    let moved = vec![summary("web", &["n1", "n1", "n2"]), summary("db", &["n1"])];
    let told = take(&mut board, Pending { summaries: Some(moved), ..Pending::default() });
    let Some(Body::Services(services)) = told.iter().find(|it| matches!(it, Body::Services(_)))
    else {
        panic!("{told:?}")
    };
    assert_eq!(services.upserts.len(), 1, "the service that moved, and no other");
    let roster = board.roster.as_ref().unwrap();
    for name in ["web", "db"] {
        let listed = &roster.get(&ServiceName::from(name)).unwrap().nodes;
        assert!(Arc::ptr_eq(listed, &nodes(&board, name)), "{name} is held twice");
    }
}

#[test]
fn where_checks_are_denied_nothing_is_called_passing() {
    let mut board = Board::default();
    take(&mut board, catalog());
    take(&mut board, said(List::Services, State::Live));
    let told = take(&mut board, said(List::Checks, State::Denied { why: "no".into() }));
    let services = told.iter().find_map(|body| match body {
        Body::Services(delta) => Some(delta),
        _ => None,
    });
    let rows = &services.unwrap().upserts;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|(_, row)| row.counts.total() == 0 && !row.is_exact));
    let denied = told.iter().any(|body| {
        matches!(body, Body::Freshness(List::Services, fresh)
            if matches!(fresh.state, State::Denied { .. }))
    });
    assert!(denied, "{told:?}");
}

#[test]
fn a_change_tells_only_what_it_touches() {
    let mut board = Board::default();
    take(&mut board, catalog());
    take(&mut board, Pending { checks: Some(Failing::new()), ..Pending::default() });
    take(&mut board, said(List::Checks, State::Live));
    let checks = Failing::from([check("n2", "db", Status::Warning)]);
    let told = take(&mut board, Pending { checks: Some(checks.clone()), ..Pending::default() });
    let [Body::Checks(_), Body::Services(services), Body::Nodes(nodes)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((services.upserts.len(), nodes.upserts.len()), (1, 1));
    assert!(take(&mut board, Pending { checks: Some(checks), ..Pending::default() }).is_empty());
}

#[test]
fn until_it_is_known_a_list_may_be_filtered() {
    let mut board = Board::default();
    let is_doubted = |told: &[Body]| {
        told.iter().any(|body| matches!(body, Body::Freshness(_, fresh) if fresh.may_be_filtered))
    };
    assert!(is_doubted(&take(&mut board, said(List::Checks, State::Live))));
    let told = take(&mut board, Pending { may_be_filtered: Some(false), ..Pending::default() });
    assert!(!told.is_empty() && !is_doubted(&told));
}
