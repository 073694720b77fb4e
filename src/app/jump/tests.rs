//! Finding, narrowing and late answers.

use proptest::prelude::*;

use super::*;
use crate::domain::ids::{Dc, NodeName, ServiceName};

fn service(name: &str) -> Target {
    Target::Service { dc: None, name: ServiceName::from(name) }
}

fn node(name: &str, dc: &str) -> Target {
    Target::Node { dc: Dc::from(dc), name: NodeName::from(name) }
}

fn targets() -> Targets {
    Targets::new([
        Target::Datacenter(Dc::from("dc-2")),
        service("Billing"),
        service("web"),
        node("web-1", "dc-1"),
        node("web-1", "dc-2"),
    ])
}

fn labels(finder: &Finder) -> Vec<&str> {
    finder.hits().iter().map(|hit| hit.label.as_str()).collect()
}

fn search(finder: &mut Finder, query: &str) {
    let hits = finder.set_query(query).run();
    assert!(finder.accept(hits));
}

fn opened() -> Finder {
    let mut finder = Finder::default();
    let hits = finder.set_targets(targets()).run();
    assert!(finder.accept(hits));
    finder
}

#[test]
fn everything_is_shown_while_nothing_is_typed() {
    let finder = opened();
    assert_eq!(finder.total(), 5);
    assert_eq!(labels(&finder), ["dc-2", "Billing", "web", "web-1 dc-1", "web-1 dc-2"]);
}

#[test]
fn the_first_of_very_many_are_those_that_hold_most() {
    let mut finder = Finder::default();
    let nodes = (0..2 * SHOWN).rev().map(|n| node(&format!("n-{n:03}"), "dc-1"));
    let targets = Targets::new(nodes.chain([service("web")]));
    let hits = finder.set_targets(targets).run();
    finder.accept(hits);
    assert_eq!(finder.total(), 2 * SHOWN + 1);
    assert_eq!(labels(&finder).len(), SHOWN);
    assert_eq!(labels(&finder)[..3], ["web", "n-000 dc-1", "n-001 dc-1"]);
}

#[test]
fn the_shorter_name_goes_first_and_words_choose_the_datacenter() {
    let mut finder = opened();
    search(&mut finder, "web");
    assert_eq!(labels(&finder), ["web", "web-1 dc-1", "web-1 dc-2"]);
    search(&mut finder, "dc-2 web");
    assert_eq!(labels(&finder), ["web-1 dc-2"]);
    assert_eq!(finder.hits()[0].indices, [0, 1, 2, 6, 7, 8, 9]);
    search(&mut finder, "BLL");
    assert_eq!(finder.selected(), Some(&service("Billing")));
}

#[test]
fn a_hostile_name_cannot_act_on_the_terminal() {
    let mut finder = Finder::default();
    let hits = finder.set_targets(Targets::new([service("\u{1b}[31mweb")])).run();
    finder.accept(hits);
    search(&mut finder, "web");
    assert_eq!(labels(&finder), ["\u{fffd}[31mweb"]);
    assert_eq!(finder.hits()[0].indices, [5, 6, 7]);
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut finder = opened();
    let old = finder.set_query("w");
    let new = finder.set_query("bill");
    assert!(finder.is_searching());
    assert!(!finder.accept(old.run()));
    assert!(finder.accept(new.run()));
    assert!(!finder.is_searching());
    assert_eq!(labels(&finder), ["Billing"]);
}

#[test]
fn the_cursor_stays_on_its_target_when_the_catalog_changes() {
    let mut finder = opened();
    search(&mut finder, "web");
    finder.down();
    assert_eq!(finder.selected(), Some(&node("web-1", "dc-1")));
    let job = finder.set_targets(Targets::new([node("web-1", "dc-1"), service("we-b")]));
    assert!(finder.accept(job.run()));
    assert_eq!(finder.selected(), Some(&node("web-1", "dc-1")));
}

#[test]
fn the_cursor_stays_among_the_hits() {
    let mut finder = opened();
    search(&mut finder, "bil");
    finder.down();
    finder.up();
    finder.up();
    assert_eq!(finder.cursor(), 0);
    search(&mut finder, "nothing-like-it");
    finder.down();
    assert_eq!(finder.selected(), None);
}

#[test]
fn a_job_can_run_on_another_thread() {
    fn is_send<T: Send + 'static>(_: &T) {}
    let mut finder = opened();
    let job = finder.set_query("web");
    is_send(&job);
    is_send(&job.run());
}

proptest! {
    #[test]
    fn narrowing_finds_what_a_fresh_search_finds(
        names in prop::collection::vec("[abcA-C-]{1,8}", 0..40),
        nodes in prop::collection::vec("[abc-]{1,4}", 0..4),
        typed in "[abc ]{1,6}",
    ) {
        let nodes: std::sync::Arc<[NodeName]> =
            nodes.iter().map(|node| NodeName::from(node.as_str())).collect();
        let placed = |name: &String| {
            let (dc, nodes) = (Dc::from("dc-1"), nodes.clone());
            Placed { dc, service: ServiceName::from(name.as_str()), nodes }
        };
        let pairs = Pairs::new(names.iter().map(placed).collect());
        let targets = Targets::new(names.iter().map(|name| service(name))).with(pairs);
        let mut narrowed = Finder::default();
        let hits = narrowed.set_targets(targets.clone()).run();
        narrowed.accept(hits);
        let mut query = String::new();
        for c in typed.chars() {
            query.push(c);
            search(&mut narrowed, &query);
            let mut fresh = Finder::default();
            fresh.set_targets(targets.clone());
            search(&mut fresh, &query);
            prop_assert_eq!(narrowed.hits(), fresh.hits());
            prop_assert_eq!(narrowed.total(), fresh.total());
        }
    }
}
