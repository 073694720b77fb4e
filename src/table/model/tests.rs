//! The list against a full sort, and the rules of its cursor.

use std::cmp::Ordering;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::table::filter::RowText;

#[derive(Clone, Debug, PartialEq)]
struct Item {
    id: u16,
    weight: u8,
}

impl Row for Item {
    type Key = u16;
    fn key(&self) -> u16 {
        self.id
    }
    fn text(&self) -> RowText {
        RowText::new([format!("item-{} w{}", self.id, self.weight).as_str()])
    }
    fn tie(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

fn by_weight() -> Sort<Item> {
    let compare = Arc::new(|a: &Item, b: &Item| a.weight.cmp(&b.weight));
    Sort { column: "weight".into(), descending: true, compare }
}

fn items(list: &[(u16, u8)]) -> Vec<Item> {
    list.iter().map(|(id, weight)| Item { id: *id, weight: *weight }).collect()
}

fn model(list: &[(u16, u8)]) -> TableModel<Item> {
    let mut model = TableModel::new(by_weight());
    assert!(model.load(items(list)).is_none());
    model.fit(3);
    model
}

fn ids(model: &TableModel<Item>) -> Vec<u16> {
    (0..model.shown()).filter_map(|at| model.row(at)).map(|row| row.id).collect()
}

#[test]
fn the_cursor_stays_on_top_until_it_is_moved() {
    let mut model = model(&[(1, 5), (2, 4)]);
    assert!(model.patch(items(&[(3, 9)]), &[]).is_none());
    assert_eq!(model.selected().unwrap().id, 3);
    assert!(!model.is_chosen());
    model.step(1);
    assert!(model.patch(items(&[(4, 10)]), &[]).is_none());
    assert_eq!(model.selected().unwrap().id, 1);
    assert!(model.is_chosen());
}

#[test]
fn a_vanished_row_leaves_a_neighbour_that_is_not_chosen() {
    let mut model = model(&[(1, 5), (2, 4), (3, 3)]);
    model.step(1);
    assert!(model.patch(Vec::new(), &[2]).is_none());
    assert_eq!(model.selected().unwrap().id, 3);
    assert!(!model.is_chosen());
    model.step(0);
    assert!(model.is_chosen());
}

#[test]
fn nothing_is_selected_when_no_row_passes() {
    let mut model = model(&[(1, 5)]);
    model.filter_by(Filter::parse("nowhere").unwrap());
    assert_eq!(model.shown(), 0);
    assert!(model.selected().is_none());
}

#[test]
fn marks_hidden_by_the_filter_are_counted() {
    let mut model = model(&[(1, 5), (2, 4), (3, 3)]);
    model.mark();
    model.mark();
    model.filter_by(Filter::parse("item-2").unwrap());
    let (rows, hidden) = model.marked();
    assert_eq!((rows.len(), hidden), (1, 1));
}

#[test]
fn a_row_that_changes_during_a_job_is_where_it_belongs_after_it() {
    let mut model = TableModel::new(by_weight());
    let many: Vec<Item> = (0..30_000).map(|id| Item { id, weight: (id % 200) as u8 }).collect();
    let job = model.load(many).unwrap();
    assert!(model.patch(items(&[(7, 255)]), &[8]).is_none());
    model.take(job.run());
    assert_eq!(model.row(0).unwrap().id, 7);
    assert_eq!(model.shown(), 29_999);
    assert!(model.get(&8).is_none());
}

#[test]
fn a_late_job_changes_nothing() {
    let mut model = TableModel::new(by_weight());
    let many: Vec<Item> = (0..30_000).rev().map(|id| Item { id, weight: 0 }).collect();
    let late = model.load(many).unwrap();
    let job = model.filter_by(Filter::parse("item-17 w").unwrap()).unwrap();
    model.take(job.run());
    model.take(late.run());
    assert_eq!(ids(&model), [17]);
}

proptest! {
    /// Any patches under any filter: the order equals sorting and filtering from nothing.
    #[test]
    fn a_patched_order_equals_a_full_sort(
        start in proptest::collection::vec((0_u16..30, 0_u8..5), 0..30),
        patches in proptest::collection::vec(
            (proptest::collection::vec((0_u16..30, 0_u8..5), 0..6), proptest::collection::vec(0_u16..30, 0..6)),
            0..6,
        ),
        filter in prop_oneof![Just(""), Just("w3"), Just("!w1"), Just("item-1")],
        moves in -3_isize..10,
    ) {
        let mut model = model(&start);
        model.filter_by(Filter::parse(filter).unwrap());
        model.step(moves);
        let mut all: std::collections::HashMap<u16, u8> = start.into_iter().collect();
        for (upserts, removed) in patches {
            all.retain(|id, _| !removed.contains(id));
            all.extend(upserts.iter().copied());
            assert!(model.patch(items(&upserts), &removed).is_none());
        }
        let mut fresh = TableModel::new(by_weight());
        fresh.load(items(&all.into_iter().collect::<Vec<_>>()));
        fresh.filter_by(Filter::parse(filter).unwrap());
        prop_assert_eq!(ids(&model), ids(&fresh));
        prop_assert!(model.selected().is_some() || model.shown() == 0);
        let window = model.window();
        prop_assert!(model.shown() == 0 || window.contains(&model.cursor()));
    }
}

#[test]
fn a_list_that_gave_its_rows_up_finds_cursor_and_marks_again() {
    let rows = [(1, 5), (2, 4), (3, 3)];
    let mut model = model(&rows);
    model.step(1);
    model.mark();
    model.unload();
    assert!(model.is_empty() && model.selected().is_none());
    assert!(model.load(items(&rows)).is_none());
    assert_eq!(model.selected().unwrap().id, 3, "marking moved on");
    assert_eq!(model.marked().0.len(), 1);
}

#[test]
fn many_rows_that_come_in_their_order_need_no_job() {
    let mut model = TableModel::new(by_weight());
    let many: Vec<Item> = (0..30_000).map(|id| Item { id, weight: 0 }).collect();
    assert!(model.load(many).is_none());
    assert_eq!((model.shown(), model.row(29_999).unwrap().id), (30_000, 29_999));
}
