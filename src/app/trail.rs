//! The views that the operator came through, like pages of a browser.
//!
//! Only the current one takes in changes; another one gives its rows up and loads them anew when it is
//! shown again.
//! Invariant: there is always a current view.

use super::msg::ViewId;
use crate::views::{Place, View, registry};

/// Views kept; going further forgets the oldest.
const KEPT: usize = 20;

/// The views, and which of them is shown.
pub struct Trail {
    views: Vec<(ViewId, Box<dyn View>)>,
    at: usize,
    /// The one shown before the current one.
    last: usize,
    next_id: ViewId,
}

impl Trail {
    /// A trail that begins here.
    pub fn new(place: &Place) -> Self {
        Self { views: vec![(0, registry::open(place))], at: 0, last: 0, next_id: 1 }
    }

    /// The view on screen.
    pub fn view(&self) -> &dyn View {
        // `at` is always a place of `views`, which is never empty.
        self.views.get(self.at).map_or_else(|| unreachable!(), |(_, view)| view.as_ref())
    }

    /// The view on screen, to be changed.
    pub fn view_mut(&mut self) -> &mut dyn View {
        self.views.get_mut(self.at).map_or_else(|| unreachable!(), |(_, view)| view.as_mut())
    }

    /// The id of the view on screen.
    pub fn id(&self) -> ViewId {
        self.views.get(self.at).map_or(0, |(id, _)| *id)
    }

    /// The view with this id, while it is still there.
    pub fn by_id(&mut self, id: ViewId) -> Option<&mut Box<dyn View>> {
        self.views.iter_mut().find(|(other, _)| *other == id).map(|(_, view)| view)
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
        self.views.push((self.next_id, registry::open(place)));
        self.next_id += 1;
        self.at = self.views.len() - 1;
        true
    }

    /// One step back or forward; false at the end of the trail.
    pub fn step(&mut self, by: isize) -> bool {
        let Some(to) = self.at.checked_add_signed(by).filter(|to| *to < self.views.len()) else {
            return false;
        };
        self.view_mut().hide();
        self.last = self.at;
        self.at = to;
        true
    }

    /// The view shown before this one; false when there is none.
    pub fn back_and_forth(&mut self) -> bool {
        if self.last == self.at || self.last >= self.views.len() {
            return false;
        }
        self.view_mut().hide();
        std::mem::swap(&mut self.last, &mut self.at);
        true
    }

    /// The places from the first to the current one.
    pub fn crumbs(&self) -> impl Iterator<Item = &Place> {
        self.views.iter().take(self.at + 1).map(|(_, view)| view.place())
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
        assert!(trail.back_and_forth());
        assert_eq!(*trail.view().place(), place(3 * KEPT - 2));
        while trail.step(-1) {}
        assert_eq!(*trail.view().place(), place(2 * KEPT));
    }
}
