//! The `[keys]` section: which keys it gives to each action, and in which line each thing stands.
//!
//! Whether there are such actions and keys is not known here; whoever finds out that there are not
//! asks for the line to tell.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::misspelt::line_of;

/// The section as it is written.
pub(super) type Section = BTreeMap<Spanned<String>, Spanned<OneOrMany>>;

/// One key or a list of them.
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<Spanned<String>>),
}

/// Keys by action, as the file gives them.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    overrides: BTreeMap<String, Vec<String>>,
    lines: HashMap<(String, Option<String>), usize>,
}

impl Keys {
    /// From the section of a file with this text.
    pub(super) fn new(section: Section, text: &str) -> Self {
        let mut keys = Self::default();
        for (action, given) in section {
            let line = line_of(text, action.span().start);
            let action = action.into_inner();
            let at = given.span().start;
            let given = match given.into_inner() {
                OneOrMany::One(key) => vec![(at, key)],
                OneOrMany::Many(all) => {
                    all.into_iter().map(|key| (key.span().start, key.into_inner())).collect()
                }
            };
            keys.lines.insert((action.clone(), None), line);
            for (at, key) in &given {
                let line = line_of(text, *at);
                keys.lines.entry((action.clone(), Some(key.clone()))).or_insert(line);
            }
            keys.overrides.insert(action, given.into_iter().map(|(_, key)| key).collect());
        }
        keys
    }

    /// The keys of each action that has its own.
    pub fn overrides(&self) -> &BTreeMap<String, Vec<String>> {
        &self.overrides
    }

    /// The line, from 1, in which an action or one of its keys stands.
    pub fn line(&self, action: &str, key: Option<&str>) -> Option<usize> {
        self.lines.get(&(action.to_owned(), key.map(str::to_owned))).copied()
    }
}

/// By hand: serde's untagged enums lose the places of what is in them.
impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a key or a list of keys")
            }

            fn visit_str<E: Error>(self, key: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(key.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = seq.next_element()? {
                    keys.push(key);
                }
                Ok(OneOrMany::Many(keys))
            }
        }

        from.deserialize_any(Keys)
    }
}
