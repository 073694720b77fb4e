//! The command line: what a typed line means, and what it may become.
//!
//! ```text
//! :NAME [ARG] [@dc|@*] [/filter]
//! ```
//! Everything from a word that begins with `/` belongs to the filter. Commands about many keys have
//! words of their own ([`KeysCommand`]). It changes no state and
//! knows no view; the words that have a meaning come as a [`Vocabulary`]. Invariant: a command
//! that was understood names only views, actions and (where any are known) datacenters that exist.

mod complete;
mod error;
mod keys;
mod parse;
mod verb;
mod word;

use super::action::Action;

pub use complete::complete;
pub use error::{CommandError, READ_ONLY};
pub use keys::{KeysCommand, KeysVerb, Name, Other};
pub use parse::parse;
pub use word::quoted;

/// What may follow the name of a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: a list.
    #[default]
    Nothing,
    /// A service, which must be named.
    Service,
    /// A node, which must be named.
    Node,
    /// A folder of the KV store; without one, the top.
    Folder,
    /// A key of the KV store, which must be named.
    Key,
    /// Two folders of the KV store, or a folder and a file.
    Sides,
    /// What is looked for; without it, everything.
    Text,
    /// A folder, and behind a slash what is looked for in its values.
    Search,
    /// A kind of stream between datacenters; without one, all kinds.
    Kind,
    /// Which events are asked for; without it, all of them.
    Events,
}

/// A view as the command line knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewWord {
    /// Its name, in lower case.
    pub name: &'static str,
    /// Other words for it, in lower case.
    pub aliases: &'static [&'static str],
    /// What may follow.
    pub takes: Takes,
    /// What it shows, as a line of help.
    pub doc: &'static str,
}

/// The words that have a meaning now. An empty list of names means that none are known yet.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary<'a> {
    /// The views.
    pub views: &'a [ViewWord],
    /// The names of the datacenters.
    pub dcs: Vec<&'a str>,
    /// The names of the services.
    pub services: Vec<&'a str>,
    /// The names of the nodes.
    pub nodes: Vec<&'a str>,
    /// The names of the themes.
    pub themes: Vec<&'a str>,
    /// True where nothing may be changed: the commands that would are not there.
    pub is_read_only: bool,
}

/// Which datacenters a command is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DcScope {
    /// The command does not say: those shown now.
    #[default]
    Unchanged,
    /// All of them (`@*`).
    All,
    /// One (`@dc-2`).
    One(String),
}

/// What rows are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// By service.
    #[default]
    Service,
    /// By node.
    Node,
    /// Not at all.
    Flat,
}

/// A command that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Show a view.
    Open {
        /// Its name, as the [`ViewWord`] has it.
        view: &'static str,
        /// The service or node; there when the view takes one.
        arg: Option<String>,
        /// Which datacenters.
        dc: DcScope,
        /// The filter to set, without its `/`.
        filter: Option<String>,
    },
    /// Change the view shown (`:@dc-2`, `:/billing`).
    Narrow {
        /// Which datacenters.
        dc: DcScope,
        /// The filter to set, without its `/`.
        filter: Option<String>,
    },
    /// Change the datacenters shown, never to `Unchanged`.
    Dc(DcScope),
    /// Change the theme.
    Theme(String),
    /// Sort by the column of this name, as typed.
    Sort {
        /// The column; which there are is the view's matter.
        column: String,
        /// True for the greatest first.
        descending: bool,
    },
    /// Group rows.
    Group(Grouping),
    /// Do something with many keys.
    Keys(KeysCommand),
    /// Leave, from anywhere.
    Quit,
    /// Any other action, by its name (`:help`, `:wide`, `:refresh`).
    Act(Action),
}

impl Grouping {
    /// All of them, in the order in which the key goes through them.
    pub const ALL: [Self; 3] = [Self::Service, Self::Node, Self::Flat];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Node => "node",
            Self::Flat => "flat",
        }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Service => Self::Node,
            Self::Node => Self::Flat,
            Self::Flat => Self::Service,
        }
    }
}

#[cfg(test)]
mod tests;
