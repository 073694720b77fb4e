//! The views that the operator came through, like pages of a browser.
//!
//! Only the current one takes in changes; another one gives its rows up and loads them anew when it is
//! shown again.
//! A step that limited all lists to a datacenter lifts that when it is taken back.
//! Invariant: there is always a current view, and the one shown before it lies next to it.

use super::msg::ViewId;
use crate::domain::ids::Dc;
use crate::views::{Place, View, registry};

/// Views kept; going further forgets the oldest.
const KEPT: usize = 20;

/// What all lists were limited to before a step and what by it.
struct Limit {
    before: Option<Dc>,
    after: Option<Dc>,
}

/// A view, and what the step to it changed.
struct Step {
    id: ViewId,
    view: Box<dyn View>,
    limit: Option<Limit>,
}

/// The views, and which of them is shown.
pub struct Trail {
    views: Vec<Step>,
    at: usize,
    /// The one shown before the current one.
    last: usize,
    next_id: ViewId,
}

impl Trail {
    /// A trail that begins here.
    pub fn new(place: &Place) -> Self {
        let first = Step { id: 0, view: registry::open(place), limit: None };
        Self { views: vec![first], at: 0, last: 0, next_id: 1 }
    }

    /// The view on screen.
    pub fn view(&self) -> &dyn View {
        // `at` is always a place of `views`, which is never empty.
        self.views.get(self.at).map_or_else(|| unreachable!(), |step| step.view.as_ref())
    }

    /// The view on screen, to be changed.
    pub fn view_mut(&mut self) -> &mut dyn View {
        self.views.get_mut(self.at).map_or_else(|| unreachable!(), |step| step.view.as_mut())
    }

    /// The id of the view on screen.
    pub fn id(&self) -> ViewId {
        self.views.get(self.at).map_or(0, |step| step.id)
    }

    /// The view with this id, while it is still there.
    pub fn by_id(&mut self, id: ViewId) -> Option<&mut Box<dyn View>> {
        self.views.iter_mut().find(|step| step.id == id).map(|step| &mut step.view)
    }

    /// Goes to a place; what was forward of here is forgotten. Nothing happens when it is here.
    pub fn open(&mut self, place: &Place) -> bool {
        if self.view().place() == place {
            return false;
        }
        // While it is still at its place: to forget the oldest moves them all.
        self.view_mut().hide();
        self.views.truncate(self.at + 1);
        if self.views.len() == KEPT {
            self.views.remove(0);
        }
        self.last = self.views.len() - 1;
        self.views.push(Step { id: self.next_id, view: registry::open(place), limit: None });
        self.next_id += 1;
        self.at = self.views.len() - 1;
        true
    }

    /// Notes what the step to the current view changed in what all lists are limited to.
    pub fn limited(&mut self, before: Option<Dc>, after: Option<Dc>) {
        if let Some(step) = self.views.get_mut(self.at) {
            step.limit = Some(Limit { before, after });
        }
    }

    /// One step back or forward, with the limit that the step brought unless that was changed since;
    /// false at the end of the trail.
    pub fn step(&mut self, by: isize, focus: &mut Option<Dc>) -> bool {
        let Some(to) = self.at.checked_add_signed(by).filter(|to| *to < self.views.len()) else {
            return false;
        };
        self.turn_to(to, focus);
        true
    }

    /// The view shown before this one; false when there is none.
    pub fn back_and_forth(&mut self, focus: &mut Option<Dc>) -> bool {
        if self.last == self.at || self.last >= self.views.len() {
            return false;
        }
        self.turn_to(self.last, focus);
        true
    }

    /// Shows a view next to this one.
    fn turn_to(&mut self, to: usize, focus: &mut Option<Dc>) {
        let later = self.views.get(to.max(self.at)).and_then(|step| step.limit.as_ref());
        if let Some(Limit { before, after }) = later {
            let (left, reached) = if to < self.at { (after, before) } else { (before, after) };
            if focus == left {
                focus.clone_from(reached);
            }
        }
        self.view_mut().hide();
        self.last = self.at;
        self.at = to;
    }

    /// Lets every view forget what it kept of another moment.
    pub fn forget(&mut self) {
        self.views.iter_mut().for_each(|step| step.view.forget());
    }

    /// The places from the first to the current one.
    pub fn crumbs(&self) -> impl Iterator<Item = &Place> {
        self.views.iter().take(self.at + 1).map(|step| step.view.place())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_way_keeps_the_newest_views_and_the_way_back() {
        let place = |n: usize| Place::new("kv").of(&format!("folder-{n}/"));
        let mut trail = Trail::new(&place(0));
        for n in 1..3 * KEPT {
            assert!(trail.open(&place(n)));
            assert_eq!(*trail.view().place(), place(n));
        }
        assert_eq!(trail.crumbs().count(), KEPT);
        assert!(trail.back_and_forth(&mut None));
        assert_eq!(*trail.view().place(), place(3 * KEPT - 2));
        while trail.step(-1, &mut None) {}
        assert_eq!(*trail.view().place(), place(2 * KEPT));
    }
}
