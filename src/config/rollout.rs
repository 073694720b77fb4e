//! The `[rollout]` section: how the version of an instance is found.
//!
//! Patterns are read here, so that a faulty one is told with its line.

use std::sync::Arc;

use regex::Regex;
use serde::Deserialize;

use crate::domain::version::{Rule, Rules, Source, TagRule};

/// The section as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Section {
    meta: Option<Names>,
    tag: Option<Pattern>,
    version: Vec<OwnRule>,
}

/// One name or a list of them.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a key or a list of keys")]
enum Names {
    One(Arc<str>),
    Many(Vec<Arc<str>>),
}

/// A pattern for tags.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Pattern(Regex);

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    service: Arc<str>,
    meta: Option<Names>,
    tag: Option<Pattern>,
}

/// A rule that says where the version is.
#[derive(Deserialize)]
#[serde(try_from = "Fields")]
struct OwnRule(Rule);

impl Section {
    /// What it says, and the usual where it says nothing.
    pub(super) fn versions(self) -> Rules {
        let usual = Source::default();
        Rules {
            own: self.version.into_iter().map(|rule| rule.0).collect(),
            usual: Source {
                meta: self.meta.map_or(usual.meta, Names::all),
                tag: self.tag.map_or(usual.tag, |pattern| TagRule::Pattern(pattern.0)),
            },
        }
    }
}

impl Names {
    fn all(self) -> Vec<Arc<str>> {
        match self {
            Self::One(name) => vec![name],
            Self::Many(names) => names,
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let hint = "write one with a group round the version, as in 'build-(.+)'";
        let pattern = Regex::new(&text).map_err(|error| {
            let error = error.to_string();
            let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("this pattern cannot be read ({why}); {hint}")
        })?;
        match pattern.captures_len() {
            // The whole match counts as one.
            0..=2 => Ok(Self(pattern)),
            groups => Err(format!("this pattern has {} groups; {hint}", groups - 1)),
        }
    }
}

impl TryFrom<Fields> for OwnRule {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        if fields.meta.is_none() && fields.tag.is_none() {
            return Err("this rule does not say where the version is; add 'meta' or 'tag'");
        }
        let source = Source {
            meta: fields.meta.map(Names::all).unwrap_or_default(),
            tag: fields.tag.map_or(TagRule::None, |pattern| TagRule::Pattern(pattern.0)),
        };
        Ok(Self(Rule { service: fields.service, source }))
    }
}
