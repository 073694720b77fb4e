//! Shared text: each distinct string is kept once.
//!
//! One interner serves the answers of one list of one datacenter. It only ever holds text that a
//! parsed value still uses, provided it is pruned after old values were dropped.

use std::collections::HashSet;
use std::sync::Arc;

/// Longer text (a check's long output) is rarely repeated; hashing it would cost more than it saves.
const LONGEST: usize = 512;

/// Gives out shared text.
#[derive(Debug, Default)]
pub struct Interner {
    known: HashSet<Arc<str>, foldhash::fast::RandomState>,
}

impl Interner {
    /// The shared text that equals `text`.
    pub fn text(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return Arc::from(text);
        }
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = Arc::from(text);
        self.known.insert(Arc::clone(&new));
        new
    }

    /// The name type over the shared text.
    pub fn name<N: From<Arc<str>>>(&mut self, text: &str) -> N {
        N::from(self.text(text))
    }

    /// Forgets text that nobody uses any more. Linear in what is held.
    pub fn prune(&mut self) {
        self.known.retain(|text| Arc::strong_count(text) > 1);
    }

    /// How many texts are held.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// True when nothing is held.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_text_is_kept_once_and_only_while_used() {
        let mut interner = Interner::default();
        let (a, b) = (interner.text("web"), interner.text("web"));
        assert!(Arc::ptr_eq(&a, &b));
        interner.text("gone");
        interner.prune();
        assert_eq!(interner.len(), 1);
        drop((a, b));
        interner.prune();
        assert!(interner.is_empty());
    }
}
