//! Rows in order, with a cursor that is a key: what every list on screen is.
//!
//! Rows live in stable slots; the order is a list of slots, patched by merging what changed into
//! it, so that a change of 50 rows among 100,000 costs a pass over integers and not a sort.
//! A reorder of many rows is handed out as a [`Job`] to be run off the UI thread.
//! It knows nothing of columns' looks or of where rows come from.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;

use super::cursor::Cursor;
use super::filter::Filter;
use super::job::{Job, Ordered, Slot};
use super::row::{Row, Sort};
use super::slots::Slots;

/// Above this many rows, or texts that a filter looks at, a full sort or filter leaves the UI thread
/// (a sort of 20,000 rows by text takes about 8 ms, half a frame).
const INLINE: usize = 20_000;

/// A list of rows.
pub struct TableModel<R: Row> {
    slots: Slots<R>,
    order: Vec<Slot>,
    sort: Sort<R>,
    filter: Filter,
    /// The reorder that counts; an older one that arrives late is dropped.
    generation: u64,
    /// Slots that changed while a reorder is under way.
    touched: Option<HashSet<Slot>>,
    cursor: Cursor<R::Key>,
    marks: HashSet<R::Key>,
}

impl<R: Row> TableModel<R> {
    /// An empty list.
    pub fn new(sort: Sort<R>) -> Self {
        Self {
            slots: Slots::with_room(0),
            order: Vec::new(),
            sort,
            filter: Filter::default(),
            generation: 0,
            touched: None,
            cursor: Cursor::default(),
            marks: HashSet::new(),
        }
    }

    /// All rows, filtered out or not.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// True without any row.
    pub fn is_empty(&self) -> bool {
        self.slots.len() == 0
    }

    /// Rows that pass the filter.
    pub fn shown(&self) -> usize {
        self.order.len()
    }

    /// The row at a place of the order.
    pub fn row(&self, at: usize) -> Option<&R> {
        self.order.get(at).and_then(|slot| self.at_slot(*slot))
    }

    /// The row of a key, filtered out or not.
    pub fn get(&self, key: &R::Key) -> Option<&R> {
        self.slots.find(key).and_then(|slot| self.slots.row(slot))
    }

    /// How it is sorted.
    pub fn sort(&self) -> &Sort<R> {
        &self.sort
    }

    /// What it is filtered by.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The highlighted row: none when no row passes the filter.
    pub fn selected(&self) -> Option<&R> {
        self.row(self.cursor.at())
    }

    /// True when the highlighted row is the one that the operator chose: not a neighbour of a row
    /// that vanished, and not just the top of a list that moves.
    pub fn is_chosen(&self) -> bool {
        self.cursor.is_chosen() && self.selected().is_some()
    }

    /// True when the highlighted row took the place of the chosen one, which vanished.
    pub fn is_stand_in(&self) -> bool {
        self.cursor.is_lost() && self.marks.is_empty()
    }

    /// Where the cursor is in the order.
    pub fn cursor(&self) -> usize {
        self.cursor.at()
    }

    /// The places of the order that are on screen.
    pub fn window(&self) -> Range<usize> {
        self.cursor.window(self.order.len())
    }

    /// Replaces all rows, keeping cursor, marks, sort and filter; also the marks of rows that are gone.
    pub fn load(&mut self, rows: Vec<R>) -> Option<Job> {
        self.slots = Slots::with_room(rows.len());
        self.order.clear();
        self.touched = None;
        for row in rows {
            self.slots.place(row);
        }
        self.reorder()
    }

    /// Takes the marks of rows away that are not there.
    pub fn drop_lost_marks(&mut self) {
        self.marks.retain(|key| self.slots.find(key).is_some());
    }

    /// Gives up all rows, and keeps cursor, marks, sort and filter for the next load.
    pub fn unload(&mut self) {
        self.slots = Slots::with_room(0);
        self.order = Vec::new();
        self.touched = None;
        // An order that is still being worked out is of rows that are gone.
        self.generation += 1;
    }

    /// Takes in changed rows and drops removed ones. A row that is in both is kept.
    /// A great many are sorted in by a job.
    pub fn patch(&mut self, upserts: Vec<R>, removed: &[R::Key]) -> Option<Job> {
        let is_much = upserts.len() > INLINE;
        let mut dirty: HashSet<Slot> = HashSet::with_capacity(upserts.len() + removed.len());
        for key in removed {
            if let Some(slot) = self.slots.remove(key) {
                self.marks.remove(key);
                dirty.insert(slot);
            }
        }
        let mut fresh = HashSet::with_capacity(upserts.len());
        for row in upserts {
            fresh.insert(self.slots.place(row));
        }
        dirty.extend(&fresh);
        if dirty.is_empty() {
            return None;
        }
        if is_much {
            let slots = &self.slots;
            self.order.retain(|slot| slots.row(*slot).is_some());
            return self.reorder();
        }
        if let Some(touched) = &mut self.touched {
            touched.extend(&dirty);
        }
        let order = std::mem::take(&mut self.order);
        self.merge(order, &dirty, fresh.into_iter().collect());
        self.follow();
        None
    }

    /// Sets how the next load sorts.
    pub fn set_sort(&mut self, sort: Sort<R>) {
        self.sort = sort;
    }

    /// Sorts by another column.
    pub fn sort_by(&mut self, sort: Sort<R>) -> Option<Job> {
        self.sort = sort;
        self.reorder()
    }

    /// Filters. Searching narrows by what stays, or looks at all rows again.
    pub fn filter_by(&mut self, filter: Filter) -> Option<Job> {
        let narrows = self.touched.is_none() && filter.narrows(&self.filter);
        self.filter = filter;
        if narrows && self.cost(self.order.iter()) <= INLINE {
            let order = std::mem::take(&mut self.order);
            self.order = order.into_iter().filter(|slot| self.passes(*slot)).collect();
            self.generation += 1;
            self.follow();
            return None;
        }
        self.reorder()
    }

    /// Takes in the result of a reorder; a late one changes nothing.
    pub fn take(&mut self, ordered: Ordered) {
        if ordered.generation != self.generation {
            return;
        }
        let touched = self.touched.take().unwrap_or_default();
        let fresh = touched.iter().copied().filter(|slot| self.at_slot(*slot).is_some()).collect();
        self.merge(ordered.order, &touched, fresh);
        self.follow();
    }

    /// Moves the cursor by rows; it stops at the ends.
    pub fn step(&mut self, by: isize) {
        self.go(self.cursor.at().saturating_add_signed(by));
    }

    /// Moves the cursor by screens.
    pub fn page(&mut self, by: isize) {
        self.step(by.saturating_mul(self.cursor.height() as isize));
    }

    /// Puts the cursor on a place of the order, or the last one there is.
    pub fn go(&mut self, at: usize) {
        let at = at.min(self.order.len().saturating_sub(1));
        let key = self.row(at).map(Row::key);
        self.cursor.put(key, at, self.order.len());
    }

    /// Puts the cursor on top, where it stays until it is moved.
    pub fn release(&mut self) {
        self.cursor.release();
    }

    /// Puts the cursor on a row; false when it is not shown.
    pub fn go_to(&mut self, key: &R::Key) -> bool {
        let Some(at) = self.position(key) else {
            return false;
        };
        self.go(at);
        true
    }

    /// Tells how many rows the screen holds.
    pub fn fit(&mut self, height: usize) {
        self.cursor.fit(height, self.order.len());
    }

    /// Marks the highlighted row, or takes its mark away, and goes to the next.
    pub fn mark(&mut self) {
        let Some(key) = self.selected().map(Row::key) else {
            return;
        };
        if !self.marks.remove(&key) {
            self.marks.insert(key);
        }
        self.step(1);
    }

    /// Marks every row from the nearest mark above to the highlighted one.
    pub fn mark_range(&mut self) {
        let is_marked = |at: &usize| self.row(*at).is_some_and(|row| self.is_marked(row));
        let here = self.cursor.at();
        let from = (0..here).rev().find(is_marked).unwrap_or(here);
        let keys: Vec<_> = (from..=here).filter_map(|at| self.row(at)).map(Row::key).collect();
        self.marks.extend(keys);
    }

    /// Takes all marks away.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
    }

    /// True for a marked row.
    pub fn is_marked(&self, row: &R) -> bool {
        !self.marks.is_empty() && self.marks.contains(&row.key())
    }

    /// The marked rows that are shown, in order, and how many marked ones the filter hides.
    pub fn marked(&self) -> (Vec<&R>, usize) {
        let rows: Vec<&R> = if self.marks.is_empty() {
            Vec::new()
        } else {
            (0..self.order.len())
                .filter_map(|at| self.row(at))
                .filter(|row| self.is_marked(row))
                .collect()
        };
        let hidden = self.marks.len() - rows.len();
        (rows, hidden)
    }

    fn at_slot(&self, slot: Slot) -> Option<&R> {
        self.slots.row(slot)
    }

    /// True when the rows of these slots are in the order of the sort already. Ends at the first that
    /// is not.
    fn is_sorted(&self, slots: &[Slot]) -> bool {
        slots.windows(2).all(|pair| match pair {
            [a, b] => match (self.at_slot(*a), self.at_slot(*b)) {
                (Some(a), Some(b)) => self.sort.order(a, b) != Ordering::Greater,
                _ => false,
            },
            _ => true,
        })
    }

    /// How much work it is to filter and sort these: what the filter looks at, at least the rows.
    fn cost<'a>(&self, slots: impl ExactSizeIterator<Item = &'a Slot>) -> usize {
        if self.filter.is_empty() {
            return slots.len();
        }
        slots.filter_map(|slot| self.at_slot(*slot)).map(Row::weight).sum()
    }

    fn passes(&mut self, slot: Slot) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        self.slots.text(slot).is_some_and(|text| self.filter.matches(text))
    }

    /// Makes the order anew: at once for few rows, else as a job.
    fn reorder(&mut self) -> Option<Job> {
        self.generation += 1;
        let all: Vec<Slot> = self.slots.all().collect();
        if self.cost(all.iter()) <= INLINE {
            self.touched = None;
            self.order.clear();
            let fresh = all.into_iter().filter(|slot| self.passes(*slot)).collect();
            self.merge(Vec::new(), &HashSet::new(), fresh);
            self.follow();
            return None;
        }
        // Most long lists come in their order.
        if self.filter.is_empty() && self.is_sorted(&all) {
            self.touched = None;
            self.order = all;
            self.follow();
            return None;
        }
        // Until the job is back the old order stays; only rows that still exist are in it.
        self.touched = Some(HashSet::new());
        let rows: Vec<(Slot, R)> =
            all.iter().filter_map(|slot| Some((*slot, self.at_slot(*slot)?.clone()))).collect();
        if self.order.is_empty() {
            self.order = all;
        }
        self.follow();
        Some(Job::new(self.generation, rows, self.sort.clone(), self.filter.clone()))
    }

    /// Makes the order from `old` without the dirty slots, with the fresh ones merged in.
    fn merge(&mut self, old: Vec<Slot>, dirty: &HashSet<Slot>, fresh: Vec<Slot>) {
        let mut fresh: Vec<Slot> = fresh.into_iter().filter(|slot| self.passes(*slot)).collect();
        let by = |model: &Self, a: Slot, b: Slot| match (model.at_slot(a), model.at_slot(b)) {
            (Some(a), Some(b)) => model.sort.order(a, b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        fresh.sort_unstable_by(|a, b| by(self, *a, *b));
        let mut kept = old;
        if !dirty.is_empty() {
            let mut is_dirty = vec![false; self.slots.reach()];
            for slot in dirty {
                if let Some(flag) = is_dirty.get_mut(*slot as usize) {
                    *flag = true;
                }
            }
            kept.retain(|slot| !is_dirty.get(*slot as usize).copied().unwrap_or(true));
        }
        if kept.is_empty() {
            self.order = fresh;
            return;
        }
        let mut order = Vec::with_capacity(kept.len() + fresh.len());
        let mut rest = kept.as_slice();
        for slot in fresh {
            let before = rest.partition_point(|other| by(self, *other, slot) != Ordering::Greater);
            let (head, tail) = rest.split_at(before);
            order.extend_from_slice(head);
            order.push(slot);
            rest = tail;
        }
        order.extend_from_slice(rest);
        self.order = order;
    }

    fn position(&self, key: &R::Key) -> Option<usize> {
        let slot = self.slots.find(key)?;
        self.order.iter().position(|other| *other == slot)
    }

    /// Finds the cursor's row again after the order changed.
    fn follow(&mut self) {
        let found = self.cursor.followed().and_then(|key| self.position(key));
        self.cursor.moved(found, self.order.len());
    }
}

#[cfg(test)]
mod tests;
