//! The words a command may begin with, other than views.
//!
//! Invariant: a word has one meaning; a view's name goes before an action's.

use super::{KeysVerb, ViewWord, Vocabulary};
use crate::app::action::{ACTIONS, Action, Group};

/// Words that leave from anywhere. An action of the same name would only go back one step.
const QUIT: &[&str] = &["quit", "q", "q!", "qa", "exit"];
/// The words of commands of their own; those that leave are in [`QUIT`].
const OWN: &[(&str, Own)] = &[
    ("dc", Own::Dc),
    ("theme", Own::Theme),
    ("sort", Own::Sort),
    ("group", Own::Group),
    ("export-events", Own::ExportEvents),
    ("at", Own::At),
];

/// What the first word of a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Show a view.
    View(ViewWord),
    /// Something that is no view.
    Own(Own),
}

/// A command that is no view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// `dc NAME`.
    Dc,
    /// `theme NAME`.
    Theme,
    /// `sort COLUMN [desc]`.
    Sort,
    /// `group service|node|flat`.
    Group,
    /// `export-events FILE`.
    ExportEvents,
    /// `at TIME`.
    At,
    /// Something with many keys.
    Keys(KeysVerb),
    /// Leave.
    Quit,
    /// An action of the table.
    Act(Action),
}

impl Verb {
    /// What a word means, whatever its case; `None` when it means nothing.
    pub fn named(word: &str, words: &Vocabulary) -> Option<Self> {
        let word = word.to_lowercase();
        let is_view = |view: &&ViewWord| view.name == word || view.aliases.contains(&&*word);
        if let Some(view) = words.views.iter().find(is_view) {
            return Some(Self::View(*view));
        }
        if QUIT.contains(&&*word) {
            return Some(Self::Own(Own::Quit));
        }
        let own = OWN.iter().find(|(name, _)| *name == word).map(|(_, own)| *own);
        let of_keys = keys(words).find(|(name, _)| *name == word).map(|(_, verb)| Own::Keys(verb));
        own.or(of_keys).or_else(|| Action::named(&word).map(Own::Act)).map(Self::Own)
    }
}

/// The words to offer, views first, then their aliases, words of their own and actions.
pub fn all<'a>(words: &Vocabulary<'a>) -> impl Iterator<Item = &'a str> {
    let views = words.views;
    // An action that a key does better than a word would only be in the way here.
    let typed = ACTIONS.iter().filter(|info| !is_movement(info.action));
    let names = views.iter().map(|view| view.name);
    let aliases = views.iter().flat_map(|view| view.aliases.iter().copied());
    let own = OWN.iter().map(|(name, _)| *name);
    let keys = keys(words).map(|(name, _)| name);
    names.chain(aliases).chain(own).chain(keys).chain(typed.map(|info| info.name))
}

/// The verbs about many keys that there are.
fn keys(words: &Vocabulary) -> impl Iterator<Item = (&'static str, KeysVerb)> {
    let is_read_only = words.is_read_only;
    KeysVerb::ALL.into_iter().filter(move |(_, verb)| !is_read_only || !verb.is_change())
}

/// True for a verb that is not there because nothing may be changed.
pub fn is_refused(word: &str, words: &Vocabulary) -> bool {
    let is_it =
        |(name, verb): &(&str, KeysVerb)| word.eq_ignore_ascii_case(name) && verb.is_change();
    words.is_read_only && KeysVerb::ALL.iter().any(is_it)
}

/// True for what only makes sense on a key.
fn is_movement(action: Action) -> bool {
    let group = action.info().map(|info| info.group);
    matches!(group, Some(Group::Navigation | Group::Datacenters)) || action == Action::Command
}
