//! Finding anything in any datacenter: what can be found, and the state of the finder.
//!
//! A search over many entries takes longer than a key may, so the finder hands out a [`Job`] that
//! the shell runs elsewhere and whose [`Hits`] come back; an answer to an older question is
//! dropped by its generation. It opens nothing: what a target means to the route is not its matter.

mod job;
mod placed;
mod target;

use std::sync::Arc;

pub use job::{Hit, Hits, Job};
pub use placed::{Pairs, Placed};
pub use target::{Target, Targets};

/// How many hits are kept for the screen.
pub const SHOWN: usize = 100;

/// The finder while it is open.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    targets: Targets,
    query: String,
    generation: u64,
    answer: Option<Arc<Hits>>,
    cursor: usize,
}

impl Finder {
    /// Searches among these from now on, for the same text.
    pub fn set_targets(&mut self, targets: Targets) -> Job {
        self.targets = targets;
        // Survivors are places among the old targets.
        self.ask(None)
    }

    /// How many have a name of their own.
    pub fn labelled(&self) -> usize {
        self.targets.labelled() as usize
    }

    /// Searches for this text from now on. Where it narrows the last answered search, only that
    /// one's survivors are looked at.
    pub fn set_query(&mut self, query: &str) -> Job {
        query.clone_into(&mut self.query);
        self.cursor = 0;
        let answer = self.answer.as_ref().filter(|hits| self.targets.is_same(&hits.targets));
        self.ask(answer.cloned())
    }

    /// A job for the present question.
    fn ask(&mut self, answered: Option<Arc<Hits>>) -> Job {
        self.generation += 1;
        Job::new(self.generation, &self.query, self.targets.clone(), answered)
    }

    /// Takes an answer; false when it answers an older question, and was dropped.
    pub fn accept(&mut self, hits: Hits) -> bool {
        if hits.generation != self.generation {
            return false;
        }
        let selected = self.selected().cloned();
        let place =
            selected.and_then(|target| hits.top.iter().position(|hit| hit.target == target));
        if self.cursor > 0 {
            self.cursor = place.unwrap_or(0);
        }
        self.answer = Some(Arc::new(hits));
        true
    }

    /// The hits to draw, best first; those of the question before while the new one is answered.
    pub fn hits(&self) -> &[Hit] {
        self.answer.as_ref().map_or(&[], |hits| hits.top.as_slice())
    }

    /// How many hits there are, also those that are not drawn.
    pub fn total(&self) -> usize {
        self.answer.as_ref().map_or(0, |hits| hits.total())
    }

    /// The text searched for.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// True while the hits shown answer an older question.
    pub fn is_searching(&self) -> bool {
        self.answer.as_ref().is_none_or(|hits| hits.generation != self.generation)
    }

    /// One hit up; stays at the first.
    pub fn up(&mut self) {
        self.cursor = self.cursor.saturating_sub(1);
    }

    /// One hit down; stays at the last.
    pub fn down(&mut self) {
        self.cursor = (self.cursor + 1).min(self.hits().len().saturating_sub(1));
    }

    /// The place of the cursor among the hits.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The target under the cursor; `None` without hits.
    pub fn selected(&self) -> Option<&Target> {
        self.hits().get(self.cursor).map(|hit| &hit.target)
    }
}

#[cfg(test)]
mod tests;
