//! Which keys of the source belong to which of the destination, and which are left out.
//!
//! As consul-replicate 0.4.0 does it: a prefix is a beginning of names and need not be a folder, a
//! key's name in the destination is the destination's prefix and the rest, and a key is left out
//! when its name *in the source* begins with an exclude. Names here are those below the prefixes.

use crate::domain::ids::Key;

/// What is carried, and what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// The prefix in the source.
    pub source: Key,
    /// The prefix in the destination.
    pub destination: Key,
    /// Beginnings of names in the source.
    pub exclude: Vec<Key>,
}

impl Rule {
    /// True for the name of a key that is neither written nor deleted.
    pub fn is_left_out(&self, name: &str) -> bool {
        self.exclude.iter().any(|exclude| begins(self.source.as_str(), name, exclude.as_str()))
    }
}

/// True when `prefix` followed by `name` begins with `wanted`.
fn begins(prefix: &str, name: &str, wanted: &str) -> bool {
    match wanted.strip_prefix(prefix) {
        Some(rest) => name.starts_with(rest),
        // Shorter than the prefix, or of another place.
        None => prefix.starts_with(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exclude_is_a_beginning_of_the_name_in_the_source() {
        let rule = |exclude: &str| Rule {
            source: "config/".into(),
            destination: "mirror/".into(),
            exclude: vec![exclude.into()],
        };
        for (exclude, name, is_left_out) in [
            ("config/private/", "private/a", true),
            ("config/private/", "privateer", false),
            ("config/priv", "privateer", true),
            ("config/", "a", true),
            ("conf", "a", true),
            ("mirror/private/", "private/a", false),
            ("config/private/", "private", false),
        ] {
            assert_eq!(rule(exclude).is_left_out(name), is_left_out, "{exclude} {name}");
        }
        assert!(!Rule::default().is_left_out("a"));
    }
}
