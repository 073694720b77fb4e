//! What lies over the view: help, a line being typed, the finder, an edit, or a question. At most
//! one at a time.

use super::confirm::Confirm;
use super::edit::Edit;
use super::jump::{Finder, Hits};
use super::planning::Planning;
use super::prompt::Prompt;
use crate::table::filter::Filter;

/// What lies over the view.
#[derive(Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The keys and commands, from this line on.
    Help(usize),
    /// A command is being typed.
    Command,
    /// A filter is being typed; what was filtered by before, and what is wrong with the line.
    Filter {
        /// The line.
        prompt: Prompt,
        /// The filter to go back to.
        before: Filter,
        /// Why the line is not a filter yet.
        error: Option<String>,
    },
    /// Anything in any datacenter is being looked for.
    Jump {
        /// The line.
        prompt: Prompt,
        /// What was found.
        finder: Box<Finder>,
        /// True when Enter was pressed before the hits of what was typed had come.
        is_chosen: bool,
    },
    /// A value is being edited.
    Edit(Box<Edit>),
    /// An edit that was left open is offered, by its place among them.
    Offer(usize),
    /// A change waits for its answer.
    Confirm(Box<Confirm>),
    /// Many keys are read for a plan, changed by it, or reported of.
    Plan(Box<Planning>),
}

impl Overlay {
    /// Takes in the finder's hits; false when they are late.
    pub fn found(&mut self, hits: Hits) -> bool {
        match self {
            Self::Jump { finder, .. } => finder.accept(hits),
            _ => false,
        }
    }

    /// Scrolls help or the hits by lines.
    pub fn scroll(&mut self, by: isize) {
        match self {
            Self::Help(top) => *top = top.saturating_add_signed(by),
            Self::Jump { finder, .. } if by < 0 => finder.up(),
            Self::Jump { finder, .. } => finder.down(),
            Self::Edit(edit) => edit.scroll(by),
            Self::Confirm(confirm) => confirm.scroll(by),
            Self::Plan(planning) => planning.scroll(by),
            _ => {}
        }
    }
}
