//! What answers tell, by examples.

mod any;

use std::sync::Arc;

use chrono::TimeDelta;

use super::*;
use crate::domain::event::{Event, Kind, Object};
use crate::domain::health::Check;

const C: Which = Which::Critical;
const W: Which = Which::Warning;
const PROMPT: How = How { went_back: false, is_prompt: true };
const POLLED: How = How { went_back: false, is_prompt: false };

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
}

/// A check `id` of the instance `web-1` on `n1`.
fn check(id: &str, status: Status, created: u64, modified: u64) -> Arc<Check> {
    Arc::new(Check {
        node: "n1".into(),
        id: id.into(),
        name: id.into(),
        status,
        service_id: "web-1".into(),
        service_name: "web".into(),
        output: format!("at {modified}").into(),
        notes: "why".into(),
        kind: "".into(),
        create_index: created,
        modify_index: modified,
    })
}

fn critical(id: &str, modified: u64) -> Arc<Check> {
    check(id, Status::Critical, 1, modified)
}

fn warning(id: &str, modified: u64) -> Arc<Check> {
    check(id, Status::Warning, 1, modified)
}

/// A ledger, and all that it told.
struct Told {
    ledger: Ledger,
    dc: Dc,
    events: Vec<Event>,
    now: i64,
}

impl Told {
    fn new() -> Self {
        let dc = Dc::from("dc-1");
        Self { ledger: Ledger::new(dc.clone()), dc, events: Vec::new(), now: 0 }
    }

    /// Both lists were answered, empty, at index 10.
    fn begun() -> Self {
        let mut told = Self::new();
        told.take(C, &[], 10, POLLED);
        told.take(W, &[], 10, POLLED);
        told
    }

    fn take(&mut self, list: Which, rows: &[Arc<Check>], index: u64, how: How) {
        self.now += 1;
        let moment = Moment { dc: &self.dc, at: at(self.now), after: None, index };
        self.events.extend(self.ledger.take(list, rows, moment, how));
    }

    fn found(&mut self, asked: &[Arc<Check>], rows: &[Arc<Check>], index: u64) {
        let moment = Moment { dc: &self.dc, at: at(self.now), after: None, index };
        self.events.extend(self.ledger.found(asked, rows, moment, false));
    }

    fn wait(&mut self, ms: i64) {
        self.now += ms;
        self.events.extend(self.ledger.settle(at(self.now)));
    }

    /// What was told so far: `a: passing -> critical @12`.
    fn texts(&mut self) -> Vec<String> {
        let text = |event: Event| {
            let name = match &event.object {
                Object::Check { id, .. } => id.to_string(),
                other => other.to_string(),
            };
            format!("{name}: {} -> {} @{}", event.from, event.to, event.index)
        };
        std::mem::take(&mut self.events).into_iter().map(text).collect()
    }
}

#[test]
fn what_was_so_at_first_is_no_event() {
    let mut told = Told::new();
    told.take(C, &[critical("a", 5)], 10, POLLED);
    told.take(W, &[warning("b", 6)], 10, POLLED);
    assert_eq!(told.texts(), [""; 0]);
}

#[test]
fn a_check_goes_there_and_back() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 12)], 12, PROMPT);
    assert_eq!(told.texts(), ["a: passing -> critical @12"]);
    told.take(C, &[], 15, PROMPT);
    let asked = told.ledger.ask();
    assert_eq!(asked.len(), 1);
    told.wait(1000);
    assert_eq!(told.texts(), [""; 0], "somebody is asked");
    told.found(&asked, &[check("a", Status::Passing, 1, 14)], 15);
    assert_eq!(told.texts(), ["a: critical -> passing @14"]);
    told.take(C, &[critical("a", 17)], 17, PROMPT);
    told.take(C, &[], 18, PROMPT);
    let asked = told.ledger.ask();
    told.found(&asked, &[critical("other", 3)], 19);
    assert_eq!(told.texts(), ["a: passing -> critical @17", "a: critical ->  @18"]);
}

#[test]
fn a_check_that_changes_lists_is_one_event_whichever_answer_comes_first() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 12)], 12, PROMPT);
    told.take(C, &[], 15, PROMPT);
    told.take(W, &[warning("a", 15)], 15, PROMPT);
    told.take(C, &[critical("a", 17)], 17, PROMPT);
    told.take(W, &[], 17, PROMPT);
    assert_eq!(
        told.texts(),
        ["a: passing -> critical @12", "a: critical -> warning @15", "a: warning -> critical @17"]
    );
    assert_eq!(told.ledger.open(), 0);
}

#[test]
fn a_row_that_is_older_than_what_is_known_says_nothing_new() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 20)], 20, PROMPT);
    told.take(W, &[warning("a", 15)], 18, PROMPT);
    told.take(C, &[critical("a", 20)], 19, PROMPT);
    told.take(C, &[], 19, PROMPT);
    assert_eq!(told.texts(), ["a: passing -> critical @20"]);
}

#[test]
fn the_same_state_with_other_output_is_no_event() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 12)], 12, PROMPT);
    told.take(C, &[critical("a", 14)], 14, PROMPT);
    told.take(C, &[check("a", Status::Critical, 18, 18)], 18, PROMPT);
    assert_eq!(told.texts(), ["a: passing -> critical @12"]);
}

#[test]
fn where_nobody_can_be_asked_both_lists_must_be_without_it() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 12), critical("b", 12)], 12, PROMPT);
    told.texts();
    told.take(C, &[critical("b", 12)], 15, PROMPT);
    told.wait(10);
    assert_eq!(told.texts(), [""; 0], "it may be on its way to the other");
    told.take(W, &[], 15, POLLED);
    told.wait(0);
    assert_eq!(told.texts(), ["a: critical -> passing or gone @15"]);
    // Of two indexes nothing follows: it may have gone from one list to the other in between.
    told.take(C, &[], 16, PROMPT);
    told.take(W, &[], 18, POLLED);
    told.wait(1000);
    assert_eq!(told.texts(), [""; 0]);
    told.take(C, &[], 18, POLLED);
    told.wait(0);
    assert_eq!(told.texts(), ["b: critical -> passing or gone @16"]);
}

#[test]
fn a_check_that_goes_to_and_fro_faster_than_answers_was_never_passing() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 12)], 12, PROMPT);
    // It warns, is critical, warns and is critical again.
    told.take(C, &[], 13, POLLED);
    told.take(W, &[], 14, POLLED);
    told.take(C, &[], 15, POLLED);
    told.wait(1000);
    told.take(C, &[critical("a", 16)], 16, POLLED);
    assert_eq!(
        told.texts(),
        [
            "a: passing -> critical @12",
            "a: critical -> not critical @13",
            "a: not critical -> critical @16"
        ]
    );
}

#[test]
fn where_the_other_list_says_nothing_it_is_only_known_what_it_is_not() {
    let mut told = Told::begun();
    told.take(W, &[warning("a", 12)], 12, PROMPT);
    told.take(W, &[], 15, PROMPT);
    told.texts();
    told.wait(4000);
    assert_eq!(told.texts(), ["a: warning -> not warning @15"]);
}

#[test]
fn one_that_is_back_before_it_was_heard_of_was_away() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 12)], 12, PROMPT);
    told.take(C, &[], 15, PROMPT);
    let asked = told.ledger.ask();
    told.texts();
    told.take(C, &[critical("a", 17)], 17, PROMPT);
    assert_eq!(
        told.texts(),
        ["a: critical -> not critical @15", "a: not critical -> critical @17"]
    );
    told.found(&asked, &[critical("a", 17)], 18);
    assert_eq!(told.texts(), [""; 0]);
    // With an answer of the other list of the same index, and made anew.
    told.take(C, &[], 20, PROMPT);
    told.take(W, &[], 20, POLLED);
    told.take(C, &[critical("a", 23)], 23, PROMPT);
    told.take(C, &[], 25, PROMPT);
    told.take(C, &[check("a", Status::Critical, 27, 27)], 27, PROMPT);
    assert_eq!(
        told.texts(),
        [
            "a: critical -> passing or gone @20",
            "a: passing or gone -> critical @23",
            "a: critical ->  @25",
            "a:  -> critical @27"
        ]
    );
}

#[test]
fn one_that_was_asked_about_and_failed_again_is_told_by_the_answer() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 12)], 12, PROMPT);
    told.take(C, &[], 15, PROMPT);
    let asked = told.ledger.ask();
    told.texts();
    told.found(&asked, &[warning("a", 15)], 16);
    assert_eq!(told.texts(), ["a: critical -> warning @15"]);
    told.take(W, &[warning("a", 15)], 16, PROMPT);
    assert_eq!(told.texts(), [""; 0]);
}

#[test]
fn an_answer_that_comes_late_is_of_a_time_that_is_over() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 17)], 17, PROMPT);
    told.take(C, &[], 20, PROMPT);
    told.texts();
    // It warned before it was critical.
    told.take(W, &[warning("a", 15)], 16, PROMPT);
    assert_eq!(told.texts(), [""; 0]);
    let asked = told.ledger.ask();
    told.take(C, &[critical("a", 22)], 22, PROMPT);
    told.take(C, &[], 24, PROMPT);
    told.texts();
    // It passed then; since then it failed, and left for the other list.
    told.found(&asked, &[check("a", Status::Passing, 1, 20)], 21);
    told.take(W, &[warning("a", 24)], 24, PROMPT);
    assert_eq!(told.texts(), ["a: critical -> warning @24"]);
}

#[test]
fn a_check_that_was_made_failing_came_from_nothing() {
    for (created, modified, how, from) in [
        (12, 12, PROMPT, ""),
        (12, 12, POLLED, ""),
        (11, 12, POLLED, ""),
        (11, 12, PROMPT, "passing"),
        (9, 12, PROMPT, "passing"),
        (9, 12, POLLED, "passing"),
    ] {
        let mut told = Told::begun();
        told.take(C, &[check("a", Status::Critical, created, modified)], 12, how);
        assert_eq!(told.texts(), [format!("a: {from} -> critical @12")], "{created} {how:?}");
    }
}

#[test]
fn after_an_index_that_went_back_states_are_compared() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 50), critical("b", 51), critical("c", 52)], 52, PROMPT);
    told.texts();
    let back = How { went_back: true, ..POLLED };
    told.take(C, &[critical("a", 20), critical("d", 21)], 30, back);
    assert_eq!(told.texts(), ["d: passing or gone -> critical @21"]);
    told.take(W, &[warning("b", 22)], 30, back);
    assert_eq!(told.texts(), ["b: critical -> warning @22"]);
    let asked = told.ledger.ask();
    told.found(&asked, &[check("c", Status::Passing, 3, 4)], 30);
    assert_eq!(told.texts(), ["c: critical -> passing @4"]);
    // It goes on as before.
    told.take(C, &[critical("a", 20)], 33, PROMPT);
    told.take(C, &[critical("a", 20), critical("e", 35)], 35, PROMPT);
    let asked = told.ledger.ask();
    told.found(&asked, &[], 36);
    assert_eq!(told.texts(), ["e: passing -> critical @35", "d: critical ->  @33"]);
}

#[test]
fn the_list_that_goes_back_later_makes_nothing_old_again() {
    let mut told = Told::begun();
    told.take(C, &[critical("a", 50)], 52, PROMPT);
    told.take(W, &[], 52, PROMPT);
    told.texts();
    let back = How { went_back: true, ..PROMPT };
    told.take(C, &[], 30, back);
    let asked = told.ledger.ask();
    told.found(&asked, &[check("a", Status::Passing, 3, 4)], 30);
    assert_eq!(told.texts(), ["a: critical -> passing @4"]);
    told.take(W, &[], 30, back);
    told.take(C, &[critical("a", 33)], 33, PROMPT);
    assert_eq!(told.texts(), ["a: passing -> critical @33"]);
    // Another restore, of which the other list hears first.
    told.take(W, &[], 10, back);
    told.take(C, &[critical("a", 8), critical("b", 9)], 10, back);
    assert_eq!(told.texts(), ["b: passing or gone -> critical @9"]);
}

#[test]
fn checks_that_stand_for_something_else_are_told_as_that() {
    let of_node = |id: &str, status, created, modified| {
        let check = check(id, status, created, modified);
        Arc::new(Check { service_id: "".into(), service_name: "".into(), ..(*check).clone() })
    };
    let mut told = Told::begun();
    let gossip = of_node("serfHealth", Status::Critical, 1, 12);
    let drained = of_node("_node_maintenance", Status::Maintenance, 12, 12);
    let instance = check("_service_maintenance:web-1", Status::Maintenance, 12, 12);
    told.take(C, &[gossip.clone(), drained, instance], 12, PROMPT);
    let kinds: Vec<Kind> = told.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [Kind::Node, Kind::Maintenance, Kind::Maintenance]);
    assert_eq!(&*told.events[1].detail, "why");
    assert_eq!(
        told.texts(),
        ["n1: alive -> failed @12", "n1:  -> maintenance @12", "web-1 on n1:  -> maintenance @12"]
    );
    told.take(C, &[gossip], 14, PROMPT);
    assert_eq!(told.texts(), ["n1: maintenance ->  @14", "web-1 on n1: maintenance ->  @14"]);
    told.take(C, &[], 16, PROMPT);
    let asked = told.ledger.ask();
    told.found(&asked, &[of_node("serfHealth", Status::Passing, 1, 16)], 16);
    assert_eq!(told.texts(), ["n1: failed -> alive @16"]);
    // A node that left is told by the catalog.
    told.take(C, &[of_node("serfHealth", Status::Critical, 1, 18)], 18, PROMPT);
    told.take(C, &[], 20, PROMPT);
    let asked = told.ledger.ask();
    told.found(&asked, &[], 20);
    assert_eq!(told.texts(), ["n1: alive -> failed @18"]);
}
