//! A look at the beginning of a long answer while the rest of it is on its way.
//!
//! It changes nothing of the exchange: the answer is gathered and read whole all the same, and one
//! that breaks off is an error. Invariants: an answer shorter than [`LEAST`] is never looked at, and
//! all looks at one together cost no more than twice the longest.

use std::fmt;
use std::sync::Arc;

/// A shorter beginning is not worth a look: the whole is nearly there.
pub const LEAST: usize = 64 << 10;
/// What shows nothing by then is left alone until it is whole.
const MOST: usize = 1 << 20;

type Look = dyn Fn(&[u8]) -> bool + Send + Sync;

/// Looks at a beginning; true when it has seen enough.
#[derive(Clone)]
pub struct Peek(Arc<Look>);

impl Peek {
    /// Looks by this.
    pub fn new(look: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(look))
    }
}

impl fmt::Debug for Peek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Peek")
    }
}

/// The looks at one answer.
pub(super) struct Peeking<'a> {
    peek: Option<&'a Peek>,
    next: usize,
}

impl<'a> Peeking<'a> {
    /// None yet.
    pub fn new(peek: Option<&'a Peek>) -> Self {
        Self { peek, next: LEAST }
    }

    /// Looks at what is there of the answer, if there is enough more of it; true when it has seen
    /// enough by that.
    pub fn see(&mut self, body: &[u8]) -> bool {
        // No more than that of a long piece: the first rows are wanted soon.
        let (Some(peek), Some(begun)) = (self.peek, body.get(..self.next)) else { return false };
        self.next *= 2;
        let has_seen = (peek.0)(begun);
        if has_seen || self.next > MOST {
            self.peek = None;
        }
        has_seen
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// How long the beginnings were that were looked at until one was this long.
    fn looks(enough: usize, pieces: impl Iterator<Item = usize>) -> Vec<usize> {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let seeing = Arc::clone(&seen);
        let peek = Peek::new(move |body| {
            seeing.lock().unwrap().push(body.len());
            body.len() >= enough
        });
        let (mut peeking, mut body) = (Peeking::new(Some(&peek)), Vec::new());
        for piece in pieces {
            body.resize(body.len() + piece, b' ');
            peeking.see(&body);
        }
        seen.lock().unwrap().clone()
    }

    #[test]
    fn a_short_answer_is_not_looked_at() {
        assert!(looks(0, [LEAST / 2, LEAST / 2 - 1].into_iter()).is_empty());
    }

    #[test]
    fn it_looks_seldom_and_not_after_it_saw_enough() {
        let quarters = || std::iter::repeat_n(LEAST / 4, 1000);
        assert_eq!(looks(0, quarters()), [LEAST]);
        assert_eq!(looks(LEAST + 1, quarters()), [LEAST, 2 * LEAST]);
        assert_eq!(looks(0, std::iter::once(10 * LEAST)), [LEAST]);
        let in_vain = looks(usize::MAX, quarters());
        assert_eq!(in_vain, [LEAST, 2 * LEAST, 4 * LEAST, 8 * LEAST, 16 * LEAST]);
    }
}
