//! The operations of a plan as a list: one is highlighted, and what it changes stands beside it.
//!
//! A plan may have 200,000 of them: lines are made as they come on screen, and only the highlighted
//! one's difference is worked out.

use std::collections::HashMap;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::edit::difference;
use super::super::task::many::Guarded;
use super::requests;
use crate::domain::kv::{Key, Op};
use crate::plan::Plan;
use crate::plan::apply::StepFate;
use crate::table::column::Cell;
use crate::ui::text::{bytes, clean};
use crate::ui::theme::Role;

/// The list.
#[derive(Clone, Debug)]
pub struct Ops {
    plan: Arc<Plan>,
    /// The places of the operations: step, and operation of it.
    order: Vec<(u32, u32)>,
    /// What became of each step; empty while nothing was done.
    fates: Vec<StepFate>,
    guarded: HashMap<Key, String>,
    /// True when one reason holds for all: then it is said once, above the list.
    is_one_reason: bool,
    at: usize,
    /// What the highlighted operation changes.
    detail: Vec<Cell>,
    /// The first line of it that is shown.
    top: usize,
}

impl Ops {
    /// The operations in the order of the plan, before they are done.
    pub fn proposed(plan: &Arc<Plan>, guarded: &[Guarded]) -> Self {
        let mut whys: HashMap<Key, String> = HashMap::new();
        for (key, why) in guarded.iter().flat_map(|it| it.keys.iter().map(|key| (key, &it.why))) {
            let all = whys.entry(key.clone()).or_default();
            all.push_str(if all.is_empty() { "" } else { "; " });
            all.push_str(why);
        }
        let all = plan.ops().count();
        let is_one_reason = matches!(guarded, [it] if it.keys.len() == all);
        Self::new(plan, (whys, is_one_reason), Vec::new())
    }

    /// The operations after a plan ended: what was not done comes first.
    pub fn ended(plan: &Arc<Plan>, fates: Vec<StepFate>) -> Self {
        Self::new(plan, (HashMap::new(), false), fates)
    }

    fn new(
        plan: &Arc<Plan>,
        (guarded, is_one_reason): (HashMap<Key, String>, bool),
        fates: Vec<StepFate>,
    ) -> Self {
        let ops = |(step, of): (usize, usize)| (0..of).map(move |op| (step as u32, op as u32));
        let steps = plan.steps.iter().map(|step| step.0.len()).enumerate();
        let mut order: Vec<_> = steps.flat_map(ops).collect();
        order.sort_by_key(|(step, _)| fates.get(*step as usize).copied());
        let plan = Arc::clone(plan);
        let (at, detail, top) = (0, Vec::new(), 0);
        let mut list = Self { plan, order, fates, guarded, is_one_reason, at, detail, top };
        list.go(0);
        list
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The place of the highlighted one.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The highlighted one.
    pub fn op(&self) -> Option<&Op> {
        self.get(self.at).map(|(op, _)| op)
    }

    /// What the highlighted one changes, and the first line of it that is shown.
    pub fn detail(&self) -> (&[Cell], usize) {
        (&self.detail, self.top)
    }

    /// One of them in a line.
    pub fn line(&self, at: usize) -> Cell {
        let Some((op, step)) = self.get(at) else { return Cell::default() };
        let (sign, role) = match (op.base(), op.after()) {
            (None, _) => ("+", Role::Added),
            (Some(_), Some(_)) => ("~", Role::Warning),
            (Some(_), None) => ("-", Role::Removed),
        };
        let size =
            op.after().map_or_else(|| op.base().map_or(0, |b| b.value.len()), |(v, _)| v.len());
        let mut cell = Cell::new(format!("{sign} "), role)
            .then(requests::verb(op), Role::Text)
            .then(format!("  {}", bytes(size as u64)), Role::Muted);
        if self.guarded.contains_key(op.key()) {
            cell = cell.then("  held or written by others", Role::Warning);
        }
        match self.fates.get(step) {
            Some(StepFate::Unknown) => cell.then("  not known", Role::Critical),
            Some(StepFate::Open) => cell.then("  not done", Role::Warning),
            Some(StepFate::Left) => cell.then("  changed since, left", Role::Warning),
            Some(StepFate::Done) => cell.then("  done", Role::Muted),
            None => cell,
        }
    }

    /// Moves by a key; one that means nothing here changes nothing.
    pub fn key(&mut self, key: KeyEvent) {
        let is_shifted = key.modifiers.contains(KeyModifiers::SHIFT);
        match key.code {
            KeyCode::Up if is_shifted => self.scroll(-1),
            KeyCode::Down if is_shifted => self.scroll(1),
            KeyCode::Char('<') => self.scroll(-1),
            KeyCode::Char('>') => self.scroll(1),
            KeyCode::Up | KeyCode::Char('k') => self.step(-1),
            KeyCode::Down | KeyCode::Char('j') => self.step(1),
            KeyCode::PageUp => self.step(-10),
            KeyCode::PageDown => self.step(10),
            KeyCode::Home => self.go(0),
            KeyCode::End => self.go(usize::MAX),
            _ => {}
        }
    }

    /// Highlights another one, so many lines away.
    pub fn step(&mut self, by: isize) {
        self.go(self.at.saturating_add_signed(by));
    }

    /// Highlights the one at a place, or the last.
    pub fn go(&mut self, at: usize) {
        self.at = at.min(self.order.len().saturating_sub(1));
        self.top = 0;
        self.detail = self.op().map(|op| self.changes(op)).unwrap_or_default();
    }

    /// Moves what is shown of the highlighted one.
    pub fn scroll(&mut self, by: isize) {
        let last = self.detail.len().saturating_sub(1);
        self.top = self.top.saturating_add_signed(by).min(last);
    }

    fn get(&self, at: usize) -> Option<(&Op, usize)> {
        let (step, op) = self.order.get(at)?;
        let step = *step as usize;
        Some((self.plan.steps.get(step)?.0.get(*op as usize)?, step))
    }

    fn changes(&self, op: &Op) -> Vec<Cell> {
        let mut lines = Vec::new();
        let (before, after) = (op.base(), op.after());
        if before.is_none() {
            lines.push(Cell::new("there is no such key", Role::Muted));
        }
        if let (Some(before), Some((_, flags))) = (before, after)
            && before.flags != flags
        {
            lines.push(Cell::new(format!("flags {} -> {flags}", before.flags), Role::Warning));
        }
        let value = before.map(|base| &base.value[..]);
        let new = after.map(|(value, _)| &value[..]);
        let mut changed = difference(value, new).into_iter();
        // Elsewhere a difference goes from one datacenter to another.
        let is_replaced = value.is_some() && new.is_some() && value != new;
        let first = changed.next().map(|line| {
            if is_replaced {
                line.then("  - now", Role::Removed).then(", + then", Role::Added)
            } else {
                line
            }
        });
        lines.extend(first.into_iter().chain(changed));
        // The difference comes first, where there is little room. The request stands here whole, since
        // the line in the list may be cut off.
        lines.push(Cell::new(requests::verb(op), Role::Muted));
        if let Some(why) = self.guarded.get(op.key()).filter(|_| !self.is_one_reason) {
            lines.push(Cell::new(clean(why).into_owned(), Role::Warning));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kv::Entry;
    use crate::plan::{Plan, make};

    fn entry(value: &'static str, flags: u64) -> Entry {
        Entry {
            key: "app/a".into(),
            value: value.into(),
            flags,
            modify_index: 7,
            create_index: 5,
            lock_index: 0,
            session: None,
        }
    }

    /// What is said of an operation.
    fn said(op: Op) -> Vec<String> {
        let mut plan: Plan = make::delete(&"dc-1".into(), vec![entry("", 0)]);
        plan.steps[0].0[0] = op;
        let list = Ops::proposed(&Arc::new(plan), &[]);
        let text = |cell: &Cell| cell.runs.iter().map(|(text, _)| text.as_ref()).collect();
        list.detail().0.iter().map(text).collect()
    }

    fn put(base: Option<Entry>, value: &'static str) -> Op {
        Op::Put { key: "app/a".into(), value: value.into(), flags: 0, base }
    }

    #[test]
    fn where_a_value_is_replaced_it_is_said_which_is_now_and_which_then() {
        let lines = said(put(Some(entry("old", 0)), "new"));
        assert_eq!(lines[0], "@@ -1,1 +1,1 @@  - now, + then");
        assert!(!said(put(None, "new")).join(" ").contains("now"));
        assert!(!said(Op::Delete { base: entry("old", 0) }).join(" ").contains("now"));
    }

    #[test]
    fn values_are_called_empty_or_the_same_where_no_line_differs() {
        let of = |op: Op| said(op).into_iter().rev().nth(1);
        let lines = said(put(Some(entry("old", 5)), "old"));
        assert_eq!(lines[..2], ["flags 5 -> 0", "the values are the same"]);
        assert_eq!(of(put(None, "")).as_deref(), Some("an empty value"));
        assert_eq!(of(Op::Delete { base: entry("", 0) }).as_deref(), Some("an empty value"));
    }
}
