//! What can be wrong with a user's keymap, in words.
//!
//! Each message is one line that says what is wrong and what to do; the file it stands in is known
//! to the caller only.

use std::fmt;

use super::{BadKey, Key};

/// A problem and what of the overrides has it, as it is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The override's action.
    pub action: String,
    /// The key among those given to it; `None` when it is the action.
    pub key: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

/// Why an override of the keymap cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no such action.
    UnknownAction {
        /// The name given.
        name: String,
        /// The name that was likely meant.
        nearest: Option<&'static str>,
    },
    /// A text that is no key.
    BadKey {
        /// The action it was given to.
        action: &'static str,
        /// What was given.
        error: BadKey,
    },
    /// Two overrides want one key.
    Clash {
        /// The key.
        key: Key,
        /// The action that had it first.
        first: &'static str,
        /// The other action.
        second: &'static str,
    },
    /// Esc on an action that leaves: an arrow key cut in two by the network begins with Esc.
    EscapeQuits {
        /// The action.
        action: &'static str,
    },
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAction { name, nearest: Some(nearest) } => {
                write!(f, "unknown action '{name}' in [keys]; did you mean '{nearest}'?")
            }
            Self::UnknownAction { name, nearest: None } => {
                write!(f, "unknown action '{name}' in [keys]; the help ('?') names them all")
            }
            Self::BadKey { action, error } => write!(f, "key of '{action}' in [keys]: {error}"),
            Self::Clash { key, first, second } => {
                write!(
                    f,
                    "key '{key}' is given to both '{first}' and '{second}' in [keys]; keep one of \
                     them"
                )
            }
            Self::EscapeQuits { action } => {
                write!(f, "'esc' cannot be a key of '{action}' in [keys]: it only ever goes back")
            }
        }
    }
}
