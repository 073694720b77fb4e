//! The filter line while it is being typed.
//!
//! Invariant: a half-typed expression changes nothing that is shown; the last good filter stays,
//! and the error stands beside it.

use super::{Filter, FilterError};

/// What a change of the text means for the rows shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The same rows as before.
    Same,
    /// Some of the rows shown, no others.
    Narrowed,
    /// Any rows.
    Replaced,
}

/// The filter line while it is being typed.
#[derive(Clone, Debug, Default)]
pub struct LiveFilter {
    text: String,
    filter: Filter,
    error: Option<FilterError>,
    is_fuzzy: bool,
}

impl LiveFilter {
    /// A line that begins with this text; every text is a fuzzy query if that is said.
    pub fn new(text: &str, is_fuzzy: bool) -> Self {
        let mut live = Self { is_fuzzy, ..Self::default() };
        live.set(text);
        live
    }

    /// Takes the text as it is now, without its `/`.
    pub fn set(&mut self, text: &str) -> Changed {
        if self.text == text {
            return Changed::Same;
        }
        text.clone_into(&mut self.text);
        let parsed = if self.is_fuzzy { Ok(Filter::fuzzy(text)) } else { Filter::parse(text) };
        let filter = match parsed {
            Ok(filter) => filter,
            Err(error) => {
                self.error = Some(error);
                return Changed::Same;
            }
        };
        self.error = None;
        let previous = std::mem::replace(&mut self.filter, filter);
        match (self.filter.narrows(&previous), previous.narrows(&self.filter)) {
            (true, true) => Changed::Same,
            (true, false) => Changed::Narrowed,
            (false, _) => Changed::Replaced,
        }
    }

    /// The last filter that could be used.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The text as typed, whether it can be used or not.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Why the text cannot be used, when it cannot.
    pub fn error(&self) -> Option<&FilterError> {
        self.error.as_ref()
    }
}
