//! What can be wrong with a user's keymap, in words.
//!
//! Each message is one line that says what is wrong and what to do; the file it stands in is known
//! to the caller only.

use std::fmt;

use super::{BadKey, Key};

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
                write!(f, "there is no action '{name}'; did you mean '{nearest}'?")
            }
            Self::UnknownAction { name, nearest: None } => {
                write!(f, "there is no action '{name}'; the help ('?') names them all")
            }
            Self::BadKey { action, error } => write!(f, "key of '{action}': {error}"),
            Self::Clash { key, first, second } => {
                write!(f, "key '{key}' is given to both '{first}' and '{second}'; keep one of them")
            }
            Self::EscapeQuits { action } => {
                write!(f, "'esc' cannot be a key of '{action}': it only ever goes back")
            }
        }
    }
}
