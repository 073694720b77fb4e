//! Why a typed line is no command, in words that say what to type instead.

use std::fmt;

use crate::domain::event::query::QueryError;

/// What is said of a key or command that would change something where nothing may be changed.
pub const READ_ONLY: &str = "read-only: nothing may be changed";

/// Why a line is no command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// Nothing was typed.
    Empty,
    /// A word that is not known.
    Unknown {
        /// What it should have named.
        what: &'static str,
        /// The word.
        word: String,
        /// The word that was likely meant.
        nearest: Option<String>,
        /// The words that there are, where they are few enough to be said; else empty.
        known: Vec<String>,
    },
    /// A name is missing.
    Missing {
        /// The word that needs it.
        word: String,
        /// What is missing.
        what: &'static str,
    },
    /// More than the command takes.
    TooMuch {
        /// The command.
        word: String,
        /// The first word too many.
        extra: String,
    },
    /// The names do not fit the command.
    Usage {
        /// What does.
        usage: &'static str,
    },
    /// What is asked of the events cannot be understood.
    Query(QueryError),
    /// It would change something where nothing may be changed.
    ReadOnly,
    /// Datacenters or a filter given to what is not a view.
    NotAView {
        /// The command.
        word: String,
    },
}

impl std::error::Error for CommandError {}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("type a command, such as ':services'"),
            Self::Unknown { what, word, nearest: Some(nearest), .. } => {
                write!(f, "there is no {what} '{word}'; did you mean '{nearest}'?")
            }
            Self::Unknown { what, word, nearest: None, known } if known.is_empty() => {
                write!(f, "there is no {what} '{word}'")
            }
            Self::Unknown { what, word, nearest: None, known } => {
                write!(f, "there is no {what} '{word}'; there are {}", known.join(", "))
            }
            Self::Missing { word, what } => write!(f, "type {what} after '{word}'"),
            Self::TooMuch { word, extra } => {
                write!(f, "'{word}' takes no '{extra}'; to filter rows, type '/{extra}'")
            }
            Self::Usage { usage } => {
                write!(f, "type '{usage}'; a name with blanks stands in quotes")
            }
            Self::Query(error) => error.fmt(f),
            Self::ReadOnly => f.write_str(READ_ONLY),
            Self::NotAView { word } => {
                write!(f, "'{word}' is not a view: it takes neither '@dc' nor '/filter'")
            }
        }
    }
}
