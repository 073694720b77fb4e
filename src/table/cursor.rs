//! The cursor of a list: a key, its place in the order, and what of the order is on screen.
//!
//! It stays on top until the operator moves it; from then on it stays on its row. When the row
//! vanishes a neighbour is highlighted, and [`Cursor::is_chosen`] turns false until it is moved.

use std::ops::Range;

/// A cursor over rows with keys `K`.
#[derive(Debug)]
pub(super) struct Cursor<K> {
    key: Option<K>,
    at: usize,
    is_pinned: bool,
    is_lost: bool,
    offset: usize,
    height: usize,
}

impl<K> Default for Cursor<K> {
    fn default() -> Self {
        Self { key: None, at: 0, is_pinned: false, is_lost: false, offset: 0, height: 1 }
    }
}

impl<K> Cursor<K> {
    /// Its place in the order.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Rows on screen.
    pub fn height(&self) -> usize {
        self.height.max(1)
    }

    /// True when it is where the operator put it.
    pub fn is_chosen(&self) -> bool {
        self.is_pinned && !self.is_lost
    }

    /// True when the row that it was put on vanished.
    pub fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// The key that it follows; none while it stays on top.
    pub fn followed(&self) -> Option<&K> {
        self.key.as_ref().filter(|_| self.is_pinned)
    }

    /// The operator puts it on the row `key` at `at` of `len` rows.
    pub fn put(&mut self, key: Option<K>, at: usize, len: usize) {
        *self = Self { key, at, is_pinned: true, is_lost: false, ..*self };
        self.scroll(len);
    }

    /// The order changed to `len` rows; `found` is where the followed row is now.
    pub fn moved(&mut self, found: Option<usize>, len: usize) {
        if !self.is_pinned {
            self.at = 0;
        } else if let Some(at) = found {
            // It keeps its line on screen while rows above it come and go.
            let line = self.at.saturating_sub(self.offset);
            self.offset = at.saturating_sub(line);
            self.at = at;
            self.is_lost = false;
        } else {
            self.at = self.at.min(len.saturating_sub(1));
            self.is_lost = true;
        }
        self.scroll(len);
    }

    /// The screen holds `height` rows of `len`.
    pub fn fit(&mut self, height: usize, len: usize) {
        self.height = height;
        self.scroll(len);
    }

    /// The places of the order that are on screen.
    pub fn window(&self, len: usize) -> Range<usize> {
        let start = self.offset.min(len);
        start..(start + self.height).min(len)
    }

    /// Scrolls as little as puts the cursor on screen.
    fn scroll(&mut self, len: usize) {
        let height = self.height();
        let lowest = len.saturating_sub(height);
        let offset = self.offset.min(lowest).min(self.at);
        self.offset = offset.max((self.at + 1).saturating_sub(height));
    }
}
